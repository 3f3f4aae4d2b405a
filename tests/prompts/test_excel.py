"""Sheets of `.xlsx` and `.ods` in every way that programs write them, and as nobody should."""

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.errors import PromptError
from copygen.prompts.rows import BadRow, ReadOptions
from copygen.prompts.workbooks import sheet_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER = '<row r="1"><c r="A1" t="str"><v>name</v></c><c r="B1" t="str"><v>price</v></c></row>'
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="00000"/>'
    '<numFmt numFmtId="165" formatCode="General"/></numFmts><cellStyleXfs><xf numFmtId="9"/>'
    '</cellStyleXfs><cellXfs><xf numFmtId="165"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>"
)


def package(rows: str = "", **parts: str) -> bytes:
    """A workbook of one sheet with those rows; further parts by name, `strings` for instance."""
    sheet = parts.pop(
        "sheet", f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}{rows}</sheetData></worksheet>'
    )
    given = {
        "_rels/.rels": f'<Relationships><Relationship Id="1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="s1" Type="{OFFICE}/'
        f'worksheet" Target="/xl/one.xml"/><Relationship Id="s2" Type="{OFFICE}/sharedStrings" '
        f'Target="strings.xml"/><Relationship Id="s3" Type="{OFFICE}/styles" '
        'Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet '
        'name="S" sheetId="1" r:id="s1"/></sheets></workbook>',
        "xl/one.xml": sheet,
        "xl/styles.xml": STYLES,
        **{f"xl/{name}.xml": text for name, text in parts.items()},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in given.items():
            packed.writestr(name, text)
    return made.getvalue()


def read(content: bytes, **options: object) -> list[dict[str, object]]:
    rows = sheet_rows(io.BytesIO(content), "t.xlsx", ReadOptions(templated=True, **options))  # type: ignore[arg-type]
    return [row.message if isinstance(row, BadRow) else dict(row.item) for row in rows]  # type: ignore[misc]


def row(*cells: str) -> str:
    return f'<row r="2">{"".join(cells)}</row>'


STRINGS = (
    f'<sst xmlns="{MAIN}"><si><t>plain</t></si><si><r><t xml:space="preserve">rich </t></r><r><rPr>'
    "<b/></rPr><t>text</t></r></si><si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
    "<si><t>a_x000D_b_x005F_c</t></si><si/></sst>"
)


@pytest.mark.parametrize(
    ("cells", "name", "price"),
    [
        ('<c r="A2" t="s"><v>0</v></c><c r="B2"><v>12.5</v></c>', "plain", "12.5"),
        ('<c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>123</v></c>', "rich text", "00123"),
        ('<c r="A2" t="s"><v>2</v></c><c r="B2" s="2"><v>46143</v></c>', "東京", "2026-05-01"),
        ('<c r="A2" t="s"><v>3</v></c><c r="B2" t="n" s="0"><v>1E3</v></c>', "a\rb_c", "1000"),
        ('<c r="A2" t="s"><v>4</v></c><c r="B2" t="b"><v>1</v></c>', "", "TRUE"),
        ('<c r="B2" t="e"><v>#N/A</v></c><c r="A2" t="str"><v>x</v></c>', "x", ""),
        ('<c r="A2" t="inlineStr"><is><t> a &amp; b </t></is></c><c r="B2"/>', " a & b ", ""),
        ('<c r="A2" t="str"><f>1&amp;2</f><v>&lt;b&gt;</v></c><c r="B2" s="1"/>', "<b>", ""),
        ('<c r="B2"><f t="shared" si="0"/><v>7</v></c>', "", "7"),
        ("<c t='str'><v>no place</v></c><c><v>1</v></c>", "no place", "1"),
        ('<c r="A2" t="str"><v>\n</v></c><c r="B2" s="99"><v>5</v></c>', "\n", "5"),
        ('<c r="A2" t="str"><v>x</v></c><c r="B2" t="d" s="2"><v>2026-05-01</v></c>', "x",
         "2026-05-01"),
        ('<c r="A2" t="str"><v><![CDATA[<i>]]></v></c><c r="B2"><v>1</v></c>', "<i>", "1"),
        ('<!-- <c r="A2"><v>9</v></c> --><c r="A2" t="str"><v>x</v></c>', "x", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefixed", [False, True])
def test_a_cell_is_read_in_each_form(cells: str, name: str, price: str, prefixed: bool) -> None:
    content = package(row(cells), strings=STRINGS)
    if prefixed:  # no row is in the form that is read without a parser
        sheet = (
            f'<worksheet xmlns="{MAIN}"><sheetData >{HEADER}{row(cells)}</sheetData></worksheet>'
        )
        content = package(sheet=sheet, strings=STRINGS)
    found = read(content)
    assert found == ([{"name": name, "price": price}] if name or price else [])


def test_prefixes_and_line_ends_between_elements_change_nothing() -> None:
    sheet = (
        f'<?xml version="1.0"?>\n<x:worksheet xmlns:x="{MAIN}">\n <x:sheetData>\n  <x:row>\n'
        "   <x:c t='str'>\n <x:v>name</x:v>\n </x:c>\n</x:row>\n <x:row>\n <x:c t='inlineStr'>"
        "<x:is>\n<x:t>silk</x:t>\n</x:is></x:c></x:row></x:sheetData></x:worksheet>"
    )
    assert read(package(sheet=sheet)) == [{"name": "silk"}]


def test_a_table_may_begin_further_right_and_down() -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"/><row r="3"><c r="C3" t="str"><v>name</v>'
        '</c></row><row r="4"/><row r="5"><c r="C5" t="str"><v>x</v></c></row></sheetData>'
        "</worksheet>"
    )
    assert read(package(sheet=sheet)) == [{"name": "x"}]


def test_the_index_of_pandas_is_named() -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="B1" t="str"><v>name</v></c></row>'
        '<row r="2"><c r="A2"><v>0</v></c><c r="B2" t="str"><v>x</v></c></row></sheetData>'
        "</worksheet>"
    )
    assert read(package(sheet=sheet)) == [{"index": "0", "name": "x"}]


def test_a_title_above_the_names_is_told() -> None:
    title = '<row r="1"><c r="A1" t="str"><v>Prices of May</v></c></row>'
    names = '<row r="3"><c r="A3" t="str"><v>name</v></c><c r="B3" t="str"><v>price</v></c></row>'
    values = '<row r="4"><c r="A4" t="str"><v>x</v></c><c r="B4"><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{title}{names}{values}</sheetData></worksheet>'
    with pytest.raises(PromptError, match=r"row 3 has values that no .* say --header-row 3"):
        read(package(sheet=sheet))
    assert read(package(sheet=sheet), header_row=3) == [{"name": "x", "price": "1"}]
    with pytest.raises(PromptError, match="nothing in row 9 or below it"):
        read(package(sheet=sheet), header_row=9)


def test_what_is_noted_beside_a_table_is_no_part_of_it() -> None:
    first = '<row r="2"><c r="A2" t="str"><v>x</v></c></row>'
    noted = '<row r="3"><c r="A3" t="str"><v>y</v></c><c r="D3"><v>9</v></c></row>'
    below = '<row r="9"><c r="F9" t="str"><v>checked</v></c></row>'
    rows = [{"name": "x", "price": ""}, {"name": "y", "price": ""}]
    assert read(package(first + noted + below)) == rows
    with pytest.raises(PromptError, match="row 3 has values that no name is above"):
        read(package(noted))


def test_a_value_under_a_missing_name_is_told() -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><v>name</v></c>'
        '<c r="C1" t="str"><v>price</v></c></row><row r="2"><c r="A2" t="str"><v>x</v></c>'
        '<c r="B2"><v>9</v></c></row></sheetData></worksheet>'
    )
    (fault,) = read(package(sheet=sheet))
    assert "column 2 has a value here, and no name in the header" in str(fault)


def test_the_other_sheets_are_named_where_the_first_has_no_rows() -> None:
    cover = f'<t:table t:name="Cover">{cells("><x:p>Please read</x:p>")}</t:table>'
    with pytest.raises(PromptError, match=r"no rows below its first; .* has 'S': say which, --sh"):
        read(ods(before=cover))
    assert read(ods(cells("><x:p>a</x:p>"), before=cover), sheet="S")[0]["name"] == "a"
    empty = '<t:table t:name="Empty"/>'
    with pytest.raises(PromptError, match="nothing in it; the workbook also has 'S'"):
        read(ods(before=empty))


def test_merged_cells_have_one_value() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>{name}</v></c><c r="B{n}"><v>{n}</v></c></row>'
        for n, name in ((2, "silk"), (3, ""), (4, "wool"))
    )
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}{rows}</sheetData><mergeCells count="1">'
        '<mergeCell ref="A2:A3"/></mergeCells></worksheet>'
    )
    assert [one["name"] for one in read(package(sheet=sheet))] == ["silk", "silk", "wool"]


