"""What a prompt file says of the texts it wants, as written: texts are not judged here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from copygen.documents import Document
from copygen.errors import PromptError
from copygen.models import JsonValue
from copygen.prompts.params import OWN_FORMAT, Text
from copygen.prompts.rows import column_name

KEYS: Final = ("channel", "fields", "checks", "reasks", "on_violation")
DEFAULT_REASKS: Final = 2
MAX_REASKS: Final = 5

OnViolation = Literal["reject", "keep", "trim"]


class WishKeys(BaseModel):
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
class Wishes:
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
        return OWN_FORMAT in self.document.data or (
            isinstance(params, Mapping) and OWN_FORMAT in params
        )


def wishes_of(document: Document, given: WishKeys) -> Wishes | None:
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
    wishes = Wishes(
        document=document,
        channel=given.channel,
        has_fields=given.fields is not None,
        has_checks=given.checks is not None,
        language_column=_language_column(given.checks),
        reasks=DEFAULT_REASKS if given.reasks is None else given.reasks,
        on_violation=given.on_violation or "reject",
    )
    if wishes.has_fields and wishes.own_format:
        message = f"'fields' say how the answer is formed; leave '{OWN_FORMAT}' out"
        raise PromptError(message, document.source(("fields",)))
    return wishes


def _language_column(checks: Mapping[str, JsonValue] | None) -> str | None:
    name = checks.get("language_from") if checks else None
    return column_name(name) if isinstance(name, str) else None
