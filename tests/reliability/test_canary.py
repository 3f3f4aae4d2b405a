"""S1: a key goes out in one header, and comes back in no byte of anything copygen writes.

A provider echoes the key in every way of `tests.support.sec_echo`; then every byte of standard
output, standard error and every file is searched for it, plain and encoded, whole and in parts.
"""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from tests.support import inside
from tests.support.running import COMMAND, copygen, environment, records
from tests.support.sec_canary import ODD, PLAIN, SHAPED, leaks, leaks_below
from tests.support.sec_echo import ENDING, GOING_ON
from tests.support.sec_server import Got, RawServer, http, raw_server

KEYS = [SHAPED, ODD, PLAIN]
Command = Callable[..., subprocess.CompletedProcess[str]]
VERBOSITY = {"debug": ["--debug"], "normal": [], "quiet": ["--quiet"]}
PATIENT = [
    *("-O", "breaker.min_calls=10000", "-O", "breaker.window=10000"),
    *("-O", "breaker.timeouts_in_a_row=10000", "-O", "breaker.connection_failures_in_a_row=10000"),
    *("-O", "retry.base_s=0.01", "--timeout", "10", "--max-attempts", "1"),
    *("-O", "retry.cap_s=0.05"),  # who is too busy is asked again ten times
]
SETTINGS = """
providers:
  mine:
    base_url: {url}/v1
    default_model: m
    {source}
"""


def _answer(got: Got) -> bytes:
    """The echo whose name is the prompt; the second request of a 429 gets copy."""
    name = json.loads(got.body)["messages"][-1]["content"]
    echo = GOING_ON.get(name) or ENDING[name]
    return echo(got.key)


@pytest.fixture(scope="module")
def echo() -> Iterator[RawServer]:
    refused = set()

    def answer(got: Got) -> bytes:
        reply = _answer(got)
        if b" 429 " in reply[:16] and b"quota" not in reply:
            if got.body in refused:
                return GOING_ON["copy"](got.key)
            refused.add(got.body)
        return reply

    with raw_server(answer) as server:
        yield server


def plant(folder: Path, url: str, source: str, names: list[str]) -> list[str]:
    """Prompts called like echoes and settings with a source of the key; arguments to run them."""
    (folder / "planted-config.yaml").write_text(SETTINGS.format(url=url, source=source))
    rows = "".join(json.dumps({"id": name, "prompt": name}) + "\n" for name in names)
    (folder / "p.jsonl").write_text(rows)
    return ["run", "p.jsonl", "-p", "mine", "--config", "planted-config.yaml", *PATIENT]


def source_of(kind: str, folder: Path, key: str) -> tuple[str, dict[str, str]]:
    """A line of the settings file, and the environment with it."""
    if kind == "environment":
        return "key_env: CANARY_KEY", {"CANARY_KEY": key}
    path = folder / "planted-key"
    path.write_text(key + "\n")
    path.chmod(0o600)
    if kind == "file":
        return f"key_file: {path}", {}
    return f"key_command: [cat, {path}]", {}


def search(key: str, folder: Path, done: subprocess.CompletedProcess[str]) -> None:
    said = done.stdout.encode() + done.stderr.encode()
    assert leaks_below(key, folder, said) == []


def test_S1_the_search_finds_a_key_in_every_form_it_is_echoed_in() -> None:
    """Else nothing found would mean nothing."""
    blind = [
        name
        for key in KEYS
        for name, echo in (GOING_ON | ENDING).items()
        if not leaks(key, echo(key))
    ]
    assert blind == []
    assert len(GOING_ON) + len(ENDING) >= 60


