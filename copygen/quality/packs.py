"""Packs: lists of wording rules as data. Lint, not legal advice.

A pack is a YAML file. Those of `configs/packs/` ship with copygen and are known by name; a user's
own is known by its path. The same shape holds the word lists of `configs/wording/`.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import pydantic
from ahocorasick_rs import AhoCorasick

from copygen.documents import (
    Document,
    FrozenModel,
    files,
    load_shipped,
    nearest,
    read_document,
    shipped_names,
    validate,
)
from copygen.errors import ConfigError
from copygen.models import Severity
from copygen.quality.languages import base, known_tag, wider
from copygen.quality.normalize import (
    Hit,
    NormalizedText,
    Places,
    TermMatcher,
    deferred,
    fold,
    outside,
    pieces_of,
)
from copygen.quality.scripts import every_character

WORD_LISTS = ("leftovers",)
"""Files of `configs/wording/` whose rules hold for every text; each is a family of rules."""
MAX_PATTERN_CHARS = 2000
_PATIENCE_S = 0.05
"""Processor time for one pattern of a person's own on one text: ordinary ones take a thousandth."""
_MOST_GIVEN_UP = 10
"""Texts on which a rule is given up before it is not tried any more."""
_MOST_REPEATED = 100_000
"""What `regex` unrolls of counted repeats: a million take a second and a quarter of a gigabyte."""
_LEAST_COUNT = deferred(r"\{(\d{1,9})[,}]")
_SUFFIXES = (".yaml", ".yml")
_ONE_CLASS = deferred(r"\[[^\[\]]+\]\+?")
_ASTRAL = deferred(r"(?:(?:\\U000[1-9a-f][0-9a-f]{4}|[\U00010000-\U0010ffff])-?)+", re.IGNORECASE)
_LETTER = deferred(r"[^\W_]")
_BLANK_LINE = deferred(r"\n[^\S\n]*\n\s*")
_ASCII = 128
if TYPE_CHECKING:
    import regex  # type: ignore[import-untyped]  # has no stubs

Name = Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_.]*$")]
Words = Annotated[str, pydantic.Field(min_length=1)]


class Where(StrEnum):
    """Where in a text a rule looks. A place that a text does not have is not looked at."""

    ANYWHERE = "anywhere"
    START = "start"
    """Before the first word."""
    END = "end"
    """After the last word."""
    FIRST_LINE = "first_line"
    """Of several."""
    LAST_PARAGRAPH = "last_paragraph"
    """Of several."""


class Cut(StrEnum):
    """What is taken out of a text, with the white space after it, so that nothing is left of it."""

    MATCH = "match"
    LINE = "line"
    PARAGRAPH = "paragraph"


