"""Each format read by a reader that is not ours, and the traps of its target."""

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import yaml
from python_calamine import CalamineWorkbook

from copygen.delivery import formats
from copygen.errors import UsageError
from copygen.models import Result
from copygen.results.decisions import Decision, DecisionLog, State
from tests.support.exports import Exports
from tests.support.records import ENDED, result, write

THAI = "ผ้าพันคอไหมแพรวา"
ADS = {
    "headline": [THAI, "Woven by hand", 'A "gift", with a story'],
    "description": ["Pure silk from Kalasin.", "ไหมแท้ ทอมือ, ทุกผืนไม่ซ้ำกัน"],
    "path": ["ไหม", "gift"],
}
CAMPAIGN = {"campaign": "TH Silk", "Ad_Group": "Scarves", "url": "https://shop.example/s"}


def ad(id_: str = "r-scarf/Thai", item: Mapping[str, Any] = CAMPAIGN, **texts: Any) -> Result:
    return result(id_, text=None, data={**ADS, **texts}, input={"name": "x", **item})


def product(id_: str = "scarf", item: Mapping[str, Any] | None = None, **texts: Any) -> Result:
    given = {"title": "Praewa scarf: hand-woven", "description": "one\n\ntwo & three"}
    own = {"sku": "00123", "handle": "praewa-scarf", "Option1 Name": "Title"}
    data = {**given, **texts}
    return result(id_, text=None, data=data, input={**own, **(item or {})})


class Tables(Exports):
    """Tables that are tables."""

    def table(self, name: str, *records: Result, **fields: Any) -> list[dict[str, str]]:
        """As Python's csv reads it."""
        spec = formats.spec_of(name)
        path = self(name, *records, **fields)
        text = path.read_bytes().decode(spec.encoding)
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=spec.delimiter))


