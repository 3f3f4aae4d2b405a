"""What all commands have in common: how their help looks, and how a mistake in their use is told.

Help is plain text: it needs nothing of the terminal but its width, and nothing that has to be
typed is ever cut. A mistake is one sentence with the way out; typer's own boxes and pydantic's
words stay inside.
"""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from copygen.errors import UsageError

_WIDEST: Final = 96
_NARROWEST: Final = 40
_NAMES_AT_MOST: Final = 26
"""Columns beside which explanations stand; a longer name has a line of its own."""
_HEADING_WORDS: Final = 2
_ARGUMENTS, _OPTIONS = "Arguments", "Options"

_ELSEWHERE: Final[Mapping[str, str]] = {
    "--dry-run": "copygen plan shows what a run would send, take and cost, and sends nothing",
    "--verbose": "--debug shows tracebacks",
    "-v": "--debug shows tracebacks, copygen --version the version",
    "-n": "--limit N takes only the first N prompts",
    "--jobs": "--concurrency says how many requests are in flight",
    "-j": "--concurrency says how many requests are in flight",
    "--force": "--fresh starts over, --retry makes results of one kind again",
    "-f": "name the prompts without a flag: copygen run prompts.yaml",
    "--file": "name the prompts without a flag: copygen run prompts.yaml",
    "--input": "name the prompts without a flag: copygen run prompts.yaml",
    "--api-key": "a key never stands on a command line: copygen doctor says where it goes",
    "--key": "a key never stands on a command line: copygen doctor says where it goes",
    "--retries": "--max-attempts says how many requests a prompt may take",
    "--resume": "a run always goes on where the last one ended",
} | dict.fromkeys(
    (
        *("--temperature", "--max-tokens", "--top-p", "--seed", "--system", "--stop"),
        *("--param", "--params"),
    ),
    "what the model is sent belongs in the prompt file, as params: {temperature: 0.4} or system:",
)
"""Where people find what they know from other tools."""
_COMMANDS_ELSEWHERE: Final[Mapping[str, str]] = {
    "generate": "run",
    "start": "run",
    "estimate": "plan",
    "cost": "plan",
    "validate": "check",
    "lint": "check",
    "test": "doctor",
    "price": "models",
    "prices": "models",
    "providers": "models",
    "serve": "simulate",
    "new": "init",
    "compare": "diff",
    "view": "show",
    "cat": "show",
    "list": "show",
    "print": "show",
}


class Command(TyperCommand):
    """A command of copygen."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, and refuse what is given once too often. Raises UsageError."""
        ctx.allow_extra_args = True
        _refuse_one_dash(args, ctx)
        with _in_our_words(ctx):
            given, _, order = self.make_parser(ctx).parse_args(list(args))
            _refuse_repeated(order)
            _refuse_empty(given, order)
            rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise UsageError(_too_many(ctx, rest))
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Carry the command out; no key leaves through standard error, whoever writes there."""
        from copygen.cli.terminal import concealing, reported

        with concealing(), reported(debug=bool(ctx.params.get("debug"))):
            return super().invoke(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        _write_help(self, ctx, formatter)


class CommandGroup(TyperGroup):
    """The program itself, before a command is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what stands before the command. Raises UsageError."""
        _refuse_one_dash(args[:1], ctx)
        with _in_our_words(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of that name. Raises UsageError with the nearest one."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise UsageError(no_command(args[0], self.commands))
        with _in_our_words(ctx):
            return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        _write_help(self, ctx, formatter)


def no_command(name: str, commands: Iterable[str]) -> str:
    """The sentence for a command that does not exist."""
    known = list(commands)
    near = meant_by(name) or _nearest(name, known)
    if near is not None:
        return f"there is no command '{name}'; did you mean 'copygen {near}'?"
    if "." in name or "/" in name:
        return f"there is no command '{name}'; did you mean 'copygen run {name}'?"
    return f"there is no command '{name}'; there are: {', '.join(known)}."


def _nearest(name: str, known: list[str]) -> str | None:
    # pydantic and yaml come with it, which `copygen --version` can do without.
    from copygen.documents import nearest

    return nearest(name, known)


def meant_by(name: str) -> str | None:
    """The command that other tools call so."""
    return _COMMANDS_ELSEWHERE.get(name)


class _in_our_words:  # noqa: N801  # used like a function
    """Turns typer's exceptions into UsageError."""

    def __init__(self, ctx: Any) -> None:
        self._ctx = ctx

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        # Asking for help by giving nothing is no mistake.
        if isinstance(error, TyperException) and type(error).__name__ != "NoArgsIsHelpError":
            raise UsageError(_sentence(error, self._ctx)) from error


