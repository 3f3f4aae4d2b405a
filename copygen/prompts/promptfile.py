"""The YAML prompt file: its keys, checked, and what they make."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field

from copygen.documents import Document, FrozenModel, files, nearest, validate
from copygen.errors import PromptError, UsageError
from copygen.models import JsonValue, Source
from copygen.prompts.names import could_mean
from copygen.prompts.request import (
    ANSWER_FORMAT,
    REFUSED,
    InputError,
    RequestParams,
    Text,
    check_literal,
    check_params,
)
from copygen.prompts.rows import ReadOptions, column_name
from copygen.prompts.selection import KEEP_ALL, Condition, Selection
from copygen.prompts.structured import read_header
from copygen.prompts.table_keys import TableKeys, reading_key
from copygen.prompts.template import Template

KEYS: Final = ("channel", "fields", "checks", "reasks", "on_violation")
DEFAULT_REASKS: Final = 2
MAX_REASKS: Final = 5

OnViolation = Literal["reject", "keep", "trim"]


class OutputKeys(FrozenModel):
    """The keys of a prompt file that say what its texts must be like."""

    channel: Text | None = None
    """The field of a channel that the text must fit: `instagram.caption`."""
    fields: dict[str, JsonValue] | None = None
    """Several named texts in one answer; see `copygen help fields`."""
    checks: dict[str, JsonValue] | None = None
    """What texts must be like; see `copygen help checks`."""
    reasks: Annotated[int, Field(ge=0, le=MAX_REASKS)] | None = None
    """How often a text that breaks a rule goes back to the model; 2 unless given."""
    on_violation: OnViolation | None = None
    """What becomes of a text that is still wrong then; `reject` unless given."""


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What is wanted of every text, and the document that says so, for the place of a fault."""

    document: Document
    channel: str | None
    has_fields: bool
    has_checks: bool
    language_column: str | None
    """The column or matrix axis that `checks` take a text's language from; every row needs it."""
    reasks: int
    """How often at most a text that breaks a rule goes back to the model."""
    on_violation: OnViolation
    """What becomes of a text that is still wrong then."""

    @property
    def own_format(self) -> bool:
        """Whether the prompt file itself says how the answer is formed."""
        params = self.document.data.get("params")
        return ANSWER_FORMAT in self.document.data or (
            isinstance(params, Mapping) and ANSWER_FORMAT in params
        )


def output_spec_of(document: Document, given: OutputKeys) -> OutputSpec | None:
    """Return what the file wants of its texts; None if it wants nothing.

    Raises PromptError for keys that contradict each other.
    """
    data = document.data
    wanted = [name for name in ("channel", "fields", "checks") if name in data]
    if not wanted:
        for name in ("reasks", "on_violation"):
            if name in data:
                message = f"'{name}' goes with 'channel', 'fields' or 'checks'; none is here"
                raise PromptError(message, document.source((name,)))
        return None
    if given.channel is not None and given.fields is not None:
        message = "give 'channel' for one text or 'fields' for several, not both"
        raise PromptError(message, document.source(("channel",)))
    output_spec = OutputSpec(
        document=document,
        channel=given.channel,
        has_fields=given.fields is not None,
        has_checks=given.checks is not None,
        language_column=_language_column(given.checks),
        reasks=DEFAULT_REASKS if given.reasks is None else given.reasks,
        on_violation=given.on_violation or "reject",
    )
    if output_spec.has_fields and output_spec.own_format:
        message = f"'fields' say how the answer is formed; leave '{ANSWER_FORMAT}' out"
        raise PromptError(message, document.source(("fields",)))
    return output_spec


def _language_column(checks: Mapping[str, JsonValue] | None) -> str | None:
    name = checks.get("language_from") if checks else None
    return column_name(name) if isinstance(name, str) else None


MAX_TEXTS_PER_ITEM: Final = 10_000
"""Matrix cells times variants."""
_STRUCTURE: Final = (
    frozenset(("prompt", "system", "provider", "variants", "matrix", "items", "untrusted", *KEYS))
    | TableKeys.model_fields.keys()
)


def _scalar(value: JsonValue) -> JsonValue:
    if value is None or isinstance(value, list | dict):
        raise ValueError("should be a text or a number")
    return value


Scalar = Annotated[Any, AfterValidator(_scalar)]
Axis = Annotated[list[Scalar], Field(min_length=1)]


