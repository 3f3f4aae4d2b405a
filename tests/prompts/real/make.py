"""Makes the small tables beside it, in the shapes in which shops, feeds and sheets write theirs.

    python tests/prompts/real/make.py

All names and texts in them are invented. The workbooks are made by XlsxWriter, Parquet by pyarrow.
Those called `libreoffice` are the sheet of tests/prompts/test_libreoffice.py as LibreOffice 7.4
saved it.
"""

import gzip
import json
from pathlib import Path
from typing import Final

import pyarrow
import pyarrow.parquet
import xlsxwriter
import zstandard

HERE: Final = Path(__file__).parent
SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Variant SKU,"
    "Variant Price,Image Src,SEO Title,Status\r\n"
    'praewa,Praewa scarf,"<p>Silk, hand woven.</p>\n<p>180 cm</p>",Siam,"silk, scarf",true,Colour,'
    "Red,PR-1,89.00,https://x.test/1.jpg,,active\r\n"
    "praewa,,,,,,,Blue,PR-2,89.00,https://x.test/2.jpg,,\r\n"
    'pouch,Silk pouch,"<p>Small ""pouch""</p>",Siam,silk,true,Title,Default Title,PO-1,19.00,,,draft\r\n'
)
WOO = (
    "ID,Type,SKU,Name,Published,Is featured?,Short description,Description,Regular price,"
    "Categories,Attribute 1 name,Attribute 1 value(s)\n"
    '44,simple,woo-1,Beanie,1,0,Warm,"A warm\\nbeanie",18,"Clothing > Accessories",Colour,Red\n'
    '45,variable,woo-2,Hoodie,1,0,Soft,A soft hoodie,45,Clothing > Hoodies,Colour,"Blue, Green"\n'
)
AMAZON = (
    "TemplateType=fptcustom\tVersion=2021.1014\tTemplateSignature=QVBQ\tThe top 3 rows are for "
    "Amazon.com use only.\t\nProduct Type\tSeller SKU\tProduct Name\tBullet Point\t\n"
    "feed_product_type\titem_sku\titem_name\tbullet_point1\tbullet_point2\n"
    "kitchen\tKT-1\tBamboo ladle\tMade of bamboo\tLight\nkitchen\tKT-2\tSteel ladle\t18/10 steel\t\n"
)
AMAZON_NEW = (
    "settings=attributeRow=4&contentLanguageTag=en_US&dataRow=5\t\t\nOffer\t\tDescription\n"
    "SKU\tType\tItem Name\nsku#1.value\tproduct_type#1.value\titem_name#1.value\n"
    "KT-1\tKITCHEN\tBamboo ladle\n"
)
MERCHANT = (
    "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tgoogle_product_category\r\n"
    "A1\tPraewa scarf, red\tSilk; hand woven\thttps://x.test/a1\thttps://x.test/a1.jpg\tin_stock"
    "\t89.00 USD\t177\r\n"
)
META = (
    '"# Required | A unique id, at most 100 signs","# Required | A specific title","# Required | '
    'A short description",# Required | Price,# Optional | Video\n'
    "id,title,description,price,video[0].url\nA1,Praewa scarf,Hand woven,89.00 USD,\n"
)
RAKUTEN = (
    "実行日時: 2026/05/01 09:00\r\nレポート: 商品別\r\n\r\n対象期間: 4月\r\n\r\n"
    "日付,商品管理番号（商品URL）,商品名,CTR(%),売上金額\r\n"
    '2026/04/01,apple-01,青森りんごジュース,1.25,"12,800"\r\n'
)
ADS_EDITOR = (
    "Campaign\tAd Group\tHeadline 1\tDescription Line 1\tFinal URL\n"
    "Silk\tScarves\tHand woven silk\tSoft scarves from Siam\thttps://x.test\n"
)
ADS_RAGGED = (
    "Campaign,Ad Group,Headline 1,Headline 2,Path 1,Path 2\nSilk,Scarves,Soft silk,Hand woven,a,b\n"
    "Silk,Pouches,Silk pouch,Small\nSilk,Ties,Silk tie,Fine\n"
)
NAMES = [{"name": "Praewa scarf", "price": 89}, {"name": "Silk pouch", "price": 19.5}]
RSS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" '
    'version="2.0"><channel><title>Siam</title><link>https://x.test</link>\n<item><g:id>A1</g:id>'
    "<g:title>Praewa scarf</g:title><g:description><![CDATA[<b>Silk</b> & more]]></g:description>"
    "<g:price>89.00 USD</g:price></item>\n</channel></rss>\n"
)
ATOM = (
    '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:g="http://base.google.com/ns/1.0"><title>Siam</title>\n<entry><title>Praewa scarf</title>'
    '<link href="https://x.test/a1"/><g:id>A1</g:id><g:price>89.00 USD</g:price></entry></feed>\n'
)
BATCH = {
    "custom_id": "A1",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": "m", "messages": [{"role": "user", "content": "A slogan for silk"}]},
}
PRODUCT = {"productCode": "A1", "content": {"productName": "Praewa scarf"}, "price": {"price": 89}}
MENU = {"brand": "Siam", "catalog": {"version": 2, "items": NAMES}}
TEXTS: Final[dict[str, str | bytes]] = {
    "shopify.csv": SHOPIFY,
    "woocommerce.csv": "\ufeff" + WOO,
    "amazon-flat.txt": AMAZON,
    "amazon-new.txt": AMAZON_NEW,
    "merchant.tsv": MERCHANT,
    "merchant.txt": MERCHANT,
    "merchant-rss.xml": RSS,
    "merchant-atom.xml": ATOM,
    "meta-catalogue.csv": META,
    "rakuten-report.csv": RAKUTEN.encode("cp932"),
    "line-shopping.csv": "รหัสสินค้า,ชื่อสินค้า,ราคา (บาท)\r\n001,ผ้าพันคอไหม,890\r\n".encode("cp874"),
    "excel-german.csv": "Artikel;Größe;Preis\r\nSchürze;XL;19,90\r\n".encode("cp1252"),
    "excel-polish.csv": "Nazwa;Cena\r\nŁóżko dębowe;1999,00\r\n".encode("cp1250"),
    "excel-russian.csv": "Название;Цена\r\nШёлковый платок;2500\r\n".encode("cp1251"),
    "excel-sep.csv": "sep=;\r\nname;price\r\nPraewa scarf;89,00\r\n",
    "excel-unicode.txt": "name\tprice\r\nผ้าพันคอ\t890\r\n".encode("utf-16"),
    "excel-trailing.csv": "name,price,,\r\nPraewa scarf,89,,\r\nSilk pouch,19,,\r\n",
    "google-ads-editor.csv": ADS_EDITOR.encode("utf-16"),
    "google-ads-import.csv": ADS_RAGGED,
    "google-ads-report.csv": 'Keyword report\n"May 1, 2026 - May 31, 2026"\nKeyword,Clicks,CTR\n'
    "silk scarf,12,1.5%\nsilk tie,7,1.1%\n",
    "pandas-index.csv": ",title,ingredients\n0,Pad thai,noodles\n1,Tom yum,shrimp\n",
    "airtable.csv": '\ufeffName,Notes,Status,Attachments\nPraewa scarf,"Soft,\nred",Todo,a.jpg (https://x.test/a)\n',
    "notion.csv": '\ufeffName,Created time,Tags\nPraewa scarf,"May 1, 2026 9:00 AM","silk, red"\n',
    "klaviyo.csv": "Email,First Name,Last Name,Total Customer Lifetime Value\na@x.test,Mali,Suk,120.50\n",
    "mailchimp.csv": "Email Address,First Name,MEMBER_RATING,OPTIN_TIME\na@x.test,Mali,2,2026-05-01 09:00:00\n",
    "hubspot.csv": "Record ID,First Name,Company Name\n101,Mali,Siam Silk\n",
    "etsy.csv": 'TITOLO,DESCRIZIONE,PREZZO,TIPO VARIANTE 1\n"Tazza","Fatta a mano,\nin ceramica",25,Colore\n',
    "wix.csv": "handleId,fieldType,name,description,price\np_1,Product,وشاح حرير,<p>ناعم</p>,89\n",
    "magento.csv": "sku,store_view_code,product_type,name,short_description,price\n24-MB01,,simple,Duffle bag,<p>Big</p>,34.0\n",
    "commercetools.csv": "key,name.en,name.de-DE,description.en,variants.sku\na,Scarf,Schal,Soft,A1\n",
    "akeneo.csv": "sku;name-en_US;description-en_US-ecommerce;price-EUR\nA1;Scarf;Soft;89\n",
    "awin.csv": "aw_deep_link,product_name,aw_product_id,merchant_product_id,search_price\nhttps://x.test,Scarf,1,A1,89\n",
    "affiliate.psv": "SKU|NAME|PRICE, USD\nA1|Praewa scarf, red|89.00\n",
    "pipes.csv": "id|name|price\n1|Praewa scarf, red|89\n2|Silk pouch|19\n",
    "japanese.csv": "\ufeff商品コード,商品名,説明\n001,りんごジュース,青森県産\n",
    "chinese.csv": "名称,说明\n真丝围巾,手工制作的真丝围巾，轻柔保暖\n".encode("gb18030"),
    "korean.csv": "이름,설명\n실크 스카프,부드러운 스카프입니다\n".encode("cp949"),
    "recipes.json": json.dumps(NAMES),
    "menu.json": json.dumps(MENU, indent=2),
    "kibo.jsonl": json.dumps(PRODUCT) + "\n",
    "nulls.ndjson": '{"name": "Praewa scarf", "was": null}\n{"name": "Silk pouch", "was": 25}\n',
    "batch.jsonl": json.dumps(BATCH) + "\n",
    "promptfoo.csv": "name,language,__expected\nPraewa scarf,Thai,contains:silk\n",
    "promptfoo.json": json.dumps([{"vars": {"name": "Praewa scarf"}, "assert": []}]),
    "prompts.csv": 'act,prompt\n"Copywriter","Write a slogan for silk, please"\n',
    "damaged.csv": "name\nPraewa scarf\nผ้าไหม\n".encode()
    + b"caf\xe9\nSilk pouch\n"
    + "ผ้า\n".encode(),
    "barcodes.csv.gz": gzip.compress(b"ean,name\n0012345678905,Praewa scarf\n", mtime=0),
    "products.jsonl.zst": zstandard.compress(json.dumps(NAMES[0]).encode() + b"\n"),
}


