"""A whole run against a model that is careless in 40 % of its answers."""

import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from tests.support.inside import copygen
from tests.support.sloppy import items

FILE = """\
provider: simulator
prompt: |
  Write copy in {{ language }} for this product.
  Product: {{ name }}
  Price: {{ price }}
fields:
  headline: {channel: google_ads.headline, count: 3}
  description: {channel: google_ads.description, max_count: 2}
  caption: {channel: instagram.caption}
checks: {language_from: language}
reasks: 2
max_tokens: 2000
items: items.jsonl
"""


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide


@pytest.mark.no_cover
@pytest.mark.parametrize("count", [500, pytest.param(2000, marks=pytest.mark.soak)])
def test_nearly_all_texts_of_a_careless_model_fit_after_two_reasks(
    tmp_path: Path, count: int
) -> None:
    """Counted here, not by copygen: widths, numbers of texts, tokens, repeated headlines."""
    (tmp_path / "fit.yaml").write_text(FILE, encoding="utf-8")
    with (tmp_path / "items.jsonl").open("w", encoding="utf-8") as rows:
        for number, item in enumerate(items(count)):
            rows.write(json.dumps({"id": f"p{number}", **item}) + "\n")
    sloppy = "providers.simulator.simulation={latency_ms: 1, sloppy: 0.4}"
    done = copygen("run", "fit.yaml", "-O", sloppy, "--summary-json", "s.json", cwd=tmp_path)
    assert done.returncode in (0, 3), done.stderr
    lines = (tmp_path / "fit.results.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    accepted = [record for record in records if record["status"] == "ok"]
    assert len(records) == count
    assert len(accepted) >= 0.97 * count
    assert {record["status"] for record in records} <= {"ok", "rejected"}
    assert max(record["reasks"] for record in records) == 2
    for record in accepted:
        data = record["data"]
        assert len(data["headline"]) == 3
        assert 1 <= len(data["description"]) <= 2
        assert max(map(_width, data["headline"])) <= 30
        assert max(map(_width, data["description"])) <= 90
        assert len(data["caption"]) <= 2200
    whole = Counter(text for record in accepted for text in record["data"]["description"])
    assert max(whole.values()) == 1
    assert all(record["attempts"] == 1 + record["reasks"] for record in accepted)
    summary = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    tokens = sum(record["usage"]["output_tokens"] for record in records)
    assert summary["usage"]["output_tokens"] == tokens
