"""What a run does before its first request, and what it leaves for later."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.bench.startup import MAY_LOAD, heavy_in
from tests.support.inside import simulated
from tests.support.running import COMMAND, environment

_IMPORTED = re.compile(r"import time:.*\| +(\S+)$", re.MULTILINE)


def _run(folder: Path, base_url: str, *flags: str) -> str:
    """Standard error of a run, with what it imports from beginning to end."""
    (folder / "t.csv").write_text("id,name\n1,Lamp\n", encoding="utf-8")
    (folder / "t.yaml").write_text("prompt: 'Say {{ name }}'\n", encoding="utf-8")
    command = [COMMAND[0], "-X", "importtime", *COMMAND[1:], "run", "t.csv", "-t", "t.yaml"]
    done = subprocess.run(
        [*command, "-p", "simulator", "--base-url", base_url, *flags],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=environment(folder),
    )
    return done.stderr


@pytest.mark.parametrize("flags", [["-q"], []])
def test_a_run_without_a_proxy_does_not_import_aiohttp(tmp_path: Path, flags: list[str]) -> None:
    with simulated("--latency-ms", 1) as base_url:
        told = _run(tmp_path, base_url, *flags)
    packages = {name.partition(".")[0] for name in _IMPORTED.findall(told)}
    assert {"httpx", "pydantic"} <= packages, "else nothing was seen"
    assert {"aiohttp", "yarl", "multidict", "genai_prices"}.isdisjoint(packages)
    # A person is shown something, and a quiet run has nothing to show.
    assert ("rich" in packages) is (not flags)


def test_a_quiet_run_that_goes_well_says_nothing(tmp_path: Path) -> None:
    with simulated("--latency-ms", 1) as base_url:
        told = _run(tmp_path, base_url, "-q")
    assert [line for line in told.splitlines() if not line.startswith("import time:")] == []


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_the_smallest_commands_import_nothing_heavy(tmp_path: Path, flag: str) -> None:
    command = [COMMAND[0], "-X", "importtime", *COMMAND[1:], flag]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment(tmp_path)
    )
    assert "typer" in _IMPORTED.findall(done.stderr), "else nothing was seen"
    assert heavy_in(done.stderr).keys() - MAY_LOAD[flag] == set()
