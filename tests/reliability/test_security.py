"""The security promises S2 to S15, as far as there is something to keep them for.

There is no HTML report and no CSV or XLSX export, so S10 and S11 have nothing to test, and file
names are never made from data (S12 is about the names that prompt files give). S1 and the rest
of S2 are in test_canary.py.
"""

import asyncio
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from copygen.cli.app import program
from copygen.config import load_settings
from copygen.errors import CopygenError
from copygen.models import ApiError, Kind, Message, Prompt, Source
from copygen.prompts import open_prompts
from copygen.providers.openai import ChatCompletions
from copygen.providers.redact import Secret
from copygen.transport.http import HttpTransport
from tests.prompts.test_sandbox import BOMBS, ESCAPES
from tests.support import inside
from tests.support.cpu import cpu_s
from tests.support.fault_server import Authority
from tests.support.prompt_files import TARGET
from tests.support.pty_screen import run_on_pty, terminal_env
from tests.support.running import COMMAND, ROOT, copygen, environment, records
from tests.support.sec_canary import SHAPED, leaks
from tests.support.sec_child import peak_mib, watched
from tests.support.sec_server import OK_BODY, Answer, Got, RawServer, http, raw_server
from tests.test_documents import ALIAS_BOMB, MERGE_BOMB, WIDE_MERGE

KEY = SHAPED
IMPATIENT = [
    *("-O", "retry.base_s=0.01", "-O", "breaker.connection_failures_in_a_row=2"),
    *("-O", "breaker.cooldown_s=0.1", "-O", "breaker.give_up_after_s=0.5"),
]


ONCE = ["--max-attempts", "1", "-O", "retry.max_ambiguous=0"]


def fine(_got: Got) -> bytes:
    return http(200, OK_BODY)


def run(
    folder: Path, url: str, *args: object, limits: Sequence[str] = ONCE, **env: str
) -> subprocess.CompletedProcess[str]:
    """One prompt to a server, with a key; as a process only where it is `watched`."""
    (folder / "p.yaml").write_text("- hello\n")
    whole = ["run", "p.yaml", "-p", "openai", "-m", "m", "--base-url", f"{url}/v1", *limits, *args]
    command = copygen if "PYTHONPATH" in env else inside.copygen
    return command(*whole, cwd=folder, env={"OPENAI_API_KEY": KEY, **env})


def test_S2_no_flag_takes_a_key() -> None:
    """`simulate --require-key` is the simulator's side: which key it accepts, not one it sends.
    The tokens of the other two are counted, not secret.
    """
    flags = [
        (name, flag)
        for name, sub in program().commands.items()
        for parameter in sub.params
        for flag in parameter.opts
        if re.search(r"key|token|secret|auth|pass|header", flag)
    ]
    assert set(flags) == {
        ("simulate", "--require-key"),
        ("run", "--max-tokens-total"),
        ("plan", "--max-tokens-total"),
        ("models", "--output-tokens"),
        ("run", "--header-row"),  # of a table
        ("plan", "--header-row"),
        ("check", "--header-row"),
    }


# Redirects

STATUSES = (301, 302, 303, 307, 308)
TARGETS = (
    "http://127.0.0.1:{port}/v1/chat/completions",
    "//127.0.0.1:{port}/v1/chat/completions",
    "http://localhost:{port}/",
    "HTTP://127.0.0.1:{port}/?key=1",
    "http://user:word@127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "/v2/chat/completions",
)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[RawServer]:
    with raw_server(fine) as server:
        yield server


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", STATUSES)
def test_S3_a_redirect_is_an_error_and_nobody_is_asked_again(
    status: int, target: str, elsewhere: RawServer
) -> None:
    location = target.format(port=elsewhere.port)
    with raw_server(lambda _got: http(status, b"", {"Location": location})) as server:
        error = asyncio.run(_exchange(f"{server.url}/v1"))
        assert len(server.requests) == 1
    assert elsewhere.connections == 0
    assert isinstance(error, ApiError)
    assert error.kind is Kind.WRONG_URL
    assert "key=1" not in error.message
    assert "word" not in error.message


