"""Texts of apps and web pages: Android resources, Apple string catalogues, Flutter ARB, i18n JSON.

Each has a syntax of its own inside a text; what cannot be told from it is refused, not guessed.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    Format,
    FormatSpec,
    Problem,
    illegal_in_xml,
)
from copygen.delivery.formats.localization import (
    LanguageFiles,
    TranslationUnit,
    Units,
    by_tag,
    refuse_values,
)
from copygen.delivery.formats.output import Output
from copygen.delivery.formats.tables import in_dialect
from copygen.documents import files
from copygen.errors import UsageError
from copygen.models import JsonValue, Severity
from copygen.results.decisions import KEPT, State
from copygen.results.resume import Index, identity
from copygen.results.storage import reported

_SIGNS: Final = re.compile(r"[^0-9A-Za-z]+")
_HALF: Final = re.compile("[\ud800-\udfff]")
_MOST_CATALOGUE_BYTES: Final = 256 * 1024 * 1024


class _Keyed:
    """Texts under keys that a target takes, each language's apart."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        refuse_values(context)
        self.spec = spec
        self.units = Units(context, self.refusal, has_source=False)
        self._keys = Index()
        """Key → whose it is, in 16 bytes each."""

    def refusal(self, text: str) -> str | None:
        """Why the format cannot hold a text; None: it can."""
        found = _HALF.search(text)
        return None if found is None else f"U+{ord(found[0]):04X} is half a character"

    def key(self, path: tuple[str, ...]) -> str:
        """What a text is called there. Raises UsageError where two are called the same."""
        key = self.named(path)
        if key in self.spec.reserved:
            key += "_"
        number = identity("/".join(path)) or 1
        if self._keys.put(identity(key), number) not in (0, number):
            told = f"'{'/'.join(path)}' and another text"
            raise UsageError(f"{told} would both be called '{key}' there; choose with --where.")
        return key

    def named(self, path: tuple[str, ...]) -> str:
        """A name as the target takes it."""
        return ".".join(path)

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """What the target has against a row."""
        return self.units.problems(row)


