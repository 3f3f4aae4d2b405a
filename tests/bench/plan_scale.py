"""Time and peak memory of `copygen plan` on a long table beside a results file as long.

    python -m tests.bench.plan_scale 1000000

Every record is of another wording, so each is read again from its place: the slowest case.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.records import result
from tests.support.running import COMMAND, environment, untraced

NOTE = "Handwoven in Kalasin from silk reeled in the same village; no two patterns are alike. "
WORDING = """\
provider: simulator
max_tokens: 120
prompt: One caption in Thai for {{ title }}, {{ price }} baht. {{ note }}
"""
COUNT_CHILD = (
    "import resource, subprocess, sys;"
    "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
    "sys.stderr.write(f'{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\\n');"
    "sys.exit(code)"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one plan took."""

    wall_s: float
    peak_bytes: int


def write_shop(folder: Path, rows: int) -> None:
    """A table of `rows` rows, a template, and a results file with a record of each."""
    from copygen.results.record import encode

    (folder / "ad.yaml").write_text(WORDING, encoding="utf-8")
    with (
        (folder / "items.jsonl").open("wb") as items,
        (folder / "items.results.jsonl").open("wb") as results,
    ):
        for number in range(rows):
            row = {
                "id": f"sku-{number}",
                "title": f"ผ้าพันคอไหม {number}",
                "price": str(100 + number % 900),
                "note": NOTE * 2,
            }
            items.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            record = result(f"sku-{number}", key="0" * 32, input=row, provider="simulator")
            results.write(encode(record))


def measure(folder: Path, command: Sequence[str] = COMMAND) -> Cost:
    """Plan the shop in `folder`; raises when that fails."""
    plan = [*command, "plan", "items.jsonl", "-t", "ad.yaml", "--quiet"]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", COUNT_CHILD, *plan],
        cwd=folder,
        env=untraced(environment(folder)),
        stderr=subprocess.PIPE,
        check=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(time.monotonic() - started, int(done.stderr.split()[-1]) * unit)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        write_shop(Path(name), int(sys.argv[1]))
        found = measure(Path(name))
    sys.stdout.write(f"{found.wall_s:.1f} s, {found.peak_bytes / 1e6:.0f} MB at the peak\n")
