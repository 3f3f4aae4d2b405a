"""`python -m copygen`."""

import os
import sys

# `python -m` has modules looked for in the current folder before all others: one called typer.py
# in an unpacked folder would be run. What Python itself loads before this line still comes from
# there; the command `copygen` looks there for nothing, nor does `python -P -m copygen`.
_HOME = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
if not sys.flags.safe_path and os.path.realpath(sys.path[0]) != _HOME:
    del sys.path[0]

from copygen.cli import main  # noqa: E402

main()
