"""Workbooks, Parquet and feeds: the values as they are shown, lazily, and hardened."""

import datetime
import gzip
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import xlsxwriter

from copygen.errors import PromptError
from copygen.models import Prompt
from copygen.prompts import ReadOptions, open_prompts, open_table
from copygen.prompts.tables import file_table
from tests.support.prompt_files import TARGET, prompts_of, write


def workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        hidden = made.add_worksheet("Lists")
        hidden.hide()
        hidden.write_row(0, 0, ["prompt"])
        sheet = made.add_worksheet("ราคา 2026")
        sheet.activate()
        sheet.write_row(1, 0, ["", "sku", "prompt", "price", "day", "at", "sum", "group", "on"])
        day = made.add_format({"num_format": "d.m.yy"})
        sheet.write_row(2, 1, ["007", "ผ้าไหม"])
        sheet.write_number(2, 3, 19.9, made.add_format({"num_format": "0.00"}))
        sheet.write_datetime(2, 4, datetime.datetime(2026, 5, 1), day)
        at = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime(2, 5, datetime.datetime(2026, 5, 1, 13, 30), at)
        sheet.write_formula(2, 6, "=D3*2", None, 39.8)
        sheet.merge_range(2, 7, 3, 7, "silk")
        sheet.write_boolean(2, 8, True)
        sheet.write_row(3, 1, [1234567, "商品の説明", 1e15])
        made.add_worksheet("Other").write_row(0, 0, ["prompt"])
        made.get_worksheet_by_name("Other").write_row(1, 0, ["other"])


def ods(path: Path) -> None:
    def cell(text: str, kind: str = "string", value: str = "") -> str:
        given = f' office:value="{value}"' if value else ""
        return (
            f'<table:table-cell office:value-type="{kind}"{given}><text:p>{text}</text:p>'
            "</table:table-cell>"
        )

    rows = [
        [cell("id"), cell("prompt"), cell("price")],
        [cell("001"), cell("ผ้าพันคอ"), cell("19.90", "float", "19.9")],
    ]
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        packed.writestr("META-INF/manifest.xml", "<manifest/>")


def inputs(path: Path, **options: Any) -> list[dict[str, object]]:
    return [
        dict(one.input)
        for one in prompts_of(open_prompts(str(path), reading=ReadOptions(**options)))
    ]


def test_a_sheet_has_what_its_cells_show(tmp_path: Path) -> None:
    workbook(tmp_path / "t.xlsx")
    first, second = inputs(tmp_path / "t.xlsx")
    assert first == {
        "sku": "007", "prompt": "ผ้าไหม", "price": "19.90", "day": "1.5.26",
        "at": "2026-05-01 13:30", "sum": "39.8", "group": "silk", "on": "TRUE",
    }  # fmt: skip
    assert second["sku"] == "1234567"
    assert second["price"] == "1000000000000000"
    assert second["group"] == "silk"
    assert second["on"] == ""


@pytest.mark.parametrize(("sheet", "texts"), [("Other", ["other"]), ("3", ["other"])])
def test_a_sheet_is_chosen(tmp_path: Path, sheet: str, texts: list[str]) -> None:
    workbook(tmp_path / "t.xlsx")
    assert [row["prompt"] for row in inputs(tmp_path / "t.xlsx", sheet=sheet)] == texts


def test_a_misspelt_sheet_names_the_nearest(tmp_path: Path) -> None:
    workbook(tmp_path / "t.xlsx")
    with pytest.raises(PromptError, match="no sheet 'Othr'; did you mean 'Other'"):
        inputs(tmp_path / "t.xlsx", sheet="Othr")
    with pytest.raises(PromptError, match="it has 'ราคา 2026', 'Other'; hidden: 'Lists'"):
        inputs(tmp_path / "t.xlsx", sheet="99")


def test_an_open_document_sheet_is_read(tmp_path: Path) -> None:
    ods(tmp_path / "t.ods")
    assert inputs(tmp_path / "t.ods") == [{"id": "001", "prompt": "ผ้าพันคอ", "price": "19.90"}]


