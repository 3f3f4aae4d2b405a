"""gettext PO: a file for each language, `fuzzy` on what nobody approved."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from copygen.delivery.formats.format import ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.localization import (
    MARK,
    LanguageFiles,
    TranslationUnit,
    Units,
    by_tag,
    refuse_values,
)
from copygen.delivery.formats.output import Output
from copygen.quality.units import Unit as LengthUnit
from copygen.results.decisions import KEPT

_ESCAPES: Final = {
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r",
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v",
}  # fmt: skip
_ESCAPED: Final = re.compile('[\\\\"\n\t\r\a\b\f\v]')
_REFUSED: Final = re.compile("[\0\ud800-\udfff]")
_COUNTED: Final = frozenset((LengthUnit.CODEPOINTS, LengthUnit.GRAPHEMES))


class GettextFormat:
    """An entry for each text: `msgctxt` its name, `msgid` its source or its name."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        refuse_values(context)
        self.spec = spec
        self._units = Units(context, _refusal, has_source=True)

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts that no PO file holds."""
        return self._units.problems(row)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write an entry for each text."""
        with LanguageFiles(out, self.spec, by_tag(self.spec, ".po")) as files:
            number = 0
            for row, units in self._units.of_rows(rows):
                for unit in units:
                    number += 1
                    stream, name, is_new = files.of(unit.language)
                    if is_new:
                        stream.write(_header(unit.language).encode())
                    stream.write(_entry(unit).encode())
                    out.place(row, name if out.is_folder else number)


def _refusal(text: str) -> str | None:
    if (found := _REFUSED.search(text)) is not None:
        return f"PO cannot hold the character U+{ord(found[0]):04X}"
    if text != text.strip("\n"):
        # msgfmt --check: both or neither of msgid and msgstr begin or end so.
        return "it begins or ends with a line feed, and its source does not"
    return None


def _header(language: str | None) -> str:
    fields = {
        "Project-Id-Version": "copygen",
        "Language": (language or "").replace("-", "_"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Generator": "copygen",
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{lines}'


def _entry(unit: TranslationUnit) -> str:
    lines = [""]
    if unit.limit is not None:
        lines.append(f"#. {unit.limit}")
    lines.append(f"#. {MARK} {unit.mark}")
    flags = [] if unit.text.state in KEPT else ["fuzzy"]
    spec = unit.field.spec
    if spec is not None and spec.limit is not None and spec.unit in _COUNTED:
        flags.append(f"max-length:{spec.limit}")
    if flags:
        lines.append(f"#, {', '.join(flags)}")
    source = (unit.source or "").strip("\n") or unit.name
    return "\n".join([
        *lines,
        f"msgctxt {_quoted(unit.name)}",
        f"msgid {_quoted(source)}",
        f"msgstr {_quoted(unit.text.text)}",
        "",
    ])  # fmt: skip


def _quoted(text: str) -> str:
    """As a string of C; one with line feeds begins on a line of its own, as gettext writes it."""
    if "\n" not in text:
        return f'"{_escaped(text)}"'
    lines = "\n".join(f'"{_escaped(line)}"' for line in text.splitlines(keepends=True) if line)
    return f'""\n{lines}'


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text)


def open_format(spec: FormatSpec, context: ExportContext) -> GettextFormat:
    """A catalogue, or one for each language."""
    return GettextFormat(spec, context)
