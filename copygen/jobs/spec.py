"""A run as its caller sees it, as values: what it is asked to do, and what happens in it.

Both can be compared, stored and sent elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from copygen.errors import CopygenError
from copygen.models import ApiError, Result
from copygen.prompts import ReadOptions, Selection

NO_FILE: Final = "-"
"""As `RunSpec.output`: results go to the caller, and nothing is remembered."""
STREAM: Final = "-"
"""As `RunSpec.prompts`: rows come from the stream or the values that the job is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """A run. It holds no key, no stream and nothing of this process, so it can be pickled."""

    prompts: str | Path = STREAM
    """A prompt file (`.yaml`) or a table (`.csv`, `.jsonl`, `.xlsx` ..., a YAML list)."""
    template: str | Path | None = None
    """The prompt file that words the rows of a table."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Template variables that hold for every row and win over its columns."""
    limit: int | None = None
    """The most prompts to make; None for all."""
    reading: ReadOptions = field(default_factory=ReadOptions)
    """What a table does not tell itself: encoding, delimiter, header row, sheet."""
    selection: Selection = field(default_factory=Selection)
    """Which rows, under which ids, and what of them the records keep."""
    provider: str | None = None
    """Its name; None: the prompt file's, else that of the settings."""
    model: str | None = None
    """For prompts that name none; None: the prompt file's, else the provider's."""
    output: str | Path | None = None
    """The results file; None: beside the prompts (`ad.yaml` → `ad.results.jsonl`), and for values
    no file; `NO_FILE`: none.
    """
    retry: frozenset[str] = frozenset()
    """Which results of earlier runs are made again: `failed`, `rejected` (by the checks or by a
    person), `all`; but for those that a person approved, edited or locked a text of."""
    redo_approved: bool = False
    """Whether texts that a person approved or edited are like any other; locked ones stay."""
    fresh: bool = False
    """Whether to start over; an old results file is moved aside."""
    fsync: str = "auto"
    """When results are forced to the disk: `auto` (about every second), `always`, `never`."""
    summary_file: str | Path | None = None
    """Where the summary is written as JSON."""
    settings_file: str | Path | None = None
    """None: the one that `copygen run` finds."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings by dotted name, each value in YAML, as with `--option`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings by dotted name, as values; they win over `options`. A None changes nothing."""
    provider_settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the provider by name, likewise: `base_url`, `rpm`, `tpm`."""
    only: frozenset[str] | None = None
    """The ids of the prompts to send; None for all of them."""


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
