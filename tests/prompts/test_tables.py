"""No row of a table vanishes: as many come out, or are said to be faulty, as Python's reader finds.

The delimiter, `sep=` lines, headers that are none, and names that are the same.
"""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copygen.errors import PromptError
from copygen.models import Prompt
from copygen.prompts import open_prompts, open_table
from copygen.prompts.delimited import Lines, csv_rows
from copygen.prompts.rows import BadRow, ReadOptions
from copygen.prompts.structured import jsonl_rows
from copygen.prompts.uneven import _torn
from tests.support.prompt_files import TARGET, prompts_of, texts_of, write

BOM = "\ufeff"
pieces = st.sampled_from(
    ['"', '""', ",", ";", "\t", "\n", "\r\n", BOM, "a", "5", ' "', "é", "#", "\u2028", '"x,y"']
)
HEADERS = ["{0}prompt{1}b{1}c", '{0}"prompt"{1}b "x{1}c', '{0}prompt{1}b (")\t!{1}c', "prompt"]


def oracle(text: str, delimiter: str) -> list[list[str] | None]:
    """Python's own strict reading: the fields of each record with any, None for a faulty one.

    Where tabs are the delimiter, few programs quote: a line that is no record by its quotes is one
    without them if it has as many values as the header, and a value with tabs over several lines
    is a fault.
    """
    texts = [line.lstrip(BOM) for line in io.StringIO(text, newline="\n")]
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    found: list[list[str] | None] = []
    while True:
        begun = reader.line_num
        try:
            fields = next(reader, None)
        except csv.Error:
            plain = texts[begun].rstrip("\r\n").split("\t")
            is_one_line = delimiter == "\t" and found and reader.line_num == begun + 1
            found.append(plain if is_one_line and len(plain) == len(found[0] or ()) else None)
            continue
        if fields and delimiter == "\t" and found and len(fields) == len(found[0] or ()):
            fields = [] if not any(fields) else fields
            if any("\t" in one and "\n" in one for one in fields):
                found.append(None)
                continue
        if fields is None:
            return found
        if any(fields):
            found.append(fields)


def completed(records: list[list[str] | None], width: int) -> list[tuple[str, ...] | None]:
    """The rows with a value for each column; None for a fault, both halves of a torn one, too."""
    found: list[tuple[str, ...] | None] = []
    torn = False
    for fields, after in zip(records, [*records[1:], None], strict=False):
        second, torn = torn, False
        if fields is None or second:
            found.append(None)
        elif len(fields) > width:
            too_long = width == 1 or any(fields[width:])
            found.append(None if too_long else tuple(fields[:width]))
        elif len(fields) < width and after and _torn(fields, after, width):
            torn = len(after) < width
            found.append(None)
        else:
            padded = tuple(fields) + ("",) * (width - len(fields))
            found.append(None if len(fields) == 1 < width else padded)
    return found


def assert_no_row_vanishes(header: str, body: str, delimiter: str, suffix: str) -> None:
    text = header.format(BOM, delimiter) + "\n" + body
    names, *records = oracle(text, delimiter)
    assert names is not None
    expected = completed(records, len(names))
    data = text.encode()
    rows = list(csv_rows(Lines(io.BytesIO(data)), f"<x>{suffix}", ReadOptions(templated=True)))
    got = [None if isinstance(row, BadRow) else tuple(row.item.values()) for row in rows]
    assert got == expected
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{suffix}"
        path.write_bytes(data)
        (path.parent / "w.yaml").write_text("prompt: x{{ prompt }}")
        source = open_prompts(str(path), template=str(path.parent / "w.yaml"))
        try:
            count: int | None = source.check(TARGET)
        except PromptError:
            count = None
    assert count == (len(expected) if expected and None not in expected else None)


tables = given(
    header=st.sampled_from(HEADERS),
    body=st.lists(pieces, max_size=30).map("".join),
    delimiter=st.sampled_from(",;\t"),
)


@pytest.mark.no_cover
@tables
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_no_row_of_any_table_vanishes(header: str, body: str, delimiter: str) -> None:
    if delimiter != "\t" and ("\t" in header or header == "prompt"):
        delimiter = ","  # what a header without one is read with
        header = HEADERS[0]
    assert_no_row_vanishes(header, body, delimiter, ".tsv" if delimiter == "\t" else ".csv")


