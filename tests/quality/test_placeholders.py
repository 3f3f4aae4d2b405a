"""Placeholders of other systems are found, counted at their longest and kept as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.quality.placeholders import (
    compare_placeholders,
    filled,
    find_placeholders,
    measure_filled,
)
from copygen.quality.units import Unit


@pytest.mark.parametrize(
    ("text", "found", "names"),
    [
        ("Buy {KeyWord:Silk Scarf} now", ["{KeyWord:Silk Scarf}"], ["KeyWord"]),
        ("{KEYWORD:}", ["{KEYWORD:}"], ["KEYWORD"]),
        ("In {LOCATION(City):your city}", ["{LOCATION(City):your city}"], ["LOCATION(City)"]),
        ("{param1:999} baht", ["{param1:999}"], ["param1"]),
        ("{COUNTDOWN(2026-12-31)} left", ["{COUNTDOWN(2026-12-31)}"], ["COUNTDOWN(2026-12-31)"]),
        ("{CUSTOMIZER.Price:99}", ["{CUSTOMIZER.Price:99}"], ["CUSTOMIZER.Price"]),
        ("{IF(device=mobile):Tap}", ["{IF(device=mobile):Tap}"], ["IF(device=mobile)"]),
        ("Hi %%FIRST_NAME%%, hi", ["%%FIRST_NAME%%"], ["FIRST_NAME"]),
        ("Hi {{first_name}}!", ["{{first_name}}"], ["first_name"]),
        ("Hi {{{ name }}}!", ["{{{ name }}}"], ["name"]),
        ("{{ name | default: 'you' }}", ["{{ name | default: 'you' }}"], None),
        ("{% if vip %}Hi{% endif %}", ["{% if vip %}", "{% endif %}"], None),
        ("*|FNAME|* and *|LNAME|*", ["*|FNAME|*", "*|LNAME|*"], ["FNAME", "LNAME"]),
        ("${name} <%= price %>", ["${name}", "<%= price %>"], ["name", "price"]),
        ("%FIRSTNAME%, look", ["%FIRSTNAME%"], ["FIRSTNAME"]),
        ("%s bought %d of %1$s", ["%s", "%d", "%1$s"], ["%s", "%d", "%1$s"]),
        ("Hello %@.", ["%@"], ["%@"]),
        ("%(name)s", ["%(name)s"], ["name"]),
        ("ซื้อ{KeyWord:ผ้าไหม}วันนี้", ["{KeyWord:ผ้าไหม}"], ["KeyWord"]),
    ],
)
def test_placeholders_are_found(text: str, found: list[str], names: list[str] | None) -> None:
    places = find_placeholders(text)
    assert [place.text for place in places] == found
    assert [text[place.start : place.end] for place in places] == found
    if names:
        assert [place.name for place in places] == names


@pytest.mark.parametrize(
    "text",
    [
        "50% silk, 100%silk",
        "100%",
        "5% discount",
        "20%-30% off",
        "a set {of three}",
        "{}",
        "{a, b}",
        "time: {12:30}",
        "*new* | *bold*",
        "x < 3 % 2 > y",
        "%%",
        "100%safe and 5%d",
        "costs $5 {net}",
        "",
    ],
)
def test_plain_text_is_no_placeholder(text: str) -> None:
    assert find_placeholders(text) == ()
    assert filled(text, {"s": "x", "%s": "y"}) == text


@pytest.mark.parametrize(
    ("text", "longest", "result"),
    [
        ("Buy {KeyWord:Silk} now", {}, "Buy Silk now"),
        ("Buy {KeyWord:Silk} now", {"keyword": "Silk Scarves"}, "Buy Silk Scarves now"),
        ("Hi %%FIRST_NAME%%", {"FIRST_NAME": "Wilhelmina"}, "Hi Wilhelmina"),
        ("Hi %%FIRST_NAME%%", {"%%FIRST_NAME%%": "Wilhelmina"}, "Hi Wilhelmina"),
        ("Hi %%FIRST_NAME%%", {"LAST_NAME": "x"}, "Hi %%FIRST_NAME%%"),
        ("%s and %s", {"%s": "ab"}, "ab and ab"),
        ("Hi {{ First_Name }}", {"first_name": "Jo"}, "Hi Jo"),
        ("{% if x %}Hi", {"{% if x %}": ""}, "Hi"),
    ],
)
def test_a_placeholder_stands_for_its_longest_value(
    text: str, longest: dict[str, str], result: str
) -> None:
    assert filled(text, longest) == result
    assert measure_filled(text, Unit.WIDTH, longest) == len(result)


def test_width_counts_the_value_not_the_placeholder() -> None:
    assert measure_filled("{KeyWord:絲綢}", Unit.WIDTH, {}) == 4


@pytest.mark.parametrize(
    ("wanted", "text", "missing", "added"),
    [
        ("Hi {{name}}", "สวัสดี {{name}}", (), []),
        ("Hi {{name}}", "Hi {{Name}}", ("{{name}}",), ["{{Name}}"]),
        ("Hi {{name}}", "Hi you", ("{{name}}",), []),
        ("%s and %s", "%s", ("%s",), []),
        ("%s", "%s and %s", (), ["%s"]),
        ("Hi", "Hi %%FIRST_NAME%%", (), ["%%FIRST_NAME%%"]),
        ("{KeyWord:Silk}", "{KeyWord: Silk}", ("{KeyWord:Silk}",), ["{KeyWord: Silk}"]),
    ],
)
def test_a_changed_placeholder_is_missed_and_what_became_of_it_named(
    wanted: str, text: str, missing: tuple[str, ...], added: list[str]
) -> None:
    kept = compare_placeholders(wanted, text)
    assert kept.missing == missing
    assert [place.text for place in kept.added] == added
    assert bool(kept) == (not missing and not added)


@given(st.text(st.sampled_from("{}%$<>*|=:sdKeyWord _()\n\ud800"), max_size=60))
def test_finding_never_raises_and_never_overlaps(text: str) -> None:
    places = find_placeholders(text)
    ends = [0, *(place.end for place in places)]
    assert all(end <= place.start for end, place in zip(ends, places, strict=False))
    assert all(text[place.start : place.end] == place.text for place in places)
