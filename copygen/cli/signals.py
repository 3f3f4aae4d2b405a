"""What the signals that ask for an end do to this process, from its first moment to its last.

SIGINT, SIGTERM and SIGHUP; on Windows Ctrl-C, Ctrl-Break and a closed console.

    start-up           leave at once: nothing has been sent or written
    prompts under way  the first asks for an orderly end, the second for a quick one
    completing         noted, for the exit code
    leaving            leave at once: the exit code is decided

From the second signal on, the process ends within `GRACE_S`, whatever blocks it, and at the third
at once. A signal that was ignored when the process began stays ignored: that is how `nohup`, and a
shell that starts a job in the background, protect a run.

Handlers are set once and stay to the end. Those of an event loop go with the loop, and in the gap
after it a signal would kill the process before its summary. They run on the main thread between
two steps of Python, also while it waits for a write or an open; what an event loop is told it
hears only when it turns.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from copygen import system

GRACE_S = 0.9
"""What a quick end may take to record what was answered; within the second that people wait."""


def leave_on_signal() -> None:
    """Have signals end the process at once and quietly, with the exit code a shell gives them."""
    _handle(_leave)


def leave_with(code: int) -> None:
    """Have signals end the process at once with `code`: it is decided."""
    _handle(lambda _number, _frame: os._exit(code))


class Signals:
    """The signals of one run."""

    def __init__(self) -> None:
        self.exit_code: int | None = None
        """That of the first signal, once there was one."""
        self._count = 0
        self._act: Callable[[], object] | None = None
        self._console: object = None

    def take_over(self) -> None:
        """From here on no first signal ends the process before the run has been completed."""
        _handle(self._hear)
        self._console = system.hear_console_close()

    @contextmanager
    def passed_to(self, act: Callable[[], None]) -> Iterator[None]:
        """Within the body, `act` is called on the running loop for each signal, the first one
        included if it came before.
        """
        import asyncio  # 20 ms that `copygen --version` can do without

        loop = asyncio.get_running_loop()
        self._act = lambda: loop.call_soon_threadsafe(act)
        if self.exit_code is not None:
            act()
        try:
            yield
        finally:
            self._act = None

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._count += 1
        self.exit_code = self.exit_code or system.exit_code_of(number)
        if self._act is not None:
            self._act()
        if self._count == 2:
            code = self.exit_code
            system.call_later(GRACE_S, lambda: os._exit(code))
        elif self._count > 2 and self._act is None:
            os._exit(self.exit_code)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in system.stop_signals():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    # No exception: it could surface in the midst of an import, or be lost in a callback.
    os._exit(system.exit_code_of(number))