async def _exchange(base_url: str) -> object:
    provider = ChatCompletions(base_url, Secret(KEY))
    prompt = Prompt("i", "k", (Message("user", "x"),), "m", {}, {}, Source("p", 1))
    async with HttpTransport(max_connections=1, environ={}) as transport:
        reply = await transport.handle_async_request(provider.request(prompt))
        now = datetime.now(UTC)
        return provider.parse(reply.status_code, reply.headers, reply.content, now, prompt)


def test_S3_a_redirect_ends_a_run_with_code_7(tmp_path: Path, elsewhere: RawServer) -> None:
    location = f"http://127.0.0.1:{elsewhere.port}/v1/chat/completions"
    with raw_server(lambda _got: http(307, b"", {"Location": location})) as server:
        done = run(tmp_path, server.url)
        assert len(server.requests) == 1
    assert done.returncode == 7
    assert "redirects to 127.0.0.1" in done.stderr
    assert elsewhere.connections == 0


# The key and its own origin


def test_S4_each_provider_gets_its_own_key_and_no_other(tmp_path: Path) -> None:
    with raw_server(fine) as one, raw_server(fine) as two:
        env = {"OPENAI_API_KEY": "sk-of-one", "DEEPSEEK_API_KEY": "sk-of-two"}
        (tmp_path / "p.yaml").write_text("- hello\n")
        for name, server in (("openai", one), ("deepseek", two)):
            args = ["run", "p.yaml", "-p", name, "--base-url", server.url, "-o", f"{name}.jsonl"]
            assert inside.copygen(*args, cwd=tmp_path, env=env).returncode == 0
    assert {got.key for got in one.requests} == {"sk-of-one"}
    assert {got.key for got in two.requests} == {"sk-of-two"}
    assert not any("sk-of-two" in str(got) for got in one.requests)


@pytest.mark.parametrize("key", ["base_url", "key_env", "key_file", "key_command", "api_key"])
@pytest.mark.parametrize("place", ["{}: {}\nprompt: x\n", "prompt: x\nparams: {{{}: '{}'}}\n"])
def test_S4_a_prompt_file_names_neither_an_address_nor_a_key(
    tmp_path: Path, elsewhere: RawServer, key: str, place: str
) -> None:
    (tmp_path / "p.yaml").write_text(place.format(key, f"{elsewhere.url}/v1"))
    with pytest.raises(CopygenError, match=rf"'{key}' (belongs|must never)"):
        open_prompts(str(tmp_path / "p.yaml")).check(TARGET)


def test_S4_a_run_in_a_strangers_folder_reads_no_settings_there(
    tmp_path: Path, elsewhere: RawServer
) -> None:
    settings = f"providers: {{openai: {{base_url: '{elsewhere.url}'}}}}\n"
    for name in ("config.yaml", "copygen.yaml", ".copygen.yaml", ".env"):
        (tmp_path / name).write_text(settings)
    (tmp_path / ".env").write_text(f"OPENAI_BASE_URL={elsewhere.url}\nOPENAI_API_KEY=x\n")
    with raw_server(fine) as server:
        done = run(tmp_path, server.url, XDG_CONFIG_HOME=str(tmp_path / "none"))
        assert [got.key for got in server.requests] == [KEY]
    assert done.returncode == 0, done.stderr
    assert elsewhere.connections == 0


PLAIN_HTTP = ("http://api.example.com", "HTTP://api.example.com", " http://10.0.0.9:8000")


@pytest.mark.parametrize("url", PLAIN_HTTP)
def test_S4_plain_http_to_another_machine_needs_the_flag(tmp_path: Path, url: str) -> None:
    env = watched(tmp_path)
    done = run(tmp_path, url, **env)
    assert done.returncode == 2, done.stderr
    assert "--insecure-http" in done.stderr
    assert json.loads((tmp_path / "hooks" / "places").read_text()) == []


