"""The table of channels, and one channel in full."""

import json
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from copygen.figures import count
from copygen.quality.channels import Channel, FieldSpec
from copygen.view.console import safe
from copygen.view.layout import WIDEST

_COLUMNS = (
    (78, ("field", "limit", "unit", "kind", "texts", "checked on")),
    (60, ("field", "limit", "unit", "kind")),
    (0, ("field", "limit", "unit")),
)
"""From so many columns of the terminal on; what is left out, `copygen channels NAME` shows."""


def render_channels(channels: Sequence[Channel], console: Console) -> None:
    """Print one table of all fields, a channel after the other."""
    columns = next(names for width, names in _COLUMNS if console.width >= width)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name in columns:
        right = name in ("limit", "texts")
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for channel in channels:
        rows = [_cells(spec) for spec in channel.fields.values()]
        for number, cells in enumerate(rows, 1):
            table.add_row(*(cells[name] for name in columns), end_section=number == len(rows))
    console.print(table)
    closing = "copygen channels NAME shows a channel's rules and sources."
    if any(not spec.verified for channel in channels for spec in channel.fields.values()):
        closing = f"? unverified: a longer text is warned of, not rejected. {closing}"
    console.print(Text(closing, "dim"))


def _cells(spec: FieldSpec) -> Mapping[str, Text]:
    channel, dot, short = spec.name.partition(".")
    kind = Text()
    if spec.limit is not None:
        kind = Text("hard", "bold") if spec.hard else Text("soft")
    return {
        "field": Text.assemble((safe(channel), "cyan"), dot, safe(short)),
        "limit": Text("-" if spec.limit is None else count(spec.limit)),
        "unit": Text(spec.unit.value if spec.limit else ""),
        "kind": kind if spec.verified else kind.append("?", "not bold yellow"),
        "texts": Text(_texts(spec)),
        "checked on": Text(_checked(spec), "dim"),
    }


def render_channel(channel: Channel, console: Console) -> None:
    """Print one channel: each field with its limit, rules, packs and source."""
    console.print(Text.assemble((safe(channel.name), "bold cyan"), "  ", safe(channel.title)))
    width = min(console.width, WIDEST)
    for spec in channel.fields.values():
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for label, value in _facts(spec):
            table.add_row(Text(label), value)
        console.print()
        console.print(Text(safe(spec.name), "bold"))
        console.print(table, width=width)


def _facts(spec: FieldSpec) -> list[tuple[str, Text]]:
    facts = [("  limit", _limit_in_full(spec))]
    if spec.recommended:
        facts.append(("  best up to", Text(spec.unit.counted(spec.recommended))))
    if spec.min_length:
        facts.append(("  at least", Text(spec.unit.counted(spec.min_length))))
    if texts := _texts(spec):
        facts.append(("  texts", Text(texts)))
    if rules := spec.rules.names():
        facts.append(("  rules", Text(", ".join(_rule(n, v) for n, v in rules.items()))))
    if spec.packs:
        facts.append(("  packs", Text(safe(", ".join(spec.packs)))))
    if spec.note:
        facts.append(("  note", Text(safe(spec.note))))
    checked = f", checked on {spec.checked_on}" if spec.checked_on else ""
    facts.append(("  source", Text(f"{safe(spec.source)}{checked}", "dim")))
    return facts


def _limit_in_full(spec: FieldSpec) -> Text:
    if spec.limit is None:
        return Text("none")
    words = Text(f"{spec.unit.counted(spec.limit)}, {'hard' if spec.hard else 'soft'}")
    if not spec.verified:
        words.append(", unverified", "yellow")
    explained = spec.unit.explanation
    return words.append(f"\n{explained}", "dim") if explained else words


def _texts(spec: FieldSpec) -> str:
    if spec.min_count == spec.max_count:
        return "" if spec.max_count is None else str(spec.max_count)
    if spec.max_count is None:
        return f"{spec.min_count}+"
    return f"{spec.min_count or 0}-{spec.max_count}"


def _checked(spec: FieldSpec) -> str:
    return str(spec.checked_on) if spec.checked_on else "your own"


def _rule(name: str, value: bool | int | str) -> str:
    words = name.replace("_", " ")
    if value is True:
        return words
    shown = " ".join("space" if char == " " else safe(char) for char in str(value))
    return f"{words} {shown if isinstance(value, str) else value}"


def channels_json(channels: Sequence[Channel]) -> str:
    """Return the channels as JSON: a list, each field with all its keys."""
    return json.dumps([_as_json(channel) for channel in channels], ensure_ascii=False, indent=2)


def _as_json(channel: Channel) -> Mapping[str, object]:
    fields = {
        short: spec.model_dump(mode="json", exclude={"rules"}) | {"rules": dict(spec.rules.names())}
        for short, spec in channel.fields.items()
    }
    return {"name": channel.name, "title": channel.title, "fields": fields}
