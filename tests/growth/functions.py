"""Every function that reads a text it was sent, and the texts to try on it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from copygen.config.prices import is_same_model
from copygen.documents import nearest
from copygen.models import Item
from copygen.providers import ratelimits
from copygen.providers.decode import decode, plain, sentence
from copygen.providers.openai import parted
from copygen.providers.redact import Redactor, Secret
from copygen.quality.channels import CharacterRules, FieldSpec
from copygen.quality.checker import Checker
from copygen.quality.checks.form import hashtags, mentions
from copygen.quality.fields import Field, parse_fields
from copygen.quality.injection import clean
from copygen.quality.normalize import NormalizedText, visible
from copygen.quality.packs import load_pack, pack_names
from copygen.quality.placeholders import compare_placeholders, filled, find_placeholders
from copygen.quality.quantities import load_measures, quantities
from copygen.quality.sameness import SamenessIndex, distance, variants
from copygen.quality.settings import ChecksSettings
from copygen.quality.trim import trim
from copygen.quality.units import Unit, measure
from copygen.view.console import safe
from tests.growth.attacks import ENDS, Attack, tokens_of
from tests.growth.patterns import all_patterns

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PLAIN = (
    "Our new kettle boils a litre in three minutes and keeps it warm for an hour. It is made of "
    "steel, weighs 1.2 kg and comes with a filter. Order it today, and we send it free of charge. "
)
_LANGUAGES = ("en", "th", "ja", "zh-Hans")
# fmt: off
_OF_TEXTS = (
    "a", "A b", "1 ", "1.", "0 ", " ", "\n", "\t", ".", "..", "!", "?", ",", "-", "_", "(",
    "((a", ")", "[", "{", "{{", "{a}", "{{a}}", "}", "<", "<b>", "<a ", "</", "&", "&amp;", "%",
    "%%", "%s", "$", "#", "#a ", "@", "@a ", "a@b", "a@b.", "http://", "www.", "a.", "a.b ", "*",
    "**", "*a", "**a", "`", "```", "~", "+", "=", "\\", "/", ":", ";", "'", "\"", "“", "”", "«",
    "1,", "1,2 ", "100% ", "12 kg ", "$5 ", "1 May ", "24/7 ", "+1 ", "0812345678 ", "- ", "1. ",
    "\n- ", "\n1. ", "\u200b", "\u200e", "\u200d", "️", "́", "é", "̣́", "ก", "กิ", "ไทย", "あ",
    "ア", "ｱ", "ﾞ", "最近 ", "有機EL ", "最", "한", "각", "ﷺ", "ﬃ", "İ", "ß", "👍",
    "\U0001f468\u200d\U0001f469", "🇹🇭", "\U000e0061", "\ud800", "№", "①", "…", "best ",
    "the best ", "organic ", "BEST SALE ", "very very ",
)
# fmt: on


@dataclass(frozen=True)
class Reader:
    """A function of one text, and the pieces to repeat in what it reads."""

    name: str
    run: Callable[[str], object]
    pieces: tuple[str, ...] = _OF_TEXTS
    frame: tuple[str, str] = ("", "")
    """What stands before and behind the repeated piece."""


def attacks_of(reader: Reader, *, everything: bool = False) -> Iterator[Attack]:
    """Each piece alone, before each end; with `everything` the pieces of all patterns too."""
    pieces = dict.fromkeys(reader.pieces)
    if everything and reader.pieces is _OF_TEXTS:
        pieces |= dict.fromkeys(_of_patterns())
    before, behind = reader.frame
    for piece in pieces:
        for end in ENDS if everything else ENDS[1:2]:
            yield Attack(before, piece, end + behind)


@cache
def _of_patterns() -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in all_patterns():
        found |= dict.fromkeys(tokens_of(one.pattern, one.flags))
    for pack in map(load_pack, pack_names()):
        for rule in pack.rules:
            found |= dict.fromkeys((*rule.terms[:8], *rule.unless[:8]))
    return tuple(found)


def readers() -> list[Reader]:
    """All of them."""
    return [*_judges(), *_of_quality(), *_of_fields(), *_of_providers()]


def _judges() -> Iterator[Reader]:
    flags = {
        name: True for name, kind in CharacterRules.model_fields.items() if kind.annotation is bool
    }
    strict = CharacterRules.model_validate(
        {**flags, "max_urls": 1, "max_same_word": 3, "max_hashtags": 3, "max_mentions": 1}
    )
    for language in _LANGUAGES:
        settings = ChecksSettings.model_validate(
            {
                "language": language,
                "packs": pack_names(),
                "variants": 0.2,
                "max_mentions": 2,
                "forbidden": ["best", "a", "最"],
                "grounding": {"allow": ["best", "12 kg", "最近"]},
                "placeholders": ["{a}", "a"],
            }
        )
        judge = Checker(settings, measure)
        item: Item = {"name": "Kettle best 12", "text": PLAIN * 4}
        yield Reader(f"judge.check {language}", lambda text, j=judge, i=item: j.check(text, i))
        for name in ("headline", "title", "bullets"):
            spec = FieldSpec(name=name, source="a test", rules=strict, html=name == "bullets")
            yield Reader(
                f"judge.check {language} {name}",
                lambda text, j=judge, i=item, s=spec: j.check(text, i, s),
            )
        yield Reader(
            f"judge.check {language}, an item of it",
            lambda text, j=judge: j.check(PLAIN, {"name": text}),
        )
        yield Reader(f"judge.check {language}, itself", lambda t, j=judge: j.check(t, {"name": t}))


def _of_quality() -> Iterator[Reader]:
    measures = load_measures()
    yield Reader("find_placeholders", find_placeholders)
    yield Reader("filled", lambda text: filled(text, {"a": "b"}))
    yield Reader("compare_placeholders", lambda text: compare_placeholders(text, text))
    yield Reader("clean", clean)
    yield Reader("visible", visible)
    yield Reader("amounts", lambda text: quantities(text, measures))
    yield Reader("tags", lambda text: (hashtags(text), mentions(text)))
    yield Reader("safe", safe)
    yield Reader("sameness", lambda text: SamenessIndex().add(NormalizedText(text), "a"))
    yield Reader("distance", lambda text: distance(text, text[::-1] + "b"))
    yield Reader("variants", lambda text: variants(text.split(), 0.2))
    yield Reader("folded spans", _spans)
    for unit in Unit:
        yield Reader(f"measure {unit}", lambda text, u=unit: measure(text, u))
        yield Reader(f"trim {unit}", lambda text, u=unit: trim(text, 300, u, language="en"))
    for language in _LANGUAGES[1:]:
        yield Reader(
            f"trim {language}",
            lambda text, tag=language: trim(text, 1000, Unit.CODEPOINTS, language=tag),
        )


def _spans(text: str) -> None:
    folded = NormalizedText(text)
    for start in range(0, len(folded.text) - 1, 3):
        folded.span(start, start + 1)


def _of_fields() -> Iterator[Reader]:
    spec = FieldSpec(name="a", source="a test")
    fields = [Field(name, spec, 1, 1, is_list=False) for name in "ab"]
    pieces = (
        "{", "[", "]", "}", "a", "1", ",", "\\", "\\u", "\n", "{\"a\":", "{\"a\":1}",
        "{\"a\":\"b\"}", "{\"a\":\"b\",", "{}", "[{", "\"a\":1,", "\"a\":\"b\",", "\"", "\\\"",
        "{'a':", "```json\n", "{\"a\"", "{\"b\":\"x\"} ", "{a} ", "1,",
    )  # fmt: skip
    for frame in (
        ("", ""),
        ('{"a":"x",', '"b":"y"}'),
        ('{"c":', "}"),
        ("prose { ", '{"a":"x","b":"y"}'),
    ):
        yield Reader(f"parse_fields {frame}", lambda t: parse_fields(t, fields), pieces, frame)


def _of_providers() -> Iterator[Reader]:
    redactor = Redactor([Secret("sk-0123456789abcdefghij")])
    of_headers = (
        "1", ".", "e", "+", "-", "1.", "1e", "1s", "1m", "1h", "ms", ":", " ", ",", "a", "Mon, ",
        "2026-", "1,",
    )  # fmt: skip
    for name in ("retry-after", "retry-after-ms", "date"):
        yield Reader(
            f"header {name}",
            lambda text, n=name: ratelimits.retry_after_s({"retry-after": "x", n: text}, NOW),
            of_headers,
        )
    yield Reader("number_of", ratelimits.number_of, of_headers)
    yield Reader("duration_s", lambda text: ratelimits.duration_s(text, NOW), of_headers)
    yield Reader(
        "wait_in_text_s", ratelimits.wait_in_text_s, ("retry in ", "retry in 1", "1s", "1", " ")
    )
    yield Reader("decode", lambda text: decode(text.encode("utf-8", "surrogatepass")))
    of_streams = (": x\n", "data: {}\n", "data: ", "{\n", "\n", "{}\n", "event: x\n", '{"a":', "[")
    yield Reader(
        "decode a stream", lambda text: decode(text.encode()), of_streams, (": x\n", "\n{}")
    )
    yield Reader("plain", plain)
    yield Reader("plain html", plain, frame=("<html>", ""))
    yield Reader("sentence", lambda text: sentence(plain(text), "", redactor))
    yield Reader(
        "redact", redactor.redact, (*_OF_TEXTS, "sk-", "sk-0123", "0123", "Bearer ", "api_key=")
    )
    yield Reader("parted", parted, (*_OF_TEXTS, "<think>", "</think>", "<|channel|>", "<|start|>"))
    yield Reader(
        "is_same_model", lambda text: is_same_model("gpt-4", text), ("-1", "a", "-", "/", ".")
    )
    yield Reader(
        "nearest", lambda text: nearest("gpt-5", [text, *text.split()]), ("gpt-4 ", "gpt-4", "a ")
    )
    yield Reader("json row", lambda text: json.dumps(text))
