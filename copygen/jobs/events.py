"""What happens in a run, as values, in the order in which it happens."""

from dataclasses import dataclass
from typing import TypeAlias

from copygen.errors import CopygenError
from copygen.models import ApiError, Result


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The provider is connected; prompts are sent from now on."""

    total: int | None
    """Prompts in all, those that are done included; None for a stream."""


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """A prompt has its result, and the results file, if there is one, has it too."""

    result: Result


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """A request gave no usable text."""

    error: ApiError
    will_retry: bool
    """Whether its prompt is tried again, as far as the kind of failure says."""
    ends_run: bool
    """Whether no later prompt can fare better; `RunStopping` follows."""


@dataclass(frozen=True, slots=True)
class BreakerChanged:
    """Sending stopped because a host or a model is in trouble, or goes on."""

    name: str
    """Of the host or the model."""
    state: str
    """`open`, `half-open` or `closed`."""
    reason: str
    wait_s: float
    """Seconds until the next probe; 0 unless it opened."""


@dataclass(frozen=True, slots=True)
class RunWaiting:
    """The provider asked to be sent nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RunStopping:
    """No more prompts are taken before the source is empty; what is in flight still ends."""

    reason: CopygenError | None
    """LimitReached for a limit of the user's own; None where the caller asked for it."""


@dataclass(frozen=True, slots=True)
class RunStopped:
    """The last event: every prompt that was taken has its result."""

    error: CopygenError | None
    """What ended the run before its source was empty."""


Event: TypeAlias = (
    RunStarted
    | PromptFinished
    | AttemptFailed
    | BreakerChanged
    | RunWaiting
    | RunStopping
    | RunStopped
)
