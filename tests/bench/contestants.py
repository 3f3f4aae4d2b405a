"""Who is measured, and one measured run of one of them."""

import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.running import Usage, run
from tests.bench.serving import Server
from tests.bench.wording import MODEL, TEMPLATE, write_items
from tests.support.running import COMMAND

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Job:
    """What a contestant has to do."""

    items: Path
    url: str
    base_url: str
    concurrency: int
    output: Path

    @property
    def template(self) -> Path:
        """The wording, beside the items."""
        return self.items.with_name("template.yaml")


@dataclass(frozen=True, slots=True)
class Contestant:
    """A way to send prompts."""

    name: str
    command: Callable[[Job], list[str]]
    terminal: bool = False
    """Whether its standard error is a terminal."""
    max_prompts: int = sys.maxsize
    """A slow one gets fewer, or the suite takes hours."""
    max_concurrency: int = sys.maxsize
    max_rounds: int = sys.maxsize
    loses_rows: bool = False
    """Whether it may end without a line for every row."""


def _copygen(job: Job) -> list[str]:
    return [
        *COMMAND,
        *("run", str(job.items), "--template", str(job.template)),
        *("--provider", "openai", "--model", MODEL, "--base-url", job.base_url),
        *("--concurrency", str(job.concurrency), "--output", str(job.output)),
    ]


def _by_hand(module: str, *flags: str) -> Callable[[Job], list[str]]:
    def command(job: Job) -> list[str]:
        script = [sys.executable, "-m", f"tests.bench.{module}"]
        where = [str(job.items), job.url, str(job.concurrency), str(job.output)]
        return [*script, *where, *flags]

    return command


COPYGEN = Contestant("copygen", _copygen, terminal=True)
"""Everything on, and the live display of a terminal."""
COPYGEN_LOG = Contestant("copygen, no terminal", _copygen)
AIOHTTP = Contestant("bare aiohttp", _by_hand("hand_aiohttp"))
AIOHTTP_UVLOOP = Contestant("bare aiohttp, uvloop", _by_hand("hand_aiohttp", "--uvloop"))
AIOHTTP_BACKOFF = Contestant(
    "bare aiohttp, backoff", _by_hand("hand_aiohttp", "--backoff"), loses_rows=True
)
HTTPX = Contestant(
    "httpx.AsyncClient",
    _by_hand("hand_httpx"),
    max_prompts=1000,
    max_rounds=3,
    max_concurrency=1000,
)


def with_flags(contestant: Contestant, name: str, *flags: str) -> Contestant:
    """The same with more flags."""
    return replace(contestant, name=name, command=lambda job: [*contestant.command(job), *flags])


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run that ended as it should."""

    prompts: int
    usage: Usage
    answered: int
    """Lines in its output that hold a text."""
    first_s: float
    """Seconds from its start to its first request."""
    sending_s: float
    """Seconds from its first request to the last answer, as the server saw it."""
    requests: int
    refused: int
    cost: float
    """What the accepted requests cost by the server's count."""


class Course:
    """A folder of rows, made once for each number of them, and runs over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")

    def items(self, count: int) -> Path:
        """The file with that many rows."""
        path = self.folder / f"items-{count}.jsonl"
        if not path.exists():
            write_items(path, count)
        return path

    def run(
        self, contestant: Contestant, server: Server, prompts: int, concurrency: int
    ) -> Outcome:
        """One run over `prompts` rows; its output is counted and removed."""
        output = self.folder / f"output-{next(_numbers)}.jsonl"
        try:
            return self.run_to(output, contestant, server, self.items(prompts), concurrency)
        finally:
            for path in self.folder.glob(f"{output.stem}*"):
                path.unlink()

    def run_to(
        self,
        output: Path,
        contestant: Contestant,
        server: Server,
        items: Path,
        concurrency: int,
        *,
        sampled: bool = False,
    ) -> Outcome:
        """One run that leaves its output. Raises RuntimeError when rows are missing."""
        job = Job(items, server.url, server.base_url, concurrency, output)
        server.reset()
        usage = run(
            contestant.command(job), self.folder, terminal=contestant.terminal, sampled=sampled
        )
        counts = server.counts()
        prompts, answered = _lines(items), _texts(output)
        if usage.exit_code or (answered != prompts and not contestant.loses_rows):
            raise RuntimeError(
                f"{contestant.name} ended with code {usage.exit_code} and {answered} of {prompts} "
                f"rows:\n{usage.errors}"
            )
        return Outcome(
            prompts=prompts,
            usage=usage,
            answered=answered,
            first_s=counts.first_s - usage.began_s,
            sending_s=counts.last_s - counts.first_s,
            requests=counts.requests,
            refused=counts.refused,
            cost=counts.cost,
        )


def _lines(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def _texts(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(b'"text":"' in line or b'"text": "' in line for line in lines)
