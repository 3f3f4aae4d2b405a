"""`--max-cost` from outside, by the provider's own count of what it charged."""

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.inside import copygen
from tests.support.rel_running import CountingServer, counting, interrupt, start, until
from tests.support.running import ROOT, records

INPUT_USD, OUTPUT_USD = Decimal("0.28") / 10**6, Decimal("0.42") / 10**6
SCHEMAS = ROOT / "configs" / "schemas"


@pytest.fixture(scope="module")
def server() -> Iterator[CountingServer]:
    with counting("--latency-ms", 20) as running:
        yield running


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """4000 rows, one in thirty of them twenty times as long, that use most to little of a cap."""
    rng = random.Random(3)
    path = tmp_path / "rows.jsonl"
    with path.open("w") as file:
        for number in range(4000):
            size = 4000 if number % 30 == 0 else 200
            usage = f"usage={size // rng.randint(2, 6)}/{rng.choice([20, 40, 60, 500])}"
            prompt = f"row-{number} {usage} {'x' * size}"
            file.write(json.dumps({"id": f"row-{number}", "prompt": prompt}) + "\n")
    return path


def charged_usd(server: CountingServer) -> Decimal:
    given, written = server.settled().charged
    return given * INPUT_USD + written * OUTPUT_USD


def keeps_to(schema: str, document: Any) -> None:
    jsonschema.Draft202012Validator(
        json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
    ).validate(document)


