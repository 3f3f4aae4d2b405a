"""The engine as a whole against a world that changes under it: a state machine in virtual time.

The world has rows that are good, slow or always fail, two models, outages of each and of the host,
and a rate limit. Whatever happens in whatever order, once it is well again

* every row ends once: good and slow ones as ok, those that always fail as failed;
* nobody was given up, since nothing was away for as long as that takes;
* at no moment were more requests in flight than allowed.

Normal runs take a few hundred steps; `soak` takes tens of thousands.
"""

import asyncio
from collections import Counter

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from copygen.config import Settings
from copygen.models import Prompt, Status
from tests.support.fakes import Run, prompt
from tests.support.virtual_loop import VirtualLoop

ROWS = 240
MODELS = ("one", "two")
FAULTS = ("500", "503", "hang", "reset")
STEPS = Counter[str]()
"""Steps taken in this process, for those who want to know."""


class World(RuleBasedStateMachine):
    """One run, and everything around it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.down: dict[str, str] = {}
        """What is away, and how: a model, or the host."""
        self.limit_per_s = float("inf")
        self.level, self.at = 1.0, 0.0
        self.in_flight = self.most = 0
        self.faulty: dict[str, str] = {}
        self.slow: frozenset[str] = frozenset()
        self.most_allowed = 0
        self.task: asyncio.Task[Run] | None = None

    @initialize(
        faulty=st.lists(st.tuples(st.integers(0, ROWS - 1), st.integers(1, 30)), max_size=2),
        fault=st.sampled_from(FAULTS),
        slow=st.sets(st.integers(0, ROWS - 1), max_size=10),
        models=st.integers(1, 2),
        concurrency=st.sampled_from([1, 4, 20, "auto"]),
    )
    def begin(
        self,
        faulty: list[tuple[int, int]],
        fault: str,
        slow: set[int],
        models: int,
        concurrency: int | str,
    ) -> None:
        """Clusters of faulty rows, some slow ones, one or two models."""
        numbers = {n for first, size in faulty for n in range(first, min(ROWS, first + size))}
        self.faulty = {str(number): fault for number in numbers}
        self.slow = frozenset(str(number) for number in slow - numbers)
        self.most_allowed = 256 if concurrency == "auto" else int(concurrency)
        entries = [prompt(number, MODELS[number % models]) for number in range(ROWS)]
        self.task = self.loop.create_task(self._run(entries, concurrency))

    async def _run(self, entries: list[Prompt], concurrency: int | str) -> Run:
        settings = Settings.model_validate({"concurrency": concurrency, "timeout_s": 5})
        return await Run(self._answer, settings=settings).over(entries)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            return await self._reply(request)
        finally:
            self.in_flight -= 1

    async def _reply(self, request: httpx.Request) -> httpx.Response:
        now, text = self.loop.time(), request.content.decode()
        if "host" in self.down:
            raise httpx.ConnectError("refused")
        self.level, self.at = min(5.0, self.level + (now - self.at) * self.limit_per_s), now
        if self.level < 1:
            return httpx.Response(429, headers={"retry-after": "1"})
        self.level -= 1
        fault = self.down.get(request.headers["x-model"])
        fault = fault or self.faulty.get(text)
        await asyncio.sleep(1e9 if fault == "hang" else 3.0 if text in self.slow else 0.1)
        if fault == "reset":
            raise httpx.ReadError("reset")
        return httpx.Response(int(fault) if fault else 200, content=b"x")

    def _pass_time(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    @rule(seconds=st.floats(0.01, 20))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        STEPS["wait"] += 1
        self._pass_time(seconds)
        assert self.most <= self.most_allowed

    @rule(what=st.sampled_from([*MODELS, "host"]), fault=st.sampled_from(FAULTS))
    def goes_away(self, what: str, fault: str) -> None:
        """A model or the host is away from now on."""
        STEPS["goes away"] += 1
        self.down[what] = fault

    @precondition(lambda self: self.down)
    @rule()
    def comes_back(self) -> None:
        """Everything is well again."""
        STEPS["comes back"] += 1
        self.down.clear()

    @rule(per_s=st.sampled_from([5.0, 50.0, float("inf")]))
    def limits(self, per_s: float) -> None:
        """The provider allows so much from now on."""
        STEPS["limits"] += 1
        self.limit_per_s = per_s

    def teardown(self) -> None:
        """All is well again; the run must come to its end."""
        if self.task is not None:
            self.down.clear()
            run = self.loop.run_until_complete(self.task)
            self._judge(run)
        self.loop.close()

    def _judge(self, run: Run) -> None:
        assert run.error is None, run.error
        ids = Counter(result.id for result in run.results)
        assert set(ids.values()) == {1}
        assert len(ids) == ROWS
        assert self.most <= self.most_allowed
        failed = {result.id[1:] for result in run.results if result.status is Status.FAILED}
        assert failed == set(self.faulty)
        assert {result.status for result in run.results} <= {Status.OK, Status.FAILED}


def play(examples: int, steps: int) -> None:
    """Run the machine."""
    run_state_machine_as_test(
        World,
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.no_cover
def test_whatever_happens_every_row_ends_once_and_no_run_gives_up_on_the_living() -> None:
    play(examples=25, steps=12)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_whatever_happens_for_long() -> None:
    play(examples=1500, steps=30)
