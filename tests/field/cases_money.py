"""Money: replies that lie about it, limits, plans.

Engines in virtual time against the server by dice; the command line where its words are the point.
"""

import json
import random
from decimal import Decimal
from pathlib import Path

import httpx

from copygen.config.prices import Asks, priced_apart
from copygen.models import Completion
from copygen.providers.pricing import PriceBook
from copygen.providers.redact import Redactor
from tests.field.case import Cases
from tests.support.dice import PRICED, Dice, play
from tests.support.fakes import WALL, Run
from tests.support.replies import parse
from tests.support.running import copygen
from tests.support.sent import asking

CASES = Cases()
LIMIT_USD = Decimal("0.003")
HELD = "cost null with the reason, limit held, exit 4"


def _under_limit(shape: str) -> tuple[Dice, Run]:
    dice = Dice(random.Random(1), {shape: 1.0})
    return dice, play(dice, limit_usd=LIMIT_USD, cap=60, concurrency=4, rows=80)


def _held(shape: str) -> str:
    dice, run = _under_limit(shape)
    if dice.billed_usd > LIMIT_USD:
        return f"billed {dice.billed_usd} of {LIMIT_USD}"
    costs = {result.cost_usd for result in run.results}
    notes = {result.cost_note for result in run.results}
    told = "null with the reason" if costs == {None} and None not in notes else f"{costs} {notes}"
    return f"cost {told}, limit held, exit {int(run.error.exit_code) if run.error else 0}"


def _cost(usage: object, headers: dict[str, str] | None = None, model: str = "m") -> str:
    choice = {"finish_reason": "stop", "message": {"content": "Silk."}}
    body = json.dumps({"model": model, "choices": [choice], "usage": usage}).encode()
    reply = parse(200, httpx.Headers(headers or {}), body, WALL, "m", Redactor())
    assert isinstance(reply, Completion)
    cost = PriceBook(PRICED).cost(reply, "m", WALL)
    return f"{cost.usd}, {cost.note}"


@CASES.case("1:40", HELD)
def usage_all_zero_with_a_text(_folder: Path) -> str:
    return _held("all zero")


@CASES.case("1:41", HELD)
def no_output_tokens_for_a_text(_folder: Path) -> str:
    return _held("output zero")


@CASES.case("1:42", "0.036, None")
def a_key_of_ones_own_at_a_gateway(_folder: Path) -> str:
    details = {"upstream_inference_cost": 0.036}
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "cost": 0, "is_byok": True}
    return _cost({**usage, "cost_details": details})


@CASES.case("1:44", "0.0000170, None")
def usage_as_floats_and_cost_as_an_object(_folder: Path) -> str:
    return _cost({"prompt_tokens": 9.0, "completion_tokens": 2.0, "cost": {"total": 1}})


@CASES.case("6:D6", "exit 4, says what is enough, does not say to run again")
def a_limit_below_one_prompts_worst_case(folder: Path) -> str:
    rows = folder / "rows.jsonl"
    rows.write_text('{"id": "a", "prompt": "Write a slogan for silk."}\n')
    flags = ["-p", "simulator", "--max-cost", "0.0000001", "-o", str(folder / "r.jsonl")]
    done = copygen("run", rows.name, *flags, cwd=folder)
    words = " ".join(done.stderr.split())
    enough = "Raise --max-cost" in words and "enough to go on" in words
    again = "Run the same command again" in words or "Next" in words
    return (
        f"exit {done.returncode}, {'says' if enough else 'does not say'} what is enough, "
        f"{'says' if again else 'does not say'} to run again"
    )


@CASES.case("11:A3", "a row of 40 tokens may come to 1240, corrected twice; 600 were seen")
def a_plan_knows_of_larger_caps(_folder: Path) -> str:
    caps = Asks(judged=True, reasks=2).caps(40, None)
    seen = sum(caps[:4])
    return f"a row of 40 tokens may come to {sum(caps):.0f}, corrected twice; {seen:.0f} were seen"


@CASES.case("11:A7", "priced by cheap, which the record names; 20 in the summary's count")
def another_model_answers(_folder: Path) -> str:
    dice = Dice(random.Random(1), {"another model": 1.0})
    run = play(dice, limit_usd=Decimal(1), cap=60, concurrency=4, rows=20)
    spent = sum(result.cost_usd or 0 for result in run.results)
    names = {result.answered_by for result in run.results}
    asked = {result.model for result in run.results}
    priced = "cheap" if spent == dice.billed_usd and asked == {"m"} else f"{asked} {spent}"
    named = "which the record names" if names == {"cheap"} else str(names)
    return f"priced by {priced}, {named}; {len(run.results)} in the summary's count"


@CASES.case("12:A3", "exit 2: from a billionth of a dollar to a billion dollars")
def an_absurd_limit(folder: Path) -> str:
    rows = folder / "rows.jsonl"
    rows.write_text('{"id": "a", "prompt": "Hi"}\n')
    done = copygen("run", rows.name, "--max-cost", "1e400", cwd=folder)
    reason = "from a billionth of a dollar to a billion dollars"
    return f"exit {done.returncode}: {reason if reason in done.stderr else done.stderr}"


@CASES.case("12:A9", HELD)
def a_charge_of_zero_for_a_model_with_a_price(_folder: Path) -> str:
    return _held("cost zero")


@CASES.case("12:A9b", "30 of 30 with the cap they were given")
def two_refusals_of_the_cap(_folder: Path) -> str:
    dice = Dice(random.Random(3), {"honest": 1.0}, takes_cap="max_completion_tokens")
    run = play(dice, limit_usd=Decimal("0.1"), cap=50, concurrency=4, rows=30)
    return f"{dice.caps.count(50)} of {len(run.results)} with the cap they were given"


@CASES.case("12:A10", "408 held, 504 held, filter held, usage in an error counted")
def failures_that_are_billed(_folder: Path) -> str:
    found = []
    for shape, name in (("408", "408"), ("504", "504"), ("400 filter", "filter")):
        dice, _ = _under_limit(shape)
        found.append(f"{name} {'held' if dice.billed_usd <= LIMIT_USD else 'passed'}")
    dice, run = _under_limit("400 with usage")
    counted = sum(result.cost_usd or 0 for result in run.results) == dice.billed_usd
    return f"{', '.join(found)}, usage in an error {'counted' if counted else 'not counted'}"


@CASES.case("12:A11", "refused: service_tier: priority, speed; taken: service_tier: flex")
def a_dearer_tier_under_a_limit(_folder: Path) -> str:
    refused = [
        priced_apart(asking({"service_tier": "Priority"})),
        priced_apart(asking({"speed": "fast"})),
    ]
    taken = priced_apart(asking({"service_tier": "flex", "n": 2})) is None
    return f"refused: {', '.join(map(str, refused))}; taken: {'service_tier: flex' * taken}"
