"""How the prompts stand against the results file: what is done, and what changed since."""

from collections import Counter
from collections.abc import Mapping
from enum import Enum, auto
from itertools import islice

from copygen.models import JsonValue, Prompt, Result, Status
from copygen.planning.report import LedgerState, shown_path
from copygen.results.resume import Resume
from copygen.results.survey import Survey

GONE_SHOWN = 3
WORDING, MODEL, PROVIDER = "wording", "model", "provider"
COLUMN = "column:"
_ABSENT = object()


class PromptState(Enum):
    """How one prompt stands."""

    DONE = auto()
    AGAIN = auto()
    CHANGED = auto()
    NEW = auto()


class LedgerDiff:
    """A fold over the prompts of a run, each looked up in the results file."""

    def __init__(
        self,
        survey: Survey | None,
        resume: Resume,
        provider: str,
        used_names: frozenset[str],
    ) -> None:
        """`survey` None: nothing is remembered. `resume` knows what of it stays, `used_names` are
        the variables that prompts are made of.
        """
        self._survey = survey
        self._resume = resume
        self._provider = provider
        self._used = used_names
        self._done: Counter[Status] = Counter()
        self._standings: Counter[PromptState] = Counter()
        self._changes: Counter[str] = Counter()
        self._known = 0
        self._claimed = 0
        """Prompts whose result is there under another id."""

    def add(self, prompt: Prompt) -> PromptState:
        """Take in one prompt."""
        standing = self._standing(prompt)
        self._standings[standing] += 1
        return standing

    def state(self, *, complete: bool = True) -> LedgerState:
        """What was found, once every prompt was added.

        Unless those are the `complete` input, nothing can be said of what is gone from it.
        """
        survey = self._survey
        gone = survey.ids - self._known - self._claimed if survey and complete else 0
        # An id met twice (streams allow none) cannot make it negative.
        ids = (result.id for result in survey.unwanted()) if survey and gone > 0 else iter(())
        return LedgerState(
            path=shown_path(survey.path if survey else None),
            records=survey.ids if survey else 0,
            done=dict(self._done),
            again=self._standings[PromptState.AGAIN],
            changed=self._standings[PromptState.CHANGED],
            changes=dict(self._changes.most_common()),
            new=self._standings[PromptState.NEW],
            gone=max(0, gone),
            gone_ids=tuple(islice(ids, GONE_SHOWN)),
        )

    def _standing(self, prompt: Prompt) -> PromptState:
        survey = self._survey
        if survey is None:
            return PromptState.NEW
        known = survey.holds(prompt.id)
        self._known += known
        settled = self._resume.status_of(prompt)
        if settled is not None:
            self._done[settled] += 1
            self._claimed += not known
            return PromptState.DONE
        if not known:
            return PromptState.NEW
        if survey.status_of(prompt.id, *prompt.keys) is not None:
            return PromptState.AGAIN
        self._compare(prompt, survey.record(prompt.id))
        return PromptState.CHANGED

    def _compare(self, prompt: Prompt, record: Result | None) -> None:
        found = list(self._changed(prompt, record)) if record is not None else [WORDING]
        self._changes.update(found or [WORDING])

    def _changed(self, prompt: Prompt, record: Result) -> list[str]:
        names = differing(record.input, prompt.input, self._used)
        found = [COLUMN + name for name in names]
        if record.provider != self._provider:
            found.append(PROVIDER)
        if record.model != prompt.model:
            found.append(MODEL)
        return found


def differing(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue], used: frozenset[str]
) -> list[str]:
    """The used columns whose values are not the same, in the order of `after`."""
    names = dict.fromkeys((*after, *before))
    return [
        name
        for name in names
        if name in used and before.get(name, _ABSENT) != after.get(name, _ABSENT)
    ]
