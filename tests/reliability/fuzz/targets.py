"""What is fuzzed: six readers of bytes that strangers wrote, and what must hold for each.

A target takes any bytes. It returns a short word for what the reader made of them, so that a
fuzzer can tell new behaviour from old, and raises for a broken promise: an exception that is not
documented, or a value that cannot be.
"""

import io
import os
import random
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import httpx

from copygen.config import BreakerSettings, Loaded, ProviderConfig, Settings
from copygen.documents import parse_document, validate
from copygen.engine.client import result_of
from copygen.engine.control.breaker import CircuitBreaker
from copygen.engine.control.concurrency import Concurrency
from copygen.engine.gate import ModelGate
from copygen.engine.pipeline import Slot, Slots
from copygen.engine.retry import AttemptState
from copygen.errors import ConfigError, PromptError, ResultsError
from copygen.models import ApiError, Completion, InputFault, Message, Prompt, Source
from copygen.prompts import Target, open_prompts
from copygen.prompts.delimited import Lines, csv_rows
from copygen.prompts.promptfile import PromptSpec
from copygen.prompts.rows import Rows
from copygen.prompts.source import PromptSource
from copygen.prompts.structured import jsonl_rows
from copygen.prompts.template import Template
from copygen.providers.pricing import PriceBook
from copygen.providers.ratelimits import (
    MAX_WAIT_S,
    duration_s,
    limits_from,
    retry_after_s,
    wait_in_text_s,
)
from copygen.providers.redact import Redactor, Secret
from copygen.results.record import BadLine, decode, dumps, encode, identify, lines
from copygen.results.recovery import recover, scan, superseded_path
from copygen.results.storage import beside
from tests.support.replies import parse

KEY: Final = "sk-fuzz-0123456789abcdefXYZ"
"""Known to the redactor: in the tokens of the fuzzer, and in nothing that comes out."""
NOW: Final = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
MAX_LENGTH: Final = 4096
"""Bytes of an input. Limits of size have tests of their own."""

Check: TypeAlias = Callable[[bytes], str]

_TARGET: Final = Target("simulator", "default-model", lambda _model: {"max_tokens": 500})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DIGITS: Final = re.compile(r"\d+|'[^']*'|0x\w+|U\+\w+")
_STATUSES: Final = (200, 200, 200, 201, 302, 400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 529)


def csv_table(data: bytes) -> str:
    """A CSV table of complete prompts, or of items for a template (by the first byte)."""
    return _table(csv_rows, data)


def jsonl_table(data: bytes) -> str:
    """A JSONL table, likewise."""
    return _table(jsonl_rows, data)


def _table(read: Callable[..., Rows], data: bytes) -> str:
    spec, content = _specs()[data[:1] == b"T"], data[1:]
    said = []
    ids = set()
    rows = read(Lines(io.BytesIO(content)), "t", spec.read_options)
    last = content.count(b"\n") + content.count(b"\r") + 2
    try:
        source = PromptSource("t", spec, lambda: nullcontext(rows), is_stream=True)
        for entry in source.prompts(_TARGET):
            ids.add(entry.id)
            said.append(_entry(entry, last))
    except PromptError as error:
        said.append(_located(error, "t"))
    else:
        assert len(ids) == len(said), "two entries share an id"
    return _word(said)


def _entry(entry: Prompt | InputFault, last: int) -> str:
    assert 1 <= entry.source.line <= last, f"no such line: {entry.source}"
    assert entry.source.column >= 1
    dumps(entry.input)
    if isinstance(entry, InputFault):
        assert entry.message
        return _shape(entry.message)
    assert entry.id
    assert entry.messages
    return f"{len(entry.messages)}{bool(entry.params or entry.max_output_tokens)}"


def yaml_file(data: bytes) -> str:
    """A prompt file, whole: header, template, matrix, items; and the same bytes as settings."""
    path = _folder() / "p.yaml"
    path.write_bytes(data)
    said = []
    try:
        source = open_prompts(str(path))
        count = source.check(_TARGET)
        if count <= 200:
            entries = list(source.prompts(_TARGET))
            assert count == len(entries), "the check and the run differ"
            assert len({entry.id for entry in entries}) == count
        said.append("ok")
    except PromptError as error:
        said.append(_located(error, str(path)))
    with suppress(UnicodeDecodeError):
        said.append(_settings(data.decode("utf-8")))
    return _word(said)


def _settings(text: str) -> str:
    try:
        document = parse_document(text, "c.yaml")
        loaded = Loaded(validate(Settings, document), document, Path())
        for name in list(loaded.settings.providers)[:3]:
            loaded.provider(name)
    except ConfigError as error:
        return _located(error, "c.yaml")
    return "settings"


def reply(data: bytes) -> str:
    """An answer of the API: the first byte is the status, then a header block, then the body."""
    status = _STATUSES[data[0] % len(_STATUSES)] if data else 200
    head, _, body = data[1:].partition(b"\n\n")
    headers = _headers(head)
    answer = parse(status, headers, body, NOW, "m", _redactor())
    completion = answer.completion if isinstance(answer, ApiError) else answer
    if completion is not None:
        _check_completion(completion)
    if isinstance(answer, ApiError):
        _check_error(answer)
    _check_record(answer)
    if isinstance(answer, Completion):
        return f"{answer.finish_reason}{answer.usage is None}{answer.reported_cost_usd is None}"
    return f"{status}{answer.kind}{completion is None}{_shape(answer.message)}"


def _headers(head: bytes) -> httpx.Headers:
    pairs = (line.partition(b":") for line in head.split(b"\n"))
    return httpx.Headers(
        [(name.strip(), value.strip()) for name, _, value in pairs if name.strip()]
    )


