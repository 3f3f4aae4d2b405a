"""The simulator in a process of its own, with every setting its profile has.

    python tests/support/load_simulator.py '{"echo": true, "latency_ms": 40, "reset": 0.02}'

It prints its base URL. `copygen simulate` is the same server with fewer settings.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.running import ROOT, environment, untraced


@contextmanager
def simulating(**profile: object) -> Iterator[str]:
    """A simulated provider of that profile; yields its base URL."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.load_simulator", json.dumps(profile)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env=untraced(environment(ROOT / "tests")),
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().decode().strip()
    finally:
        server.kill()
        server.communicate()


async def _serve(profile: object) -> None:
    from copygen.simulator import SimulatorProfile, simulator

    async with simulator(SimulatorProfile.model_validate(profile)) as base_url:
        sys.stdout.write(f"{base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1])))
