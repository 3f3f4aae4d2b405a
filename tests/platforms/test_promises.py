"""What copygen promises, kept on macOS and on Windows as far as this machine can be either."""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.platforms import VARIABLE, win32
from tests.support.rel_running import killed_at_the_end, until
from tests.support.running import environment, simulated

pytestmark = pytest.mark.skipif(VARIABLE in os.environ, reason="starts processes of its own")
EVERY = pytest.mark.parametrize("system", ["darwin", "win32"], indirect=True)
WINDOWS_FIRST = pytest.mark.parametrize(
    "system", ["win32", pytest.param("darwin", marks=pytest.mark.soak)], indirect=True
)
WINDOWS = pytest.mark.parametrize("system", ["win32"], indirect=True)
MACOS = pytest.mark.parametrize("system", ["darwin"], indirect=True)
COUNT = 24
SAID = "Ein Seidenschal für den Frühling, 正絹, ผ้าไหม"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with simulated("--latency-ms", 300) as base_url:
        yield base_url


@dataclass(frozen=True)
class System:
    """A folder of prompts on a machine of that system."""

    name: str
    folder: Path
    base_url: str

    def start(self, *args: object, **more: Any) -> subprocess.Popen[bytes]:
        """Start a command of copygen."""
        env = environment(self.folder, TMPDIR=str(self.folder), **more.pop("env", {}))
        command = [sys.executable, "-m", "tests.platforms", self.name, "-m", "copygen"]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.PIPE}
        return subprocess.Popen(
            [*command, *map(str, args)], cwd=self.folder, env=env, **{**streams, **more}
        )

    def ends(self, code: int, *args: object, **more: Any) -> tuple[bytes, str]:
        """What a command wrote that ended with `code`."""
        process = self.start(*args, **more)
        out, err = process.communicate(timeout=60)
        assert process.returncode == code, err.decode()
        assert b"Traceback" not in err
        return out, err.decode()

    def run(self, *args: object) -> tuple[object, ...]:
        """The arguments of a run against the server."""
        return ("run", "items.jsonl", "-p", "simulator", "--base-url", self.base_url, *args)

    @property
    def results(self) -> Path:
        return self.folder / "items.results.jsonl"

    def whole(self, path: Path | None = None) -> list[dict[str, Any]]:
        """The records of a file that ends each line with one byte."""
        content = (path or self.results).read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")
        return [json.loads(line) for line in content.splitlines()]

    def is_done(self) -> None:
        """Every prompt has one record."""
        assert sorted(one["id"] for one in self.whole()) == sorted(map(str, range(COUNT)))


@pytest.fixture
def system(request: pytest.FixtureRequest, tmp_path: Path, server: str) -> System:
    lines = (json.dumps({"id": str(n), "prompt": f"{n}: {SAID}"}) for n in range(COUNT))
    (tmp_path / "items.jsonl").write_bytes("\r\n".join(lines).encode())
    return System(request.param, tmp_path, server)


@EVERY
def test_a_run_is_whole_is_not_repeated_and_is_replaced_only_when_asked(system: System) -> None:
    system.ends(0, *system.run())
    system.is_done()
    first = system.results.read_bytes()

    assert "done earlier" in system.ends(0, *system.run())[1]
    assert system.results.read_bytes() == first

    system.ends(0, *system.run("--retry", "all"))
    system.is_done()
    superseded = system.folder / "items.results.jsonl.superseded.jsonl"
    assert superseded.read_bytes() == first
    assert {path.name for path in system.folder.iterdir()} == {
        *("items.jsonl", "items.results.jsonl", superseded.name)
    }


@WINDOWS_FIRST
def test_a_second_run_is_refused_and_a_killed_one_goes_on(system: System) -> None:
    nobody = subprocess.DEVNULL
    process = system.start(*system.run("-c", 1), stdin=nobody, stdout=nobody, stderr=nobody)
    with killed_at_the_end(process) as first:
        assert until(lambda: lines_in(system.results), first)
        first.send_signal(signal.SIGSTOP)  # however slowly the second starts
        refused = system.ends(6, *system.run())[1]
        assert f"being written by process {first.pid} on " in refused
    assert 0 < lines_in(system.results) < COUNT

    system.ends(0, *system.run())
    system.is_done()