def all_keep_to_the_schemas(folder: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((folder / "s.json").read_text())
    keeps_to("summary", summary)
    for record in records(folder / "out.jsonl"):
        keeps_to("record", record)
    return summary


@pytest.mark.no_cover
@pytest.mark.parametrize("concurrency", [1, pytest.param(50, marks=pytest.mark.soak), 500])
def test_M1_the_limit_is_never_passed_and_nearly_used_up_and_the_next_run_goes_on(
    concurrency: int, server: CountingServer, rows: Path
) -> None:
    server.behave(latency_ms=5 if concurrency == 1 else 20, faults={})
    limits = [Decimal("0.05"), Decimal("0.08")]
    command = ["run", rows.name, *server.to, "-o", "out.jsonl", "-c", concurrency]
    received: set[str] = set()
    for limit in limits:
        server.reset()
        done = copygen(*command, "--max-cost", limit, "--summary-json", "s.json", cwd=rows.parent)
        assert done.returncode == 4, done.stderr
        charged = charged_usd(server)
        assert Decimal("0.9") * limit <= charged <= limit
        summary = all_keep_to_the_schemas(rows.parent)
        assert Decimal(str(summary["cost_usd"])) == pytest.approx(charged)
        assert summary["left"] == 4000 - summary["total"] - summary["skipped"]
        counted = server.ledger()
        assert set(counted.received.values()) == {1}
        assert received.isdisjoint(counted.received), "paid twice"
        received |= counted.received.keys()
        assert f"Left: {summary['left']:,} prompts, about $" in done.stderr
    assert {record["id"] for record in records(rows.parent / "out.jsonl")} == received


def test_what_times_out_counts_as_spent_even_if_it_is_charged_for(
    server: CountingServer, rows: Path
) -> None:
    server.behave(latency_ms=5, faults={"hang": 0.03, "500": 0.05})
    server.reset()
    done = copygen(
        *("run", rows.name, *server.to, "-o", "out.jsonl", "-c", 50, "--max-cost", "0.05"),
        *("--timeout", 0.5, "--summary-json", "s.json"),
        cwd=rows.parent,
    )
    server.behave(faults={})
    assert done.returncode == 4, done.stderr
    assert charged_usd(server) <= Decimal("0.05")
    summary = all_keep_to_the_schemas(rows.parent)
    assert summary["traffic"]["possibly_billed"] > 0
    assert summary["budget"]["kept_usd"] == pytest.approx(summary["traffic"]["possibly_billed_usd"])
    assert summary["budget"]["spent_usd"] + summary["budget"]["kept_usd"] <= 0.05
    assert "possibly billed, up to $" in done.stderr


@pytest.mark.parametrize("signals", [1, 2], ids=["drained", "cancelled"])
def test_an_interrupted_run_accounts_for_everything(
    signals: int, server: CountingServer, rows: Path
) -> None:
    server.behave(latency_ms=300, faults={})
    server.reset()
    process = start(
        *("run", rows.name, *server.to, "-o", "out.jsonl", "-c", 50, "--max-cost", "0.5"),
        *("--summary-json", "s.json"),
        cwd=rows.parent,
    )
    assert until(lambda: server.ledger().requests >= 60, process)
    interrupt(process, rows.parent, times=signals)
    assert process.wait(30) == 130
    summary = all_keep_to_the_schemas(rows.parent)
    counted = server.settled()
    known = Decimal(str(summary["cost_usd"]))
    assert known <= Decimal(str(charged_usd(server))) + Decimal("1e-9") or signals == 2
    assert charged_usd(server) <= known + Decimal(str(summary["budget"]["kept_usd"]))
    assert summary["total"] == counted.received.total()
    assert summary["by_status"]["cancelled"] == summary["traffic"]["possibly_billed"]
    assert summary["left"] == 4000 - summary["total"]
    assert summary["budget"]["reserved_usd"] == 0


def test_a_limit_on_tokens_needs_no_price(server: CountingServer, rows: Path) -> None:
    server.behave(latency_ms=5, faults={})
    server.reset()
    done = copygen(
        *("run", rows.name, *server.to, "-o", "out.jsonl", "-c", 50, "-m", "nobody-knows"),
        *("--max-tokens-total", 100_000, "--summary-json", "s.json"),
        cwd=rows.parent,
    )
    assert done.returncode == 4, done.stderr
    assert 90_000 <= sum(server.settled().charged) <= 100_000
    summary = all_keep_to_the_schemas(rows.parent)
    assert summary["cost_usd"] is None
    assert f"an unknown amount; {summary['unpriced']:,} prompts unpriced" in done.stderr


@pytest.mark.parametrize(
    ("rows", "flags", "words"),
    [
        ('{"prompt": "x"}', ["-m", "new-model"], "providers.simulator.models.new-model.price"),
        (
            '{"prompt": "x"}\n{"prompt": "y", "params": {"model": "new-model"}}',
            [],
            "rows.jsonl:2:1: --max-cost needs a price for new-model at simulator",
        ),
        (
            '{"prompt": "x"}',
            ["-O", "providers.simulator.defaults.max_tokens=null"],
            "set max_tokens in the prompt file",
        ),
        (
            '{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": '
            '{"url": "https://a.example/b.png"}}]}]}',
            [],
            "rows.jsonl:1:1: --max-cost cannot bound what parts other than text cost",
        ),
    ],
    ids=["model", "row's model", "no cap", "image"],
)
def test_what_cannot_be_bounded_is_refused_before_anything_is_sent(
    rows: str, flags: list[str], words: str, server: CountingServer, tmp_path: Path
) -> None:
    server.reset()
    (tmp_path / "rows.jsonl").write_text(rows + "\n")
    command = ["run", "rows.jsonl", *server.to, *flags, "-o", "out.jsonl"]
    done = copygen(*command, "--max-cost", 1, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert words in " ".join(done.stderr.split())
    assert server.ledger().requests == 0
    assert not (tmp_path / "out.jsonl").exists()
    assert copygen(*command, "--max-tokens-total", 10**6, cwd=tmp_path).returncode == (
        0 if "price" in words else 2
    )


def test_a_row_of_a_stream_that_cannot_be_bounded_fails_and_the_others_go_on(
    server: CountingServer, tmp_path: Path
) -> None:
    server.reset()
    stream = b'{"id": "a", "prompt": "x"}\n{"id": "b", "prompt": "y", "params": {"model": "new"}}\n'
    command = ["run", "-", *server.to, "-o", "out.jsonl", "--max-cost", 1]
    done = copygen(*command, cwd=tmp_path, stdin=stream)
    assert done.returncode == 3
    first, second = sorted(records(tmp_path / "out.jsonl"), key=lambda record: record["id"])
    assert (first["status"], second["status"]) == ("ok", "failed")
    assert (second["attempts"], second["cost_usd"]) == (0, 0)
    assert "providers.simulator.models.new.price" in second["error"]["message"]
    refused = copygen(*command, "-m", "new", cwd=tmp_path, stdin=stream)
    assert refused.returncode == 2


@pytest.mark.parametrize("amount", ["0", "-1", "nan", "inf", "much", ""])
def test_a_limit_that_is_no_amount_is_refused(amount: str, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"prompt": "x"}\n')
    done = copygen("run", "rows.jsonl", "--max-cost", amount, cwd=tmp_path)
    assert done.returncode == 2
    assert "--max-cost" in done.stderr


def test_cost_is_broken_down_by_model_and_cell(server: CountingServer, tmp_path: Path) -> None:
    server.behave(latency_ms=1, faults={})
    prompt = {
        "prompt": "{{ n }} usage={{ lang }}",
        "matrix": {"lang": ["1000/100", "2000/200"]},
        "items": [{"id": f"a{n}", "n": n} for n in range(10)]
        + [{"id": "b", "n": 1, "params": {"model": "gpt-4.1"}}],
    }
    (tmp_path / "p.yaml").write_text(json.dumps(prompt))
    command = ["run", "p.yaml", *server.to, "-o", "out.jsonl", "--summary-json", "s.json"]
    assert copygen(*command, cwd=tmp_path).returncode == 0
    summary = all_keep_to_the_schemas(tmp_path)
    models = {group["name"]: group["cost_usd"] for group in summary["costs_by_model"]}
    assert models == {
        "deepseek-chat": pytest.approx(10 * (3000 * 0.28 + 300 * 0.42) / 1e6),
        "gpt-4.1": pytest.approx((3000 * 2 + 300 * 8) / 1e6),
    }
    cells = {group["name"]: group["cost_usd"] for group in summary["costs_by_cell"]}
    assert cells["2000/200"] == pytest.approx(2 * cells["1000/100"])
    assert [group["ok"] for group in summary["costs_by_cell"]] == [11, 11]


@pytest.mark.parametrize("name", ["summary", "record"])
def test_the_schemas_are_printed_as_they_ship(name: str, tmp_path: Path) -> None:
    done = copygen("schema", name, cwd=tmp_path)
    assert done.stdout == (SCHEMAS / f"{name}.schema.json").read_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))


@pytest.mark.parametrize(
    "change",
    [{"total": "5"}, {"version": 2}, {"budget": {}}, {"by_status": {"fine": 1}}, {"left": -1}],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_refuses_what_a_summary_never_is(
    change: dict[str, Any], server: CountingServer, tmp_path: Path
) -> None:
    (tmp_path / "rows.jsonl").write_text('{"prompt": "x"}\n')
    copygen("run", "rows.jsonl", *server.to, "-o", "o", "--summary-json", "s.json", cwd=tmp_path)
    summary = json.loads((tmp_path / "s.json").read_text())
    keeps_to("summary", summary)
    with pytest.raises(jsonschema.ValidationError):
        keeps_to("summary", summary | change)