@pytest.mark.soak
@pytest.mark.timeout(1800)
@tables
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_row_of_ten_thousand_tables_vanishes(header: str, body: str, delimiter: str) -> None:
    if delimiter != "\t" and ("\t" in header or header == "prompt"):
        delimiter = ","  # what a header without one is read with
        header = HEADERS[0]
    assert_no_row_vanishes(header, body, delimiter, ".tsv" if delimiter == "\t" else ".csv")


TABBED = "prompt\tsize\n"


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("t.tsv", TABBED + '"Best" mug\t5"\n', [{"prompt": '"Best" mug', "size": '5"'}]),
        ("t.txt", TABBED + '"a"\t"b" c\n', [{"prompt": '"a"', "size": '"b" c'}]),
        ("t.tsv", TABBED + '"two\nlines"\t"5"""\n', [{"prompt": "two\nlines", "size": '5"'}]),
        ("t.tsv", TABBED + 'a\t"b\nc\td"\n', "lines 2 to 3 are one row by their quotes"),
        ("t.tsv", TABBED + '"Best" mug\t5\t6\n', "after a closing quote a tab should follow"),
        ("t.csv", TABBED + '"Best" mug\t5\n', "after a closing quote a tab should follow"),
    ],
)
def test_quotes_in_a_tabbed_file_belong_to_the_text_where_they_open_nothing(
    tmp_path: Path, name: str, text: str, rows: list[dict[str, str]] | str
) -> None:
    write(tmp_path, {name: text})
    source = open_prompts(f"{tmp_path}/{name}")
    if isinstance(rows, str):
        with pytest.raises(PromptError, match=rows):
            source.check(TARGET)
    else:
        assert [dict(one.input) for one in prompts_of(source)] == rows


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        ("#INFO,Version=1|2,a,b\n#INFO next,,,\nid,Title,a,b\n", "id,Title,a,b"),
        ('#,Name,"Price, EUR",Note\n', "#,Name,Price, EUR,Note"),
        ("# made, on Monday, by hand\nid,Title\n", "id,Title"),
    ],
)
def test_a_column_called_number_sign_is_no_comment(head: str, columns: str) -> None:
    data = (head + "1,x\n2,y\n").encode()
    found = [*csv_rows(Lines(io.BytesIO(data)), "t.csv", ReadOptions(templated=True))]
    assert [",".join(row.item) for row in found] == [columns, columns]


@pytest.mark.parametrize(
    "damage", [b"\xff", b"\0", b"\xff\n\0"], ids=["not utf-8", "nul", "two lines"]
)
def test_a_damaged_line_inside_a_record_is_one_fault_and_tears_nothing(damage: bytes) -> None:
    data = b'name,note\na,"one\ntwo ' + damage + b' three\nb,c"\nd,e\n'
    rows = list(csv_rows(Lines(io.BytesIO(data)), "<stdin>", ReadOptions(templated=True)))
    assert [type(row).__name__ for row in rows] == ["BadRow", "Row"]
    assert dict(rows[1].item) == {"name": "d", "note": "e"}


