"""Runs the examples of a topic of the manual, as a reader would, in order and in one folder.

What stands behind the language of a block says how:

- `yaml file=ad.yaml`: the block is that file;
- `sh run`: each line is run, and ends with code 0, or with one of `exit=0,3`;
- `text output`: the run before it showed these lines;
- `python run`: the block is a program;
- `yaml settings`, `yaml channel`: it is a settings file, or a channel of one's own, that loads.

A block without such words is for other programs (jq, cron, make), or not for running.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from copygen.config import load_settings
from copygen.help import topic_text
from tests.support.inside import copygen
from tests.support.running import ROOT

BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    how: str
    """What stands behind the language; empty: nothing."""
    text: str


def blocks(topic: str) -> Iterator[Block]:
    """The blocks of a topic, in order."""
    return blocks_of(topic_text(topic))


def blocks_of(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text, in order."""
    return (Block(one[1], one[2] or "", one[3]) for one in BLOCK.finditer(text))


class Reader:
    """Somebody who tries the examples of one topic, with a key for a provider at `base_url`."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.shown = ""
        """What the last command showed."""
        self.ran = 0
        shutil.copytree(ROOT / "prompts", folder / "prompts")
        config = folder / "copygen" / "config.yaml"
        config.parent.mkdir()
        fast = "simulator: {simulation: {latency_ms: 0}}"
        config.write_text(
            f"providers: {{holysheep: {{base_url: '{base_url}'}},"
            f" openai: {{base_url: '{base_url}'}}, {fast}}}\n",
            encoding="utf-8",
        )
        self._env = {
            "COPYGEN_CONFIG": str(config),
            "HOLYSHEEP_API_KEY": "sk-" + "x" * 30,
            "OPENAI_API_KEY": "sk-" + "y" * 30,
        }

    def try_out(self, block: Block) -> None:
        """Do what a block shows. Raises AssertionError when it is not so."""
        if block.how.startswith("file="):
            path = self.folder / block.how.removeprefix("file=")
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.how.startswith("run") and block.language == "sh":
            codes = block.how.partition("exit=")[2] or "0"
            self.shown = ""
            for line in block.text.replace("\\\n", "").splitlines():
                self._run(line, [int(code) for code in codes.split(",")])
        elif block.how == "output":
            assert [line for line in block.text.splitlines() if line not in self.shown] == []
        elif block.how == "settings":
            self._load(block.text)
        elif block.how == "channel":
            path = self.folder / "copygen" / "channels" / "own.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            self._run(f"copygen channels {block.text.split()[1]}", [0])

    def _run(self, line: str, codes: list[int]) -> None:
        words = shlex.split(line, comments=True)
        if not words:
            return
        stdin = b""
        if words[0] == "cat" and words[2] == "|":
            stdin = (self.folder / words[1]).read_bytes()
            words = words[3:]
        assert words[0] == "copygen", line
        done = copygen(*words[1:], cwd=self.folder, stdin=stdin, env=self._env)
        self._check(done, codes, line)

    def _check(self, done: subprocess.CompletedProcess[str], codes: list[int], line: str) -> None:
        self.ran += 1
        self.shown += done.stdout + done.stderr
        assert done.returncode in codes, f"{line}\n{done.stdout}{done.stderr}"

    def _load(self, text: str) -> None:
        path = self.folder / "settings.yaml"
        path.write_text(text, encoding="utf-8")
        loaded = load_settings(path, {}, {"HOME": str(self.folder)})
        for name in loaded.settings.providers:
            loaded.provider(name)
