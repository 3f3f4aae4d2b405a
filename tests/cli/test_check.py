"""`copygen check` from outside: tables in, findings, annotations and exit codes out."""

import json
import subprocess
from pathlib import Path

import pytest

from copygen.quality.units import Unit
from tests.support.inside import copygen
from tests.support.running import COMMAND, environment

HEADER = "id,name,price,language,headline\n"
GOOD = 'a,Thai silk scarf,2500,English,"Thai silk scarf, 2,500 baht"\n'
BAD = "b,Thai silk scarf,2500,English,The best scarf: 50% off\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "ads.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    return tmp_path


def test_texts_that_are_fit_end_with_0_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text(HEADER + GOOD, encoding="utf-8")
    done = copygen("check", "ads.csv", "--text", "headline", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 text fit to publish" in done.stderr


def test_a_text_with_an_error_ends_with_3_and_names_row_and_rule(table: Path) -> None:
    done = copygen("check", "ads.csv", "--text", "headline", cwd=table)
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines == [
        "ads.csv:3: error grounding.percent: headline: the percentage '50%' is not in the item (b)",
        "ads.csv:3: error grounding.superlative.best: headline: 'best': a superlative that the "
        "item does not make (b)",
    ]
    assert "1 of 2 texts fit to publish" in done.stderr


def test_warnings_alone_end_with_0(table: Path) -> None:
    (table / "checks.yaml").write_text("checks: {severity: {grounding: warning}}\n")
    done = copygen("check", "ads.csv", "--text", "headline", "--checks", "checks.yaml", cwd=table)
    assert done.returncode == 0
    assert "ads.csv:3: warning grounding.percent" in done.stdout


@pytest.mark.parametrize(
    ("status", "violations", "said"),
    [
        (
            "rejected",
            [{"rule": "length", "severity": "error"}, {"rule": "row", "severity": "warning"}],
            "1 record by the run itself, for length (1).",
        ),
        ("rejected", None, "1 record by the run itself. To look at that again"),
        ("rejected", [7, {"severity": "error"}], "1 record by the run itself. To look"),
        ("ok", [], None),
    ],
)
def test_what_a_run_rejected_is_not_called_fit_because_fewer_rules_are_named(
    tmp_path: Path, status: str, violations: object, said: str | None
) -> None:
    record = {"id": "a", "text": "Soft silk", "input": {}, "status": status}
    good = record | {"id": "b", "text": "A calm evening", "status": "ok"}
    lines = [json.dumps(record | {"violations": violations}), json.dumps(good)]
    (tmp_path / "r.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = copygen("check", "r.jsonl", cwd=tmp_path, env={"COLUMNS": "200"})
    assert done.returncode == 0
    if said is None:
        assert "2 texts fit to publish" in done.stderr
        assert "Rejected" not in done.stderr
    else:
        assert "no error in 2 texts, 1 of them rejected by the run itself" in done.stderr
        assert "fit to publish" not in done.stderr
        assert said in done.stderr
    shorter = copygen("check", "r.jsonl", "--limit", "5", cwd=tmp_path)
    assert "Rejected" not in shorter.stderr  # what is found now is told as ever
    as_table = copygen("check", "r.jsonl", "--text", "text", cwd=tmp_path)
    assert "2 texts fit to publish" in as_table.stderr


def test_annotations_point_at_the_row_and_are_escaped(tmp_path: Path) -> None:
    rows = [{"id": "a,b:c", "text": "50% {x}\nSure"}, {"id": "ok", "text": "Soft silk"}]
    name = "my,ads.jsonl"
    (tmp_path / name).write_text("\n" + "\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = copygen("check", name, "--format", "github", "-q", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == ""
    first = done.stdout.splitlines()[0]
    assert first.startswith("::error file=my%2Cads.jsonl,line=2,title=")
    assert "(a%2Cb%3Ac)::" in done.stdout
    assert "'50%25'" in done.stdout
    assert all(line.startswith("::error ") for line in done.stdout.splitlines())


def test_json_gives_each_text_with_its_violations(table: Path) -> None:
    done = copygen("check", "ads.csv", "--text", "headline", "--format", "json", "-q", cwd=table)
    (line,) = map(json.loads, done.stdout.splitlines())
    assert (line["path"], line["line"], line["id"]) == ("ads.csv", 3, "b")
    (percent, best) = line["violations"]
    start, end = percent["span"]
    assert line["text"][start:end] == "50%"
    assert best["severity"] == "error"


def test_a_results_file_is_known_by_its_fields(tmp_path: Path) -> None:
    record = {
        "id": "a/1", "key": "k", "status": "ok", "text": "Silk for 390 baht",
        "input": {"id": "a", "price": 390}, "provider": "p", "model": "m",
    }  # fmt: skip
    failed = record | {"id": "a/2", "status": "failed", "text": None}
    fields = record | {"id": "b/1", "data": {"headline": ["Silk", "Silk at 7"], "path": "silk"}}
    rows = [record, failed, fields]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = copygen("check", "r.jsonl", cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "r.jsonl:3: error grounding.number: headline 2: the number '7' is not in the item (b/1)"
    ]
    assert "1 row without a text" in done.stderr


def test_a_limit_is_measured_in_its_unit(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "やわらかなシルク"}\n', encoding="utf-8")
    for unit, words in (("width", "16 of 10 width units"), ("bytes", "24 of 10 bytes")):
        done = copygen("check", "t.jsonl", "--limit", 10, "--unit", unit, cwd=tmp_path)
        assert words in done.stdout
    assert copygen("check", "t.jsonl", "--limit", 10, cwd=tmp_path).returncode == 0


def test_variants_of_one_item_are_held_against_each_other(tmp_path: Path) -> None:
    texts = ["Soft silk for the evening", "A gift for many years", "Soft silk for the evenings"]
    rows = [{"id": f"scarf/Thai/{n}", "text": text} for n, text in enumerate(texts, 1)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "c.yaml").write_text("variants: 0.3\nsameness: false\n")
    done = copygen("check", "t.jsonl", "--checks", "c.yaml", cwd=tmp_path)
    (line,) = done.stdout.splitlines()
    assert line.startswith("t.jsonl:3: error variants: 2 % away from text 1")


def test_standard_input_is_read_and_a_broken_row_is_an_error(tmp_path: Path) -> None:
    stream = b'{"text": "Soft silk"}\n{"text": \n{"text": "A bowl"}\n'
    done = copygen("check", "-", cwd=tmp_path, stdin=stream)
    assert done.returncode == 3
    assert done.stdout.startswith("<stdin>:2: error row: not valid JSON")
    assert "2 of 3 texts" in done.stderr


def test_a_pack_is_named_in_the_summary_as_no_legal_advice(table: Path) -> None:
    done = copygen("check", "ads.csv", "--text", "headline", "--pack", "google_ads", cwd=table)
    assert "not legal advice" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["ads.csv"], "ads.csv:2:1: there is no column 'text' here; name one with --text"),
        (["ads.csv", "--text", "headline", "--pack", "tiktak"], "did you mean 'tiktok'"),
        (["ads.csv", "--text", "headline", "--unit", "feet"], "--unit should be one of"),
        (["ads.csv", "--text", "headline", "--language", "Elvish"], "names no language"),
        (["ad.csv", "--text", "headline"], "did you mean 'ads.csv'"),
        (["ads.csv", "--checks", "bad.yaml"], "bad.yaml:1:10: unknown key 'forbiden'"),
    ],
)
def test_a_mistake_ends_with_2_and_a_hint(table: Path, args: list[str], says: str) -> None:
    (table / "bad.yaml").write_text("checks: {forbiden: [x]}\n")
    done = copygen("check", *args, cwd=table)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())


