"""XLIFF 1.2 and 2.0: a file for each language, with the state and the limit of each text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final
from xml.sax.saxutils import escape, quoteattr

from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    FormatSpec,
    Problem,
    illegal_in_xml,
)
from copygen.delivery.formats.localization import (
    MARK,
    UNKNOWN,
    LanguageFiles,
    TranslationUnit,
    Units,
    by_tag,
    refuse_values,
)
from copygen.delivery.formats.output import Output
from copygen.quality.units import Unit as LengthUnit
from copygen.results.decisions import KEPT, State

NAMESPACES: Final = {
    "1.2": "urn:oasis:names:tc:xliff:document:1.2",
    "2.0": "urn:oasis:names:tc:xliff:document:2.0",
}
SIZES: Final = "urn:oasis:names:tc:xliff:sizerestriction:2.0"
STATES_1: Final[Mapping[State, str]] = {
    State.DRAFT: "needs-review-translation",
    State.STALE: "needs-adaptation",
    State.REJECTED: "needs-translation",
    State.APPROVED: "signed-off",
    State.EDITED: "signed-off",
    State.LOCKED: "final",
}
STATES_2: Final[Mapping[State, str]] = {
    State.DRAFT: "translated",
    State.STALE: "initial",
    State.REJECTED: "initial",
    State.APPROVED: "reviewed",
    State.EDITED: "reviewed",
    State.LOCKED: "final",
}
_UNITS_1: Final = {
    LengthUnit.CODEPOINTS: "char",
    LengthUnit.GRAPHEMES: "glyph",
    LengthUnit.BYTES: "byte",
    LengthUnit.PIXELS: "pixel",
    LengthUnit.PIXELS_14: "pixel",
}
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RETURNS: Final = {"\r": "&#13;"}
"""A reader makes one line feed of what stands in the text."""


class XliffFormat:
    """A unit for each text, by its name, with its source and its state."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        refuse_values(context)
        self.spec = spec
        self._is_first = spec.name.endswith("1.2")
        self._units = Units(context, illegal_in_xml, has_source=True)

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts and ids that no XML holds."""
        yield from self._units.problems(row)
        if (told := illegal_in_xml(row.id)) is not None:
            yield Problem(row.id, "id", told)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write a unit for each text."""
        number = 0
        with LanguageFiles(out, self.spec, by_tag(self.spec, ".xliff")) as files:
            for row, units in self._units.of_rows(rows):
                for unit in units:
                    number += 1
                    stream, name, is_new = files.of(unit.language)
                    if is_new:
                        self._begin(stream, unit)
                    written = _unit_1(unit) if self._is_first else _unit_2(unit, number)
                    stream.write(written.encode())
                    out.place(row, name if out.is_folder else number)
            for stream in files.streams:
                stream.write(
                    b"</body></file></xliff>\n" if self._is_first else b"</file></xliff>\n"
                )

    def _begin(self, stream: BinaryIO, unit: TranslationUnit) -> None:
        source = self._units.source_language or UNKNOWN
        languages = (quoteattr(source), quoteattr(unit.language or UNKNOWN))
        head = _head_1(*languages) if self._is_first else _head_2(*languages)
        stream.write(f"{_XML}{head}\n".encode())


def _head_1(source: str, target: str) -> str:
    return (
        f'<xliff version="1.2" xmlns="{NAMESPACES["1.2"]}">\n'
        f'<file original="copygen" datatype="plaintext" xml:space="preserve" '
        f"source-language={source} target-language={target}><body>"
    )


def _head_2(source: str, target: str) -> str:
    return (
        f'<xliff version="2.0" xmlns="{NAMESPACES["2.0"]}" xmlns:slr="{SIZES}" '
        f"srcLang={source} trgLang={target}>\n"
        '<file id="copygen" original="copygen" xml:space="preserve">'
        '<slr:profiles generalProfile="xliff:codepoints"/>'
    )


def _unit_1(unit: TranslationUnit) -> str:
    approved = "yes" if unit.text.state in KEPT else "no"
    size = ""
    spec = unit.field.spec
    if spec is not None and spec.limit is not None and spec.unit in _UNITS_1:
        size = f' maxwidth="{spec.limit}" size-unit="{_UNITS_1[spec.unit]}"'
    notes = "".join(f"<note>{_text(one)}</note>" for one in _notes(unit))
    return (
        f'<trans-unit id={_attribute(unit.name)} approved="{approved}"{size}>'
        f"<source>{_text(unit.source or unit.name)}</source>"
        f'<target state="{STATES_1[unit.text.state]}">{_text(unit.text.text)}</target>'
        f"{notes}</trans-unit>\n"
    )


def _unit_2(unit: TranslationUnit, number: int) -> str:
    spec = unit.field.spec
    size = ""
    if spec is not None and spec.limit is not None and spec.unit is LengthUnit.CODEPOINTS:
        size = f' slr:sizeRestriction="{spec.limit}"'
    state = unit.text.state
    also = ' subState="copygen:stale"' if state is State.STALE else ""
    notes = "".join(f"<note>{_text(one)}</note>" for one in _notes(unit))
    return (
        f'<unit id="u{number}" name={_attribute(unit.name)}{size}><notes>{notes}</notes>'
        f'<segment state="{STATES_2[state]}"{also}>'
        f"<source>{_text(unit.source or unit.name)}</source>"
        f"<target>{_text(unit.text.text)}</target></segment></unit>\n"
    )


def _notes(unit: TranslationUnit) -> list[str]:
    return [*filter(None, [unit.limit]), f"{MARK} {unit.mark}"]


def _text(text: str) -> str:
    return escape(text, _RETURNS)


def _attribute(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def open_format(spec: FormatSpec, context: ExportContext) -> XliffFormat:
    """XLIFF of the version that the format's name says."""
    return XliffFormat(spec, context)
