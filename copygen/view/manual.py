"""The manual as people read it: a topic, a rule of the checks, the list of topics.

A page is Markdown: drawn on a terminal, printed as it is into a file or a pipe, so that what stands
in a block can be copied. Lists of keys and rules are made when they are asked for, from the models
and the data that copygen itself goes by.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

import yaml
from pydantic import RootModel
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.text import Text
from rich.theme import Theme

from copygen.documents import FrozenModel, load_packaged
from copygen.help import TOPICS, topic_summary, topic_text
from copygen.models import JsonValue
from copygen.view.console import safe

if TYPE_CHECKING:
    from copygen.quality.packs import Pack

_WIDEST: Final = 96
_MARK: Final = re.compile(r"^<!-- (.*?) -->\n", re.MULTILINE)
"""Stands where a generated part goes, or around a table that tests compare with the code."""
_FENCE: Final = re.compile(r"^(```\w+) (?:file=)?(.*)$", re.MULTILINE)
"""What stands behind the language of a block tells the tests how to run it, or is a file's name."""
_INDENT: Final = "    "
"""Word list → what the names of its rules begin with."""
_PACK: Final = "pack."


class WrittenRule(FrozenModel):
    """An entry of `copygen/help/rules.yaml`, whose head says what its keys mean."""

    rule: str
    finds: str = ""
    """Empty: the rule is data, and has its sentence there."""
    severity: str = "error"
    when: str = ""
    field: dict[str, JsonValue] | None = None
    checks: dict[str, JsonValue] | None = None
    item: dict[str, JsonValue] | None = None
    before: tuple[str, ...] = ()
    asked: str = ""
    text: str | None = None
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    says: str = ""
    fix: str = ""
    silence: str = ""


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """What one rule of the checks finds, and what to do about it."""

    rule: str
    """Its dotted name, as records have it."""
    finds: str
    severity: str
    when: str
    """When it is looked for; empty: always."""
    example: str
    """Text, row and settings, in one Markdown phrase; empty: none."""
    says: str
    fix: str
    """What the model is told to do; empty: nothing."""
    silence: str
    """How it is switched off."""
    source: str = ""
    """Of a pack's rule: where it comes from."""

    def markdown(self) -> str:
        """The entry as a section of a page."""
        told = f"{self.example} → {self.says}" if self.says else self.example
        points = {
            "Severity": self.severity,
            "Looked for": self.when or "always",
            "Example": told,
            "The fix, as the model is told it": self.fix,
            "Switch it off": self.silence,
            "Source": self.source,
        }
        listed = "\n".join(f"- {name}: {words}" for name, words in points.items() if words)
        return f"### `{self.rule}`\n\n{self.finds}\n\n{listed}\n"

    def line(self) -> str:
        """The entry on one line of a list."""
        return f"- `{self.rule}` ({self.severity}). {self.finds}"


@cache
def rule_entries() -> Mapping[str, RuleEntry]:
    """Every rule that a text can break, by name: of the code, the word lists and the packs."""
    from copygen.quality.packs import WORD_LISTS, load_pack, load_wording, pack_names

    rules = load_packaged(RootModel[tuple[WrittenRule, ...]], "copygen.help", "rules.yaml").root
    written = {one.rule: one for one in rules}
    found = {name: _entry(given) for name, given in written.items() if given.finds}
    for wording, family in (*((name, name) for name in WORD_LISTS), ("claims", "grounding")):
        found |= _entries_of(load_wording(wording), f"{family}.", written)
    for name in pack_names():
        found |= _entries_of(load_pack(name), f"{_PACK}{name}.", written)
    known = list(dict.fromkeys([*written, *found]))
    return {name: found[name] for name in known if name in found}


def topics() -> Iterator[tuple[str, str]]:
    """Name and summary of each topic, in the order of work."""
    return ((name, topic_summary(name)) for name in TOPICS)


def topic_page(name: str) -> str:
    """The Markdown of a topic, generated parts in their places."""
    return _FENCE.sub(_opened, _MARK.sub(_generated, topic_text(name)))


def rule_page(name: str) -> str | None:
    """The Markdown about a rule, or about all whose names begin so; None: there is none."""
    entries = rule_entries()
    if name in entries:
        return entries[name].markdown()
    below = [one for rule, one in entries.items() if rule.startswith(f"{name}.")]
    if not below:
        return None
    return f"# {name}\n\n" + "\n".join(one.markdown() for one in below)


