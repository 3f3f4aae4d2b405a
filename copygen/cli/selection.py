"""The flags that say which records are meant: of every command that reads results.

A command that takes them has a parameter `flags: SelectionFlags` and is wrapped by
`with_flags(SelectionFlags)`; what they ask for is `flags.choice()`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from copygen.cli.options import OUTPUT

if TYPE_CHECKING:
    from copygen.delivery.selection import Choice

WHICH = "Which records"
NoPager: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-pager",
        help="Do not show long output through $PAGER or less.",
        rich_help_panel=OUTPUT,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionFlags:
    """The flags, as given. Of one flag any value will do; of several flags all have to hold."""

    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS",
            help="Only records that ended so: ok, rejected, failed, skipped, cancelled; repeat.",
            rich_help_panel=WHICH,
        ),
    ] = None
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATE",
            help="Only records with a text that people left so: draft, approved, edited, rejected, "
            "locked, stale; repeat.",
            rich_help_panel=WHICH,
        ),
    ] = None
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="Only records that break this rule, or one whose name begins so: length, "
            "grounding; repeat.",
            rich_help_panel=WHICH,
        ),
    ] = None
    where: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Only records whose item meets it, or whose status, state, text, model, cost_usd, "
            "latency_ms, attempts or rules do: 'language == \"th\" and cost_usd > 0.01'.",
            rich_help_panel=WHICH,
        ),
    ] = None
    grep: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="Only records with a text that it is found in: words or a regular expression, "
            "small and capital letters alike.",
            rich_help_panel=WHICH,
        ),
    ] = None
    sample: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Only N of them, spread by their ids: the same every time.",
            rich_help_panel=WHICH,
        ),
    ] = None

    def choice(self, ids: Sequence[str] = ()) -> "Choice":
        """What they ask of records; `ids` are those named one by one."""
        from copygen.delivery.selection import Choice

        return Choice(
            ids=tuple(ids),
            statuses=tuple(self.status or ()),
            states=tuple(self.state or ()),
            rules=tuple(self.rule or ()),
            where=self.where,
            grep=self.grep,
            sample=self.sample,
        )
