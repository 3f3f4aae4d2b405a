import asyncio
import io
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest

from copygen.errors import CopygenError, ExitCode, ResultsError
from copygen.models import Result
from copygen.results.ledger import TurnWriter
from copygen.results.record import encode
from copygen.results.sink import OutputClosed, Sink, StdoutSink
from tests.support.records import ids, result

A, B, C = result("a"), result("b"), result("c")


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The reading and the writing end."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as readable, os.fdopen(writer, "wb") as writable:
        yield readable, writable


def test_each_line_is_there_when_append_returns(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reader, writer = pipe
    sink: Sink = StdoutSink(writer)

    for item in (A, B):
        sink.append(item)
        assert reader.readline() == encode(item)


def test_a_stream_without_a_descriptor_will_do() -> None:
    stream = io.BytesIO()
    sink = StdoutSink(stream)

    sink.append(A)
    sink.close()

    assert stream.getvalue() == encode(A)


def test_what_was_printed_before_stays_before() -> None:
    raw = io.BytesIO()
    stream = io.BufferedWriter(raw)
    stream.write(b"header\n")

    StdoutSink(stream).append(A)

    assert raw.getvalue() == b"header\n" + encode(A)


def test_it_remembers_nothing() -> None:
    sink: Sink = StdoutSink(io.BytesIO())
    sink.append(A)

    assert sink.latest is None
    assert (sink.notes, sink.earlier, sink.failed, sink.rescued) == ((), {}, None, ())
    asyncio.run(sink.flush_forever())


def test_D13_a_reader_that_goes_away_ends_the_run_quietly(
    pipe: tuple[BinaryIO, BinaryIO],
) -> None:
    reader, writer = pipe
    sink = StdoutSink(writer)
    sink.append(A)
    reader.close()

    with pytest.raises(OutputClosed) as closed:
        sink.append(B)
    sink.append(C)

    assert isinstance(closed.value, CopygenError)
    assert closed.value.exit_code is ExitCode.OK
    assert (sink.closed_early, sink.dropped) == (True, 2)
    assert sink.failed is None
    writer.flush()  # nothing is left that could fail at exit


def test_D7_a_full_disk_under_standard_output_loses_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Path("/dev/full").open("wb") as full, closing(StdoutSink(full)) as sink:
        with pytest.raises(ResultsError, match=r"standard output cannot be written \(No space"):
            sink.append(A)
        sink.append(B)

    (rescue,) = tmp_path.iterdir()
    assert sink.rescued == (str(rescue),)
    assert ids(rescue) == ["a", "b"]
    assert sink.failed is not None
    assert "append them to the output" in str(sink.failed)


def test_a_pipe_that_is_full_for_now_is_waited_for(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """Some shells and runtimes share non-blocking pipes."""
    reader, writer = pipe
    os.set_blocking(writer.fileno(), False)
    os.set_blocking(reader.fileno(), False)
    sink = StdoutSink(writer)
    large = result("large", text="x" * 300_000)
    received = bytearray()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("select.select", lambda *_: received.extend(reader.read() or b""))
        sink.append(large)

    received.extend(reader.read())
    assert bytes(received) == encode(large)


class Heard:
    """What a `TurnWriter` told."""

    def __init__(self, sink: Sink) -> None:
        self.ids: list[str] = []
        self.failures: list[Exception] = []
        self.writer = TurnWriter(sink, self._written, self.failures.append)

    def _written(self, results: Sequence[Result]) -> bool:
        self.ids += [result.id for result in results]
        return True


LARGE = result("large", text="x" * 300_000)
"""More than any pipe holds."""


def test_a_reader_that_does_not_read_holds_results_back_and_not_the_loop(
    pipe: tuple[BinaryIO, BinaryIO],
) -> None:
    reader, writer = pipe

    async def main() -> tuple[list[bool], list[str], bytes]:
        heard = Heard(StdoutSink(writer))
        futures = [heard.writer.write(LARGE)]
        await asyncio.sleep(0)  # it is handed over
        futures += [heard.writer.write(one) for one in (A, B)]
        for _ in range(50):  # turns of a loop that would stand still in the write
            await asyncio.sleep(0.001)
        heard.writer.release()  # whoever takes results away must not free those not written
        before = [future.done() for future in futures]
        length = sum(len(encode(one)) for one in (LARGE, A, B))
        received = await asyncio.to_thread(reader.read, length)
        await asyncio.gather(*futures)
        await heard.writer.drain()
        return before, heard.ids, received

    before, told, received = asyncio.run(main())

    assert before == [False, False, False]
    assert told == ["large", "a", "b"]
    assert received == b"".join(map(encode, (LARGE, A, B)))


def test_the_end_of_a_run_waits_for_what_its_reader_still_has_to_read(
    pipe: tuple[BinaryIO, BinaryIO],
) -> None:
    reader, writer = pipe

    async def main() -> tuple[bool, list[str]]:
        heard = Heard(StdoutSink(writer))
        heard.writer.write(LARGE)
        heard.writer.write(A)
        draining = asyncio.create_task(heard.writer.drain())
        for _ in range(20):
            await asyncio.sleep(0.001)
        early = draining.done()
        await asyncio.to_thread(reader.read, len(encode(LARGE)) + len(encode(A)))
        await draining
        return early, heard.ids

    assert asyncio.run(main()) == (False, ["large", "a"])
    assert "copygen-output" not in {thread.name for thread in threading.enumerate()}


def test_a_reader_that_goes_away_while_a_write_blocks_is_told_on_the_loop(
    pipe: tuple[BinaryIO, BinaryIO],
) -> None:
    reader, writer = pipe

    async def main() -> Heard:
        sink = StdoutSink(writer)
        heard = Heard(sink)
        large = heard.writer.write(LARGE)
        await asyncio.sleep(0.01)
        reader.close()
        await large
        await heard.writer.write(A)
        await heard.writer.drain()
        assert sink.dropped == 2
        return heard

    heard = asyncio.run(main())

    assert [type(failure) for failure in heard.failures] == [OutputClosed]
    assert heard.ids == ["large", "a"]


def test_where_no_thread_can_be_started_standard_output_is_still_written(
    pipe: tuple[BinaryIO, BinaryIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = pipe

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def main() -> list[str]:
        heard = Heard(StdoutSink(writer))
        await asyncio.gather(heard.writer.write(A), heard.writer.write(B))
        await heard.writer.write(C)
        await heard.writer.drain()
        return heard.ids

    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert asyncio.run(main()) == ["a", "b", "c"]
    assert reader.readline() + reader.readline() + reader.readline() == b"".join(
        map(encode, (A, B, C))
    )
