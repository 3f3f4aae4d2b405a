"""Formats by name: one module for each kind, imported when one of its formats is opened."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from copygen.delivery.formats.format import ExportContext, Format, FormatSpec
from copygen.documents import load_shipped, nearest, shipped_names
from copygen.errors import UsageError

_HERE: Final = "copygen.delivery.formats"
_OF_THE_USER: Final = f"{_HERE}.adapter"
MODULES: Final[Mapping[str, str]] = {
    "csv": f"{_HERE}.delimited",
    "tsv": f"{_HERE}.delimited",
    "jsonl": f"{_HERE}.objects",
    "json": f"{_HERE}.objects",
    "review": f"{_HERE}.review",
    "review-csv": f"{_HERE}.review",
    "xlsx": f"{_HERE}.workbook_rows",
    "parquet": f"{_HERE}.databases",
    "sqlite": f"{_HERE}.databases",
    "markdown": f"{_HERE}.pages",
    "html": f"{_HERE}.pages",
    "google-ads-editor": f"{_HERE}.google_ads",
    "google-ads-bulk": f"{_HERE}.tables",
    "microsoft-ads": f"{_HERE}.microsoft_ads",
    "meta-ads": f"{_HERE}.tables",
    "tiktok-ads": f"{_HERE}.tables",
    "linkedin-ads": f"{_HERE}.tables",
    "chatgpt-ads": f"{_HERE}.tables",
    "google-merchant": f"{_HERE}.merchant",
    "google-merchant-xml": f"{_HERE}.merchant",
    "shopify": f"{_HERE}.shops",
    "woocommerce": f"{_HERE}.shops",
    "amazon": f"{_HERE}.tables",
    "klaviyo": f"{_HERE}.tables",
    "mailchimp": f"{_HERE}.tables",
    "po": f"{_HERE}.gettext",
    "xliff-1.2": f"{_HERE}.xliff",
    "xliff-2.0": f"{_HERE}.xliff",
    "android-xml": f"{_HERE}.app_strings",
    "xcstrings": f"{_HERE}.app_strings",
    "arb": f"{_HERE}.app_strings",
    "i18n-json": f"{_HERE}.app_strings",
    "fastlane": f"{_HERE}.fastlane",
    "fastlane-play": f"{_HERE}.fastlane",
}
"""Format → the module whose `open_format(spec, context)` makes it; what it is stands in
`configs/exports/<name>.yaml`."""


def spec_of(name: str) -> FormatSpec:
    """What is known of a format. Raises UsageError with the nearest name."""
    if name not in MODULES:
        near = nearest(name, list(MODULES))
        hint = f"did you mean '{near}'?" if near else "copygen export --list shows all"
        raise UsageError(f"there is no format '{name}'; {hint}")
    spec = load_shipped(FormatSpec, f"exports/{name}")
    return spec.model_copy(update={"name": name})


def all_specs() -> list[FormatSpec]:
    """Every format that ships, in the order of `MODULES`."""
    shipped = set(shipped_names("exports"))
    return [spec_of(name) for name in MODULES if name in shipped]


def guessed(path: Path) -> FormatSpec | None:
    """The format that the ending of a file's name means; None where several could be meant."""
    suffix = path.suffix.lower()
    return next((one for one in all_specs() if one.guess and suffix in one.extensions), None)


def opened(spec: FormatSpec, context: ExportContext) -> Format:
    """The format, ready for the rows. Raises UsageError where the target would take nothing."""
    module = importlib.import_module(MODULES.get(spec.name, _OF_THE_USER))
    return cast(Format, module.open_format(spec, context))