class PromptFile(OutputKeys, TableKeys, RequestParams):
    """The keys of a prompt file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: str | None = None
    """The wording, a template: what the model is asked."""
    system: str | None = None
    """The system message, a template, too."""
    provider: Text | None = None
    """The provider; `--provider` wins."""
    variants: Annotated[int, Field(ge=1, le=MAX_TEXTS_PER_ITEM)] = 1
    """How many texts of each item and cell."""
    matrix: Annotated[dict[Text, Axis], Field(min_length=1)] | None = None
    """Axis → its values; each combination is a cell, and each item is written for each cell."""
    items: Text | None = None
    """A table beside the file (`products.csv`), or the items themselves as a list."""
    params: dict[str, JsonValue] | None = None
    """Parameters of the model's API that have no key of their own here."""
    untrusted: Literal[True] | list[Text] | None = None
    """Columns that strangers wrote, marked as material in the prompt; `true`: all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of matrix values."""

    label: str
    values: Mapping[str, JsonValue]
    written: Mapping[str, JsonValue] | None = None
    """The same with numbers that print as the file has them, where any prints otherwise."""


@dataclass(frozen=True, slots=True)
class PromptSpec:
    """What a prompt file asks of every item. The default asks nothing: items are complete."""

    prompt: Template | None = None
    system: Template | None = None
    provider: str | None = None
    provider_place: Source | None = None
    """Where that stands."""
    model: str | None = None
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    """By wire name; null removes a default."""
    cells: tuple[Cell, ...] = ()
    """Empty without a matrix."""
    variants: int = 1
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Variables from the command line: they win over columns."""
    output_spec: OutputSpec | None = None
    """What the texts must be like; None: nothing is said."""
    warnings: tuple[str, ...] = ()
    """What the file says less than it seems to."""
    untrusted: frozenset[str] | None = frozenset()
    """Columns whose values are marked as material in the prompt; None: all columns."""
    reading: ReadOptions = field(default_factory=ReadOptions)
    """How the table is to be read, as the file says or the user, who wins."""
    selection: Selection = field(default_factory=Selection)
    """What is asked of the rows, the file's own keys included."""
    conditions: tuple[tuple[Condition, bool], ...] = ()
    """What the columns of a row have to meet to become an item, and have not to meet."""

    @property
    def templated(self) -> bool:
        """The items' own `prompt` is a column like any other."""
        return self.prompt is not None

    @property
    def read_options(self) -> ReadOptions:
        """How the items are read."""
        has_ids = not (self.selection.id_columns or self.selection.group_by)
        return replace(self.reading, templated=self.templated, has_ids=has_ids)

    def asked(self, reading: ReadOptions, asked: Selection) -> "PromptSpec":
        """The same with what the command line asks of the rows over what the file does.

        Raises UsageError.
        """
        merged = asked.over(self.selection)
        if merged.group_by is not None and not self.templated:
            raise UsageError("--group-by needs a template, which words each group as one item.")
        conditions = self.conditions
        if asked.where is not None:
            conditions = ((Condition(asked.where, "--where"), True), *conditions)
        reading = reading.over(self.reading)
        return replace(self, reading=reading, selection=merged, conditions=conditions)

    @property
    def keeps_all(self) -> bool:
        """Whether records keep every column."""
        keep = self.selection.keep
        return KEEP_ALL in keep if keep else not self.templated or self.output_spec is not None

    @property
    def used_names(self) -> frozenset[str]:
        """The variables a prompt is made of: those the templates insert, or the whole wording."""
        templates = [template for template in (self.prompt, self.system) if template]
        names = frozenset[str]().union(*(template.names for template in templates))
        return names - {"variant"} if self.templated else names | {"prompt", "messages"}

    @property
    def texts_per_item(self) -> int:
        """Prompts one item makes."""
        return max(1, len(self.cells)) * self.variants


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A prompt file: the spec, and where its items are."""

    spec: PromptSpec
    is_list: bool = False
    """The file is nothing but a list of items."""
    items: Source | None = None
    """Where the list of items begins, if it is in the file."""
    table: str | None = None
    """The table its `items` name, as written, if they do."""
    place: Source | None = None
    """Where that name stands."""
    reading_place: Source | None = None
    """Where the first key stands that says how a table is read, if there is one."""


def load(path: str, overrides: Mapping[str, str], role: str = files.PROMPTS) -> LoadedFile:
    """Read a prompt file's header; raises PromptError, OSError."""
    header = read_header(path, role)
    document = header.document
    warnings = tuple(f"{path}:{cut.line}:{cut.column}: {cut.message}" for cut in header.cuts)
    if document is None:
        spec = PromptSpec(overrides=overrides, warnings=warnings)
        return LoadedFile(spec, is_list=True, items=header.items)
    given = _checked(document)
    spec = PromptSpec(
        prompt=_template(document, "prompt", given.prompt),
        system=_template(document, "system", given.system),
        provider=given.provider,
        provider_place=document.source(("provider",)) if given.provider else None,
        model=given.model,
        params=_params(document, given.params),
        cells=_cells(document, _named(document, given.matrix or {}), overrides),
        variants=given.variants,
        overrides=overrides,
        output_spec=output_spec_of(document, given),
        untrusted=_untrusted(document, given),
        reading=given.read_options,
        selection=given.selection,
        conditions=_conditions(document, given),
        warnings=warnings,
    )
    _check_size(spec, document)
    _check_names(spec, document, given)
    check_overrides(spec, path)
    key = reading_key(document.data)
    return LoadedFile(
        spec,
        items=header.items,
        table=given.items,
        place=document.source(("items",)),
        reading_place=None if key is None else document.source((key,)),
    )