@pytest.mark.parametrize("spelling", ["http://127.0.0.1:{}", "http://localhost:{}"])
def test_S4_plain_http_to_this_machine_needs_no_flag(tmp_path: Path, spelling: str) -> None:
    with raw_server(fine) as server:
        done = run(tmp_path, spelling.format(server.port))
    assert done.returncode == 0, done.stderr


# Encryption


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("flaw", ["self-signed", "wrong host", "expired"])
def test_S5_a_certificate_that_does_not_hold_ends_the_run_with_nothing_sent(
    tmp_path: Path, authority: Authority, flaw: str
) -> None:
    names = ["elsewhere.example"] if flaw == "wrong host" else []
    past = datetime.now(UTC) - timedelta(days=1) if flaw == "expired" else None
    trusted = [] if flaw == "self-signed" else ["-O", f"ca_file={authority.ca_file}"]
    with raw_server(fine, authority.server_context(*names, not_after=past)) as server:
        done = run(tmp_path, server.url, *trusted, limits=["--max-attempts", "5"])
        assert server.requests == []
        assert server.connections == 1
    assert done.returncode == 7, done.stderr
    assert "certificate" in done.stderr


def test_S5_a_private_authority_is_trusted_by_its_file(
    tmp_path: Path, authority: Authority
) -> None:
    with raw_server(fine, authority.server_context()) as server:
        done = run(tmp_path, server.url, "-O", f"ca_file={authority.ca_file}")
        assert [got.key for got in server.requests] == [KEY]
    assert done.returncode == 0, done.stderr


# What a server can make of a reply

MIB = 2**20
MOST_GROWTH_MIB = 48
"""64 are promised; the cap of 16 MiB, in pieces and joined, takes 32."""


def _bomb(window_bits: int) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, window_bits)
    block = bytes(MIB)
    return b"".join(packer.compress(block) for _ in range(256)) + packer.flush()


def _endless(got: Got) -> Answer:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return [head, *[b"100000\r\n" + bytes(MIB) + b"\r\n"] * 256]


OVERSIZED: dict[str, Callable[[Got], Answer]] = {
    "gzip": lambda _got: http(200, _bomb(31), {"Content-Encoding": "gzip"}),
    "deflate": lambda _got: http(200, _bomb(15), {"Content-Encoding": "deflate"}),
    "gzip twice": lambda _got: http(
        200,
        zlib.compress(zlib.compress(bytes(MIB))),
        {"Content-Encoding": "deflate, deflate"},
    ),
    "brotli": lambda _got: http(200, b"\x8b\x00\x80", {"Content-Encoding": "br"}),
    "zstd": lambda _got: http(200, b"\x28\xb5\x2f\xfd", {"Content-Encoding": "zstd"}),
    "long": lambda _got: http(200, bytes(64 * MIB)),
    "endless": _endless,
    "long header": lambda _got: http(200, OK_BODY, {"X": "a" * 2 * MIB}),
    "many headers": lambda _got: http(200, OK_BODY, {f"X-{n}": "a" for n in range(100_000)}),
    "deep": lambda _got: http(200, b'{"a":' * 200_000),
    "deep list": lambda _got: http(200, b"[" * 5 * MIB),
    "long error": lambda _got: http(400, json.dumps({"error": "x " * 4 * MIB}).encode()),
}


@pytest.fixture(scope="module")
def usual_mib(tmp_path_factory: pytest.TempPathFactory) -> float:
    """What a run takes whose reply is an ordinary one."""
    folder = tmp_path_factory.mktemp("usual")
    with raw_server(fine) as server:
        assert run(folder, server.url, **watched(folder)).returncode == 0
    return peak_mib(folder)


TOGETHER = (
    ("gzip", "long"),
    ("deflate", "endless"),
    ("gzip twice", "brotli", "zstd", "long header", "many headers", "deep", "deep list"),
)
"""Replies that one run gets one after the other, within the same growth as of one alone."""
ALONE = [
    pytest.param([name], marks=() if name == "long error" else pytest.mark.soak, id=name)
    for name in OVERSIZED
]


