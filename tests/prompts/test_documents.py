"""JSON documents: the list that is one, and lists inside, an item at a time."""

import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copygen.errors import PromptError
from copygen.models import InputFault, Prompt
from copygen.prompts import open_prompts
from copygen.prompts.delimited import Lines
from copygen.prompts.documents import json_rows, list_rows
from copygen.prompts.rows import BadRow, ReadOptions, Row
from tests.support.prompt_files import TARGET, prompts_of, texts_of, write

ITEMS = [
    {"prompt": f'Say {number} [\\"}}{{ é', "notes": [number, {"a": None}]} for number in range(50)
]
SHAPES = {
    "plain": (json.dumps(ITEMS), ""),
    "pretty": (json.dumps(ITEMS, indent=2, ensure_ascii=False), ""),
    "marked": ("\ufeff" + json.dumps(ITEMS), ""),
    "named": (json.dumps({"v": 1, "skip": ITEMS[:3], "items": ITEMS, "more": {}}), "#items"),
    "inside": (json.dumps({"a": "]}", "catalog": {"x": [], "items": ITEMS}}), "#catalog.items"),
    "dots": (json.dumps({"a.b": {"x": [], "c.d": ITEMS}, "a": 1}), "#a.b.c.d"),
    "in a list": (json.dumps([[1], {"items": ITEMS}]), "#1.items"),
    "lines": ("".join(json.dumps(item) + "\n" for item in ITEMS), ""),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_items_of_a_list_are_rows(tmp_path: Path, shape: str) -> None:
    text, items = SHAPES[shape]
    write(tmp_path, {"t.json": text})
    prompts = prompts_of(open_prompts(f"{tmp_path}/t.json{items}"))
    assert [dict(prompt.input) for prompt in prompts] == ITEMS


def test_a_prompt_file_names_the_list_in_a_document(tmp_path: Path) -> None:
    write(tmp_path, {"t.json": '{"a": {"b": [{"n": "x"}]}}'})
    write(tmp_path, {"p.yaml": "prompt: <{{ n }}>\nitems: t.json#a.b\n"})
    assert texts_of(open_prompts(f"{tmp_path}/p.yaml")) == ["<x>"]


def test_a_list_comes_by_standard_input_item_by_item() -> None:
    class Pipe(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(7)

    data = json.dumps([{"prompt": "one"}, {"prompt": 2}, {"prompt": "three"}], indent=1).encode()
    entries = list(open_prompts("-", stdin=Pipe(data)).prompts(TARGET))
    assert [type(entry) for entry in entries] == [Prompt, InputFault, Prompt]
    assert str(entries[1].source) == "<stdin>:5:2"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(
    items=st.lists(st.dictionaries(st.sampled_from("abc"), values), max_size=5),
    indent=st.sampled_from([None, 0, 2]),
    ascii_only=st.booleans(),
    chunk=st.integers(1, 20),
)
@settings(max_examples=60)
def test_any_list_is_cut_into_its_items(
    items: list[dict[str, object]], indent: int | None, ascii_only: bool, chunk: int
) -> None:
    class Pipe(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(chunk)

    text = json.dumps({"x": items, "y": items}, indent=indent, ensure_ascii=ascii_only)
    stream = Pipe(text.encode("utf-8", "surrogatepass"))
    rows = list(list_rows(Lines(stream), "t.json", ReadOptions(templated=True, items="y")))
    assert [dict(row.whole) for row in rows if isinstance(row, Row)] == items


@pytest.mark.parametrize(
    ("text", "items", "words"),
    [
        ('{"a": {"items": [{"x": 1}]}}', "", "name the list of items in it: t.json#a.items"),
        ('{"a": 1}\n\n', "", "no items"),
        ('{"list": []}', "#lists", "has no 'lists'; nearest is 'list'"),
        ('{"a": {"b": 5}}', "#a.b", "'a.b' is no list"),
        ("[1, 2]", "", "t.json:1:2: each line should be"),
        ('[{"prompt": "x"}', "", "the list is not closed"),
        ('[{"prompt": "x"', "", "this value is not closed"),
        ('[{"prompt": "x"}]\n[{"prompt": "y"}]', "", "t.json:2:1: more follows the list"),
        ('[\n {"prompt": "x"},\n {"prompt": \n  oops}]', "", "t.json:4:3: not valid JSON"),
        ('[{"prompt": "x", "prompt": "y"}]', "", "given twice"),
        (b'[{"prompt": "caf\xe9"}]', "", "is not UTF-8"),
        ("", "", "empty"),
    ],
)
def test_what_is_wrong_with_a_document_is_located(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | bytes, items: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"t.json": text, "w.yaml": "prompt: '{{ prompt }}'\n"})
    with pytest.raises(PromptError) as caught:
        open_prompts(f"t.json{items}").check(TARGET)
    if "no items" not in words:
        assert words in str(caught.value)


def test_a_list_needs_no_memory_for_what_it_has_given_out() -> None:
    peaks = []
    for count in (2_000, 20_000):
        text = json.dumps([{"n": number, "t": "x" * 100} for number in range(count)]).encode()
        # As a pipe gives it: what is in one line is not in memory for that.
        tracemalloc.start()
        rows = list_rows(Lines(io.BytesIO(text)), "t", ReadOptions(templated=True))
        assert sum(not isinstance(row, BadRow) for row in rows) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 2_000_000


def test_json_lines_under_another_name_are_rows() -> None:
    data = b'{"v": [{"a": 1}]}\n{"v": []}\n'
    rows = json_rows(io.BytesIO(data), "t.json", ReadOptions(templated=True))
    assert [dict(row.item) for row in rows] == [{"v": [{"a": 1}]}, {"v": []}]
