"""What a chat model says around the copy it was asked for, or instead of it.

Refusals, talk before the copy and after it, labels, several texts where one was asked, talk about
the task, thoughts, the prompt given back. The turns of speech of each language are data
(`configs/wording/chat/`). None of them proves anything by itself, for copy says sorry to the cold
and begins with "here you go": what is found is always two of them together, or one at a place
where copy has none (a first line that ends in a colon, a paragraph at the end).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.checks.assignment import (
    Assignment,
    gives_facts_back,
    gives_sentence_back,
)
from copygen.quality.checks.labels import (
    Labels,
    is_about_language,
    quoted_copy,
)
from copygen.quality.checks.several import LEAD, is_contrast, may_be_several, versions
from copygen.quality.checks.talk import (
    Talk,
    TalkPlace,
    TalkReader,
    are_its_versions,
    are_steps,
    asks_which,
    is_story,
)
from copygen.quality.facts import CheckContext, mendable
from copygen.quality.normalize import Form, NormalizedText, deferred
from copygen.quality.phrases import SENTENCE_END, PhraseReader, Said
from copygen.quality.talk_model import TalkModel

_HEAD: Final = 300
"""Characters at the start in which a refusal says that it is one."""
_GOES_ON_TO_ASK: Final = deferred(r", ?[^.!。\n?]{2,60}\?")
_OF_ASKING: Final = (
    *("shall", "muse", "pitch", "fit", "this", "piece", "trait", "craft", "me", "about", "plan"),
    *("aid", "rework", "effect"),
)
"""Kinds of phrases of whoever asks about a text: `Certainly, should it be this long?`"""
_QUOTED: Final = deferred("[\"'“”„«»「『]")
_QUOTATION: Final = deferred('["“„«»「『][^"“”„«»「」『』\\n]{8,120}["”“»«」』]')
_MARKS: Final = deferred(r"[\s*_]*")
_DIGIT: Final = deferred(r"\d")
_AFTER_WORD: Final = deferred(r"[\s,.!:;،。、，！：\-–—~*_\"'“”«»「」]*")
_COLON: Final = deferred(r"[:：]")
_COUNTED: Final = deferred(
    r"[(\[（][^\d()（）\n]{0,12}\d{1,4}\s?(?:/\s?\d{1,4}\s?)?(?:characters?|chars?|words?|zeichen|"
    r"wörter|caractères|mots|caracteres|palabras|palavras|caratteri|parole|tekens|woorden|tecken|"
    r"tegn|merkkiä|znaków|znaků|znakov|znakova|karakter|caractere|символов|символа|знаков|символів|"
    r"знака|χαρακτήρες|حرفا|حرفًا|حرف|کاراکتر|תווים|अक्षर|वर्ण|ตัวอักษร|ký tự|karakter|aksara|文字|字|"
    r"個字|个字|字符|글자|자)(?:[,;，][^)\]）\n]{0,40})?\s?[)\]）]"
)
_COUNTING: Final = deferred(r"[(\[（][^\d()（）\n]{0,12}\d")
"""What every count of letters begins with."""
_THINKING: Final = deferred(r"</?(?:think|thinking|thought|reasoning|reflection|scratchpad)>")
_STEPS: Final = deferred(r"\b([^\W\d_]{2,20}) 1\s?[:：.)–—-].{1,200}?\s\1 2\b", re.DOTALL)
"""`Step 1: … Step 2: …`."""
_WORDS_BEYOND: Final = 3
"""Words behind `Of course` from which a text says something of its own."""
_BRIEF_WISH: Final = 44
"""Characters of a last paragraph that only hopes to please."""
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing a reply says that is no copy."""

    rule: str
    start: int
    """Offset into the folded text, of the first letter."""
    end: int
    is_cut: bool = False
    """Whether the copy is what remains when it is taken away, without a doubt."""
    kept: tuple[int, int] | None = None
    """The copy within it, where it is there without a doubt."""


