"""Texts made to take a regular expression long: built from the pattern's own pieces.

What makes a backtracking matcher slow is a run of what it may repeat, after what it takes to get
there, before something that cannot match. All three are read off the parsed pattern.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]

ENDS = ("", "\x01", "x")
"""After the run: nothing; what no class but a negated one holds; a letter, as ordinary copy has."""
_TRIED = " \n\ta1A_.-,!?:/@#*{}()[]<>%$&;=~+'\"`|\\é最あก한\x01"
"""Of a class, those of these that it holds stand for it."""
_PER_CLASS = 3
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


@dataclass(frozen=True)
class Attack:
    """`head`, then `body` until the text is long enough, then `end`; `second`: half of it that."""

    head: str
    body: str
    end: str = ""
    second: str = ""

    def text(self, length: int) -> str:
        """The attack with about `length` characters."""
        if self.second:
            half = length // 2
            run = _run(self.body, half) + _run(self.second, half)
        else:
            run = _run(self.body, length)
        return f"{self.head}{run}{self.end}"

    def __str__(self) -> str:
        body = f"{self.body!a} × n"
        if self.second:
            body = f"{self.body!a} × n/2 + {self.second!a} × n/2"
        head = f"{self.head!a} + " if self.head else ""
        return head + body + (f" + {self.end!a}" if self.end else "")


def _run(body: str, length: int) -> str:
    return body * max(1, length // len(body))


def attacks_on(pattern: str, flags: int = 0, *, pairs: bool = False) -> list[Attack]:
    """Attacks on a pattern: each of its repeated tokens; with `pairs`, each two of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = _parser.parse(pattern, flags)
    found = list(dict.fromkeys(_repeats(parsed, "")))
    made: dict[Attack, None] = {}
    for (head, token), end in product(found, ENDS):
        made[Attack("", token, end)] = None
        if head:
            made[Attack(head, token, end)] = None
            made[Attack("", head + token, end)] = None
            made[Attack("", head, end)] = None
    if pairs:
        tokens = list(dict.fromkeys(token for _, token in found))
        heads = list(dict.fromkeys(head for head, _ in found if head))
        for one, other in product(tokens, tokens):
            if one != other:
                for head, end in product(("", *heads[:12]), ENDS[:2]):
                    made[Attack(head, one + other, end)] = None
                    made[Attack(head, one, end, second=other)] = None
        for head, token in product(heads, tokens):
            made[Attack("", head + token, ENDS[1])] = None
    return list(made)


def tokens_of(pattern: str, flags: int = 0) -> Iterator[str]:
    """What a pattern repeats and what stands before it: pieces for attacks on whole functions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = _parser.parse(pattern, flags)
    for head, token in _repeats(parsed, ""):
        yield token
        if head:
            yield head
            yield head + token


def _repeats(items: Iterable[tuple[object, object]], head: str) -> Iterator[tuple[str, str]]:
    """Each repeated piece with the shortest text that leads to it; and each literal beginning."""
    for kind, given in items:
        if kind in _REPEATS:
            least, most, inner = given  # type: ignore[misc]
            if most > 1:
                yield from ((head, token) for token in _samples(inner))
            yield from _repeats(inner, head)
            head += _sample(inner) * min(least, 8)
        elif kind is op.BRANCH:
            branches = given[1]  # type: ignore[index]
            for branch in branches:
                yield from _repeats(branch, head)
                if token := _sample(branch):
                    yield head, token
            head += _sample(branches[0])
        elif kind is op.SUBPATTERN:
            yield from _repeats(given[-1], head)  # type: ignore[index]
            head += _sample(given[-1])  # type: ignore[index]
        elif kind is op.ATOMIC_GROUP:
            yield from _repeats(given, head)  # type: ignore[arg-type]
            head += _sample(given)  # type: ignore[arg-type]
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from _repeats(given[1], head)  # type: ignore[index]
        else:
            head += _sample([(kind, given)])
    if head:
        yield "", head


def _samples(items: Sequence[tuple[object, object]]) -> list[str]:
    """Texts that a repeated piece matches: of a class several, of anything else one."""
    if len(items) == 1 and items[0][0] is op.IN:
        return _members(items[0][1])
    if len(items) == 1 and items[0][0] is op.ANY:
        return ["a", " "]
    whole = _sample(items)
    return [whole] if whole else []


def _sample(items: Iterable[tuple[object, object]]) -> str:
    made = []
    for kind, given in items:
        if kind is op.LITERAL:
            made.append(chr(given))  # type: ignore[call-overload]
        elif kind is op.NOT_LITERAL:
            made.append("a" if given != ord("a") else "b")
        elif kind is op.ANY:
            made.append("a")
        elif kind is op.IN:
            made += _members(given)[:1]
        elif kind is op.BRANCH:
            made.append(next(filter(None, map(_sample, given[1])), ""))  # type: ignore[index]
        elif kind is op.SUBPATTERN:
            made.append(_sample(given[-1]))  # type: ignore[index]
        elif kind is op.ATOMIC_GROUP:
            made.append(_sample(given))  # type: ignore[arg-type]
        elif kind in _REPEATS:
            least, _, inner = given  # type: ignore[misc]
            made.append(_sample(inner) * min(max(least, 1), 8))
    return "".join(made)


def _members(given: object) -> list[str]:
    """Characters of a class: those it names, and of those usually tried the ones it holds."""
    negated = any(kind is op.NEGATE for kind, _ in given)  # type: ignore[attr-defined]
    named = [chr(value) for kind, value in given if kind is op.LITERAL]  # type: ignore[attr-defined]
    named += [chr(value[0]) for kind, value in given if kind is op.RANGE]  # type: ignore[attr-defined]
    held = [char for char in _TRIED if _holds(given, char) is not negated]
    chosen = held[:_PER_CLASS] if negated else [*held[:_PER_CLASS], *named[:2]]
    return list(dict.fromkeys(chosen)) or named[:1]


_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


def _holds(given: object, char: str) -> bool:
    """Whether a class, but for its negation, holds a character."""
    for kind, value in given:  # type: ignore[attr-defined]
        if kind is op.LITERAL and value == ord(char):
            return True
        if kind is op.RANGE and value[0] <= ord(char) <= value[1]:
            return True
        if kind is op.CATEGORY and re.match(_CATEGORIES[value], char):
            return True
    return False
