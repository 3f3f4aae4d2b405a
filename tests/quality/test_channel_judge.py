"""Every field of every channel that ships, held by the judge: copy that fits passes, and whatever
the field states is really checked."""

import pytest

from copygen.models import Severity, Violation
from copygen.quality.channels import FieldSpec, load_channels
from copygen.quality.checker import Checker
from copygen.quality.settings import ChecksSettings
from copygen.quality.trim import trim
from copygen.quality.units import measure
from tests.support.quality_fields import field, rules

SPECS = [spec for channel in load_channels() for spec in channel.fields.values()]
NAMES = [spec.name for spec in SPECS]
ITEM = {"name": "scarf", "price": 2500}
COPY = "Soft hand-woven scarf for calm evenings, made with care in a small northern town"
GOOD = {"path": "scarf", "whatsapp.button": "Shop scarves"}
"""By the field's name, whole or short, where a sentence does not do."""

BREAKS = {
    "no_emoji": "Soft ✨",
    "no_exclamation": "Soft!",
    "no_repeated_punctuation": "Soft??",
    "no_all_caps": "SOFTER",
    "no_halfwidth_katakana": "ｼﾙｸ",
    "no_line_breaks": "a\nb",
    "no_urls": "x.com",
    "no_email_addresses": "a@b.co",
    "no_phone_numbers": "021234567",
    "no_html": "<b>a</b>",
    "no_decorative_symbols": "★ a",
}
"""Breaks the rule and fits the shortest field, or nearly."""


def judge(**checks: object) -> Checker:
    return Checker(ChecksSettings.model_validate({"sameness": False} | checks), measure)


def good_text(spec: FieldSpec) -> str:
    short = spec.name.partition(".")[2]
    text = GOOD.get(spec.name) or GOOD.get(short) or COPY
    return text if spec.limit is None else trim(text, spec.limit, spec.unit, language="en")


def broken_texts() -> list[tuple[FieldSpec, str, str, str]]:
    """A text for each character rule of each field, and what it should be told."""
    cases = []
    for spec in SPECS:
        for name, value in spec.rules.names().items():
            if name in BREAKS:
                text, rule = BREAKS[name], f"characters.{name.removeprefix('no_')}"
            elif name == "forbidden_characters":
                for char in str(value):
                    cases.append((spec, f"a{char}b", "characters.forbidden_characters", name))
                continue
            elif name == "no_repeats_in_field":
                continue
            else:
                many = int(value) + 1
                text, rule = {
                    "max_exclamations": (" ".join(["a!"] * many), f"characters.{name}"),
                    "max_urls": (" ".join(f"{n}a.com" for n in range(many)), f"characters.{name}"),
                    "max_same_word": (" ".join(["scarf"] * many), f"characters.{name}"),
                    "max_hashtags": (" ".join(["#silk"] * many), "tags.hashtags"),
                    "max_mentions": (" ".join(["@silk"] * many), "tags.mentions"),
                }[name]
            cases.append((spec, text, rule, name))
    return cases


@pytest.mark.parametrize("spec", SPECS, ids=NAMES)
def test_copy_that_fits_a_field_is_not_flagged(spec: FieldSpec) -> None:
    text = good_text(spec)
    assert judge().check(text, ITEM, spec) == ()
    assert judge().examine(text, {}, spec).overshoot == 0


BROKEN = broken_texts()


@pytest.mark.parametrize(
    ("spec", "text", "rule"),
    [case[:3] for case in BROKEN],
    ids=[f"{spec.name}-{name}" for spec, *_, name in BROKEN],
)
def test_what_breaks_a_rule_of_a_field_is_flagged(spec: FieldSpec, text: str, rule: str) -> None:
    """By that rule, unless another that is as grave or graver is about the same letters."""
    alone = spec.model_copy(update={"packs": ()})
    found = {one.rule: one for one in judge(leftovers=False).check(text, ITEM, alone)}
    if rule == "characters.forbidden_characters" and "characters.exclamation" in found:
        rule = "characters.exclamation"
    if rule == "tags.hashtags" and "#" in spec.rules.forbidden_characters:
        rule = "characters.forbidden_characters"
    assert rule in found
    wanted = Severity.ERROR if spec.verified else Severity.WARNING
    assert found[rule].severity is wanted
    assert found[rule].field == spec.name
    places = [one.span for one in judge().check(text, ITEM, spec) if one.rule != "length"]
    assert any(place and _overlap(place, found[rule].span) for place in places)


def _overlap(one: tuple[int, int], other: tuple[int, int] | None) -> bool:
    return other is not None and one[0] < other[1] and other[0] < one[1]