_REFUSAL: Final = "refusal.reply"
RULES: Final = MappingProxyType(
    {
        _REFUSAL: (
            "the model declines, or asks for more, instead of writing",
            "write the copy with what is given, and leave out what is not",
        ),
        "leftovers.thinking": (
            "the model thinks aloud",
            "reply with the copy itself, without the thoughts that led to it",
        ),
        "leftovers.several": ("several texts where one was asked", "reply with one text, the best"),
        "leftovers.opening": (
            "the model talks about the copy before it",
            "begin with the copy itself",
        ),
        "leftovers.label": ("a label before the copy", "begin with the copy itself"),
        "leftovers.closing": (
            "the model talks about the copy after it",
            "end with the copy itself",
        ),
        "leftovers.task": ("the model talks about its task", "reply with nothing but the copy"),
        "leftovers.echo": ("a sentence of the prompt", "reply with nothing but the copy"),
    }
)
"""Rule → what it says to people, and to the model."""


_TELLING: Final = frozenset(
    (
        *("consent", "here", "sorry", "cannot", "cannot_weak", "missing", "error", "myself"),
        *("agreed", "asked", "task", "think", "offer", "yours", "little"),
        *("stress", "publish", "add", "sentence", "beyond"),
    )
)
"""Kinds without one of which a text of one line, without a colon, is copy: these and `first`,
at the start."""
_STRUCTURE: Final = deferred(r"[\n\t:：<\[【(（)②/|\-–—](?:(?<![-–—])|(?<=\s.)\s)")
"""A mark, or a dash between spaces. Python looks for a class at the start six times as fast."""
_DECLINING: Final = frozenset(("cannot", "cannot_weak", "missing", "error", "myself"))
_OUTAGE: Final = frozenset(("machine", "down"))
_THINKING_ALOUD: Final = frozenset(("think", "first"))
_PLANNING: Final = frozenset(("stress",))
_ORDERING: Final = frozenset(("publish", "add"))
_WEIGHING: Final = ("muse", "think", "plan")
_REFUSING: Final = _DECLINING | {"sorry", "deny", "beyond"}
_TALKING: Final = _REFUSING | {"text", "piece", "shall", "offer", "about"}
"""Kinds without one of which a text is no talk as a whole."""
_PLAIN: Final = frozenset(("consent", "deny"))
"""What copy says of a product as well, with nothing else: `Of course it does not scratch.`"""
_PRESENTING: Final = frozenset(("consent", "here", "agreed"))
_PROPOSING: Final = ("consent", "here", "wrote", "muse", "piece", "trait", "craft", "plan", "text")
"""What a line before a blank one says that presents a text."""
_OPENS_TEXT: Final = ("wrote", "muse", "me")
"""What somebody who agreed says of himself before a colon."""
_TASK: Final = frozenset(("asked", "task"))
_OFFERING: Final = frozenset(("offer", "yours"))


_IDLE: Final = frozenset(("first", "number", "span", "insert", "share", "sign"))
"""Kinds that say nothing of talk within a sentence."""