def load_template(path: str, overrides: Mapping[str, str]) -> PromptSpec:
    """Read a prompt file that words the items of another file; raises PromptError, OSError."""
    loaded = load(path, overrides, files.TEMPLATE)
    source = loaded.items or (loaded.place if loaded.table else None)
    if source:
        message = "a template has no items of its own; take them out, or run this file by itself"
        raise PromptError(message, source)
    if not loaded.spec.templated:
        raise PromptError("a template needs a 'prompt'", Source(path, 1))
    return loaded.spec


def _checked(document: Document) -> PromptFile:
    for name, value in document.data.items():
        if name in REFUSED:
            raise PromptError(REFUSED[name], document.source((name,)))
        if value is None and name in _STRUCTURE:
            message = f"'{name}' is empty; fill it in, or take the line out"
            raise PromptError(message, document.source((name,)))
        if name not in PromptFile.model_fields and not nearest(name, [*PromptFile.model_fields]):
            message = (
                f"unknown key '{name}'; a rule for the texts goes under 'checks', a parameter of "
                "the model's API under 'params'"
            )
            raise PromptError(message, document.source((name,)))
    try:
        check_literal(document.data)
    except InputError as exc:
        raise PromptError(str(exc), document.source(exc.loc)) from exc
    return validate(PromptFile, document, error=PromptError)


def _template(document: Document, name: str, text: str | None) -> Template | None:
    if text is None:
        return None
    if not text.strip():
        raise PromptError(f"'{name}' is empty", document.source((name,)))
    return Template(text, lambda line: document.text_source((name,), line))


def _params(document: Document, extra: Mapping[str, JsonValue] | None) -> dict[str, JsonValue]:
    """Return the parameters given at the top level and under `params`."""
    known = RequestParams.model_fields.keys() - {"model"}
    top = {name: value for name, value in document.data.items() if name in known}
    if extra is None:
        return top
    try:
        check_params(extra)
    except InputError as exc:
        raise PromptError(str(exc), document.source(("params", *exc.loc))) from exc
    for name in extra:
        if name in top or name == "model" or name in _STRUCTURE:
            message = f"give '{name}' at the top level only, not under 'params'"
            raise PromptError(message, document.source(("params", name)))
    return {**top, **extra}


def _cells(
    document: Document, matrix: Mapping[str, list[JsonValue]], overrides: Mapping[str, str]
) -> tuple[Cell, ...]:
    """Return every combination of values; an axis named on the command line has that one."""
    if not matrix:
        return ()
    axes = [[overrides[name]] if name in overrides else matrix[name] for name in matrix]
    given = document.as_written(("matrix",))
    spelled = matrix if given is None else dict(zip(matrix, given.values(), strict=True))
    printed = [axes[at] if name in overrides else spelled[name] for at, name in enumerate(matrix)]
    source = document.source(("matrix",))
    count = 1
    for axis in axes:
        count *= len(axis)
    if count > MAX_TEXTS_PER_ITEM:
        raise PromptError(f"the matrix has more than {MAX_TEXTS_PER_ITEM} cells", source)
    cells: dict[str, Cell] = {}
    for values, prints in zip(itertools.product(*axes), itertools.product(*printed), strict=True):
        label = ",".join(_label(value) for value in values)
        if label in cells:
            message = f"two cells of the matrix are both called '{label}'; change a value"
            raise PromptError(message, source)
        written = None if given is None else dict(zip(matrix, prints, strict=True))
        cells[label] = Cell(label, dict(zip(matrix, values, strict=True)), written)
    return tuple(cells.values())