def _check_completion(completion: Completion) -> None:
    assert KEY not in completion.text + completion.model + completion.finish_reason
    if completion.usage is not None:
        usage = completion.usage
        counts = (usage.input_tokens, usage.output_tokens, usage.cached_tokens)
        assert all(type(count) is int and count >= 0 for count in counts)


def _check_error(error: ApiError) -> None:
    assert error.message
    assert len(error.message) <= 200
    assert not _CONTROL.search(error.message), "a control character in a message"
    assert KEY not in error.message
    assert error.retry_after_s is None or 0 <= error.retry_after_s <= MAX_WAIT_S


def _check_record(answer: Completion | ApiError) -> None:
    slots = Slots(Concurrency(1, 1, adaptive=False))
    state = AttemptState(
        0.0,
        Slot(slots),
        ModelGate(CircuitBreaker("m", BreakerSettings(), random.Random(0)), slots),
        1,
        latency_s=0.5,
        paid=[answer] if isinstance(answer, Completion) else [],
    )
    prices = PriceBook(_provider())
    line = encode(result_of(_prompt(), answer, state, prices, now_s=1.0, created_at=NOW))
    assert line.count(b"\n") == 1
    assert KEY.encode() not in line
    back = decode(line)
    assert not isinstance(back, BadLine), back


def header_values(data: bytes) -> str:
    """Waits and limits as providers write them: a header block, and the text of a message."""
    head, _, text = data.partition(b"\n\n")
    headers = _headers(head)
    waits = [retry_after_s(headers, NOW), wait_in_text_s(text.decode("utf-8", "replace"))]
    waits.append(duration_s(head.decode("utf-8", "replace"), NOW))
    waits += [duration_s(value, NOW) for value in headers.values()]
    limits = limits_from(headers, NOW)
    waits += [limits.requests_reset_s, limits.tokens_reset_s, limits.exhausted_s]
    assert all(
        limit is None or limit >= 1 for limit in (limits.requests_limit, limits.tokens_limit)
    )
    for remaining in (limits.requests_remaining, limits.tokens_remaining):
        assert remaining is None or remaining >= 0
    for wait in waits:
        assert wait is None or 0 <= wait <= MAX_WAIT_S, f"no time to wait: {wait}"
    return "".join("-" if wait is None else str(len(str(int(wait)))) for wait in waits)


def ledger_file(data: bytes) -> str:
    """A results file, as bytes; one in sixteen also repaired on disk, twice."""
    found = scan(io.BytesIO(data))
    assert 0 <= found.sound_bytes <= found.size_bytes == len(data)
    said = [f"{bool(found.records)}{bool(found.faults)}{bool(found.torn_bytes)}{found.foreign}"]
    records = 0
    for number, _, line in lines(io.BytesIO(data)):
        result = decode(line, number)
        with suppress(ValueError):
            records += identify(line) is not None
        if isinstance(result, BadLine):
            said.append(_shape(result.reason))
        else:
            again = decode(encode(result))
            assert not isinstance(again, BadLine), again
            assert again.id == result.id
            assert identify(line) is not None, "decoded, but not counted as done"
    assert found.records <= records
    if sum(data[:64]) % 16 == 0 and not found.foreign:
        _check_repair(data)
    return _word(said)


def _check_repair(data: bytes) -> None:
    """Repairing loses no line, what is done stays done, and it comes to an end.

    The second opening may still have something to do: once superseded records are moved out, a
    damaged line can stand at the end, where it counts as torn.
    """
    folder = _folder()
    for old in folder.glob("r.jsonl*"):
        old.unlink()
    path = folder / "r.jsonl"
    path.write_bytes(data)
    try:
        first = recover(path)
    except ResultsError:
        return
    second = recover(path)
    assert second.latest.counts == first.latest.counts
    content = path.read_bytes()
    kept = [content]
    for aside in (beside(path, ".torn"), superseded_path(path)):
        kept.append(aside.read_bytes() if aside.exists() else b"")
    whole = b"\n".join(kept)
    for line in data.splitlines(keepends=False):
        assert line in whole, "a line was lost"
    assert content.endswith(b"\n") or not content
    recover(path)
    assert path.read_bytes() == content, "repairing does not come to an end"


def _located(error: PromptError | ConfigError, path: str) -> str:
    message = str(error)
    assert message.startswith(path), f"nobody can tell where: {message}"
    return _shape(message.removeprefix(path))


def _shape(message: str) -> str:
    """A message without what differs from input to input."""
    return _DIGITS.sub("#", message)[:60]


def _word(said: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(said))[:300]


@cache
def _specs() -> tuple[PromptSpec, PromptSpec]:
    template = Template("Sell {{ name }} {{ price|default(1) }}", lambda line: Source("t", line))
    return PromptSpec(), PromptSpec(prompt=template)


@cache
def _redactor() -> Redactor:
    return Redactor([Secret(KEY)])


@cache
def _provider() -> ProviderConfig:
    return ProviderConfig(name="p", default_model="m")


@cache
def _prompt() -> Prompt:
    return Prompt("i", "k", (Message("user", "x"),), "m", {}, {"id": "i"}, Source("t", 1))


@cache
def _folder() -> Path:
    """A folder in memory for this process; what is in it is gone with the machine's next start."""
    memory = Path("/dev/shm")  # noqa: S108 - only the place; the name in it is random
    return Path(tempfile.mkdtemp(f"-{os.getpid()}", dir=memory if memory.is_dir() else None))


TARGETS: Final[Mapping[str, Check]] = {
    "csv": csv_table,
    "jsonl": jsonl_table,
    "yaml": yaml_file,
    "reply": reply,
    "headers": header_values,
    "ledger": ledger_file,
}
