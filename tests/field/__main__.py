"""Runs every case of the field and prints a line for each: number, name, expected, got.

    python -m tests.field             all of them
    python -m tests.field 12:A        those whose number begins so

Ends with code 1 when one of them is wrong.
"""

import sys
import tempfile
from pathlib import Path

from tests.field.case import Case, all_cases


def main() -> int:
    """Run the cases whose number begins with one of the arguments; the exit code."""
    wanted = tuple(sys.argv[1:]) or ("",)
    cases = [case for case in all_cases() if case.number.startswith(wanted)]
    wrong = sum([not _is_right(case) for case in cases])
    print(f"{len(cases)} cases, {wrong} wrong")
    return int(wrong > 0)


def _is_right(case: Case) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            got = case.run(Path(folder))
        except Exception as error:  # noqa: BLE001  # a case that breaks is a wrong one
            got = f"{type(error).__name__}: {error}"
    right = got == case.expected
    mark = "ok" if right else "WRONG"
    print(f"{mark:5}  {case.number:8} {case.name}\n         expected  {case.expected}")
    print(f"         got       {got}", flush=True)
    return right


if __name__ == "__main__":
    raise SystemExit(main())
