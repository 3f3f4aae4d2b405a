"""The gate of a model: its breaker, and the queue of the prompts that wait for it.

Who has to wait joins the queue of its model. Only one of a queue, its head, sleeps on the
clock; everybody else waits to become it. So prompts go in order, and an opening wakes one, not a
thousand. While a model is in trouble the order is another: a prompt that has not failed comes
before those that have, the one furthest from the trouble first, for its answer tells most.
"""

from typing import TYPE_CHECKING, Final

from copygen.engine.control.breaker import BreakerState, CircuitBreaker
from copygen.engine.retry import AttemptState
from copygen.engine.shutdown import LeftForNextRun, Wakeup
from copygen.errors import ProviderDown
from copygen.models import ApiError, Kind

if TYPE_CHECKING:
    from copygen.engine.pipeline import Slots

SUSPECT_SHARE: Final = 4
"""Suspects (`AttemptState.suspect`) get one slot in so many while others want them: forty that
always hang would otherwise hold every slot for their whole deadline, again and again."""
_WORDS_OF_CAUSES: Final = {
    Kind.CONNECTION: ("could not be reached", ""),
    Kind.TIMEOUT: ("has given no complete answer", "raise --timeout if it is only slow, and "),
    Kind.RATE_LIMITED: ("has refused every request", "wait until its limits allow more, and "),
}


class Waiter:
    """One prompt in a queue."""

    __slots__ = ("state", "wakeup")

    def __init__(self, state: AttemptState) -> None:
        self.state = state
        self.wakeup = Wakeup()


class ModelGate:
    """The breaker of one model, and the queue of those who wait for it."""

    def __init__(self, breaker: CircuitBreaker, slots: "Slots") -> None:
        self.breaker = breaker
        self.under_way = 0
        """Prompts in flight and waiting."""
        self.suspects = 0
        """Of those; see `AttemptState.suspect`."""
        self.given_up: ProviderDown | None = None
        self.last_error: ApiError | None = None
        self.queue: dict[Waiter, None] = {}
        """In order of coming."""
        self._slots = slots
        self._head: Waiter | None = None
        self._unsuspected_in_a_row = 0
        self._skipped = 0
        self._stride = 2

    def suspect(self, state: AttemptState) -> None:
        """Take a prompt for one that may be faulty."""
        if not state.suspect:
            state.suspect = True
            self.suspects += 1

    @property
    def unsuspected(self) -> int:
        """Prompts under way that may tell whether the model is well."""
        return self.under_way - self.suspects

    def join(self, waiter: Waiter) -> None:
        """Stand in the queue."""
        self.queue[waiter] = None
        head = self._head
        if head is None:
            self._head = waiter
        elif head.state.suspect and not waiter.state.suspect:
            self.choose_head()  # the head may wait for one of the few slots of suspects

    def leave(self, waiter: Waiter) -> None:
        """Leave the queue, to send or for good."""
        self.queue.pop(waiter, None)
        # Only then: a queue whose head is still there needs no other.
        if self._head is waiter:
            self._head = None
            self.choose_head()

    def is_head(self, waiter: Waiter) -> bool:
        """Whether this is the one that watches the clock."""
        return self._head is waiter

    def choose_head(self) -> None:
        """Make the one head who may go first."""
        # In trouble the answer that tells most is wanted; else rows go in order, so that the file
        # is worked off from its beginning.
        chosen = self._best_probe() if self.in_trouble else self._next()
        if chosen is not self._head:
            self._head = chosen
            self.wake_head()

    def _best_probe(self) -> Waiter | None:
        """The last come of those whose answer would tell most; of those that failed, the first."""
        # Reversed, so that of equals the last come is taken: the furthest from where the trouble
        # began.
        chosen = max(reversed(self.queue), key=_evidence, default=None)
        # When all have failed, they go round in turn: each gets its attempts, and one of them may
        # be well.
        if chosen is not None and chosen.state.failed_at is not None:
            return next(iter(self.queue))
        return chosen

    def _next(self) -> Waiter | None:
        """The first that is no suspect; at times, and when there is none, a suspect."""
        # Nearly always: nothing has failed, so nothing has to be searched.
        if not self.suspects:
            return self._head or next(iter(self.queue), None)
        unsuspected = next((waiter for waiter in self.queue if not waiter.state.suspect), None)
        if unsuspected is None:
            return self._head or self._best_probe()
        # A suspect at every fifth turn, so that none waits until the end of a long table; and only
        # if a slot of their share is free, or the head would block all others.
        turn = self._unsuspected_in_a_row >= SUSPECT_SHARE and self._slots.has_room_for_suspect
        self._unsuspected_in_a_row = 0 if turn else self._unsuspected_in_a_row + 1
        return (
            next((w for w in self.queue if w.state.suspect), unsuspected) if turn else unsuspected
        )

    def wake_head(self) -> None:
        """Wake the head."""
        if self._head is not None:
            self._head.wakeup.set()

    @property
    def in_trouble(self) -> bool:
        """Whether the breaker keeps prompts back, or may soon."""
        return self.breaker.state is not BreakerState.CLOSED or self.breaker.is_suspicious

    def passes_over(self, enough: int) -> bool:
        """Whether the next prompt for this model is better taken later: it is in trouble, and has
        `enough` waiting that could show that it is well.
        """
        if not self.in_trouble:
            self._skipped, self._stride = 0, 2
            return False
        if len(self.queue) < enough:
            return False
        # Each further one is taken at twice the distance: sixty faulty rows in a row are passed
        # after five that were tried.
        self._skipped += 1
        if self._skipped < self._stride:
            return True
        self._skipped = 0
        self._stride *= 2
        return False

    def check(self) -> None:
        """Raise LeftForNextRun if this model was given up."""
        if self.given_up is not None:
            raise LeftForNextRun


def _evidence(waiter: Waiter) -> int:
    """How much the answer to a prompt would show of its model: 2 for one that never failed, 1 for a
    suspect, 0 for one that failed."""
    return 0 if waiter.state.failed_at is not None else 1 if waiter.state.suspect else 2


def down(name: str, down_s: float, error: ApiError | None) -> ProviderDown:
    """What is said of a host or model that was given up: the last cause, and what may help."""
    words = "has not answered"
    advice = "run the same command again later to go on"
    last = ""
    if error is not None:
        words, helps = _WORDS_OF_CAUSES.get(error.kind, ("has answered with errors only", ""))
        last = f" ({error.message.rstrip('.')})"
        advice = f"{helps}{advice}"
    return ProviderDown(f"{name} {words} for {down_s:.0f} s{last}. What is done is kept: {advice}.")
