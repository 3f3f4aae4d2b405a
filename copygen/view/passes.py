"""Progress of a reading pass over a long file: a line redrawn in place, or a line now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from copygen.figures import count, share

REDRAW_S = 0.125
LINE_S = 10.0
"""Off a terminal, so many seconds lie between two lines; a short pass writes none."""


class Passes:
    """Shows one pass after the other."""

    def __init__(self, console: Console, clock: Callable[[], float], *, quiet: bool) -> None:
        """`clock` gives monotonic seconds."""
        self._console = console
        self._clock = clock
        self._quiet = quiet
        # As for the run's display: FORCE_COLOR asks for colour, not for a terminal's cursor.
        self._live = console.file.isatty() and not console.is_dumb_terminal

    @contextmanager
    def begun(
        self, what: str, noun: str, total: int | None = None
    ) -> Iterator[Callable[[int], None]]:
        """Show a pass for as long as the body takes; call what it gives with each advance."""
        if self._quiet:
            yield lambda _number: None
            return
        if not self._live:
            yield self._lines(what, noun, total)
            return
        with Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as live:
            yield self._counter(
                REDRAW_S, lambda done: live.update(_line(what, noun, done, total), refresh=True)
            )

    def _lines(self, what: str, noun: str, total: int | None) -> Callable[[int], None]:
        return self._counter(
            LINE_S,
            lambda done: self._console.print(_line(what, noun, done, total), soft_wrap=True),
        )

    def _counter(self, every_s: float, show: Callable[[int], None]) -> Callable[[int], None]:
        done, due = 0, self._clock() + every_s

        def advance(number: int) -> None:
            nonlocal done, due
            done += number
            if (now := self._clock()) >= due:
                due = now + every_s
                show(done)

        return advance


def _line(what: str, noun: str, done: int, total: int | None) -> Text:
    if total is None:
        return Text(f"{what}: {count(done)} {noun}", "dim")
    return Text(f"{what}: {count(done)} of {count(total)} {noun}, {share(done, total)}", "dim")
