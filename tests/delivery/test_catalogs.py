"""What translators changed in PO and XLIFF files becomes decisions, and nothing else does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from copygen.delivery.catalogs import ReturnedCatalog
from copygen.delivery.copy import CopyReader
from copygen.delivery.merge import Concern, Merged
from copygen.errors import PromptError
from copygen.jobs.export import ExportJob, ExportSpec
from copygen.jobs.imports import ImportJob, ImportSpec
from copygen.results.decisions import Decision, DecisionLog, Place, State
from tests.support.records import ENDED, any_text, patient, result, write

LATER = datetime.now(UTC) + timedelta(hours=1)
THAI = 'ผ้าไหม "แพรวา"\\\nสองบรรทัด\t'
NAME = "scarf/Thai/headline/1"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "r.jsonl"
    data = {"headline": ["one", THAI, "three", "four"], "caption": "cap"}
    item = {"id": "scarf", "language": "Thai"}
    write(path, [result("scarf/Thai", text=None, data=data, input=item, row=1, line=2),
                 result("a/b/1", text="alone", input=item, row=2, line=3)])  # fmt: skip
    for index, state in ((1, State.APPROVED), (2, State.LOCKED)):
        decide(path, state, data["headline"][index], index)
    return path


def decide(results: Path, state: State, text: str, index: int) -> None:
    DecisionLog(results).append([
        Decision(id="scarf/Thai", key="k1", field="headline", index=index, state=state, text=text,
                 by="ken", at=ENDED, via="page"),
    ])  # fmt: skip


def exported(results: Path, name: str) -> Path:
    out = results.with_name(f"th.{'po' if name == 'po' else 'xliff'}")
    ExportJob(ExportSpec(results=results, out=out, format=name)).run()
    return out


def imported(file: Path, results: Path) -> Merged:
    return (
        ImportJob(ImportSpec(file=file, results=results, by="mali"), environ={})
        .run(now=LATER)
        .merged
    )


def standing(results: Path) -> dict[str, tuple[str, str]]:
    with CopyReader(results) as copies:
        return {
            f"{copy.record.id} {text.place.label}": (text.state.value, text.text)
            for copy in copies
            for text in copy.texts
        }


def edit_po(path: Path, change: Callable[[Any], None], name: str = NAME) -> None:
    book = polib.pofile(str(path), wrapwidth=60)
    change(next(one for one in book if one.msgctxt == name))
    book.save()


@pytest.mark.parametrize("name", ["po", "xliff-1.2", "xliff-2.0"])
def test_a_file_that_nobody_touched_decides_nothing(results: Path, name: str) -> None:
    merged = imported(exported(results, name), results)
    assert (merged.decisions, merged.told, merged.texts) == ([], [], 6)


def test_polib_saves_a_catalogue_and_nothing_is_decided(results: Path) -> None:
    path = exported(results, "po")
    edit_po(path, lambda _entry: None)
    assert imported(path, results).decisions == []


def approve(entry: Any) -> None:
    entry.flags.remove("fuzzy")


def rewrite(entry: Any) -> None:
    approve(entry)
    entry.msgstr = 'ใหม่ \\ "x"\nบรรทัด'


def doubt(entry: Any) -> None:
    entry.flags.append("fuzzy")


@pytest.mark.parametrize(
    ("change", "name", "state", "text"),
    [
        (approve, NAME, "approved", "one"),
        (rewrite, NAME, "edited", 'ใหม่ \\ "x"\nบรรทัด'),
        (doubt, "scarf/Thai/headline/2", "draft", THAI),
        (approve, "a/b/1", "approved", "alone"),  # an id with slashes and a number
        (approve, "scarf/Thai/caption", "approved", "cap"),
    ],
)
def test_what_a_translator_did_in_a_po_file_is_taken(
    results: Path, change: Callable[[Any], None], name: str, state: str, text: str
) -> None:
    before = standing(results)
    path = exported(results, "po")
    edit_po(path, change, name)
    merged = imported(path, results)
    assert [one.via for one in merged.decisions] == ["po"]
    changed = [value for key, value in standing(results).items() if before[key] != value]
    assert changed == [(state, text)]


def test_what_is_changed_and_still_fuzzy_is_told_and_not_taken(results: Path) -> None:
    path = exported(results, "po")
    edit_po(path, lambda entry: setattr(entry, "msgstr", "half done"))
    merged = imported(path, results)
    assert merged.decisions == []
    assert [(one.kind, one.id) for one in merged.told] == [(Concern.REFUSED, "scarf/Thai")]
    assert "still marked as unfinished" in merged.told[0].message


def test_a_locked_text_is_not_changed_by_a_catalogue(results: Path) -> None:
    path = exported(results, "po")
    edit_po(path, lambda entry: setattr(entry, "msgstr", "mine"), "scarf/Thai/headline/3")
    merged = imported(path, results)
    assert merged.decisions == []
    assert [one.kind for one in merged.told] == [Concern.REFUSED]


def test_what_somebody_else_decided_meanwhile_is_told(results: Path) -> None:
    path = exported(results, "po")
    edit_po(path, rewrite)
    decide(results, State.EDITED, "ken's own", 0)
    assert Concern.CONFLICT in [one.kind for one in imported(path, results).told]


def test_an_old_file_takes_back_nothing(results: Path) -> None:
    path = exported(results, "po")
    decide(results, State.EDITED, "ken's own", 0)
    assert imported(path, results).decisions == []
    assert standing(results)["scarf/Thai headline 1"] == ("edited", "ken's own")


def test_a_file_without_marks_is_read_by_its_names(results: Path) -> None:
    path = exported(results, "po")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(one for one in lines if "#. copygen" not in one), encoding="utf-8")
    edit_po(path, approve)
    assert [one.state for one in imported(path, results).decisions] == [State.APPROVED]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"what is this\n", "no line of a PO file"),
        (b'msgid "open\nmsgstr ""\n', "no line of a PO file"),
        (b'msgid ""\nmsgstr "charset=UTF-8"\n\nmsgctxt "\xff"\n', "is not in UTF-8"),
        (b'msgid ""\nmsgstr "Content-Type: text/plain; charset=klingon\\n"\n', "klingon"),
    ],
)
def test_a_damaged_catalogue_is_refused(results: Path, content: bytes, words: str) -> None:
    path = results.with_name("th.po")
    path.write_bytes(content)
    with pytest.raises(PromptError, match=words):
        imported(path, results)


def test_a_catalogue_in_another_encoding_is_read(results: Path) -> None:
    path = exported(results, "po")
    text = path.read_text(encoding="utf-8").replace("charset=UTF-8", "charset=TIS-620")
    path.write_bytes(text.replace("#, fuzzy\n", "").encode("tis-620"))
    assert {one.text for one in imported(path, results).decisions} >= {"one", "cap", "alone"}


def test_obsolete_and_foreign_entries_are_no_texts_of_ours(results: Path) -> None:
    path = exported(results, "po")
    foreign = 'msgctxt "nobody/1"\nmsgid "x"\nmsgstr "y"\nmsgid "bare"\nmsgstr "z"\n'
    obsolete = '#~ msgctxt "scarf/Thai/caption"\n#~ msgid "x"\n#~ msgstr "old"\n'
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{foreign}\n{obsolete}")
    merged = imported(path, results)
    assert merged.decisions == []
    assert [(one.kind, one.id) for one in merged.told] == [(Concern.UNKNOWN, "nobody/1")]


# XLIFF

SPACE_1 = "{urn:oasis:names:tc:xliff:document:1.2}"
SPACE_2 = "{urn:oasis:names:tc:xliff:document:2.0}"


def edit_xliff(path: Path, name: str, text: str | None, **changes: str) -> None:
    """Change one unit as a translator's program would, and save it as lxml does."""
    tree = etree.parse(str(path))
    for unit in tree.getroot().iter(f"{SPACE_1}trans-unit", f"{SPACE_2}unit"):
        if name not in (unit.get("id"), unit.get("name")):
            continue
        target = next(unit.iter(f"{SPACE_1}target", f"{SPACE_2}target"))
        if text is not None:
            target.text = text
        for key, value in changes.items():
            whose = unit if key == "approved" else target
            if whose is target and unit.tag.startswith(SPACE_2):
                whose = next(unit.iter(f"{SPACE_2}segment"))
            whose.set(key, value)
    tree.write(str(path), encoding="utf-8", xml_declaration=True)