def _sentence(error: TyperException, ctx: Any) -> str:
    kind, param = type(error).__name__, getattr(error, "param", None)
    name = getattr(error, "option_name", None)
    if kind == "NoSuchOption" and name is not None:
        return _no_option(name, ctx)
    if kind == "BadOptionUsage" and name is not None:
        option = _option(ctx, name)
        if option is not None and not option.is_flag:
            return f"{name} needs a value: {name} {_metavar(option)}."
        return f"{name} is a switch and takes no value."
    if kind == "MissingParameter" and param is not None:
        what = _metavar(param)
        takes = " ".join(_metavar(one) for one in _arguments(ctx.command, ctx) if one.required)
        return (
            f"{what} is missing: {ctx.command_path} {takes or what}. "
            f"It is {_first_small(param.help or 'required')} ({ctx.command_path} --help says more.)"
        )
    if param is not None:
        return _bad_value(error, param)
    return f"{_first_small(error.message).rstrip('.')}; see {ctx.command_path} --help."


def _no_option(name: str, ctx: Any, *, written: str | None = None) -> str:
    """The sentence for a flag that does not exist, `written` by a person if not as `name`."""
    options = [text for option in _options(ctx) for text in option.opts]
    near = _nearest(name, options)
    words = f"{ctx.command_path} has no option {written or name}"
    if near is not None and near == _ours(name):
        return f"{words}; did you mean {near}?"
    if hint := _ELSEWHERE.get(name):
        return f"{words}: {hint}."
    if isinstance(ctx.command, TyperGroup):
        return f"{words}; options stand after the command: copygen run prompts.yaml {name} ..."
    if near is not None:
        return f"{words}; did you mean {near}?"
    return f"{words}; {ctx.command_path} --help lists those it has."


def _ours(name: str) -> str:
    return name.casefold().replace("_", "-")


def _bad_value(error: TyperException, param: Any) -> str:
    """A value that is none of the kind the flag takes."""
    from pydantic import ValidationError

    flag = _flag(param)
    cause = error.__cause__
    descriptor = param.type_descriptor
    given: object = None
    if isinstance(cause, ValidationError):
        given = cause.errors(include_url=False)[0]["input"]
    shown = "" if given is None else f", not '{given}'"
    if descriptor.is_choice:
        known = [str(choice.value) for choice in descriptor.choices]
        near = None if given is None else _nearest(str(given), known)
        hint = f"; did you mean '{near}'?" if near else "."
        return f"{flag} takes {_listed(known)}{shown}{hint}"
    if descriptor.annotation in (int, float):
        return f"{flag} takes {_number(descriptor.annotation, param)}{shown}."
    return f"{flag}: {_first_small(error.message).rstrip('.')}."


def _number(kind: type, param: Any) -> str:
    what = "a whole number" if kind is int else "a number"
    least, most = param.min, param.max
    if least is not None and most is not None:
        return f"{what} from {least:g} to {most:g}"
    if least:
        return f"{what} of at least {least:g}"
    return what if least is None else f"{what}, 0 or more"


def _too_many(ctx: Any, rest: list[str]) -> str:
    first = rest[0]
    words = f"'{first}' is one argument too many"
    takes_template = any("--template" in option.opts for option in _options(ctx))
    if takes_template and first.endswith((".yaml", ".yml")):
        return f"{words}; did you mean --template {first}?"
    if first == "=" or first.startswith("="):
        return f"{words}; write a flag and its value without spaces around '='."
    takes = " ".join(_metavar(one) for one in _arguments(ctx.command, ctx))
    if not takes:
        return f"{words}: {ctx.command_path} takes options only; see {ctx.command_path} --help."
    return (
        f"{words}: {ctx.command_path} takes {takes} and options. "
        "Put a value with spaces in quotes, and start the command once for each file."
    )


