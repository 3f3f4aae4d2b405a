"""The suite's own arithmetic, and what it sends. Nothing here measures anything."""

import json
import random
import xml.etree.ElementTree as ET
from pathlib import Path

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copygen.quality.channels import load_channels
from copygen.quality.checker import Checker
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from tests.bench.arithmetic import Spread, growth, ideal_s, ratios
from tests.bench.charts import charts
from tests.bench.checks import BARE, CHANNELS, EVERYTHING
from tests.bench.contestants import AIOHTTP, COPYGEN, HTTPX, Job
from tests.bench.figures import Section, Sign, Target, judged
from tests.bench.pacing import CASES, TOKENS_PER_REQUEST
from tests.bench.profiling import read_profile
from tests.bench.report import figure, to_json
from tests.bench.server import RETRY_AFTER, Bucket
from tests.bench.serving import serving
from tests.bench.startup import heavy_in
from tests.bench.svg import even_ticks, log_ticks, number
from tests.bench.targets import TARGETS
from tests.bench.wording import MAX_TOKENS, TEMPLATE, body, skewed
from tests.quality.clean_copy import LANGUAGES, clean_copy

SVG = "{http://www.w3.org/2000/svg}"


def test_a_spread_holds_the_lowest_the_median_and_the_highest() -> None:
    assert Spread.of([3.0, 1.0, 10.0]) == Spread(1.0, 3.0, 10.0)
    assert Spread.of([4.0, 2.0]) == Spread(2.0, 3.0, 4.0)


def test_ratios_are_taken_round_by_round_so_that_a_slow_round_cancels_out() -> None:
    assert ratios([10.0, 30.0, 20.0], [10.0, 30.0, 10.0]) == Spread(1.0, 1.0, 2.0)


def test_ratios_use_the_rounds_both_took_part_in() -> None:
    assert ratios([10.0], [5.0, 1.0]) == Spread(2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("cost", "per_s", "burst", "changes", "seconds"),
    [
        (2000, 200, 20, [], 9.9),
        (20, 200, 20, [], 0.0),
        (5, 200, 20, [], 0.0),
        (2000, 200, 20, [(4.0, 100)], 15.8),
        (2000, 100, 20, [(4.0, 200)], 11.9),
        (420, 100, 20, [(4.0, 200)], 4.0),
        (400, 200, 20, [(4.0, 1)], 1.9),
        (300, 100, 0, [(1.0, 10), (2.0, 100)], 3.9),
    ],
)
def test_the_ideal_time_is_when_the_bucket_lets_the_last_request_in(
    cost: float, per_s: float, burst: float, changes: list[tuple[float, float]], seconds: float
) -> None:
    assert ideal_s(cost, per_s, burst, changes) == pytest.approx(seconds)


@given(
    count=st.integers(1, 300),
    per_s=st.floats(1, 500),
    burst=st.floats(1, 50),
    change=st.none() | st.tuples(st.floats(0.01, 5), st.floats(1, 500)),
)
def test_a_client_that_waits_exactly_as_told_takes_the_ideal_time(
    count: int, per_s: float, burst: float, change: tuple[float, float] | None
) -> None:
    """The server and the arithmetic agree on what ideal is."""
    changes = [change] if change else []
    bucket = Bucket(per_s, burst, changes)
    now, taken = 0.0, 0
    while taken < count:
        wait_s = bucket.take(1.0, now)
        if not wait_s:
            taken += 1
        else:
            # A change in between can make the promised wait too long: never sleep across it.
            next_change = [at for at, _ in changes if at > now]
            now = min([now + wait_s + 1e-9, *next_change])
    assert now == pytest.approx(ideal_s(count, per_s, burst, changes), abs=1e-4)


def test_a_bucket_refuses_what_is_not_there_and_says_when_it_will_be() -> None:
    bucket = Bucket(10.0, 2.0)
    assert [bucket.take(1.0, 5.0) for _ in range(3)] == [0.0, 0.0, pytest.approx(0.1)]
    assert bucket.take(1.0, 5.05) == pytest.approx(0.05)
    assert bucket.take(1.0, 5.11) == 0.0


