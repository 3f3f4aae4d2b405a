"""Each distinct prompt is bought once; every row has its own record, and nothing is repeated."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from copygen import RunSpec, UsageError
from copygen.jobs.plan import PlanJob
from copygen.jobs.run import Run
from copygen.prompts import Selection
from tests.jobs.test_run import HERE, carry_out

WORDING = "prompt: 'Ad for {{ name }}'\nprovider: simulator\nmax_tokens: 60\n"
NAMES = ["mug", "cup", "mug", "jar", "mug", "cup"]


def a_spec(folder: Path, names: list[str] = NAMES, wording: str = WORDING, **more: Any) -> RunSpec:
    rows = "".join(f"i{n},{name},{n}\n" for n, name in enumerate(names))
    (folder / "t.csv").write_text(f"id,name,stock\n{rows}")
    (folder / "w.yaml").write_text(wording)
    given = {
        "prompts": folder / "t.csv",
        "template": folder / "w.yaml",
        "output": folder / "r.jsonl",
        "options": {"providers.simulator.simulation.latency_ms": "0"},
        "selection": Selection(unique=True),
    }
    return RunSpec(**{**given, **more})


def done(spec: RunSpec) -> Run:
    run = Run(spec, environ=HERE)
    carry_out(run)
    return run


def records(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "r.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert len({one["id"] for one in found}) == len(found)
    return {one["id"]: one for one in found}


def requests(run: Run) -> int:
    assert run.summary is not None
    return run.summary.traffic.requests


def test_one_request_for_each_distinct_prompt_and_a_record_for_each_row(tmp_path: Path) -> None:
    run = done(a_spec(tmp_path))
    assert requests(run) == 3
    assert run.exit_code == 0
    found = records(tmp_path)
    assert {*found} == {"i0", "i1", "i2", "i3", "i4", "i5"}
    assert {id_: one.get("same_as") for id_, one in found.items()} == {
        **{"i0": None, "i1": None, "i3": None},
        **{"i2": "i0", "i4": "i0", "i5": "i1"},
    }
    assert found["i2"]["text"] == found["i0"]["text"]
    assert found["i2"]["key"] == found["i0"]["key"]
    assert (found["i2"]["cost_usd"], found["i2"]["attempts"], found["i2"]["usage"]) == (0, 0, None)
    assert found["i2"]["input"] == {"id": "i2", "name": "mug"}
    assert (found["i5"]["line"], found["i5"]["row"]) == (7, 6)
    summary = run.summary
    assert summary is not None
    assert (summary.total, summary.same, summary.left) == (6, 3, 0)
    paid = sum(found[id_]["cost_usd"] for id_ in ("i0", "i1", "i3"))
    assert float(summary.cost_usd or 0) == pytest.approx(paid)


def test_a_second_run_sends_nothing_and_new_rows_get_the_text_that_is_there(
    tmp_path: Path,
) -> None:
    done(a_spec(tmp_path))
    again = done(a_spec(tmp_path))
    assert requests(again) == 0
    assert len(records(tmp_path)) == 6
    more = done(a_spec(tmp_path, [*NAMES, "jar", "pot"]))
    assert requests(more) == 1
    found = records(tmp_path)
    assert found["i6"]["same_as"] == "i3"
    assert found["i6"]["text"] == found["i3"]["text"]
    # Without it, nothing is bought again either.
    assert requests(done(a_spec(tmp_path, [*NAMES, "jar", "pot"], selection=Selection()))) == 0


def test_a_run_that_ends_early_leaves_the_others_for_the_next(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    done(replace(spec, limit=2))
    assert {*records(tmp_path)} == {"i0", "i1"}
    rest = done(spec)
    assert requests(rest) == 1
    assert len(records(tmp_path)) == 6


def test_a_failure_is_shared_and_made_again_once(tmp_path: Path) -> None:
    failing = {"providers.simulator.simulation.server_error": "1.0"}
    options = {**a_spec(tmp_path).options, **failing, "retry.max_attempts": "1"}
    spec = a_spec(tmp_path, ["mug", "mug", "mug"])
    broken = done(replace(spec, options=options))
    assert requests(broken) == 1
    assert [one["status"] for one in records(tmp_path).values()] == ["failed"] * 3
    mended = done(replace(spec, retry=frozenset({"failed"})))
    assert requests(mended) == 1
    last = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()][-3:]
    assert [one["status"] for one in last] == ["ok"] * 3


def test_variants_and_cells_are_prompts_of_their_own(tmp_path: Path) -> None:
    wording = WORDING + "variants: 2\nmatrix: {language: [Thai, English]}\n"
    wording = wording.replace("{{ name }}", "{{ name }} in {{ language }}")
    run = done(a_spec(tmp_path, ["mug", "mug"], wording))
    assert requests(run) == 4
    assert len(records(tmp_path)) == 8


def test_results_to_the_caller_are_shared_too(tmp_path: Path) -> None:
    run = done(a_spec(tmp_path, output="-"))
    assert requests(run) == 3
    assert run.summary is not None
    assert run.summary.total == 6


def test_the_plan_counts_what_is_sent(tmp_path: Path) -> None:
    report = PlanJob(a_spec(tmp_path), environ=HERE).study()
    assert (report.prompts, report.to_do, report.same) == (6, 3, 3)
    done(a_spec(tmp_path))
    report = PlanJob(a_spec(tmp_path), environ=HERE).study()
    assert (report.to_do, report.same) == (0, 0)


def test_a_stream_is_refused(tmp_path: Path) -> None:
    run = Run(a_spec(tmp_path, prompts="-"), environ=HERE, values=[{"name": "mug"}])
    with pytest.raises(UsageError, match="--unique needs a file"):
        run.prepare()


def test_columns_the_template_does_not_use_change_nothing(tmp_path: Path) -> None:
    """Stock and prices of a shop change every day: no text is bought again for that."""
    spec = a_spec(tmp_path, selection=Selection())
    (tmp_path / "t.csv").write_text("name,stock,price\nmug,1,2\ncup,3,4\njar,5,6\n")
    assert requests(done(spec)) == 3
    (tmp_path / "t.csv").write_text("name,stock,price\nmug,9,9\ncup,8,8\njar,7,7\n")
    assert requests(done(spec)) == 0


def test_results_with_the_ids_of_earlier_versions_stay_those_of_their_rows(tmp_path: Path) -> None:
    spec = a_spec(tmp_path, selection=Selection())
    (tmp_path / "t.csv").write_text("name,stock\nmug,1\ncup,3\njar,5\n")
    done(spec)
    text = (tmp_path / "r.jsonl").read_text()
    (tmp_path / "r.jsonl").write_text(text.replace('{"id":"r', '{"id":"'))
    assert requests(done(spec)) == 0
    report = PlanJob(spec, environ=HERE).study()
    assert (report.to_do, report.ledger.gone) == (0, 0)
    # Another model would make all of them anew: that is asked about, as ever.
    run = Run(replace(spec, model="gpt-4.1", retry=frozenset({"failed"})), environ=HERE)
    run.prepare()
    with pytest.raises(UsageError, match="3 accepted texts anew"):
        run.begin()
    run.close()