@pytest.mark.parametrize(
    ("key", "command", "flags"),
    [
        *(
            pytest.param(
                key,
                inside.copygen,
                flags,
                id=f"{name}, {verbosity}",
                marks=() if verbosity in always else pytest.mark.soak,
            )
            for name, key, always in (
                ("shaped", SHAPED, {"debug", "quiet"}),
                ("odd", ODD, {"normal"}),
                ("plain", PLAIN, {"debug"}),
            )
            for verbosity, flags in VERBOSITY.items()
        ),
        pytest.param(ODD, copygen, VERBOSITY["debug"], id="odd, debug, a process"),
    ],
)
def test_S1_no_echo_that_ends_a_prompt_leaks(
    tmp_path: Path, echo: RawServer, key: str, command: Command, flags: list[str]
) -> None:
    source, env = source_of("environment", tmp_path, key)
    args = plant(tmp_path, echo.url, source, list(GOING_ON))
    done = command(*args, *flags, "--summary-json", "s.json", cwd=tmp_path, env=env)
    search(key, tmp_path, done)
    made = {record["id"]: record for record in records(tmp_path / "p.results.jsonl")}
    assert made.keys() == GOING_ON.keys(), "a scenario did not run"
    assert done.returncode == 3, done.stderr
    assert made["copy"]["status"] == "ok"
    assert "…" in made["copy"]["text"]


@pytest.mark.parametrize(("name", "key"), [*zip(ENDING, cycle(KEYS))])
def test_S1_no_echo_that_ends_the_run_leaks(
    tmp_path: Path, echo: RawServer, name: str, key: str
) -> None:
    source, env = source_of("environment", tmp_path, key)
    args = plant(tmp_path, echo.url, source, [name])
    done = inside.copygen(*args, "--debug", cwd=tmp_path, env=env)
    search(key, tmp_path, done)
    assert done.returncode in (3, 7), done.stderr


@pytest.mark.soak
@pytest.mark.parametrize("flags", [["--debug"], []], ids=["debug", "normal"])
@pytest.mark.parametrize(
    ("kind", "key"), [("environment", SHAPED), ("file", ODD), ("command", PLAIN)]
)
@pytest.mark.parametrize("name", [*GOING_ON, *ENDING])
def test_S1_each_echo_alone_from_each_source_at_each_verbosity(
    tmp_path: Path, echo: RawServer, name: str, key: str, kind: str, flags: list[str]
) -> None:
    source, env = source_of(kind, tmp_path, key)
    args = plant(tmp_path, echo.url, source, [name])
    done = inside.copygen(*args, *flags, "--summary-json", "s.json", cwd=tmp_path, env=env)
    search(key, tmp_path, done)
    assert done.returncode in (0, 3, 7), done.stderr


@pytest.mark.parametrize("kind", ["file", "command"])
def test_S1_a_key_of_a_file_or_a_command_is_sent_and_shown_nowhere(
    tmp_path: Path, echo: RawServer, kind: str
) -> None:
    source, env = source_of(kind, tmp_path, ODD)
    args = plant(tmp_path, echo.url, source, ["copy", "400 object"])
    before = len(echo.requests)
    done = inside.copygen(*args, "--debug", cwd=tmp_path, env=env)
    assert {got.key for got in echo.requests[before:]} == {ODD}
    search(ODD, tmp_path, done)


def test_S1_superseded_torn_and_rescued_results_hold_no_key(
    tmp_path: Path, echo: RawServer
) -> None:
    source, env = source_of("environment", tmp_path, ODD)
    args = plant(tmp_path, echo.url, source, list(GOING_ON))
    env["TMPDIR"] = str(tmp_path)
    results = tmp_path / "p.results.jsonl"
    output = [inside.copygen(*args, cwd=tmp_path, env=env)]
    output.append(inside.copygen(*args, "--retry", "all", cwd=tmp_path, env=env))
    results.write_bytes(results.read_bytes()[:-40])
    output.append(inside.copygen(*args, cwd=tmp_path, env=env))
    full = subprocess.run(
        [*COMMAND, *args, "--retry", "all"],
        cwd=tmp_path,
        env=environment(tmp_path, **env),
        capture_output=True,
        preexec_fn=lambda: _limit_files(results.stat().st_size + 3000),
        timeout=60,
        check=False,
    )
    for done in output:
        search(ODD, tmp_path, done)
    assert leaks_below(ODD, tmp_path, full.stdout + full.stderr) == []
    assert full.returncode == 8
    names = {path.name for path in tmp_path.iterdir()}
    for suffix in (".torn", ".superseded.jsonl"):
        assert results.name + suffix in names
    assert any("rescue" in name for name in names)


def _limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


