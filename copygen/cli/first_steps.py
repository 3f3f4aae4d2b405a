"""Two commands that need no key: an example to begin with, and a provider on this machine."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

EXAMPLE = "quickstart.yaml"


def init() -> None:
    """Put an example into this folder, quickstart.yaml, that runs without a key.

    Three products in four languages, written by the built-in simulator. It is yours to change; a
    file of that name is never overwritten.

        copygen run quickstart.yaml
    """
    from pathlib import Path

    from copygen.cli.terminal import say
    from copygen.documents import example_text
    from copygen.errors import ResultsError, UsageError

    try:
        # "x" neither overwrites a file nor follows a link.
        with Path(EXAMPLE).open("x", encoding="utf-8") as file:
            file.write(example_text(EXAMPLE).replace(f"prompts/{EXAMPLE}", EXAMPLE))
    except FileExistsError as exc:
        raise UsageError(f"{EXAMPLE} is here already: copygen run {EXAMPLE}") from exc
    except OSError as exc:
        raise ResultsError(f"cannot write {EXAMPLE} here: {exc.strerror}.") from exc
    say(f"{EXAMPLE} is yours now. Next: copygen run {EXAMPLE}")


FAULT = "Share of requests, 0 to 1, answered with "


def simulate(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8808,
    seed: Annotated[int, typer.Option(help="Another seed, other texts and faults.")] = 0,
    latency_ms: Annotated[
        float | None, typer.Option(help="The same latency for every request.")
    ] = None,
    rpm: Annotated[int | None, typer.Option(help="Requests per minute allowed.")] = None,
    tpm: Annotated[int | None, typer.Option(help="Tokens per minute allowed.")] = None,
    burst_s: Annotated[float, typer.Option(help="Seconds' worth of a limit usable at once.")] = 1,
    retry_after: Annotated[
        str, typer.Option(help="How a 429 says when: seconds, ms, date or none.")
    ] = "seconds",
    rate_limited: Annotated[float, typer.Option(help=FAULT + "a 429.")] = 0,
    server_error: Annotated[float, typer.Option(help=FAULT + "a 500.")] = 0,
    timeout: Annotated[float, typer.Option(help=FAULT + "silence.")] = 0,
    reset: Annotated[float, typer.Option(help=FAULT + "a connection reset.")] = 0,
    truncated: Annotated[float, typer.Option(help=FAULT + "half a body.")] = 0,
    html: Annotated[float, typer.Option(help=FAULT + "an HTML error page.")] = 0,
    empty: Annotated[float, typer.Option(help=FAULT + "no choices.")] = 0,
    sloppy: Annotated[
        float, typer.Option(help="Share of texts that break a rule of copy; told so, it corrects.")
    ] = 0,
    echo: Annotated[bool, typer.Option("--echo", help="Reply with the prompt itself.")] = False,
    require_key: Annotated[
        str | None, typer.Option(help="Accept only this key; any other gets a 401.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Run a simulated provider: a real HTTP server that speaks the OpenAI wire format.

    It writes plausible text in the language asked for, labelled [simulated], at the speed of
    the real models, and shows as many faults as you ask for. The same seed gives the same run.

    Then, in another terminal:

        copygen run prompts.yaml -p simulator --base-url http://127.0.0.1:8808/v1
    """
    given = {name: value for name, value in locals().items() if name not in ("port", "debug")}
    _serve(port, given)


def _serve(port: int, given: Mapping[str, Any]) -> None:
    """Serve until interrupted. Raises UsageError for settings that make no sense."""
    import asyncio

    import pydantic

    from copygen.cli.signals import Signals
    from copygen.cli.terminal import say
    from copygen.errors import UsageError
    from copygen.jobs.setup import explained_flag
    from copygen.simulator import SimulatorProfile, simulator

    try:
        profile = SimulatorProfile.model_validate(given)
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        raise UsageError(f"{explained_flag(problem, SimulatorProfile)}.") from invalid

    async def serve() -> None:
        done = asyncio.Event()
        signals = Signals()
        signals.take_over()
        async with simulator(profile, port=port) as base_url:
            with signals.passed_to(done.set):
                say(f"simulated provider at {base_url} (Ctrl-C ends it)")
                say(f"try: copygen run prompts.yaml -p simulator --base-url {base_url}")
                await done.wait()

    asyncio.run(serve())