@pytest.mark.parametrize("names", [*map(list, TOGETHER), *ALONE])
def test_S6_a_reply_too_large_fails_its_prompt_and_takes_little_memory(
    tmp_path: Path, usual_mib: float, names: list[str]
) -> None:
    rows = "".join(json.dumps({"id": name, "prompt": name}) + "\n" for name in names)
    (tmp_path / "p.jsonl").write_text(rows)

    def answer(got: Got) -> Answer:
        return OVERSIZED[json.loads(got.body)["messages"][-1]["content"]](got)

    with raw_server(answer) as server:
        args = ["run", "p.jsonl", "-p", "openai", "--base-url", server.url, *ONCE, "-c", "1"]
        env = {"OPENAI_API_KEY": KEY, **watched(tmp_path)}
        done = copygen(*args, cwd=tmp_path, env=env)
        assert len(server.requests) == len(names)
    assert done.returncode in (0, 3), done.stderr
    assert [record["id"] for record in records(tmp_path / "p.results.jsonl")] == names
    growth = peak_mib(tmp_path) - usual_mib
    assert growth <= MOST_GROWTH_MIB, f"{growth:.0f} MiB"


def test_S6_a_slow_drip_ends_at_the_deadline(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    drip: Answer = [head, *[b"x", 0.2] * 50]
    with raw_server(lambda _got: drip) as server:
        done = run(tmp_path, server.url, "--timeout", 1)
    assert done.returncode == 3, done.stderr
    (record,) = records(tmp_path / "p.results.jsonl")
    assert record["error"]["kind"] == "timeout"
    # The reply would have taken ten seconds; half of that, for a busy machine.
    assert 950 <= record["total_ms"] <= 5000


# Bombs in YAML

MOST_CPU_S, MOST_BYTES = 0.1, 20 * MIB
YAML_BOMBS = {
    "aliases": ALIAS_BOMB,
    "merges": MERGE_BOMB,
    "wide merges": WIDE_MERGE,
    "nested": "[" * 900 + "]" * 900,
    "open": "[" * 100_000,
    "maps": "{a: " * 100_000,
    "many aliases": "a: &a x\nb: [" + "*a, " * 10_001 + "]",
    "long aliases": f"a: &a {'x' * 100_000}\nb: [" + "*a, " * 200 + "]",
    "deep keys": "? " * 5000 + "a",
    "nested lists": "- " * 5000 + "a",
}


@pytest.mark.no_cover
@pytest.mark.parametrize("name", YAML_BOMBS)
@pytest.mark.parametrize("place", ["prompt file", "settings"])
def test_S7_a_yaml_bomb_is_refused_at_once(tmp_path: Path, place: str, name: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(YAML_BOMBS[name])

    def read() -> None:
        read_it = partial(load_settings, path, {}, {})
        if place == "prompt file":
            read_it = partial(open_prompts, str(path))
        with pytest.raises(CopygenError, match=r"p\.yaml:\d+:\d+: "):
            read_it()

    # The best of three: on a busy machine even processor time comes out longer.
    assert min(cpu_s(read) for _ in range(3)) < MOST_CPU_S
    tracemalloc.start()
    try:
        read()
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


# Templates

_RENDER_ALL = """
import json, pathlib, sys, time
from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.template import RenderError, Template

def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))

before, slowest, got_out = peak(), 0.0, []
for text in json.load(sys.stdin):
    began = time.process_time()
    try:
        Template(text, lambda line: Source("t", line)).render({"x": "abc", "items": [1]})
        got_out.append(text)
    except (RenderError, PromptError):
        pass
    slowest = max(slowest, time.process_time() - began)
print(json.dumps([slowest, (peak() - before) / 1024, got_out]))
"""


def test_S8_no_template_gets_out_or_uses_up_the_machine(tmp_path: Path) -> None:
    everything = json.dumps([*ESCAPES, *BOMBS])
    done = subprocess.run(
        [sys.executable, "-c", _RENDER_ALL],
        input=everything,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    slowest_s, growth_mib, got_out = json.loads(done.stdout)
    assert len(ESCAPES) >= 30
    assert [text for text in got_out if "record" not in text] == []
    assert slowest_s < 2
    assert growth_mib <= 256


@pytest.mark.parametrize("name", ["p.csv", "p.jsonl", "p.yaml"])
def test_S8_what_a_row_holds_is_never_a_template(tmp_path: Path, name: str) -> None:
    value = "{{ 7 * 7 }}{% for x in [1] %}{{ cycler.__init__ }}{% endfor %}"
    rows = {
        "p.csv": f'name\n"{value}"\n',
        "p.jsonl": json.dumps({"name": value}) + "\n",
        "p.yaml": json.dumps({"prompt": "Say {{ name }}", "items": [{"name": value}]}),
    }
    (tmp_path / name).write_text(rows[name])
    (tmp_path / "t.yaml").write_text("prompt: 'Say {{ name }}'\n")
    template = None if name == "p.yaml" else str(tmp_path / "t.yaml")
    source = open_prompts(str(tmp_path / name), template=template)
    (prompt,) = source.prompts(TARGET)
    assert isinstance(prompt, Prompt)
    assert prompt.messages[-1].content == f"Say {value}"


# Terminals

NASTY = (
    "\x1b]52;c;ZXZpbA==\x07 \x1b[2J\x1b[H \x1b]0;title\x07 \x9b31m \x90q\x9c \u202egnp.exe\u202c "
    "\u2066x\u2069 [red]x[/red] [/] \x08\x08 \x7f \r over \x1b]8;;http://evil\x1b\\link"
)
ALLOWED = re.compile(rb"\x1b\[[0-9;]*[mKABCDG]|\x1b\[\?25[lh]")
"""Colours and the cursor movements of the progress display."""
FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
)


@pytest.mark.parametrize(
    "status", [400, 200, *(pytest.param(status, marks=pytest.mark.soak) for status in (401, 500))]
)
def test_S9_what_strangers_write_cannot_disturb_the_terminal(tmp_path: Path, status: int) -> None:
    body = json.dumps({"error": {"message": NASTY, "code": NASTY, "type": NASTY}}).encode()
    if status == 200:
        body = OK_BODY.replace(b'"stop"', json.dumps(NASTY).encode())
        body = body.replace(b"Silk.", json.dumps(NASTY)[1:-1].encode())
    name = "p\x1b]0;evil\x07\u202e.jsonl"
    (tmp_path / name).write_text(json.dumps({"id": "a\u202eb", "prompt": "x"}) + "\n")
    with raw_server(lambda _got: http(status, body, {"X-Request-Id": "a"})) as server:
        args = ["run", name, "-p", "openai", "--base-url", server.url, *ONCE, "--debug"]
        env = terminal_env(**environment(tmp_path, OPENAI_API_KEY=KEY, TERM="xterm-256color"))
        done = run_on_pty([*COMMAND, *args], env=env, cwd=tmp_path)
    left = ALLOWED.sub(b"", done.output)
    assert FORBIDDEN.findall(left) == []
    assert b"\\x1b" in left


def test_S9_a_traceback_is_made_safe_too(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(json.dumps({"prompt": "x", NASTY: 1}))
    args = [*COMMAND, "run", "p.yaml", "-p", "simulator", "--debug"]
    done = run_on_pty(args, env=terminal_env(**environment(tmp_path)), cwd=tmp_path)
    assert done.exit_code == 2
    assert b"Traceback" in done.output
    assert FORBIDDEN.findall(ALLOWED.sub(b"", done.output)) == []


def test_S9_nothing_is_printed_as_markup() -> None:
    """`console.print` of anything but a `Text` or a renderable built of them."""
    calls = []
    for path in (ROOT / "copygen").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"console\.print\(\s*f?[\"']", line) or "from_markup" in line:
                calls.append(f"{path.name}: {line.strip()}")
    assert calls == []


# Paths from prompt files

SECRET_ROW = "prompt\nthe content of a file elsewhere\n"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "sub/../../secret.csv",
        "{folder}/secret.csv",
        "link.csv",
        "linked/secret.csv",
        "~/secret.csv",
        "file://{folder}/secret.csv",
        "..\\secret.csv",
        "/dev/stdin",
        "/proc/self/environ",
    ],
)
def test_S12_a_prompt_file_reaches_no_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.csv").write_text(SECRET_ROW)
    folder = tmp_path / "job"
    (folder / "sub").mkdir(parents=True)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "linked").symlink_to(tmp_path)
    promptfile = folder / "p.yaml"
    promptfile.write_text(json.dumps({"prompt": "x", "items": name.format(folder=tmp_path)}))
    with pytest.raises(CopygenError, match=r"p\.yaml:1:\d+: ") as caught:
        open_prompts(str(promptfile)).check(TARGET)
    assert "the content" not in str(caught.value)