class WordingRule(FrozenModel):
    """One rule: what it matches, where, and what is said about it."""

    id: Name
    terms: tuple[Words, ...] = ()
    """Compared after NFKC and casefold; whole words in scripts that have words. `…` is a gap."""
    phrases: Mapping[str, tuple[Words, ...]] = {}
    """Language → terms for texts in that language. Those of English hold for every text, for that
    is what models fall back to; all of them where no language is told."""
    where: Where = Where.ANYWHERE
    """Matches at other places do not count."""
    cut: Cut | None = None
    """What a run takes out of a text instead of asking for another. Only what is no loss, ever."""
    pattern: str | None = pydantic.Field(default=None, max_length=MAX_PATTERN_CHARS)
    """A Python regular expression over the text as it is, upper and lower case alike."""
    at_start: bool = False
    """Whether `pattern` is tried at the start of the text only, which is cheap without `needs`."""
    needs: tuple[Words, ...] = ()
    """Folded literals of which one is in every text that `pattern` matches: spares the others.

    Spaces count: the more a literal says, the fewer texts it is in."""
    needs_written: tuple[Words, ...] = ()
    """The same for patterns that look at upper and lower case: literals as the text has them."""
    needs_pattern: str | None = pydantic.Field(default=None, max_length=MAX_PATTERN_CHARS)
    """The same as a regular expression, which is looked for in less time than `pattern`."""
    doubled: bool = False
    """Whether `pattern` wants a word of three letters or more twice in a row: spares all texts that
    have none."""
    unless: tuple[Words, ...] = ()
    """Terms inside which a match does not count: `最近` for `最`."""
    at_most: int = pydantic.Field(default=0, ge=0)
    """Matches that are allowed in one text."""
    fields: tuple[str, ...] = ()
    """Fields it applies to, `headline` or `google_ads.headline`; empty: all."""
    languages: tuple[str, ...] = ()
    """Languages it applies to; empty: all. A text of unknown language is checked."""
    severity: Severity = Severity.WARNING
    message: Words
    instead: str | None = None
    """What to write instead, for the model."""
    source: str | None = None
    """Overrides that of the pack."""
    checked_on: date | None = None
    _limits: ClassVar[Mapping[str, float]] = {}
    """What searching for the pattern is told besides the text."""

    @pydantic.field_validator("languages")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(base(known_tag(name)) for name in names)

    @pydantic.field_validator("phrases")
    @classmethod
    def _known_languages(
        cls, phrases: Mapping[str, tuple[str, ...]]
    ) -> Mapping[str, tuple[str, ...]]:
        for name in phrases:
            if known_tag(name) != name:
                raise ValueError(f"should name languages by their tags, not {name!r}")
        return phrases

    @pydantic.model_validator(mode="after")
    def _matches_something(self) -> "WordingRule":
        if not self.terms and not self.phrases and self.pattern is None:
            raise ValueError("give 'terms' or a 'pattern'")
        return self

    def terms_for(self, language: str | None) -> tuple[str, ...]:
        """The terms for texts of that language; of every language if it is None."""
        if not self.phrases:
            return self.terms
        names = self.phrases if language is None else dict.fromkeys((*wider(language), "en"))
        return self.terms + tuple(phrase for name in names for phrase in self.phrases.get(name, ()))

    def covers(self, field: str | None, language: str | None) -> bool:
        """Whether the rule applies to that field of a text in that language."""
        if self.languages and language is not None and base(language) not in self.languages:
            return False
        if not self.fields:
            return True
        return field is not None and any(
            field == name or field.endswith(f".{name}") or name.endswith(f".{field}")
            for name in self.fields
        )

    def matches(
        self, text: NormalizedText, terms: TermMatcher | None = None
    ) -> Sequence[tuple[int, int]]:
        """Spans of the original text that the rule is about, in order, past those allowed.

        `terms` are its terms for the text's language; else those of all. Raises TimeoutError for a
        pattern of a person's own that takes too long.
        """
        hits: list[Hit] = []
        if terms is not None or self.terms or self.phrases:
            hits = list((terms or self._terms).find(text))
        spans = [text.span(hit.start, hit.end) for hit in self._counted(hits, text)] if hits else []
        if self.pattern is not None and self.may_match(text.original):
            if self.at_start:
                first = self._regex.match(text.original, **self._limits)
                found = [first.span()] if first else []
            else:
                places = self._regex.finditer(text.original, **self._limits)
                found = [match.span() for match in places]
            spans += self._uncovered(found, text) if found and self.unless else found
        if spans and self.where is not Where.ANYWHERE:
            spans = [span for span in spans if _is_at(self.where, span, text.original)]
        return sorted(spans)[self.at_most :] if spans else ()

    @cached_property
    def class_beyond_ascii(self) -> str | None:
        """The inside of a pattern that is one class, such as emoji, and has nothing of ASCII, as
        far as it is below U+10000; None: it is something else."""
        pattern = self.pattern or ""
        if not _ONE_CLASS.fullmatch(pattern) or self.terms or self.phrases:
            return None
        if pattern[1] == "^" or self._regex.search("".join(map(chr, range(_ASCII)))):
            return None
        return _ASTRAL.sub("", pattern[1 : pattern.index("]")])

    def may_match(self, text: str) -> bool:
        """Whether the text has what `pattern` needs of it as it is written."""
        if self.needs_written and not any(one in text for one in self.needs_written):
            return False
        needed = self.needs_pattern
        return needed is None or self._needed.search(text, **self._limits) is not None

    def _counted(self, hits: list[Hit], text: NormalizedText) -> list[Hit]:
        return list(outside(hits, list(self._unless.find(text)) if self.unless else ()))

    def _uncovered(
        self, spans: list[tuple[int, int]], text: NormalizedText
    ) -> list[tuple[int, int]]:
        exempt = Places(text.span(hit.start, hit.end) for hit in self._unless.find(text))
        return [span for span in spans if not exempt.hold(*span)]

    @cached_property
    def _terms(self) -> TermMatcher:
        return TermMatcher(self.terms_for(None), gaps=True)

    @cached_property
    def _unless(self) -> TermMatcher:
        return TermMatcher(self.unless)

    @cached_property
    def _regex(self) -> Any:
        return re.compile(self.pattern or "", re.IGNORECASE)

    @cached_property
    def _needed(self) -> Any:
        return re.compile(self.needs_pattern or "", re.IGNORECASE)


