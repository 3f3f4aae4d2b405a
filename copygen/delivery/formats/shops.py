"""Shops' own product files: Shopify, whose handle says what is overwritten, and WooCommerce."""

from collections.abc import Iterator, Mapping
from typing import Final

from copygen.delivery.columns import cell_text
from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    Format,
    FormatSpec,
    Problem,
)
from copygen.delivery.formats.tables import TableFormat
from copygen.delivery.formats.tables import open_format as open_table
from copygen.delivery.targets import TargetCell, plain_name
from copygen.models import JsonValue, Severity

_OPTIONS: Final = ("option1name", "option1value")
_ONE_VARIANT: Final = ("", "title", "default title")
"""What Shopify writes for a product without variants."""
_APOSTROPHE: Final = "'"
_FORMULAS: Final = frozenset("=+-@")
_UNDONE: Final = "woocommerce"


class ShopifyFormat(TableFormat):
    """Handle and texts, a row for each product; of its variants nothing."""

    _told = False

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """A product with variants would lose them; where nobody knows, that is told once."""
        yield from super().problems(row)
        item = {plain_name(name): value for name, value in row.item.items()}
        if not (self._told or item.keys() & set(_OPTIONS)):
            self._told = True
            told = (
                "whether products have variants is not told; such a file deletes variants, so "
                "--join the shop's own export"
            )
            yield Problem(row.id, "variants", told, Severity.WARNING, "Option1 Name")
        if any(_is_variant(item, name) for name in _OPTIONS):
            told = (
                "the product has variants, which a file without its option columns would delete: "
                "fill the shop's own export with --template"
            )
            yield Problem(row.id, "variants", told, field="Option1 Name")


def _is_variant(item: Mapping[str, JsonValue], name: str) -> bool:
    return cell_text(item.get(name)).strip().casefold() not in _ONE_VARIANT


class WooFormat(TableFormat):
    """The importer takes off an apostrophe before = + - and @, as its exporter puts one there, so
    that no spreadsheet in between runs a formula."""

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """A text that begins with such an apostrophe itself loses it, and a spelled-out line feed
        becomes one: neither can be written otherwise."""
        yield from super().problems(row)
        for cell in self.table.cells(row):
            if cell.text[:1] == _APOSTROPHE and cell.text[1:2] in _FORMULAS:
                told = f"its importer takes the {_APOSTROPHE} before {cell.text[1]} off"
                yield Problem(row.id, "apostrophe", told, field=cell.name)
            if "\\n" in cell.text:
                told = "its importer makes a line feed of a backslash and an n"
                yield Problem(row.id, "line_feed", told, field=cell.name)

    def worded(self, cell: TargetCell) -> str:
        """A cell as the importer reads it."""
        is_formula = cell.text[:1] in _FORMULAS
        return f"{_APOSTROPHE}{cell.text}" if is_formula else cell.text


def open_format(spec: FormatSpec, context: ExportContext) -> Format:
    """A product file of one of the shops."""
    if context.options.template is not None:
        return open_table(spec, context)
    return (WooFormat if spec.name == _UNDONE else ShopifyFormat)(spec, context)