def test_growth_leaves_out_the_start() -> None:
    assert growth([1.0, 60.0, 61.0, 75.0, 62.0, 61.0, 61.0, 61.0, 61.0, 61.0]) == 15.0
    assert growth([]) == 0.0


@pytest.mark.parametrize(
    ("sign", "measured", "met"),
    [
        (Sign.AT_MOST, Spread(0.8, 1.0, 3.0), True),
        (Sign.AT_MOST, Spread(0.8, 1.01, 3.0), False),
        (Sign.AT_LEAST, Spread(0.8, 1.0, 3.0), True),
        (Sign.AT_LEAST, Spread(0.8, 0.99, 3.0), False),
        (Sign.AT_MOST, None, None),
    ],
)
def test_a_target_is_judged_by_the_median(
    sign: Sign, measured: Spread | None, met: bool | None
) -> None:
    assert Target("k", "what", sign, 1.0, measured=measured).met is met


def test_targets_take_their_figures_from_the_sections_and_keep_the_rest_open() -> None:
    section = Section("speed", "", measured={TARGETS[2].key: Spread.of([0.9])})
    after = judged(TARGETS, [section])
    assert [one.key for one in after if one.met is not None] == [TARGETS[2].key]


def test_no_two_targets_share_a_key() -> None:
    assert len({one.key for one in TARGETS}) == len(TARGETS)


def test_the_curves_are_well_formed_svg_with_a_line_for_each_contestant() -> None:
    drawn = charts([_speed()])
    assert drawn.keys() == {"bench-throughput.svg", "bench-cpu.svg"}
    for svg in drawn.values():
        root = ET.fromstring(svg)  # noqa: S314 - our own
        assert root.tag == f"{SVG}svg"
        assert len(root.findall(f"{SVG}polyline")) == 2
        assert "bare aiohttp" in [text.text for text in root.iter(f"{SVG}text")]


def test_every_point_of_a_curve_lies_inside_the_picture() -> None:
    for svg in charts([_speed()]).values():
        for circle in ET.fromstring(svg).iter(f"{SVG}circle"):  # noqa: S314 - our own
            assert 0 < float(circle.attrib["cx"]) < 720
            assert 0 < float(circle.attrib["cy"]) < 420


def _speed() -> Section:
    section = Section("speed", "")
    for name, factor in ((COPYGEN.name, 1.0), (AIOHTTP.name, 1.2)):
        for x in (1, 100, 2000):
            values = [factor * (130 + x / 20), factor * (150 + x / 20)]
            section.add(f"{x}", name, x, cpu_us=values, per_s=[1e6 / one for one in values])
    section.add("1", HTTPX.name, 1, cpu_us=[600.0], per_s=[1500.0])  # one point is no curve
    return section


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([130, 1900], (100, 200, 500, 1000, 2000)),
        ([100, 1000], (100, 200, 500, 1000)),
        ([3], (2, 5)),
        ([5], (5, 10)),
    ],
)
def test_logarithmic_ticks_enclose_the_values(
    values: list[float], ticks: tuple[float, ...]
) -> None:
    assert log_ticks(values) == pytest.approx(ticks)


@given(st.floats(0.01, 1e7))
def test_even_ticks_begin_at_zero_and_end_above_the_highest_value(top: float) -> None:
    ticks = even_ticks([top])
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-9)
    assert 3 <= len(ticks) <= 8


def test_labels_are_short() -> None:
    assert [number(n) for n in (0, 50, 2000, 2500, 1e6)] == ["0", "50", "2k", "2.5k", "1M"]
    assert [figure(n) for n in (0, 0.934, 12.34, 150.2, 12345)] == [
        "0", "0.93", "12.3", "150", "12 345",
    ]  # fmt: skip


def test_by_hand_and_the_template_ask_the_same() -> None:
    row = {"language": "Thai", "name": "Scarf", "price": 390, "notes": "Soft."}
    asked = body(row)
    rendered = TEMPLATE
    for name, value in row.items():
        rendered = rendered.replace(f"{{{{ {name} }}}}", str(value))
    for message in asked["messages"]:
        assert message["content"] in rendered
    assert f"max_tokens: {asked['max_tokens']}" in rendered


