"""In a folder that came from somebody else, copygen reads no settings of it, follows no link out
of it, waits for none of its pipes and starts none of its commands.
"""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import ROOT, untraced

UNSET = None
HOMES = (UNSET, "", "relative", "~", ".", "/nowhere/at/all", "/etc/passwd")
XDG = (UNSET, "", "relative", "~/.config", "~", ".", "/etc/passwd")
TRAPS = ("link", "dangling", "hard link", "pipe", "device", "folder")
RUN = ["run", "p.yaml", "-p", "simulator", "-q"]
COMMANDS = (
    RUN,
    [*RUN, "--summary-json", "summary.json"],
    [*RUN, "--fresh"],
    [*RUN, "--retry", "all"],
    ["plan", "p.yaml", "-p", "simulator"],
    ["plan", "p.yaml", "-p", "simulator", "--sample", "1"],
    ["check", "p.results.jsonl", "--checks", "p.yaml"],
    ["doctor", "--offline"],
    ["doctor", "--offline", "-o", "p.results.jsonl"],
    ["models", "--for", "p.yaml"],
    ["channels"],
    ["schema", "record"],
)


def environment(home: str | None, xdg: str | None) -> dict[str, str]:
    given = {"HOME": home, "XDG_CONFIG_HOME": xdg}
    return {name: value for name, value in given.items() if value is not None}


def plan(homes: Any, traps: Any, commands: Any) -> list[dict[str, Any]]:
    return [
        {"env": environment(*home), "trap": trap, "args": list(command)}
        for home, trap, command in product(homes, traps, commands)
    ]


def found_in(cases: list[dict[str, Any]], folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.trapped", str(folder)],
        input=json.dumps(cases).encode(),
        capture_output=True,
        cwd=ROOT,
        env=untraced(os.environ),
        timeout=110 + len(cases),
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


KINDS = (*TRAPS, *(f"beside {trap}" for trap in TRAPS))


def test_settings_are_never_those_of_the_current_folder(tmp_path: Path) -> None:
    homes = [*product(HOMES, [UNSET, "relative"]), *product([UNSET, "relative"], XDG)]
    # One field: all of them take longer to draw than settings to read.
    commands = [["doctor", "--offline"], ["channels", "google_ads.headline"]]
    cases = plan(homes, ["none"], commands)
    assert found_in([*cases, *plan([(UNSET, UNSET)], ["none"], COMMANDS)], tmp_path) == []


def test_traps_at_the_names_of_our_own_files_catch_nothing(tmp_path: Path) -> None:
    commands = [COMMANDS[1], COMMANDS[2], COMMANDS[4], COMMANDS[8]]
    assert found_in(plan([(UNSET, UNSET)], KINDS, commands), tmp_path) == []


@pytest.mark.soak
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("home", HOMES)
def test_every_environment_every_trap_and_every_command(tmp_path: Path, home: str | None) -> None:
    cases = plan(product([home], XDG), ("none", *KINDS), COMMANDS)
    assert found_in(cases, tmp_path) == []
