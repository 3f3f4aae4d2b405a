"""Token estimates against the vocabulary itself, on messages of a web framework in 67 languages.

The messages are Django's own translations, read from the installed package (a development
dependency for this alone); the true counts are those of quicktok, the `tokens` extra.
"""

import gettext
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from copygen.config.vocabularies import load_vocabularies
from copygen.prompts.tokens import count_kinds, estimate_tokens, exact_counter

django = pytest.importorskip("django", reason="its translations are the texts: pip install Django")
quicktok = pytest.importorskip("quicktok", reason="it counts exactly: pip install quicktok-v1")

LANGUAGES = """
af ar az be bg bn bs ca ckb cs cy da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka kk
km kn ko lt lv mk ml mn mr ms nb ne nl pl pt ro ru sk sl sq sr sv sw ta te th tr ug uk ur uz vi
zh_Hans zh_Hant
"""
PLACEHOLDER = re.compile(r"%\([^)]*\)[a-z]|%[sd]|\{[^}]*\}|<[^>]+>|&\w+;")
MESSAGES = 12
PROMPTS = 14


def messages(language: str) -> list[str]:
    """What Django says in a language, in sentences long enough to be copy."""
    found = set()
    for folder in Path(django.__file__).parent.glob("**/locale"):
        path = folder / language / "LC_MESSAGES" / "django.mo"
        if not path.exists():
            continue
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        source = catalogue if language != "en" else {key: key for key in catalogue}
        for key, text in source.items():
            if isinstance(text, str) and (language == "en" or text != key):
                plain = PLACEHOLDER.sub("", text).replace("\n", " ").strip()
                if 20 <= len(plain) <= 400:
                    found.add(plain)
    return sorted(found)


def prompts() -> Iterator[tuple[str, str]]:
    """Language and text; twelve messages each, those that the weights were not fitted to."""
    rng = random.Random(1)
    for language in LANGUAGES.split():
        texts = messages(language)
        rng.shuffle(texts)
        for number in range(1, min(len(texts) // MESSAGES, PROMPTS), 2):
            yield language, " ".join(texts[number * MESSAGES : (number + 1) * MESSAGES])


@pytest.mark.no_cover
def test_14_the_bounds_hold_95_of_100_prompts_and_the_total_errs_by_a_twentieth_at_most() -> None:
    vocabulary = load_vocabularies().of("gpt-4.1")
    count = quicktok.get_encoding("o200k_base").count
    inside: defaultdict[str, list[bool]] = defaultdict(list)
    estimated = real = 0
    for language, text in prompts():
        found, tokens = estimate_tokens(count_kinds(text), vocabulary), count(text)
        inside[language].append(found.low <= tokens <= found.high)
        estimated, real = estimated + found.likely, real + tokens
    judged = [one for found in inside.values() for one in found]
    assert len(inside) >= 58
    assert sum(judged) / len(judged) >= 0.95
    assert abs(estimated / real - 1) <= 0.05


def test_with_the_extra_a_plan_counts_exactly() -> None:
    vocabularies = load_vocabularies()
    count = exact_counter(vocabularies.of("gpt-4.1"))
    assert count is not None
    assert count("Silk for cool evenings.") == 6
    assert exact_counter(vocabularies.of("gpt-4")) is not None
    assert exact_counter(vocabularies.of("deepseek-chat")) is None