MORE: Final[dict[str, str | bytes]] = {
    "ebay-file-exchange.csv": "*Action(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8),CustomLabel,*Category,*Title,*C:Brand,*Description,*StartPrice\nAdd,SK-1,15687,Silk scarf,Siam,<p>Soft</p>,45\n",
    "ebay-drafts.csv": "#INFO,Version=0.0.2,Template= eBay-draft-listings-template_US,,\n#INFO Action and Category ID are required fields.,,,,\n#INFO,,,,\nAction(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8),Custom label (SKU),Category ID,Title,Price\nDraft,SK-1,47140,Silk scarf,45\n",
    "bigcommerce.csv": 'Item Type,Product ID,Product Name,Product Code/SKU,Brand Name,Product Description,"Product Image Description - 1"\nProduct,1,[Sample] Silk scarf,S-1,Siam,<p>Soft</p>,x\n  SKU,2,[S]Color=Red,S-1-R,,,\n',
    "prestashop.csv": "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Reference #\n1;1;Foulard en soie;Accueil,Foulards;37.50;R-1\n2;0;Sac;Accueil;19,90;R-2\n",
    "squarespace.csv": '"Product ID [Non Editable]","Variant ID [Non Editable]","Title","Description","Option Value 1","Price"\n"64","65","Silk scarf","<p>Soft</p>","Red","45.00"\n"","66","","","Blue","45.00"\n',
    "walmart.csv": 'SKU,Item ID,Product Name,Lifecycle Status,Price\nW1,123456789012,"Silk Scarf, 72""",ACTIVE,45.0\n',
    "rakuten-items.csv": "コントロールカラム,商品管理番号（商品URL）,商品名,キャッチコピー,販売価格\r\nn,s-1,シルクスカーフ①,秋の新作〜,4500\r\n".encode(
        "cp932"
    ),
    "shopee.csv": "et_title_product_id,et_title_product_name\nProduct ID,Product Name\nmandatory,mandatory\n12345678901,ผ้าพันคอไหม\n",
    "lazada.csv": "Group No,*Product Name(English),*Product Name(Thai),*Price,*Package Weight (kg)\n1,Silk scarf,ผ้าพันคอไหม,990,0.1\n",
    "matrixify.csv": "ID,Handle,Command,Title,Body HTML,Metafield: custom.material [single_line_text_field]\n7777777777777,scarf,UPDATE,Silk scarf,<p>Soft</p>,silk\n",
    "google-sheets.tsv": 'Product\tSays\nSilk scarf\tso "soft" indeed\n"Quoted" bag\tx\n',
    "google-forms.csv": 'Timestamp,"What is the product?\n(one line)",Price 💰\r\n5/1/2026 13:30:00,Silk scarf,45\r\n',
    "feed-nested.json": json.dumps(
        {
            "data": {
                "catalog": {
                    "products": [
                        {
                            "id": 1,
                            "title": {"en": "Silk scarf"},
                            "variants": [{"Variant Price": "4.50"}],
                        }
                    ]
                }
            }
        }
    ),
    "crlf-bom.jsonl": '\ufeff{"id":"1","name":"Silk scarf"}\r\n\r\n{"id":"2","name":"Bag"}\r\n',
    "heureka.xml": "<SHOP><SHOPITEM><ITEM_ID>A1</ITEM_ID><PRODUCTNAME>Hedvábný šátek</PRODUCTNAME></SHOPITEM></SHOP>\n",
    "yandex-market.xml": '<?xml version="1.0" encoding="windows-1251"?><yml_catalog><shop><offers><offer id="12" available="true"><name>Шёлковый шарф</name><price>450</price></offer></offers></shop></yml_catalog>\n'.encode(
        "cp1251"
    ),
    "own-feed.xml": '<stock><line id="1"><what>Silk scarf</what></line><line id="2"><what>Bag</what></line></stock>\n',
    "text-called.xls": "SKU\tname\r\n001\tSilk scarf\r\n",
    "excel-decimal-commas.csv": "Artikelnr.;Bezeichnung;Preis (€)\r\n001;Schal;12,50\r\n002;Tasche;1.290,00\r\n",
    "salla.csv": "النوع,أسم المنتج,سعر المنتج\nمنتج,وشاح حرير,150\n",
    "hindi.csv": 'उत्पाद नाम,मूल्य (₹)\nरेशमी दुपट्टा,"₹1,29,000"\n',
    "right-to-left-marks.csv": "Product\u00a0Name,\u200fمنتج\u200f,Price 🎁\nSilk scarf,وشاح,3\n",
    "promptfoo-more.csv": "name,__expected,__prefix,__description,__threshold,__metric\nSilk scarf,contains:silk,Say:,d,0.5,m\n",
}
"""Of further platforms."""


def workbook(path: Path) -> None:
    """A sheet as a shop keeps it, behind a hidden list."""
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("Lists").hide()
        sheet = made.add_worksheet("สินค้า")
        sheet.activate()
        sheet.write_row(0, 0, ["SKU", "ชื่อสินค้า", "Price", "Double"])
        sheet.write_row(1, 0, ["007", "ผ้าพันคอไหม", 890])
        sheet.write_formula(1, 3, "=C2*2", None, 1780)


def main() -> None:
    """Write all of them."""
    for name, content in (TEXTS | MORE).items():
        (HERE / name).write_bytes(content.encode() if isinstance(content, str) else content)
    workbook(HERE / "shop.xlsx")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(NAMES), HERE / "products.parquet")


if __name__ == "__main__":
    main()
