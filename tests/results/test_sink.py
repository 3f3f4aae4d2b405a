import asyncio
import io
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest

from copygen.errors import CopygenError, ExitCode, ResultsError
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