def show(page: str, console: Console) -> None:
    """Print a page: drawn on a terminal, as it is elsewhere."""
    if not console.is_terminal:
        console.file.write(page.rstrip("\n") + "\n")
        return
    with console.use_theme(_THEME):
        width = min(console.width, _WIDEST)
        console.print(_Page(page, hyperlinks=False), width=width, crop=False)


_THEME: Final = Theme(
    {"markdown.code": "cyan", "markdown.h2": "bold underline", "markdown.h3": "bold"}
)


class _LeftHeading(Heading):
    """A heading that begins where the text does, without a frame around it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text: Text = self.text
        text.justify = "left"
        if self.tag == "h2":
            yield Text()
        yield text


class _WholeLines(CodeBlock):
    """A block whose lines are never broken: they must survive being copied."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = textwrap.indent(str(self.text).rstrip(), _INDENT)
        text = Text(code, no_wrap=True, overflow="ignore")
        text.highlight_regex(r"(?m)(?:^\s*|\s)#\s.*$", "dim")
        yield text


class _Page(Markdown):
    elements: ClassVar = {
        **Markdown.elements,
        "heading_open": _LeftHeading,
        "fence": _WholeLines,
        "code_block": _WholeLines,
    }


def _opened(fence: re.Match[str]) -> str:
    """The first line of a block, with the name of the file that the block is before it."""
    name = fence[2] if "file=" in fence[0] else ""
    return f"`{name}`:\n\n{fence[1]}" if name else fence[1]


def _generated(mark: re.Match[str]) -> str:
    kind, _, name = mark[1].partition(": ")
    if kind == "keys":
        # The models are half a second of imports, which most topics can do without.
        from copygen.view.reference import keys_of

        return f"{keys_of(name)}\n"
    if kind == "rules":
        return "\n".join(one.markdown() for one in _below(name)) + "\n"
    if kind == "packs":
        return "".join(f"{one.line()}\n" for one in _below("pack"))
    if kind == "exports":
        from copygen.view.export import notes_markdown

        return notes_markdown()
    return ""


def _below(family: str) -> Iterator[RuleEntry]:
    names = family.split()
    return (one for rule, one in rule_entries().items() if rule.partition(".")[0] in names)


def _entry(given: WrittenRule) -> RuleEntry:
    return RuleEntry(
        rule=given.rule,
        finds=given.finds,
        severity=given.severity,
        when=given.when,
        example=_example(given),
        says=safe(given.says),
        fix=safe(given.fix),
        silence=given.silence or _off(given.rule),
    )


def _entries_of(
    pack: "Pack", prefix: str, written: Mapping[str, WrittenRule]
) -> Mapping[str, RuleEntry]:
    found = {}
    for rule in pack.rules:
        name = f"{prefix}{rule.id}"
        given = written.get(name) or WrittenRule(rule=name)
        terms = ", ".join(f"`{term}`" for term in rule.terms[:3])
        is_pack = prefix.startswith(_PACK)
        found[name] = RuleEntry(
            rule=name,
            finds=f"{rule.message[:1].upper()}{rule.message[1:]}.",
            severity=rule.severity.value,
            when=f"with the pack {pack.pack}" if is_pack else "",
            example=_example(given) or terms,
            says=given.says,
            fix=given.fix or rule.instead or "leave it out",
            silence=_off(name),
            source=f"{pack.source_of(rule)}; {pack.checked_on}. Lint, not legal advice."
            if is_pack
            else "",
        )
    return found


def _off(rule: str) -> str:
    return f"`checks: {{severity: {{{rule}: off}}}}`"


def _example(given: WrittenRule) -> str:
    """The settings, the row and the text of an example, as far as the entry has them."""
    texts = given.texts or (() if given.text is None else (given.text,))
    if not texts:
        return ""
    parts = [" and ".join(f"`{safe(text)}`" for text in texts)]
    if given.names:
        parts.append(f"with the fields {', '.join(given.names)}")
    if given.field:
        parts.append(f"with `{_flow(given.field)}`")
    if given.checks:
        parts.append(f"with `checks: {{{_flow(given.checks)}}}`")
    if given.item:
        parts.append(f"for a row with `{_flow(given.item)}`")
    if given.before:
        before = given.before
        such = f"`{before[0]}`" + (f" and {len(before) - 1} more such" if len(before) > 1 else "")
        parts.append(f"after {such}")
    if given.asked:
        parts.append(f"in answer to `{given.asked}`")
    return ", ".join(parts)


def _flow(value: Mapping[str, Any]) -> str:
    text = yaml.safe_dump(
        dict(value), default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False
    )
    return text.strip()[1:-1]