def test_skewed_rows_cost_on_average_what_the_limit_assumes_and_none_more_than_the_burst() -> None:
    rng = random.Random(4)
    tokens = [len(skewed(rng)) / 4 + 30 + 0.65 * MAX_TOKENS for _ in range(2000)]
    assert sum(tokens) / len(tokens) == pytest.approx(TOKENS_PER_REQUEST, rel=0.15)
    bursts = [case.burst for case in CASES if case.unit == "tokens"]
    assert max(tokens) < min(bursts)


def test_a_limit_that_changes_is_told_to_nobody() -> None:
    assert {case.key for case in CASES if case.told is None} == {"lowered", "raised"}


def test_a_contestant_that_is_told_gets_its_flag(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    job = Job(folder / "items.jsonl", "http://x/v1/chat", "http://x/v1", 50, folder / "out.jsonl")
    flags = {case.key: case.told.command(job)[-2:] for case in CASES if case.told}
    assert flags["seconds"] == ["--rpm", "12000"]
    assert flags["tokens"][0] == "--tpm"


def test_each_form_of_retry_after_says_its_wait() -> None:
    said = {name: form(0.25) for name, form in RETRY_AFTER.items()}
    assert said["seconds"] == "retry-after: 0.250\r\n"
    assert said["ms"] == "retry-after-ms: 250\r\n"
    assert said["date"].endswith("GMT\r\n")
    assert said["none"] == ""


def test_heavy_packages_are_found_in_the_report_of_importtime() -> None:
    report = "import time:      3019 |       3019 |   _ssl\nimport time: 1993 | 5718 |  ssl\n"
    assert heavy_in(report) == {"ssl": 5.718}


def test_a_profile_says_who_ran_and_who_asked_for_it() -> None:
    lines = [
        "main (copygen/cli/app.py:9);_send (copygen/engine/client.py:10);post (aiohttp/c.py:1) 30",
        "main (copygen/cli/app.py:9);_send (copygen/engine/client.py:12) 10",
        "start (threading.py:1) 5",
    ]
    profile = read_profile(lines)
    assert profile.total == 45
    assert profile.own["post (aiohttp/c.py)"] == 30
    assert profile.ours["_send (copygen/engine/client.py)"] == 40
    assert profile.within["main (copygen/cli/app.py)"] == 40


@pytest.mark.parametrize("length", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_copy_whose_checks_are_measured_is_fit_to_publish(language: str, length: int) -> None:
    """A text that is rejected takes another way, and few texts of a run are."""
    checks = yaml.safe_load(BARE + EVERYTHING.format(channel=CHANNELS[length]))["checks"]
    checker = Checker(ChecksSettings.model_validate(checks), measure)
    field = load_channels().field(CHANNELS[length])
    copy = list(clean_copy(language, length, 60))
    assert len({one.text for one in copy}) == len(copy)
    assert abs(sum(len(one.text) for one in copy) / len(copy) - length) < 25
    flagged = []
    for row, text in copy:
        flagged += checker.check(text, row, field, item_id=row["id"])
        checker.accept(text, row["id"], field)
    assert len(flagged) < 2, flagged  # rules are set on other copy than this


def test_a_prompt_gets_the_reply_of_its_number(tmp_path: Path) -> None:
    replies = tmp_path / "replies.json"
    replies.write_text(json.dumps(["first", "second"]), encoding="utf-8")
    with serving("--replies", replies) as server:
        row = {"language": "Thai", "name": "scarf", "price": 1, "notes": "p00001"}
        for asked, said in ((row, "second"), ({**row, "notes": "p00000"}, "first")):
            reply = httpx.post(server.url, json=body(asked)).json()
            assert reply["choices"][0]["message"]["content"] == said


def test_the_json_holds_every_target_with_its_verdict() -> None:
    section = Section("speed", "t", measured={TARGETS[2].key: Spread.of([1.2])})
    section.add("case", "copygen", 100, cpu_us=[1.0, 2.0])
    written = json.loads(to_json({}, [section], judged(TARGETS, [section])))
    assert [one["met"] for one in written["targets"]].count(False) == 1
    assert written["sections"][0]["figures"][0]["spread"] == {
        "low": 1.0,
        "median": 1.5,
        "high": 2.0,
    }
