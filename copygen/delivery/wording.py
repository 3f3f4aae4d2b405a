"""What a record's prompt says: the template that its run has left the name of, with its item.

As the files are now: who has changed them since sees the change. What a run adds of its own (how
the reply is to be laid out, a reviewer's remarks) is not in it.
"""

from dataclasses import dataclass
from typing import Self

from copygen.delivery.rules import Rules
from copygen.errors import CopygenError, UsageError
from copygen.models import JsonValue, Result
from copygen.prompts.names import ColumnNames
from copygen.prompts.promptfile import PromptSpec, load, load_template
from copygen.prompts.template import RenderError, Template

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class SaidPart:
    """One message of a prompt."""

    role: str
    content: str


class Wording:
    """The prompts of a results file."""

    def __init__(self, spec: PromptSpec) -> None:
        self._spec = spec

    @classmethod
    def recall(cls, rules: Rules) -> Self:
        """By the template or prompt file that the last run used. Raises UsageError, PromptError."""
        template, prompts = rules.template(), rules.prompts()
        path = template or prompts
        if path is None or (template is None and path.suffix.lower() not in _YAML):
            raise UsageError(
                "the run has left no prompt file beside its results: what was asked is not known."
            )
        try:
            is_template = template is not None
            spec = load_template(str(path), {}) if is_template else load(str(path), {}).spec
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}.") from error
        return cls(spec)

    def of(self, record: Result) -> tuple[SaidPart, ...]:
        """The messages of a record's prompt; where it cannot be made any more, why."""
        given = record.input.get("prompt")
        if not self._spec.templated and isinstance(given, str):
            return (SaidPart("user", given),)
        parts = []
        for role, template in (("system", self._spec.system), ("user", self._spec.prompt)):
            if template is None:
                continue
            try:
                parts.append(SaidPart(role, template.render(_variables(template, record))))
            except (RenderError, CopygenError) as error:
                return (SaidPart("error", f"it cannot be made of this record: {error}"),)
        return tuple(parts)


def _variables(template: Template, record: Result) -> dict[str, JsonValue]:
    """The item's columns by the names that the template has for them."""
    columns = ColumnNames(record.input)
    found: dict[str, JsonValue] = dict(record.input)
    for name in template.names:
        column = columns.find(name)
        if column is not None:
            found.setdefault(name, record.input[column])
    return found