def test_what_a_model_wrote_cannot_disturb_the_terminal(tmp_path: Path) -> None:
    row = {"id": "a\u202e", "text": "50% \x1b[2J off [bold]x"}
    (tmp_path / "t.jsonl").write_text(json.dumps(row))
    done = copygen("check", "t.jsonl", cwd=tmp_path)
    assert "\x1b" not in done.stdout + done.stderr
    assert "\u202e" not in done.stdout + done.stderr


def test_a_broken_pipe_is_no_traceback(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps({"id": str(n), "text": f"{n}0% off"}) for n in range(3000))
    (tmp_path / "t.jsonl").write_text(rows)
    with subprocess.Popen(
        [*COMMAND, "check", "t.jsonl", "--format", "github"],
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
    assert "Traceback" not in said
    assert "bug" not in said


LONG = "Hand-woven silk scarf from the north"


def test_texts_are_held_against_a_field_of_a_channel(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "Soft silk!"}, {"id": "b", "text": LONG}]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = copygen("check", "t.jsonl", "--channel", "google_ads.headline", cwd=tmp_path)
    assert done.returncode == 3
    said = done.stdout.splitlines()
    assert said[0].startswith("t.jsonl:1: error characters.exclamation: text: '!' is an excl")
    assert said[-1].startswith("t.jsonl:2: error length: text: 36 of 30 width units (b)")
    longer = copygen(
        "check", "t.jsonl", "--channel", "google_ads.headline", "--limit", 40, cwd=tmp_path
    )
    assert "length" not in longer.stdout


