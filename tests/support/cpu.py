"""Processor time of a piece of work, and of nothing else."""

import gc
import sys
import time
from collections.abc import Callable


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
