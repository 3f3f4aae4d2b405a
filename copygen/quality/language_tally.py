"""What can be said of the languages of a run as a whole: what no single text shows."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from copygen.figures import counted
from copygen.quality.language_detector import Evidence, can_judge, can_tell
from copygen.quality.languages import language_name, nearest_language
from copygen.quality.scripts import has_letters

_ENGLISH: Final = 1.0
_ANOTHER: Final = 4.0
"""The margins from which a text may be in another language, if nobody can say so of it alone."""
_LEAST: Final = 3
_LEAST_SHARE: Final = 0.1
"""Texts that have to be doubtful, and their share: of good ones 3 % are."""
_MOST_WAITING: Final = 10_000
_MOST_NAMES: Final = 100
"""Names of languages, and names that are none, that are remembered."""


@dataclass(frozen=True, slots=True)
class DoubtfulColumn:
    """Accepted texts of one field, or of all, that may be in another language than asked for."""

    field: str
    """Empty where there are no fields."""
    language: str
    """The English name of what was asked for."""
    other: str
    """The English name of what they may be in."""
    count: int
    texts: int
    """All accepted texts of that field in that language."""

    @property
    def sentence(self) -> str:
        """`9 of 40 German headlines may be English`."""
        name = self.field.rpartition(".")[2].replace("_", " ") or "text"
        texts = name if name.endswith("s") else f"{name}s"
        return f"{self.count:,} of {self.texts:,} {self.language} {texts} may be {self.other}"


@dataclass(slots=True)
class LanguageTally:
    """Which languages the texts of a run are asked in, and how sure it is that they are.

    In memory that does not grow with the texts.
    """

    _waiting: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)
    """Judged and not yet accepted: field and text → its language, and the one it may be in."""
    _texts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _doubtful: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _asked: dict[str, None] = field(default_factory=dict)
    _unknown: Counter[str] = field(default_factory=Counter)

    def ask(self, tag: str | None, name: object = None) -> None:
        """A row wants its texts in the language `tag`; None: `name` names no known language."""
        if tag is not None:
            if len(self._asked) < _MOST_NAMES:
                self._asked[tag] = None
        elif (
            name is not None
            and name != ""
            and (str(name) in self._unknown or len(self._unknown) < _MOST_NAMES)
        ):
            self._unknown[str(name)] += 1

    def judge(self, place: str, text: str, tag: str, found: Evidence | None) -> None:
        """A text was judged by itself; `found` is what speaks for another language."""
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.clear()
        other = None
        if found is not None and not found.is_found and not found.near:
            least = _ENGLISH if found.other == "en" else _ANOTHER
            other = found.other if found.margin > least else None
        self._waiting[place, text] = (tag, other)

    def accept(self, place: str, text: str) -> None:
        """It will be published."""
        known = self._waiting.pop((place, text), None)
        if known is not None:
            tag, other = known
            self._texts[place, tag] += 1
            if other is not None:
                self._doubtful[place, tag, other] += 1

    def doubtful(self) -> tuple[DoubtfulColumn, ...]:
        """Fields with more doubtful texts than good ones have by chance, most first."""
        return tuple(
            DoubtfulColumn(place, language_name(tag), language_name(other), count, texts)
            for (place, tag, other), count in self._doubtful.most_common()
            if count >= _LEAST and count >= _LEAST_SHARE * (texts := self._texts[place, tag])
        )

    def notes(self) -> tuple[str, ...]:
        """What of the languages that were asked for cannot be judged, one sentence each."""
        return (*map(_untold, filter(_is_untold, self._asked)), *self._unknown_names())

    def _unknown_names(self) -> list[str]:
        found = []
        for name, rows in self._unknown.most_common():
            near = nearest_language(name)
            hint = f" (did you mean '{near}'?)" if near else ""
            found.append(
                f"no language is known as '{name}'{hint}: in {counted(rows, 'row')} nothing is "
                "checked by language"
            )
        return found


def _is_untold(tag: str) -> bool:
    # Where a model reads its letters, they need not be counted, with a library that takes 40 ms.
    return not can_tell(tag) or not (can_judge(tag) or has_letters(tag))


def _untold(tag: str) -> str:
    name = language_name(tag)
    shown = tag if name == tag else f"{name} ({tag})"
    if not has_letters(tag):
        return f"nothing is known of {shown} that a text could be held against"
    return f"no detector knows {shown}: only its script is checked"