SABOTAGE = {
    "in a reply": """
from copygen.providers import openai
def broken(self, status, headers, body, now, prompt):
    key = self._headers["authorization"]
    local = {"headers": dict(self._headers)}
    raise RuntimeError(f"no good: {key!r} {local}")
openai.ChatCompletions.parse = broken
""",
    "with the key on a chain": """
from copygen.providers import openai
def broken(self, prompt):
    try:
        raise ValueError(self._headers["authorization"])
    except ValueError as error:
        error.add_note("note: " + self._headers["authorization"])
        raise KeyError(dict(self._headers)) from error
openai.ChatCompletions.request = broken
""",
    "in the event loop": """
import asyncio, warnings
from copygen.providers import openai
request = openai.ChatCompletions.request
async def fail(words):
    raise RuntimeError(words)
def broken(self, prompt):
    words = str(dict(self._headers))
    asyncio.get_running_loop().call_soon(exec, "raise RuntimeError(words)", {"words": words})
    asyncio.ensure_future(fail(words))
    warnings.warn(words)
    return request(self, prompt)
openai.ChatCompletions.request = broken
""",
    "with logging at its loudest": """
import logging
logging.basicConfig(level=logging.DEBUG)
""",
}


@pytest.mark.parametrize(
    ("bug", "flags"),
    [
        *(pytest.param(bug, ["--debug"], id=f"{bug}, debug") for bug in SABOTAGE),
        *(
            pytest.param(bug, [], id=bug, marks=() if "key" in bug else pytest.mark.soak)
            for bug in SABOTAGE
        ),
    ],
)
def test_S1_a_bug_of_ours_shows_no_key(
    tmp_path: Path, echo: RawServer, bug: str, flags: list[str]
) -> None:
    """Python shows the message of an exception; here the whole request stands in it."""
    sabotage = tmp_path / "sabotage"
    sabotage.mkdir()
    # Nothing is imported at the start of Python that would not be there in a real run.
    (sabotage / "sitecustomize.py").write_text(_LATER.format(code=SABOTAGE[bug]))
    source, env = source_of("environment", tmp_path, ODD)
    args = plant(tmp_path, echo.url, source, ["400 object", "copy"])
    path = environment(tmp_path)["PYTHONPATH"]
    env |= {"PYTHONPATH": f"{sabotage}:{path}", "PYTHONASYNCIODEBUG": "1"}
    done = copygen(*args, *flags, cwd=tmp_path, env=env)
    search(ODD, tmp_path, done)
    if "log" not in bug and "loop" not in bug:
        assert done.returncode == 1, done.stderr
        assert "this is a bug in copygen" in done.stderr
        assert ("Traceback" in done.stderr) is bool(flags)


_LATER = '''
import atexit, sys, importlib.abc

CODE = {code!r}

class Finder(importlib.abc.MetaPathFinder):
    """Runs the code once copygen's session is being imported."""
    def find_spec(self, name, path, target=None):
        if name == "copygen.jobs.run":
            sys.meta_path.remove(self)
            exec(compile(CODE, "sabotage", "exec"), {{}})

sys.meta_path.insert(0, Finder())
'''


def test_S1_neither_command_lines_nor_other_environments_hold_the_key(tmp_path: Path) -> None:
    """While it runs: every process below copygen, as others on this machine could see it."""
    spy = tmp_path / "spy.py"
    spy.write_text(_SPY)
    key_file = tmp_path / "planted-key"
    key_file.write_text(ODD)
    with raw_server(lambda _got: http(200, b"{}")) as server:
        source = f"key_command: [{sys.executable}, {spy}, {key_file}, {tmp_path / 'seen'}]"
        args = plant(tmp_path, server.url, source, ["x"])
        done = copygen(*args, cwd=tmp_path, env={"OTHER": "1"})
        assert [got.key for got in server.requests] == [ODD]
    seen = (tmp_path / "seen").read_bytes()
    assert b"copygen" in seen
    assert b"p.jsonl" in seen
    search(ODD, tmp_path, done)