def _refuse_one_dash(args: list[str], ctx: Any) -> None:
    """`-maxcost=5` would quietly be the model `axcost=5`, and the run without a limit."""
    named = {text: option for option in _options(ctx) for text in option.opts}
    words = iter(args)
    for word in words:
        if word == "--":
            return
        option = named.get(word)
        if option is not None and not option.is_flag:
            next(words, None)  # its value
        if not word.startswith("-") or word.startswith("--"):
            continue
        name, equals, _ = word[1:].partition("=")
        short = named.get(word[:2])
        if equals and len(name) == 1 and short is not None and not short.is_flag:
            raise UsageError(
                f"{word[:2]} takes its value without '=': {word[:2]} {_metavar(short)}."
            )
        if len(name) > 1 and (meant := _meant_long(name, named, guess=bool(equals))):
            raise UsageError(_no_option(meant, ctx, written=f"-{name}"))


def _meant_long(name: str, named: Mapping[str, Any], *, guess: bool) -> str | None:
    """The long flag that `-name` stands for; None where it is a short one with its value.

    With `guess` it may be misspelt: no value of a short flag looks so.
    """
    known = {_plain(text): text for text in (*named, *_ELSEWHERE) if text.startswith("--")}
    if (exact := known.get(_plain(name))) is not None:
        return exact
    short = named.get(f"-{name[0]}")
    if not guess or (short is not None and "=" in str(short.metavar)):
        return None
    near = _nearest(_plain(name), list(known))
    return None if near is None else known[near]


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _refuse_repeated(order: list[Any]) -> None:
    """Of two values for one flag the first would be lost without a word."""
    seen: set[str] = set()
    for param in order:
        once = isinstance(param, TyperOption) and not param.multiple and not param.is_flag
        if once and param.name in seen:
            raise UsageError(f"{_flag(param)} is given twice, and only one value can hold.")
        seen.add(param.name or "")


def _refuse_empty(given: Mapping[str, Any], order: list[Any]) -> None:
    """`-p "$PROVIDER"` without that variable would quietly be another provider."""
    for param in order:
        values = given.get(param.name or "")
        for value in values if isinstance(values, list | tuple) else (values,):
            if isinstance(value, str) and not value.strip():
                raise UsageError(
                    f"{_flag(param)} is empty; give it a value, or leave it out (is a variable of "
                    "your shell not set?)"
                )


def _flag(param: Any) -> str:
    if isinstance(param, TyperArgument):
        return str(param.metavar or param.name)
    return str(max(param.opts, key=len))


def _metavar(param: Any) -> str:
    if isinstance(param, TyperArgument):
        return str(param.metavar or param.name)
    if param.is_flag:
        return ""
    if param.metavar is None and param.type_descriptor.is_choice:
        return "|".join(str(choice.value) for choice in param.type_descriptor.choices)
    kind = param.type_descriptor.annotation
    plain = {int: "N", float: "NUMBER", str: "TEXT"}.get(kind, "VALUE")
    return str(param.metavar or ("PATH" if param.type_descriptor.is_path else plain))


def _options(ctx: Any) -> Iterator[Any]:
    return (param for param in ctx.command.get_params(ctx) if isinstance(param, TyperOption))


def _option(ctx: Any, name: str) -> Any:
    return next((option for option in _options(ctx) if name in option.opts), None)


def _arguments(command: Any, ctx: Any) -> Iterator[Any]:
    return (param for param in command.get_params(ctx) if isinstance(param, TyperArgument))


def _listed(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _first_small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    for paragraph in _help_page(command, ctx, _width()):
        formatter.write(f"{paragraph}\n")


def _width() -> int:
    return max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST)) - 1


