"""A run leaves what people decided on, says so, and tells the model what a reviewer said."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from copygen import RunSpec, UsageError
from copygen.delivery.copy import CopyReader
from copygen.errors import ExitCode
from copygen.jobs.plan import PlanJob
from copygen.jobs.run import Run
from copygen.planning.report import Report
from copygen.prompts import Selection
from copygen.results.decisions import Decision, DecisionLog, Decisions, Place, State
from copygen.results.summary import DecidedTexts
from tests.jobs.test_run import HERE, carry_out
from tests.support.copy_server import CopyServer, copy_server

WORDING = "prompt: 'Ad for {{ name }} at {{ price }}'\nprovider: simulator\nmax_tokens: 100\n"
FIELDS = WORDING + "fields:\n  headline: {limit: 300, count: 2}\n  body: {limit: 900}\n"
FIELDS += "checks: {grounding: false, sameness: false, leftovers: false}\n"
ROWS = ["mug,5,1", "cup,7,2", "jar,9,3"]
EVER = datetime(2026, 1, 1, tzinfo=UTC)
BRIEF = "the brief"
ONE = Place()


def a_spec(folder: Path, *, wording: str = WORDING, rows: list[str] = ROWS, **more: Any) -> RunSpec:
    ids = "" if more.pop("content_ids", False) else "id,"
    lines = [row if not ids else f"{row.partition(',')[0]},{row}" for row in rows]
    (folder / "t.csv").write_text("\n".join([f"{ids}name,price,stock", *lines]) + "\n")
    (folder / "w.yaml").write_text(wording)
    given = {
        "prompts": folder / "t.csv",
        "template": folder / "w.yaml",
        "output": folder / "r.jsonl",
        "options": {"providers.simulator.simulation.latency_ms": "0"},
    }
    return RunSpec(**{**given, **more})


def done(spec: RunSpec, stdin: bytes | None = None) -> Run:
    run = Run(spec, environ=HERE, stdin=None if stdin is None else io.BytesIO(stdin))
    carry_out(run)
    assert run.error is None
    return run


def sent(run: Run) -> int:
    assert run.summary is not None
    return run.summary.traffic.requests


def plan(spec: RunSpec) -> Report:
    return PlanJob(spec, environ=HERE).study()


def records(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "r.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    assert len({one["id"] for one in found}) == len(found)
    return {one["id"]: one for one in found}


def decide(folder: Path, id_: str, state: State, place: Place = ONE, **more: Any) -> str | None:
    """Decide on a text of a record as it is; the text in force."""
    with CopyReader(folder / "r.jsonl") as copies:
        found = copies.find(id_)
        assert found is not None
        model_text = next(one.model_text for one in found.texts if one.place == place)
    text = more.pop("text", model_text)
    was = None if text == model_text else model_text
    key = found.record.key
    one = Decision(
        id=id_, key=key, field=place.field, index=place.index, state=state, text=text, was=was,
        by="mali", at=datetime.now(UTC), via="page", **more,
    )  # fmt: skip
    DecisionLog(folder / "r.jsonl").append([one])
    return text


def in_force(folder: Path, id_: str) -> dict[str, tuple[str, str]]:
    with CopyReader(folder / "r.jsonl") as copies:
        found = copies.find(id_)
        assert found is not None
        return {one.place.label: (one.state.value, one.text) for one in found.texts}


def marks(folder: Path) -> list[tuple[str, str | None]]:
    path = folder / "r.jsonl.decisions.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(one["id"], one.get("reason")) for one in lines if one["state"] == "stale"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"wording": WORDING.replace("Ad", "Two ads")}, BRIEF),
        ({"rows": ["mug,6,1", "cup,8,2", "jar,10,3"]}, "price"),
        ({"model": "gpt-5-mini"}, "the model"),
        ({"retry": frozenset({"all"})}, None),
        ({"fresh": True}, None),
        ({"fresh": True, "wording": WORDING.replace("Ad", "Two ads")}, BRIEF),
        ({"retry": frozenset({"rejected", "failed"})}, None),
        ({"selection": Selection(unique=True), "model": "gpt-5-mini"}, "the model"),
        ({"selection": Selection(group_by="name"), "model": "gpt-5-mini"}, "the model"),
    ],
)
def test_what_people_took_is_never_replaced(
    tmp_path: Path, change: dict[str, Any], why: str | None
) -> None:
    done(a_spec(tmp_path))
    before = records(tmp_path)
    mine = decide(tmp_path, "mug", State.EDITED, text="Mine.")
    decide(tmp_path, "cup", State.APPROVED if why else State.LOCKED)
    spec = a_spec(tmp_path, **change)
    planned = plan(spec)
    run = done(spec)
    after = records(tmp_path)
    assert {*after} == {"mug", "cup", "jar"}
    assert [after[id_] for id_ in ("mug", "cup")] == [before[id_] for id_ in ("mug", "cup")]
    assert in_force(tmp_path, "mug")["text"][1] == mine
    redone = 0 if change.get("retry") == {"rejected", "failed"} else 1
    assert (sent(run), planned.to_do) == (redone, redone)
    assert run.summary is not None
    expected = DecidedTexts(2, 2, {why: 2} if why else {}, revised=0, waiting=0)
    assert (run.summary.decided, planned.decided) == (expected, expected)
    assert marks(tmp_path) == ([("mug", why), ("cup", why)] if why else [])
    done(a_spec(tmp_path, **{**change, "fresh": False}))
    assert len(marks(tmp_path)) == (2 if why else 0)  # once for each new key


def test_a_stream_leaves_them_too(tmp_path: Path) -> None:
    table = b"id,name,price\nmug,mug,5\ncup,cup,7\n"
    spec = replace(a_spec(tmp_path), prompts="-")
    done(spec, table)
    decide(tmp_path, "mug", State.APPROVED)
    before = records(tmp_path)["mug"]
    changed = replace(spec, retry=frozenset({"all"}))
    run = done(changed, table.replace(b"5", b"6"))
    assert sent(run) == 1
    assert records(tmp_path)["mug"] == before
    assert marks(tmp_path) == [("mug", "price")]


def test_a_row_whose_id_is_made_of_its_content_goes_by_what_it_sends(tmp_path: Path) -> None:
    done(a_spec(tmp_path, content_ids=True))
    before = records(tmp_path)
    id_ = next(iter(before))
    decide(tmp_path, id_, State.EDITED, text="Mine.")
    rows = [row[:-1] + "0" for row in ROWS]  # `stock` is no part of the prompt, but of the ids
    spec = a_spec(tmp_path, content_ids=True, rows=rows, retry=frozenset({"all"}))
    assert plan(spec).to_do == 2
    assert sent(done(spec)) == 2
    assert records(tmp_path)[id_] == before[id_]
    assert sent(done(a_spec(tmp_path, content_ids=True, rows=[*rows, ROWS[0][:-1] + "8"]))) == 1


def test_a_record_without_a_text_is_made_again_and_one_that_is_gone_as_well(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    done(spec)
    decide(tmp_path, "mug", State.APPROVED)
    (tmp_path / "r.jsonl").unlink()
    assert sent(done(spec)) == 3
    assert in_force(tmp_path, "mug")["text"][0] == "approved"


def test_a_template_that_is_what_it_was_ends_the_staleness(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    done(spec)
    decide(tmp_path, "mug", State.APPROVED)
    done(a_spec(tmp_path, wording=WORDING.replace("Ad", "Two ads")))
    assert in_force(tmp_path, "mug")["text"][0] == "stale"
    done(a_spec(tmp_path))
    assert in_force(tmp_path, "mug")["text"][0] == "approved"


def test_redo_approved_is_asked_for_and_leaves_what_is_locked(tmp_path: Path) -> None:
    done(a_spec(tmp_path))
    decide(tmp_path, "mug", State.EDITED, text="Mine.")
    decide(tmp_path, "cup", State.LOCKED)
    change = {"wording": WORDING.replace("Ad", "Two ads"), "redo_approved": True}
    assert plan(a_spec(tmp_path, **change)).to_do == 2
    run = done(a_spec(tmp_path, **change))
    assert sent(run) == 2
    assert run.summary is not None
    assert run.summary.decided == DecidedTexts(1, 1, {BRIEF: 1}, 0, 0)
    assert in_force(tmp_path, "mug")["text"] == ("draft", records(tmp_path)["mug"]["text"])
    assert in_force(tmp_path, "cup")["text"][0] == "stale"


def test_an_approval_of_what_the_checks_rejected_makes_the_row_a_good_one(tmp_path: Path) -> None:
    wording = WORDING + "checks: {required: [zebra]}\nreasks: 0\n"
    spec = a_spec(tmp_path, wording=wording)
    assert done(spec).exit_code is ExitCode.PARTIAL
    for id_ in ("mug", "cup"):
        decide(tmp_path, id_, State.APPROVED)
    assert done(spec).exit_code is ExitCode.PARTIAL
    decide(tmp_path, "jar", State.APPROVED)
    assert done(spec).exit_code is ExitCode.OK
    assert sent(done(replace(spec, retry=frozenset({"rejected"})))) == 0


class Copywriter(CopyServer):
    """Answers with texts that say which turn it is, for the fields it is asked for."""

    def answer(self, asked: dict[str, Any]) -> str:
        messages = asked["messages"]
        turn = len(messages)
        told = messages[-1]["content"]
        if "JSON object" not in messages[0]["content"] + told:
            return f"Words of turn {turn}."
        texts = {"headline": [f"One {turn}.", f"Two {turn}."], "body": f"Body {turn}."}
        last = told.splitlines()[-1]
        only = [name for name in texts if f'"{name}"' in last and turn > 1]
        return json.dumps({name: texts[name] for name in only or texts})


def to(server: CopyServer) -> dict[str, Any]:
    return {"provider_settings": {"base_url": server.base_url}}


def test_the_reviewers_words_go_to_the_model_and_are_no_part_of_the_key(tmp_path: Path) -> None:
    with copy_server(Copywriter()) as server:
        spec = a_spec(tmp_path, **to(server))
        done(spec)
        before = records(tmp_path)
        decide(tmp_path, "mug", State.REJECTED, reason="too dry:\n name the glaze")
        run = done(spec)
        assert sent(run) == 0  # without being asked for it stays
        assert run.summary is not None
        assert run.summary.decided == plan(spec).decided == DecidedTexts(0, 0, {}, 0, waiting=1)
        again = replace(spec, retry=frozenset({"rejected"}))
        planned = plan(again)
        assert planned.decided is not None
        assert (planned.to_do, planned.decided.revised) == (1, 1)
        run = done(again)
        assert run.summary is not None
        assert run.summary.decided == DecidedTexts(0, 0, {}, 1, 0)
        asked = server.asked[-1]["messages"]
    assert len(server.asked) == 4
    assert [one["role"] for one in asked] == ["user", "assistant", "user"]
    assert asked[1]["content"] == before["mug"]["text"]
    assert "- too dry: name the glaze\n" in asked[2]["content"]
    after = records(tmp_path)["mug"]
    assert (after["key"], after["text"]) == (before["mug"]["key"], "Words of turn 3.")
    assert in_force(tmp_path, "mug")["text"] == ("draft", "Words of turn 3.")
    assert sent(done(spec)) == 0  # the rejection was of the other text


@pytest.mark.parametrize(
    "change",
    [
        {"retry": frozenset({"all"})},
        {"fresh": True},
        {"wording": WORDING.replace("Ad", "Two ads")},
        {"selection": Selection(unique=True), "retry": frozenset({"rejected"})},
        {"model": "other", "retry": frozenset({"rejected"})},
    ],
)
def test_the_reason_goes_along_whatever_makes_the_row_again(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    with copy_server(Copywriter()) as server:
        rows = ["mug,5,1", "mug2,5,1"]
        done(a_spec(tmp_path, rows=rows, **to(server)))
        decide(tmp_path, "mug", State.REJECTED, reason="too dry")
        first = len(server.asked)
        changed = a_spec(tmp_path, rows=rows, **to(server), **change)
        if "model" in change:  # of the other row an accepted text would go with it
            with pytest.raises(UsageError, match="would make 1 accepted text anew"):
                done(changed)
            decide(tmp_path, "mug2", State.APPROVED)
        done(changed)
        revised = [one["messages"] for one in server.asked[first:] if len(one["messages"]) == 3]
    assert ["too dry" in one[2]["content"] for one in revised] == [True]


def test_with_unique_a_rejected_text_is_neither_given_to_others_nor_taken_from_them(
    tmp_path: Path,
) -> None:
    wording = "prompt: 'Ad for {{ price }}'\nprovider: simulator\nmax_tokens: 60\n"
    unique = {"selection": Selection(unique=True), "wording": wording}
    with copy_server(Copywriter()) as server:
        rows = ["mug,5,1", "cup,5,1"]
        done(a_spec(tmp_path, rows=rows, **unique, **to(server)))
        assert len(server.asked) == 1
        decide(tmp_path, "mug", State.REJECTED, reason="dry")
        spec = a_spec(tmp_path, rows=rows, **unique, **to(server), retry=frozenset({"rejected"}))
        assert sent(done(spec)) == 1
        found = records(tmp_path)
        assert (found["mug"]["text"], found["cup"]["text"]) == (
            "Words of turn 3.",
            "Words of turn 1.",
        )
        decide(tmp_path, "mug", State.REJECTED, reason="dry")
        decide(tmp_path, "cup", State.REJECTED, reason="dry")
        done(a_spec(tmp_path, rows=[*rows, "jar,5,1"], **unique, **to(server)))
        assert records(tmp_path)["jar"]["text"] == "Words of turn 1."
        assert len(server.asked) == 3


def test_only_rejected_fields_are_made_again_and_what_others_took_stays(tmp_path: Path) -> None:
    with copy_server(Copywriter()) as server:
        spec = a_spec(tmp_path, wording=FIELDS, rows=ROWS[:1], **to(server))
        done(spec)
        decide(tmp_path, "mug", State.EDITED, Place("headline", 0), text="Mine.")
        decide(tmp_path, "mug", State.REJECTED, Place("headline", 1), reason="say glaze")
        run = done(replace(spec, retry=frozenset({"all"})))
        assert sent(run) == 0  # it has a text that stays
        assert run.summary is not None
        assert run.summary.decided == DecidedTexts(1, 1, {}, 0, waiting=1)
        assert sent(done(replace(spec, retry=frozenset({"rejected"})))) == 1
        asked = server.asked[-1]["messages"]
    assert json.loads(asked[1]["content"]) == {"headline": ["One 1.", "Two 1."], "body": "Body 1."}
    told = asked[2]["content"]
    assert "- headline 2 'Two 1.': say glaze" in told
    assert "- headline 1 'Mine.'" in told
    assert told.splitlines()[-1].startswith('Reply with one JSON object that has only "headline",')
    assert records(tmp_path)["mug"]["data"] == {"headline": ["One 3.", "Two 3."], "body": "Body 1."}
    assert in_force(tmp_path, "mug") == {
        "headline 1": ("edited", "Mine."),
        "headline 2": ("draft", "Two 3."),
        "body": ("draft", "Body 1."),
    }


def test_where_the_row_has_changed_all_its_fields_are_made_again(tmp_path: Path) -> None:
    with copy_server(Copywriter()) as server:
        done(a_spec(tmp_path, wording=FIELDS, rows=ROWS[:1], **to(server)))
        decide(tmp_path, "mug", State.REJECTED, Place("body"), reason="too long")
        done(a_spec(tmp_path, wording=FIELDS, rows=["mug,6,1"], **to(server)))
        told = server.asked[-1]["messages"][2]["content"]
    assert "- body 'Body 1.': too long" in told
    assert 'only "headline", "body"' in told
    found = records(tmp_path)["mug"]["data"]
    assert found == {"headline": ["One 3.", "Two 3."], "body": "Body 3."}


def test_a_row_that_failed_meanwhile_still_hears_what_was_said_of_its_text(tmp_path: Path) -> None:
    with copy_server(Copywriter()) as server:
        spec = a_spec(tmp_path, rows=ROWS[:1], **to(server))
        done(spec)
        said = decide(tmp_path, "mug", State.REJECTED, reason="too dry")
        (tmp_path / "r.jsonl").write_text("")
        done(spec)
        assert server.asked[-1]["messages"][1]["content"] == said


def test_what_a_reviewer_said_is_in_the_estimate(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    done(spec)
    again = replace(spec, retry=frozenset({"all"}))
    plain = plan(again)
    decide(tmp_path, "mug", State.REJECTED, reason="say more of the glaze " * 100)
    with_words = plan(again)
    assert with_words.to_do == plain.to_do == 3
    assert with_words.input_tokens.low > plain.input_tokens.low + 300


def test_a_limit_on_cost_counts_the_longer_prompt(tmp_path: Path) -> None:
    spec = a_spec(tmp_path, rows=ROWS[:1])
    done(spec)
    limit = {"max_cost_usd": 0.0006}
    assert sent(done(replace(spec, settings=limit, retry=frozenset({"all"})))) == 1
    decide(tmp_path, "mug", State.REJECTED, reason="say more of the glaze " * 1000)
    run = Run(replace(spec, settings=limit, retry=frozenset({"all"})), environ=HERE)
    carry_out(run)
    assert run.exit_code is ExitCode.LIMIT
    assert run.summary is not None
    assert run.summary.traffic.requests == 0


def test_without_decisions_nothing_is_asked_of_them(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    done(spec)
    run = done(replace(spec, retry=frozenset({"all"})))
    assert run._reviewed is None
    assert run.summary is not None
    assert run.summary.decided is None


def test_a_decisions_file_that_cannot_be_read_stops_the_run_before_it_sends(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    done(spec)
    (tmp_path / "r.jsonl.decisions.jsonl").mkdir()
    with pytest.raises(Exception, match="decisions"):
        done(replace(spec, retry=frozenset({"all"})))


def test_stale_marks_that_cannot_be_written_are_told_and_nothing_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(a_spec(tmp_path))
    decide(tmp_path, "mug", State.APPROVED)
    before = records(tmp_path)["mug"]

    def refuse(*_args: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("copygen.results.decisions._write_all", refuse)
    run = done(a_spec(tmp_path, wording=WORDING.replace("Ad", "Two ads")))
    assert run.notes[0].startswith("which texts are stale could not be written down")
    assert records(tmp_path)["mug"] == before
    assert Decisions.read(tmp_path / "r.jsonl").of("mug")[Place()].stale is None


class Failing(Copywriter):
    """Answers the first turn only, and nothing that says `Two`."""

    def answer(self, asked: dict[str, Any]) -> str:
        is_first = len(asked["messages"]) == 1 and "Two" not in asked["messages"][0]["content"]
        return super().answer(asked) if is_first else ""


@pytest.mark.parametrize(
    "change",
    [
        {"retry": frozenset({"rejected"}), "wording": FIELDS.replace("Ad", "Two ads")},
        {"redo_approved": True, "wording": FIELDS.replace("Ad", "Two ads")},
        {"redo_approved": True, "fresh": True},
        {"redo_approved": True, "retry": frozenset({"all"})},
    ],
)
def test_what_could_not_be_made_again_stays_as_it_was(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    with copy_server(Failing()) as server:
        more = {"rows": ROWS[:1], "settings": {"retry.max_attempts": 1}, **to(server)}
        done(a_spec(tmp_path, wording=FIELDS, **more))
        decide(tmp_path, "mug", State.EDITED, Place("headline", 0), text="Mine.")
        decide(tmp_path, "mug", State.REJECTED, Place("headline", 1), reason="dry")
        before = in_force(tmp_path, "mug")
        run = done(a_spec(tmp_path, **{"wording": FIELDS, **more, **change}))
    assert run.exit_code is ExitCode.PARTIAL
    assert run.summary is not None
    assert run.summary.by_status["failed"] == 1
    after = in_force(tmp_path, "mug")
    assert {label: text for label, (_, text) in after.items()} == {
        label: text for label, (_, text) in before.items()
    }


def test_fresh_with_redo_approved_makes_all_again_but_what_is_locked(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    done(spec)
    decide(tmp_path, "mug", State.APPROVED)
    decide(tmp_path, "cup", State.LOCKED)
    again = replace(spec, fresh=True, redo_approved=True)
    assert plan(again).to_do == 2
    assert sent(done(again)) == 2
    assert in_force(tmp_path, "mug")["text"][0] == "draft"
    assert in_force(tmp_path, "cup")["text"][0] == "locked"


def test_a_row_that_is_faulty_now_keeps_the_text_that_people_took_and_is_told(
    tmp_path: Path,
) -> None:
    table = b'{"id":"mug","name":"mug","price":5}\n{"id":"cup","name":"cup","price":7}\n'
    spec = replace(a_spec(tmp_path), prompts="-")
    done(spec, table)
    decide(tmp_path, "mug", State.APPROVED)
    before = records(tmp_path)["mug"]
    run = done(spec, table.replace(b',"price":5', b""))
    assert run.exit_code is ExitCode.PARTIAL
    assert "price" in run.notes[0]
    assert run.notes[0].endswith("; the text people took stays")
    assert records(tmp_path)["mug"] == before
    assert marks(tmp_path) == [("mug", "the row is faulty")]
    done(spec, table)
    assert in_force(tmp_path, "mug")["text"][0] == "approved"


def test_with_unique_a_copy_that_was_rejected_is_not_given_the_same_text_again(
    tmp_path: Path,
) -> None:
    wording = "prompt: 'Ad for {{ price }}'\nprovider: simulator\nmax_tokens: 60\n"
    with copy_server(Copywriter()) as server:
        more = {"rows": ["mug,5,1", "cup,5,1"], "wording": wording, **to(server)}
        more["selection"] = Selection(unique=True)
        done(a_spec(tmp_path, **more))
        decide(tmp_path, "cup", State.REJECTED, reason="dry")
        again = a_spec(tmp_path, **more, retry=frozenset({"rejected"}))
        assert plan(again).to_do == 1
        assert sent(done(again)) == 1
    assert records(tmp_path)["cup"]["text"] == "Words of turn 3."


def test_a_row_with_a_record_of_its_own_does_not_go_by_what_was_decided_about_another(
    tmp_path: Path,
) -> None:
    wording = "prompt: 'Ad for {{ price }}'\nprovider: simulator\nmax_tokens: 60\n"
    done(a_spec(tmp_path, rows=["mug,5,1", "cup,5,1"], wording=wording))
    decide(tmp_path, "mug", State.APPROVED)
    spec = a_spec(tmp_path, rows=["cup,5,1"], wording=wording, retry=frozenset({"all"}))
    assert plan(spec).to_do == 1
    assert sent(done(spec)) == 1


class Forgetful(Copywriter):
    """Answers a revision with another field than it is asked for."""

    def answer(self, asked: dict[str, Any]) -> str:
        if len(asked["messages"]) > 1:
            return json.dumps({"body": "Another."})
        return super().answer(asked)


def test_an_answer_that_leaves_out_what_was_rejected_does_not_bring_it_back(
    tmp_path: Path,
) -> None:
    with copy_server(Forgetful()) as server:
        spec = a_spec(
            tmp_path, wording=FIELDS + "on_violation: keep\n", rows=ROWS[:1], **to(server)
        )
        done(spec)
        decide(tmp_path, "mug", State.REJECTED, Place("headline", 1), reason="dry")
        done(replace(spec, retry=frozenset({"rejected"})))
    assert records(tmp_path)["mug"]["data"] == {"body": "Body 1."}


def test_a_field_that_the_record_lacks_is_asked_for_with_those_rejected(tmp_path: Path) -> None:
    with copy_server(Copywriter()) as server:
        spec = a_spec(tmp_path, wording=FIELDS, rows=ROWS[:1], **to(server))
        done(spec)
        decide(tmp_path, "mug", State.REJECTED, Place("headline", 1), reason="dry")
        one = records(tmp_path)["mug"]
        del one["data"]["body"]
        (tmp_path / "r.jsonl").write_text(json.dumps(one) + "\n")
        done(replace(spec, retry=frozenset({"rejected"})))
    found = records(tmp_path)["mug"]["data"]
    assert found == {"headline": ["One 3.", "Two 3."], "body": "Body 3."}
