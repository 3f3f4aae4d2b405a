"""`copygen init`: a prompt file to begin with."""

import typer

EXAMPLE = "quickstart.yaml"


def init() -> None:
    """Put an example into this folder, quickstart.yaml, that runs without a key.

    Three products in four languages, written by the built-in simulator. It is yours to change; a
    file of that name is never overwritten.

        copygen run quickstart.yaml
    """
    from pathlib import Path

    from copygen.config import example_text
    from copygen.errors import ResultsError, UsageError

    try:
        # "x" neither overwrites a file nor follows a link.
        with Path(EXAMPLE).open("x", encoding="utf-8") as file:
            file.write(example_text(EXAMPLE).replace(f"prompts/{EXAMPLE}", EXAMPLE))
    except FileExistsError as exc:
        raise UsageError(f"{EXAMPLE} is here already: copygen run {EXAMPLE}") from exc
    except OSError as exc:
        raise ResultsError(f"cannot write {EXAMPLE} here: {exc.strerror}.") from exc
    typer.echo(f"{EXAMPLE} is yours now. Next: copygen run {EXAMPLE}")
