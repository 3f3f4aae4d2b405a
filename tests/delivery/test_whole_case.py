"""From a shop's table to a file for Google Ads, with two colleagues in between, by commands alone.

The commands are those of `copygen help recipes`: it is run as it stands there, with ten products in
the place of its two. Where it says that a person is at work, one is: at the page in Chromium, and
at the workbook in LibreOffice.
"""

import csv
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from copygen.results.decisions import Decisions, State
from tests.support.browser import Chromium, missing, ready, text_of, until
from tests.support.inside import copygen
from tests.support.libreoffice import needs_libreoffice
from tests.support.manual_examples import blocks
from tests.support.office_edits import OfficeJob

WHY_NOT = missing()
pytestmark = [
    needs_libreoffice,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
    pytest.mark.timeout(300),
]
SAVED = "document.getElementById('saving').textContent === 'All saved'"
THINGS = [
    *("Praewa silk scarf", "Celadon bowl", "Tamarind soap", "Teak tray", "Lanna candle"),
    *("Mulberry notebook", "Indigo apron", "Rattan basket", "Jasmine tea", "Bamboo lamp"),
]
COLUMNS = [
    *("Handle", "Title", "Body (HTML)", "Vendor", "Option1 Name", "Option1 Value"),
    *("Variant SKU", "Variant Price", "Status"),
]
TABLE, RESULTS = "products_export.csv", "products_export.results.jsonl"
WORDS = [
    f"{how}{what}"
    for how in ("手織りの", "やさしい", "毎日使える", "贈りたい", "職人がつくる")
    for what in ("品", "布", "器", "時間")
]
"""What a colleague types."""


def recipe() -> tuple[str, list[list[str]]]:
    """The template of the recipe, and its commands in order, `review` among them."""
    template, commands = "", []
    for block in blocks("recipes"):
        if block.how == "file=search-ads.yaml":
            template = block.text
        elif block.language == "sh":
            for line in block.text.replace("\\\n", "").splitlines():
                commands.append(shlex.split(line))
    return template, commands[: next(n for n, one in enumerate(commands) if "--as" in one) + 1]


def write_table(folder: Path) -> None:
    """Ten products of two variants each, as Shopify exports them, and one that is not on sale."""
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for number, name in enumerate(THINGS):
            handle = name.lower().replace(" ", "-")
            body = f"<p>{name}, made by hand in Chiang Mai.</p>"
            first = ("Siam", "Colour", "Red", f"00{number}-R", "89.00", "active")
            out.writerow([handle, name, body, *first])
            out.writerow([handle, "", "", "", "", "Blue", f"00{number}-B", "89.00", ""])
        out.writerow(["old", "Old thing", "<p>x</p>", "Siam", "Title", "x", "009", "1.00", "draft"])


