"""Runs a module as a system has it that this machine is not.

    python -m tests.platforms darwin -m copygen run prompts.yaml
    python -m tests.platforms win32 -m copygen doctor --offline

    pytest tests/platforms -m "soak or not soak"       the promises, under both
    python -m tests.platforms darwin -m pytest         all tests, but those of `LEFT_OUT`

Everything the system lacks is taken away before copygen is imported: attributes, modules, signals,
`add_signal_handler`. What it does otherwise is laid over the functions that open, rename, delete
and list files. See `darwin` and `win32` for what, and `LEFT_OUT` there for the tests that cannot
run so, and why. Processes that are started from there are of the same system.

What this cannot show:

- that libraries (aiohttp, rich, orjson) work there: they believe they are on Linux;
- backslashes and drives: `pathlib.Path` stays the one of Linux, so rules for Windows paths are
  tested as text (`test_system.py`);
- Windows' Proactor loop, its console, its own locks (a `flock` stands in for them) and its ACLs;
- the keychain, what a disk of Apple's does at F_FULLFSYNC, and HFS+'s own table of letters.
"""

import runpy
import sys

from tests.platforms import become

if __name__ == "__main__":
    name, flag, module, *args = sys.argv[1:]
    if flag != "-m":
        sys.exit(__doc__)
    become(name)
    sys.argv = [module, *args]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