def _named(document: Document, matrix: Mapping[str, list[JsonValue]]) -> dict[str, list[JsonValue]]:
    named = {column_name(name): values for name, values in matrix.items()}
    if len(named) < len(matrix):
        message = "two names of the matrix are the same but for how an accent is written"
        raise PromptError(message, document.source(("matrix",)))
    return named


def _check_names(spec: PromptSpec, document: Document, given: PromptFile) -> None:
    """Raise PromptError for a name in `untrusted` that no template inserts."""
    names = sorted(spec.used_names)
    for index, name in enumerate(given.untrusted if isinstance(given.untrusted, list) else ()):
        column = column_name(name)
        # The table may call a column otherwise than the template does.
        if not any(could_mean(one, column) or could_mean(column, one) for one in names):
            message = f"'untrusted' names '{name}', which the template does not insert; "
            place = document.source(("untrusted", index))
            raise PromptError(message + near_or_all(name, names), place)


def check_overrides(spec: PromptSpec, path: str) -> None:
    """Raise PromptError for a variable of the command line that changes nothing."""
    axes = spec.cells[0].values if spec.cells else ()
    templates = [one for one in (spec.prompt, spec.system) if one is not None]
    used = frozenset[str](axes).union(*(template.names for template in templates))
    document = spec.output_spec.document if spec.output_spec else None
    for name in spec.overrides:
        if any(could_mean(one, name) for one in used) or (
            document is not None and _mentions(document.data, name)
        ):
            continue
        message = f"--set {name}=... changes nothing: {path} does not use '{name}'; "
        raise PromptError(message + near_or_all(name, sorted(used - {"variant"})))


def near_or_all(name: str, names: list[str]) -> str:
    """The known name that was most likely meant, else all of them."""
    if (near := nearest(name, names)) is not None:
        return f"nearest is '{near}'"
    return "it uses " + (", ".join(f"'{one}'" for one in names[:10]) or "no variables")


def _mentions(value: JsonValue, name: str) -> bool:
    """Whether a key of the checks, such as `language_from`, names that column."""
    if isinstance(value, dict):
        return any(_mentions(v, name) for k, v in value.items() if k not in ("prompt", "system"))
    if isinstance(value, list):
        return any(_mentions(inner, name) for inner in value)
    return bool(value == name)


def _conditions(document: Document, given: PromptFile) -> tuple[tuple[Condition, bool], ...]:
    if given.skip_if is None:
        return ()

    def place(_line: int) -> Source:
        return document.source(("skip_if",))

    return ((Condition(given.skip_if, "skip_if", place), False),)


def _untrusted(document: Document, given: PromptFile) -> frozenset[str] | None:
    if given.untrusted is None:
        return frozenset()
    if given.prompt is None:
        message = "'untrusted' marks what a template inserts; give a 'prompt'"
        raise PromptError(message, document.source(("untrusted",)))
    return None if given.untrusted is True else frozenset(map(column_name, given.untrusted))


def _label(value: JsonValue) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "".join("-" if char == "/" or not char.isprintable() else char for char in text)


def _check_size(spec: PromptSpec, document: Document) -> None:
    if spec.texts_per_item > MAX_TEXTS_PER_ITEM:
        message = f"variants times matrix cells come to more than {MAX_TEXTS_PER_ITEM} per item"
        raise PromptError(message, document.source(("variants",)))


def table_path(loaded: LoadedFile, promptfile: str) -> str:
    """Return the path of the table a prompt file's `items` name.

    Raises PromptError unless it is inside the prompt file's own folder: a prompt file that came
    from somewhere else must not reach the rest of the disk.
    """
    name = loaded.table or ""
    if not name.isprintable():
        raise PromptError("'items' should name a table, on one line", loaded.place)
    folder = Path(promptfile).parent
    try:
        return str(files.inside(folder, name))
    except files.OutsideError as exc:
        message = (
            f"'{name}' is outside the folder of this file; run the table itself instead: "
            f"copygen run {name} --template {promptfile} (without 'items')"
        )
        raise PromptError(message, loaded.place) from exc
    except OSError as exc:
        raise PromptError(f"'items' names no file: {exc.strerror}", loaded.place) from exc
