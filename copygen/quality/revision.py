"""What a reviewer said of an earlier answer, as the next turn of its conversation.

The prompt stays what it was, and so does its key: an answer to a revision answers the prompt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from copygen.models import Message, Prompt
from copygen.quality.acceptance import ReAsk, closing_words, repr_quoted

_OPENING = (
    "A person has read this and wants another version. Change what they say, and keep what was "
    "right:"
)
_NO_REASON = "they do not take it and gave no reason; word it another way"
_DECIDED = "These are decided and stay as they are; write none that is like them:"


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """A text of the earlier answer, and what a person made of it."""

    label: str
    """Which text it is: `headline 2`."""
    text: str
    reason: str | None = None
    """What they said of it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier answer, and what is asked of it."""

    answer: str
    """As the model gave it: the text, or the fields as JSON."""
    asked: ReAsk

    def added_to(self, prompt: Prompt) -> Prompt:
        """The prompt with both as its last turn."""
        turn = (Message("assistant", self.answer), Message("user", self.asked.message))
        return replace(prompt, messages=(*prompt.messages, *turn))


def revision(
    answer: str,
    rejected: Sequence[ReviewedText],
    kept: Sequence[ReviewedText] = (),
    fields: Sequence[str] = (),
) -> Revision:
    """Ask for another version of what was `rejected`; `kept` are texts beside it that stay.

    `fields` are asked for, and no others; none: the one text.
    """
    alone = not fields
    lines = [_OPENING]
    for one in rejected:
        said = " ".join((one.reason or "").split()) or _NO_REASON
        lines.append(f"- {said}" if alone else f"- {one.label} {repr_quoted(one.text)}: {said}")
    if kept:
        lines.append(_DECIDED)
        lines += (f"- {one.label} {repr_quoted(one.text)}" for one in kept)
    lines.append(closing_words(tuple(fields)))
    return Revision(answer, ReAsk("\n".join(lines), tuple(fields)))