@pytest.mark.parametrize(
    ("name", "text", "changes", "state", "stands"),
    [
        ("xliff-1.2", None, {"approved": "yes", "state": "signed-off"}, "approved", "one"),
        ("xliff-1.2", "ใหม่ <&>", {"approved": "yes"}, "edited", "ใหม่ <&>"),
        ("xliff-1.2", "new", {"state": "translated"}, "edited", "new"),
        ("xliff-2.0", None, {"state": "reviewed"}, "approved", "one"),
        ("xliff-2.0", None, {"state": "final"}, "locked", "one"),
        ("xliff-2.0", "ใหม่ <&>", {}, "edited", "ใหม่ <&>"),
        ("xliff-2.0", "new", {"state": "reviewed"}, "edited", "new"),
    ],
)
def test_what_a_translator_did_in_xliff_is_taken(
    results: Path, name: str, text: str | None, changes: dict[str, str], state: str, stands: str
) -> None:
    path = exported(results, name)
    edit_xliff(path, NAME, text, **changes)
    merged = imported(path, results)
    assert [one.via for one in merged.decisions] == ["xliff"]
    assert standing(results)["scarf/Thai headline 1"] == (state, stands)


@pytest.mark.parametrize(
    ("name", "changes"),
    [("xliff-1.2", {}), ("xliff-2.0", {"state": "initial"})],
)
def test_what_is_changed_and_unfinished_is_told(
    results: Path, name: str, changes: dict[str, str]
) -> None:
    path = exported(results, name)
    edit_xliff(path, NAME, "half done", **changes)
    merged = imported(path, results)
    assert merged.decisions == []
    assert [one.kind for one in merged.told] == [Concern.REFUSED]


