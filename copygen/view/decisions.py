"""What people decided about texts, drawn: in the summary of a run, in a plan, as a list."""

from rich.text import Text

from copygen.figures import count, counted
from copygen.results.summary import DecidedTexts
from copygen.view.console import safe
from copygen.view.layout import Row, WrappedFacts

_CHANGES_SHOWN = 4
_CHANGE_CELLS = 40
_OF = {"the brief": "of an earlier template", "the model": "of another model"}


def decided_rows(decided: DecidedTexts | None) -> list[Row]:
    """What a run leaves and makes again because of what people decided."""
    if decided is None:
        return []
    facts = []
    if decided.left:
        words = Text(f"{counted(decided.left, 'text')} left that people decided on")
        if decided.stale:
            words.append(": ").append(_stale(decided), "yellow")
        facts.append(words)
    if decided.revised:
        facts.append(Text(f"{count(decided.revised)} with what a reviewer said"))
    return [("Decided", WrappedFacts(facts))] if facts else []


def _stale(decided: DecidedTexts) -> str:
    shown = [*decided.stale.items()][:_CHANGES_SHOWN]
    words = [f"{count(number)} {_of(change)} (stale)" for change, number in shown]
    if (more := sum(decided.stale.values()) - sum(number for _, number in shown)) > 0:
        words.append(f"{count(more)} stale for other reasons")
    return ", ".join(words)


def _of(change: str) -> str:
    return _OF.get(change) or f"of an earlier {safe(change, _CHANGE_CELLS)}"