def test_each_column_is_held_against_its_own_field(tmp_path: Path) -> None:
    head = "id,title,body,note\n"
    (tmp_path / "ads.csv").write_text(f"{head}a,{LONG},{LONG}! Soft!,{LONG}!!\n")
    done = copygen(
        "check", "ads.csv", "--channel", "title=google_ads.headline",
        "--channel", "body=google_ads.description", cwd=tmp_path,
    )  # fmt: skip
    rules = [line.split(": ")[1:3] for line in done.stdout.splitlines()]
    assert rules == [
        ["error length", "title"],
        ["error characters.max_exclamations", "body"],
    ]


RECORD = {
    "id": "a/1", "key": "k", "status": "ok", "text": "x", "input": {"name": "scarf"},
    "provider": "p", "model": "m",
}  # fmt: skip


def test_named_fields_of_a_record_are_checked_by_field(tmp_path: Path) -> None:
    data = {"headline": ["Soft silk", LONG, "soft silk"], "description": "Calm", "extra": LONG}
    failed = RECORD | {"id": "a/2", "status": "failed", "text": None, "data": None}
    few = RECORD | {"id": "a/3", "data": {"headline": ["Warm silk"], "description": "Quiet"}}
    rows = [RECORD | {"data": data}, failed, few]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for channels in (
        ["--channel", "google_ads"],
        ["--channel", "headline=google_ads.headline"],
    ):
        done = copygen("check", "r.jsonl", *channels, cwd=tmp_path)
        assert done.stdout.splitlines() == [
            "r.jsonl:1: error length: headline 2: 36 of 30 width units (a/1)",
            "r.jsonl:1: error variants.repeat: headline 3: the same as text 1 (a/1)",
            "r.jsonl:3: error count: headline: 1 of at least 3 texts (a/3)",
        ]
        assert "1 row without a text" in done.stderr


def test_a_whole_channel_finds_the_columns_of_its_fields(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text(f"id,headline,path\na,{LONG},a b\n")
    done = copygen("check", "ads.csv", "--channel", "google_ads", cwd=tmp_path)
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == [
        "error length",
        "error characters.forbidden_characters",
    ]


def test_an_unverified_limit_only_warns(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(json.dumps({"text": LONG * 2}))
    done = copygen("check", "t.jsonl", "--channel", "email.subject", cwd=tmp_path)
    assert done.returncode == 0
    assert "warning length: text: 72 of 60 width units (the limit is unverified)" in done.stdout


def test_channels_of_ones_own_are_known(tmp_path: Path) -> None:
    (tmp_path / "copygen.yaml").write_text("channels: [shelf.yaml]\n")
    (tmp_path / "shelf.yaml").write_text("name: shelf\nfields: {label: {limit: 8}}\n")
    (tmp_path / "t.jsonl").write_text('{"text": "Soft silk"}\n')
    flags = ("--channel", "shelf", "--config", "copygen.yaml")
    done = copygen("check", "t.jsonl", *flags, cwd=tmp_path)
    assert "9 of 8 code points" in done.stdout


def test_every_unit_can_be_measured(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(json.dumps({"text": "ผ้าไหม " * 40}, ensure_ascii=False))
    for unit in Unit:
        done = copygen("check", "t.jsonl", "--limit", 1, "--unit", unit.value, cwd=tmp_path)
        assert f"of 1 {unit.noun.removesuffix('s')}" in done.stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--channel", "google_adds.headline"], "--channel google_adds.headline: there is no chan"),
        (["--channel", "headline=google_ads.headlin"], "did you mean 'headline'"),
        (["--channel", "headline=google_ads"], "has several fields; name one"),
        (["--channel", "x.post", "--channel", "google_ads.path"], "say which column is which"),
        (["--channel", "title=google_ads.headline"], "there is no column 'title' here"),
        (["--channel", "instagram", "--text", "nope"], "there is no column 'nope' here"),
        (["--channel", "push"], "no text here is called like a field of the channel"),
    ],
)
def test_a_channel_that_leads_nowhere_ends_with_2(table: Path, args: list[str], says: str) -> None:
    done = copygen("check", "ads.csv", *args, cwd=table)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())


@pytest.mark.parametrize("status", [[1], {"a": 1}, None, 3, True])
def test_a_row_whose_status_is_no_word_is_a_row(tmp_path: Path, status: object) -> None:
    row = {"text": "Soft cotton.", "input": {}, "status": status}
    (tmp_path / "t.jsonl").write_text(json.dumps(row) + "\n")
    done = copygen("check", "t.jsonl", cwd=tmp_path)
    assert (done.returncode, "bug" in done.stderr) == (0, False)
