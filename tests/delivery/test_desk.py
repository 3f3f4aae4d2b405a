"""Judging without a browser: what is decided is on the disk, and what others decide is seen."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copygen.delivery.desk import MOST_RECORDS, DecisionRequest, ReviewDesk, TextNow
from copygen.delivery.selection import Choice
from copygen.errors import ResultsError, UsageError
from copygen.models import Status
from copygen.results.decisions import Decision, DecisionLog, Decisions, Place, State
from copygen.results.record import encode
from copygen.results.storage import Beside
from tests.support.records import ENDED, result, write
from tests.support.review_copy import write_ads, write_rules

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIRST = Place("headline", 0)


def desk(*results: Path, by: str = "mali", choice: Choice | None = None) -> ReviewDesk:
    return ReviewDesk(results, choice or Choice(), by=by, clock=lambda: NOW)


def asked(id_: str = "scarf/Thai", place: Place = FIRST, **fields: Any) -> DecisionRequest:
    given = {"text": None, "reason": None, "comment": None, "version": "", "file": 0}
    return DecisionRequest(id=id_, place=place, **{**given, "state": State.APPROVED, **fields})


def records(open_desk: ReviewDesk) -> list[dict[str, Any]]:
    lines = b"".join(open_desk.pieces()).splitlines()
    return [json.loads(line) for line in lines]


def texts(open_desk: ReviewDesk, id_: str = "scarf/Thai") -> list[dict[str, Any]]:
    return next(one["texts"] for one in records(open_desk) if one["id"] == id_)


def test_records_come_in_the_order_of_the_table_with_their_language_and_limits(
    tmp_path: Path,
) -> None:
    with desk(write_ads(tmp_path)) as open_desk:
        listed, setup = records(open_desk), open_desk.setup()
    assert [one["row"] for one in listed] == sorted(one["row"] for one in listed)
    assert {one["lang"] for one in listed} == {"en", "th", "ja", "ar"}
    assert len(listed) == 24
    headline = setup["files"][0]["fields"][0]
    assert (headline["name"], headline["limit"], headline["unit"]) == ("headline", 30, "width")


def test_a_decision_is_on_the_disk_with_who_when_and_what_was(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    with desk(path) as open_desk:
        told, _ = open_desk.decide([asked(state=State.EDITED, text="ผ้าไหมแพรวา", comment="สั้นลง")])
        assert open_desk.made == 1
    (line,) = Beside.DECISIONS.of(path).read_bytes().splitlines()
    assert json.loads(line) == {
        "id": "scarf/Thai",
        "key": "key-1",
        "field": "headline",
        "index": 0,
        "state": "edited",
        "text": "ผ้าไหมแพรวา",
        "was": "ผ้าไหมทอมือ ส่งถึงบ้าน",
        "comment": "สั้นลง",
        "by": "mali",
        "at": "2026-11-28T12:00:00.000000Z",
        "via": "page",
    }
    assert told[0].now["text"] == "ผ้าไหมแพรวา"
    with desk(path) as again:
        text = texts(again)[0]
    assert (text["s"], text["t"], text["by"]) == ("edited", "ผ้าไหมแพรวา", "mali")
    assert text["ver"] == told[0].version


def test_undo_is_a_further_line_and_the_models_text_is_in_force_again(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    with desk(path) as open_desk:
        (told,), _ = open_desk.decide([asked(state=State.EDITED, text="อื่น")])
        open_desk.decide([asked(state=State.DRAFT, version=told.version)])
        assert "s" not in texts(open_desk)[0]
        assert "t" not in texts(open_desk)[0]
    assert len(Beside.DECISIONS.of(path).read_bytes().splitlines()) == 2


def test_of_two_who_decide_about_one_text_the_second_is_told_and_changes_nothing(
    tmp_path: Path,
) -> None:
    path = write_ads(tmp_path)
    with desk(path) as mali, desk(path, by="somchai") as somchai:
        mali.decide([asked(state=State.REJECTED, reason="too vague")])
        told, _ = somchai.decide([asked(), asked(place=Place("headline", 1))])
        assert [one.conflict for one in told] == [True, False]
        assert told[0].now["state"] == "rejected"
        assert told[0].now["by"] == "mali"
        version = told[0].version
        (told,), _ = somchai.decide([asked(version=version)])  # in the knowledge of mali's word
        assert not told.conflict
    standings = Decisions.read(path).of("scarf/Thai")
    assert {place.index: one.state for place, one in standings.items()} == {
        0: State.APPROVED,
        1: State.APPROVED,
    }


def test_what_a_run_wrote_meanwhile_is_there_when_the_page_is_loaded_again(tmp_path: Path) -> None:
    path = write_ads(tmp_path, 4)
    with desk(path) as open_desk:
        open_desk.decide([asked()])
        reading = open_desk.pieces()
        path.write_bytes(path.read_bytes() + encode(result("new", text="Fresh", row=9, line=9)))
        assert b"".join(reading).count(b"\n") == 4
        open_desk.setup()
        assert [one["id"] for one in records(open_desk)][-1] == "new"
        assert texts(open_desk)[0]["s"] == "approved"


def test_what_others_append_is_news_once_and_can_be_asked_for_again(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    with desk(path) as open_desk:
        mark = open_desk.setup()["mark"]
        assert open_desk.news().told == ()
        other = Decision(
            id="scarf/Thai", key="key-1", field="headline", index=0, state=State.LOCKED,
            by="somchai", at=NOW, via="sheet",
        )  # fmt: skip
        DecisionLog(path).append([other])
        (told,) = open_desk.news().told
        assert (told.id, told.place, told.now["state"]) == ("scarf/Thai", FIRST, "locked")
        assert open_desk.news().told == ()
        assert open_desk.since(mark).told == (told,)
        assert texts(open_desk)[0]["s"] == "locked"


def test_a_torn_line_hides_no_decision_before_or_after_it(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    with desk(path) as open_desk:
        open_desk.decide([asked()])
    file = Beside.DECISIONS.of(path)
    file.write_bytes(file.read_bytes() + b'{"id":"scarf/Thai","fie')
    with desk(path) as open_desk:
        open_desk.decide([asked(place=Place("headline", 1))])
        assert [one.get("s") for one in texts(open_desk)][:3] == ["approved", "approved", None]
        assert open_desk.news().told == ()


def test_a_decisions_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    with desk(path) as open_desk:
        open_desk.decide([asked(), asked(place=Place("headline", 1))])
        Beside.DECISIONS.of(path).write_bytes(b"")
        assert "s" not in texts(open_desk)[0] or open_desk.news().told == ()
        assert "s" not in texts(open_desk)[0]


def test_what_was_approved_under_another_key_is_stale_until_it_is_approved_again(
    tmp_path: Path,
) -> None:
    path = write_ads(tmp_path)
    before = NOW - timedelta(hours=1)
    place: dict[str, Any] = {"id": "scarf/Thai", "field": "headline", "index": 0}
    DecisionLog(path).append(
        [
            Decision(**place, key="key-1", state=State.APPROVED, at=before, via="page"),
            Decision(**place, key="new", state=State.STALE, reason="price", at=before, via="run"),
        ]
    )
    with desk(path) as open_desk:
        text = texts(open_desk)[0]
        assert (text["s"], text["stale"]) == ("approved", "price")
        (told,), _ = open_desk.decide([asked(version=text["ver"])])
        assert "stale" not in told.now
        assert "stale" not in texts(open_desk)[0]


def test_a_rejected_text_is_a_draft_once_the_model_wrote_another(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    write(path, [result("a", text="New words")])
    decided = Decision(
        id="a", key="k1", state=State.REJECTED, text="Old words", reason="stale joke",
        at=ENDED, via="page",
    )  # fmt: skip
    DecisionLog(path).append([decided])
    with desk(path) as open_desk:
        (text,) = texts(open_desk, "a")
    assert "s" not in text
    assert text["earlier"] == "stale joke"


def test_two_files_have_their_own_decisions(tmp_path: Path) -> None:
    one, two = write_ads(tmp_path), write_ads(tmp_path, name="old.results.jsonl")
    with desk(one, two) as open_desk:
        told, _ = open_desk.decide([asked(file=1)])
        assert told[0].file == 1
        assert {record["k"] for record in records(open_desk)} == {0, 1}
    assert not Beside.DECISIONS.of(one).exists()
    assert len(Beside.DECISIONS.of(two).read_bytes().splitlines()) == 1


def test_decisions_about_records_that_are_gone_are_shown(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    gone = Decision(id="gone", key="k", state=State.APPROVED, text="Hello", at=NOW, via="page")
    DecisionLog(path).append([gone])
    with desk(path) as open_desk:
        (orphan,) = [one for one in records(open_desk) if one.get("orphan")]
    assert (orphan["id"], orphan["texts"][0]["t"]) == ("gone", "Hello")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (asked("nobody"), "there is no record 'nobody'"),
        (asked(place=Place("headline", 9)), "has no headline 10"),
        (asked(place=Place()), "has no text"),
        (asked(file=1), "there is no results file 1"),
        (asked(state=State.STALE), "is found, not decided"),
        (asked(state=State.EDITED, text=" \n"), "would be empty"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_of_it_is_written(
    tmp_path: Path, wanted: DecisionRequest, said: str
) -> None:
    path = write_ads(tmp_path)
    with desk(path) as open_desk, pytest.raises(UsageError, match=said):
        open_desk.decide([asked(), wanted])
    assert not Beside.DECISIONS.of(path).exists()


def test_checks_are_those_of_the_run(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    write_rules(path, {"headline": "google_ads.headline", "description": "google_ads.description"})
    with desk(path) as open_desk:
        found = open_desk.check(
            0,
            "scarf/English",
            [
                (FIRST, "Silk that is much too long for any headline at all"),
                (Place("headline", 1), "Silk!"),
                (Place("headline", 2), "Fine silk"),
            ],
        )
    rules = [[one["r"] for one in text] for text in found]
    assert "length" in rules[0]
    assert any("exclamation" in rule for rule in rules[1])
    assert rules[2] == []


def test_only_what_is_chosen_comes(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    with desk(path, choice=Choice(statuses=("rejected",))) as open_desk:
        assert {one["st"] for one in records(open_desk)} == {Status.REJECTED}


def test_a_page_is_told_how_many_records_it_does_not_get(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_RECORDS >= 100_000
    monkeypatch.setattr("copygen.delivery.desk.MOST_RECORDS", 10)
    with desk(write_ads(tmp_path)) as open_desk:
        *shown, last = records(open_desk)
    assert (len(shown), last) == (10, {"left": 14})


def test_the_same_file_twice_and_no_file_are_refused(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    with pytest.raises(UsageError, match="the same one"):
        desk(path, link)
    with pytest.raises(ResultsError, match="there is no results file"):
        desk(tmp_path / "nothing.jsonl")


def test_of_decisions_in_one_moment_the_last_stands(tmp_path: Path) -> None:
    with desk(write_ads(tmp_path)) as open_desk:  # whose clock stands still
        version = ""
        told: TextNow
        for state in (State.APPROVED, State.REJECTED, State.LOCKED, State.DRAFT, State.APPROVED):
            (told,), _ = open_desk.decide([asked(state=state, version=version)])
            assert told.now["state"] == state
            version = told.version