@pytest.mark.parametrize(
    ("name", "text", "first"),
    [
        ("t.tsv", "prompt\tprice, THB\na, b\t1\n", {"prompt": "a, b", "price, THB": "1"}),
        ("t.tsv", "prompt\na, b\n", {"prompt": "a, b"}),
        ("t.csv", "prompt;price, THB\na, b;1\n", {"prompt": "a, b", "price, THB": "1"}),
        ("t.csv", "prompt;a, b, c\nx;1,9\ny;2,5\n", {"prompt": "x", "a, b, c": "1,9"}),
        ("t.csv", "sep=;\nprompt;a,b\nx,y;1\n", {"prompt": "x,y", "a,b": "1"}),
        ("t.csv", '"sep=;"\r\nprompt;a\r\nx;1\r\n', {"prompt": "x", "a": "1"}),
        ("t.csv", f"{BOM}sep=|\nprompt|a\nx|1\n", {"prompt": "x", "a": "1"}),
        ("t.csv", f"{BOM}{BOM}prompt,a\nx,1\n", {"prompt": "x", "a": "1"}),
        ("t.csv", f'prompt,{BOM}a\n{BOM}"x, y",1\n', {"prompt": "x, y", "a": "1"}),
        ("t.csv", '"prompt","a\n(EN)"\nx,1\n', {"prompt": "x", "a\n(EN)": "1"}),
        ("t.csv", 'prompt,size (")\nTV,55\n', {"prompt": "TV", 'size (")': "55"}),
    ],
)
@pytest.mark.parametrize("piped", [False, True])
def test_the_delimiter_is_found_and_marks_are_no_letters(
    tmp_path: Path, name: str, text: str, first: dict[str, str], piped: bool
) -> None:
    write(tmp_path, {name: text})
    if piped and name.endswith("csv"):
        rows = list(open_table("-", stdin=io.BytesIO(text.encode())))
    else:
        source = open_prompts(str(tmp_path / name))
        assert dict(prompts_of(source)[0].input) == first
        return
    assert dict(rows[0].item) == first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('prompt,"size\nTV,55\nScreen 5",10\nx,1\n', "goes on over rows"),
        ('prompt,"a\n' + "x\n" * 200 + '"\nq,1\n', "more than 100 lines"),
        ("prompt,cafe\u0301,caf\u00e9\nx,1,2\n", "there twice"),
        ("prompt,a;b\nx\ry,1\n", "carriage return"),
        ("prompt\ra,b;c\n", "carriage return"),
        ("prompt,a\nx,1,2\n", "put values that contain the delimiter"),
        ("id,prompt,a\n1,Silk, soft,2\n", "'Silk, soft' looks like one value"),
        ("id,prompt,a\n1,x,1,299\n", "'1,299' looks like one value"),
        ("id,prompt,a,b\n1,A scarf\nof silk,2,3\n", "lines 2 and 3 look like one row"),
        ("id,prompt\n1\n", "1 field where the header has 2"),
        ("id,prompt,\n" + "1,x,\n" * 30 + "2,y,z\n", "column 3 has a value here, and no name"),
        ("Report of May\n\nid,prompt,a\n1,x,2\n", "say --header-row 3"),
        ('prompt\ta\n"Best" mug\t1\n', "after a closing quote a tab should follow"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_truly(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, {"t.csv": text})
    with pytest.raises(PromptError) as caught:
        open_prompts(str(tmp_path / "t.csv")).check(TARGET)
    assert words in str(caught.value)


def test_a_quote_in_a_header_holds_up_no_stream() -> None:
    class Pipe(io.BytesIO):
        given = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.given += 1
            return super().readline(size)

    pipe = Pipe(b'prompt,size (")\n' + b"TV,55\n" * 200)
    entries = open_prompts("-", stdin=pipe).prompts(TARGET)
    next(entries)
    assert pipe.given == 2


def test_names_in_composed_and_decomposed_letters_are_the_same(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "t.csv": "cafe\u0301\nx\n",
            "t.jsonl": '{"cafe\u0301": "x"}\n',
            "t.yaml": "- {cafe\u0301: x}\n",
            "ad.yaml": "prompt: <{{ caf\u00e9 }}>\n",
            "nfd.yaml": "prompt: <{{ cafe\u0301 }}>\n",
        },
    )
    for table in ("t.csv", "t.jsonl", "t.yaml"):
        for template in ("ad.yaml", "nfd.yaml"):
            source = open_prompts(str(tmp_path / table), template=str(tmp_path / template))
            assert texts_of(source) == ["<x>"]


def test_a_row_with_many_keys_is_read_in_time_that_grows_with_them() -> None:
    keys = ", ".join(f'"k{number}": 1' for number in range(100_000))
    line = f'{{{keys}, "last": 1, "last": 2}}\n'.encode()
    (row,) = jsonl_rows(Lines(io.BytesIO(line)), "t.jsonl", ReadOptions(templated=True))
    assert isinstance(row, BadRow)
    assert row.message == "the key 'last' is given twice; keep one"


@pytest.mark.parametrize(
    ("table", "texts"),
    [
        ("prompt|price\nTV, big|1\n", ["TV, big"]),
        ("id|prompt|price\n1|A, B|2\n3|C|4\n", ["A, B", "C"]),
        ("prompt,a|b\nTV,1\n", ["TV"]),
        (",,\n;\nprompt,price\nTV,1\n", ["TV"]),
        ("prompt\u200b,price\nTV,1\n", ["TV"]),
        ("\u2060prompt\u00ad,price\nTV,1\n", ["TV"]),
    ],
)
def test_pipes_blank_first_rows_and_unseen_signs_in_names(
    tmp_path: Path, table: str, texts: list[str]
) -> None:
    write(tmp_path, {"t.csv": table})
    assert texts_of(open_prompts(f"{tmp_path}/t.csv")) == texts
    assert texts_of(open_prompts("-", stdin=io.BytesIO(table.encode()))) == texts


