"""A cell in the user's own words: a template over what a row of an export has.

It is a template as in prompt files, over the item's columns (by their own or their safe names), the
fields (`headline` is all of its texts, `headline_1` the first) and what is known of the record
(`id`, `language`, `state`, `model`).
"""

from collections.abc import Callable, Iterator
from typing import Final

from copygen.delivery.formats.format import ExportRow, Shape
from copygen.documents import nearest
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.names import ColumnNames
from copygen.prompts.template import RenderError, Template

_KNOWN: Final = ("id", "language", "state", "model")
_MARKS: Final = ("{{", "{%", "{#")


class RowTemplate:
    """One cell of every row."""

    def __init__(self, text: str, shape: Shape, where: Callable[[int], Source]) -> None:
        """`where` is the place of a line of the text.

        Raises PromptError for what is no template, and for a name that no record has.
        """
        self._template = Template(text, where)
        self._shape = shape
        known = [*shape.columns, *_KNOWN, *_text_names(shape)]
        columns = ColumnNames(dict.fromkeys(known))
        for wanted in sorted(self._template.names - self._template.handled):
            if columns.find(wanted) is None:
                near = nearest(wanted, known)
                hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known)}"
                raise PromptError(f"no record has '{wanted}'; {hint}", where(1))

    def render(self, row: ExportRow) -> str:
        """The cell. Raises PromptError where it cannot be made."""
        variables = self._variables(row)
        missing = self._template.names - variables.keys()
        if missing:
            columns = ColumnNames(variables)
            for wanted in missing:
                column = columns.find(wanted)
                variables[wanted] = None if column is None else variables[column]
        try:
            return self._template.render(variables)
        except RenderError as error:
            raise PromptError(f"{row.id}: {error}", error.source) from error

    def _variables(self, row: ExportRow) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = dict(row.item)
        record = row.copy.record
        found |= {
            "id": record.id,
            "language": found.get("language", row.language),
            "state": row.copy.state.value,
            "model": record.model,
        }
        for name, field in self._shape.fields.items():
            texts = row.texts.get(name, ())
            if field.is_list:
                found[name] = row.out(name)
                for number in range(field.count):
                    one = texts[number] if number < len(texts) else None
                    found[f"{name}_{number + 1}"] = one.text if one else ""
            else:
                found[name] = texts[0].text if texts and texts[0] else ""
        return found


def row_text(name: str, text: str, shape: Shape) -> Callable[[ExportRow], str]:
    """What `--set NAME=TEXT` puts into a row: the text, or what it comes to as a template.

    Raises PromptError for a template that is none.
    """
    if not any(mark in text for mark in _MARKS):
        return lambda _row: text
    return RowTemplate(text, shape, lambda line: Source(f"--set {name}", line)).render


def _text_names(shape: Shape) -> Iterator[str]:
    for name, field in shape.fields.items():
        yield name
        if field.is_list:
            yield from (f"{name}_{number}" for number in range(1, field.count + 1))
