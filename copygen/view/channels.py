"""The table of channels, and one channel in full."""

import json
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from copygen.quality.channels import Channel, FieldSpec
from copygen.view.figures import count
from copygen.view.safe import safe

_WIDEST = 100
_STACKED = 72
"""Below this many columns the units and dates are left to `copygen channels NAME`."""


def render_channels(channels: Sequence[Channel], console: Console) -> None:
    """Print one table of all fields, a channel after the other."""
    wide = console.width >= _STACKED
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    table.add_column("channel", style="cyan", no_wrap=True)
    table.add_column("field", no_wrap=True)
    table.add_column("limit", justify="right", no_wrap=True)
    if wide:
        table.add_column("unit", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    if wide:
        table.add_column("texts", justify="right", no_wrap=True)
        table.add_column("checked on", no_wrap=True)
    for channel in channels:
        for number, (short, spec) in enumerate(channel.fields.items()):
            last = number == len(channel.fields) - 1
            name = safe(channel.name) if number == 0 else ""
            cells = [Text(name), Text(safe(short)), *_limit(spec, wide=wide), _kind(spec)]
            if wide:
                cells += [Text(_texts(spec)), Text(_checked(spec), "dim")]
            table.add_row(*cells, end_section=last)
    console.print(table)
    console.print(
        Text("copygen channels NAME shows a channel's rules and sources.", "dim"), soft_wrap=True
    )


def render_channel(channel: Channel, console: Console) -> None:
    """Print one channel: each field with its limit, rules, packs and source."""
    console.print(Text.assemble((safe(channel.name), "bold cyan"), "  ", safe(channel.title)))
    width = min(console.width, _WIDEST)
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


def _limit(spec: FieldSpec, *, wide: bool) -> list[Text]:
    figure = Text("-" if spec.limit is None else count(spec.limit))
    return [figure, Text(spec.unit.noun if spec.limit else "")] if wide else [figure]


def _limit_in_full(spec: FieldSpec) -> Text:
    if spec.limit is None:
        return Text("none")
    words = Text(f"{spec.unit.counted(spec.limit)}, ").append(_kind(spec))
    explained = spec.unit.explanation
    return words.append(f"\n{explained}", "dim") if explained else words


def _kind(spec: FieldSpec) -> Text:
    if spec.limit is None:
        return Text("")
    kind = Text("hard", "bold") if spec.hard else Text("soft")
    return kind if spec.verified else kind.append(", unverified", "not bold yellow")


def _texts(spec: FieldSpec) -> str:
    if spec.min_count == spec.max_count:
        return "" if spec.max_count is None else str(spec.max_count)
    if spec.max_count is None:
        return f"{spec.min_count} or more"
    return f"{spec.min_count}-{spec.max_count}" if spec.min_count else f"up to {spec.max_count}"


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
