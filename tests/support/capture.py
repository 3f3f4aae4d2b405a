"""Makes the README's pictures: what a command shows on a real terminal, as SVG.

    python -m tests.support.capture .github/assets/run.svg copygen run prompts/quickstart.yaml

The live lines of the middle of the run come first, then what is left on the screen at its end.
"""

import io
import re
import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.support.pty_screen import run_on_pty, terminal_env

COLUMNS, ROWS = 84, 60
NOT_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]")
FONT_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)
REDRAW = re.compile(r"\r?(?:\x1b\[1A\x1b\[2K)+|\r\x1b\[2K\x1b\[1A\x1b\[2K")


def capture(target: Path, argv: list[str]) -> None:
    """Run `argv` on a pty and draw it."""
    run = run_on_pty(argv, columns=COLUMNS, rows=ROWS, env=terminal_env(COLORTERM="truecolor"))
    output = run.output.decode().replace("\r\n", "\n")
    head, *frames = REDRAW.split(output)
    title = head.split("\n", 1)[0]
    *live, last = frames
    middle = live[len(live) // 2 : len(live) // 2 + 1]
    shown = [title, *middle, "", last]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), shlex.join(argv)))
    for part in shown:
        console.print(Text.from_ansi(NOT_COLOUR.sub("", part).strip("\n")))
    # The font that rich links to is fetched from elsewhere; the reader's own will do.
    svg = FONT_FACE.sub("", console.export_svg(title="copygen"))
    target.write_text(svg.replace("Fira Code", "ui-monospace"), encoding="utf-8")


if __name__ == "__main__":
    capture(Path(sys.argv[1]), sys.argv[2:])
