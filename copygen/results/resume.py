"""Whether a prompt is settled: what an earlier run has done is neither sent nor paid for again.

A prompt is settled by a record of its own id that was made with its key, if the status of that is
one that stays. Where its id has no record, one with its key under another id settles it: an id can
be made of columns that the template does not use, and one of them changed. But a record answers one
prompt only. So all ids of the source are looked up before the run (`reserve`): their records are
kept for them, and only what is left over can be claimed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copygen.errors import UsageError
from copygen.models import InputFault, Prompt, Result, Status
from copygen.results.files import reported
from copygen.results.index import HAS_TEXT, Latest
from copygen.results.record import read_results

DONE: Final = frozenset({Status.OK, Status.REJECTED, Status.FAILED})
"""What an earlier run has settled; `skipped`, `cancelled` and None run again. Of these, `failed`
and `rejected` run again only when the user asks for it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The prompts of a source, each method a reading of its own."""

    ids: Callable[[], Iterator[str]]
    """Their ids alone: a third of the time that rendering them takes."""
    prompts: Callable[[], Iterator[Prompt | InputFault]]


class Resume:
    """What earlier runs have settled of the prompts of one source."""

    def __init__(
        self, latest: Latest | None, settled: frozenset[Status], rows: Rows | None
    ) -> None:
        """`latest` is what the results file holds, None where nothing is remembered; `settled` are
        the statuses that stay. `rows` is None for a stream, which can be read once only: what it
        has in common with the results is seen as it comes.
        """
        self._latest = latest if latest is not None and latest.counts else None
        self._settled = settled
        self._rows = rows
        self._chooses = Status.OK in settled and not settled >= DONE
        """Only some of the results are made again: `--retry failed`."""

    @property
    def knows(self) -> bool:
        """Whether there is anything that could be settled."""
        return self._latest is not None

    def reserve(self) -> None:
        """Find out which records belong to prompts that are still there; the others are spare."""
        latest, rows = self._latest, self._rows
        if latest is None:
            return
        if rows is None:
            latest.reserve(())
            return
        known = missing = 0
        for id_ in rows.ids():
            if latest.holds(id_):
                known += 1
            else:
                missing += 1
        # Nobody to claim a record, or none that is spare: nearly always, and half the work.
        if missing and known < sum(latest.counts.values()):
            latest.reserve(rows.ids())

    def status_of(self, prompt: Prompt) -> Status | None:
        """How the prompt ended, where that settles it; None: it is to be sent."""
        latest = self._latest
        if latest is None:
            return None
        status = latest.status_of(prompt.id, *prompt.keys)
        if status is not None and self._rows is None:
            latest.keep(prompt.id)
        if status is None:
            claims = (latest.claim(prompt.id, key, self._settled) for key in prompt.keys)
            status = next((one for one in claims if one is not None), None)
        if status in self._settled:
            return status
        # Of a file that is found out before the run.
        stays = self._chooses and self._rows is None and latest.newest_of(prompt.id) is Status.OK
        return Status.OK if stays else None

    def guard(self, path: Path, template: str | None, *, named: bool) -> None:
        """Raise UsageError where the run would replace texts that nobody asked to replace.

        That is, where only some results are made again and accepted texts would go with them; and
        where all results at `path` are of another template than `template`, unless somebody `named`
        the file: else its name is the table's, whatever words the rows.
        """
        if self._latest is None or self._rows is None:
            return
        if self._chooses:
            self._refuse_replacing(self._latest, self._rows.prompts())
        if named or template is None:
            return
        earlier = _template_of(path)
        if earlier not in (None, template) and self._shares_nothing(
            self._latest, self._rows.prompts()
        ):
            raise UsageError(
                f"{path} has the texts of another template, {earlier}: name another file with "
                f"-o to keep both, or say -o {path} to replace them."
            )

    @staticmethod
    def _shares_nothing(latest: Latest, prompts: Iterable[Prompt | InputFault]) -> bool:
        """Whether there are texts of these ids, and none of them is what would be sent now."""
        others = False
        for _, is_same in _with_texts(latest, prompts):
            if is_same:
                return False
            others = True
        return others

    @staticmethod
    def _refuse_replacing(latest: Latest, prompts: Iterable[Prompt | InputFault]) -> None:
        found = _with_texts(latest, prompts)
        replaced = sum(status is Status.OK and not is_same for status, is_same in found)
        if replaced:
            texts = "1 accepted text" if replaced == 1 else f"{replaced} accepted texts"
            raise UsageError(
                f"--retry would make {texts} anew, too: the model, the template or the rows are "
                "not what they were made with. Use what they were made with, or another -o for "
                "the new texts; without --retry the run replaces them, and with --retry all "
                "everything."
            )


def _with_texts(
    latest: Latest, prompts: Iterable[Prompt | InputFault]
) -> Iterator[tuple[Status, bool]]:
    """Of each prompt whose id has a text: its status, and whether it answers this prompt."""
    for entry in prompts:
        newest = latest.newest_of(entry.id)
        if newest is not None and newest in HAS_TEXT:
            keys = entry.keys if isinstance(entry, Prompt) else ("",)
            yield newest, latest.status_of(entry.id, *keys) is not None


def _template_of(path: Path) -> str | None:
    """The template of the first result in a file, where there is one."""
    with reported(path, "read it"):
        records = (one for one in read_results(path) if isinstance(one, Result))
        first = next(records, None)
    return first.template if first else None
