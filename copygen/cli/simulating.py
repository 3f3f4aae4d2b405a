"""The work of `copygen simulate`."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pydantic
import typer

from copygen.cli.signals import Signals
from copygen.errors import UsageError
from copygen.jobs.setup import explained_flag
from copygen.simulator import SimulatorProfile, simulator


def serve(port: int, given: Mapping[str, Any]) -> None:
    """Serve until interrupted. Raises UsageError for settings that make no sense."""
    try:
        profile = SimulatorProfile.model_validate(given)
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        raise UsageError(f"{explained_flag(problem, SimulatorProfile)}.") from invalid
    asyncio.run(_serve(port, profile))


async def _serve(port: int, profile: SimulatorProfile) -> None:
    done = asyncio.Event()
    signals = Signals()
    signals.take_over()
    async with simulator(profile, port=port) as base_url:
        with signals.passed_to(done.set):
            typer.echo(f"simulated provider at {base_url} (Ctrl-C ends it)")
            typer.echo(f"try: copygen run prompts.yaml -p simulator --base-url {base_url}")
            await done.wait()
