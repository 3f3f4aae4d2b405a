"""Prompts that are the same are sent once: the others get the text, each as a record of its own.

Which prompts are the same is found out in one reading before the run: 32 bytes a prompt. The
first of them is sent, unless an earlier run has its text; the others are put off. Texts that others
wait for go to a temporary file, so memory holds no more than a number for each prompt put off.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from copygen.models import InputFault, Prompt, Result, Status
from copygen.results.record import decode, encode, read_results
from copygen.results.resume import DONE, Index, identity
from copygen.results.storage import reported

_BEST_FIRST: Final = (Status.OK, Status.REJECTED, Status.FAILED)
_MASK: Final = (1 << 64) - 1
_BEGUN: Final = 1
"""A place in the temporary file is above it."""


class SharedTexts:
    """The prompts of one file that are the same as others, and the texts that they share."""

    def __init__(self, prompts: Callable[[], Iterable[Prompt | InputFault]]) -> None:
        """`prompts` begins a reading; one is made at once."""
        self._prompts = prompts
        keys = (_number(one.key) for one in prompts() if isinstance(one, Prompt))
        self._repeated = frozenset(_repeated(keys))
        self._places = Index()
        """Hash of a key → that its prompt was begun, or where its result is."""
        self._put_off = Index()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the run
        self._end = 0

    @property
    def exist(self) -> bool:
        """Whether any two prompts are the same."""
        return bool(self._repeated)

    def learn(
        self,
        path: Path,
        settled: frozenset[Status],
        refused: Callable[[str], bool] | None = None,
    ) -> None:
        """Take in the results of earlier runs that stay as they are. Raises ResultsError.

        `refused` tells ids whose text nobody else shall get.
        """
        if not self.exist:
            return
        with reported(path, "read it"):
            for status in _BEST_FIRST:
                for one in read_results(path) if status in settled else ():
                    if not isinstance(one, Result) or one.status is not status:
                        continue
                    if refused is None or not refused(one.id):
                        self.take(one)

    def puts_off(self, prompt: Prompt) -> bool:
        """Whether the prompt gets the text of another one; else it is to be sent now."""
        key = _number(prompt.key)
        if key not in self._repeated:
            return False
        if not self._places.get(key):
            self._places.put(key, _BEGUN)
            return False
        self._put_off.put(identity(prompt.id), 1)
        return True

    def take(self, result: Result) -> None:
        """Keep a result that others wait for; the first one of a key stays."""
        if not result.key or result.status not in DONE or result.same_as is not None:
            return
        key = _number(result.key)
        if key in self._repeated and self._places.get(key) <= _BEGUN:
            line = encode(result)
            self._file.write(line)
            self._places.put(key, self._end + _BEGUN + 1)
            self._end += len(line)

    def results(self, now: Callable[[], datetime]) -> Iterator[Result]:
        """Yield the results of the prompts that were put off and whose text is there."""
        if not any(self._put_off.values()):
            return
        for prompt in self._prompts():
            if not isinstance(prompt, Prompt) or not self._put_off.get(identity(prompt.id)):
                continue
            place = self._places.get(_number(prompt.key))
            if place > _BEGUN:
                self._file.seek(place - _BEGUN - 1)
                sent = decode(self._file.readline())
                if isinstance(sent, Result):
                    yield _copy(sent, prompt, now())

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()


def _copy(sent: Result, prompt: Prompt, created_at: datetime) -> Result:
    return replace(
        sent,
        id=prompt.id,
        key=prompt.key,
        input=prompt.input if prompt.recorded is None else prompt.recorded,
        usage=None,
        cost_usd=Decimal(0),
        cost_note=None,
        latency_ms=None,
        total_ms=0.0,
        attempts=0,
        reasks=0,
        created_at=created_at,
        line=prompt.source.line,
        row=prompt.row,
        template=None,
        same_as=sent.id,
    )


def _number(key: str) -> int:
    return hash(key) & _MASK


def _repeated(numbers: Iterable[int]) -> Iterator[int]:
    seen = Index()
    for value in numbers:
        if seen.put(value, 1):
            yield value