def _is_at(where: Where, span: tuple[int, int], text: str) -> bool:
    start, end = span
    match where:
        case Where.START:
            return not _LETTER.search(text, 0, start)
        case Where.END:
            return not _LETTER.search(text, end)
        case Where.FIRST_LINE:
            stop = text.find("\n", end)
            before, after = _LETTER.search(text, 0, start), stop >= 0 and _LETTER.search(text, stop)
            return bool(after) and not (before and "\n" in text[before.start() : start])
        case Where.LAST_PARAGRAPH:
            breaks = [found.end() for found in _BLANK_LINE.finditer(text.rstrip())]
            return (
                bool(breaks) and start >= breaks[-1] and bool(_LETTER.search(text, 0, breaks[-1]))
            )
    return True


def cut_span(cut: Cut, span: tuple[int, int], text: str) -> tuple[int, int]:
    """What of `text` goes with a match at `span`, and the white space after it."""
    start, end = span
    if cut is Cut.PARAGRAPH:
        before = [found.end() for found in _BLANK_LINE.finditer(text, 0, start)]
        start, after = before[-1] if before else 0, _BLANK_LINE.search(text, end)
        end = after.start() if after else len(text)
    elif cut is Cut.LINE:
        start, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        end = stop if stop >= 0 else len(text)
    return start, len(text) - len(text[end:].lstrip())