BOMB = '<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
FAR = '<row r="2"><c r="ZZZ2"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (package(sheet=f"{BOMB}<worksheet/>"), "declares a document type"),
        (package(strings=f"{BOMB}<sst/>"), "declares a document type"),
        (package(styles=f"{BOMB}<s/>"), "declares a document type"),
        (package(FAR), "there is not"),
        (package(row('<c r="A2" t="s"><v>7</v></c>')), "names the text '7'"),
        (package(sheet=f"<worksheet><sheetData>{HEADER}<row r="), "damaged"),
        (package(sheet=f"<worksheet><sheetData>{HEADER}<row r='2'><c><v>{'1' * 2**25}"), "16 MiB"),
        (package(sheet=f"<worksheet><sheetData>{HEADER}<row a='{'1' * 2**25}"), "16 MiB"),
        (package(workbook="<workbook/>"), "every sheet is hidden|no sheet"),
        (b"PK\x05\x06" + b"\0" * 18, "zip file without a sheet"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"<html><table></table></html>", "page of HTML or XML"),
        (b"\xd0\xcf\x11\xe0 old", "damaged"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "has a password"),
        (b"name,price\nx,1\n", "begins as no workbook does"),
    ],
)
def test_what_is_no_sheet_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(PromptError, match=words):
        read(content)


