"""Copy that fits, from outside: a run against a provider that writes too much."""

import json
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from tests.support.copy_server import CopyServer, copy_server
from tests.support.inside import copygen
from tests.support.rel_running import interrupt, start, until
from tests.support.running import ROOT, records

LIMIT = 30
HEAD = "reasks: 2\nchecks: {sameness: false, leftovers: false}\n"


@pytest.fixture
def server() -> Iterator[CopyServer]:
    with copy_server() as running:
        yield running


def width(text: str) -> int:
    """Counted here anew, not by copygen."""
    text = unicodedata.normalize("NFC", text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def prompt_file(folder: Path, wish: str, names: list[str]) -> Path:
    path = folder / "p.yaml"
    items = "".join(f"  - {{id: {name}-{n}, name: {name}}}\n" for n, name in enumerate(names))
    path.write_text(f'prompt: "An ad for {{{{ name }}}}."\n{HEAD}{wish}\nitems:\n{items}')
    return path


def schema(name: str) -> jsonschema.Draft202012Validator:
    text = (ROOT / "configs" / "schemas" / f"{name}.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text))


def test_every_accepted_text_fits_by_an_independent_count(
    server: CopyServer, tmp_path: Path
) -> None:
    names = ["plain", "long", "stubborn"] * 30
    prompt_file(tmp_path, "channel: google_ads.headline", names)
    done = copygen("run", "p.yaml", *server.to, "--summary-json", "s.json", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    found = records(tmp_path / "p.results.jsonl")
    assert len(found) == 90
    accepted = [record for record in found if record["status"] == "ok"]
    assert len(accepted) == 60
    assert all(width(record["text"]) <= LIMIT for record in accepted)
    rejected = [record for record in found if record["status"] == "rejected"]
    assert all(width(record["text"]) > LIMIT and record["reasks"] == 2 for record in rejected)
    assert all("length" in [v["rule"] for v in record["violations"]] for record in rejected)
    assert all("length" not in [v["rule"] for v in record["violations"]] for record in accepted)
    for record in found:
        schema("record").validate(record)


def test_the_summary_says_how_the_texts_fared_and_what_it_cost(
    server: CopyServer, tmp_path: Path
) -> None:
    prompt_file(tmp_path, "channel: google_ads.headline", ["plain", "long", "stubborn"])
    done = copygen("run", "p.yaml", *server.to, "--summary-json", "s.json", cwd=tmp_path)
    summary = json.loads((tmp_path / "s.json").read_text())
    schema("summary").validate(summary)
    quality = summary["quality"]
    fates = ("first_try", "after_reask", "kept", "rejected", "reasks")
    assert [quality[name] for name in fates] == [1, 1, 0, 1, 3]
    assert quality["rules"][0]["rule"] == "length"
    assert quality["rules"][0]["example_id"] == "stubborn-2"
    assert "1 accepted at first try" in done.stderr
    assert "violations by rule" in done.stderr
    assert len(server.asked) == summary["attempts"] == 6
    charged = Decimal(server.charged[0]) + Decimal(server.charged[1])
    used = summary["usage"]["input_tokens"] + summary["usage"]["output_tokens"]
    assert used == charged == 720


def test_what_is_only_checked_is_no_part_of_the_key_but_what_is_sent_is(
    server: CopyServer, tmp_path: Path
) -> None:
    keys = []
    for wish in (
        "channel: google_ads.headline",
        "channel: google_ads.headline\non_violation: keep",
        "channel: google_ads.description",
        "fields: {headline: {limit: 30}}",
    ):
        prompt_file(tmp_path, wish, ["plain"])
        copygen("run", "p.yaml", *server.to, "--fresh", cwd=tmp_path)
        keys.append(records(tmp_path / "p.results.jsonl")[0]["key"])
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_a_model_that_refuses_the_schema_is_asked_in_words(
    server: CopyServer, tmp_path: Path
) -> None:
    server.refuses_schema = True
    wish = "fields: {headline: {channel: google_ads.headline}}"
    prompt_file(tmp_path, wish, ["plain", "long"])
    done = copygen("run", "p.yaml", *server.to, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    sent = [asked for asked in server.asked if "response_format" not in asked]
    assert len(sent) >= 2
    assert "one JSON object" in sent[0]["messages"][0]["content"]
    found = records(tmp_path / "p.results.jsonl")
    assert all(width(record["data"]["headline"]) <= LIMIT for record in found)
    assert all(record["text"] == record["data"]["headline"] for record in found)


def test_the_schema_is_sent_where_the_model_takes_one(server: CopyServer, tmp_path: Path) -> None:
    prompt_file(tmp_path, "fields: {headline: {channel: google_ads.headline}}", ["plain"])
    copygen("run", "p.yaml", *server.to, cwd=tmp_path)
    form = server.asked[0]["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"]["required"] == ["headline"]


def test_an_interrupt_amid_a_reask_loses_no_text(server: CopyServer, tmp_path: Path) -> None:
    server.reask_latency_s = 60
    prompt_file(tmp_path, "channel: google_ads.headline", ["long"] * 5)
    process = start("run", "p.yaml", *server.to, "-c", 5, cwd=tmp_path)
    try:
        assert until(lambda: len(server.asked) >= 10, process)
        interrupt(process, tmp_path, times=2)
        assert process.wait(20) == 130
    finally:
        process.kill()
    found = records(tmp_path / "p.results.jsonl")
    assert [record["status"] for record in found] == ["rejected"] * 5
    assert all(width(record["text"]) > LIMIT and record["violations"] for record in found)
    assert all(record["usage"]["output_tokens"] == 20 for record in found)


@pytest.mark.parametrize(
    ("wish", "place", "words"),
    [
        ("channel: google_ads.headlin", "4:1", "did you mean 'headline'"),
        ("fields: {headline: {channel: nowhere.x}}", "4:10", "no channel 'nowhere'"),
        ("fields: {headline: {limt: 3}}", "4:21", "did you mean 'limit'"),
        ("fields: {a: {limit: 3}}\nchannel: sms", "5:1", "not both"),
        ("on_violation: shorten\nchannel: sms", "4:1", "'reject', 'keep' or 'trim'"),
        ("fields: {a: {limit: 3}}\nresponse_format: {type: x}", "4:1", "leave 'response_format'"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_place_and_nothing_is_sent(
    wish: str, place: str, words: str, server: CopyServer, tmp_path: Path
) -> None:
    prompt_file(tmp_path, wish, ["plain"])
    done = copygen("run", "p.yaml", *server.to, cwd=tmp_path)
    assert done.returncode == 2
    assert f"p.yaml:{place}: " in done.stderr
    assert words in done.stderr
    assert server.asked == []


@pytest.mark.parametrize("line", ["reasks: 2", "on_violation: trim"])
def test_reasks_without_rules_are_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(f"prompt: hello\n{line}\n")
    done = copygen("plan", "p.yaml", "-p", "simulator", cwd=tmp_path)
    assert done.returncode == 2
    assert "p.yaml:2:1: " in done.stderr
    assert "goes with 'channel'" in done.stderr


def test_an_unknown_check_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("prompt: hello\nchecks:\n  languag: th\n")
    done = copygen("plan", "p.yaml", "-p", "simulator", cwd=tmp_path)
    assert done.returncode == 2
    assert "p.yaml:3:3: unknown key 'languag'; did you mean 'language'" in done.stderr


def test_a_kill_amid_a_reask_loses_and_repeats_no_row(server: CopyServer, tmp_path: Path) -> None:
    server.reask_latency_s = 60
    names = ["plain"] * 5 + ["long"] * 5
    prompt_file(tmp_path, "channel: google_ads.headline", names)
    process = start("run", "p.yaml", *server.to, "-c", 10, cwd=tmp_path)
    assert until(
        lambda: sum(len(asked["messages"]) > 1 for asked in list(server.asked)) >= 5, process
    )
    process.kill()
    process.wait(20)
    before = [record["id"] for record in records(tmp_path / "p.results.jsonl")]
    server.reask_latency_s = 0
    done = copygen("run", "p.yaml", *server.to, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    after = [record["id"] for record in records(tmp_path / "p.results.jsonl")]
    assert after[: len(before)] == before
    assert sorted(after) == sorted(f"{name}-{n}" for n, name in enumerate(names))
    # What was settled before the kill was not asked for again.
    firsts = [a["messages"][0]["content"] for a in server.asked if len(a["messages"]) == 1]
    assert len(firsts) == 10 + 10 - len(before)


def test_reasks_keep_to_the_limit_on_cost(server: CopyServer, tmp_path: Path) -> None:
    prompt_file(tmp_path, "channel: google_ads.headline\nmax_tokens: 20", ["stubborn"] * 200)
    limit = Decimal("0.005")
    flags = ("--max-cost", limit, "--summary-json", "s.json")
    done = copygen("run", "p.yaml", *server.to, *flags, cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    charged = server.charged[0] * Decimal("0.28") + server.charged[1] * Decimal("0.42")
    assert Decimal("0.5") * limit <= charged / 10**6 <= limit
    found = records(tmp_path / "p.results.jsonl")
    assert sum(record["usage"]["output_tokens"] for record in found) == server.charged[1]
    assert all(record["text"] and record["status"] == "rejected" for record in found)