class Folder:
    """Where the recipe is followed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results = path / RESULTS

    def run(self, command: list[str]) -> str:
        """Run one command of the recipe; what it told."""
        assert command[0] == "copygen"
        done = copygen(*command[1:], cwd=self.path)
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def states(self, state: State) -> dict[tuple[str, str], str | None]:
        """Record and place → text, of the texts that stand at that state."""
        decisions = Decisions.read(self.results)
        return {
            (id_, place.label): one.last.text
            for id_ in decisions.ids()
            for place, one in decisions.of(id_).items()
            if one.state is state
        }


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    browser = Chromium()
    yield browser
    browser.close()


def test_from_a_shops_table_to_google_ads_without_a_line_of_code(
    tmp_path: Path, chromium: Chromium
) -> None:
    template, commands = recipe()
    assert [one[1] for one in commands] == [
        *("run", "review", "export", "import", "run", "export"),
    ]
    run, _review, to_colleague, back, again, deliver = commands
    folder = Folder(tmp_path)
    write_table(tmp_path)
    (tmp_path / "search-ads.yaml").write_text(template, encoding="utf-8")

    assert "20 ok" in folder.run(run)
    chromium.on_page_of(folder.results, at_the_page)
    rejected = folder.states(State.REJECTED)
    assert {id_ for id_, _ in rejected} == {"bamboo-lamp/Japanese"}
    assert len(folder.states(State.APPROVED)) == 10 * 5 - 1  # all Thai ones but the edited text
    assert len(folder.states(State.EDITED)) == 1

    folder.run(to_colleague)
    edited = edit_in_libreoffice(tmp_path, tmp_path / "for-mali.xlsx")
    folder.run(back)
    assert len(edited) == len(WORDS) == 20
    by_hand = folder.states(State.EDITED)
    assert edited.items() <= by_hand.items()

    changed = template.replace("Write a responsive", "In plain words, write a responsive")
    (tmp_path / "search-ads.yaml").write_text(changed, encoding="utf-8")
    told = folder.run(again)
    kept_ids = {id_ for id_, _ in by_hand} | {id_ for id_, _ in folder.states(State.APPROVED)}
    assert "texts left that people decided on" in told
    assert f"{20 - len(kept_ids)} ok" in told
    assert folder.states(State.EDITED) == by_hand, "a text that a person wrote is gone"

    folder.run(deliver)
    with (tmp_path / "editor.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = {row["Ad Group"]: row for row in rows}
    for (id_, label), text in by_hand.items():
        handle, _, language = id_.partition("/")
        name = next(one for one in THINGS if one.lower().replace(" ", "-") == handle)
        assert texts[f"{name} {language}"][label.capitalize()] == text
    assert "Bamboo lamp Japanese" in texts  # written anew, for its text was rejected


def at_the_page(page: Any) -> None:
    """Filter, edit, approve all that is filtered, reject with a reason, undo, reload, print."""
    page.click("label.value:has-text('Thai')")
    page.click(".card-actions .act-edit >> nth=0")
    page.fill("textarea.editor", "ผ้าไหมทอมือ")
    until(page, "!document.querySelector('.editing .violations')")
    page.click("text=Save")
    until(page, SAVED)
    page.click("text=Approve all")
    if page.is_visible("#ask"):
        page.click("#ask button[type=submit]")
    until(page, SAVED)
    page.click("text=Clear filters")
    page.fill("#search", "bamboo")
    page.click("label.value:has-text('Japanese')")
    until(page, "document.getElementById('grid').getAttribute('aria-rowcount') === '1'")
    page.click(".detail-head .act-reject")
    page.fill("#ask-words", "says nothing of the light")
    page.click("#ask button[type=submit]")
    until(page, SAVED)
    before = text_of(page, "#progress-words")
    page.click("#undo-button")
    until(page, SAVED)
    assert text_of(page, "#progress-words") != before
    page.click("#redo-button")
    until(page, SAVED)
    page.reload()
    ready(page)
    assert text_of(page, "#progress-words") == before
    assert "says nothing of the light" in text_of(page, "#detail")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.querySelectorAll('#print article').length") == 1


def edit_in_libreoffice(folder: Path, book: Path) -> dict[tuple[str, str], str | None]:
    """A colleague types other words over twenty Japanese texts and saves; what was typed."""
    sheet = python_calamine.CalamineWorkbook.from_path(str(book)).get_sheet_by_name("texts")
    header, *rows = sheet.to_python(skip_empty_area=False)
    column = {str(name): number for number, name in enumerate(header)}
    typed: dict[str, str] = {}
    meant: dict[tuple[str, str], str | None] = {}
    for number, row in enumerate(rows, 2):
        id_, label = str(row[column["id"]]), str(row[column["field"]])
        index = row[column["n"]] if "n" in column else ""
        is_wanted = id_.endswith("/Japanese") and "bamboo" not in id_
        if is_wanted and len(typed) < len(WORDS):
            text = WORDS[len(typed)]
            typed[f"texts.{chr(ord('A') + column['text'])}{number}"] = text
            place = f"{label} {int(float(str(index)))}" if str(index) else label
            meant[id_, place] = text
    job = OfficeJob(folder)
    saved = job.edit(book, typed, ("xlsx",))["xlsx"]
    job.run()
    saved.replace(book)
    return meant
