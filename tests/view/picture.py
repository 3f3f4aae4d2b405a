"""Makes the README's picture: a run of the first example, and the texts it wrote.

    python -m tests.view.picture .github/assets/texts.svg

Both commands are run on a terminal in memory; jq has to be installed.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.support.pty_screen import run_on_pty, terminal_env
from tests.support.running import COMMAND, ROOT

COLUMNS, ROWS = 128, 60
RUN = "copygen run prompts/quickstart.yaml"
TEXTS = """jq -r '.id + "  " + .text' prompts/quickstart.results.jsonl"""
NOT_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]")
FONT_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)
STRETCHED = re.compile(r'(<text[^>]*?) textLength="[^"]*"([^>]*>[^<]*[\u0e00-\u0eff\u3040-\u9fff])')
"""rich gives each character the same width, and squeezes Japanese to fit."""
REDRAW = re.compile(r"\r?(?:\x1b\[1A\x1b\[2K)+|\r\x1b\[2K\x1b\[1A\x1b\[2K")


def main(target: Path) -> None:
    """Run the example in a folder of its own and draw both commands."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "prompts", folder / "prompts")
        argv = [*COMMAND, *RUN.split()[1:]]
        env = terminal_env(COLORTERM="truecolor", PYTHONPATH=str(ROOT), HOME=name)
        run = run_on_pty(argv, columns=COLUMNS, rows=ROWS, env=env, cwd=folder)
        shown = REDRAW.split(run.output.decode().replace("\r\n", "\n"))
        texts = subprocess.run(
            ["sh", "-c", TEXTS], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for command, parts in ((RUN, [shown[0].partition("\n")[0], shown[-1]]), (TEXTS, [texts])):
        console.print(Text.assemble(("$ ", "bold green"), command))
        for part in parts:
            console.print(Text.from_ansi(NOT_COLOUR.sub("", part).strip("\n")))
    # The font that rich links to is fetched from elsewhere; the reader's own will do.
    svg = FONT_FACE.sub("", console.export_svg(title="copygen"))
    svg = STRETCHED.sub(r"\1\2", svg)
    svg = "\n".join(line.rstrip() for line in svg.splitlines())
    target.write_text(svg.replace("Fira Code", "ui-monospace") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