class ChatDetector:
    """Finds what is no copy in replies of some languages, and in English, the slip of all models.

    Raises KeyError for a language that is none of `languages()`.
    """

    def __init__(self, tags: tuple[str, ...]) -> None:
        self._labels = Labels(tags)
        self._model = TalkModel.of(tags[0]) if len(tags) == 1 else None

    def remarks(
        self,
        said: Said,
        written: NormalizedText,
        assignment: Assignment,
    ) -> Iterator[Remark]:
        """What the text says that is no copy, at most a remark about its start and one its end."""
        text, kinds = said.text, said.kinds
        if kinds <= _IDLE and _is_plain(said, written, assignment):
            return
        original = written.original
        begin = said.past(LEAD, 0)
        if begin >= len(text):
            return
        # Of most texts the kinds alone say that there is nothing, or what there may be.
        is_about = "about" in kinds or "task" in kinds
        talk = (
            TalkReader(said, self._model, assignment.is_known) if self._model is not None else None
        )
        may_be_talk = talk is not None and talk.has_parts(begin)
        tells = not kinds.isdisjoint(_TELLING) or kinds >= _OUTAGE or bool(said.at("first", begin))
        names_tongue = "tongue" in kinds and is_about_language(said)
        # Nor is it about a text who asks in English.
        if names_tongue and not assignment.is_named() and not _quotes_speech(said):
            yield _about(text, begin)
            return
        if not (may_be_talk or tells or _STRUCTURE.search(original)):
            if is_about and gives_sentence_back(said, begin, assignment):
                yield Remark("leftovers.echo", begin, said.sentence_end(begin))
            elif is_about and (quoted := _quoted(said, begin, assignment)) is not None:
                yield quoted
            return
        refused = self._refusal(said, begin, assignment) if self._may_decline(said) else None
        if refused is not None:
            yield refused
            return
        contrasts = original.count(":") == 2 and is_contrast(said, original, assignment)
        start = self._start(said, begin, original, assignment, is_one=contrasts)
        end = self._end(said, begin, assignment)
        if contrasts:
            talk = None  # which hears its leads as those of a reply
        # Talk and nothing else: the kinds tell first, or that nothing of the item is said.
        if (
            talk is not None
            and not (start or end)
            and (not kinds.isdisjoint(_TALKING) or not assignment.is_named())
            and not (kinds <= _PLAIN and _goes_beyond_consent(said, begin))
            and talk.is_all(begin, assignment.is_named)
        ):
            refuses = not kinds.isdisjoint(_REFUSING)
            yield _declines(text, begin) if refuses else _about(text, begin)
            return
        if talk is not None and start is None and (found := talk.opening(begin)) is not None:
            start = _opened(said, found)
        if talk is not None and end is None and (found := talk.ending(begin)) is not None:
            is_cut = found.place is TalkPlace.BELOW
            end = Remark("leftovers.closing", found.start, found.end, is_cut=is_cut)
        if start is not None:
            yield start
        if end is not None and (start is None or end.start >= start.end):
            # What is to be written again is not mended at its end: the rest would look whole.
            is_whole = start is None or start.is_cut or start.kept is not None
            yield end if is_whole else replace(end, is_cut=False)

    def _may_decline(self, said: Said) -> bool:
        """Whether the kinds of phrases allow a refusal."""
        kinds = said.kinds
        return (
            said.text.rstrip()[-1:] in "?؟？"
            or not kinds.isdisjoint(_DECLINING)
            or ("little" in kinds and "info" in kinds)
            or kinds >= _OUTAGE
            or ("beyond" in kinds and len(said.tags) == 1)
        )

    def _start(
        self, said: Said, begin: int, original: str, assignment: Assignment, *, is_one: bool
    ) -> Remark | None:
        """What phrases and marks show to be none of the copy at its start; the kinds tell first.

        `is_one`: its leads are of one text, and no labels.
        """
        text, kinds = said.text, said.kinds
        has_lines = "\n" in text
        start: Remark | None = None
        plans = has_lines and not kinds.isdisjoint(_PLANNING)
        if "<" in text or plans or not kinds.isdisjoint(_THINKING_ALOUD):
            start = self._thought(said, begin)
            if start is not None and are_its_versions(said, begin, assignment.is_known):
                start = None
        if start is None and not is_one and may_be_several(said, original):
            span = versions(said, begin, original, assignment)
            start = Remark("leftovers.several", *span) if span else None
        if start is None and not kinds.isdisjoint(_PRESENTING):
            start = self._preamble(said, begin)
            if start is not None and is_story(said, begin, assignment.is_known):
                start = None
        if start is None and not is_one:
            start = self._label(said, begin, assignment)
        if start is None and has_lines and gives_facts_back(text, assignment):
            start = Remark("leftovers.echo", begin, len(text))
        if start is None and has_lines:
            start = self._announced(said, begin)
        told = "stress" in kinds and "any_noun" in kinds
        if start is None and (told or not kinds.isdisjoint(_TASK)):
            start = self._of_task(said, begin)
        is_about = start is None and ("about" in kinds or "task" in kinds)
        if is_about and gives_sentence_back(said, begin, assignment):
            start = Remark("leftovers.echo", begin, said.sentence_end(begin))
        return start

    def _end(self, said: Said, begin: int, assignment: Assignment) -> Remark | None:
        """What phrases and marks show to be none of the copy at its end."""
        kinds = said.kinds
        if (
            "\n" in said.text
            or _COUNTING.search(said.text) is not None
            or not kinds.isdisjoint(_ORDERING)
            or ("change" in kinds and not kinds.isdisjoint(_OFFERING))
        ):
            return self._closing(said, begin, assignment)
        return None

    def _refusal(self, said: Said, begin: int, assignment: Assignment) -> Remark | None:
        """Sorry and cannot; cannot and what was asked; asking for more before anything else."""
        text = said.text
        end = min(len(text), begin + _HEAD)
        sorry_at = said.within("sorry", begin, end)
        cannot_at = said.within("cannot", begin, end)
        weak_at = said.within("cannot_weak", begin, end)
        missing_at = said.within("missing", begin, end)
        error_at = max(said.within("error", begin, end), _outage(said, begin, end))
        is_model = said.are_within("myself", begin, end)
        at = next((one for one in (cannot_at, weak_at, missing_at, error_at) if one >= 0), -1)
        if at < 0 and not is_model:
            return self._question(said, begin, end, assignment)
        sentence = _sentence(said, begin, max(at, begin), end)
        is_about_task = said.are_within("about", *sentence)
        is_sorry = 0 <= sorry_at - begin <= 90

        def opens(place: int) -> bool:
            return is_sorry or _opens(text, begin, place)

        # `I can't write this`, `Sorry, I can't help` of no product.
        declines = (
            cannot_at >= 0
            and (is_model or opens(cannot_at))
            and (
                is_about_task
                or missing_at >= 0
                or is_model
                or (is_sorry and not assignment.is_named())
            )
        )
        # `Sorry, it is not possible for me`, `That is not possible. Here is`.
        declines_weakly = weak_at >= 0 and (
            (is_sorry and (is_about_task or said.are_within("me", *sentence)))
            or (_opens(text, begin, weak_at) and said.are_within("here", weak_at, end))
        )
        # `Sorry, there is not enough information`.
        lacks = missing_at >= 0 and (is_sorry or cannot_at >= 0 or weak_at >= 0)
        # `Which product is the headline for?`
        asks = 0 <= missing_at - begin <= 40 and (
            is_about_task
            or (not assignment.is_named() and any(mark in text[missing_at:end] for mark in "?؟"))
        )
        # `One n or two? Rub it out and try again`: who asks first reports no trouble.
        fails = error_at >= 0 and not assignment.is_named() and opens(error_at)
        fails = fails and not asks_which(text[begin : min(error_at, said.sentence_end(begin))])
        # `As a language model I have no opinion of this text`.
        speaks_of_itself = is_model and said.are_within("about", begin, said.sentence_end(begin))
        if declines or declines_weakly or lacks or asks or fails or speaks_of_itself:
            return _declines(text, begin)
        return self._question(said, begin, end, assignment)

    def _question(self, said: Said, begin: int, end: int, assignment: Assignment) -> Remark | None:
        """Too little to go on, or nothing but questions about the product."""
        text = said.text
        first = said.sentence_end(begin)
        declined = said.are_within("beyond", begin, first)
        if len(said.tags) == 1 and declined and not assignment.is_named():
            return _declines(text, begin)
        informed = said.are_within("info", begin, first)
        if informed and said.are_within("little", begin, first):
            own = said.are_within("me", begin, end) or said.at("sorry", begin)
            about = said.are_within("about", begin, first)
            if own or about or (_asks(text, end) and not assignment.is_named()):
                return _declines(text, begin)
        if _asks(text, len(text)) and not assignment.is_named():
            ends = [text[one.start()] for one in SENTENCE_END.finditer(text, begin)]
            asked = len(ends) > 1 and set(ends) <= set("?؟？")
            if asked and said.are_within("plan", begin, end):
                return _declines(text, begin)
        return None

    def _thought(self, said: Said, begin: int) -> Remark | None:
        text = said.text
        if "<" in text and (tag := _THINKING.search(text)) is not None:
            return Remark("leftovers.thinking", *tag.span())
        has_steps = _STEPS.search(text, begin, begin + _HEAD) is not None
        if has_steps and not said.are_within("about", begin, len(text)):
            return None  # to follow: nobody plans a text
        if said.at("first", begin) and are_steps(said, begin):
            return None
        place = said.past(_AFTER_WORD, said.at("consent", begin) or begin)
        end = said.at("think", place) or said.at("first", place)
        line = said.line_end(begin)
        is_apart = text[line : line + 2] == "\n\n"
        goes_on = bool(text[line:].strip())
        if is_apart and goes_on and self._is_plan(said, begin, line, end):
            return Remark("leftovers.thinking", begin, line)
        if any(_is_heading(text, stop) for stop in said.ends("think", begin + 1)):
            return Remark("leftovers.thinking", begin, said.sentence_end(begin))
        if not end:
            return None
        sentence = said.sentence_end(end)
        if goes_on and (_is_heading(text, end) or said.are_within("plan", end, line)):
            return Remark("leftovers.thinking", begin, line)
        own = said.are_within("me", begin, sentence) or said.are_within("task", begin, sentence)
        if own and said.at("think", place) and said.are_within("about", end, sentence):
            return Remark("leftovers.thinking", begin, sentence)
        return None

    def _is_plan(self, said: Said, begin: int, line: int, opened: int) -> bool:
        """Whether a paragraph before the text plans it: its length, its tone, whom it is for."""
        spoken = opened or said.at("consent", begin) or said.are_within("me", begin, line)
        return bool(spoken) and said.are_within("stress", begin, line)

    def _preamble(self, said: Said, begin: int) -> Remark | None:
        """`Sure! Here is your headline:`: consent, or something presented, before the copy."""
        text = said.text
        line = said.line_end(begin)
        rest = bool(text[line:].strip())
        agreed = said.at("consent", begin)
        place = said.past(_AFTER_WORD, agreed) if agreed else begin
        if agreed and not rest and (colon := _COLON.search(text, place, min(line, begin + 90))):
            spoken = any(said.are_within(kind, begin, colon.start()) for kind in _OPENS_TEXT)
            if spoken and text[colon.end() :].strip():
                return Remark("leftovers.opening", begin, colon.end(), is_cut=True)
        if agreed and place > line and rest:
            return Remark("leftovers.opening", begin, line, is_cut=True)
        shown = said.at("here", place)
        announced = _ends_in_colon(text, line)
        if agreed and not shown and rest and (announced or self._is_talk(said, place, line)):
            return Remark("leftovers.opening", begin, line, is_cut=announced)
        if not shown:
            return _polite(said, begin)
        colon = _COLON.search(text, shown, min(line, begin + 160))
        called = said.within("named", shown, colon.start() if colon else line)
        if announced and rest:
            return Remark("leftovers.opening", begin, line, is_cut=True)
        if colon is not None and (called >= 0 or agreed):
            return Remark(
                "leftovers.opening", begin, colon.end(), is_cut=bool(text[colon.end() :].strip())
            )
        near = 0 <= called - shown <= 30
        if near and rest and line - begin <= 120:
            return Remark("leftovers.opening", begin, line, is_cut=False)
        if (agreed and called >= 0) or (near and said.are_within("noun", shown, line)):
            return Remark("leftovers.opening", begin, said.sentence_end(shown), is_cut=False)
        return _polite(said, begin)

    def _is_talk(self, said: Said, start: int, end: int) -> bool:
        return said.are_within("named", start, end) or said.are_within("me", start, end)

    def _label(self, said: Said, begin: int, assignment: Assignment) -> Remark | None:
        """`Headline:` before the copy, or a sentence around it that says what it is."""
        if (label := self._labels.find(said, begin, assignment)) is not None:
            return Remark("leftovers.label", label.start, label.end, is_cut=label.is_sure)
        may_be = "noun" in said.kinds or "consent" in said.kinds
        return _quoted(said, begin, assignment) if may_be else None

    def _announced(self, said: Said, begin: int) -> Remark | None:
        """A first line that ends in a colon, before a text that is no list."""
        text = said.text
        line = said.line_end(begin)
        if not _ends_in_colon(text, line) or line - begin > 140:
            return None
        after = [one for one in said.lines(line) if one[1] > one[0]]
        if not after or all(_is_item_of_list(text, start) for start, _ in after[:3]):
            return None
        named = said.are_within("named", begin, line)
        if named or said.are_within("me", begin, line) or said.at("asked", begin):
            return Remark("leftovers.opening", begin, line, is_cut=named)
        is_apart = text[line : line + 2] == "\n\n" and len(said.tags) == 1
        if is_apart and any(said.are_within(kind, begin, line) for kind in _PROPOSING):
            return Remark("leftovers.opening", begin, line)
        return None

    def _of_task(self, said: Said, begin: int) -> Remark | None:
        """`As requested, this headline ...`, `The user wants ...`."""
        text = said.text
        end = said.sentence_end(begin)
        line = said.line_end(begin)
        asked = said.within("asked", begin, min(end, begin + 60))
        if asked >= 0 and _ends_in_colon(text, line) and text[line:].strip():
            return Remark("leftovers.task", begin, line, is_cut=True)
        # `Advertising text for Halden, as requested.`
        if (
            said.at("any_noun", begin)
            and said.are_within("asked", begin, end)
            and text[end:].strip()
        ):
            return Remark("leftovers.task", begin, end)
        after = said.at("asked", asked) if asked >= 0 else 0
        if asked >= 0 and (
            said.are_within("about", after, end)
            or (asked - begin <= 4 and text[after : after + 1] in (",", ":", "、"))
        ):
            return Remark("leftovers.task", begin, end)
        named = said.within("any_noun", begin, min(end, begin + 28))
        if named >= 0 and said.are_within("stress", named, end) and text[end:].strip():
            return Remark("leftovers.task", begin, end)
        task = said.within("task", begin, min(end, begin + 40))
        if 0 <= task - begin <= 12 and said.are_within("about", begin, end):
            return Remark("leftovers.task", begin, end)
        return None

    def _closing(self, said: Said, begin: int, assignment: Assignment) -> Remark | None:
        """A last paragraph, or sentence, to whoever ordered the copy; the count of its letters."""
        text = said.text
        if (counted := _COUNTED.search(text, max(begin, len(text) - 200))) is not None:
            return Remark(
                "leftovers.closing", *counted.span(), is_cut=not text[counted.end() :].strip()
            )
        lines = said.written_lines(begin)
        start, end = lines[-1]
        if len(lines) > 1 and self._labels.find(said, start, assignment, names_product=False):
            return Remark("leftovers.closing", start, end, is_cut=False)
        if len(lines) > 1 and self._speaks_to_client(said, start, end, apart=True):
            return Remark(
                "leftovers.closing", start, end, is_cut=text[lines[-2][1] : start].count("\n") > 1
            )
        last = said.last_sentence(start, end)
        is_told = last > start and not said.asks_customer(last, end)
        if is_told and self._speaks_to_client(said, last, end, apart=False):
            return Remark("leftovers.closing", last, end, is_cut=False)
        return None

    def _speaks_to_client(self, said: Said, start: int, end: int, *, apart: bool) -> bool:
        """Whether a paragraph (`apart`) or a sentence is about the copy and not of it."""
        text = said.text
        word = said.past(LEAD, start)
        if is_remark := text[word : word + 1] in ("(", "[", "（", "※"):
            word += 1
        if said.are_within("publish", word, end):
            return True
        # `Lue lisää verkkosivuiltamme`, "read more": where a model knows the language, it tells.
        added = said.within("add", word, end) if self._model is None or is_remark else -1
        web = said.within("web", word, end)
        if added >= 0 and web >= 0 and added != web:
            return True
        if text[word - 1 : word] == "(" and said.are_within("asked", word, end):
            return True
        offered = said.within("offer", word, min(end, word + 60))
        if apart and 0 <= offered - word <= 2 and end - start <= _BRIEF_WISH:
            return True
        changed = said.are_within("change", word, end)
        named = said.within("any_noun", word, end)
        if offered >= 0 and (
            changed
            or (apart and (self._is_talk(said, word, end) or bool(_DIGIT.search(text, word, end))))
        ):
            return apart or offered - word <= 40
        theirs = said.count("yours", word, end)
        if theirs and changed and (apart or named >= 0 or theirs > 1):
            return True
        if not apart:
            return False
        if named >= 0 and (
            said.are_within("stress", word, end) or said.are_within("asked", word, end)
        ):
            return True
        if named >= 0 and (theirs or (word > start and text[end - 1] in ")]）")):
            return True
        pointed = said.at("this", word) or said.at("task", word)
        return bool(pointed) and 0 <= named - word <= 24


