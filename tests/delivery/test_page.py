"""The page in a browser: what a person does there, by mouse and by keys, and what it never does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copygen.jobs.review import ReviewSpec, make_report
from copygen.quality.units import Unit, measure
from copygen.results.decisions import Decision, Decisions, Place, State, decode_decision
from copygen.results.storage import Beside
from tests.support.browser import (
    Chromium,
    answer_in_its_place,
    cut_off_from_news,
    missing,
    ready,
    reviewed,
    text_of,
    until,
)
from tests.support.inside import copygen
from tests.support.records import ENDED, result, write
from tests.support.review_copy import write_ads, write_rules

WHY_NOT = missing()
pytestmark = [
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
    pytest.mark.timeout(300),
]
SAVED = "document.getElementById('saving').textContent === 'All saved'"
AD = {"headline": "google_ads.headline"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    browser = Chromium()
    yield browser
    browser.close()


@pytest.fixture
def ads(tmp_path: Path) -> Path:
    return write_ads(tmp_path)


def report_of(*results: Path, **options: Any) -> str:
    out = results[0].with_suffix(".html")
    make_report(ReviewSpec(results=results, **options), out, now=ENDED)
    return out.as_uri()


def states(path: Path) -> dict[str, list[str]]:
    """Id → states of its texts that somebody decided about."""
    found = Decisions.read(path)
    return {id_: [one.state.value for one in found.of(id_).values()] for id_ in found.ids()}


def rows(page: Any) -> int:
    return int(page.get_attribute("#grid", "aria-rowcount"))


def test_a_colleague_clicks_through_a_review(chromium: Chromium, ads: Path) -> None:
    def act(page: Any) -> None:
        page.click("label.value:has-text('Thai')")
        assert rows(page) == 6
        page.click(".card-actions .act-edit >> nth=0")
        page.fill("textarea.editor", "ผ้าไหมแพรวาทอมือจากกาฬสินธุ์ ส่งถึงหน้าบ้านคุณ")
        until(
            page, "document.querySelector('.editing .violations')?.textContent.includes('length')"
        )
        assert page.query_selector(".editing .difference ins")
        page.fill("textarea.editor", "ผ้าไหมแพรวา")
        until(page, "!document.querySelector('.editing .violations')")
        page.click("text=Save")
        until(page, SAVED)

        page.click("label.value:has-text('Arabic')")
        page.click("text=Approve all 12")
        assert "records that break a rule" in text_of(page, "#ask")
        page.click("#ask button[type=submit]")
        until(page, SAVED)
        progress = text_of(page, "#progress-words")

        page.fill("#search", "bowl ไหม")
        until(page, "document.getElementById('grid').getAttribute('aria-rowcount') === '1'")
        page.click(".detail-head .act-reject")
        page.fill("#ask-words", "says nothing of the glaze")
        page.click("#ask button[type=submit]")
        until(page, SAVED)
        assert "says nothing of the glaze" in text_of(page, "#detail")
        page.click("#undo-button")
        until(page, SAVED)
        assert text_of(page, "#progress-words") == progress
        page.click("#redo-button")
        until(page, SAVED)

        page.reload()
        ready(page)
        assert page.input_value("#search") == "bowl ไหม"
        assert "Rejected" in text_of(page, "#grid")
        assert "says nothing of the glaze" in text_of(page, "#detail")

        page.click("text=Clear filters")
        page.click("text=Reject all")  # what was decided is not in it
        assert "stay as decided" in text_of(page, "#ask")
        page.keyboard.press("Escape")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("document.querySelectorAll('#print article').length") == 24
        page.emulate_media(media="print")
        assert page.is_visible("#print h1")
        assert not page.is_visible("#grid")

    _, seen = chromium.on_page_of(ads, act)
    assert seen.errors == []
    decided = states(ads)
    assert decided["scarf/Thai"] == ["edited", *["approved"] * 4]
    assert decided["bowl/Thai"] == ["rejected"] * 5
    assert decided["bowl/Arabic"] == ["approved"] * 5
    assert "scarf/Arabic" not in decided  # something in it breaks a rule
    assert "tea/English" not in decided
    standing = Decisions.read(ads).of("scarf/Thai")[Place("headline", 0)]
    assert (standing.last.text, standing.last.by) == ("ผ้าไหมแพรวา", "mali")


def test_all_of_it_by_keys_alone(chromium: Chromium, ads: Path) -> None:
    def act(page: Any) -> None:
        def press(*keys: str) -> None:
            for key in keys:
                page.keyboard.press(key)

        press("?")
        assert page.is_visible("#keys")
        press("Escape", "j", "a")  # the second record
        until(page, SAVED)
        press("j", "r")
        page.keyboard.type("too plain")
        press("Control+Enter")
        press("j", "e")
        press("Control+a")
        page.keyboard.type("ไหมแพรวา")
        press("Control+Enter")
        press("2", "l", "0")  # its second text alone
        press("/")
        page.keyboard.type("lamp")
        until(page, "document.getElementById('grid').getAttribute('aria-rowcount') === '4'")
        press("Escape", "Shift+A")
        assert page.is_visible("#ask")
        press("Escape")
        press("Shift+D")  # nothing but drafts there
        press("Shift+A", "Enter")
        until(page, SAVED)
        press("x", "u", "Shift+U")  # takes the approval of all lamps back, and again
        press("c")
        page.keyboard.type("ask the weaver")
        press("Control+Enter")
        press("n")
        until(page, SAVED)

    _, seen = chromium.on_page_of(ads, act)
    assert seen.errors == []
    decided = states(ads)
    assert decided["scarf/English"] == ["approved"] * 5
    assert decided["scarf/Japanese"] == ["rejected"] * 5
    assert sorted(decided["scarf/Thai"])[-2:] == ["edited", "locked"]
    lamps = [states_ for id_, states_ in decided.items() if id_.startswith("lamp")]
    assert lamps == [["approved"] * 5] * 4
    comments = {one.last.comment for id_ in decided for one in Decisions.read(ads).of(id_).values()}
    assert "ask the weaver" in comments


def test_two_tabs_see_each_other_and_a_conflict_is_shown(chromium: Chromium, ads: Path) -> None:
    def act(page: Any) -> None:
        page.keyboard.press("a")
        until(page, SAVED)
        other = page.context.new_page()
        other.goto(page.url)
        ready(other)
        page.keyboard.press("d")
        until(page, SAVED)
        until(other, "!document.querySelector('.cell[aria-selected=true] .state-approved')")
        # Cut off from news, it decides in ignorance.
        cut_off_from_news(other)
        page.keyboard.press("l")
        until(page, SAVED)
        other.keyboard.press("a")
        until(other, "document.getElementById('toast').textContent.includes('before you: locked')")
        assert "Locked" in other.inner_text(".cell[aria-selected=true]")
        other.click("text=Put mine in its place >> nth=0")
        until(page, "document.querySelector('.cell[aria-selected=true] .is-approved')")

    chromium.on_page_of(ads, act)
    assert states(ads)["scarf/Arabic"].count("approved") == 1


def test_what_the_server_did_not_take_is_never_called_saved(chromium: Chromium, ads: Path) -> None:
    def act(page: Any) -> None:
        cut_off_from_news(page)  # it tries again by itself when the news come
        answer_in_its_place(page, "api/decisions", "Promise.reject(new TypeError('no route'))")
        page.keyboard.press("a")
        until(
            page, "document.getElementById('saving').textContent.includes('5 decisions not saved')"
        )
        page.evaluate("serverAnswers()")
        page.click("text=Try again")
        until(page, SAVED)

    chromium.on_page_of(ads, act)
    assert states(ads) == {"scarf/Arabic": ["approved"] * 5}


def test_what_the_server_refuses_is_taken_back_and_holds_up_nothing(
    chromium: Chromium, ads: Path
) -> None:
    def act(page: Any) -> None:
        error = '{"error": "there is no record"}'
        answer_in_its_place(page, "api/decisions", f"new Response('{error}', {{ status: 400 }})")
        page.keyboard.press("a")
        until(page, "document.getElementById('toast').textContent.includes('no record')")
        assert text_of(page, "#progress-words") == "0 of 115 texts decided"
        page.evaluate("serverAnswers()")
        page.keyboard.press("j")
        page.keyboard.press("l")
        until(page, SAVED)

    chromium.on_page_of(ads, act)
    assert states(ads) == {"scarf/English": ["locked"] * 5}


def test_read_only_has_nothing_to_decide_with(chromium: Chromium, ads: Path) -> None:
    def act(page: Any) -> None:
        assert page.query_selector_all(".act") == []
        for key in ("a", "l", "e", "Shift+A"):
            page.keyboard.press(key)
        assert text_of(page, "#saving") == "Read only"

    chromium.on_page_of(ads, act, is_read_only=True)
    assert states(ads) == {}


def test_a_report_keeps_decisions_until_they_are_downloaded(chromium: Chromium, ads: Path) -> None:
    def act(page: Any) -> list[str]:
        page.fill(".by", "somchai")
        page.focus("#grid")
        page.keyboard.press("a")
        page.keyboard.press("j")
        page.keyboard.press("e")
        page.fill("textarea.editor", "Praewa silk")
        assert "checked when the decisions are imported" in text_of(page, ".editing")
        page.keyboard.press("Control+Enter")
        until(page, "document.getElementById('saving').textContent.includes('6 not downloaded')")
        page.reload()
        ready(page)
        assert "6 not downloaded" in text_of(page, "#saving")
        assert "6 of 115" in text_of(page, "#progress-words")
        with page.expect_download() as told:
            page.click("#saving button")
        assert told.value.suggested_filename == "ads.results.decisions.jsonl"
        until(page, "!document.getElementById('saving').textContent.includes('not downloaded')")
        return Path(told.value.path()).read_text().splitlines()

    lines, seen = chromium.on_page(report_of(ads), act)
    assert seen.errors == []
    decisions = [decode_decision(line.encode()) for line in lines]
    assert all(isinstance(one, Decision) for one in decisions)
    found = [one for one in decisions if isinstance(one, Decision)]
    assert {one.by for one in found} == {"somchai"}
    (edited,) = [one for one in found if one.state is State.EDITED]
    assert (edited.id, edited.key, edited.text, edited.via) == (
        *("scarf/English", "key-0", "Praewa silk", "report"),
    )
    assert "هدية من القلب" in [one.text for one in found if one.state is State.APPROVED]
    returned = ads.with_name("returned.jsonl")
    returned.write_text("\n".join(lines))
    done = copygen("import", returned.name, ads.name, cwd=ads.parent)
    assert done.returncode == 0, done.stderr
    assert states(ads) == {"scarf/Arabic": ["approved"] * 5, "scarf/English": ["edited"]}


def test_two_results_files_stand_side_by_side(
    chromium: Chromium, ads: Path, tmp_path: Path
) -> None:
    other = write_ads(tmp_path, name="earlier.results.jsonl")

    def act(page: Any) -> None:
        page.select_option("#beside", "file")
        assert rows(page) == 24
        assert "B: earlier.results.jsonl" in text_of(page, "#columns")
        page.focus("#grid")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("a")
        until(page, SAVED)
        page.select_option("#beside", "cell:language")
        assert "Thai" in text_of(page, "#columns")

    with reviewed(ads, other) as address:
        chromium.on_page(address, act)
    assert (len(states(ads)), len(states(other))) == (0, 1)


def test_side_by_side_hides_no_record(chromium: Chromium, tmp_path: Path) -> None:
    path = tmp_path / "variants.jsonl"
    write(
        path,
        [
            result(f"{sku}/{language}/{variant}", text=f"{sku} {variant}", row=row, line=row,
                   input={"sku": sku, "language": language})
            for row, sku in enumerate(("scarf", "bowl"), 1)
            for language in ("English", "Thai")
            for variant in (1, 2)
        ],
    )  # fmt: skip

    def act(page: Any) -> dict[str, list[list[str]]]:
        shown = {}
        for side in ("cell:language", "variant"):
            page.select_option("#beside", side)
            shown[side] = page.eval_on_selector_all(
                "[role=row]",
                "rows => rows.map(row => [...row.querySelectorAll('.cell-id')]"
                ".map(one => one.textContent))",
            )
        assert page.query_selector("#beside option[value=model]") is None
        return shown

    shown, seen = chromium.on_page(report_of(path), act)
    assert seen.errors == []
    assert shown["cell:language"] == [
        ["scarf/English/1", "scarf/Thai/1"],
        ["scarf/English/2", "scarf/Thai/2"],
        ["bowl/English/1", "bowl/Thai/1"],
        ["bowl/English/2", "bowl/Thai/2"],
    ]
    assert shown["variant"][0] == ["scarf/English/1", "scarf/English/2"]
    assert len(shown["variant"]) == 4


HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<!--<script>",
    "javascript:window.hacked=1",
    "\u202egnp.exe\u202c and \u2066isolated\u2069",
    "one\u2028two\u2029three",
    "NUL \x00 ESC \x1b[2J BEL \x07",
    "zero\u200bwidth \ufeff \U000e0041 a\ufe0f b",
    "half \ud800 a character",
    "]]>{{constructor.constructor('window.hacked=1')()}}${window.hacked=1}",
    "<style>*{display:none}</style>",
    'https://evil.example/?"onmouseover=window.hacked=1',
)


@pytest.mark.parametrize("is_report", [False, True])
def test_what_a_model_wrote_does_nothing_and_comes_through_whole(
    chromium: Chromium, tmp_path: Path, is_report: bool
) -> None:
    path = tmp_path / "</title><script>window.hacked=1</script>.jsonl".replace("/", "\u2044")
    hostile = [
        result(f"<b>{at}</b>", key=text, text=text, input={text: text, "url": text}, model=text)
        for at, text in enumerate(HOSTILE)
    ]
    write(path, hostile)

    def act(page: Any) -> list[list[str]]:
        found = []
        for at in range(len(HOSTILE)):
            page.keyboard.press("e") if at else page.keyboard.press("Enter")
            value = page.evaluate("[...document.querySelector('textarea.editor').value].join('|')")
            page.keyboard.press("Escape")
            chips = page.eval_on_selector_all(
                ".copy .chip-invisible", "all => all.map(one => one.textContent)"
            )
            found.append([value.replace("|", ""), *chips])
            page.keyboard.press("j")
        page.keyboard.press("o")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("window.hacked") is None
        assert page.query_selector_all("img, script[src], iframe, b:not(.place b)") == []
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.protocol)")
        assert set(links) <= {"http:", "https:", "blob:"}
        return found

    if is_report:
        found, seen = chromium.on_page(report_of(path), act)
    else:
        found, seen = chromium.on_page_of(path, act)
    assert seen.errors == []
    assert not [one for one in seen.requests if "evil" in one or one.endswith("/x")]
    listed = {one[0]: one[1:] for one in found}
    # A field of text has line feeds only, and no half characters in what Python is told of it.
    assert set(listed) >= {text for text in HOSTILE if not re.search("[\ud800\r]", text)}
    assert listed[HOSTILE[4]] == ["RLO", "PDF", "LRI", "PDI"]
    assert listed[HOSTILE[5]] == ["LS", "PS"]
    assert listed[HOSTILE[6]] == ["NUL", "ESC", "BEL"]
    assert listed[HOSTILE[7]] == ["ZWSP", "BOM", "U+E0041", "VS16"]


TEXTS = (
    "",
    "Silk scarf, 180 cm – 1,890 baht!",
    "ผ้าไหมแพรวาทอมือ ของขวัญจากใจ",
    "職人が手で仕上げた、一生ものの逸品。ﾊﾝｶｸ １２３",
    "صناعة يدوية أصيلة",
    "👨‍👩‍👧‍👦 family 🇹🇭 flag 👍🏽 1️⃣ ☕️ ☕ ©️ ™",
    "e\u0301 é ẹ̈ ǅ ﬁ Ω µ",
    "हिन्दी में क्षत्रिय, தமிழ், বাংলা",
    "^{}\\[~]|€ costs two",
    "x" * 160,
    "x" * 161,
    "€" * 80,
    "€" * 81,
    "ก" * 70,
    "ก" * 71,
    "🎁" * 36,
    "a" * 152 + "€" + "b" * 153,
    "line\nbreaks\r\nand\ttabs",
    "see https://example.com/a/b?c=d for more",
    "\u200b\u202e\ufeff hidden",
)


def test_lengths_are_measured_on_the_page_as_in_the_run(chromium: Chromium, tmp_path: Path) -> None:
    path = tmp_path / "lengths.jsonl"
    names = {unit: f"field_{unit.value}" for unit in Unit}
    write(
        path,
        [
            result(f"{at:02}", data=dict.fromkeys(names.values(), text), row=at + 1, line=1)
            for at, text in enumerate(TEXTS)
        ],
    )
    fields = {
        name: {
            "name": name,
            "spec": {"name": name, "source": "a test", "unit": unit, "limit": 1000},
        }
        for unit, name in names.items()
    }
    rules = {"version": 1, "fields": list(fields.values())}
    Beside.RULES.of(path).write_text(json.dumps(rules))

    def act(page: Any) -> list[list[int]]:
        found = []
        for _ in TEXTS:
            words = page.eval_on_selector_all(
                ".card .length [aria-hidden]", "all => all.map(one => one.textContent)"
            )
            found.append([int(one.partition("/")[0].replace(",", "")) for one in words])
            page.keyboard.press("j")
        return found

    found, _ = chromium.on_page(report_of(path), act)
    for text, lengths in zip(TEXTS, found, strict=True):
        assert lengths == [measure(text, unit) for unit in Unit], text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screen_readers_find_nothing_seriously_wrong(
    chromium: Chromium, ads: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core here")

    def act(page: Any) -> list[str]:
        found = []
        screens = [[], ["e"], ["Escape", "o"], ["o", "?"], ["Escape", "r"], ["Escape", "s"]]
        for keys in screens if scheme == "light" else screens[:3]:  # the colours of the others
            for key in keys:
                page.keyboard.press(key)
            page.wait_for_timeout(50)
            answer = axe.Axe().run(page)
            found += [
                f"{one['id']}: {one['nodes'][0]['html'][:200]}"
                for one in answer.response["violations"]
                if one["impact"] in ("serious", "critical", "moderate")
            ]
        return found

    found, _ = chromium.on_page(report_of(ads), act, bypass_csp=True, color_scheme=scheme)
    assert found == []


@pytest.mark.parametrize("width", [400, 800, 1600])
def test_nothing_runs_out_of_the_window(chromium: Chromium, ads: Path, width: int) -> None:
    def act(page: Any) -> None:
        for key in ("j", "Enter", "Escape", "Escape", "o", "o", "s", "?"):
            page.keyboard.press(key)
            page.wait_for_timeout(30)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, key

    chromium.on_page(report_of(ads), act, viewport={"width": width, "height": 800})


def test_previews_cut_where_the_place_does(chromium: Chromium, tmp_path: Path) -> None:
    path = tmp_path / "places.jsonl"
    caption = "Woven slowly. " * 20
    texts = {
        "seo_title": "Praewa silk scarf, hand-woven in Kalasin for weeks by one weaver | Shop",
        "caption": caption,
        "sms": "ผ้าไหมแพรวาทอมือ " * 8,
        "push_body": "Your scarf is woven.",
        "subject": "A scarf for calm evenings",
    }
    write(path, [result("one", data=texts)])
    channels = {
        "seo_title": "seo.title",
        "caption": "instagram.caption",
        "sms": "sms.message",
        "push_body": "push.body",
        "subject": "email.subject",
    }
    write_rules(path, channels)

    def act(page: Any) -> dict[str, str]:
        shown = {}
        for name in page.eval_on_selector_all(
            ".choice button", "all => all.map(one => one.textContent)"
        ):
            page.click(f".choice button:text-is('{name}')")
            shown[name] = text_of(page, ".preview")
        return shown

    shown, seen = chromium.on_page(report_of(path), act)
    assert seen.errors == []
    assert list(shown) == ["Search result", "Instagram", "SMS", "Push", "Inbox"]
    assert "…" in shown["Search result"]
    assert "Title" in shown["Search result"]
    assert "… more" in shown["Instagram"]
    assert f"of {len(caption)} characters" in shown["Instagram"]
    assert "3 segments in UCS-2" in shown["SMS"]
    assert "Your scarf is woven." in shown["Push"]


def test_the_overview_counts_what_is_filtered(chromium: Chromium, ads: Path) -> None:
    def act(page: Any) -> dict[str, str]:
        page.click("label.value:has-text('Arabic')")
        page.keyboard.press("o")
        page.eval_on_selector_all("#overview details", "all => all.forEach(one => one.open = true)")
        titles = page.eval_on_selector_all(
            "#overview figcaption", "all => all.map(one => one.textContent)"
        )
        tables = page.eval_on_selector_all(
            "#overview tbody", "all => all.map(one => one.innerText)"
        )
        return dict(zip(titles, tables, strict=True))

    shown, seen = chromium.on_page(report_of(ads), act)
    assert seen.errors == []
    assert shown["Records by decision"].split() == ["draft", "6"]
    assert shown["Violations by rule"].splitlines()[0].split() == ["length", "1", "0"]
    assert "Length of headline" in shown
    assert "Latency" in shown
    assert shown["Cost by model"].splitlines()[0].startswith("deepseek-chat")


@pytest.mark.soak
@pytest.mark.parametrize(("count", "usable_s"), [(10_000, 1.0), (100_000, 5.0)])
@pytest.mark.parametrize("is_report", [False, True])
def test_many_records_are_soon_there(
    chromium: Chromium, tmp_path: Path, count: int, usable_s: float, is_report: bool
) -> None:
    path = write_ads(tmp_path, count)

    def act(page: Any) -> tuple[float, float]:
        for key in ("End", "Home", "j", "a"):
            page.keyboard.press(key)
        page.fill("#search", "celadon")
        until(page, f"document.getElementById('grid').getAttribute('aria-rowcount') < {count // 2}")
        first = page.evaluate("performance.getEntriesByName('first rows')[0].startTime")
        return first, page.evaluate("performance.getEntriesByName('all records')[0].startTime")

    if is_report:
        (first, whole), _ = chromium.on_page(report_of(path), act)
    else:
        (first, whole), _ = chromium.on_page_of(path, act)
    assert first <= usable_s * 1000, f"the first rows after {first:.0f} ms, all after {whole:.0f}"
