"""How much is measured: seconds, half an hour, or everything."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a run of the suite."""

    rounds: int
    """Where a target is judged."""
    curve_rounds: int
    """Elsewhere on a curve."""
    prompts: int
    """Per run, at least."""
    prompts_per_slot: int
    """Per run and request slot, so that the connections are not most of the work."""
    concurrencies: tuple[int, ...]
    memory_prompts: tuple[int, ...]
    by_hand_prompts_max: int
    """Rows up to which the others' memory is measured."""
    resumed_prompts: int
    """Rows of the long run, and of the results file that is taken up again."""
    pacing_prompts: int
    pacing_rounds: int
    startup_rounds: int
    wrk_s: int
    checks_rounds: int
    checked_texts: int
    """Per language and round."""
    checked_prompts: int
    """Of a run with all checks, per language and length."""
    remembered_texts: int
    table_rows: int
    """Of each format; a sheet has 1 048 575 at the most."""

    def prompts_at(self, concurrency: int) -> int:
        """Rows of one run at that concurrency."""
        return max(self.prompts, self.prompts_per_slot * concurrency)


CURVE = (1, 10, 50, 100, 200, 500, 1000, 2000)
QUICK = Scale(
    rounds=2,
    curve_rounds=1,
    prompts=2000,
    prompts_per_slot=4,
    concurrencies=(10, 100),
    memory_prompts=(1000, 3000),
    by_hand_prompts_max=1000,
    resumed_prompts=5000,
    pacing_prompts=200,
    pacing_rounds=1,
    startup_rounds=2,
    wrk_s=1,
    checks_rounds=2,
    checked_texts=500,
    checked_prompts=500,
    remembered_texts=20_000,
    table_rows=20_000,
)
USUAL = Scale(
    rounds=5,
    curve_rounds=2,
    prompts=20_000,
    prompts_per_slot=15,
    concurrencies=CURVE,
    memory_prompts=(1000, 10_000, 100_000, 1_000_000),
    by_hand_prompts_max=100_000,
    resumed_prompts=1_000_000,
    pacing_prompts=2000,
    pacing_rounds=1,
    startup_rounds=7,
    wrk_s=3,
    checks_rounds=5,
    checked_texts=2000,
    checked_prompts=12_000,
    remembered_texts=1_000_000,
    table_rows=1_000_000,
)
FULL = Scale(
    rounds=7,
    curve_rounds=3,
    prompts=20_000,
    prompts_per_slot=15,
    concurrencies=CURVE,
    memory_prompts=(1000, 10_000, 100_000, 1_000_000),
    by_hand_prompts_max=1_000_000,
    resumed_prompts=1_000_000,
    pacing_prompts=2000,
    pacing_rounds=3,
    startup_rounds=11,
    wrk_s=5,
    checks_rounds=7,
    checked_texts=5000,
    checked_prompts=12_000,
    remembered_texts=1_000_000,
    table_rows=1_000_000,
)