def test_parquet_has_values_of_its_types(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "id": [1, 2],
            "prompt": ["one", "สอง"],
            "price": [1.5, float("nan")],
            "day": [datetime.date(2026, 5, 1), None],
            "tags": [["a"], []],
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    first, second = inputs(tmp_path / "t.parquet")
    assert first == {"id": 1, "prompt": "one", "price": 1.5, "day": "2026-05-01", "tags": ["a"]}
    assert second == {"id": 2, "prompt": "สอง", "price": None, "day": None, "tags": []}


RSS = """<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>
<title>Shop</title><item><g:id>7</g:id><title>Silk &amp; scarf</title>
<g:image_link>a</g:image_link><g:image_link>b</g:image_link>
<g:shipping><g:country>TH</g:country><g:price>1 THB</g:price></g:shipping>
<description><![CDATA[<b>soft</b>]]></description><g:title>Silk &amp; scarf</g:title>
</item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<entry><g:id>7</g:id><title>ผ้า</title><link href="https://x.test/7"/></entry></feed>"""


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (
            RSS,
            {
                "id": "7",
                "title": "Silk & scarf",
                "image_link": ["a", "b"],
                "shipping": {"country": "TH", "price": "1 THB"},
                "description": "<b>soft</b>",
            },
        ),
        (ATOM, {"id": "7", "title": "ผ้า", "link": "https://x.test/7"}),
    ],
)
def test_a_feed_has_its_items(tmp_path: Path, text: str, row: dict[str, object]) -> None:
    write(tmp_path, {"t.xml": text, "w.yaml": "prompt: '{{ title }}'\n"})
    source = open_prompts(f"{tmp_path}/t.xml", template=f"{tmp_path}/w.yaml")
    assert [dict(entry.input) for entry in prompts_of(source)] == [row]


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><item><t>&b;</t></item></rss>'
READS = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><t>&x;</t></item></rss>'


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("t.xml", BOMB, "entities of its own"),
        ("t.xml", READS, "entities of its own"),
        ("t.xml", "<rss><item><t>x</rss>", "t.xml:1:.*: not valid XML"),
        ("t.xml", "<rss></rss>", "there is no item"),
        ("t.xml", "<!DOCTYPE html><html><body>log in</body></html>", "this is a web page"),
        ("t.xml", "<item>" + "<a>" * 70, "64 levels"),
        ("t.xlsx", "x", "this is no workbook"),
        ("t.parquet", "x", "this is no Parquet"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, data: str, words: str) -> None:
    write(tmp_path, {name: data})
    with pytest.raises(PromptError, match=words):
        open_prompts(f"{tmp_path}/{name}").check(TARGET)


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("t.xls", "python_calamine", "sheets"), ("t.parquet", "pyarrow", "parquet")],
)
def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    write(tmp_path, {name: b"\xd0\xcf\x11\xe0"})
    with pytest.raises(PromptError, match=rf"pip install 'copygen\[{extra}\]'"):
        open_prompts(f"{tmp_path}/{name}").check(TARGET)


@pytest.mark.parametrize("name", ["t.xlsx", "t.ods"])
def test_sheets_need_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    {"t.xlsx": workbook, "t.ods": ods}[name](tmp_path / name)
    assert inputs(tmp_path / name)[0]["prompt"] in ("ผ้าไหม", "ผ้าพันคอ")


def test_tests_of_promptfoo_have_their_variables_as_columns(tmp_path: Path) -> None:
    text = '[{"description": "d", "vars": {"name": "silk"}, "assert": [{"type": "contains"}]}]'
    write(tmp_path, {"t.json": text, "w.yaml": "prompt: Sell {{ name }}\n"})
    (entry,) = open_prompts(f"{tmp_path}/t.json", template=f"{tmp_path}/w.yaml").prompts(TARGET)
    assert isinstance(entry, Prompt)
    assert entry.messages[0].content == "Sell silk"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("t.xml#poll", ["a", "b"]),
        ("t.xml#polls.Poll", ["a", "b"]),
        ("t.xml", r"neither item, .*; if an item is a <poll>, say so: .*t.xml#poll$"),
        ("t.xml#pol", r"no element called 'pol' .*t.xml#poll$"),
    ],
)
def test_items_of_a_feed_are_called_what_the_user_says(
    tmp_path: Path, path: str, found: list[str] | str
) -> None:
    text = "<polls><head><x/></head><poll prompt='a'/><poll><prompt>b</prompt></poll></polls>"
    write(tmp_path, {"t.xml": text})
    source = open_prompts(f"{tmp_path}/{path}")
    if isinstance(found, str):
        with pytest.raises(PromptError, match=found):
            source.check(TARGET)
    else:
        assert [one.input["prompt"] for one in prompts_of(source)] == found


def test_a_text_that_shops_call_xls_is_read_as_one(tmp_path: Path) -> None:
    write(tmp_path, {"t.xls": "prompt\tprice\nSilk\t1\n", "p.xls": "<html><table></table>"})
    assert inputs(tmp_path / "t.xls") == [{"prompt": "Silk", "price": "1"}]
    with pytest.raises(PromptError, match="page of HTML"):
        inputs(tmp_path / "p.xls")


def test_a_feed_is_read_as_it_comes(tmp_path: Path) -> None:
    items = "".join(f"<item><id>{number}</id></item>" for number in range(20_000))
    write(tmp_path, {"t.xml": f"<rss>{items}</rss>"})
    with file_table(f"{tmp_path}/t.xml", "table", ReadOptions(templated=True))() as rows:
        assert next(rows).source.line == 1


def test_tables_of_each_format_can_be_looked_at(tmp_path: Path) -> None:
    workbook(tmp_path / "t.xlsx")
    packed = gzip.compress(b"prompt\nx\n")
    write(tmp_path, {"t.csv.gz": packed, "t.json": '[{"prompt": "x"}]', "t.csv": '{"prompt": "x"}'})
    for name, text in {"t.xlsx": "ผ้าไหม", "t.csv.gz": "x", "t.json": "x", "t.csv": "x"}.items():
        assert next(open_table(f"{tmp_path}/{name}")).item["prompt"] == text
