"""Processor time of a piece of work, and of nothing else."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.support.running import ROOT, untraced


def cpu_s(work: Callable[[], None]) -> float:
    """Seconds of processor time `work` takes.

    Without the garbage collector, for what other tests have left behind is not its work, and
    without the tracing of a coverage measurement.
    """
    tracer = sys.gettrace()
    gc.collect()
    gc.disable()
    sys.settrace(None)
    try:
        began = time.process_time()
        work()
        return time.process_time() - began
    finally:
        sys.settrace(tracer)
        gc.enable()


class Cost(NamedTuple):
    """What a command took."""

    exit_code: int
    cpu_s: float
    peak_kib: int


_MEASURED = (
    "import sys, resource; sys.argv[0] = 'copygen'\n"
    "from copygen.cli.app import execute\n"
    "code = execute(sys.argv[1:])\n"
    "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "status = open('/proc/self/status').read()\n"
    "print(code, used.ru_utime + used.ru_stime, status.split('VmHWM:')[1].split()[0])"
)


def cost_of(*words: object) -> Cost:
    """Run a copygen command, which writes nothing to standard output, in a process of its own."""
    environ = untraced({**os.environ, "PYTHONPATH": str(ROOT)})
    command = [sys.executable, "-c", _MEASURED, *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environ)
    exit_code, seconds, peak_kib = done.stdout.split()
    return Cost(int(exit_code), float(seconds), int(peak_kib))
