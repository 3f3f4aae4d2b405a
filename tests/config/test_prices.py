"""Prices in a settings file: what is accepted, what it replaces, and where an error stands."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from copygen.config import Price, PriceSource, ProviderConfig, load_settings
from copygen.config.settings import NOTICE_DAYS, retirement_of
from copygen.errors import ConfigError


def loaded(tmp_path: Path, models: str, name: str = "deepseek") -> ProviderConfig:
    path = tmp_path / "config.yaml"
    path.write_text(f"providers:\n  {name}:\n    models:\n{models}", encoding="utf-8")
    return load_settings(path, {}, {}).provider(name)


def price(config: ProviderConfig, model: str) -> Price:
    known = config.model(model)
    assert known is not None
    assert known.price is not None
    return known.price


def test_a_whole_price_of_ones_own_replaces_the_presets_with_its_tiers(tmp_path: Path) -> None:
    own = loaded(tmp_path, "      deepseek-flash: {price: {input: 0.10, output: 0.40}}\n")

    found = price(own, "deepseek-flash")

    assert found == Price(input=Decimal("0.10"), output=Decimal("0.40"))
    # ... and nothing but the price.
    assert own.request_defaults("deepseek-flash")["thinking"] == {"type": "disabled"}


def test_a_part_of_a_price_changes_that_part(tmp_path: Path) -> None:
    own = loaded(tmp_path, "      deepseek-flash: {price: {cached_input: 0.001}}\n")

    found = price(own, "deepseek-flash")

    assert (found.input, found.cached_input) == (Decimal("0.15"), Decimal("0.001"))
    assert found.time_of_day


def test_a_price_of_ones_own_has_ones_own_source_not_the_presets(tmp_path: Path) -> None:
    own = loaded(
        tmp_path,
        "      deepseek-flash: {price: {input: 1, output: 2}}\n"
        "      deepseek-chat: {price: {input: 1}, source: our contract, checked_on: 2026-11-01}\n",
    )

    assert own.evidence("deepseek-flash") == PriceSource(source=str(tmp_path / "config.yaml"))
    assert own.evidence("deepseek-chat") == PriceSource(
        source="our contract", checked_on=date(2026, 11, 1)
    )
    assert "litellm" in (own.evidence("deepseek-v4-pro").source or "")
    assert own.evidence("deepseek-v4-pro").checked_on == date(2026, 11, 23)


def test_the_age_of_a_price() -> None:
    checked = PriceSource(checked_on=date(2026, 11, 23))

    assert checked.age_days(date(2026, 12, 3)) == 10
    assert checked.age_days(date(2026, 11, 1)) == 0
    assert PriceSource().age_days(date(2026, 12, 3)) is None


FAULTS = [
    ("input: -1, output: 2", "0 or more"),
    ("input: .inf, output: 2", "should be"),
    ("input: 1", "'models.m.price.output' is required"),
    ("input: 1, output: 2, cached: 1", "did you mean 'cached_input'?"),
    ("input: 1, output: 2, batch_factor: 50", "1 or less"),
    ("input: 1, output: 2, batch_factor: 0", "more than 0"),
    ("input: 1, output: 2, long_context: [{input: 1, output: 2}]", "above_input_tokens"),
    (
        "input: 1, output: 2, cached_input: 0.1, "
        "long_context: [{above_input_tokens: 9, input: 2, output: 4}]",
        "has a cached_input rate, so each of its tiers needs one, too",
    ),
    (
        "input: 1, output: 2, long_context: [{above_input_tokens: 9, input: 2, output: 4}, "
        "{above_input_tokens: 9, input: 3, output: 4}]",
        "rising order",
    ),
    ("input: 1, output: 2, time_of_day: [{utc: '22:00-02:00', input: 2, output: 4}]", "midnight"),
    ("input: 1, output: 2, time_of_day: [{utc: '1-4', input: 2, output: 4}]", "takes spans"),
    ("input: 1, output: 2, time_of_day: [{utc: '24:00-24:00', input: 2, output: 4}]", "spans"),
    ("input: 1, output: 2, time_of_day: [{utc: [], input: 2, output: 4}]", "should not be empty"),
    (
        "input: 1, output: 2, time_of_day: [{utc: '01:00-02:00', days: [monday], "
        "input: 2, output: 4}]",
        "'mon'",
    ),
    (
        "input: 1, output: 2, time_of_day: [{utc: '01:00-02:00', input: 2, output: 4}], "
        "long_context: [{above_input_tokens: 9, input: 2, output: 4}]",
        "cannot have both",
    ),
]


@pytest.mark.parametrize(("given", "said"), FAULTS)
def test_a_faulty_price_is_an_error_with_file_and_line(
    tmp_path: Path, given: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, f"      m: {{price: {{{given}}}}}\n")

    assert f"{tmp_path / 'config.yaml'}:4:" in str(caught.value)
    assert said in str(caught.value)


SPANS = [
    ("22:00-24:00", None, "2026-11-24T23:59:59", True),
    ("22:00-24:00", None, "2026-11-25T00:00:00", False),
    ("00:00-24:00", "[sat, sun]", "2026-11-28T00:00:00", True),
    ("00:00-24:00", "[sat, sun]", "2026-11-27T23:59:59", False),
    ("01:00-04:00", None, "2026-11-24T01:00:00", True),
    ("01:00-04:00", None, "2026-11-24T03:59:59.999999", True),
    ("01:00-04:00", None, "2026-11-24T04:00:00", False),
    # Tuesday 01:30 in UTC, though still Monday in New York.
    ("01:00-04:00", "[tue]", "2026-11-23T20:30:00-05:00", True),
    ("01:00-04:00", "[mon]", "2026-11-23T20:30:00-05:00", False),
]


@pytest.mark.parametrize(("span", "days", "at", "applies"), SPANS)
def test_hours_apply_from_their_start_to_before_their_end_on_their_days(
    tmp_path: Path, span: str, days: str | None, at: str, applies: bool
) -> None:
    on = f", days: {days}" if days else ""
    tier = f"{{utc: '{span}'{on}, input: 9, output: 9}}"
    config = loaded(
        tmp_path, f"      m: {{price: {{input: 1, output: 1, time_of_day: [{tier}]}}}}\n"
    )
    moment = datetime.fromisoformat(at)

    rates = price(config, "m").rates(1, moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    assert (rates.input == 9) is applies


ENDS = [
    (date(2027, 1, 12), None),
    (date(2027, 1, 13), "m ends at deepseek on 2027-03-14 (in 60 days)."),
    (date(2027, 3, 13), "m ends at deepseek on 2027-03-14 (in 1 day)."),
    (date(2027, 3, 14), "m ends at deepseek on 2027-03-14 (today)."),
    (date(2027, 3, 15), "m was retired by deepseek on 2027-03-14."),
]


@pytest.mark.parametrize(("today", "said"), ENDS)
def test_the_end_of_a_model_is_told_sixty_days_before_and_ever_after(
    tmp_path: Path, today: date, said: str | None
) -> None:
    config = loaded(tmp_path, "      m: {aliases: [other], deprecated_on: 2027-03-14}\n")

    retirement = retirement_of(config, "m", today)

    assert NOTICE_DAYS == 60
    assert (None if retirement is None else str(retirement)) == said
    by_alias = retirement_of(config, "other", today)
    assert (by_alias is None) == (said is None)
    assert retirement_of(config, "a-model-nobody-knows", today) is None


def test_a_successor_is_named(tmp_path: Path) -> None:
    config = loaded(tmp_path, "      m: {deprecated_on: 2026-07-24, successor: n}\n")

    told = str(retirement_of(config, "m", date(2026, 11, 24)))

    assert told == "m was retired by deepseek on 2026-07-24; use n instead."
