"""Whether a sentence speaks about a text, and is no part of one.

No phrase proves that: copy is short, has a tone, asks whether its reader wants more. Many weak
signs together do. Each kind of phrase has a weight, once a sentence; a sentence that says what a
text is and does, what was done to it or what is to be done with it has three or four of them, and
copy hardly ever more than two. How many are enough depends on the place: a paragraph of its own
before or after the copy is talk more often than a sentence within it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from enum import Enum
from types import MappingProxyType
from typing import Final

from copygen.quality.phrases import Said

_WEIGHTS: Final = MappingProxyType(
    {
        **dict.fromkeys(("pitch",), 2.5),
        **dict.fromkeys(("wrote", "asked", "publish"), 2.0),
        **dict.fromkeys(("text", "shall", "offer", "fit", "order", "think", "agreed"), 1.5),
        **dict.fromkeys(("piece", "rework"), 1.25),
        **dict.fromkeys(("trait", "craft", "effect", "stress", "change", "object"), 1.0),
        **dict.fromkeys(("muse", "task", "consent", "here"), 1.0),
        **dict.fromkeys(("yours", "add", "web", "plan", "me"), 0.5),
    }
)
"""Kind of phrase → what it says for talk. Set on 3 600 faulty and 1 900 good texts."""
_MORE: Final = MappingProxyType(
    {"muse": 2, "wrote": 1, "craft": 1, "trait": 1, "effect": 1, "order": 1, "object": 1}
)
"""Kinds of which so many more phrases count half each."""
_ANCHORS: Final = frozenset(
    (
        *("wrote", "asked", "publish", "text", "piece", "shall", "offer", "think", "muse"),
        *("task", "order", "fit", "rework", "agreed", "consent", "pitch"),
    )
)
"""Kinds without one of which a sentence is about anything."""
_NAMING: Final = _ANCHORS - {
    *("think", "muse", "task", "agreed", "consent", "rework", "pitch"),
}
"""The same for a sentence that stands in a line with copy, near its start."""
_FIRST: Final = frozenset(("agreed", "consent"))
"""Kinds that count at the start of a sentence only."""
_ASKING: Final = frozenset(("shall", "offer", "fit"))
"""Kinds that say more in a question."""
_AFTER_ONLY: Final = frozenset(
    ("shall", "offer", "order", "object", "yours", "add", "web", "fit", "rework")
)
"""Kinds that speak to whoever ordered the text, which nobody does before he shows it."""
_BEFORE_ONLY: Final = frozenset(("think", "muse", "plan", "agreed", "consent", "here", "pitch"))
"""Kinds of what somebody thinks before he writes."""
_DOING: Final = frozenset(("wrote", "asked", "order", "publish"))
"""Kinds that tell what was done to a text, or is to be done."""
_OF_ANYBODY: Final = frozenset(("wrote", "me", "here"))
"""`I kept every notebook I ever had`: nothing that was done to a text."""
_LEAST_WITHIN: Final = 3
"""Phrases of a sentence in a line with copy: `Start with a short sentence` has two."""
_ALONE: Final = frozenset(("shall", "offer", "me", "yours"))
"""`Would you like yours lined or plain?`: nothing that a text would be asked for."""
_OF_REQUESTS: Final = ("aid", "job", "text")
"""Kinds of words of a request."""
_EARLY: Final = 14
"""Characters at the start of a sentence in which it names the text: `The slogan …`."""
_NEAR: Final = 44
"""Characters at the start of a sentence in which it says what it is about."""
_BRACKETS: Final = frozenset("([（【※*")
_ASKS: Final = re.compile(r"(?:[?？؟;]|ไหม|ไหมคะ|ไหมครับ|か|ạ)\W*$")
_COMMAS: Final = re.compile(r"[,،、:：]")
_REST: Final = re.compile(r"[^\s.,!?;:()\[\]\"]+")
_HEADING: Final = re.compile(r"\w*\s?\w{0,2}\s?[:：]")
"""What stands behind the name of one of several: `Option B: this one.` is copy."""
_NOTE: Final = 20
"""Characters of a part of a note: `Hmm, throw, lambswool, oat.`"""
_OF_NOTE: Final = 1.5
"""What a note says for talk."""
_SENTENCE: Final = re.compile(r"[.!?…؟۔।。！？]")
_SENTENCE_END: Final = re.compile(r"[.!?…؟۔।](?=\s|$)|[。！？\n]")


class TalkPlace(Enum):
    """Where a sentence stands, and the weight from which it is talk there."""

    APART = 2.5
    """A paragraph of its own."""
    LINE = 2.75
    """A line of its own, or in brackets."""
    WITHIN = 3.0
    """In a line with copy."""


def may_speak(kinds: Set[str]) -> bool:
    """Whether a text with phrases of those kinds may have a sentence of talk."""
    return not _ANCHORS.isdisjoint(kinds) and (
        sum(_WEIGHTS.get(kind, 0.0) for kind in kinds) >= TalkPlace.APART.value - 1
    )


def speaks(
    said: Said,
    start: int,
    end: int,
    place: TalkPlace,
    *,
    first: bool,
    is_known: Callable[[str], bool],
) -> frozenset[str] | None:
    """The kinds of what shows that `start:end` speaks about a text; None: it does not.

    `first`: it stands before the copy, not after it. `is_known`: the item has that word, so that
    it is none for a text (an app named `Satzbau`).
    """
    found = dict(_separate(said, start, end, _AFTER_ONLY if first else _BEFORE_ONLY))
    if place is TalkPlace.WITHIN:
        near = [at[0] - start for kind, at in found.items() if kind in _NAMING]
        if not near or min(near) > _NEAR:
            return None
        phrases = sum(map(len, found.values())) + bool(said.at("this", start))
        if phrases < _LEAST_WITHIN and _DOING.isdisjoint(found):
            return None
        place = TalkPlace.LINE if said.text[start] in _BRACKETS else place
    weight = _weight(said, start, end, found)
    if place is TalkPlace.APART and first and _is_note(said.text[start:end]):
        return frozenset((*found, "muse")) if weight + _OF_NOTE >= place.value else None
    is_about = not _ANCHORS.isdisjoint(found) and not found.keys() <= _OF_ANYBODY
    if not is_about or weight < place.value:
        return None
    named = {kind for kind in ("text", "piece") if kind in found}
    if named and all(is_known(_word(said.text, at)) for kind in named for at in found[kind]):
        others = {kind: at for kind, at in found.items() if kind not in named}
        least = place.value - _WEIGHTS["text"]
        if _ANCHORS.isdisjoint(others) or _weight(said, start, end, others) < least:
            return None
    return frozenset(found)


def _weight(said: Said, start: int, end: int, found: Mapping[str, list[int]]) -> float:
    weight = sum(
        _WEIGHTS[kind] * (1 + min(len(at) - 1, _MORE.get(kind, 0)) / 2)
        for kind, at in found.items()
    )
    if "text" in found and "piece" in found:
        weight -= _WEIGHTS["piece"]
    named = [found[kind][0] - start for kind in ("text", "piece") if kind in found]
    weight += 0.5 * (bool(named) and min(named) <= _EARLY)
    weight += 0.5 * (said.text[start] in _BRACKETS)
    weight += 0.5 * bool(said.at("this", start))
    if not _ASKING.isdisjoint(found) and not _ALONE.issuperset(found):
        weight += 1.0 * (_ASKS.search(said.text, max(start, end - 9), end) is not None)
    return weight


def _word(text: str, start: int) -> str:
    found = _REST.match(text, start)
    return found[0] if found else ""


def declines(said: Said, start: int, end: int) -> bool:
    """Whether one of the first two sentences of `start:end` declines what was asked.

    It denies something, and has two words of a request, or one and an excuse; `We can't help you
    get in` has one alone.
    """
    for _ in range(2):
        found = _SENTENCE_END.search(said.text, start, end)
        stop = found.end() if found else end
        asked: set[int] = set().union(*(_at(said, kind, start, stop) for kind in _OF_REQUESTS))
        denied = _at(said, "deny", start, stop)
        excused = said.are_within("sorry", start, stop) or len(denied) > 1
        if denied and len(asked - denied) + excused > 1 and asked - denied:
            return True
        if stop >= end:
            return False
        start = stop
    return False


def _at(said: Said, kind: str, start: int, end: int) -> set[int]:
    """Where phrases of that kind begin in `start:end`."""
    return {at for at, stop in said.found(kind) if start <= at and stop <= end}


def _separate(
    said: Said, start: int, end: int, but: frozenset[str]
) -> Iterator[tuple[str, list[int]]]:
    """Where phrases of each kind begin; of two that overlap the weightier, or the longer."""
    hits = [
        (-_WEIGHTS[kind], begin - stop, begin, stop, kind)
        for kind in _WEIGHTS.keys() - but
        for begin, stop in said.found(kind)
        if start <= begin and stop <= end and (kind not in _FIRST or begin - start <= 2)
    ]
    taken: list[tuple[int, int]] = []
    text = said.text
    at: dict[str, list[int]] = {}
    for _, _, begin, stop, kind in sorted(hits):
        if not any(begin < right and left < stop for left, right in taken):
            taken.append((begin, stop))
            if kind == "text" and _HEADING.match(text, stop):
                continue
            at.setdefault(kind, []).append(begin)
    for kind, places in at.items():
        yield kind, sorted(places)


def _is_note(paragraph: str) -> bool:
    """`Hmm, throw, lambswool, oat. What would ...`: what somebody notes before he writes."""
    found = _SENTENCE.search(paragraph)
    parts = [one.strip() for one in _COMMAS.split(paragraph[: found.start() if found else None])]
    brief = sum(1 for one in parts if len(one) <= _NOTE and one.count(" ") <= 1)
    return len(parts) > 3 and brief > 2 and found is not None