class ChatCheck:
    """The check of what is no copy, in the languages of a run's texts. Made once per run."""

    def __init__(self, reader: PhraseReader) -> None:
        self._reader = reader
        self._detectors: dict[tuple[str, ...], ChatDetector] = {}

    def violations(self, context: CheckContext) -> Iterator[Violation]:
        """What the text says that is no copy: refusals, talk, labels, several texts, thoughts."""
        text = context.text
        said = self._reader.read(text, context.language)
        detector = self._detectors.get(said.tags)
        if detector is None:
            detector = self._detectors[said.tags] = ChatDetector(said.tags)

        for remark in detector.remarks(said, text, Assignment(context)):
            yield _violation(remark, text)


def _violation(remark: Remark, text: NormalizedText) -> Violation:
    start, end = text.span(remark.start, remark.end)
    words = " ".join(text.original[start:end].split())
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()}…"
    said, fix = RULES[remark.rule]
    message = f"'{shown}': {said}"
    found = Violation(remark.rule, Severity.ERROR, message, (start, end), fix=fix)
    if remark.kept is not None:
        kept = text.original[slice(*text.span(*remark.kept))]
        return mendable(found, 0, len(text.original), kept)
    if not remark.is_cut:
        return found
    if remark.rule == "leftovers.closing":
        return mendable(found, start, end)
    if _QUOTED.search(text.original, 0, start):
        return found  # it stands within quotation marks, which are mended first
    marks = _MARKS.match(text.original, end)
    return mendable(found, 0, marks.end() if marks else end)


