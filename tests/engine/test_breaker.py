"""The breaker's rules, driven by hand, and against a model that knows only the promises."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from copygen.config import BreakerSettings
from copygen.engine.control.breaker import BreakerState, Call, CircuitBreaker, Verdict

S, F, T, N, X = (
    Verdict.SUCCESS,
    Verdict.FAILURE,
    Verdict.TIMEOUT,
    Verdict.NO_CONNECTION,
    Verdict.NEUTRAL,
)


def breaker(**changes: object) -> CircuitBreaker:
    rules = BreakerSettings.model_validate({"jitter": 0, **changes})
    return CircuitBreaker("m at host", rules, random.Random(0))


def admitted(subject: CircuitBreaker, now: float) -> Call:
    permit = subject.admit(now)
    assert isinstance(permit, Call)
    return permit


def feed(subject: CircuitBreaker, verdicts: list[Verdict]) -> BreakerState:
    """One call after another, a second apart."""
    for second, verdict in enumerate(verdicts):
        subject.record(admitted(subject, second), verdict, second + 0.5)
        if subject.state is not BreakerState.CLOSED:
            break
    return subject.state


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ([T, T, T], BreakerState.OPEN),
        ([T, T, X, T], BreakerState.OPEN),
        ([S, T, T, T], BreakerState.OPEN),
        ([N] * 10, BreakerState.OPEN),
        ([F] * 20, BreakerState.OPEN),
        ([S] * 10 + [F] * 10, BreakerState.OPEN),
        ([S] * 40 + [F] * 25, BreakerState.OPEN),
        # None of these is an outage.
        ([T, T], BreakerState.CLOSED),
        ([T, T, S, T, T, S], BreakerState.CLOSED),
        ([N] * 9 + [S] + [N] * 9, BreakerState.CLOSED),
        ([F] * 19, BreakerState.CLOSED),
        ([S] * 11 + [F] * 10, BreakerState.CLOSED),
        ([S] * 50 + [F] * 24, BreakerState.CLOSED),
        ([X] * 10_000, BreakerState.CLOSED),
        ([F, S] * 9, BreakerState.CLOSED),
    ],
)
def test_B7_what_opens_and_what_does_not(verdicts: list[Verdict], state: BreakerState) -> None:
    assert feed(breaker(), verdicts) is state


def test_stragglers_of_a_thousand_that_time_out_in_the_same_instant_are_no_outage() -> None:
    subject = breaker()
    permits = [admitted(subject, 0.0) for _ in range(1000)]
    for permit in permits[:990]:
        subject.record(permit, S, 1.0)
    for permit in permits[990:]:
        subject.record(permit, T, 30.0)
    assert subject.state is BreakerState.CLOSED


def test_any_number_of_stragglers_that_time_out_at_the_end_is_no_outage() -> None:
    subject = breaker()
    permits = [admitted(subject, n / 1000) for n in range(10_000)]
    for n, permit in enumerate(permits):
        if n % 100:
            subject.record(permit, S, n / 1000 + 0.04)
    for n, permit in enumerate(permits):
        if n % 100 == 0:
            assert subject.record(permit, T, n / 1000 + 30) is None


def test_a_provider_that_answers_some_and_leaves_the_most_hanging_is_an_outage() -> None:
    subject = breaker(timeouts_in_a_row=1000)
    permits = [admitted(subject, n / 1000) for n in range(100)]
    for permit in permits[::3]:
        subject.record(permit, S, 1.0)
    transitions = [
        subject.record(permit, T, 30.0) for permit in permits if permit not in permits[::3]
    ]
    assert any(transitions)


def test_B7_a_timeout_counts_unless_a_call_that_began_no_earlier_succeeded() -> None:
    subject = breaker()
    early = [admitted(subject, 0.0) for _ in range(10)]
    success = admitted(subject, 0.1)
    later = [admitted(subject, 0.2) for _ in range(3)]
    subject.record(success, S, 5.0)
    for permit in early:
        assert subject.record(permit, T, 30.0) is None
    for permit in later[:2]:
        assert subject.record(permit, T, 30.2) is None
    assert subject.record(later[2], T, 30.2) is not None


def test_B1_ten_failures_in_a_row_let_nobody_in_until_the_answers_on_their_way_are_here() -> None:
    subject = breaker()
    early = admitted(subject, 0.0)
    calls = [admitted(subject, 0.1) for _ in range(13)]
    for permit in calls[:9]:
        subject.record(permit, F, 0.1)
    subject.record(early, S, 0.1)  # from before the trouble: says nothing about it
    assert not subject.is_suspicious
    subject.record(calls[9], F, 0.1)
    assert subject.is_suspicious
    assert subject.admit(0.1) == math.inf
    subject.record(calls[10], X, 0.2)
    assert subject.admit(0.2) == math.inf
    subject.record(calls[11], S, 0.3)
    assert not subject.is_suspicious
    admitted(subject, 0.3)


def test_B1_under_suspicion_one_call_at_a_time_goes_on() -> None:
    subject = breaker()
    feed(subject, [F] * 10)
    for second in range(100, 110):
        assert subject.state is BreakerState.CLOSED
        only = admitted(subject, second)
        assert subject.admit(second) == math.inf
        subject.record(only, F, second)
    assert subject.state is BreakerState.OPEN


def test_a_provider_that_hangs_from_the_start_opens_at_the_third_timeout() -> None:
    subject = breaker()
    permits = [admitted(subject, 0.0) for _ in range(50)]
    for permit in permits[:3]:
        subject.record(permit, T, 30.0)
    assert subject.state is BreakerState.OPEN


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(20))
def test_twelve_percent_of_random_faults_at_concurrency_50_do_not_open_it(seed: int) -> None:
    """Faults of every kind, the fast ones reported before the slow successes."""
    rng = random.Random(seed)
    subject = breaker()
    now = 0.0
    in_flight: list[tuple[float, Verdict, Call]] = []
    for _ in range(5_000):
        while len(in_flight) < 50 and not isinstance(permit := subject.admit(now), float):
            fault = rng.random() < 0.12
            verdict = rng.choice([F, F, F, T, X]) if fault else S
            lasts = {S: 0.04, T: 30.0}.get(verdict, 0.001)
            in_flight.append((now + lasts, verdict, permit))
        in_flight.sort(key=lambda call: call[0])
        now, verdict, permit = in_flight.pop(0)
        assert subject.record(permit, verdict, now) is None


def open_at(subject: CircuitBreaker, now: float) -> None:
    for _ in range(3):
        subject.record(admitted(subject, now), T, now)
    assert subject.state is BreakerState.OPEN


def test_cooldowns_double_to_the_cap_and_start_over_after_a_success() -> None:
    subject = breaker()
    open_at(subject, 0.0)
    now, waits = 0.0, []
    for _ in range(6):
        wait = subject.admit(now)
        assert isinstance(wait, float)
        waits.append(wait)
        now += wait
        subject.record(admitted(subject, now), F, now)
    assert waits == [5, 10, 20, 40, 60, 60]
    now += 60
    subject.record(admitted(subject, now), S, now)
    assert subject.state is BreakerState.CLOSED
    open_at(subject, now + 100)
    assert subject.admit(now + 100) == 5


def test_a_fixed_cooldown_of_60_s_can_be_set() -> None:
    subject = breaker(cooldown_s=60, cooldown_cap_s=60)
    open_at(subject, 0.0)
    assert subject.admit(0.0) == 60
    subject.record(admitted(subject, 60.0), F, 60.0)
    assert subject.admit(60.0) == 60


def test_jitter_stays_within_its_share() -> None:
    rules = BreakerSettings()
    waits = set()
    for seed in range(200):
        subject = CircuitBreaker("x", rules, random.Random(seed))
        open_at(subject, 0.0)
        waits.add(subject.admit(0.0))
    assert 4 <= min(waits) < 4.2
    assert 5.8 < max(waits) <= 6


def test_B2_half_open_admits_one_probe_whoever_asks() -> None:
    subject = breaker()
    open_at(subject, 0.0)
    answers = [subject.admit(6.0) for _ in range(1000)]
    assert sum(isinstance(answer, Call) for answer in answers) == 1
    assert answers[1:] == [math.inf] * 999


def test_B3_a_probe_that_says_nothing_gives_its_place_to_the_next() -> None:
    subject = breaker()
    open_at(subject, 0.0)
    subject.record(admitted(subject, 6.0), X, 7.0)
    assert subject.state is BreakerState.HALF_OPEN
    assert admitted(subject, 7.0).is_probe


def test_B4_an_answer_from_before_the_trip_changes_nothing() -> None:
    subject = breaker()
    late = [admitted(subject, 0.0) for _ in range(100)]
    open_at(subject, 0.0)
    probe = admitted(subject, 6.0)
    for permit in late:
        assert subject.record(permit, S, 6.1) is None
    assert subject.state is BreakerState.HALF_OPEN
    subject.record(probe, F, 6.2)
    assert subject.state is BreakerState.OPEN


def test_after_closing_starts_come_slowly_and_faster_and_faster() -> None:
    subject = breaker()
    open_at(subject, 0.0)
    subject.record(admitted(subject, 6.0), S, 6.0)
    starts, now = [], 6.0
    while now < 11.0:
        answer = subject.admit(now)
        if isinstance(answer, Call):
            starts.append(now)
        else:
            now += answer
    per_second = [sum(6 + n <= start < 7 + n for start in starts) for n in range(5)]
    assert per_second[0] <= 6
    assert all(
        later == pytest.approx(2 * earlier, rel=0.3) for earlier, later in pairwise(per_second)
    )


def test_every_transition_says_what_happened() -> None:
    subject = breaker()
    subject.record(admitted(subject, 0.0), T, 1.0)
    subject.record(admitted(subject, 0.0), T, 1.0)
    opened = subject.record(admitted(subject, 0.0), T, 1.0)
    assert opened is not None
    assert (opened.before, opened.after, opened.reason, opened.wait_s) == (
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "3 timeouts in a row",
        5.0,
    )
    closed = subject.record(admitted(subject, 6.0), S, 6.1)
    assert closed is not None
    assert (closed.before, closed.after) == (BreakerState.HALF_OPEN, BreakerState.CLOSED)


class Promises(RuleBasedStateMachine):
    """Calls begin, end and are cancelled in any order while time passes."""

    in_flight = Bundle("in_flight")

    def __init__(self) -> None:
        super().__init__()
        self.subject = CircuitBreaker("x", BreakerSettings(), random.Random(1))
        self.now = 0.0
        self.probes: set[Call] = set()

    @rule(seconds=st.floats(0, 90))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule(target=in_flight, count=st.integers(1, 12))
    def ask(self, count: int) -> list[Call]:
        """Several ask at once; a wait is never wrong about the future."""
        permits = []
        for _ in range(count):
            answer = self.subject.admit(self.now)
            if isinstance(answer, Call):
                permits.append(answer)
                if answer.is_probe:
                    self.probes.add(answer)
            else:
                assert answer > 0
                if self.subject.state is BreakerState.OPEN:
                    assert answer <= 72
        return permits

    @rule(permits=consumes(in_flight), verdict=st.sampled_from(Verdict))
    def end(self, permits: list[Call], verdict: Verdict) -> None:
        """Calls end, possibly long after the state they began in."""
        for permit in permits:
            before, stale = self.subject.state, permit.generation != self.subject._generation
            transition = self.subject.record(permit, verdict, self.now)
            self.probes.discard(permit)
            if stale or verdict is X:
                assert transition is None
                assert self.subject.state is before
            if transition and transition.after is BreakerState.CLOSED:
                assert permit.is_probe

    @invariant()
    def at_most_one_probe_of_this_generation(self) -> None:
        """B2."""
        current = [p for p in self.probes if p.generation == self.subject._generation]
        assert len(current) <= 1

    @invariant()
    def time_alone_leads_to_a_new_probe(self) -> None:
        """B3: unless one is in flight, nobody waits longer than the longest cool-down."""
        if self.subject.state is BreakerState.OPEN:
            assert self.subject.wait_s(self.now) <= 72


TestPromises = pytest.mark.no_cover(Promises.TestCase)
TestPromises.settings = hypothesis_settings(max_examples=150, stateful_step_count=60)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (F, "failed, too"),
        (T, "timed out, too"),
        (N, "did not get through either"),
        (Verdict.OVERLOADED, "was told that it is full"),
    ],
)
def test_a_probe_that_fails_is_told_in_words(verdict: Verdict, words: str) -> None:
    subject = breaker(timeouts_in_a_row=1)
    subject.record(admitted(subject, 0), T, 1)
    told = subject.record(admitted(subject, 1000), verdict, 1001)

    assert told is not None
    assert told.reason == f"a single request to see whether it is back {words}"
