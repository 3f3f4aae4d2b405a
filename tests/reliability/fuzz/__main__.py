"""Fuzz one target for a while: `python -m tests.reliability.fuzz TARGET [--seconds N] [--atheris]`.

The plain loop mutates the kept corpus and whatever behaved in a new way since. With `--atheris`
(`pip install atheris`, Linux) libFuzzer guides the same mutations by coverage. An input that
breaks a promise is written to the current folder and ends the run with code 1.
"""

import argparse
import contextlib
import random
import sys
import time
import traceback
from hashlib import sha256
from pathlib import Path

from tests.reliability.fuzz.corpus import CORPUS, kept
from tests.reliability.fuzz.mutation import mutate
from tests.reliability.fuzz.targets import MAX_LENGTH, TARGETS

POOL = 3000
"""Inputs the loop keeps to mutate; beyond that a new one takes the place of a random one."""


def fuzz(target: str, seconds: float, seed: int, findings: Path) -> tuple[int, int]:
    """Mutate and run for `seconds`; the number of runs, and of distinct findings.

    Findings are distinct by the line that raised; each is written once and the loop goes on.
    """
    check, rng = TARGETS[target], random.Random(seed)
    pool, seen, places = list(kept(target).values()), set[str](), set[str]()
    runs, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(500):
            data = mutate(target, rng.choice(pool), rng.choice(pool), rng)
            runs += 1
            try:
                word = check(data)
            except Exception as broken:  # noqa: BLE001 - whatever it is, it is a finding
                _note(target, data, broken, places, findings)
                continue
            if word not in seen and len(seen) < 200_000:
                seen.add(word)
                if len(pool) < POOL:
                    pool.append(data)
                else:
                    pool[rng.randrange(POOL)] = data
    return runs, len(places)


def _note(target: str, data: bytes, broken: Exception, places: set[str], folder: Path) -> None:
    frames = traceback.extract_tb(broken.__traceback__)
    place = f"{type(broken).__name__} {frames[-1].filename}:{frames[-1].lineno}"
    if place not in places:
        places.add(place)
        name = f"{target}-{sha256(data).hexdigest()[:12]}"
        (folder / name).write_bytes(data)
        print(f"finding {name}: {place}: {str(broken)[:200]}", flush=True)  # noqa: T201


def _atheris(target: str, seconds: float, seed: int) -> None:
    import atheris

    # The modules are imported already: what is instrumented are their functions.
    atheris.instrument_all()
    inputs = list(kept(target).values())

    def mutator(data: bytes, max_size: int, number: int) -> bytes:
        rng = random.Random(number)
        if rng.random() < 0.3:
            return bytes(atheris.Mutate(data, max_size))
        return mutate(target, data, rng.choice(inputs), rng)[:max_size]

    arguments = [sys.argv[0], f"-max_total_time={seconds:.0f}", f"-max_len={MAX_LENGTH}"]
    arguments += [f"-seed={seed}", "-timeout=20", "-rss_limit_mb=4096", "-print_final_stats=1"]
    # libFuzzer adds what it finds to the first of the folders.
    grown = Path(f"{target}-units")
    grown.mkdir(exist_ok=True)
    arguments += [str(grown), str(CORPUS / target)]
    atheris.Setup(arguments, TARGETS[target], custom_mutator=mutator)
    atheris.Fuzz()


def main() -> int:
    """Run as a script; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true")
    given = parser.parse_args()
    if given.atheris:
        _atheris(given.target, given.seconds, given.seed)
        return 0
    runs, findings = fuzz(given.target, given.seconds, given.seed, Path.cwd())
    print(f"{given.target}: {runs} runs, {findings} findings")  # noqa: T201
    return int(findings > 0)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