def test_a_name_with_a_pipe_over_rows_without_one_is_a_name(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": "a|b\nTV\n", "w.yaml": "prompt: '{{ row[\"a|b\"] }}'\n"})
    source = open_prompts(f"{tmp_path}/t.csv", template=f"{tmp_path}/w.yaml")
    assert texts_of(source) == ["TV"]


@pytest.mark.parametrize(
    ("name", "text", "options", "rows"),
    [
        ("t.csv", "# ids, # titles\nid,prompt\n1,x\n", {}, [{"id": "1", "prompt": "x"}]),
        (
            "t.csv",
            '"# Required | id",# Required\nid,prompt\n1,x\n',
            {},
            [{"id": "1", "prompt": "x"}],
        ),
        (
            "t.csv",
            "# made by hand\n# on Monday\nid,prompt\n1,x\n",
            {},
            [{"id": "1", "prompt": "x"}],
        ),
        ("t.csv", "#,prompt\n1,x\n", {}, [{"#": "1", "prompt": "x"}]),
        ("t.csv", "prompt,a,,\nx,1,,\n", {}, [{"prompt": "x", "a": "1"}]),
        ("t.csv", "prompt,a\nx,1,,\n", {}, [{"prompt": "x", "a": "1"}]),
        ("t.csv", "prompt,,a\nx,,1\n", {}, [{"prompt": "x", "a": "1"}]),
        ("t.csv", ",prompt,a\n0,x,1\n", {}, [{"index": "0", "prompt": "x", "a": "1"}]),
        ("t.csv", "prompt,a,b\nx,1\ny,2\n", {}, [{"prompt": "x", "a": "1", "b": ""}] * 1),
        ("t.psv", "prompt|a, b\nx|1,2\n", {}, [{"prompt": "x", "a, b": "1,2"}]),
        ("t.txt", "prompt\ta\nx, y\t1\n", {}, [{"prompt": "x, y", "a": "1"}]),
        ("t.txt", "prompt|a, b\nx|1\n", {}, [{"prompt": "x", "a, b": "1"}]),
        ("t.txt", '{"prompt": "x"}\n', {}, [{"prompt": "x"}]),
        ("t.csv", "prompt:a\nx:1\n", {"delimiter": "colon"}, [{"prompt": "x", "a": "1"}]),
        ("t.csv", "prompt,a;b\n", {"delimiter": ";"}, None),
        ("t.csv", "At: now\n\nprompt,a\nx,1\n", {"header_row": 3}, [{"prompt": "x", "a": "1"}]),
        ("t.csv", "prompt,a\nText,Price\nx,1\n", {"skip_rows": 1}, [{"prompt": "x", "a": "1"}]),
        (
            "t.txt",
            "TemplateType=fptcustom\tVersion=2021\nText\tName\nprompt\tsku\nx\t1\n",
            {},
            [{"prompt": "x", "sku": "1"}],
        ),
        (
            "t.txt",
            "settings=attributeRow=4&dataRow=5\t\t\na\tb\nText\tName\nprompt\tsku\nx\t1\n",
            {},
            [{"prompt": "x", "sku": "1"}],
        ),
    ],
)
def test_headers_as_programs_write_them(
    tmp_path: Path,
    name: str,
    text: str,
    options: dict[str, Any],
    rows: list[dict[str, str]] | None,
) -> None:
    write(tmp_path, {name: text})
    source = open_prompts(f"{tmp_path}/{name}", reading=ReadOptions(**options))
    if rows is None:
        with pytest.raises(PromptError):
            source.check(TARGET)
        return
    assert [dict(prompt.input) for prompt in prompts_of(source)][: len(rows)] == rows


def test_a_row_that_ends_early_holds_up_a_stream_for_one_row_only() -> None:
    data = b"prompt,a,b\nx,1\ny,2,3\nz,4\n"
    entries = open_prompts("-", stdin=io.BytesIO(data)).prompts(TARGET)
    assert [dict(entry.input)["a"] for entry in entries if isinstance(entry, Prompt)] == list("124")
