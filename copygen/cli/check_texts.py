"""The texts of a row that `copygen check` reads, and the item they are about."""

from collections.abc import Iterable, Mapping, Sequence

from copygen.cli.check_field import Fields
from copygen.documents import nearest
from copygen.errors import PromptError
from copygen.models import Item, JsonValue, Source, Status
from copygen.prompts.rows import Row

TEXT = "text"
_NAMES_SHOWN = 12


def texts_of(
    row: Row, columns: Sequence[str], fields: Fields
) -> tuple[Item, Mapping[str, JsonValue]]:
    """The item, and its texts by column or named field.

    A line of a results file has them under `data` or `text`, and its item under `input`; in other
    tables the named columns are texts and the rest is the item; a blank cell there is no text.
    Raises PromptError for a column or field that is not there.
    """
    whole = row.item
    if columns or not _is_record(whole):
        named = _columns(row, columns, fields)
        _all_there(named, whole, "column", row.source)
        texts = {name: whole[name] for name in named if not _is_blank(whole[name])}
        return {name: value for name, value in whole.items() if name not in named}, texts
    given = whole["input"] if isinstance(whole["input"], dict) else {}
    data = whole.get("data")
    if isinstance(data, dict):
        texts = {n: v for n, v in data.items() if isinstance(v, str | list)}
    else:
        texts = {TEXT: whole[TEXT]} if isinstance(whole[TEXT], str) else {}
    if texts:
        _all_there(fields.by_column, texts, "field", row.source)
        if fields.by_channel and not _held(texts, fields):
            raise _none_of(fields, row.source)
    return given, texts


def _is_blank(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _columns(row: Row, columns: Sequence[str], fields: Fields) -> Sequence[str]:
    named = dict.fromkeys([*columns, *fields.by_column])
    if not columns:
        named |= dict.fromkeys(name for name in fields.by_channel if name in row.item)
    if fields.by_channel and not _held(named, fields):
        raise _none_of(fields, row.source)
    return tuple(named) or (TEXT,)


def _held(names: Iterable[str], fields: Fields) -> bool:
    return any(name in fields.by_channel or name in fields.by_column for name in names)


def _none_of(fields: Fields, source: Source) -> PromptError:
    known = ", ".join(fields.by_channel)
    return PromptError(
        f"no text here is called like a field of the channel ({known}); "
        "say which is which with --channel COLUMN=FIELD",
        source,
    )


def _all_there(names: Iterable[str], known: Mapping[str, object], what: str, at: Source) -> None:
    for name in names:
        if name not in known:
            flag = "--text" if what == "column" else "--channel"
            message = f"there is no {what} '{name}' here; {instead_of(name, known, flag)}"
            raise PromptError(message, at)


def instead_of(name: str, known: Iterable[str], flag: str) -> str:
    """What a misspelt name may have been, or which names there are."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"name one with {flag}: {shown}{more}"


def _is_record(whole: Item) -> bool:
    """Whether it is a line of a results file."""
    return TEXT in whole and "input" in whole and whole.get("status") in list(Status)