def _is_plain(said: Said, text: NormalizedText, assignment: Assignment) -> bool:
    """Whether a text with `_IDLE` kinds alone is one sentence, or one behind its item's name:
    `Halden: warm at last`. Half of all headlines are, and all the rest would find nothing.
    """
    if text.form is Form.OTHER or said.at("first", 0):
        return False
    if text.form is Form.SENTENCE:
        return True
    lead = said.text.partition(":")[0]
    return lead in assignment.names() and assignment.has_word(lead)


def _sentence(said: Said, begin: int, place: int, end: int) -> tuple[int, int]:
    """The sentence around `place`, within `begin:end`."""
    start = begin
    for found in SENTENCE_END.finditer(said.text, begin, place):
        start = found.end()
    return start, min(end, said.sentence_end(place))


def _outage(said: Said, begin: int, end: int) -> int:
    """Where a sentence begins that tells of a server in trouble, as it does of itself: `service`
    and `unavailable`, `response` and `was not completed`; -1: none does."""
    for start, stop in said.found("down"):
        sentence = _sentence(said, begin, start, end)
        if stop <= end and any(
            said.are_within("machine", *part)
            for part in ((sentence[0], start), (stop, sentence[1]))
        ):
            return sentence[0]
    return -1


def _opens(text: str, begin: int, place: int) -> bool:
    """Whether the words at `place` begin one of the first two sentences."""
    ends = [found.end() for found in SENTENCE_END.finditer(text, begin, place)]
    return len(ends) <= 1 and place - (ends[-1] if ends else begin) <= 40


