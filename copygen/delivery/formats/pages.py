"""Markdown with front matter, a file for each record, and one HTML page of all texts."""

import html
from collections.abc import Iterable, Iterator
from typing import Final

import yaml

from copygen.delivery.columns import PlainTable, cell_text, unwritable
from copygen.delivery.formats.format import TEXT, ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.output import FileNames, Output
from copygen.delivery.markup import as_html
from copygen.delivery.provenance import SOURCE_TYPES, Trace, source_type
from copygen.models import JsonValue

_BODIES: Final = ("body", TEXT, "content", "article", "full_description", "description")
"""What a field is called whose text is the page, the likeliest first."""
_SUFFIX: Final = ".md"
_HEAD: Final = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto }}
main {{ padding: 0 1rem }}
article {{ border-top: 1px solid; padding: 1rem 0; content-visibility: auto }}
h2 {{ font-size: 1rem }} dt {{ font-size: .85rem; opacity: .7 }} dd {{ margin: 0 0 .75rem }}
</style></head><body><main><h1>{title}</h1>
"""
_TAIL: Final = "</main></body></html>\n"


class MarkdownFormat:
    """The longest field is the page, all else its front matter, written by a YAML dumper: `no`,
    `3:20` and `#silk` come back as the texts that they are."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        self.spec = spec
        self._table = PlainTable(context)
        self._names = FileNames()
        self._trace = Trace() if context.options.provenance_columns else None
        fields = {one.field.name: one.base for one in self._table.texts if not one.field.is_list}
        mapped = context.options.map
        wanted = [name for name, to in mapped.items() if to == "body"]
        self._body = next((fields[name] for name in (*wanted, *_BODIES) if name in fields), None)

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts that UTF-8 does not hold."""
        return unwritable(row, "utf-8")

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write a file for each row, named by its id."""
        for row in rows:
            values: dict[str, JsonValue] = dict(self._table.lists(row))
            body = values.pop(self._body, None) if self._body else None
            kinds = {source_type(text) for _, _, text in row.going}
            values["digital_source_type"] = SOURCE_TYPES + max(kinds, key=len)
            if self._trace:
                values |= zip(self._trace.columns, self._trace.cells(row), strict=True)
            name = self._names.of(row.id, _SUFFIX)
            self._names.take(name)
            head = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000)
            page = "" if body is None else f"{cell_text(body)}\n"
            with out.file(name) as stream:
                stream.write(f"---\n{head}---\n{page}".encode())
            out.place(row, name)


class HtmlFormat:
    """All texts on one page, to be read or printed; nothing in it runs."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        self.spec = spec
        self._fields = context.shape.fields

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts that UTF-8 does not hold."""
        return unwritable(row, "utf-8")

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write an article for each row."""
        out.stream.write(_HEAD.format(title="Texts").encode())
        for number, row in enumerate(rows, 1):
            out.stream.write(f"{''.join(self._article(row))}\n".encode())
            out.place(row, number)
        out.stream.write(_TAIL.encode())

    def _article(self, row: ExportRow) -> Iterator[str]:
        language = f' lang="{html.escape(row.language)}"' if row.language else ""
        yield f'<article id="{html.escape(row.id)}"><h2>{html.escape(row.id)}</h2><dl>'
        for name, number, text in row.going:
            field = self._fields[name]
            label = f"{name} {number + 1}" if field.is_list else name
            shown = as_html(text.text, is_markup=bool(field.spec and field.spec.html))
            yield f'<dt>{html.escape(label)}</dt><dd{language} dir="auto">{shown}</dd>'
        yield "</dl></article>"


def open_format(spec: FormatSpec, context: ExportContext) -> MarkdownFormat | HtmlFormat:
    """Pages."""
    return (HtmlFormat if spec.name == "html" else MarkdownFormat)(spec, context)