def test_S12_a_table_beside_its_prompt_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "t.csv").write_text("name\nsilk\n")
    (tmp_path / "link.csv").symlink_to("sub/t.csv")
    for name in ("sub/t.csv", "link.csv"):
        path = tmp_path / "p.yaml"
        path.write_text(json.dumps({"prompt": "{{ name }}", "items": name}))
        assert open_prompts(str(path)).check(TARGET) == 1


@pytest.mark.parametrize("verb", ["include", "import", "extends"])
def test_S12_a_template_loads_no_file(tmp_path: Path, verb: str) -> None:
    (tmp_path / "other").write_text("secret")
    rest = " as o" if verb == "import" else ""
    text = f"{{% {verb} 'other'{rest} %}}"
    (tmp_path / "p.yaml").write_text(json.dumps({"prompt": text}))
    with pytest.raises(CopygenError, match="cannot include or extend"):
        open_prompts(str(tmp_path / "p.yaml"))


# Files and the network


def test_S14_every_file_of_results_is_for_its_owner_only(tmp_path: Path) -> None:
    modes: dict[str, int] = {}

    def answer(_got: Got) -> bytes:
        note()
        return http(200, OK_BODY)

    def note() -> None:
        for path in tmp_path.glob("p.results.jsonl*"):
            modes[path.name] = stat.S_IMODE(path.stat().st_mode)

    results = tmp_path / "p.results.jsonl"
    rows = "".join(f'{{"id": "{n}", "prompt": "{n}"}}\n' for n in range(30))
    (tmp_path / "p.jsonl").write_text(rows)

    def again(*args: str, limit: int | None = None) -> int:
        env = {"OPENAI_API_KEY": KEY, "TMPDIR": str(tmp_path)}
        if limit is None:
            before = os.umask(0)
            try:
                code = inside.copygen(*whole, *args, cwd=tmp_path, env=env).returncode
            finally:
                os.umask(before)
        else:
            code = subprocess.run(
                [*COMMAND, *whole, *args],
                cwd=tmp_path,
                env=environment(tmp_path, **env),
                capture_output=True,
                preexec_fn=lambda: _open_to_all(limit),
                timeout=60,
                check=False,
            ).returncode
        note()
        return code

    with raw_server(answer) as server:
        whole = ["run", "p.jsonl", "-p", "openai", "--base-url", server.url, *ONCE]
        assert again() == 0
        results.write_bytes(results.read_bytes()[:-40])
        assert again("--retry", "all") == 0
        assert again("--retry", "all", limit=results.stat().st_size + 2000) == 8
    suffixes = {name.removeprefix(results.name) for name in modes}
    assert suffixes >= {"", ".lock", ".torn", ".superseded.jsonl"}
    rescued = [path for path in tmp_path.iterdir() if "rescue" in path.name]
    modes |= {path.name: stat.S_IMODE(path.stat().st_mode) for path in rescued}
    assert rescued
    assert {name: oct(mode) for name, mode in modes.items() if mode != 0o600} == {}