def _help_page(command: Any, ctx: Any, width: int) -> Iterator[str]:
    """The lines of a help page."""
    arguments = " ".join(_usage(one) for one in _arguments(command, ctx))
    words = "COMMAND ..." if isinstance(command, TyperGroup) else "[OPTIONS]"
    yield from _wrapped(f"Usage: {ctx.command_path} {arguments} {words}".replace("  ", " "), width)
    yield from _about(command.help or "", width)
    for panel, rows in _panels(command, ctx).items():
        yield from ("", f"{panel}:", *_table(rows, width))
    if command.epilog:
        yield from ("", *_wrapped(command.epilog, width))


def _about(text: str, width: int) -> Iterator[str]:
    """What a command does. Indented lines stay as they are: examples, to be copied; those under a
    heading of a word or two (`Exit codes:`) stand as the lists below do.
    """
    heading = False
    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith(" "):
            yield from () if heading else ("",)
            indent = "  " if heading else "    "
            yield from (f"{indent}{line.strip()}" for line in paragraph.splitlines())
        else:
            yield ""
            yield from _wrapped(" ".join(paragraph.split()), width)
        heading = paragraph.endswith(":") and len(paragraph.split()) <= _HEADING_WORDS


def _usage(argument: Any) -> str:
    return _metavar(argument) if argument.required else f"[{_metavar(argument)}]"


def _panels(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """What the page explains, by heading: commands, arguments, then options, those of help last."""
    panels: dict[str, list[tuple[str, str]]] = {}
    if isinstance(command, TyperGroup):
        panels["Commands"] = [
            (name, (one.help or "").split("\n\n")[0].replace("\n", " "))
            for name, one in command.commands.items()
        ]
    for param in command.get_params(ctx):
        if getattr(param, "hidden", False):
            continue
        usual = _ARGUMENTS if isinstance(param, TyperArgument) else _OPTIONS
        panel = getattr(param, "rich_help_panel", None) or usual
        rows = panels.setdefault(panel, [])
        names = _metavar(param) if usual == _ARGUMENTS else _names(param)
        rows.append((names, f"{param.help or ''}{_default(param)}"))
    if _OPTIONS in panels:
        panels[_OPTIONS] = panels.pop(_OPTIONS)
    return panels


def _names(option: Any) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return f"{names} {_metavar(option)}".rstrip()


def _default(param: Any) -> str:
    shown, value = param.show_default, param.default
    if isinstance(shown, str):
        return f" Default: {shown}."
    if not shown or value is None or value is False or callable(value):
        return ""
    value = getattr(value, "value", value)
    return f" Default: {value:g}." if isinstance(value, float) else f" Default: {value}."


def _table(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Names on the left, explanations beside them; a name that is too long has its own line."""
    short = [len(name) for name, _ in rows if len(name) <= _NAMES_AT_MOST]
    left = max(short, default=_NAMES_AT_MOST)
    if left > width // 2:
        left = 4
    for name, words in rows:
        lines = _wrapped(words, width - left - 4) or [""]
        if len(name) > left:
            yield f"  {name}"
        else:
            yield f"  {name:<{left}}  {lines.pop(0)}".rstrip()
        yield from (f"  {'':<{left}}  {line}" for line in lines if line)


def _wrapped(text: str, width: int) -> list[str]:
    # Neither a path nor a flag is broken: it must survive being copied. A default stays beside its
    # word.
    kept = text.replace("Default: ", "Default:\u00a0")
    lines = textwrap.wrap(kept, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines]


def help_of(command: typer.Context, name: str | None) -> str:
    """The help page of the program, or of its command of that name."""
    top = command.parent or command
    if name is None:
        return str(top.command.get_help(top))
    one = commands_of(command)[name]
    return str(one.get_help(type(top)(one, info_name=name, parent=top)))


def commands_of(command: typer.Context) -> Mapping[str, Any]:
    """The commands of the program, by name."""
    found: Mapping[str, Any] = (command.parent or command).command.commands  # type: ignore[attr-defined]
    return found


def listed(heading: str, rows: list[tuple[str, str]]) -> str:
    """A list of names and what they stand for, as help pages have it."""
    return "\n".join([f"{heading}:", *_table(rows, _width())])
