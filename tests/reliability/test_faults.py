"""Faults of every kind, all the time: each prompt still gets its own text, once.

A prompt is lost with chance q^max_attempts + a^(max_ambiguous + 1), where q is the share of
attempts that fail and count, and a that of failures that may have been billed among those and the
successes. With the defaults and 12 % that is 6 in 100 000 prompts; ten attempts, seven of them
ambiguous, make 20 % of faults 3 in 100 million.
"""

from pathlib import Path

import pytest

from tests.support.load_running import Ended, run_watched, server_stats, write_rows
from tests.support.load_simulator import simulating
from tests.support.rel_running import note_figure

LONG = (pytest.mark.soak, pytest.mark.timeout(1800))
FAULTS = ("rate_limited", "server_error", "timeout", "reset", "truncated", "html", "empty")
MAYBE_BILLED = ("timeout", "reset", "truncated", "empty")
QUICK = {"latency_ms": 20, "retry_after": "ms", "retry_after_s": 0.02}
STUBBORN = ("--max-attempts", 10, "-O", "retry.max_ambiguous=6")


def expected_attempts(share: float) -> float:
    """Requests per prompt when each fails with the same chance, whatever became of the others."""
    return 1 / (1 - share)


def check_every_text_is_its_own(ended: Ended, texts: dict[str, str]) -> None:
    assert ended.code == 0, ended.stderr
    assert {record["status"] for record in ended.records} == {"ok"}
    assert len(ended.records) == len(texts)
    assert {record["id"]: record["text"] for record in ended.records} == texts


@pytest.mark.parametrize(
    ("count", "share", "profile", "flags"),
    [
        pytest.param(300, 0.12, QUICK, (), id="short"),
        pytest.param(2_000, 0.12, {"latency_ms": 40}, (), marks=LONG, id="2000"),
        pytest.param(20_000, 0.2, QUICK, STUBBORN, marks=LONG, id="20000"),
    ],
)
def test_R7_mixed_faults_cost_no_prompt_and_every_attempt_is_counted(
    tmp_path: Path, count: int, share: float, profile: dict[str, object], flags: tuple[object, ...]
) -> None:
    texts = write_rows(tmp_path, count)
    faults = dict.fromkeys(FAULTS, share / len(FAULTS))
    with simulating(echo=True, **profile, **faults) as base_url:
        to = ("-p", "simulator", "--base-url", base_url, "-c", 50)
        slack = ("--timeout", 2, "-O", "retry.base_s=0.05")
        ended = run_watched(tmp_path, *to, *slack, *flags)
        stats = server_stats(base_url)
    assert ended.code in (0, 3), ended.stderr
    per_prompt = stats["requests"] / count
    note_figure(
        f"R7 {share:.0%} mixed faults",
        prompts=count,
        ok=sum(record["status"] == "ok" for record in ended.records),
        requests=stats["requests"],
        requests_per_prompt=round(per_prompt, 4),
        expected=round(expected_attempts(share), 4),
        faults=stats["faults"],
        breaker_openings=ended.traffic["breaker_openings"],
        wall_s=round(ended.summary["wall_s"], 1),
    )
    check_every_text_is_its_own(ended, texts)
    assert all(stats["faults"].values()), "every kind came up"
    assert ended.traffic["breaker_openings"] == 0
    assert stats["max_in_flight"] <= 50
    attempts = sum(record["attempts"] for record in ended.records)
    assert attempts == ended.traffic["requests"]
    # What a kept connection is reset under is sent again without an attempt: nobody was billed.
    assert 0 <= stats["requests"] - attempts <= stats["faults"]["reset"]
    assert stats["faults"]["rate_limited"] == ended.traffic["rate_limited"]
    # Four standard deviations of the mean of as many geometric numbers.
    tolerance = 4 * (share / (1 - share) ** 2 / count) ** 0.5
    assert per_prompt == pytest.approx(expected_attempts(share), abs=tolerance)