class AndroidFormat(_Keyed):
    """`values-th/strings.xml` for each language, `values/strings.xml` for the source language."""

    def refusal(self, text: str) -> str | None:
        """XML's own limits."""
        return illegal_in_xml(text)

    def named(self, path: tuple[str, ...]) -> str:
        """`scarf_headline_1`: the name of a resource becomes a Java identifier."""
        name = _identifier(path, "_").lower()
        return name if name[:1].isalpha() else f"t_{name}"

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write a string for each text."""
        with LanguageFiles(out, self.spec, self._folder_of) as opened:
            for row, units in self.units.of_rows(rows):
                for unit in units:
                    stream, name, is_new = opened.of(unit.language)
                    if is_new:
                        stream.write(b'<?xml version="1.0" encoding="utf-8"?>\n<resources>\n')
                    key = self.key(unit.path)
                    stream.write(_android_string(key, unit.text.text).encode())
                    out.place(row, name if out.is_folder else key)
            for stream in opened.streams:
                stream.write(b"</resources>\n")

    def _folder_of(self, language: str | None) -> str:
        """`values-th/strings.xml`, `values-pt-rBR`, `values-b+zh+Hant`: as Android looks for them
        (developer.android.com, "Providing resources")."""
        if language is None or language == self.units.source_language:
            return "values/strings.xml"
        base, *rest = self.spec.locales.get(language, language).split("-")
        if len(rest) == 1 and len(rest[0]) == 2:
            return f"values-{base}-r{rest[0]}/strings.xml"
        folder = f"b+{'+'.join([base, *rest])}" if rest else base
        return f"values-{folder}/strings.xml"


_ANDROID: Final = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\u000D"}
_ANDROID_SIGN: Final = re.compile("[\\\\'\"\n\t\r]")
_BLANKS: Final = re.compile(r"^ | $|(?<= ) ")
"""Blanks that are taken away when resources are compiled."""


def _android_string(key: str, text: str) -> str:
    value = _ANDROID_SIGN.sub(lambda found: _ANDROID[found[0]], text)
    value = _BLANKS.sub(r"\\u0020", value)
    if value[:1] in ("@", "?"):
        value = f"\\{value}"
    plain = ' formatted="false"' if "%" in text else ""
    return f'    <string name="{key}"{plain}>{escape(value)}</string>\n'


_BRACES: Final = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)


class ArbFormat(_Keyed):
    """`app_th.arb` for each language: JSON, texts are ICU messages."""

    def refusal(self, text: str) -> str | None:
        """Braces that are no placeholder: Flutter has no escape for them by default."""
        if set(_BRACES.sub("", text)) & {"{", "}"}:
            return "a brace that is no {placeholder} is syntax of ICU messages"
        return super().refusal(text)

    def named(self, path: tuple[str, ...]) -> str:
        """`scarfHeadline1`: keys become Dart identifiers."""
        first, *rest = _identifier(path, "_").split("_")
        name = first.lower() + "".join(word[:1].upper() + word[1:] for word in rest)
        return name if name[:1].isalpha() else f"t{name[:1].upper()}{name[1:]}"

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write a message for each text, beside it what a translator has to know."""
        with LanguageFiles(out, self.spec, by_tag(self.spec, ".arb")) as opened:
            for row, units in self.units.of_rows(rows):
                for unit in units:
                    stream, name, is_new = opened.of(unit.language)
                    if is_new:
                        locale = (unit.language or "").replace("-", "_")
                        stream.write(f'{{\n  "@@locale": {_json(locale)}'.encode())
                    key = self.key(unit.path)
                    lines = {key: unit.text.text, f"@{key}": self._facts(unit)}
                    for at, value in lines.items():
                        stream.write(f",\n  {_json(at)}: {_json(value)}".encode())
                    out.place(row, name if out.is_folder else key)
            for stream in opened.streams:
                stream.write(b"\n}\n")

    def _facts(self, unit: TranslationUnit) -> JsonValue:
        facts: dict[str, JsonValue] = {}
        if unit.limit is not None:
            facts["description"] = unit.limit
        names = dict.fromkeys(_BRACES.findall(unit.text.text))
        if names:
            facts["placeholders"] = {name: {} for name in names}
        # Attributes of one's own begin with x- (github.com/google/app-resource-bundle).
        return facts | {"x-state": unit.text.state.value}


_VUE: Final = {sign: f"{{'{sign}'}}" for sign in "{}@|$"}
_VUE_SIGN: Final = re.compile(r"[{}@|$]")