def _asks(text: str, end: int) -> bool:
    return text[:end].rstrip()[-1:] in ("?", "؟", "？")


def _declines(text: str, begin: int) -> Remark:
    return Remark(_REFUSAL, begin, len(text.rstrip()))


def _opened(said: Said, talk: Talk) -> Remark:
    thinks = any(said.are_within(kind, talk.start, talk.end) for kind in _WEIGHING)
    rule = "leftovers.thinking" if thinks else "leftovers.task"
    return Remark(rule, talk.start, talk.end, is_cut=talk.place is TalkPlace.NAMED)


def _about(text: str, begin: int) -> Remark:
    return Remark("leftovers.task", begin, len(text.rstrip()))


def _goes_beyond_consent(said: Said, begin: int) -> bool:
    """Whether a text that agrees says more: `Of course, no problem.` does not."""
    agreed = max(said.ends("consent", begin), default=0)
    return agreed > 0 and len(said.text[agreed:].split()) >= _WORDS_BEYOND


def _quotes_speech(said: Said) -> bool:
    """Whether somebody is quoted, and not the name of a language, and nothing is asked."""
    spans = (one.span() for one in _QUOTATION.finditer(said.text))
    return not _asks(said.text, len(said.text)) and any(
        not (said.are_within("tongue", *one) or said.are_within("english", *one)) for one in spans
    )


