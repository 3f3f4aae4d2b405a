"""Standard input, pipes, and memory."""

import io
import os
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from copygen.errors import PromptError
from copygen.models import InputFault, Prompt
from copygen.prompts import PromptSource, open_prompts, open_values
from tests.support.prompt_files import TARGET, prompts_of, write


class Feed(io.RawIOBase):
    """A pipe that counts how many lines were asked of it."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.given = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        line = next(self._lines, b"")
        self.given += bool(line)
        return line


def stream(data: str | bytes, **options: object) -> PromptSource:
    content = data.encode() if isinstance(data, str) else data
    return open_prompts("-", stdin=io.BytesIO(content), **options)  # type: ignore[arg-type] - a test's options


@pytest.mark.parametrize("header", [[], [b"prompt\n"], [b"\n", b"prompt\r\n"]])
def test_a_row_is_out_before_the_next_is_asked_for(header: list[bytes]) -> None:
    row = b"text\n" if header else b'{"prompt": "text"}\n'
    feed = Feed(iter([*header, *[row] * 1000]))
    source = open_prompts("-", stdin=feed)  # type: ignore[arg-type] - only readline is used
    entries = source.prompts(TARGET)
    for number in range(1, 6):
        assert isinstance(next(entries), Prompt)
        assert feed.given == len(header) + number


def test_opening_standard_input_reads_nothing() -> None:
    feed = Feed(iter([b'{"prompt": "x"}\n']))
    source = open_prompts("-", stdin=feed)  # type: ignore[arg-type] - only readline is used
    assert (source.is_stream, source.path, source.name) == (True, None, "copygen")
    assert source.check(TARGET) == 0
    assert feed.given == 0


def test_the_limit_ends_a_stream_without_reading_on() -> None:
    feed = Feed(iter([b'{"prompt": "x"}\n'] * 10))
    source = open_prompts("-", stdin=feed, limit=2)  # type: ignore[arg-type] - only readline is used
    assert len(prompts_of(source)) == 2
    assert feed.given == 2


def test_a_faulty_row_of_jsonl_is_a_fault_and_the_stream_goes_on() -> None:
    data = (
        b'{"id": "a", "prompt": "one"}\n'
        b'{"id": "b", "prompt": \n'
        b'{"id": "c", "prompt": 5}\n'
        b'{"id": "a", "prompt": "again"}\n'
        b'{"id": "c", "prompt": 5}\n'
        b'{"prompt": "\xff"}\n'
        b"\n"
        b'{"id": "e", "prompt": "x\\u0000y", "note": "\0"}\n'
        b'{"id": "line-9", "prompt": "last"}\n'
        b"[1]\n"
    )
    entries = list(stream(data).prompts(TARGET))
    shown = [(type(entry).__name__, entry.id, str(entry.source)) for entry in entries]
    assert shown == [
        ("Prompt", "a", "<stdin>:1:1"),
        ("InputFault", "line-2", "<stdin>:2:22"),
        ("InputFault", "c", "<stdin>:3:1"),
        ("InputFault", "line-4", "<stdin>:4:1"),
        ("InputFault", "line-5", "<stdin>:5:1"),
        ("InputFault", "line-6", "<stdin>:6:13"),
        ("InputFault", "line-8", "<stdin>:8:44"),
        ("Prompt", "line-9", "<stdin>:9:1"),
        ("InputFault", "line-10", "<stdin>:10:1"),
    ]
    fault = entries[2]
    assert isinstance(fault, InputFault)
    assert dict(fault.input) == {"id": "c", "prompt": 5}


def test_a_faulty_record_of_csv_is_a_fault_and_the_stream_goes_on() -> None:
    data = (
        b'id,prompt\na,one\nb,two,three\nc,"x"y\n"d","two\nlines"\ne,caf\xe9\n,none\na,again\n'
        b'g,last\nh,"open\n'
    )
    entries = list(stream(data).prompts(TARGET))
    assert [(type(entry).__name__, entry.id, entry.source.line) for entry in entries] == [
        ("Prompt", "a", 2),
        ("InputFault", "line-3", 3),
        ("InputFault", "line-4", 4),
        ("Prompt", "d", 5),
        ("InputFault", "line-7", 7),
        ("InputFault", "line-8", 8),
        ("InputFault", "line-9", 9),
        ("Prompt", "g", 10),
        ("InputFault", "line-11", 11),
    ]


def test_a_row_without_a_variable_is_a_fault_with_its_own_id(tmp_path: Path) -> None:
    write(tmp_path, {"ad.yaml": "prompt: '{{ name|upper }}'\nvariants: 2\n"})
    data = '{"id": "a", "nam": "x"}\n{"id": "b", "name": "y"}\n'
    entries = list(stream(data, template=str(tmp_path / "ad.yaml")).prompts(TARGET))
    assert [entry.id for entry in entries] == ["a", "b/1", "b/2"]
    assert isinstance(entries[0], InputFault)
    assert "nearest is 'nam'" in entries[0].message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'[{"prompt": "x"} {}]', "<stdin>:1:18: a comma is missing between two items"),
        (b"a,b\n1,2\n", "<stdin>:1:1: there is nothing to send"),
        ("prompt\n".encode("utf-16-le"), "<stdin>:1:2: a NUL byte: this is no text file, or"),
    ],
)
def test_input_that_is_no_table_stops(data: bytes, message: str) -> None:
    with pytest.raises(PromptError) as caught:
        list(stream(data).prompts(TARGET))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"prompt,a\n"])
def test_a_stream_that_has_nothing_today_gives_nothing(data: bytes) -> None:
    assert list(stream(data).prompts(TARGET)) == []


def test_identical_rows_of_a_stream_are_numbered() -> None:
    made = [prompt.id for prompt in prompts_of(stream('{"prompt": "x"}\n' * 3))]
    assert made == [made[0], f"{made[0]}-2", f"{made[0]}-3"]


def test_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("prompt\none\ntwo\n",))
    source = open_prompts(str(path))
    writer.start()
    made = [prompt.messages[0].content for prompt in prompts_of(source)]
    writer.join()
    assert (source.is_stream, made) == (True, ["one", "two"])


def peak_of(source: PromptSource) -> int:
    tracemalloc.start()
    try:
        source.check(TARGET)
        for _ in source.prompts(TARGET):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.no_cover
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "yaml"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, suffix: str) -> None:
    """Ten times the rows, and at most the eight bytes (and their sorting) more for each."""
    peaks = []
    for rows in (500, 5_000):
        lines = {
            "csv": ("sku,name\n", "s{0},name of {0}\n"),
            "jsonl": ("", '{{"sku": "s{0}", "name": "name of {0}"}}\n'),
            "yaml": ("", "- sku: s{0}\n  name: name of {0}\n"),
        }[suffix]
        text = lines[0] + "".join(lines[1].format(number) for number in range(rows))
        write(tmp_path, {f"t.{suffix}": text, "ad.yaml": "prompt: Sell {{ name }}\n"})
        source = open_prompts(str(tmp_path / f"t.{suffix}"), template=str(tmp_path / "ad.yaml"))
        peaks.append(peak_of(source))
    assert peaks[1] - peaks[0] < 4_500 * 64


def test_a_file_read_in_part_is_closed(tmp_path: Path) -> None:
    """An open file left behind is a ResourceWarning, and a warning fails a test."""
    write(tmp_path, {"t.jsonl": '{"prompt": "x"}\n{"prompt": "y"}\n'})
    entries = open_prompts(str(tmp_path / "t.jsonl")).prompts(TARGET)
    next(entries)
    entries.close()


def test_python_values_are_prompts() -> None:
    values = [
        "Say {{ hi }}",
        {"id": "a", "prompt": "two", "params": {"seed": 1}, "note": 1},
        5,
        {"prompt": {1, 2}},
        {"id": "a", "prompt": "again"},
        {"messages": [{"role": "user", "content": "three"}]},
    ]
    entries = list(open_values(values).prompts(TARGET))  # type: ignore[arg-type] - wrong types on purpose
    kinds = [type(entry).__name__ for entry in entries]
    assert kinds == ["Prompt", "Prompt", "InputFault", "InputFault", "InputFault", "Prompt"]
    assert isinstance(entries[0], Prompt)
    assert entries[0].messages[0].content == "Say {{ hi }}"
    assert dict(entries[1].input) == {"id": "a", "prompt": "two", "note": 1}
    assert str(entries[2].source) == "<prompts>:3:1"


def test_python_values_are_taken_one_at_a_time() -> None:
    taken: list[int] = []

    def values() -> Iterator[str]:
        for number in range(100):
            taken.append(number)
            yield f"text {number}"

    next(open_values(values()).prompts(TARGET))
    assert taken == [0]


def test_python_values_take_a_template(tmp_path: Path) -> None:
    write(tmp_path, {"ad.yaml": "prompt: Sell {{ name }}\n"})
    entries = list(
        open_values([{"name": "silk"}, "x"], template=str(tmp_path / "ad.yaml")).prompts(TARGET)
    )
    assert isinstance(entries[0], Prompt)
    assert entries[0].messages[0].content == "Sell silk"
    assert isinstance(entries[1], InputFault)