@pytest.mark.parametrize(
    "spec", [s for s in SPECS if s.limit], ids=[s.name for s in SPECS if s.limit]
)
def test_a_text_past_the_limit_is_an_error_where_the_limit_is_hard_and_sure(
    spec: FieldSpec,
) -> None:
    assert spec.limit is not None
    step = "ผ้าไหมนุ่ม ๆ "
    text = step
    while measure(text, spec.unit) <= spec.limit:
        text += step * (1 + spec.limit // 200)
    found = by_rule(judge().check(text, ITEM, spec))["length"]
    over = measure(text, spec.unit) - spec.limit
    assert found.fix == f"cut at least {spec.unit.counted(over)}"
    assert found.severity is (Severity.ERROR if spec.fails else Severity.WARNING)
    assert judge().examine(text, {}, spec).overshoot == over


@pytest.mark.parametrize(
    "spec", [s for s in SPECS if (s.min_length or 0) > 1], ids=lambda s: s.name
)
def test_a_text_below_the_least_length_is_flagged(spec: FieldSpec) -> None:
    assert "length.short" in rules(judge().check("a", ITEM, spec))


@pytest.mark.parametrize(
    "spec", [s for s in SPECS if s.rules.no_repeats_in_field], ids=lambda s: s.name
)
def test_texts_of_a_field_that_must_differ_are_compared(spec: FieldSpec) -> None:
    checks = judge()
    assert checks.compares(spec)
    assert checks.variants(["Soft", "Calm"], spec) == ()
    (found,) = checks.variants(["Soft", "Calm", "SOFT"], spec)
    assert (found.rule, found.index, found.field) == ("variants.repeat", 2, spec.name)


@pytest.mark.parametrize("spec", [s for s in SPECS if s.max_count], ids=lambda s: s.name)
def test_too_many_texts_of_a_field_are_an_error(spec: FieldSpec) -> None:
    assert spec.max_count is not None
    assert judge().count(spec.max_count, spec) == ()
    assert rules(judge().count(spec.max_count + 1, spec)) == ["count"]


def test_each_fault_is_named_once_where_settings_and_field_agree() -> None:
    spec = field(rules={"no_emoji": True, "no_all_caps": True})
    found = judge(characters=["no_emoji"]).check("Soft ✨", ITEM, spec)
    assert rules(found) == ["characters.emoji"]


def test_a_rule_of_ones_own_is_an_error_in_an_unverified_field_too() -> None:
    spec = field(verified=False, rules={"no_html": True})
    (own,) = judge(characters=["no_emoji"]).check("Soft ✨", ITEM, spec)
    assert own.severity is Severity.ERROR


PLACES = {"{{first_name}}": "Alexandrina", "KeyWord": "Silk Scarves", "%s": None}


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("Hi {{first_name}}", 14),
        ("{KeyWord:Silk} for you", 20),
        ("{keyword:Silk} for you", 20),
        ("Hi %s", 5),
        ("Soft scarf", 10),
    ],
)
def test_placeholders_meant_to_stay_count_at_their_longest_and_are_no_leftovers(
    text: str, measured: int
) -> None:
    checks = judge(placeholders=PLACES)
    assert checks.check(text, ITEM, field(limit=measured)) == ()
    assert rules(checks.check(text, ITEM, field(limit=measured - 1))) == ["length"]


@pytest.mark.parametrize(
    "text",
    [
        "Hi {{ vorname }}",
        "{Schlagwort:Silk} for you",
        "Hi %d",
        "Hi %%NAME%%",
        "Hi *|FNAME|*",
        "<%= name %>",
        "Hi %(name)s",
        "{name}",
    ],
)
def test_a_placeholder_nobody_declared_is_a_leftover(text: str) -> None:
    assert rules(judge(placeholders=PLACES).check(text, ITEM)) == ["leftovers.placeholder"]
    assert judge().check(text, {"template": text}) == ()


def test_placeholders_may_be_listed_without_values() -> None:
    settings = ChecksSettings.model_validate({"placeholders": ["{{first_name}}"]})
    assert judge(placeholders=["{{first_name}}"]).check("Hi {{first_name}}", ITEM) == ()
    assert settings.longest == {}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["no_emojis"], "did you mean 'no_emoji'"),
        (["max_urls"], "takes a value"),
        ({"no_emojis": True}, "no_emojis"),
    ],
)
def test_a_character_rule_that_does_not_exist_is_refused(given: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ChecksSettings.model_validate({"characters": given})


def by_rule(found: tuple[Violation, ...]) -> dict[str, Violation]:
    return {one.rule: one for one in found}
