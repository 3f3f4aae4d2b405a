"""What stops a run, and the exit code it ends with.

CopygenError                what went wrong and what to do, for people; never a traceback
├ UsageError          2     flags that contradict each other
├ ConfigError         2     a settings file, a preset, or a missing key
├ PromptError         2     a prompt file or table; nothing was sent
├ LimitReached        4     the user's own limit (cost, tokens, time)
├ ProviderDown        5     unreachable past give_up_after; run again to go on
├ InputChanged        5     the prompts changed while they were read; run again
├ LedgerLocked        6     another run holds the results file
├ ProviderRefused     7     key, billing or model refused for good
└ ResultsError        8     results cannot be written

A failed prompt is none of these: it is a `Result`.
"""

from enum import IntEnum

from copygen.models import ApiError, Source


class ExitCode(IntEnum):
    """What `copygen run` ends with. Every code but USAGE leaves a resumable results file."""

    OK = 0
    BUG = 1
    USAGE = 2
    PARTIAL = 3
    LIMIT = 4
    TEMPORARY = 5
    LOCKED = 6
    REFUSED = 7
    RESULTS = 8
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class CopygenError(Exception):
    """Base of every failure a user can cause or meet. `str()` is the whole message."""

    exit_code = ExitCode.BUG


class UsageError(CopygenError):
    """The command line makes no sense as given."""

    exit_code = ExitCode.USAGE


class ConfigError(CopygenError):
    """Settings, presets or keys are unusable; says which file and which key."""

    exit_code = ExitCode.USAGE


class PromptError(CopygenError):
    """A prompt file or table is unusable. Shown as `file:line:column: sentence`."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, source: Source | None = None) -> None:
        super().__init__(f"{source}: {message}" if source else message)
        self.message = message
        self.source = source


class LimitReached(CopygenError):
    """A limit the user set was reached; everything done so far is kept."""

    exit_code = ExitCode.LIMIT


class ProviderDown(CopygenError):
    """The provider stayed unreachable for longer than `give_up_after`."""

    exit_code = ExitCode.TEMPORARY


class InputChanged(CopygenError):
    """A file of prompts changed while it was read; what is done is kept, some rows are not."""

    exit_code = ExitCode.TEMPORARY


class LedgerLocked(CopygenError):
    """Another run is writing this results file."""

    exit_code = ExitCode.LOCKED


class ProviderRefused(CopygenError):
    """An answer no later prompt can better: bad key, no credit, unknown model."""

    exit_code = ExitCode.REFUSED

    def __init__(self, message: str, error: ApiError) -> None:
        super().__init__(message)
        self.error = error


class ResultsError(CopygenError):
    """The results file cannot be written; says where paid results were rescued to."""

    exit_code = ExitCode.RESULTS


def unwritten(error: OSError) -> ResultsError:
    """What is told where standard output does not take what was asked for: a full disk."""
    return ResultsError(f"standard output cannot be written ({error.strerror or error})")
