"""Several texts where one was asked for.

Versions of one text are numbered, lettered or named, stand on both sides of an "or", each in a
language of its own, or say one thing in other words.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rapidfuzz import fuzz

from copygen.quality.checks.assignment import Assignment
from copygen.quality.checks.headlines import (
    called,
    in_one_line,
    options_in_line,
    paragraphs_are_headlines,
)
from copygen.quality.checks.labels import calls_versions
from copygen.quality.checks.lists import Numbered, names_list, numbered
from copygen.quality.languages import language_tag
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said

LEAD: Final = deferred(
    r"[\s\"'“”„«»「『*#>_`~\-–—•\u2190-\u245f\u2500-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]*"
)
"""What may stand before the first letter of a text, or of one of several: marks and emoji."""
_NUMBER: Final = (
    r"(?:#|nr\.?|no\.?|n°|№)?\s?(?:\d{1,2}|[a-e]|i{1,3}|iv|[一二三四五]|[абвгαβγאבגأبج])"
)
_ORDINAL: Final = rf"\s?(?:{_NUMBER}|\w{{2,10}})"
_MARK: Final = deferred(r"(?:\s?[(（][^)）\n]{0,30}[)）])?[^\w\n]{0,3}[:：.)\-–—\n]")
_AFTER_OPTION: Final = deferred(_ORDINAL + _MARK.pattern)
_BEFORE_OPTION: Final = deferred(rf"(?:{_NUMBER}|\w{{2,12}})\s?")
_STROKE: Final = deferred(r"[\n/|•]")
_CIRCLED: Final = deferred(r"(?m)^\s?[①-⑩]")
_COUNTED: Final = deferred(
    r"[\s*#_]*(?P<name>[^\W\d_]{1,14}?) ?#?(?P<count>[1-9]|(?<= )[a-eA-E]|[一二三四五])"
    r"[*_]*\s?[:：.)–—-]\s?\S"
)
_COUNTS: Final = ("123456789", "abcde", "一二三四五")
_STEPS: Final = frozenset(
    (
        *("step", "day", "week", "phase", "act", "chapter", "rule", "reason", "tip", "schritt"),
        *("tag", "woche", "kapitel", "regel", "grund", "tipp", "étape", "jour", "semaine"),
        *("règle", "raison", "paso", "día", "semana", "regla", "razón", "consejo", "passo"),
        *("giorno", "settimana", "regola", "motivo", "dia", "stap", "dag", "reden", "steg"),
        *("trin", "vaihe", "päivä", "sääntö", "krok", "dzień", "zasada", "den", "pravidlo"),
        *("lépés", "nap", "szabály", "pas", "zi", "regulă", "стъпка", "ден", "шаг", "день"),
        *("правило", "крок", "korak", "dan", "adım", "gün", "kural", "خطوة", "يوم", "מהלך"),
        *("שלב", "יום", "चरण", "दिन", "bước", "ngày", "langkah", "hari", "第", "ステップ", "단계"),
        *("ขั้นที่", "วันที่"),
    )
)
"""What lines of one text are counted by."""
_TONGUE: Final = deferred(
    r"\W{0,3}(?P<name>[^\W\d_]{2,12})(?:[)\]】]\s?[:：–—-]?|\s?[:：]|\s[–—-])\s?\S"
)
_OTHER: Final = deferred(
    r"(?:alternativ\w{0,3}|alternatief|alternatiiv|alternatyw\w{1,5}|alternatīv\w|alternatyva"
    r"|альтернатив\w{1,4}|алтернатив\w{1,3}|εναλλακτικ\w{1,3}|vaihtoehtoisesti|alternatif"
    r"|別案|別パターン|另一版|另一版本|备选|備選|다른 버전|다른 안|대안|بديل|خيار آخر|חלופה"
    r"|अन्य विकल्प|বিকল্প|متبادل)"
    r"[*_]*\s?[:：]"
)
"""A line that begins another text: `Alternative: …`."""
_CHOICE: Final = frozenset(("option", "noun"))
_IN_LINE: Final = (
    *(" / ", " | ", " || ", " // ", "\t", "b) ", "B) ", "2) ", ". b. ", ". B. ", "②"),
    *('" "', "” “", "“ „", "» «", "« »", "」「"),
)
"""Marks between texts on one line."""
_CONTRAST: Final = deferred(
    r"(?P<lead>[^:：.!?…。！？\d\n]{3,40})[:：] ?(?P<part>[^:：.!?…。！？\n]{2,45})[.!?…;,。！？] ?"
    r"(?P<other_lead>[^:：.!?…。！？\d\n]{3,40})[:：] ?(?P<other_part>[^:：.!?…。！？\n]{2,60})"
    r"[.!?…]?"
)
"""`Official version: for the sofa. Honest version: for the cat.`"""
_SPEAKING: Final = frozenset(
    ("here", "consent", "offer", "shall", "asked", "task", "stress", "publish", "add")
)
"""Kinds of phrases of whoever shows texts."""
_CHOSEN: Final = deferred(
    "vers|vari[aj]n|wersj|verz|option|opci|opți|opzion|možnos|mogućnos|valg|val$|choi|vaihtoeht"
    "|változat|lehetős|seçene|вариант|варіант|верси|версі|възможн|опци|опці|εκδοχ|επιλογ"
)
"""What may be chosen from, and is no word for a text alone."""
_STEM: Final = 4
"""Letters by which `kurze` and `kurz` are told to be one word."""
_BRIEF_PART: Final = 4
"""Words of one of the two at most."""
_ALIKE: Final = 62.0
"""Of 100: from here two lines side by side say the same in other words."""
_BEGUN: Final = 3
"""Words with which all lines begin by design."""
_BRIEF: Final = 160
"""Characters of a line that may be one of several texts."""
_CALLED: Final = 36
"""Characters of a line that is nothing but `or, the second version:`."""


def may_be_several(said: Said, original: str) -> bool:
    """Whether a text has any sign of several: most have none."""
    if "\n" in said.text or not said.kinds.isdisjoint(_CHOICE):
        return True
    # Not by any(): that takes three times as long.
    for mark in _IN_LINE:  # noqa: SIM110
        if mark in original:
            return True
    return False


def versions(
    said: Said, begin: int, original: str, assignment: Assignment
) -> tuple[int, int] | None:
    """Where the first or the second of several texts stands; None where there is but one.

    Numbered lines are no versions where the prompt asks for a list.
    """
    named = [one for one in _starts(said, begin) if _is_option(said, one)]
    if len(named) > 1 or (named and named[0] > begin and _is_below_blank(said.text, named[0])):
        return named[0], said.line_end(named[0])
    if len(_CIRCLED.findall(original)) > 1:
        return begin, said.line_end(begin)
    if (found := in_one_line(said, begin, original)) is not None:
        return found
    if named and (found := options_in_line(said, begin, _options(said, begin))) is not None:
        return found
    lines = [line for line in said.lines(begin) if line[1] > line[0]]
    if len(lines) < 2:
        return None
    return _of_lines(said, lines, assignment) or paragraphs_are_headlines(said, begin, assignment)


def is_contrast(said: Said, original: str, assignment: Assignment) -> bool:
    """Whether a line is one text that sets two things against each other, called by one word.

    What stands behind each colon goes on from it in small letters, and has no word of the item: a
    text begins as a text does, and names what it sells. Letters without a small form do not tell.
    Neither lead says how a text is written, by which letter it goes or that here it is, nor has it
    a word for a text but for what life has as well, versions and choices.
    """
    found = _CONTRAST.fullmatch(original.strip())
    if found is None or not said.kinds.isdisjoint(_SPEAKING) or assignment.is_named():
        return False
    called, other = (set(found[one].casefold().split()) for one in ("lead", "other_lead"))
    apart = called ^ other
    if called == other or called.isdisjoint(other) or any(len(one) < 2 for one in apart):
        return False
    manners = {one[:_STEM] for one in calls_versions(said.tags)[1].whole}
    named = (said.text[slice(*one)] for one in said.found("named"))
    if not all(map(_CHOSEN.match, named)) or any(one[:_STEM] in manners for one in apart):
        return False
    parts = found["part"], found["other_part"]
    is_brief = min(len(one.split()) for one in parts) <= _BRIEF_PART
    return is_brief and all(one[0].islower() for one in parts)


def _options(said: Said, begin: int) -> list[int]:
    """Where something is called an option, anywhere in the text."""
    places = {place for kind in ("option", "noun") for place, _ in said.found(kind)}
    return sorted(place for place in places if place >= begin and _is_option(said, place))


def _of_lines(
    said: Said, lines: Sequence[tuple[int, int]], assignment: Assignment
) -> tuple[int, int] | None:
    """The line that shows several texts of a line each, or of several with an "or" between."""
    text = said.text
    for start, end in lines:
        word = said.past(LEAD, start)
        stop = said.at("or_", word)
        rest = text[stop:end].strip(" *_-–—") if stop else "x"
        below = start > lines[0][0]
        called_so = below and rest[-1:] in (":", "：") and end - start <= _CALLED
        if below and (_is_named(said, start, end) or _OTHER.match(text, word, end)):
            return start, end
        is_colon = below and (rest[:1] in (":", "：") or text[max(0, stop - 1)] in ":：")
        if not rest.strip(":：,.") or (stop and (is_colon or called_so)):
            return start, end
    written = [text[start:end] for start, end in lines]
    if _are_counted(written) or called(said, lines, assignment):
        return lines[1]
    if numbered(written) is Numbered.VERSIONS and not names_list(assignment.request()):
        return lines[1]
    if _are_tongues(written):
        return lines[1]
    return lines[1] if _are_alike(written) else None


def _are_tongues(lines: Sequence[str]) -> bool:
    """Whether each line begins with the name of a language: `Deutsch: …`, `EN – …`, `(DE) …`."""
    heads = []
    for line in lines:
        found = _TONGUE.match(line)
        heads.append(found["name"] if found else line.split(":", 1)[0].strip(" *_【】[]"))
    return all(len(one) < 16 and language_tag(one) for one in heads)


def _is_named(said: Said, start: int, end: int) -> bool:
    """Whether a line is a name for one of several and a colon: `Variation:`."""
    stop = max(said.at("option", start), said.at("noun", start))
    return stop > 0 and said.text[stop:end].strip(" *_") in (":", "：")


def _are_counted(lines: Sequence[str]) -> bool:
    """Whether each line begins with one word and the next number: `Take 1: …`, `其一：…`."""
    found = [_COUNTED.match(line) for line in lines]
    if None in found:
        return False
    names = {one["name"].casefold().strip() for one in found if one}
    counts = "".join(one["count"].casefold() for one in found if one)
    in_order = any(row.startswith(counts) for row in _COUNTS)
    return in_order and len(names) == 1 and names.isdisjoint(_STEPS)


def _starts(said: Said, begin: int) -> Iterator[int]:
    """Where a text may begin: at the start, in a new line, behind a stroke."""
    yield begin
    start = begin
    for found in _STROKE.finditer(said.text, begin):
        # Empty lines lead to the same place: read from each, 8 000 of them took 0.15 s.
        if found.end() > start:
            start = said.past(LEAD, found.end())
            yield start


def _is_below_blank(text: str, start: int) -> bool:
    """Whether an empty line stands right before that of `start`."""
    line = text.rfind("\n", 0, start)
    return line > 0 and not text[text.rfind("\n", 0, line) + 1 : line].strip()


def _is_option(said: Said, start: int) -> bool:
    """`Option A:`, `2. version:`.

    Of one alone there is no telling, and `Option A: freeze. Option B: this scarf.` is copy.
    """
    for kind in ("option", "noun"):
        for place, end in said.found(kind):
            if place == start and _AFTER_OPTION.match(said.text, end):
                return True
    before = _BEFORE_OPTION.match(said.text, start)
    end = max(said.at("option", before.end()), said.at("noun", before.end())) if before else 0
    return end > 0 and _MARK.match(said.text, end) is not None


def _are_alike(lines: Sequence[str]) -> bool:
    """Whether two to six lines of one length say one thing: versions of one text."""
    sizes = [len(line) for line in lines]
    if len(lines) > 6 or max(sizes) > _BRIEF or min(sizes) < 16 or max(sizes) > 2 * min(sizes):
        return False
    first, *others = lines
    if first.rstrip("\"'”“»」』’").endswith(("?", "？", "؟")):
        return False  # and its answer
    if all(other.split()[:_BEGUN] == first.split()[:_BEGUN] for other in others):
        return False  # `Perhaps it is a wall. Perhaps it is a start.`
    return all(_ALIKE <= fuzz.token_set_ratio(first, other) < 100 for other in others)