def _quoted(said: Said, begin: int, assignment: Assignment) -> Remark | None:
    """`The slogan for the scarf is "…"`."""
    if (copy := quoted_copy(said, begin, assignment)) is None:
        return None
    return Remark("leftovers.label", begin, len(said.text.rstrip()), kept=copy)


def _polite(said: Said, begin: int) -> Remark | None:
    """`承知しました。`, `Sure!`: no copy begins so, but to ask: `Fine, another five minutes?`"""
    end = said.at("agreed", begin)
    if not end:
        return None
    asked = _GOES_ON_TO_ASK.match(said.text, end) if "\n" not in said.text else None
    if asked and not any(said.are_within(kind, *asked.span()) for kind in _OF_ASKING):
        return None
    thai = "\u0e01" <= said.text[end - 1 : end] <= "\u0e5b"  # whose sentences end in a space
    marked = said.text[end - 1] == "!" or said.text[end : end + 1] in ("", *"!.,。、\n")
    return Remark("leftovers.opening", begin, end) if marked or thai else None


def _is_heading(text: str, end: int) -> bool:
    return text[end : end + 2].strip()[:1] in (":", "：")


def _ends_in_colon(text: str, line: int) -> bool:
    return text[:line].rstrip(" *_\"'")[-1:] in (":", "：")


def _is_item_of_list(text: str, start: int) -> bool:
    return not text[start : start + 1].isalpha() and text[start : start + 1] not in '"“«「『„*'