@given(st.data())
def test_a_damaged_workbook_is_refused_or_read(data: st.DataObject) -> None:
    content = bytearray(package(row('<c r="A2" t="s"><v>0</v></c>'), strings=STRINGS))
    for _ in range(3):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PromptError):
        read(bytes(content))


ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODS_HEAD = (
    f'<o:d xmlns:o="{ODF}:office:1.0" xmlns:t="{ODF}:table:1.0" xmlns:x="{ODF}:text:1.0" '
    f'xmlns:s="{ODF}:style:1.0" xmlns:c="urn:org:documentfoundation:names:experimental:calc:xmlns:'
    'calcext:1.0"><s:style s:name="h"><s:table-properties t:display="false"/></s:style>'
)


def ods(*rows: str, before: str = "", manifest: str = "") -> bytes:
    """An OpenDocument of one sheet, behind those in `before`."""
    head = cells("><x:p>name</x:p>", "><x:p>price</x:p>")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        body = f'{before}<t:table t:name="S">{head}{"".join(rows)}</t:table></o:d>'
        packed.writestr("content.xml", ODS_HEAD + body)
        if manifest:
            packed.writestr("META-INF/manifest.xml", manifest)
    return made.getvalue()


def cells(*inner: str) -> str:
    made = "".join(f"<t:table-cell{one}</t:table-cell>" for one in inner)
    return f"<t:table-row>{made}</t:table-row>"


EMPTY = (
    '<t:table-row t:number-rows-repeated="1048574"><t:table-cell '
    't:number-columns-repeated="16384"/></t:table-row>'
)
HIDDEN = f'<t:table t:name="H" t:style-name="h">{cells("><x:p>no</x:p>")}</t:table>'


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (ods(cells('><x:p>a  b<x:s x:c="2"/>c</x:p><x:p>d<x:tab/><x:line-break/></x:p>')),
         [{"name": "a b  c\nd\t\n", "price": ""}]),
        (ods(cells('><o:annotation><x:p>note</x:p></o:annotation><x:p>a</x:p>')),
         [{"name": "a", "price": ""}]),
        (ods(cells('><x:p>a<x:span>b</x:span></x:p>', ' o:value-type="float" o:value="1E3">')),
         [{"name": "ab", "price": "1000"}]),
        (ods(cells(' t:number-columns-repeated="2"><x:p>x</x:p>')), [{"name": "x", "price": "x"}]),
        (ods(cells(' o:value-type="string" c:value-type="error"><x:p>#N/A</x:p>', '><x:p>1</x:p>')),
         [{"name": "", "price": "1"}]),
        (ods('<t:table-row t:number-rows-repeated="2"><t:table-cell><x:p>x</x:p></t:table-cell>'
             "</t:table-row>", EMPTY), [{"name": "x", "price": ""}] * 2),
        (ods(cells(' t:number-rows-spanned="2"><x:p>x</x:p>', "><x:p>1</x:p>"),
             "<t:table-row><t:covered-table-cell/><t:table-cell><x:p>2</x:p></t:table-cell>"
             "</t:table-row>"), [{"name": "x", "price": "1"}, {"name": "x", "price": "2"}]),
        (ods(cells("><x:p>x</x:p>"), before=HIDDEN), [{"name": "x", "price": ""}]),
    ],
)  # fmt: skip
def test_an_open_document_has_the_texts_that_it_shows(
    content: bytes, rows: list[dict[str, str]]
) -> None:
    assert read(content) == rows


def test_a_hidden_sheet_of_an_open_document_is_read_by_name() -> None:
    content = ods(before=HIDDEN)
    assert read(content, sheet="S") == []
    with pytest.raises(PromptError, match="there is no sheet 'X'; it has 'S'; hidden: 'H'"):
        read(content, sheet="X")
    with pytest.raises(PromptError, match="has a password"):
        read(ods(manifest="<manifest:encryption-data/>"))


def test_a_sheet_is_read_as_it_is_unpacked(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 50_000))
    stream = io.BytesIO(package(rows))
    found = sheet_rows(stream, "t.xlsx", ReadOptions(templated=True))
    assert next(found).item == {"name": "2", "price": ""}
    assert sum(1 for _ in found) == 49_997
