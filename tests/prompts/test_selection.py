"""Which rows become items, of how many rows each, under which ids, and what is said of it."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from copygen.errors import PromptError, UsageError
from copygen.models import InputFault, Prompt
from copygen.prompts import (
    Duplicates,
    PromptSource,
    Selection,
    open_prompts,
    open_values,
    row_range,
    row_sample,
)
from copygen.prompts.expand import Target
from tests.support.prompt_files import write

TARGET = Target("p", "m", lambda _model: {})
TABLE = (
    "Handle,Title,Status,Price\nmug,Mug,active,3\nmug,,active,4\ncup,Cup,draft,5\njar,Jar,active,\n"
)


def opened(folder: Path, wording: str = "{{ title }}", table: str = TABLE, **asked: Any) -> Any:
    keys = asked.pop("keys", "")
    write(folder, {"t.csv": table, "w.yaml": f"prompt: '{wording}'\n{keys}"})
    paths = str(folder / "t.csv"), str(folder / "w.yaml")
    return open_prompts(paths[0], template=paths[1], selection=Selection(**asked))


def made(source: PromptSource) -> list[Prompt]:
    assert source.check(TARGET, proposes=True) == len(ids := [*source.ids()])
    prompts = [one for one in source.prompts(TARGET) if isinstance(one, Prompt)]
    assert [one.id for one in prompts] == ids
    return prompts


def texts(prompts: Iterable[Prompt]) -> list[Any]:
    return [one.messages[0].content for one in prompts]


CHOSEN: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3, 4]),
    ({"where": "Title"}, [1, 3, 4]),
    ({"where": 'title and status == "active"'}, [1, 4]),
    ({"where": 'row["Price"] and price | int > 3'}, [2, 3]),
    ({"where": 'Handle in ["cup", "jar"]'}, [3, 4]),
    ({"keys": "skip_if: not Title\n"}, [1, 3, 4]),
    ({"keys": "skip_if: not Title\n", "where": 'Status == "draft"'}, [3]),
    ({"rows": row_range("2-3")}, [2, 3]),
    ({"rows": row_range("3-")}, [3, 4]),
    ({"rows": row_range("-1")}, [1]),
    ({"rows": row_range("4")}, [4]),
    ({"rows": row_range("2-9"), "where": "Title"}, [3, 4]),
    ({"duplicates": Duplicates.FIRST, "id_columns": ("Handle",)}, [1, 3, 4]),
]


@pytest.mark.parametrize(("asked", "numbers"), CHOSEN)
def test_rows_are_chosen(tmp_path: Path, asked: dict[str, Any], numbers: list[int]) -> None:
    prompts = made(opened(tmp_path, "{{ title }}.", **asked))
    assert [one.row for one in prompts] == numbers
    assert [one.source.line for one in prompts] == [number + 1 for number in numbers]


def test_what_is_left_out_is_counted_and_said(tmp_path: Path) -> None:
    source = opened(
        tmp_path, "{{ title }}.", where='Status == "active"', keys="skip_if: not Title\n"
    )
    made(source)
    assert source.left_out == {"--where": 1, "skip_if": 1}
    assert "1 row is left out by --where" in source.notes
    assert "1 row is left out by skip_if" in source.notes


def test_a_limit_counts_what_is_chosen(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": TABLE, "w.yaml": "prompt: '{{ title }}.'\n"})
    source = open_prompts(
        str(tmp_path / "t.csv"),
        template=str(tmp_path / "w.yaml"),
        limit=2,
        selection=Selection(where="Title"),
    )
    assert texts(made(source)) == ["Mug.", "Cup."]


WRONG = [
    ({"where": "Titel"}, PromptError, "--where uses 'Titel', which row 1 does not have; nearest"),
    ({"where": "Title ="}, UsageError, "--where is no condition: 'Title ='"),
    ({"where": ""}, UsageError, "--where is no condition"),
    ({"where": "Price > 3"}, PromptError, "| float or | int makes a number"),
    ({"keys": "skip_if: 'a b'\n"}, PromptError, "w.yaml:2:1: skip_if is no condition"),
    ({"where": "false"}, PromptError, "no row is left: --where leaves all of them out"),
    ({"id_columns": ("SKU",)}, PromptError, "the id names 'SKU', which is no column here"),
    ({"id_columns": ("Price",)}, PromptError, "'Price' is empty"),
    ({"fill_down": ("Titel",)}, PromptError, "--fill-down names 'Titel'"),
    ({"group_by": "Handel"}, PromptError, "'group_by' names 'Handel'"),
    ({"keep": ("Prise",)}, PromptError, "--keep names 'Prise', which is no column here"),
]


@pytest.mark.parametrize(("asked", "error", "words"), WRONG)
def test_what_cannot_be_chosen_is_told(
    tmp_path: Path, asked: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        made(opened(tmp_path, "{{ title }}.", **asked))
    assert words in str(caught.value)


def test_what_a_stream_leaves_out_is_said_once_it_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"w.yaml": "prompt: '{{ n }}'\n"})
    rows = [{"n": 1}, {"n": 2}, {"n": 3}]
    source = open_values(
        rows, template=str(tmp_path / "w.yaml"), selection=Selection(where="n == 2")
    )
    assert [one.row for one in source.prompts(TARGET)] == [2]
    assert source.notes == ("2 rows are left out by --where",)


@pytest.mark.parametrize("text", ["", "a-b", "0", "5-2", "--", "1-2-3"])
def test_a_range_of_rows_is_two_numbers(text: str) -> None:
    with pytest.raises(UsageError):
        row_range(text)


@pytest.mark.parametrize("text", ["", "0", "x", "5:", "-1"])
def test_a_sample_is_a_number_and_a_seed(text: str) -> None:
    with pytest.raises(UsageError):
        row_sample(text)


def test_a_sample_is_the_same_every_time_and_within_a_larger_one(tmp_path: Path) -> None:
    table = "id,n\n" + "".join(f"i{n},{n}\n" for n in range(50))

    def ids(size: str) -> list[str]:
        source = opened(tmp_path, "{{ n }}", table, sample=row_sample(size))
        found = [one.id for one in made(source)]
        assert any("a sample of" in note and "(seed" in note for note in source.notes)
        return found

    assert ids("5") == ids("5")
    assert len(ids("5")) == 5
    assert set(ids("5")) < set(ids("12"))
    assert ids("5:2") != ids("5")


def test_ids_of_columns(tmp_path: Path) -> None:
    table = "SKU,Size,Id\na,S,1\na,M,1\nb,,1\n"
    asked = {"id_columns": ("sku", "Size")}
    assert [one.id for one in made(opened(tmp_path, "{{ sku }}", table, **asked))] == [
        "a:S",
        "a:M",
        "b:",
    ]
    keys = "id: [SKU, Size]\n"
    assert made(opened(tmp_path, "{{ sku }}", table, keys=keys))[0].id == "a:S"
    over = opened(tmp_path, "{{ sku }}", table, keys="id: Id\n", id_columns=("SKU", "Size"))
    assert made(over)[0].id == "a:S"


def test_with_an_id_of_other_columns_the_column_id_is_like_any_other(tmp_path: Path) -> None:
    table = "id,sku\n,a\n,b\n"
    assert [one.id for one in made(opened(tmp_path, "{{ sku }}", table, id_columns=("sku",)))] == [
        "a",
        "b",
    ]


def test_all_duplicates_are_told_at_once(tmp_path: Path) -> None:
    table = "id,n\n" + "".join(f"i{n % 20},{n}\n" for n in range(40))
    with pytest.raises(PromptError) as caught:
        made(opened(tmp_path, "{{ n }}", table))
    words = str(caught.value)
    assert "'i0'" in words
    assert "'i9' (lines 11 and 31)" in words
    assert "'i10'" not in words
    assert "and 10 more" in words
    assert "--duplicates number" in words


def test_duplicates_are_numbered_past_ids_that_are_there(tmp_path: Path) -> None:
    table = "id,n\nmug,1\nmug,2\nmug-2,3\nmug,4\n"
    source = opened(tmp_path, "{{ n }}", table, duplicates=Duplicates.NUMBER)
    assert [one.id for one in made(source)] == ["mug", "mug-3", "mug-2", "mug-4"]


def test_duplicates_of_a_stream(tmp_path: Path) -> None:
    write(tmp_path, {"w.yaml": "prompt: '{{ n }}'\n"})
    rows = [{"id": "a", "n": 1}, {"id": "a", "n": 2}, {"n": 3}, {"n": 3}]

    def ids(duplicates: Duplicates) -> list[Any]:
        source = open_values(
            rows,
            template=str(tmp_path / "w.yaml"),
            selection=Selection(duplicates=duplicates, where="n < 9"),
        )
        found = [*source.prompts(TARGET)]
        return [type(one).__name__[0] + str(one.row) for one in found]

    assert ids(Duplicates.REFUSE) == ["P1", "I2", "P3", "P4"]
    assert ids(Duplicates.NUMBER) == ["P1", "P2", "P3", "P4"]
    assert ids(Duplicates.FIRST) == ["P1", "P3"]


def test_only_the_ids_of_a_file(tmp_path: Path) -> None:
    table = "id,n\na,1\nb,2\nc,3\nd,4\n"
    write(tmp_path, {"ids.txt": "b\n\nd/Thai\nx\n"})
    keys = "matrix: {language: [Thai, English]}\n"
    source = opened(tmp_path, "{{ n }}", table, keys=keys, only_ids=tmp_path / "ids.txt")
    assert [one.id for one in made(source)] == ["b/Thai", "b/English", "d/Thai"]
    assert "no row has these ids of --only-ids: 'x'" in source.notes
    assert source.left_out == {"--only-ids": 2}


def test_ids_of_a_results_file_and_of_earlier_versions_choose_rows(tmp_path: Path) -> None:
    (first, second, *_) = made(opened(tmp_path, "{{ title }}.", where="Title"))
    record = json.dumps({"id": first.id, "key": "k"})
    write(tmp_path, {"ids.txt": f"{record}\n{second.id[1:]}\n"})
    source = opened(tmp_path, "{{ title }}.", where="Title", only_ids=tmp_path / "ids.txt")
    assert [one.id for one in made(source)] == [first.id, second.id]


GROUP = "{{ title }} {% for one in rows %}{{ one.Price }};{% endfor %}"


def test_a_group_is_one_item_with_its_first_values_and_its_rows(tmp_path: Path) -> None:
    table = "Handle,Title,Price\nmug,,3\nmug,Mug,4\ncup,Cup,5\n"
    for asked in ({"group_by": "handle"}, {"keys": "group_by: Handle\n"}):
        prompts = made(opened(tmp_path, GROUP, table, **asked))
        assert texts(prompts) == ["Mug 3;4;", "Cup 5;"]
        assert [(one.id, one.row, one.source.line) for one in prompts] == [
            ("mug", 1, 2),
            ("cup", 3, 4),
        ]


def test_a_group_of_json_prints_its_numbers_as_they_are_written(tmp_path: Path) -> None:
    rows = '{"h": "a", "Price": 1.50}\n{"h": "a", "Price": 2.00}\n'
    write(tmp_path, {"t.jsonl": rows, "w.yaml": f"prompt: '{GROUP}'\n".replace("{{ title }} ", "")})
    source = open_prompts(
        str(tmp_path / "t.jsonl"),
        template=str(tmp_path / "w.yaml"),
        selection=Selection(group_by="h"),
    )
    assert texts(made(source)) == ["1.50;2.00;"]


def test_rows_of_a_group_that_are_apart_are_told(tmp_path: Path) -> None:
    table = "Handle,Title\nmug,Mug\ncup,Cup\nmug,Mug\n"
    with pytest.raises(PromptError, match=r"t\.csv:4:1.*'mug' are not next to each other; sort"):
        made(opened(tmp_path, table=table, group_by="Handle"))


def test_fill_down_gives_cells_the_value_above(tmp_path: Path) -> None:
    table = "Brand,Title\nA,one\n,two\nB,three\n ,four\n"
    source = opened(tmp_path, "{{ brand }} {{ title }}", table, fill_down=("brand",))
    assert texts(made(source)) == ["A one", "A two", "B three", "B four"]
    grouped = opened(tmp_path, "{{ rows | length }}", table, fill_down=("Brand",), group_by="Brand")
    assert texts(made(grouped)) == ["2", "2"]


def test_faulty_rows_of_a_stream_go_on_and_have_their_number(tmp_path: Path) -> None:
    write(tmp_path, {"w.yaml": "prompt: '{{ n }}'\n"})
    rows: list[Any] = [{"n": 1}, {"m": 2}, 3, {"n": 4}]
    source = open_values(rows, template=str(tmp_path / "w.yaml"), selection=Selection(where="n"))
    found = [*source.prompts(TARGET)]
    assert [(type(one), one.row) for one in found] == [
        (Prompt, 1),
        (InputFault, 2),
        (InputFault, 3),
        (Prompt, 4),
    ]
    assert found[1].input == {"m": 2}


KEPT: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"Title"}),
    ({"id_columns": ("Title",)}, {"Title"}),
    ({"id_columns": ("Price", "Title")}, {"Title", "Price"}),
    ({"keep": ("all",)}, {"Handle", "Title", "Status", "Price"}),
    ({"keep": ("used", "status")}, {"Title", "Status"}),
    ({"keep": ("Handle",)}, {"Handle"}),
]


@pytest.mark.parametrize(("asked", "names"), KEPT)
def test_what_records_keep(tmp_path: Path, asked: dict[str, Any], names: set[str]) -> None:
    prompt = made(opened(tmp_path, "{{ title }}", where='Handle == "cup"', **asked))[0]
    kept = prompt.input if prompt.recorded is None else prompt.recorded
    assert {*kept} == names
    assert {*prompt.input} == {"Handle", "Title", "Status", "Price"}


def test_records_keep_the_matrix_and_all_of_rows_with_their_own_prompt(tmp_path: Path) -> None:
    keys = "matrix: {language: [Thai]}\n"
    prompt = made(opened(tmp_path, "{{ title }}.", keys=keys))[0]
    assert prompt.recorded == {"Title": "Mug", "language": "Thai"}
    write(tmp_path, {"p.csv": "prompt,sku\nhi,1\n"})
    assert made(open_prompts(str(tmp_path / "p.csv")))[0].recorded is None


def test_empty_cells_and_equal_prompts_are_said(tmp_path: Path) -> None:
    table = "Title,Vendor,Stock\nMug,A,1\n ,A,2\nMug,A,3\nMug,,4\n"
    source = opened(tmp_path, "{{ title }} {% if Vendor %}by {{ vendor }}{% endif %}", table)
    made(source)
    assert source.notes == (
        "1 of 4 rows have an empty 'Title': --where Title leaves them out",
        "3 distinct prompts in 4 rows: --unique buys each once and gives its text to all its rows",
    )
    assert opened(tmp_path, "{{ title }}.", "Title\na\nb\n").notes == ()


PROPOSED = [
    ("Handle,Title\na,x\nb,x\n", ("Handle",)),
    ("Handle,Title\na,x\na,x\n", ()),
    ("Variant SKU,Title\na,x\n,x\n", ()),
    ("商品コード,Title\n1,x\n2,x\n", ("商品コード",)),
    ("custom_id,uniq_id,Title\n1,5,x\n2,6,x\n", ("custom_id", "uniq_id")),
    ("ID,Title\n1,x\n2,x\n", ("ID",)),
    ("id,SKU,Title\n1,5,x\n2,6,x\n", ()),
    ("Title,Holiday\nx,1\ny,2\n", ()),
]


@pytest.mark.parametrize(("table", "columns"), PROPOSED)
def test_columns_that_could_be_the_id_are_proposed(
    tmp_path: Path, table: str, columns: tuple[str, ...]
) -> None:
    source = opened(tmp_path, "{{ title }}", table)
    made(source)
    assert source.id_proposals == columns


def test_a_row_of_a_stream_that_is_too_long_keeps_what_could_be_read(tmp_path: Path) -> None:
    write(tmp_path, {"w.yaml": "prompt: '{{ b }}'\n"})
    stdin = io.BytesIO(b"a,b\n1,2\n3,4,5\n6,7\n")
    source = open_prompts("-", template=str(tmp_path / "w.yaml"), stdin=stdin)
    found = [(one.row, one.source.line, one.input) for one in source.prompts(TARGET)]
    assert found == [
        (1, 2, {"a": "1", "b": "2"}),
        (2, 3, {"a": "3", "b": "4"}),
        (3, 4, {"a": "6", "b": "7"}),
    ]


@pytest.mark.parametrize(
    ("columns", "template", "named"),
    [
        ("name,__expected,__expected2", "{{ name }}", "'__expected', '__expected2': of a test"),
        ("name,__prefix,__metadata:tag", "{{ name }}", "'__prefix', '__metadata:tag': of"),
        ("name,__description", "{{ name }} {{ __description }}", ""),
        ("name,__typename", "{{ name }}", ""),
        ("name,assert", "{{ name }}", ""),
    ],
)
def test_what_promptfoo_tests_have_besides_is_said(
    tmp_path: Path, columns: str, template: str, named: str
) -> None:
    values = ",".join("x" for _ in columns.split(","))
    source = opened(tmp_path, template, f"{columns}\n{values}\n")
    source.check(TARGET)
    said = [note for note in source.notes if "promptfoo" in note]
    assert [named in note for note in said] == ([True] if named else [])