def _open_to_all(limit: int) -> None:
    os.umask(0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def test_S14_copygen_connects_to_its_provider_and_to_nothing_else(tmp_path: Path) -> None:
    with raw_server(fine) as server:
        done = run(tmp_path, server.url, **watched(tmp_path))
        port = server.port
    assert done.returncode == 0, done.stderr
    places = json.loads((tmp_path / "hooks" / "places").read_text())
    assert places
    assert {place for kind, place in places if kind == "connect"} == {f"('127.0.0.1', {port})"}
    others = [place for kind, place in places if kind != "connect" and "127.0.0.1" not in place]
    assert others == []


def test_S14_the_simulator_is_reached_on_loopback_only(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    done = copygen("run", "p.yaml", "-p", "simulator", cwd=tmp_path, env=watched(tmp_path))
    assert done.returncode == 0, done.stderr
    places = json.loads((tmp_path / "hooks" / "places").read_text())
    assert places
    assert [place for _, place in places if "127.0.0.1" not in place] == []


def test_S14_a_proxy_of_the_environment_is_used_and_never_sees_the_key(tmp_path: Path) -> None:
    with raw_server(lambda _got: http(502, b"")) as proxy:
        env = {"HTTPS_PROXY": proxy.url, "http_proxy": proxy.url, **watched(tmp_path)}
        done = run(tmp_path, "https://api.nowhere.example", *IMPATIENT, **env)
        asked = proxy.requests
    assert {got.first_line for got in asked} == {"CONNECT api.nowhere.example:443 HTTP/1.1"}
    assert leaks(KEY, str(asked).encode()) == []
    assert done.returncode in (3, 5), done.stderr
    assert "gave no connection" in done.stderr
    places = json.loads((tmp_path / "hooks" / "places").read_text())
    assert places
    assert [place for _, place in places if "127.0.0.1" not in place] == []


def test_S14_this_machine_is_never_reached_through_a_proxy(tmp_path: Path) -> None:
    with raw_server(fine) as server, raw_server(fine) as proxy:
        env = {"HTTP_PROXY": proxy.url, "http_proxy": proxy.url, "ALL_PROXY": proxy.url}
        assert run(tmp_path, server.url, **env).returncode == 0
        assert len(server.requests) == 1
    assert proxy.connections == 0


# No secrets in the tree

SECRETS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-(?:proj-|ant-|or-v1-)?[A-Za-z0-9_-]{20,}|(?:hs|rk|pk)-[A-Za-z0-9]{20,}|AIza[\w-]{35}"
    r"|gsk_\w{20,}|hf_\w{30,}|xai-\w{20,}|gh[pousr]_\w{36}|github_pat_\w{22,}|AKIA[0-9A-Z]{16}"
    r"|xox[abprs]-[\w-]{10,}|eyJ[\w-]{15,}\.[\w-]{10,}|glpat-[\w-]{20}"
    r")|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY"
)
PLANTED = re.compile(
    r"0123456789|1234567890|abcdef|canary|cnry|[Ff]uzz|another|silk|Ab3dEf6hIj9|\.\.\.|\*{4}"
)
"""What marks a key of the tests and examples as one that nobody was ever given."""


def test_S15_no_key_stands_in_the_tree() -> None:
    found = []
    for path in _tracked():
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in SECRETS.finditer(text):
            if not PLANTED.search(match[0]) and path.name != Path(__file__).name:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(ROOT)}:{line}: {match[0][:8]}…")
    assert found == []


@pytest.mark.parametrize(
    "secret",
    ["sk-proj-" + "Qz7" * 12, "AIza" + "Sy9" * 11 + "Qa", "AKIA" + "Q7Z2" * 4, "ghp_" + "aB3" * 12],
)
def test_S15_the_search_knows_a_key_when_it_sees_one(secret: str) -> None:
    assert SECRETS.search(f"key: '{secret}'")
    assert not PLANTED.search(secret)


def _tracked() -> list[Path]:
    """What git tracks; without git, as in an unpacked archive, what is not hidden."""
    git = shutil.which("git")
    if git is not None and (ROOT / ".git").exists():
        done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        names = done.stdout.decode().split("\0")
        paths = [ROOT / name for name in names if name]
    else:
        hidden = re.compile(r"^\.(?!ci|github)|^build$|^dist$|__pycache__")
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(hidden.search(part) for part in path.relative_to(ROOT).parts)
        ]
    return [path for path in paths if path.is_file()]