_SPY = """
import os, pathlib, sys
key, seen = map(pathlib.Path, sys.argv[1:])
me, parent = pathlib.Path("/proc/self"), pathlib.Path(f"/proc/{os.getppid()}")
parts = [place / name for place in (me, parent) for name in ("cmdline", "environ")]
seen.write_bytes(b"\\n".join(part.read_bytes() for part in parts) + sys.stdin.buffer.read())
print(key.read_text())
"""


def test_S1_the_lock_of_a_run_under_way_holds_no_key(tmp_path: Path) -> None:
    held = []

    def answer(got: Got) -> bytes:
        held.extend(path.read_bytes() for path in tmp_path.glob("*.lock"))
        return GOING_ON["copy"](got.key)

    with raw_server(answer) as server:
        source, env = source_of("environment", tmp_path, ODD)
        done = inside.copygen(*plant(tmp_path, server.url, source, ["x"]), cwd=tmp_path, env=env)
    assert held
    assert leaks(ODD, *held) == []
    search(ODD, tmp_path, done)


MISPLACED = {
    # A key where it must not stand is refused before anything is sent, and not repeated.
    "base url, user": (["--base-url", f"https://u:{SHAPED}@127.0.0.1:1/v1"], ""),
    "base url, query": (["--base-url", f"https://127.0.0.1:1/v1?key={SHAPED}"], ""),
    "base url, odd": (["--base-url", "https://u:Vn5Gy2Qe8Uo4Sx9@127.0.0.1:1/v1"], ""),
    "base url, unreadable": (["--base-url", f"https://[{SHAPED}/v1"], ""),
    "base url, look-alike": (["--base-url", f"https://u:{SHAPED}\uff03@h/v1"], ""),
    "set": (["--set", f"x={SHAPED}"], ""),
    "set without a name": (["--set", SHAPED], ""),
    "option": (["-O", f"providers.mine.api_key={SHAPED}"], ""),
    "option by its name": (["-O", "providers.mine.api_key=Vn5Gy2Qe8Uo4Sx9"], ""),
    "option, wrong type": (["-O", f"concurrency={SHAPED}"], ""),
    "settings file, header": ([], f"headers: {{authorization: 'Bearer {SHAPED}'}}"),
    "settings file, api_key": ([], "api_key: Vn5Gy2Qe8Uo4Sx9"),
    "settings file, base url": ([], "base_url: https://u:Vn5Gy2Qe8Uo4Sx9@h/v1"),
    "settings file, key file": ([], f"key_file: [{SHAPED}]"),
    "settings file, key command": ([], f"key_command: {{a: {SHAPED}}}"),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_S1_S2_a_misplaced_key_is_refused_and_not_repeated(tmp_path: Path, name: str) -> None:
    args, line = MISPLACED[name]
    (tmp_path / "p.yaml").write_text("- hello\n")
    settings = f"providers:\n  mine:\n    default_model: m\n    {line}\n"
    (tmp_path / "planted.yaml").write_text(settings)
    whole = ["run", "p.yaml", "-p", "mine", "--config", "planted.yaml", *args, "--debug"]
    done = inside.copygen(*whole, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    search(SHAPED, tmp_path, done)
    assert leaks_below("sk-.Vn5Gy2Qe8Uo4Sx9", tmp_path, done.stderr.encode()) == []


@pytest.mark.parametrize("line", ["api_key: {}", "key_file: {}", "params: {{api_key: '{}'}}"])
def test_S2_a_prompt_file_has_no_say_in_keys(tmp_path: Path, line: str) -> None:
    (tmp_path / "planted.yaml").write_text(f"prompt: x\n{line.format(SHAPED)}\n")
    done = inside.copygen("run", "planted.yaml", "-p", "simulator", "--debug", cwd=tmp_path)
    assert done.returncode == 2
    assert "prompt file" in done.stderr
    search(SHAPED, tmp_path, done)


def test_S1_no_core_or_crash_file_is_left(tmp_path: Path, echo: RawServer) -> None:
    source, env = source_of("environment", tmp_path, ODD)
    args = plant(tmp_path, echo.url, source, ["copy"])
    before = {*tmp_path.iterdir()}
    copygen(*args, cwd=tmp_path, env=env)
    assert {path.name for path in {*tmp_path.iterdir()} - before} == {"p.results.jsonl"}
