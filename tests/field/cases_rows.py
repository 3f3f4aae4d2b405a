"""Columns, ids and rows of the tables that shops export."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copygen.cli.app import app
from tests.field.case import Cases
from tests.support.prompt_files import write

CASES = Cases()
case = CASES.case

SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Option1 Value,Variant Price,Variant Inventory Qty\n"
    "mug,Mug,<p>Stone &amp; ware</p>,A,small,3,1\n"
    "mug,,,,large,4,2\n"
    "cup,Cup,<p>Glass</p>,A,one,5,3\n"
)


def ran(folder: Path, *args: str, table: str = SHOPIFY, prompt: str = "{{ title }}.") -> str:
    """What copygen says, in one line; the records are in `r.jsonl`."""
    files = {"t.csv": table} if table else {}
    write(folder, {**files, "w.yaml": f"prompt: {json.dumps(prompt)}\nprovider: simulator\n"})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "300")
        command = ["run", "t.csv", "-t", "w.yaml", "-o", "r.jsonl", "--summary-json", "s.json"]
        done = CliRunner().invoke(app, [*command, *args])
    return " ".join(done.output.split())


def records(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "r.jsonl").read_text().splitlines()
    return sorted((json.loads(line) for line in lines), key=lambda one: one["row"])


def requests(folder: Path) -> int:
    return int(json.loads((folder / "s.json").read_text())["traffic"]["requests"])


@case("4:S1", "3 then 0")
def stock_and_prices_change_every_day(folder: Path) -> str:
    ran(folder, prompt="{{ handle }} {{ option1_value }}")
    first = requests(folder)
    ran(
        folder,
        prompt="{{ handle }} {{ option1_value }}",
        table=SHOPIFY.replace(",3,1\n", ",9,9\n").replace(",5,3\n", ",7,7\n"),
    )
    return f"{first} then {requests(folder)}"


@case("4:S2", "Mug Stone & ware 3")
def columns_with_blanks_and_brackets(folder: Path) -> str:
    said = ran(
        folder,
        *("--where", "Title", "--limit", "1", "-O", "providers.simulator.simulation.echo=true"),
        prompt='{{ Title }} {{ body_html | strip_html }} {{ row["Variant Price"] }}',
    )
    return str(records(folder)[0]["text"]) if (folder / "r.jsonl").exists() else said


@case("4:S2b", 'written {{ row["Variant Price"] }} or {{ variant_price }}')
def a_misspelt_column_with_a_blank(folder: Path) -> str:
    said = ran(folder, prompt="{{ variant_prise }}")
    return said[said.index("written") :].rstrip(".")


@case("4:S3", "mug:small mug:large cup:one")
def an_id_of_two_columns(folder: Path) -> str:
    ran(folder, "--id", "Handle", "--id", "option1_value", prompt="{{ handle }}")
    return " ".join(one["id"] for one in records(folder))


@case("4:S3b", "12 named once")
def every_duplicate_is_told_at_once(folder: Path) -> str:
    table = "id,title\n" + "".join(f"i{n % 12},x\n" for n in range(24))
    said = ran(folder, table=table)
    told = sum(said.count(f"'i{n}'") for n in range(12))
    return "12 named once" if told == 10 and "and 2 more" in said else said


@case("4:S4", "1 of 3 rows have an empty 'Vendor', 2 distinct prompts in 3 rows")
def empty_cells_and_equal_prompts_are_said(folder: Path) -> str:
    said = ran(folder, prompt="By {{ vendor }}")
    wanted = ("1 of 3 rows have an empty 'Vendor'", "2 distinct prompts in 3 rows")
    return ", ".join(words for words in wanted if words in said)


@case("4:S4b", "2 of 3 sent, 1 row left out by --where")
def rows_without_a_title_are_left_out(folder: Path) -> str:
    said = ran(folder, "--where", "Title")
    left_out = "1 row left out by --where"
    return f"{requests(folder)} of 3 sent, {left_out if left_out in said else said}"


@case("4:S4c", "Mug: small 3, large 4; ")
def the_variants_of_a_product_are_one_item(folder: Path) -> str:
    ran(
        folder,
        *("--group-by", "Handle", "-O", "providers.simulator.simulation.echo=true"),
        prompt='{{ title }}: {% for one in rows %}{{ one["Option1 Value"] }} '
        '{{ one["Variant Price"] }}{{ ", " if not loop.last }}{% endfor %}; ',
    )
    return str(records(folder)[0]["text"])


@case("4:S5", "lines 2 3 4, rows 1 2 3")
def every_record_says_where_its_row_is(folder: Path) -> str:
    ran(folder, prompt="{{ handle }} {{ option1_value }}")
    found = records(folder)
    lines, numbers = ([str(one[name]) for one in found] for name in ("line", "row"))
    return f"lines {' '.join(lines)}, rows {' '.join(numbers)}"


@case("4:S5b", "Handle, Title")
def a_record_keeps_what_was_used_and_the_id(folder: Path) -> str:
    ran(folder, "--where", "Title", "--id", "Handle")
    return ", ".join(records(folder)[0]["input"])