@EVERY
def test_a_full_disk_loses_nothing(system: System) -> None:
    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, resource.RLIM_INFINITY))

    said = system.ends(8, *system.run("-c", 4, "--fsync", "always"), preexec_fn=fill)[1]

    assert "cannot be written" in said
    kept = [path for path in system.folder.iterdir() if "rescue" in path.name]
    assert kept
    before = {one["id"] for path in (*kept, system.results) for one in system.whole(path)}
    assert "took back" in system.ends(0, *system.run())[1]
    system.is_done()
    assert before <= {one["id"] for one in system.whole()}


@pytest.mark.parametrize(
    ("system", "sent", "code"),
    [
        pytest.param("darwin", [signal.SIGINT], 130, id="darwin, Ctrl-C"),
        pytest.param(
            "win32",
            [signal.SIGINT, signal.SIGINT],
            130,
            id="win32, Ctrl-C twice",
            marks=pytest.mark.soak,
        ),
        pytest.param("win32", [win32.SIGBREAK], 129, id="win32, Ctrl-Break"),
        pytest.param("win32", [win32.SIGCLOSE], 129, id="win32, a closed console"),
    ],
    indirect=["system"],
)
def test_whoever_ends_a_run_gets_its_summary(
    system: System, sent: Sequence[signal.Signals], code: int
) -> None:
    process = system.start(*system.run("-c", 2))
    with killed_at_the_end(process):
        assert until(lambda: lines_in(system.results) > 2, process)
        for number in sent:
            process.send_signal(number)
        said = process.communicate(timeout=60)[1].decode()
        assert process.returncode == code, said
    assert "not done" in said
    assert "Traceback" not in said
    assert "cancelled" in {one["status"] for one in system.whole()} or len(system.whole()) < COUNT


@WINDOWS_FIRST
def test_a_reader_with_enough_ends_the_run_quietly(system: System) -> None:
    with system.start(*system.run("-c", 2, "-o", "-"), stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["status"] == "ok"
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode == 8, said
    assert "Traceback" not in said


LONG = [pytest.param(page, marks=pytest.mark.soak) for page in ("cp437", "cp932", "cp1252")]


@WINDOWS
@pytest.mark.parametrize("page", ["cp874", "", *LONG])
def test_no_console_is_too_old_for_a_text(system: System, page: str) -> None:
    env = {"PYTHONIOENCODING": page} if page else {}
    out, _ = system.ends(0, "plan", *system.run()[1:], env=env)
    text = out.decode(page or "utf-8")
    assert "Ein Seidenschal" in text
    assert ("正絹" in text) is (page in ("", "cp932"))
    assert page or b"\r" not in out


@WINDOWS_FIRST
def test_a_plan_and_a_checkup_see_the_same_files(system: System) -> None:
    planned = json.loads(system.ends(0, "plan", *system.run()[1:], "--json")[0])
    assert str(COUNT) in json.dumps(planned)
    found = system.ends(0, "doctor", "--base-url", system.base_url, "-p", "simulator", "--json")[0]
    assert b"can be written" in found


@WINDOWS
def test_a_results_file_somebody_looks_at_is_tidied_up_later(system: System) -> None:
    system.ends(0, *system.run())
    looking = (
        "import sys, threading; file = open(sys.argv[1]); print('open', flush=True); "
        "threading.Event().wait(60)"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", looking, str(system.results)],
        stdout=subprocess.PIPE,
        env={**os.environ, VARIABLE: "win32"},
    )
    with killed_at_the_end(reader):
        assert reader.stdout is not None
        reader.stdout.readline()
        said = system.ends(0, *system.run("--retry", "all"))[1]
        assert "is open in another program" in said
        reader.stdout.close()
    assert len(system.whole()) == 2 * COUNT

    assert f"moved {COUNT} superseded" in system.ends(0, *system.run())[1]
    system.is_done()


@MACOS
def test_two_spellings_of_a_name_are_one_results_file(system: System) -> None:
    composed = "Werbung für März.jsonl"
    system.ends(0, *system.run("-o", unicodedata.normalize("NFD", composed)))
    assert "done earlier" in system.ends(0, *system.run("-o", composed.upper()))[1]
    assert len(list(system.folder.iterdir())) == 2


def lines_in(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.read_bytes().count(b"\n")
    return 0
