"""Settings of a simulator: what they may be, and the latencies that follow."""

from typing import Any

import pytest
from pydantic import ValidationError

from copygen.simulator import SimulatedFault, SimulatorProfile

QUANTILES = [(n + 0.5) / 2000 for n in range(2000)]
REPORTED = {
    "deepseek-chat": 38,
    "gemini-2.5-flash": 45,
    "gpt-4.1": 120,
    "claude-sonnet-4.5": 95,
    "some-other-model": 50,
}


@pytest.mark.parametrize(
    "settings",
    [
        {"server_error": 1.1},
        {"server_error": -0.1},
        {"server_error": 0.6, "html": 0.5},
        {"server_error": float("nan")},
        {"seed": -1},
        {"rpm": 0},
        {"tpm": -5},
        {"latency_ms": -1},
        {"latency_ms": float("inf")},
        {"retry_after": "later"},
        {"require_key": ""},
        {"timeouts": 0.1},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SimulatorProfile.model_validate(settings)


def test_too_much_of_everything_is_named_as_such() -> None:
    with pytest.raises(ValidationError, match=r"add up to 1\.5; together they can be 1 at most"):
        SimulatorProfile(server_error=0.75, html=0.75)


def test_shares_may_add_up_to_one_exactly() -> None:
    tenth = dict.fromkeys((fault.value for fault in SimulatedFault), 0.1)
    SimulatorProfile.model_validate(tenth | {"html": 0.4})


def test_every_fault_has_a_share() -> None:
    profile = SimulatorProfile(html=0.25)
    assert profile.shares() == dict.fromkeys(SimulatedFault, 0) | {SimulatedFault.HTML: 0.25}


def test_a_profile_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        SimulatorProfile().seed = 3


@pytest.mark.parametrize(("model", "mean_ms"), REPORTED.items())
def test_latencies_spread_around_the_mean_reported_for_the_model(model: str, mean_ms: int) -> None:
    latencies = [SimulatorProfile().latency_s(model, quantile) * 1000 for quantile in QUANTILES]
    assert sum(latencies) / len(latencies) == pytest.approx(mean_ms, rel=0.01)
    assert latencies == sorted(latencies)
    assert latencies[0] < 0.6 * mean_ms
    assert latencies[-1] > 1.8 * mean_ms


def test_latency_can_be_scaled_fixed_or_left_out() -> None:
    assert SimulatorProfile(latency_sigma=0, latency_scale=2).latency_s(
        "gpt-4.1", 0.3
    ) == pytest.approx(0.24)
    assert SimulatorProfile(latency_ms=40, latency_scale=2).latency_s("gpt-4.1", 0.9) == 0.04
    assert SimulatorProfile(latency_ms=0).latency_s("gpt-4.1", 0.9) == 0
    slow = SimulatorProfile(model_latency_ms={"x": 10}, other_latency_ms=20, latency_sigma=0)
    assert slow.latency_s("x", 0.5) == pytest.approx(0.01)
    assert slow.latency_s("gpt-4.1", 0.5) == pytest.approx(0.02)


def test_sloppiness_is_no_fault_of_the_connection() -> None:
    assert SimulatorProfile(sloppy=0.5, html=1).shares() == SimulatorProfile(html=1).shares()
    with pytest.raises(ValidationError):
        SimulatorProfile(sloppy=1.1)
