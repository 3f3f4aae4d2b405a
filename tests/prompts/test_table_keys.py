"""What a prompt file says of its table, and that the same flag wins."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from copygen.cli.app import app
from copygen.errors import PromptError, UsageError
from copygen.prompts import BadRows, Duplicates, ReadOptions, Selection, open_prompts
from tests.support.prompt_files import TARGET, prompts_of, texts_of, write

WORDING = "prompt: '{{ name }} {{ price }}'\nitems: t.csv\n"
FILES: dict[str, str | bytes] = {
    "cp1252.csv": "name;price\nÉcharpe;12,50\n".encode("cp1252"),
    "report.csv": "May report\n\nname,price\nUnits,EUR\nScarf,3\n",
    "tilde.csv": "name~price\nScarf~3\n",
    "twice.csv": "sku,name,price\nA,Scarf,3\nA,Pouch,4\nB,,5\n",
    "damaged.csv": b"name,price\nScarf,3\n\xff,4\nPouch,5\n",
}


@pytest.mark.parametrize(
    ("table", "keys", "texts"),
    [
        ("cp1252.csv", "encoding: ANSI\n", ["Écharpe 12,50"]),
        ("report.csv", "header_row: 3\nskip_rows: 1\n", ["Scarf 3"]),
        ("tilde.csv", 'delimiter: "~"\n', ["Scarf 3"]),
        ("damaged.csv", "bad_rows: skip\n", ["Scarf 3", "Pouch 5"]),
        ("twice.csv", "id: sku\nduplicates: first\nfill_down: name\n", ["Scarf 3", "Pouch 5"]),
        ("twice.csv", "id: sku\nduplicates: number\nfill_down: [name]\n",
         ["Scarf 3", "Pouch 4", "Pouch 5"]),
    ],
)  # fmt: skip
def test_a_prompt_file_says_how_its_table_is_read(
    tmp_path: Path, table: str, keys: str, texts: list[str]
) -> None:
    write(tmp_path, {**FILES, "w.yaml": f"{keys}{WORDING.replace('t.csv', table)}"})
    assert texts_of(open_prompts(f"{tmp_path}/w.yaml")) == texts
    # As a template for a table that is named elsewhere, it says the same.
    write(tmp_path, {"t.yaml": f"{keys}prompt: '{{{{ name }}}} {{{{ price }}}}'\n"})
    assert texts_of(open_prompts(f"{tmp_path}/{table}", template=f"{tmp_path}/t.yaml")) == texts


def test_a_sheet_is_named_in_the_file_and_on_the_command_line(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as made:
        for sheet in ("One", "2026"):
            rows = made.add_worksheet(sheet)
            rows.write_row(0, 0, ["name", "price"])
            rows.write_row(1, 0, [sheet, "3"])
    write(tmp_path, {"w.yaml": "sheet: 2026\n" + WORDING.replace("csv", "xlsx")})
    assert texts_of(open_prompts(f"{tmp_path}/w.yaml")) == ["2026 3"]
    asked = ReadOptions(sheet="One")
    assert texts_of(open_prompts(f"{tmp_path}/w.yaml", reading=asked)) == ["One 3"]


def test_each_flag_wins(tmp_path: Path) -> None:
    keys = "encoding: cp1252\nheader_row: 9\nskip_rows: 1\nbad_rows: skip\ndelimiter: pipe\n"
    keys += "id: name\nduplicates: refuse\nfill_down: name\nkeep: all\n"
    write(tmp_path, {"w.yaml": keys + WORDING, "t.csv": "sku,name,price\nA,ผ้า,3\nA,ไหม,4\n"})
    source = open_prompts(
        f"{tmp_path}/w.yaml",
        reading=ReadOptions(
            encoding="utf-8", header_row=1, skip_rows=0, bad_rows=BadRows.REFUSE, delimiter=","
        ),
        selection=Selection(
            id_columns=("sku",), duplicates=Duplicates.NUMBER, fill_down=("price",), keep=("used",)
        ),
    )
    found = prompts_of(source)
    assert [one.id for one in found] == ["A", "A-2"]
    assert texts_of(source) == ["ผ้า 3", "ไหม 4"]


def test_equal_prompts_are_sent_once_where_the_file_says_so(tmp_path: Path) -> None:
    write(tmp_path, {"w.yaml": "unique: true\n" + WORDING, "t.csv": "name,price\na,1\na,1\n"})
    assert open_prompts(f"{tmp_path}/w.yaml").selection.unique


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("encoding: cp-93\n", r"w.yaml:1:\d+: 'encoding' 'cp-93' is no encoding of texts"),
        ("delimiter: xx\n", r"w.yaml:1:\d+: 'delimiter' takes one sign"),
        ("header_row: 0\n", r"w.yaml:1:\d+: 'header_row' should be 1 or more"),
        ("bad_rows: skp\n", r"w.yaml:1:\d+: 'bad_rows' .* did you mean 'skip'"),
        ("duplicates:\n", r"w.yaml:1:\d+: 'duplicates' is empty"),
        ("headerrow: 1\n", r"w.yaml:1:\d+: unknown key 'headerrow'; did you mean 'header_row'"),
    ],
)
def test_a_wrong_key_is_told_at_its_place(tmp_path: Path, keys: str, words: str) -> None:
    write(tmp_path, {"w.yaml": keys + WORDING, "t.csv": "name,price\na,1\n"})
    with pytest.raises(PromptError, match=words):
        open_prompts(f"{tmp_path}/w.yaml")


def test_a_header_row_behind_the_end_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": "prompt\nx\n"})
    with pytest.raises(PromptError, match="there is no line 9 in it"):
        open_prompts(f"{tmp_path}/t.csv", reading=ReadOptions(header_row=9)).check(TARGET)


OWN = "prompt: '{{ name }}'\nitems: [{name: a}]\n"


@pytest.mark.parametrize("text", [OWN, "prompt: Hello\n", "- Hello\n"])
def test_items_in_the_file_are_read_as_no_table(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"w.yaml": text})
    with pytest.raises(UsageError, match="--header-row is for tables"):
        open_prompts(f"{tmp_path}/w.yaml", reading=ReadOptions(header_row=2))
    if not text.startswith("-"):
        write(tmp_path, {"w.yaml": f"header_row: 2\n{text}"})
        with pytest.raises(PromptError, match=r"w.yaml:1:\d+: this says how a table is read"):
            open_prompts(f"{tmp_path}/w.yaml")


@pytest.mark.parametrize(
    ("name", "options", "flag"),
    [
        ("t.csv", {"sheet": "One"}, "--sheet"),
        ("t.csv.gz", {"sheet": "1"}, "--sheet"),
        ("t.xlsx", {"delimiter": ";"}, "--delimiter"),
        ("t.jsonl", {"header_row": 2}, "--header-row"),
        ("t.json", {"skip_rows": 2}, "--skip-rows"),
        ("t.parquet", {"header_row": 2}, "--header-row"),
    ],
)
def test_what_a_table_has_not_is_told(
    tmp_path: Path, name: str, options: dict[str, Any], flag: str
) -> None:
    write(tmp_path, {name: "x"})
    with pytest.raises(UsageError, match=f"{flag} is for .*, and .*{name} is none"):
        open_prompts(f"{tmp_path}/{name}", reading=ReadOptions(**options)).check(TARGET)


@pytest.mark.parametrize(
    ("name", "content", "flags"),
    [
        ("t.csv", "name;text\nA;Größe passt\n".encode("cp1252"), "--encoding cp1252"),
        ("t.csv", b"report\n\nname,text\nx,y\nA,Good\n", "--header-row 3 --skip-rows 1"),
        ("t.csv", b"name~text\nA~Good\n", "--delimiter ~"),
        ("t.json#a.b", b'{"a": {"b": [{"text": "Good"}]}}', ""),
    ],
)
def test_check_reads_the_same_tables(tmp_path: Path, name: str, content: bytes, flags: str) -> None:
    write(tmp_path, {name.partition("#")[0]: content})
    done = CliRunner().invoke(app, ["check", f"{tmp_path}/{name}", *flags.split()])
    assert (done.exit_code, "1 text" in done.stderr) == (0, True), done.output
    done = CliRunner().invoke(app, ["check", f"{tmp_path}/{name}", "--sheet", "x"])
    assert (done.exit_code, "--sheet is for workbooks" in done.stderr) == (2, True)
