"""Tables as shops, feeds and spreadsheets write them: each runs in one command."""

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from copygen.cli.app import app

REAL = Path(__file__).parent / "real"
NAME = "Sell {{ name }}"
CASES = [
    ("shopify.csv", "Sell {{ title }}: {{ body_html }}", "--where Title", 2, "Praewa scarf"),
    ("woocommerce.csv", "Sell {{ Name }}: {{ short_description }}", "--id SKU", 2, "Beanie"),
    ("amazon-flat.txt", "Sell {{ item_name }}: {{ bullet_point1 }}", "", 2, "Bamboo ladle"),
    ("amazon-new.txt", "Sell {{ row['item_name#1.value'] }}", "", 1, "Bamboo ladle"),
    ("merchant.tsv", "Sell {{ title }}", "", 1, "Praewa scarf, red"),
    ("merchant.txt", "Sell {{ title }}", "", 1, "Praewa scarf, red"),
    ("merchant-rss.xml", "Sell {{ title }}: {{ description }}", "", 1, "<b>Silk</b> & more"),
    ("merchant-atom.xml", "Sell {{ title }} at {{ link }}", "", 1, "https://x.test/a1"),
    ("meta-catalogue.csv", "Sell {{ title }}: {{ row['video[0].url'] }}", "", 1, "Praewa scarf"),
    (
        "rakuten-report.csv",
        "{{ 商品名 }} {{ row['CTR(%)'] }}",
        "--encoding shift_jis --header-row 6",
        1,
        "青森りんごジュース",
    ),
    ("line-shopping.csv", "ขาย {{ ชื่อสินค้า }}", "--encoding cp874", 1, "ผ้าพันคอไหม"),
    ("excel-german.csv", "{{ Artikel }} {{ Größe }}", "--encoding cp1252", 1, "Schürze"),
    ("excel-polish.csv", "{{ Nazwa }}", "--encoding cp1250", 1, "Łóżko dębowe"),
    ("excel-russian.csv", "{{ Название }}", "--encoding cp1251", 1, "Шёлковый платок"),
    ("excel-sep.csv", NAME, "", 1, "Praewa scarf"),
    ("excel-unicode.txt", NAME, "", 1, "ผ้าพันคอ"),
    ("excel-trailing.csv", NAME, "", 2, "Praewa scarf"),
    ("google-ads-editor.csv", "{{ headline_1 }}", "", 1, "Hand woven silk"),
    ("google-ads-import.csv", "{{ headline_1 }} {{ path_1 }}", "", 3, "Soft silk"),
    ("google-ads-report.csv", "{{ Keyword }}", "--header-row 3", 2, "silk scarf"),
    ("pandas-index.csv", "{{ title }}: {{ ingredients }}", "", 2, "Pad thai"),
    ("airtable.csv", "{{ Name }}: {{ Notes }}", "", 1, "Soft,\nred"),
    ("notion.csv", "{{ Name }}: {{ Tags }}", "", 1, "silk, red"),
    ("klaviyo.csv", "Dear {{ first_name }}", "--id Email", 1, "Mali"),
    ("mailchimp.csv", "Dear {{ first_name }}", "", 1, "Mali"),
    ("hubspot.csv", "Dear {{ first_name }} of {{ company_name }}", "", 1, "Siam Silk"),
    ("etsy.csv", "{{ TITOLO }}: {{ tipo_variante_1 }}", "", 1, "Colore"),
    ("wix.csv", NAME, "--id handleId", 1, "وشاح حرير"),
    ("magento.csv", NAME, "--id sku", 1, "Duffle bag"),
    ("commercetools.csv", "{{ row['name.en'] }} {{ row['name.de-DE'] }}", "", 1, "Schal"),
    ("akeneo.csv", "{{ row['name-en_US'] }}", "", 1, "Scarf"),
    ("awin.csv", "{{ product_name }}", "", 1, "Scarf"),
    ("affiliate.psv", "{{ NAME }} {{ row['PRICE, USD'] }}", "", 1, "Praewa scarf, red"),
    ("pipes.csv", NAME, "", 2, "Praewa scarf, red"),
    ("japanese.csv", "{{ 商品名 }}", "--id 商品コード", 1, "りんごジュース"),
    ("chinese.csv", "{{ 名称 }}", "--encoding gbk", 1, "真丝围巾"),
    ("korean.csv", "{{ 이름 }}", "--encoding euc-kr", 1, "실크 스카프"),
    ("recipes.json", NAME, "", 2, "Praewa scarf"),
    ("menu.json#catalog.items", NAME, "", 2, "Praewa scarf"),
    ("kibo.jsonl", "{{ content.productName }} {{ price.price }}", "", 1, "Praewa scarf"),
    ("nulls.ndjson", NAME, "", 2, "Praewa scarf"),
    ("batch.jsonl", None, "", 1, ""),
    ("promptfoo.csv", "{{ name }} in {{ language }}", "", 1, "Praewa scarf"),
    ("promptfoo.json", NAME, "", 1, "Praewa scarf"),
    ("prompts.csv", None, "", 1, "Write a slogan for silk, please"),
    ("damaged.csv", NAME, "--bad-rows skip", 4, "Praewa scarf"),
    ("barcodes.csv.gz", "{{ name }} {{ ean }}", "--id ean", 1, "0012345678905"),
    ("products.jsonl.zst", NAME, "", 1, "Praewa scarf"),
    ("shop.xlsx", "{{ ชื่อสินค้า }} {{ Double }}", "--id SKU", 1, "ผ้าพันคอไหม"),
    ("libreoffice.ods", "{{ 商品名 }} {{ price }}", "--id รหัส", 2, "12.50 €"),
    ("libreoffice.xlsx", "{{ 商品名 }} {{ วันที่ }}", "--sheet 2", 2, "1 พฤษภาคม 2026"),
    ("libreoffice.xls", "{{ 商品名 }} {{ day }}", "--sheet 2", 2, "2026-05-01 13:30"),
    ("ebay-file-exchange.csv", "{{ title }} {{ c_brand }}", "", 1, "Silk scarf"),
    ("ebay-drafts.csv", "{{ title }} {{ custom_label_sku }}", "", 1, "Silk scarf"),
    (
        "bigcommerce.csv",
        "{{ product_name }}",
        """--where 'item_type == "Product"'""",
        1,
        "[Sample] Silk scarf",
    ),
    (
        "prestashop.csv",
        "{{ name }} {{ reference }}",
        """--where 'row["Active (0/1)"] == "1"'""",
        1,
        "Foulard en soie",
    ),
    ("squarespace.csv", "{{ title }}", "--where Title", 1, "Silk scarf"),
    ("walmart.csv", "{{ product_name }}", "--id SKU", 1, 'Silk Scarf, 72"'),
    ("rakuten-items.csv", "{{ 商品名 }}", "--encoding cp932", 1, "シルクスカーフ①"),
    ("shopee.csv", "{{ et_title_product_name }}", "--skip-rows 2", 1, "ผ้าพันคอไหม"),
    ("lazada.csv", "{{ product_name_thai }}", "", 1, "ผ้าพันคอไหม"),
    ("matrixify.csv", "{{ metafield_custom_material_single_line_text_field }}", "", 1, "silk"),
    ("google-sheets.tsv", "{{ Product }} {{ Says }}", "", 2, '"Quoted" bag'),
    ("google-forms.csv", "{{ what_is_the_product_one_line }} {{ price }}", "", 1, "Silk scarf"),
    (
        "feed-nested.json#data.catalog.products",
        "{{ title.en }} {{ variants[0].variant_price }}",
        "",
        1,
        "Silk scarf",
    ),
    ("crlf-bom.jsonl", NAME, "", 2, "Silk scarf"),
    ("heureka.xml", "{{ PRODUCTNAME }}", "", 1, "Hedvábný šátek"),
    ("yandex-market.xml", "{{ name }} {{ price }}", "", 1, "Шёлковый шарф"),
    ("own-feed.xml#line", "{{ what }}", "", 2, "Silk scarf"),
    ("text-called.xls", NAME, "--id SKU", 1, "Silk scarf"),
    (
        "excel-decimal-commas.csv",
        "{{ bezeichnung }} {{ preis }}",
        "--where 'preis | float > 100'",
        1,
        "1.290,00",
    ),
    ("salla.csv", "{{ أسم_المنتج }}", "", 1, "وشاح حرير"),
    ("hindi.csv", "{{ उत्पाद_नाम }}", "", 1, "रेशमी दुपट्टा"),
    ("right-to-left-marks.csv", "{{ product_name }} {{ منتج }} {{ price }}", "", 1, "وشاح"),
    ("promptfoo-more.csv", NAME, "", 1, "Silk scarf"),
    ("products.parquet", "{{ name }} {{ price }}", "", 2, "Praewa scarf"),
]


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("table", "wording", "options", "count", "value"), CASES, ids=[case[0] for case in CASES]
)
def test_a_real_table_runs_in_one_command(
    tmp_path: Path, table: str, wording: str | None, options: str, count: int, value: str
) -> None:
    results = tmp_path / "r.jsonl"
    command = ["run", f"{REAL}/{table}", "-p", "simulator", "-q", "-o", str(results)]
    if wording is not None:
        (tmp_path / "w.yaml").write_text(f"prompt: {json.dumps(wording)}\n", "utf-8")
        command += ["-t", str(tmp_path / "w.yaml")]
    done = CliRunner().invoke(app, [*command, *shlex.split(options)])
    assert done.exit_code == 0, done.output
    records = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    assert [record["status"] for record in records] == ["ok"] * count
    values = [text for record in records for text in map(str, record["input"].values())]
    assert any(value in text for text in values) or not value


def test_there_is_a_case_for_each_file() -> None:
    made = {path.name for path in REAL.iterdir() if path.suffix not in (".py", ".pyc")}
    assert made - {"__pycache__"} == {case[0].partition("#")[0] for case in CASES}
