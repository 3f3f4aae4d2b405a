"""Whatever the bytes, a reader gives rows or the documented error."""

import csv
import io
import json
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copygen.errors import PromptError
from copygen.models import InputFault, Prompt
from copygen.prompts import open_prompts
from tests.support.prompt_files import TARGET

csv_bytes = st.binary() | st.text(alphabet='prom t,;\t"\r\n\x00é').map(
    lambda text: b"prompt,a\n" + text.encode()
)
json_bytes = st.binary() | st.text(alphabet='{}[]",:\\u0d8e1 \n').map(
    lambda text: b'{"prompt": "x"}\n' + text.encode()
)
yaml_bytes = st.binary() | st.text(alphabet="promt: items-[]{}&*!|>'\"#?,<\n0").map(str.encode)
csv_values = st.text(
    # csv.writer leaves a lone carriage return unquoted where lines end in LF.
    alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"),
    max_size=20,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.no_cover
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "yaml"])
@given(data=st.data())
def test_any_file_gives_prompts_or_a_prompt_error(suffix: str, data: st.DataObject) -> None:
    content = data.draw({"csv": csv_bytes, "jsonl": json_bytes, "yaml": yaml_bytes}[suffix])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t.{suffix}"
        path.write_bytes(content)
        try:
            source = open_prompts(str(path))
            assert source.check(TARGET) == sum(1 for _ in source.prompts(TARGET))
        except PromptError as exc:
            error = exc
        else:
            return
    assert str(error).startswith(str(path))


@given(csv_bytes | json_bytes)
def test_any_stream_gives_entries_with_ids_of_their_own(content: bytes) -> None:
    entries: list[Prompt | InputFault] = []
    try:
        entries.extend(open_prompts("-", stdin=io.BytesIO(content)).prompts(TARGET))
    except PromptError as exc:
        error: PromptError | None = exc
    else:
        error = None
    assert error is None or str(error).startswith("<stdin>:")
    assert len({entry.id for entry in entries}) == len(entries)


@pytest.mark.no_cover
@given(
    rows=st.lists(st.tuples(csv_values, csv_values), min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    bom=st.booleans(),
)
@example(rows=[("a\rb", "\r\n")], delimiter=";", line_end="\n", quoting=csv.QUOTE_ALL, bom=True)
def test_what_a_csv_writer_wrote_is_read_back(
    rows: list[tuple[str, str]], delimiter: str, line_end: str, quoting: int, bom: bool
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type] - one of csv's constants
    writer.writerow(["prompt", "a", "b"])
    writer.writerows([f"p{number}", *row] for number, row in enumerate(rows))
    content = text.getvalue().encode("utf-8-sig" if bom else "utf-8")
    entries = list(open_prompts("-", stdin=io.BytesIO(content)).prompts(TARGET))
    assert [tuple(entry.input.values())[1:] for entry in entries] == rows


composed = st.text().map(lambda name: unicodedata.normalize("NFC", name))
"""Names as they are compared: a name written with a compatibility character comes back as NFC."""


@pytest.mark.no_cover
@given(st.lists(st.dictionaries(composed, json_values, max_size=4), min_size=1, max_size=4))
def test_what_a_json_writer_wrote_is_read_back(items: list[dict[str, object]]) -> None:
    special = {"id", "params", "messages"}
    rows = [
        {**{k: v for k, v in item.items() if k not in special}, "prompt": "x"} for item in items
    ]
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    data = content.encode("utf-8", "surrogatepass")
    entries = list(open_prompts("-", stdin=io.BytesIO(data)).prompts(TARGET))
    assert [dict(entry.input) for entry in entries] == rows