class OwnRule(WordingRule):
    """A rule that somebody wrote for himself: its pattern may take for ever, and is given up.

    The patterns that ship are linear, which tests measure, and faster as they are.
    """

    _limits: ClassVar[Mapping[str, float]] = {"timeout": _PATIENCE_S}

    @pydantic.field_validator("pattern", "needs_pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        counts = (int(count) for count in _LEAST_COUNT.findall(pattern))
        if math.prod(max(1, count) for count in counts) > _MOST_REPEATED:
            raise ValueError("repeats its parts too often; use smaller counts")
        import regex

        try:
            compiled = regex.compile(pattern)
        except regex.error as problem:
            raise ValueError(f"is no regular expression: {problem}") from problem
        if compiled.match("", timeout=_PATIENCE_S):
            raise ValueError("matches the empty text")
        return pattern

    @cached_property
    def class_beyond_ascii(self) -> str | None:
        """The same: what it has by name, as `\\p{Emoji}`, is looked for among all there are."""
        if super().class_beyond_ascii is None:
            return None
        return re.escape("".join(self._regex.findall(every_character())))

    @cached_property
    def _regex(self) -> "regex.Pattern[str]":
        import regex

        return regex.compile(self.pattern or "", regex.IGNORECASE)

    @cached_property
    def _needed(self) -> "regex.Pattern[str]":
        import regex

        return regex.compile(self.needs_pattern or "", regex.IGNORECASE)


class RuleSet:
    """Rules compiled together, so that a text that breaks none costs next to nothing.

    `language` is that of the texts; None: not told, or of several.
    """

    def __init__(self, rules: Iterable[WordingRule], language: str | None = None) -> None:
        self._rules = tuple(rules)
        self._terms = [
            TermMatcher(rule.terms_for(language), gaps=True) if rule.phrases else None
            for rule in self._rules
        ]
        self._given_up: Counter[int] = Counter()
        literals: dict[str, list[int]] = {}
        self._always, self._beyond_ascii = list[int](), list[int]()
        self._needing: list[tuple[int, Callable[[str], bool]]] = []
        self._doubled = list[int]()
        for number, rule in enumerate(self._rules):
            if rule.doubled:
                self._doubled.append(number)
            elif rule.pattern is not None and not rule.needs:
                if rule.class_beyond_ascii is not None:
                    self._beyond_ascii.append(number)
                elif isinstance(rule, OwnRule):  # its pattern may take for ever
                    self._always.append(number)
                else:
                    self._needing.append((number, rule.may_match))
            needed = [max(pieces_of(term), key=len) for term in rule.terms_for(language)]
            for literal in (*needed, *map(fold, rule.needs)):
                literals.setdefault(literal, []).append(number)
        classes = sorted({self._rules[one].class_beyond_ascii or "" for one in self._beyond_ascii})
        self._beyond = re.compile(f"[{''.join(classes)}]") if any(classes) else None
        self._numbers = list(literals.values())
        self._find = AhoCorasick(list(literals)).find_matches_as_indexes if literals else None

    def broken(
        self, text: NormalizedText
    ) -> Iterator[tuple[WordingRule, Sequence[tuple[int, int]]]]:
        """Each rule that the text breaks, in their order, with the places.

        No place is given for a rule of a person's own that was given up on this text.
        """
        return ((self._rules[number], spans) for number, spans in self.hits(text))

    def hits(self, text: NormalizedText) -> Sequence[tuple[int, Sequence[tuple[int, int]]]]:
        """The same with the numbers of the rules, counted from 0."""
        original = text.original
        numbers = set(self._always)
        for number, may_match in self._needing:
            if may_match(original):
                numbers.add(number)
        if self._beyond_ascii and self._is_beyond(original):
            numbers.update(self._beyond_ascii)
        if self._doubled and text.has_doubled_word:
            numbers.update(self._doubled)
        if self._find is not None:
            # One pass for all literals. It wants UTF-8, which a lone surrogate has not.
            try:
                places = self._find(text.text, overlapping=True)
            except UnicodeEncodeError:
                sound = text.text.encode("utf-8", "replace").decode("utf-8")
                places = self._find(sound, overlapping=True)
            for literal in {place[0] for place in places}:
                numbers.update(self._numbers[literal])
        if not numbers:
            return ()
        found: list[tuple[int, Sequence[tuple[int, int]]]] = []
        for number in sorted(numbers):
            if self._given_up and self._given_up[number] >= _MOST_GIVEN_UP:
                found.append((number, ()))
                continue
            try:
                spans = self._rules[number].matches(text, self._terms[number])
            except TimeoutError:
                self._given_up[number] += 1
                found.append((number, ()))
                continue
            if spans:
                found.append((number, spans))
        return found

    def _is_beyond(self, text: str) -> bool:
        """Whether one of the classes beyond ASCII may have a character of the text.

        One class for all that is below U+10000, for Python looks for such a one in a third of the
        time; what is above shows by the length in UTF-16.
        """
        if text.isascii():
            return False
        if self._beyond is not None and self._beyond.search(text):
            return True
        return len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


class Pack(FrozenModel):
    """The rules of one channel or one market, where they come from and how old they are."""

    pack: Name
    title: Words
    note: Words
    """What a reader should know; says that this is lint and not legal advice."""
    source: Words
    checked_on: date
    rules: Annotated[tuple[WordingRule, ...], pydantic.Field(min_length=1)]

    @pydantic.model_validator(mode="after")
    def _names_differ(self) -> "Pack":
        ids = [rule.id for rule in self.rules]
        if twice := next((name for name in ids if ids.count(name) > 1), None):
            raise ValueError(f"two rules are called '{twice}'")
        return self

    def source_of(self, rule: WordingRule) -> str:
        """Where that rule comes from."""
        return rule.source or self.source


class OwnPack(Pack):
    """A pack that somebody wrote for himself."""

    rules: Annotated[tuple[OwnRule, ...], pydantic.Field(min_length=1)]


def pack_names() -> list[str]:
    """The packs that ship with copygen, sorted."""
    return shipped_names("packs")


def load_pack(name: str, folder: Path | None = None) -> Pack:
    """The shipped pack of that name, or the one in the file `name`.

    With a `folder`, that of the prompt file that names it, the file is somewhere in there: a
    prompt file that came from somewhere else must not reach the rest of the disk. Without, a
    person named it. Raises ConfigError with file, line and column, or with the nearest known name.
    """
    if name.endswith(_SUFFIXES) or "/" in name:
        return validate(OwnPack, _own_document(name, folder))
    if name not in pack_names():
        near = nearest(name, pack_names())
        hint = f"did you mean '{near}'?" if near else f"known here: {', '.join(pack_names())}"
        raise ConfigError(f"there is no pack '{name}'; {hint} (your own: a path to a .yaml file)")
    return load_shipped(Pack, f"packs/{name}")


@cache
def load_wording(name: str) -> Pack:
    """A word list of `configs/wording/`: `leftovers`, `claims`, `instructions`."""
    return load_shipped(Pack, f"wording/{name}")


def _own_document(name: str, folder: Path | None) -> Document:
    shown = name if folder is None else str(folder / name)
    if not shown.endswith(_SUFFIXES):
        raise ConfigError(f"cannot read the pack {shown!a}: a pack is a .yaml file")
    try:
        path = Path(name) if folder is None else files.inside(folder, name)
    except OSError as error:
        raise ConfigError(f"cannot read the pack {shown!a}: {error.strerror}") from error
    return read_document(path, f"the pack {shown!a}", f"the pack {shown}")
