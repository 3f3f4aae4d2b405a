"""Named fields are asked for by schema and in words, and read strictly."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.documents import parse_document
from copygen.errors import ConfigError, PromptError
from copygen.quality.channels import load_channels
from copygen.quality.fields import (
    Field,
    ParseFault,
    ParseProblem,
    in_words,
    json_schema,
    parse_fields,
    plain_text,
    read_fields,
)
from copygen.quality.units import Unit

CHANNELS = load_channels()
ASKED = """
fields:
  headline: {channel: google_ads.headline, count: 3}
  description: {channel: google_ads.description, max_count: 2, hint: Say where it is made.}
  tag: {limit: 10, unit: graphemes}
"""


def fields(text: str = ASKED) -> tuple[Field, ...]:
    return read_fields(parse_document(text, "ad.yaml"), CHANNELS)


GOOD = {"headline": ["a", "b", "c"], "description": ["d"], "tag": "t"}
ANSWER = json.dumps(GOOD, ensure_ascii=False)


def test_a_field_takes_its_channels_limits_under_its_own() -> None:
    headline, description, tag = fields()
    assert (headline.spec.limit, headline.min_count, headline.max_count) == (30, 3, 3)
    assert (description.min_count, description.max_count, description.is_list) == (1, 2, True)
    assert (tag.spec.limit, tag.spec.unit, tag.is_list) == (10, Unit.GRAPHEMES, False)
    (own,) = fields("fields: {h: {channel: push.title, limit: 20}}")
    assert (own.spec.limit, own.spec.unit, own.spec.fails) == (20, Unit.WIDTH, False)
    assert own.spec.verified


def test_the_schema_is_one_that_strict_modes_accept() -> None:
    schema = json_schema(fields())
    text: dict[str, Any] = json.loads(json.dumps(schema))
    assert text["additionalProperties"] is False
    assert text["required"] == list(text["properties"]) == ["headline", "description", "tag"]
    assert text["properties"]["headline"]["items"] == {"type": "string"}
    assert "exactly 3 texts" in text["properties"]["headline"]["description"]
    assert "at most 30 width units" in text["properties"]["headline"]["description"]
    allowed = {"type", "items", "description"}
    assert all(set(prop) <= allowed for prop in text["properties"].values())


def test_the_request_in_words_names_keys_counts_limits_and_how_they_are_counted() -> None:
    words = in_words(fields())
    assert "one JSON object and nothing else" in words
    assert '- "headline": a list of exactly 3 texts, each at most 30 width units long' in words
    assert '- "description": Say where it is made: a list of 1 to 2 texts' in words
    assert '- "tag": one text, at most 10 characters long' in words
    assert "in width units: a Latin or Thai character counts 1" in words


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fields:\n  h: {chanel: x}", "2:7: unknown key 'chanel'; did you mean 'channel'?"),
        ("fields:\n  h: {channel: x.pots}", "2:3: field 'h': channel 'x' has no field 'pots'"),
        ("fields:\n  h: {count: 2, max_count: 3}", "2:3: takes count or max_count, not both"),
        ("fields:\n  h: {count: 0}", "2:7: 'count' should be 1 or more"),
        ("fields:\n  'a b': {}", "2:3: field 'a b': a name is made of Latin letters"),
        ("fields: [a]", "1:1: 'fields' should be a mapping"),
        ("fields: {}", "1:1: 'fields' should be a mapping"),
    ],
)
@pytest.mark.parametrize("error", [ConfigError, PromptError])
def test_a_mistake_is_named_with_its_place(text: str, message: str, error: Any) -> None:
    with pytest.raises(error) as caught:
        read_fields(parse_document(text, "ad.yaml"), CHANNELS, error=error)
    assert str(caught.value).startswith(f"ad.yaml:{message}")


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"```json\n{ANSWER}\n```",
        f"```\n{ANSWER}```",
        f"Here it is, dear {{name}}:\n\n{ANSWER}\n\nShall I go on {{yes}}?",
        json.dumps(GOOD, indent=2),
        json.dumps({"tag": "t", **GOOD}),
        f"{ANSWER}\n{ANSWER}",
        "\ufeff  " + ANSWER,
        'First {"note": 1}, then ' + ANSWER,
    ],
)
def test_fences_and_prose_around_the_object_are_tolerated(text: str) -> None:
    data = parse_fields(text, fields())
    assert data == GOOD
    assert isinstance(data, dict)
    assert list(data) == ["headline", "description", "tag"]


@pytest.mark.parametrize(
    ("text", "problem", "message"),
    [
        ("", ParseProblem.NO_JSON, "no JSON object"),
        ("Silk for you", ParseProblem.NO_JSON, "no JSON object"),
        ('["a"]', ParseProblem.NO_JSON, "no JSON object"),
        ("{", ParseProblem.TRUNCATED, "ends in the middle"),
        ('```json\n{"headline": ["a', ParseProblem.TRUNCATED, "ends in the middle"),
        ('```json\n{"headline": ["a",\n```', ParseProblem.TRUNCATED, "ends in the middle"),
        ('{"tag": tru', ParseProblem.TRUNCATED, "ends in the middle"),
        ("{'tag': 't'}", ParseProblem.INVALID_JSON, "malformed"),
        ('{"tag": "t",}', ParseProblem.INVALID_JSON, "malformed"),
        ('{"tag": NaN}', ParseProblem.INVALID_JSON, "NaN is not JSON"),
        ('{"tag": "a", "tag": "b"}', ParseProblem.INVALID_JSON, "the key 'tag' twice"),
        ('{"a":' * 100_000, ParseProblem.INVALID_JSON, "nested too deeply"),
        (ANSWER + '{"tag": "u"}', ParseProblem.SEVERAL_OBJECTS, "2 different JSON objects"),
        ('{"x": 1}', ParseProblem.WRONG_FIELDS, "none of the keys"),
        ('{"tag": "t"}', ParseProblem.WRONG_FIELDS, "'headline' is missing"),
    ],
)
def test_anything_else_is_a_fault_with_its_reason(
    text: str, problem: ParseProblem, message: str
) -> None:
    fault = parse_fields(text, fields())
    assert isinstance(fault, ParseFault)
    assert fault.problem is problem
    assert message in fault.message
    assert fault.violations
    assert all(violation.fix for violation in fault.violations)


@pytest.mark.parametrize("end", range(1, len(ANSWER)))
def test_an_answer_cut_off_anywhere_is_truncated(end: int) -> None:
    fault = parse_fields(ANSWER[:end], fields())
    assert isinstance(fault, ParseFault)
    assert fault.problem is ParseProblem.TRUNCATED


@pytest.mark.parametrize(
    ("change", "message", "field", "index", "kept"),
    [
        ({"headline": ["a", "b"]}, "'headline' has 2 of exactly 3 texts", "headline", None,
         ["a", "b"]),
        ({"description": []}, "'description' has 0 of 1 to 2 texts", "description", None, None),
        ({"description": ["a"] * 3}, "'description' has 3 of 1 to 2 texts", "description", None,
         ["a", "a", "a"]),
        ({"headline": "a"}, "'headline' should be a list of texts", "headline", None, "a"),
        ({"headline": ["a", 1, "c"]}, "'headline' should be a list of texts", "headline", None,
         ["a", "c"]),
        ({"headline": ["a", " ", "c"]}, "'headline' has an empty text", "headline", 1,
         ["a", " ", "c"]),
        ({"tag": ["t"]}, "'tag' should be one text", "tag", None, ["t"]),
        ({"tag": None}, "'tag' should be one text", "tag", None, None),
        ({"tag": ""}, "'tag' has an empty text", "tag", 0, None),
        ({"more": "x"}, "'more' was not asked for", None, None, None),
    ],
)  # fmt: skip
def test_a_field_at_fault_is_named_and_every_text_kept(
    change: dict[str, Any],
    message: str,
    field: str | None,
    index: int | None,
    kept: str | list[str] | None,
) -> None:
    fault = parse_fields(json.dumps({**GOOD, **change}), fields())
    assert isinstance(fault, ParseFault)
    assert fault.problem is ParseProblem.WRONG_FIELDS
    (violation,) = fault.violations
    assert violation.message.startswith(message)
    assert (violation.field, violation.index) == (field, index)
    others = {name: value for name, value in GOOD.items() if name != field}
    assert fault.data == others if field is None or kept is None else {**others, field: kept}


@pytest.mark.no_cover
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=())),
        st.text(st.sampled_from('{}[]":,\\ tagu0nfE1-`\n')),
        st.dictionaries(st.sampled_from(["tag", "headline", "x"]), st.from_type(object)).map(repr),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda below: st.lists(below) | st.dictionaries(st.sampled_from([*GOOD, "x"]), below),
        ).map(lambda value: f"a {json.dumps(value)} b"),
    )
)
def test_reading_an_answer_never_raises(text: str) -> None:
    read = parse_fields(text, fields())
    assert isinstance(read, dict | ParseFault)
    if isinstance(read, dict):
        assert list(read) == list(GOOD)


def test_the_plain_reading_names_the_fields_where_there_are_several() -> None:
    assert plain_text({"caption": "Silk"}) == "Silk"
    assert plain_text({"headline": ["a", "b"]}) == "a\nb"
    assert plain_text(GOOD) == (
        "headline 1: a\nheadline 2: b\nheadline 3: c\ndescription 1: d\ntag: t"
    )