def test_a_text_of_several_segments_is_one(results: Path) -> None:
    path = exported(results, "xliff-2.0")
    text = path.read_text(encoding="utf-8")
    two = (
        "<target>o</target></segment><ignorable><source> </source><target>n</target></ignorable>"
        '<segment state="reviewed"><source>x</source><target><pc id="1">e</pc></target></segment>'
    )
    path.write_text(text.replace("<target>one</target></segment>", two), encoding="utf-8")
    assert [one.state for one in imported(path, results).decisions] == [State.APPROVED]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<xliff", "not valid XML"),
        ("<resources/>", "no XLIFF"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xliff/>', "defines entities"),
        ("", "not valid XML"),
    ],
)
def test_what_is_no_xliff_is_refused(results: Path, content: str, words: str) -> None:
    path = results.with_name("th.xliff")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PromptError, match=words):
        imported(path, results)


# Any text


@settings(patient, max_examples=25)
@given(st.lists(any_text | st.text(alphabet='a"\\\n\r\t ก\u2028<&>]', max_size=30), max_size=4))
def test_any_text_comes_back_from_a_file_as_it_went_or_stays_with_the_reason(
    texts: list[str],
) -> None:
    with TemporaryDirectory() as name:
        results = Path(name) / "r.jsonl"
        item = {"id": "scarf", "language": "Thai"}
        data = {"headline": ["fine", *texts]}
        write(results, [result("scarf/Thai", text=None, data=data, input=item, row=1, line=2)])
        for form, ending in (("po", "po"), ("xliff-1.2", "xliff"), ("xliff-2.0", "xliff")):
            out = results.with_name(f"th.{ending}")
            job = ExportJob(ExportSpec(results=results, out=out, format=form))
            told = {one.field for one in job.run().tally.problems}
            with CopyReader(results) as copies:
                found = {one.place: one.text for one in ReturnedCatalog(out, copies.find).texts()}
            for index, text in enumerate(data["headline"]):
                place = Place("headline", index)
                if f"headline {index + 1}" not in told and text:
                    assert found[place] == text
                else:
                    assert place not in found
