"""What a model thought aloud, taken out of the text it wrote.

Models that reason mark it off, and servers without a parser for the marks pass all of it on as
the answer (DeepSeek-R1, Qwen3, Kimi, Magistral, Seed, gpt-oss behind llama.cpp, vLLM, Ollama). The
opening mark is often part of the chat template, so that only the closing one comes back.
"""

import json
import re
from typing import Final, NamedTuple

_WORDS: Final = (
    r"(?:\w{1,24}[:_])?(?:antthinking|thinking|think|thoughts?|reasoning|reflection|scratchpad)"
    r"|inner_monologue|chain_of_thought"
)
_MARK: Final = re.compile(
    # <think>, </think >, <seed:think>, <longcat_think>, <think id="1">
    rf"<\s?(?P<close>/)?\s?(?:{_WORDS})(?:\s[^<>]{{0,200}})?>"
    # Kimi, Magistral, Cohere, OpenThinker
    r"|◁(?P<close2>/)?think▷"
    r"|\[(?P<close3>/)?THINK\]"
    r"|<\|(?:(?P<close4>END|end_of)|START|begin_of)_(?:THINKING|thought)\|>",
    re.IGNORECASE,
)
_HARMONY: Final = re.compile(
    r"(?:<\|start\|>assistant)?<\|channel\|>\s?(?P<channel>\w{1,20})[^<]{0,100}<\|message\|>"
)
"""The channels of gpt-oss: what is in `final` is the answer."""
_HARMONY_END: Final = re.compile(r"<\|(?:end|return|call|start)\|>")


class Parted(NamedTuple):
    """A model's text in two."""

    text: str
    reasoning: str | None
    """None when it did not think aloud."""


def parted(text: str) -> Parted:
    """`text` without what is marked as reasoning, and that.

    Nested marks are one; a closing mark alone ends reasoning that began with the text; one that
    is never closed goes on to the end. JSON is taken as it is, whatever stands inside its strings.
    """
    if "<" not in text and "[" not in text and "◁" not in text:
        return Parted(text, None)
    if "<|channel|>" in text:
        return _channels(text)
    if _MARK.search(text) is None or _is_json(text):
        return Parted(text, None)
    said: list[str] = []
    thought: list[str] = []
    depth = at = 0
    for mark in _MARK.finditer(text):
        piece = text[at : mark.start()]
        at = mark.end()
        closes = mark["close"] or mark["close2"] or mark["close3"] or mark["close4"]
        if closes and depth == 0:
            thought += [*said, piece]
            said = []
            continue
        (thought if depth else said).append(piece)
        depth += -1 if closes else 1
    (thought if depth else said).append(text[at:])
    return Parted(_joined(said), _joined(thought))


def _joined(pieces: list[str]) -> str:
    """What was apart stays apart; at the ends there is nothing to keep apart."""
    return "\n".join(piece.strip() for piece in pieces if piece.strip())


def _channels(text: str) -> Parted:
    said: list[str] = []
    thought: list[str] = []
    at, target = 0, said
    for head in _HARMONY.finditer(text):
        target.append(_HARMONY_END.sub("", text[at : head.start()]))
        at = head.end()
        target = said if head["channel"].lower() == "final" else thought
    target.append(_HARMONY_END.sub("", text[at:]))
    return Parted(_joined(said), _joined(thought))


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[{", '["')):
        return False
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True