class I18nFormat(_Keyed):
    """`th.json` for each language: an object for each item, a list for a field of several texts."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """Raises UsageError for a dialect that there is none of."""
        super().__init__(spec, context)
        self._variant = context.options.variant
        in_dialect(spec, self._variant)

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Also, what the library of the page would look up."""
        yield from super().problems(row)
        for _, _, text in row.going:
            if self._variant != "vue" and ("{{" in text.text or "$t(" in text.text):
                told = "i18next fills in what stands in {{ }} and $t( )"
                yield Problem(row.id, "syntax", told, Severity.WARNING, text.place.label)

    def named(self, path: tuple[str, ...]) -> str:
        """Parts without the signs that part them."""
        return ".".join(re.sub(r"[.:]+", "_", one) for one in path)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write an item for each row, or a text on each line."""
        with LanguageFiles(out, self.spec, by_tag(self.spec, ".json")) as opened:
            for row, units in self.units.of_rows(rows):
                if not units:
                    continue
                stream, name, is_new = opened.of(units[0].language)
                entries = self._entries(row, units)
                stream.write(b"{" if is_new else b",")
                lines = [f"\n  {_json(key)}: {_json(value)}" for key, value in entries.items()]
                stream.write(",".join(lines).encode())
                out.place(row, name if out.is_folder else next(iter(entries)))
            for stream in opened.streams:
                stream.write(b"\n}\n")

    def _entries(self, row: ExportRow, units: list[TranslationUnit]) -> dict[str, JsonValue]:
        keys = {self.key(unit.path): unit for unit in units}
        if self._variant == "flat":
            return {key: self._worded(unit.text.text) for key, unit in keys.items()}
        item = self.named((units[0].path[0],))
        fields: dict[str, JsonValue] = {}
        for unit in units:
            if len(unit.path) == 1:
                return {item: self._worded(unit.text.text)}
            name, *number = unit.path[1:]
            if number:
                listed = fields.setdefault(self.named((name,)), [None] * len(row.texts[name]))
                listed[int(number[0]) - 1] = self._worded(unit.text.text)
            else:
                fields[self.named((name,))] = self._worded(unit.text.text)
        return {item: fields}

    def _worded(self, text: str) -> str:
        if self._variant != "vue":
            return text
        return _VUE_SIGN.sub(lambda found: _VUE[found[0]], text)


_CATALOGUE_STATES: Final[Mapping[State, str]] = {State.STALE: "stale"}


class CatalogueFormat(_Keyed):
    """One `.xcstrings` with all languages, written as Xcode does: keys sorted, ` : ` between."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """With `--template` the texts go into the user's own catalogue. Raises UsageError."""
        super().__init__(spec, context)
        path = context.options.template
        self._catalogue: dict[str, Any] = {} if path is None else _read_catalogue(path)

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Also, what is a format where the text is used as one, and a language that is missing."""
        yield from super().problems(row)
        if self.units.language_of(row) is None:
            told = "its language is not told, and a catalogue needs it: --set language=TAG"
            yield Problem(row.id, "language", told)
        for _, _, text in row.going:
            if "%" in text.text:
                told = "'%' begins a placeholder where the text is used as a format"
                yield Problem(row.id, "syntax", told, Severity.WARNING, text.place.label)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write all of it at once: a key has its languages beside each other."""
        found = self._catalogue
        source = self.units.source_language or found.get("sourceLanguage") or "en"
        found["sourceLanguage"] = source
        strings = found.setdefault("strings", {})
        for row, units in self.units.of_rows(rows):
            for unit in units:
                key = self.key(unit.path)
                entry = strings.setdefault(key, {"extractionState": "manual"})
                if unit.limit is not None:
                    entry.setdefault("comment", unit.limit)
                kept = unit.text.state in KEPT
                state = "translated" if kept else _CATALOGUE_STATES.get(
                    unit.text.state, "needs_review"
                )  # fmt: skip
                entry.setdefault("localizations", {})[unit.language] = {
                    "stringUnit": {"state": state, "value": unit.text.text}
                }
                out.place(row, key)
        found.setdefault("version", "1.0")
        written = json.dumps(
            found, ensure_ascii=False, indent=2, separators=(",", " : "), sort_keys=True
        )
        out.stream.write(written.replace(" : {}", " : {\n\n    }").encode())


def _read_catalogue(path: Path) -> dict[str, Any]:
    with reported(path, "read it"):
        content = files.read_bytes(path, "the string catalogue", _MOST_CATALOGUE_BYTES)
    try:
        found = json.loads(content)
        if isinstance(found, dict) and isinstance(found.get("strings", {}), dict):
            return found
    except ValueError:
        pass
    raise UsageError(f"{path} is no string catalogue (.xcstrings).")


def _identifier(path: tuple[str, ...], gap: str) -> str:
    """ASCII letters, digits and gaps; what has no such letter is told apart by a hash."""
    words = []
    for part in path:
        word = _SIGNS.sub(gap, part).strip(gap)
        if not part.isascii() or not word:
            word = gap.join(filter(None, [word, _hash(part)]))
        words.append(word)
    return gap.join(words)


def _hash(part: str) -> str:
    return blake2b(part.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


_FORMATS: Final[Mapping[str, Callable[[FormatSpec, ExportContext], Format]]] = {
    "android-xml": AndroidFormat,
    "arb": ArbFormat,
    "i18n-json": I18nFormat,
    "xcstrings": CatalogueFormat,
}


def open_format(spec: FormatSpec, context: ExportContext) -> Format:
    """The format of that name."""
    return _FORMATS[spec.name](spec, context)
