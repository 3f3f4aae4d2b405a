"""What a run's statistics do not know: what is left, the limit, and how to pay less."""

from collections import Counter
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from copygen.errors import CopygenError, ExitCode, LimitReached
from copygen.figures import count, counted, exact_money, money
from copygen.jobs.setup import Setup
from copygen.models import BudgetState, Status
from copygen.prompts import Layout
from copygen.prompts.tokens import tokens_of_bytes
from copygen.results.stats import cell_name
from copygen.results.summary import (
    CacheHint,
    CostGroup,
    LanguageDoubt,
    OpeningGroup,
    Quality,
    Summary,
)

CACHED_FROM_TOKENS = 1024
"""The shortest beginning that most providers cache (OpenAI, Gemini and Anthropic alike)."""
_ENOUGH_HITS = 0.5
OPENINGS = 5
"""Repeated beginnings of texts that a summary shows."""


def completed(
    summary: Summary, setup: Setup, total: int | None, budget: BudgetState | None
) -> Summary:
    """The summary with what is left of the prompts and the limit, and a hint on caching.

    `total` are the prompts in all; None for a stream.
    """
    left = None if total is None else max(0, total - summary.total - summary.skipped)
    whole = replace(
        summary,
        left=left,
        left_out={reason: count for reason, count in setup.source.left_out.items() if count},
        budget=budget,
        cache_hint=_cache_hint(summary, setup),
        quality=_of_the_whole(summary.quality, setup),
        costs_by_cell=_in_file_order(summary.costs_by_cell, setup),
    )
    return replace(whole, left_cost_usd=_left_cost_usd(whole))


def explained(error: CopygenError | None, summary: Summary) -> CopygenError | None:
    """A limit reached, with what was spent, what is left, and what that would cost."""
    if not isinstance(error, LimitReached):
        return error
    lines = [str(error), f"Spent: {_spent(summary)}."]
    if summary.unfinished:
        cost = summary.left_cost_usd
        words = "" if cost is None else f", about {money(cost)} at this run's cost per prompt"
        lines.append(f"Left: {counted(summary.unfinished, 'prompt')}{words}.")
    if summary.budget is not None:
        lines.append(_way_on(summary.budget))
    return LimitReached("\n".join(lines))


def _way_on(budget: BudgetState) -> str:
    needed = []
    if budget.needed_usd is not None:
        most = exact_money(_rounded_up(budget.needed_usd))
        needed.append(f"--max-cost: one prompt that is left may cost up to {most}")
    if budget.needed_tokens is not None:
        needed.append(
            f"--max-tokens-total: one prompt that is left may use up to "
            f"{count(budget.needed_tokens)} tokens"
        )
    if not needed:
        return "Run the same command again to go on; the limit counts each run anew."
    return (
        f"Nothing more can be sent under this limit. Raise {'; '.join(needed)}. That much is "
        "enough to go on; a lower max_tokens needs less."
    )


def _rounded_up(amount: Decimal) -> Decimal:
    """To two digits: a figure to be typed."""
    digits = amount.adjusted() - 1
    return amount.quantize(Decimal(1).scaleb(digits), ROUND_CEILING)


def in_one_line(summary: Summary, code: ExitCode, output: Path | None) -> CopygenError:
    """What a mail from cron needs: how many were not accepted, and where to look."""
    ended = Counter(summary.by_status)
    if not summary.total:  # nothing was left to do, so what counts is how it ended then
        ended = Counter(summary.earlier)
    bad = [
        f"{count(ended[status])} {status.value}"
        for status in (Status.REJECTED, Status.FAILED, Status.CANCELLED)
        if ended[status]
    ]
    words = "ended early"
    if bad:
        words = f"{', '.join(bad)} of {counted(sum(ended.values()), 'prompt')}"
    elif code is ExitCode.PARTIAL:
        words = "some prompts were rejected or failed earlier"
    if summary.unfinished:
        words += f", {count(summary.unfinished)} not done"
    where = f"; see {output}" if output is not None else ""
    return CopygenError(f"{words}{where} (exit code {code.value}).")


def _spent(summary: Summary) -> str:
    if summary.cost_usd is None:
        words = "an unknown amount"
    else:
        words = f"{'at least ' * bool(summary.unpriced)}{money(summary.cost_usd)}"
    if summary.budget is not None and summary.budget.limit_tokens is not None:
        words = f"{count(summary.budget.spent_tokens)} tokens, {words}"
    if summary.unpriced:
        words = f"{words}; {counted(summary.unpriced, 'prompt')} unpriced"
    if summary.traffic.possibly_billed:
        attempts = counted(summary.traffic.possibly_billed, "attempt")
        most = summary.traffic.possibly_billed_usd
        bound = "how much is unknown" if most is None else f"up to {money(most)} more"
        words = f"{words}; {attempts} possibly billed, {bound}"
    return words


def _left_cost_usd(summary: Summary) -> Decimal | None:
    if summary.left is None or summary.cost_usd is None or not summary.priced:
        return None
    return summary.cost_usd / summary.priced * summary.unfinished


def _of_the_whole(quality: Quality | None, setup: Setup) -> Quality | None:
    """With what only all texts together show."""
    if quality is None or setup.acceptance is None:
        return quality
    checker = setup.acceptance.checker
    openings = checker.sameness.top_openings(OPENINGS) if checker.sameness else ()
    doubts = checker.languages.doubtful()
    return replace(
        quality,
        openings=tuple(OpeningGroup(o.words, o.count) for o in openings),
        language_doubts=tuple(
            LanguageDoubt(d.field, d.language, d.other, d.count, d.texts, d.sentence)
            for d in doubts
        ),
        language_notes=checker.languages.notes(),
    )


def _in_file_order(groups: tuple[CostGroup, ...], setup: Setup) -> tuple[CostGroup, ...]:
    """The cells as the prompt file has them, not as their first prompts happened to end."""
    places = {cell_name(cell.values()): place for place, cell in enumerate(setup.source.cells)}
    return tuple(sorted(groups, key=lambda group: places.get(group.name, len(places))))


def _cache_hint(summary: Summary, setup: Setup) -> CacheHint | None:
    layout: Layout = setup.source.layout
    prefix, behind = tokens_of_bytes(layout.prefix_bytes), tokens_of_bytes(layout.behind_bytes)
    if layout.first_column is None or not prefix < CACHED_FROM_TOKENS <= prefix + behind:
        return None
    known = setup.provider.model(setup.target.default_model)
    cheaper = known and known.price and known.price.cached_input is not None
    if not cheaper or summary.total < 2 or (summary.cache_hit_share or 0) >= _ENOUGH_HITS:
        return None
    return CacheHint(layout.first_column, int(prefix), int(behind))
