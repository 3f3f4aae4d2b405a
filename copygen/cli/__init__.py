"""The command line: flags in, wiring, exit code out."""

from copygen.cli.signals import leave_on_signal


def main() -> None:
    """The `copygen` command."""
    leave_on_signal()
    # Only now: a Ctrl-C during half a second of imports would end in a traceback.
    from copygen.cli.app import app

    app(prog_name="copygen")
