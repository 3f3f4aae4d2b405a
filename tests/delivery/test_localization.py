"""Localisation files read by readers that are not ours, and the traps of each."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polib
import pytest
from lxml import etree

from copygen.errors import UsageError
from copygen.models import Result, Status
from copygen.results.decisions import Decision, DecisionLog, State
from tests.support.exports import Exports
from tests.support.records import ENDED, result, write

THAI = "ผ้าไหมทอมือ ลด 50% 'วันนี้'"
NASTY = [
    'quote " and \\ backslash', "it's\ttab", "two\nlines", "a\r\nb", "trailing blank ", " leading",
    "a  b", "@handle", "?query", "50% silk", "<b>bold</b> & more", "{name}, hello", "🎁 gift",
    "مرحبا", "a\u202eb", "cafe\u0301", "a\u2028b", "$t(x) @:link | pipe", "]]>", "",
]  # fmt: skip
OUT_OF_XML = ["a\x0bb", "a\x00b", "a\x1bb", "\ud800", "\ufffe"]
ENGLISH = {"headline": ["Hand-woven silk", "A gift"], "caption": "Pure silk."}


def ad(language: str, *headlines: str, id_: str = "scarf", **fields: Any) -> Result:
    names = {"Thai": "th", "English": "en", "Japanese": "ja"}
    assert language in names
    data = {"headline": list(headlines), "caption": f"caption in {language}"}
    values = {"data": data, "input": {"id": id_, "language": language, "name": "Silk scarf"}}
    return result(f"{id_}/{language}", text=None, **{"row": 1, "line": 2, **values, **fields})


class Files(Exports):
    """Files of texts that people decided about."""

    def decide(self, id_: str, state: State, text: str, index: int | None = 0) -> None:
        DecisionLog(self.results).append([
            Decision(id=id_, key="k1", field="headline", index=index, state=state, text=text,
                     at=ENDED, via="page"),
        ])  # fmt: skip


@pytest.fixture
def exports(tmp_path: Path) -> Files:
    return Files(tmp_path)


def entries(path: Path) -> list[Any]:
    return list(polib.pofile(str(path)))


# gettext


def test_po_says_what_nobody_approved(exports: Exports) -> None:
    write(exports.results, [ad("Thai", "one", "two", "three")])
    exports.decide("scarf/Thai", State.APPROVED, "one", 0)
    exports.decide("scarf/Thai", State.EDITED, "mine", 1)
    found = entries(exports("po", out="th.po"))
    assert [(one.msgctxt, one.msgstr, one.fuzzy) for one in found] == [
        ("scarf/Thai/headline/1", "one", False),
        ("scarf/Thai/headline/2", "mine", False),
        ("scarf/Thai/headline/3", "three", True),
        ("scarf/Thai/caption", "caption in Thai", True),
    ]
    assert polib.pofile(str(exports.folder / "th.po")).metadata["Language"] == "th"


def test_po_brings_every_text_back_as_it_was(exports: Exports) -> None:
    path = exports("po", ad("Thai", *NASTY), out="th.po")
    assert [one.msgstr for one in entries(path)][:-1] == NASTY


@pytest.mark.parametrize("text", ["a\n", "\na", "a\x00b", "\ud800"])
def test_po_refuses_what_msgfmt_would(exports: Files, text: str) -> None:
    path = exports("po", ad("Thai", "fine", text), out="th.po")
    assert [one.msgstr for one in entries(path)] == ["fine", "caption in Thai"]
    assert exports.problems == [("characters", "error", "headline 2")]
    assert exports.exported.exit_code == 3


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="msgfmt is not installed")
def test_msgfmt_takes_a_catalogue(exports: Exports) -> None:
    texts = [text for text in NASTY if "\r" not in text]
    path = exports("po", ad("Thai", *texts), ad("English", *texts), out="th.po",
                   source_language="en")  # fmt: skip
    done = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", str(path)], capture_output=True)
    assert done.returncode == 0
    assert b"error" not in done.stderr


@pytest.mark.parametrize("flags", [{"source_language": "en"}, {"source_language": "English"}])
def test_po_has_the_texts_of_the_source_language_as_its_msgids(
    exports: Files, flags: dict[str, str]
) -> None:
    path = exports("po", ad("Thai", "ก", "ข"), ad("English", "A", "B\n"), out="th.po", **flags)
    assert [(one.msgid, one.msgstr) for one in entries(path)] == [
        ("A", "ก"), ("B", "ข"), ("caption in English", "caption in Thai"),
    ]  # fmt: skip


def test_po_has_a_column_of_the_item_as_its_msgids(exports: Exports) -> None:
    path = exports("po", ad("Thai", "ก"), out="th.po", map={"name": "source"})
    assert entries(path)[0].msgid == "Silk scarf"


def test_a_folder_gets_a_file_for_each_language(exports: Exports) -> None:
    exports("po", ad("Thai", "ก"), ad("Japanese", "絹"), out="po")
    assert sorted(one.name for one in (exports.folder / "po").iterdir()) == ["ja.po", "th.po"]
    assert entries(exports.folder / "po" / "ja.po")[0].msgstr == "絹"


def test_one_file_of_two_languages_is_refused(exports: Exports) -> None:
    with pytest.raises(UsageError, match="holds one language, and there are"):
        exports("po", ad("Thai", "ก"), ad("Japanese", "絹"), out="all.po")
    assert [one.name for one in exports.folder.iterdir()] == ["r.jsonl"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"values": {"title": "x"}}, "only language=TAG can be set"),
        ({"values": {"language": "klingonish"}}, "is no language"),
        ({"map": {"nobody": "source"}}, "names what was translated from"),
        ({"source_language": "klingonish"}, "is no language"),
    ],
)
def test_what_no_localisation_file_has_is_refused(
    exports: Files, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        exports("po", ad("Thai", "ก"), out="th.po", **fields)


# XLIFF

SPACES = {
    "x": "urn:oasis:names:tc:xliff:document:1.2", "y": "urn:oasis:names:tc:xliff:document:2.0",
    "slr": "urn:oasis:names:tc:xliff:sizerestriction:2.0",
}  # fmt: skip
XML = "{http://www.w3.org/XML/1998/namespace}"


def targets(path: Path, name: str) -> list[str]:
    place = "//x:target" if name.endswith("1.2") else "//y:target"
    found = etree.parse(str(path)).xpath(place, namespaces=SPACES)
    return [one.text or "" for one in found]


@pytest.mark.parametrize("name", ["xliff-1.2", "xliff-2.0"])
def test_xliff_brings_every_text_back_as_it_was(exports: Files, name: str) -> None:
    path = exports(name, ad("Thai", *NASTY), out="th.xliff")
    assert targets(path, name)[:-1] == NASTY
    root = etree.parse(str(path)).getroot()
    assert root[0].get(f"{XML}space") == "preserve"


@pytest.mark.parametrize("name", ["xliff-1.2", "xliff-2.0", "android-xml"])
@pytest.mark.parametrize("text", OUT_OF_XML)
def test_what_xml_cannot_hold_stays_and_is_named(exports: Files, name: str, text: str) -> None:
    path = exports(name, ad("Thai", "fine", text), out="th.xml" if "xml" in name else "th.xlf")
    etree.parse(str(path))
    assert exports.problems == [("characters", "error", "headline 2")]


def test_xliff_2_has_a_state_for_each(exports: Exports) -> None:
    write(exports.results, [ad("Thai", "a", "b", "c", "d"), ad("English", "A", "B", "C", "D")])
    for number, state in enumerate((State.APPROVED, State.EDITED, State.LOCKED)):
        exports.decide("scarf/Thai", state, "abc"[number], number)
    path = exports("xliff-2.0", out="th.xliff", source_language="en")
    root = etree.parse(str(path)).getroot()
    assert (root.get("srcLang"), root.get("trgLang")) == ("en", "th")
    segments = root.xpath("//y:segment", namespaces=SPACES)
    assert [one.get("state") for one in segments] == [
        "reviewed", "reviewed", "final", "translated", "translated",
    ]  # fmt: skip
    sources = root.xpath("//y:source", namespaces=SPACES)
    assert [one.text for one in sources] == ["A", "B", "C", "D", "caption in English"]
    ids = [one.get("id") for one in root.xpath("//y:unit", namespaces=SPACES)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w.\-:]+", one) for one in ids)  # NMTOKEN


def test_xliff_1_has_approvals(exports: Exports) -> None:
    write(exports.results, [ad("Thai", "a", "b")])
    exports.decide("scarf/Thai", State.APPROVED, "a", 0)
    path = exports("xliff-1.2", out="th.xliff")
    found = etree.parse(str(path)).xpath("//x:trans-unit", namespaces=SPACES)
    assert [(one.get("id"), one.get("approved"), one.find("{*}target").get("state"))
            for one in found] == [
        ("scarf/Thai/headline/1", "yes", "signed-off"),
        ("scarf/Thai/headline/2", "no", "needs-review-translation"),
        ("scarf/Thai/caption", "no", "needs-review-translation"),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "module"), [("xliff-1.2", "xliff"), ("xliff-2.0", "xliff2")])
def test_translate_toolkit_reads_xliff(exports: Files, name: str, module: str) -> None:
    toolkit = pytest.importorskip(f"translate.storage.{module}")
    path = exports(name, ad("Thai", "ก", THAI), ad("English", "A", "B"), out="th.xliff",
                   source_language="en")  # fmt: skip
    opener = getattr(toolkit, "xlifffile", None) or toolkit.Xliff2File
    store = opener.parsefile(str(path))
    units = [(str(one.source), str(one.target)) for one in store.units if one.source]
    assert units[:2] == [("A", "ก"), ("B", THAI)]


# Apps


def strings(path: Path) -> dict[str, str]:
    return {one.get("name"): one.text or "" for one in etree.parse(str(path)).getroot()}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("it's", "it\\'s"),
        ('a "b"', 'a \\"b\\"'),
        ("a\\b", "a\\\\b"),
        ("@handle", "\\@handle"),
        ("?query", "\\?query"),
        ("a@b?", "a@b?"),
        ("two\nlines", "two\\nlines"),
        ("a  b", "a \\u0020b"),
        (" a ", "\\u0020a\\u0020"),
        ("<b>x</b> & y", "<b>x</b> & y"),
        ("ผ้า", "ผ้า"),
    ],
)
def test_android_escapes_what_its_compiler_reads(exports: Files, text: str, written: str) -> None:
    path = exports("android-xml", ad("Thai", text), out="strings.xml")
    assert strings(path)["scarf_headline_1"] == written


def test_android_marks_a_percent_sign_as_none_of_a_format(exports: Exports) -> None:
    path = exports("android-xml", ad("Thai", "50% silk", "silk"), out="strings.xml")
    found = [one.get("formatted") for one in etree.parse(str(path)).getroot()]
    assert found == ["false", None, None]


def test_translate_toolkit_reads_android(exports: Exports) -> None:
    aresource = pytest.importorskip("translate.storage.aresource")
    texts = [text for text in NASTY if text and not set(text) & {"\r", "<", "\u2028"}]
    path = exports("android-xml", ad("Thai", *texts), out="strings.xml")
    store = aresource.AndroidResourceFile.parsefile(str(path))
    assert [str(one.target) for one in store.units][:-1] == texts


@pytest.mark.parametrize(
    ("tag", "folder"),
    [("th", "values-th"), ("pt-PT", "values-pt-rPT"), ("zh-Hant", "values-b+zh+Hant"),
     ("he", "values-iw"), ("id", "values-in")],
)  # fmt: skip
def test_android_finds_the_folder_of_a_language(exports: Files, tag: str, folder: str) -> None:
    exports("android-xml", ad("Thai", "ก"), out="res", values={"language": tag})
    assert [one.name for one in (exports.folder / "res").iterdir()] == [folder]


def test_the_source_language_is_what_android_falls_back_to(exports: Exports) -> None:
    exports("android-xml", ad("Thai", "ก"), ad("English", "A"), out="res", source_language="en")
    assert strings(exports.folder / "res/values/strings.xml")["scarf_headline_1"] == "A"
    assert strings(exports.folder / "res/values-th/strings.xml")["scarf_headline_1"] == "ก"


def test_arb_is_json_with_identifiers_for_keys(exports: Exports) -> None:
    path = exports("arb", ad("Thai", "Hi {name}!", "ก"), out="app_th.arb")
    found = json.loads(path.read_bytes())
    assert list(found) == [
        "@@locale", "scarfHeadline1", "@scarfHeadline1", "scarfHeadline2", "@scarfHeadline2",
        "scarfCaption", "@scarfCaption",
    ]  # fmt: skip
    assert found["@@locale"] == "th"
    assert found["@scarfHeadline1"] == {"placeholders": {"name": {}}, "x-state": "draft"}


@pytest.mark.parametrize("text", ["a { b", "a } b", "{a b}", "{{x}}", "{0}"])
def test_arb_refuses_braces_that_are_no_placeholder(exports: Files, text: str) -> None:
    path = exports("arb", ad("Thai", "fine", text), out="th.arb")
    assert "scarfHeadline2" not in json.loads(path.read_bytes())
    assert exports.problems == [("characters", "error", "headline 2")]


def test_xcstrings_is_written_as_xcode_does(exports: Exports) -> None:
    write(exports.results, [ad("Thai", "ก"), ad("Japanese", "絹/布"), ad("English", "A")])
    exports.decide("scarf/Thai", State.APPROVED, "ก", 0)
    path = exports("xcstrings", out="Localizable.xcstrings", source_language="en")
    assert path.read_text(encoding="utf-8").startswith(
        '{\n  "sourceLanguage" : "en",\n  "strings" : {\n    "scarf.caption" : {\n'
        '      "extractionState" : "manual",\n      "localizations" : {\n        "en" : {\n'
        '          "stringUnit" : {\n            "state" : "needs_review",\n'
        '            "value" : "caption in English"\n          }\n        },\n'
    )
    found = json.loads(path.read_bytes())
    assert found["version"] == "1.0"
    units = found["strings"]["scarf.headline.1"]["localizations"]
    assert {name: one["stringUnit"] for name, one in units.items()} == {
        "en": {"state": "needs_review", "value": "A"},
        "ja": {"state": "needs_review", "value": "絹/布"},
        "th": {"state": "translated", "value": "ก"},
    }
    assert not path.read_bytes().endswith(b"\n")


def test_the_rest_of_a_catalogue_of_ones_own_stays(exports: Exports) -> None:
    own = exports.folder / "own.xcstrings"
    theirs = {"localizations": {"fr": {"stringUnit": {"state": "translated", "value": "Oui"}}}}
    given = {"sourceLanguage": "fr", "strings": {"yes": theirs, "empty": {}}, "version": "1.1"}
    own.write_text(json.dumps(given), encoding="utf-8")
    path = exports("xcstrings", ad("Thai", "ก"), out="new.xcstrings", template=own)
    found = json.loads(path.read_bytes())
    assert (found["sourceLanguage"], found["version"]) == ("fr", "1.1")
    assert found["strings"]["yes"] == theirs
    assert '"empty" : {\n\n    },' in path.read_text(encoding="utf-8")


def test_i18n_json_has_an_object_for_each_item(exports: Exports) -> None:
    records = ad("Thai", "ก", "ข", id_="a.b"), ad("Thai", "ค", row=2), ad("English", "A")
    exports("i18n-json", *records, out="locales")
    thai = json.loads((exports.folder / "locales/th.json").read_bytes())
    assert thai == {
        "a_b": {"headline": ["ก", "ข"], "caption": "caption in Thai"},
        "scarf": {"headline": ["ค"], "caption": "caption in Thai"},
    }
    assert json.loads((exports.folder / "locales/en.json").read_bytes())["scarf"]["headline"]


def test_a_number_keeps_its_place_where_a_text_stays(exports: Exports) -> None:
    path = exports("i18n-json", ad("Thai", "\ud800", "ข"), out="th.json")
    assert json.loads(path.read_bytes())["scarf"]["headline"] == [None, "ข"]


@pytest.mark.parametrize(
    ("variant", "text", "key", "value"),
    [
        ("flat", "ก", "scarf.headline.1", "ก"),
        ("vue", "a@b | {c}", "scarf", "a{'@'}b {'|'} {'{'}c{'}'}"),
        (None, "a | b", "scarf", "a | b"),
    ],
)
def test_i18n_json_speaks_dialects(
    exports: Files, variant: str | None, text: str, key: str, value: str
) -> None:
    path = exports("i18n-json", ad("Thai", text), out="th.json", variant=variant)
    found = json.loads(path.read_bytes())[key]
    assert (found if isinstance(found, str) else found["headline"][0]) == value


def test_a_dialect_that_there_is_none_of_is_refused(exports: Exports) -> None:
    with pytest.raises(UsageError, match="has no variant 'react'; there are: flat, vue"):
        exports("i18n-json", ad("Thai", "ก"), out="th.json", variant="react")


def test_i18next_is_warned_of(exports: Exports) -> None:
    exports("i18n-json", ad("Thai", "hello {{name}}"), out="th.json")
    assert exports.problems == [("syntax", "warning", "headline 1")]


@pytest.mark.parametrize("name", ["android-xml", "arb"])
def test_two_texts_of_one_name_are_refused(exports: Files, name: str) -> None:
    records = ad("Thai", "ก", id_="a-b"), ad("Thai", "ข", id_="a b", row=2)
    with pytest.raises(UsageError, match="would both be called"):
        exports(name, *records, out="out")
    assert [one.name for one in exports.folder.iterdir()] == ["r.jsonl"]


# Stores


def page(language: str, **data: str) -> Result:
    item = {"id": "app", "language": language, "support_url": "https://x.example"}
    return result(f"app/{language}", text=None, data=data, input=item, row=1, line=2)


def test_fastlane_gets_a_folder_for_each_language(exports: Exports) -> None:
    exports("fastlane", page("Thai", subtitle=" ผ้าไหม ", description="ยาว\nสองบรรทัด"),
            page("German", subtitle="Seide"), out="metadata")  # fmt: skip
    found = {str(one.relative_to(exports.folder / "metadata")): one.read_text(encoding="utf-8")
             for one in (exports.folder / "metadata").rglob("*.txt")}  # fmt: skip
    assert found == {
        "th/subtitle.txt": "ผ้าไหม", "th/description.txt": "ยาว\nสองบรรทัด",
        "th/support_url.txt": "https://x.example", "de-DE/subtitle.txt": "Seide",
        "de-DE/support_url.txt": "https://x.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "rule", "field"),
    [
        ({"subtitle": "x" * 31}, "length", "subtitle"),
        ({"subtitle": "two\nlines"}, "one_line", "subtitle"),
        ({"subtitle": "fine", "description": "  "}, "empty", "description"),
    ],
)
def test_a_store_is_told_what_it_would_refuse(
    exports: Files, data: dict[str, str], rule: str, field: str
) -> None:
    exports("fastlane", page("Thai", **data), page("German", subtitle="Seide"), out="metadata")
    assert [(one, place) for one, _, place in exports.problems] == [(rule, field)]
    assert not (exports.folder / "metadata/th/description.txt").exists()


def test_play_has_other_names(exports: Exports) -> None:
    exports("fastlane-play", page("Japanese", short_description="絹"), out="android")
    assert (exports.folder / "android/ja-JP/short_description.txt").exists()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (page("Thai", slogan="x"), "no field is called name, subtitle"),
        (page("Welsh", subtitle="x"), "the store has no page in"),
    ],
)
def test_what_is_of_no_store_is_refused(exports: Files, record: Result, words: str) -> None:
    if "support_url" in record.input and "subtitle" not in (record.data or {}):
        record = result(
            "app/Thai", text=None, data=dict(record.data or {}), input={"language": "th"}
        )
    with pytest.raises(UsageError, match=words):
        exports("fastlane", record, out="metadata")


def test_rejected_texts_stay(exports: Exports) -> None:
    write(exports.results, [ad("Thai", "ก", status=Status.REJECTED), ad("English", "A")])
    path = exports("po", out="en.po")
    assert [one.msgctxt for one in entries(path)] == [
        "scarf/English/headline/1",
        "scarf/English/caption",
    ]
