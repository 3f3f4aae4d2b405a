import random
from collections import Counter

import pytest

from copygen.config import BreakerSettings, RetrySettings
from copygen.engine.control.breaker import CircuitBreaker, Verdict
from copygen.engine.control.concurrency import Concurrency
from copygen.engine.gate import ModelGate
from copygen.engine.pipeline import Slot, Slots
from copygen.engine.retry import RULES, Action, AttemptState, Retrier, backoff_s
from copygen.models import ApiError, Kind
from tests.support.virtual_loop import run_virtual


def test_R1_every_kind_has_a_rule() -> None:
    assert list(Kind) == sorted(RULES, key=list(Kind).index)


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (Kind.RATE_LIMITED, Action.WAIT),
        (Kind.CONNECTION, Action.WAIT),
        (Kind.SERVER, Action.RETRY),
        (Kind.TIMEOUT, Action.RETRY),
        (Kind.BAD_REPLY, Action.RETRY),
        (Kind.INVALID_REQUEST, Action.FAIL),
        (Kind.CONTENT_FILTER, Action.FAIL),
        (Kind.TOO_LARGE, Action.FAIL),
        (Kind.TRUNCATED, Action.FAIL),
        (Kind.AUTH, Action.STOP),
        (Kind.BILLING, Action.STOP),
        (Kind.MODEL_NOT_FOUND, Action.STOP),
        (Kind.WRONG_URL, Action.STOP),
        (Kind.TLS, Action.STOP),
    ],
)
def test_what_follows_from_a_kind(kind: Kind, action: Action) -> None:
    assert RULES[kind].action is action


def test_an_answer_about_the_request_alone_counts_for_the_service() -> None:
    for kind in (Kind.INVALID_REQUEST, Kind.CONTENT_FILTER, Kind.TOO_LARGE, Kind.REFUSAL):
        assert RULES[kind].verdict is Verdict.SUCCESS


@pytest.mark.parametrize(("n", "most"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (5000, 60)])
def test_R2_backoff_is_full_jitter(n: int, most: float) -> None:
    """Uniform over [0, min(cap, base 2^(n-1))]: every tenth holds its tenth, within 20 %."""
    rng = random.Random(0)
    draws = [backoff_s(n, 1.0, 60.0, rng) for _ in range(10_000)]
    assert min(draws) >= 0
    assert max(draws) <= most
    tenths = Counter(int(draw / most * 10) for draw in draws)
    assert all(800 <= tenths[tenth] <= 1200 for tenth in range(10))


def new_state() -> AttemptState:
    slots = Slots(Concurrency(1, 1, adaptive=False))
    breaker = CircuitBreaker("m", BreakerSettings(), random.Random(0))
    return AttemptState(0.0, Slot(slots), ModelGate(breaker, slots))


class Script:
    """Answers with one kind after another, then with a text."""

    def __init__(
        self, *kinds: Kind, retry_after_s: float | None = None, probes: bool = False
    ) -> None:
        self.probes = probes
        self.left = [ApiError(kind, kind.value, retry_after_s=retry_after_s) for kind in kinds]
        self.first = self.left.pop(0)
        self.attempts = 1
        self.pauses: list[float] = []
        self.state = new_state()
        self.count(self.first)

    def count(self, error: ApiError) -> None:
        """As the client counts what it got."""
        rule = RULES[error.kind]
        excused = rule.action is Action.WAIT or self.probes
        self.state.count_failure(ambiguous=rule.ambiguous, excused=excused)

    async def attempt(self) -> str | ApiError:
        """The next answer."""
        self.attempts += 1
        if not self.left:
            return "text"
        self.count(self.left[0])
        return self.left.pop(0)

    async def pause(self, seconds: float) -> None:
        """Remember how long."""
        self.pauses.append(seconds)

    def play(self, rng: random.Random | None = None, **changes: object) -> str | ApiError:
        """Run it to its end."""
        rules = RetrySettings.model_validate(changes)
        retrier = Retrier(rules, rng or random.Random(0), self.state)
        return run_virtual(retrier.again(self.first, self.attempt, self.pause))


def test_a_failure_that_passes_is_outlasted() -> None:
    script = Script(Kind.SERVER, Kind.CONNECTION, Kind.SERVER)
    assert script.play() == "text"
    assert script.attempts == 4
    assert len(script.pauses) == 3


def test_a_failure_that_stays_ends_after_max_attempts_with_its_last_error() -> None:
    script = Script(*[Kind.SERVER] * 9)
    answer = script.play(max_attempts=3)
    assert isinstance(answer, ApiError)
    assert answer.kind is Kind.SERVER
    assert script.attempts == 3


@pytest.mark.parametrize("kind", [k for k in Kind if RULES[k].action in (Action.FAIL, Action.STOP)])
def test_what_cannot_get_better_is_not_sent_again(kind: Kind) -> None:
    script = Script(kind, Kind.SERVER)
    answer = script.play()
    assert isinstance(answer, ApiError)
    assert answer.kind is kind
    assert script.attempts == 1
    assert script.pauses == []


def test_R2_the_first_wait_is_drawn_from_the_base_and_each_next_from_twice_as_much() -> None:
    class Longest(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    script = Script(*[Kind.SERVER] * 8)
    script.play(Longest(), max_attempts=9)
    assert script.pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_R8_what_may_have_been_billed_is_sent_again_twice_at_most() -> None:
    script = Script(*[Kind.TIMEOUT] * 9)
    script.play(max_attempts=9)
    assert script.attempts == 3


def test_R5_forty_429s_use_up_no_attempt() -> None:
    script = Script(*[Kind.RATE_LIMITED] * 40)
    assert script.play(max_attempts=1) == "text"
    assert script.attempts == 41


def test_a_probe_that_fails_uses_up_no_attempt_of_its_prompt() -> None:
    script = Script(*[Kind.SERVER] * 30, probes=True)
    assert script.play(max_attempts=2) == "text"


def test_R3_retry_after_is_a_floor_with_jitter_on_top() -> None:
    script = Script(*[Kind.RATE_LIMITED] * 200, retry_after_s=7.0)
    script.play()
    assert min(script.pauses) >= 7
    assert len(set(script.pauses)) == 200


def test_what_an_attempt_raises_passes_through() -> None:
    class Bug(Exception):
        pass

    async def attempt() -> str:
        raise Bug

    async def pause(_: float) -> None:
        return

    retrier = Retrier(RetrySettings(), random.Random(0), new_state())
    with pytest.raises(Bug):
        run_virtual(retrier.again(ApiError(Kind.SERVER, "x"), attempt, pause))