@pytest.fixture
def exports(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


def refused(exports: Tables, name: str, *records: Result, **fields: Any) -> str:
    """Why nothing of it goes out."""
    with pytest.raises(UsageError) as error:
        exports(name, *records, **fields)
    assert sorted(one.name for one in exports.folder.iterdir()) == ["r.jsonl"]
    return str(error.value)


# The data


@pytest.mark.parametrize("name", formats.MODULES)
def test_every_format_says_where_its_rules_are_from_and_how_sure_they_are(name: str) -> None:
    spec = formats.spec_of(name)
    assert spec.title
    assert len(spec.source) > 8
    assert spec.checked.year >= 2026
    assert spec.to_folder or spec.extensions
    assert all(note.endswith(".") for note in spec.notes)
    names = [one.name for one in spec.columns]
    assert len(names) == len(set(names))
    for called in spec.variants.values():
        assert called.keys() <= set(names)


def test_an_ending_means_at_most_one_format() -> None:
    meant: dict[str, str] = {}
    for spec in formats.all_specs():
        for ending in spec.extensions if spec.guess else ():
            assert meant.setdefault(ending, spec.name) == spec.name


# Ad platforms


def test_editor_gets_a_row_an_ad(exports: Exports) -> None:
    (row,) = exports.table("google-ads-editor", ad())
    assert row["Campaign"] == "TH Silk"
    assert row["Ad Group"] == "Scarves"
    assert row["Ad type"] == "Responsive search ad"
    assert [row[f"Headline {n}"] for n in (1, 2, 3)] == ADS["headline"]
    assert [row[f"Description {n}"] for n in (1, 2)] == ADS["description"]
    assert [row["Path 1"], row["Path 2"]] == ADS["path"]
    assert exports.problems == [("headlines", "warning", "Headline")]


@pytest.mark.parametrize("name", ["google-ads-editor", "google-ads-bulk", "microsoft-ads"])
@pytest.mark.parametrize(
    ("texts", "rule", "field"),
    [
        ({"headline": ["one", "two"]}, "count", "Headline"),
        ({"headline": [f"h{n}" for n in range(16)]}, "count", "Headline"),
        ({"description": ["one"]}, "count", "Description"),
        ({"description": [*"abcde"]}, "count", "Description"),
        ({"headline": ["ok", "two", "日" * 16]}, "length", "Headline 3"),
        ({"description": ["fine", "x" * 91]}, "length", "Description 2"),
        ({"headline": ["ok", "two", "Two"]}, "distinct", "Headline"),
        ({"headline": ["ok", "two", "line\nfeed"]}, "one_line", "Headline 3"),
    ],
)
def test_an_ad_that_the_platform_would_refuse_stays_out(
    exports: Tables, name: str, texts: dict[str, Any], rule: str, field: str
) -> None:
    rows = exports.table(name, ad("bad", **texts), ad("good"))
    assert len(rows) == (2 if name == "microsoft-ads" else 1)
    told = {(one, place.split(" ")[0]) for one, grade, place in exports.problems
            if grade == "error" and place}  # fmt: skip
    assert told == {(rule, field.split(" ")[0])}
    assert exports.exported.exit_code == 3


@pytest.mark.parametrize(
    ("name", "text"), [("google-ads-editor", "[]"), ("microsoft-ads", "delete_value")]
)
def test_a_text_that_would_erase_something_stays_out(exports: Tables, name: str, text: str) -> None:
    headlines = ["one", "two", f" {text}"]
    exports(name, ad("bad", headline=headlines), ad("good"))
    assert ("reserved", "error") in [one[:2] for one in exports.problems]
    assert [one.id for one in exports.exported.tally.left_out] == ["bad"]


def test_what_fills_no_needed_column_is_refused_with_the_way_out(exports: Exports) -> None:
    told = refused(exports, "google-ads-editor", ad(item={"url": "https://x.example"}))
    assert "'Campaign'" in told
    assert "'Ad Group'" in told
    assert "--set" in told
    values = {"campaign": "C", "Ad Group": "G", "Labels": "copygen"}
    (row,) = exports.table("google-ads-editor", values=values)
    assert (row["Campaign"], row["Ad Group"], row["Labels"]) == ("C", "G", "copygen")
    assert "did you mean 'Campaign'?" in refused_again(exports, {**values, "Campain": "x"})


def refused_again(exports: Tables, values: dict[str, str]) -> str:
    with pytest.raises(UsageError) as error:
        exports("google-ads-editor", values=values)
    return str(error.value)


@pytest.mark.parametrize(
    ("column", "told"),
    [("Headline 1 position", None), ("Mobile final URL", None), ("Custom column", None),
     ("Headlin 1", "Headline 1"), ("Ad Groups", "Ad Group"), ("Final URLs", "Final URL")],
)  # fmt: skip
def test_a_column_that_only_the_user_knows_is_added_and_a_misspelt_one_is_told(
    exports: Tables, column: str, told: str | None
) -> None:
    if told is None:
        (row,) = exports.table("google-ads-editor", ad(), values={column: "1"})
        assert row[column] == "1"
    else:
        assert f"mean '{told}'?" in refused(exports, "google-ads-editor", ad(), values={column: ""})


def test_an_update_repeats_what_is_live_and_takes_away_what_is_gone(exports: Exports) -> None:
    exports("google-ads-editor", ad("a"), ad("new later"), out="first.csv")
    manifest = exports.folder / "first.csv.manifest.json"
    write(exports.results, [
        ad("a", headline=["Silk of the loom", "Woven by hand", "Third"], path=["ไหม"]),
        ad("b"),
    ])  # fmt: skip
    rows = exports.table("google-ads-editor", replaces=manifest)
    first, second = rows
    assert first["Headline 1"] == "Silk of the loom"
    assert first["Headline 1#Original"] == THAI
    assert first["Headline 2#Original"] == first["Headline 2"] == "Woven by hand"
    assert (first["Path 2"], first["Path 2#Original"]) == ("[]", "gift")
    assert "Campaign#Original" not in first
    assert second["Headline 1#Original"] == ""
    header = list(first)
    assert header.index("Headline 1#Original") == header.index("Headline 1") + 1


def test_an_update_can_take_what_is_live_from_the_records_of_then(exports: Exports) -> None:
    earlier = exports.folder / "r.jsonl.superseded.jsonl"
    write(earlier, [ad("a", headline=["older", "b", "c"]), ad("a", headline=["old", "b", "c"])])
    (row,) = exports.table("google-ads-editor", ad("a"), replaces=earlier)
    assert (row["Headline 1"], row["Headline 1#Original"]) == (THAI, "old")
    exports("csv", out="plain.csv")
    with pytest.raises(UsageError, match="of an export as 'csv'"):
        exports("google-ads-editor", replaces=exports.folder / "plain.csv.manifest.json")


def test_the_web_takes_other_headers(exports: Exports) -> None:
    (row,) = exports.table("google-ads-bulk", ad())
    assert (row["Row Type"], row["Action"], row["Ad group"]) == ("Ad", "Add", "Scarves")
    assert "Status" not in row


def test_microsoft_gets_its_version_lists_and_the_id_that_comes_back(exports: Exports) -> None:
    path = exports("microsoft-ads", ad())
    assert path.read_bytes().startswith(b"\xef\xbb\xbfType,")
    version, row = exports.table("microsoft-ads")
    assert (version["Type"], version["Name"]) == ("Format Version", "6.0")
    assert {value for name, value in version.items() if name not in ("Type", "Name")} == {""}
    assert [one["text"] for one in json.loads(row["Headline"])] == ADS["headline"]
    assert [one["text"] for one in json.loads(row["Description"])] == ADS["description"]
    assert row["Client Id"] == "r-scarf/Thai"
    assert row["Id"] == ""


def test_meta_gets_further_texts_in_columns_of_their_own(exports: Exports) -> None:
    item = {**CAMPAIGN, "ad_set": "Gift"}
    texts = {"primary_text": ["one", "two", "three"]}
    (row,) = exports.table("meta-ads", ad(item=item, **texts))
    assert (row["Title"], row["Additional Title 1"], row["Additional Title 2"]) == tuple(
        ADS["headline"]
    )
    assert [row["Body"], row["Additional Body 1"], row["Additional Body 2"]] == [
        "one",
        "two",
        "three",
    ]
    assert row["Link Description"] == ADS["description"][0]
    assert "Additional Title 3" not in row


@pytest.mark.parametrize("name", ["tiktok-ads"])
def test_columns_that_nobody_knows_are_not_guessed(exports: Tables, name: str) -> None:
    assert "--template" in refused(exports, name, ad())


def test_the_users_own_template_is_filled_by_name_and_nothing_else_is_touched(
    exports: Tables,
) -> None:
    template = exports.folder / "template.csv"
    lines = ["広告名;Ad text;Budget;X", 'alt;bleibt;"1;5";=1+1', "r-scarf;?;20;y"]
    template.write_bytes("\ufeff".encode() + "\r\n".join(lines).encode() + b"\r\n")
    fills = {"map": {"headline_2": "Ad text"}, "values": {"広告名": "neu"}}
    path = exports("tiktok-ads", ad(), template=template, **fills)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [
        ["広告名", "Ad text", "Budget", "X"], ["alt", "bleibt", "1;5", "=1+1"],
        ["r-scarf", "?", "20", "y"], ["neu", "Woven by hand", "", ""],
    ]  # fmt: skip
    assert b"\r\n" in content
    with pytest.raises(UsageError, match="no column 'Ad texts'; did you mean 'Ad text'"):
        exports("tiktok-ads", template=template,
                map={"headline_2": "Ad text"}, values={"Ad texts": "x"})  # fmt: skip


def test_a_text_that_the_template_has_no_column_for_keeps_its_row_out(exports: Exports) -> None:
    template = exports.folder / "meta.csv"
    template.write_text("Ad Name\tTitle\tAdditional Title 1\tBody\n")
    texts = {"primary_text": "p"}
    exports("meta-ads", ad("a", **texts), ad("b", headline=["x", "y"], **texts), template=template)
    assert exports.problems == [("not_in_template", "error", "Additional Title 2")]
    assert (exports.folder / "out.csv").read_text().splitlines()[1:] == ["b\tx\ty\tp"]


def test_hand_overs_say_that_nobody_imports_them(exports: Exports) -> None:
    (row,) = exports.table(
        "linkedin-ads", ad(), map={"headline_1": "Headline", "description_2": "Description"}
    )
    assert row["Headline"] == THAI
    assert row["Destination URL"] == "https://shop.example/s"
    assert not formats.spec_of("linkedin-ads").importable


def test_chatgpt_ads_have_room_for_little(exports: Exports) -> None:
    long = ad("long", title="x" * 51, copy="fine")
    short = ad("short", title="xy", copy="fine")
    (row,) = exports.table("chatgpt-ads", long, short, ad("ok", title="Silk scarf", copy="c" * 100))
    assert row["Title"] == "Silk scarf"
    assert [one[0] for one in exports.problems] == ["length", "length"]


# Shops


def test_merchant_center_is_told_that_a_model_wrote_it(exports: Exports) -> None:
    (row,) = exports.table("google-merchant", product(title='The "Praewa": silk'))
    assert row["id"] == "00123"
    assert row["structured_title"] == 'trained_algorithmic_media:"The ""Praewa"": silk"'
    assert exports.problems == []
    exports("google-merchant", product(item={"title": "Scarf", "description": ""}))
    assert exports.problems == [("plain_wins", "warning", "title")]


@pytest.mark.parametrize(
    ("texts", "item", "rule"),
    [
        ({"title": "x" * 151}, {}, "length"),
        ({"description": "x" * 5001}, {}, "length"),
        ({}, {"sku": ""}, "needed"),
        ({}, {"sku": "x" * 51}, "length"),
        ({}, {"sku": "00124"}, "key"),
    ],
)
def test_what_merchant_center_would_refuse_stays_out(
    exports: Tables, texts: dict[str, Any], item: dict[str, str], rule: str
) -> None:
    good = product("good", item={"sku": "00124"})
    rows = exports.table("google-merchant", good, product("bad", item=item, **texts))
    assert [row["id"] for row in rows] == ["00124"]
    assert [one[0] for one in exports.problems] == [rule]


def test_the_xml_feed_is_xml_and_its_texts_are_exact(exports: Exports) -> None:
    title = 'Silk & <gold> "thread" ]]> ผ้า 🧣'
    path = exports("google-merchant-xml", product(title=title),
                   product("bad", item={"sku": "1"}, title="bell \x07"),
                   out="feed.xml")  # fmt: skip
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 - ours
    name = "{http://base.google.com/ns/1.0}"
    (item,) = root.iter("item")
    wrapped = item.find(f"{name}structured_title")
    assert wrapped is not None
    assert wrapped.findtext(f"{name}content") == title
    assert wrapped.findtext(f"{name}digital_source_type") == "trained_algorithmic_media"
    assert item.findtext(f"{name}id") == "00123"
    assert exports.problems == [("xml", "error", "structured_title")]


def test_shopify_gets_the_handle_and_texts_of_products_without_variants(exports: Exports) -> None:
    html = "a <b>b</b> <img src=x onerror=y> & <script>z()</script>"
    rows = exports.table(
        "shopify",
        product(),
        product("red", item={"handle": "tee", "Option1 Name": "Color", "Option1 Value": "Red"}),
        product("again", item={}),
        product("html", item={"handle": "Praewa-Scarf"}, description=html),
    )
    assert [row["URL handle"] for row in rows] == ["praewa-scarf", "Praewa-Scarf"]
    assert rows[0]["Description"] == "<p>one</p><p>two &amp; three</p>"
    assert "<script" not in rows[1]["Description"]
    assert "<b>" not in rows[1]["Description"]
    assert {(one.id, one.rule) for one in exports.exported.tally.problems} == {
        ("red", "variants"), ("again", "key"),
    }  # fmt: skip
    (old,) = exports.table("shopify", product(), variant="old")
    assert (old["Handle"], old["Body (HTML)"]) == ("praewa-scarf", rows[0]["Description"])


def test_an_empty_cell_would_take_a_text_away_from_the_shop(exports: Exports) -> None:
    whole = product("a", seo_title="S")
    rows = exports.table("shopify", whole, product("b", item={"handle": "b"}))
    assert [row["URL handle"] for row in rows] == ["praewa-scarf"]
    assert exports.problems == [("empty", "error", "SEO title")]


def test_a_row_that_stays_out_takes_no_key_and_no_place(exports: Exports) -> None:
    bad = product("bad", title="x" * 151)
    rows = exports.table("google-merchant", bad, product("good"))
    assert [row["id"] for row in rows] == ["00123"]
    assert [one.id for one in exports.exported.tally.left_out] == ["bad"]


def test_whether_there_are_variants_is_asked_where_nobody_says(exports: Exports) -> None:
    bare = result("a", text=None, data={"title": "x"}, input={"handle": "a"})
    exports("shopify", bare)
    assert exports.problems == [("variants", "warning", "Option1 Name")]


def test_the_shops_own_export_is_filled_at_the_first_row_of_a_handle(exports: Exports) -> None:
    template = exports.folder / "export.csv"
    template.write_text(
        "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant Price\n"
        'praewa-scarf,Old,"<p>old</p>",Color,Red,10\npraewa-scarf,,,,Blue,12\nother,Keep,,,,1\n'
    )
    rows = [
        product(item={"Option1 Name": "Color"}),
        product("gone", item={"handle": "nowhere", "Option1 Name": "Title"}),
    ]
    found = exports.table("shopify", *rows, template=template)
    assert [(one["Handle"], one["Title"], one["Option1 Value"]) for one in found] == [
        ("praewa-scarf", "Praewa scarf: hand-woven", "Red"),
        ("praewa-scarf", "", "Blue"),
        ("other", "Keep", ""),
    ]
    assert found[0]["Body (HTML)"] == "<p>one</p><p>two &amp; three</p>"
    assert exports.problems == [("not_in_template", "error", "Handle")]


@pytest.mark.parametrize(
    ("text", "written"),
    [("=now", "'=now"), ("+66 2", "'+66 2"), ("-20 %", "'-20 %"), ("@shop", "'@shop"),
     ("\ttab", "\ttab"), ("plain", "plain"), ("'quoted'", "'quoted'")],
)  # fmt: skip
def test_woocommerce_takes_its_own_apostrophe_off_again(
    exports: Tables, text: str, written: str
) -> None:
    (row,) = exports.table("woocommerce", product(title=text))
    assert row["Name"] == written
    undone = written[1:] if written[:2] in ("'=", "'+", "'-", "'@") else written
    assert undone == text


@pytest.mark.parametrize(("text", "rule"), [("'=x", "apostrophe"), ("a\\nb", "line_feed")])
def test_what_woocommerce_would_change_stays_out(exports: Tables, text: str, rule: str) -> None:
    assert "none of it" in refused(exports, "woocommerce", product(title=text))
    exports("woocommerce", product("a", title=text), product("b", item={"sku": "2"}))
    assert [one[0] for one in exports.problems] == [rule]


def test_woocommerce_names_the_columns_of_the_plug_in(exports: Exports) -> None:
    (row,) = exports.table("woocommerce", product(seo_title="S"), variant="rank_math")
    assert row["Meta: rank_math_title"] == "S"
    with pytest.raises(UsageError, match="there are: rank_math"):
        exports("woocommerce", variant="yoest")


KEYS = {
    "contribution_sku#1.value": "sku",
    "item_name[marketplace_id=A1PA6795UKMFR9][language_tag=de_DE]#1.value": "title",
    "bullet_point[marketplace_id=A1PA6795UKMFR9][language_tag=de_DE]#1.value": "b1",
    "bullet_point[marketplace_id=A1PA6795UKMFR9][language_tag=de_DE]#2.value": "b2",
    "brand[marketplace_id=A1PA6795UKMFR9]#1.value": "brand",
}


def amazon_template(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Instructions"
    sheet = book.create_sheet("Template")
    for row, cells in ((1, ["settings=x"]), (4, list(KEYS.values())), (5, list(KEYS))):
        for column, text in enumerate(cells, 1):
            sheet.cell(row, column).value = text
    sheet.cell(8, 1).value = "00123"
    sheet.cell(8, 5).value = "Praewa"
    sheet.cell(8, 5).font = openpyxl.styles.Font(bold=True)
    book.save(path)


def test_amazons_template_is_filled_by_attribute_key(exports: Exports) -> None:
    template = exports.folder / "t.xlsx"
    amazon_template(template)
    texts = {"bullets": ["=Reine Seide", "zwei"]}
    exports("amazon", product(**texts), product("new", item={"sku": "00124"}, **texts),
            out="out.xlsx", template=template)  # fmt: skip
    sheet = CalamineWorkbook.from_path(str(exports.folder / "out.xlsx")).get_sheet_by_name(
        "Template"
    )
    rows = sheet.to_python(skip_empty_area=False)
    assert rows[4] == list(KEYS)
    assert rows[7] == ["00123", "Praewa scarf: hand-woven", "=Reine Seide", "zwei", "Praewa"]
    assert rows[8][:4] == ["00124", "Praewa scarf: hand-woven", "=Reine Seide", "zwei"]
    book = openpyxl.load_workbook(exports.folder / "out.xlsx")
    assert book.sheetnames == ["Instructions", "Template"]
    assert book["Template"].cell(8, 5).font.bold
    assert book["Template"].cell(8, 3).data_type == "s"


def test_macros_stay_and_a_text_that_no_cell_holds_keeps_its_row_out(exports: Exports) -> None:
    template, macros = exports.folder / "t.xlsm", exports.folder / "vba.bin"
    macros.write_bytes(b"macros" * 100)
    book = xlsxwriter.Workbook(str(template))
    sheet = book.add_worksheet("Template")
    for column, name in enumerate(KEYS):
        sheet.write_string(4, column, name)
    book.add_vba_project(str(macros))
    book.close()
    rows = [
        product("a", title="x _x000D_ <y>"),
        product("b", item={"sku": "2"}, title="bell \x07"),
        product("c", item={"sku": "3"}, title="x" * 32_768),
    ]
    path = exports("amazon", *rows, out="out.xlsm", template=template)
    with zipfile.ZipFile(path) as package:
        assert package.read("xl/vbaProject.bin") == macros.read_bytes()
    found = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert found[-1][:2] == ["00123", "x _x000D_ <y>"]
    assert [one for one in exports.problems if one[1] == "error"] == [
        ("cell", "error", [*KEYS][1]), ("cell", "error", [*KEYS][1]),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-16", "cp932"])
@pytest.mark.parametrize("sign", [";", "\t", "|", ","])
def test_a_template_keeps_its_encoding_and_its_signs(
    exports: Tables, encoding: str, sign: str
) -> None:
    template = exports.folder / "t.csv"
    text = f"# a note, with, many, commas\nAd text{sign}備考\n旧{sign}1\n"
    template.write_bytes(text.encode(encoding))
    asked = {"map": {"title": "Ad text"}, "values": {"備考": "a,b;c|d\te"}}
    given = encoding if encoding == "cp932" else None
    path = exports("tiktok-ads", product("a", title="絹"), product("b", title="ผ้า 😀"),
                   template=template, encoding=given, **asked)  # fmt: skip
    content = path.read_bytes().decode(encoding)
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=sign))
    assert [row[:2] for row in rows[1:4]] == [
        ["Ad text", "備考"], ["旧", "1"], ["絹", "a,b;c|d\te"],
    ]  # fmt: skip
    left = [one.id for one in exports.exported.tally.left_out]
    assert left == (["b"] if encoding == "cp932" else [])


def test_without_a_template_amazon_gets_a_hand_over_and_a_long_title_is_told(
    exports: Tables,
) -> None:
    (row,) = exports.table("amazon", product(title="x" * 80, keywords=["silk", "ผ้าไหม"]))
    assert row["item_name#1.value"] == "x" * 80
    assert row["generic_keyword#1.value"] == "silk ผ้าไหม"
    assert exports.problems == [("length", "warning", "item_name#1.value")]
    with pytest.raises(UsageError, match=r"name it \.csv"):
        exports("amazon", out="out.xlsx")
    exports("amazon", product(keywords=["ผ้า" * 30]), product("ok", item={"sku": "1"}))
    assert ("length", "error", "generic_keyword#1.value") in exports.problems


def test_a_template_of_another_kind_is_no_csv(exports: Exports) -> None:
    template = exports.folder / "t.csv"
    template.write_text("foo,bar\n1,2\n")
    write(exports.results, [product()])
    with pytest.raises(UsageError, match="none of its columns"):
        exports("shopify", template=template)
    (exports.folder / "t.xlsx").write_bytes(b"no workbook")
    with pytest.raises(UsageError, match="no workbook"):
        exports("amazon", template=exports.folder / "t.xlsx", out="o.xlsx")


def test_mails_keep_their_merge_tags(exports: Exports) -> None:
    body = "สวัสดี {{ first_name|default:'' }},\n\nsilk & <3 *|FNAME|*"
    data = {"subject": "ของขวัญ", "preheader": "p", "body": body}
    (row,) = exports.table("klaviyo", result("r-1", text=None, data=data))
    assert row == {
        "id": "r-1", "subject": "ของขวัญ", "preheader": "p", "text": row["text"],
        "html": "<p>สวัสดี {{ first_name|default:'' }},</p><p>silk &amp; &lt;3 *|FNAME|*</p>",
    }  # fmt: skip
    assert "{{ first_name|default:'' }}" in row["text"]


# For programs and people


def test_a_workbook_for_machines_holds_texts_as_texts(exports: Exports) -> None:
    nasty = [
        "=1+1",
        "00123",
        "1E5",
        "3/4",
        "TRUE",
        "@x",
        "a\nb",
        "_x000D_",
        "#N/A",
        "http://x.y",
        THAI,
    ]
    item = {"id_number": "740956731234", "price": 2500, "gtin": 12345678901234567890}
    path = exports("xlsx", result("7e3/4", text=None, data={"h": nasty}, input=item), out="o.xlsx")
    header, row = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    cells = dict(zip(header, row, strict=True))
    assert [cells[f"h_{n}"] for n in range(1, len(nasty) + 1)] == nasty
    assert (cells["id"], cells["id_number"], cells["price"]) == ("7e3/4", "740956731234", 2500)
    assert cells["gtin"] == "12345678901234567890"


def test_a_text_longer_than_a_cell_stays_out(exports: Exports) -> None:
    exports("xlsx", result("a", text="x" * 32_768), result("b", text="x" * 32_767), out="o.xlsx")
    assert [one.id for one in exports.exported.tally.left_out] == ["a"]


def test_parquet_has_the_same_columns_whatever_comes_first(exports: Exports) -> None:
    first = result("a", text=None, data={"headline": [], "body": "b"}, input={})
    second = result("b", text=None, data={"headline": ["x", THAI]}, input={"price": "390"})
    path = exports("parquet", first, second, out="o.parquet")
    rows = pq.read_table(path).to_pylist()
    assert [row["headline"] for row in rows] == [[], ["x", THAI]]
    assert json.loads(rows[1]["item"]) == {"price": "390"}
    assert rows[1]["texts"][1] == {
        "field": "headline", "number": 2, "text": THAI, "state": "draft", "model_text": THAI,
    }  # fmt: skip
    assert rows[0]["cost_usd"] == Decimal("0.0000126").quantize(Decimal("1e-9"))
    assert rows[0]["created_at"] == ENDED


def test_sqlite_has_every_text_with_what_stands_of_it(exports: Exports) -> None:
    write(exports.results, [result("a", text="old")])
    edit = Decision(id="a", key="k1", state=State.EDITED, text="mine", at=ENDED, via="page")
    DecisionLog(exports.results).append([edit])
    path = exports("sqlite", out="o.sqlite")
    with sqlite3.connect(path) as database:
        found = database.execute(
            "SELECT r.id, t.field, t.number, t.text, t.state, t.model_text, r.cost_usd "
            "FROM records r JOIN texts t USING (id)"
        ).fetchall()
    database.close()
    assert found == [("a", "text", 1, "mine", "edited", "old", "0.0000126")]


def test_front_matter_comes_back_as_it_was(exports: Exports) -> None:
    odd = {"flag": "no", "time": "3:20", "day": "2026-11-28", "tag": "#silk", "at": "@x", "n": 7,
           "colon": "a: b", "quote": "\"'", "blank": " x ", "null": "~"}  # fmt: skip
    data = {"title": "yes", "body": "# Silk\n\n---\nnot front matter"}
    exports("markdown", result("scarf/Thai", text=None, data=data, input=odd),
            result("scarf:Thai", text=None, data=data, input={}), out="pages")  # fmt: skip
    page = (exports.folder / "pages" / "scarf-Thai.md").read_text()
    _, head, body = page.split("---\n", 2)
    values = yaml.safe_load(head)
    assert {name: values[name] for name in odd} == odd
    assert values["title"] == "yes"
    assert values["digital_source_type"].endswith("trainedAlgorithmicMedia")
    assert body == f"{data['body']}\n"
    assert (exports.folder / "pages" / "scarf-Thai-2.md").is_file()


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_nothing_that_a_model_wrote_runs_on_the_page(exports: Exports) -> None:
    hostile = "</dd><script>x()</script><img src=x onerror=y()> & <b>fine</b>"
    path = exports("html", result('a"><script>', text=hostile), out="o.html")
    page = Seen()
    page.feed(path.read_text())
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert hostile in "".join(page.texts)
