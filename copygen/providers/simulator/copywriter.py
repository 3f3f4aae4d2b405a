"""Plausible marketing copy written from a request: no model, only wordings and what was said.

The same request and choice give the same text. Every number in a text was in the request.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from copygen.models import Message
from copygen.providers.simulator.language import Angle, Language
from copygen.providers.simulator.languages import LANGUAGES
from copygen.providers.simulator.naming import shorten
from copygen.providers.simulator.offer import Offer, read_offer
from copygen.providers.simulator.wanted import Form, Wanted, read_wanted

LABEL = "[simulated] "
"""What every text begins with, so that none can be mistaken for a model's."""


def write(messages: Sequence[Message], choice: int, nth: int) -> str:
    """Write one text. `choice` picks the wording; each further `nth` takes the next angle.

    A stated character limit holds for label and text together. A limit too small for that
    holds for the text alone: the label is never left out.
    """
    copy = copy_of(messages, choice, nth)
    wanted = copy.wanted
    if wanted.max_chars is None:
        return LABEL + next(copy.longest_first())
    room = wanted.max_chars - len(LABEL)
    return LABEL + copy.within(room if room > 0 else wanted.max_chars)


def copy_of(messages: Sequence[Message], choice: int, nth: int) -> "Copy":
    """All that could be written for that request, with the wording that `choice` picks."""
    asked = next(
        (message for message in reversed(messages) if message.role == "user"), messages[-1]
    )
    wanted = read_wanted(_readable("\n".join(message.content for message in messages)))
    offer = read_offer(_readable(asked.content))
    return Copy(LANGUAGES[wanted.language], offer, wanted, choice, nth)


_READ = 1000
_NUMBER_AT_END = re.compile(r"[\d.,]+$")
_NUMBER_AT_START = re.compile(r"^[\d.,]+")
_BLANKS = re.compile(r"[^\S\n]{2,}|\n{3,}")


def _readable(text: str) -> str:
    """Both ends of a long text, where instructions are, and no long runs of blanks: reading
    stays quick whatever is sent."""
    if len(text) > 2 * _READ:
        first, last = _NUMBER_AT_END.sub("", text[:_READ]), _NUMBER_AT_START.sub("", text[-_READ:])
        text = f"{first}\n{last}"
    return _BLANKS.sub(lambda run: run[0][:2], text)


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything that could be said of one offer in one language."""

    language: Language
    offer: Offer
    wanted: Wanted
    choice: int
    nth: int

    def within(self, room: int) -> str:
        """The fullest text of at most `room` characters."""
        for text in self.longest_first():
            if len(text) <= room:
                return text
        return shorten(self.offer.name, room)

    def longest_first(self) -> Iterator[str]:
        """Texts in the form wanted, then ever shorter ones."""
        if self.wanted.form is Form.EMAIL:
            yield self._email()
        if self.wanted.form is Form.POST:
            yield from self._posts()
        if self.wanted.form is not Form.HEADLINE:
            yield from self._descriptions()
        yield from self._headlines()
        yield from self._rotated(self.language.taglines)
        yield self.offer.name

    def lines(self) -> Iterator[str]:
        """Short lines, none twice: with the whole name, then with ever less of it."""
        seen = set()
        for name in self.names():
            named = replace(self, offer=replace(self.offer, name=name))
            lines = [*named._headlines(), *named._rotated(self.language.taglines), name]
            led = [line for line in lines if line.startswith(name)]
            for line in (*led, *lines):
                if line not in seen:
                    seen.add(line)
                    yield line

    def mixed(self, step: int) -> Iterator[str]:
        """The offer's name, then sentences of several angles, then ever fewer of them; each
        `step` has others. Hardly two offers get the same."""
        angles = self.language.angles
        drawn = [(self.choice >> (5 * place)) + 7 * step + place for place in range(4)]
        picked = [angles[n % len(angles)].sentences for n in drawn]
        said = [self._say(pair[n // 8 % len(pair)]) for n, pair in zip(drawn, picked, strict=True)]
        led = [f"{self.offer.name}{self.language.colon}{said[0]}", *dict.fromkeys(said[1:])]
        closing = [self._price(), self._pick(self.language.calls)]
        for sentences, ends in ((3, 2), (2, 2), (2, 1), (2, 0), (1, 1), (1, 0)):
            yield self.language.gap.join(filter(None, [*led[:sentences], *closing[:ends]]))

    def short(self, step: int) -> Iterator[str]:
        """A line that begins with the name, and one or two short sentences."""
        lines = [line for line in self._headlines() if line.startswith(self.offer.name)]
        draws = (
            (self.choice >> 7) + 5 * step,
            (self.choice >> 23) + step,
            (self.choice >> 41) + step,
        )
        prices, calls = self.language.prices, self.language.calls
        line = lines[draws[0] % len(lines)] if lines else self.offer.name
        money = self._price(prices[draws[1] % len(prices)])
        call = calls[draws[2] % len(calls)]
        stop = "" if line[-1] in ".?!。？！" else self.language.stop
        for parts in ((money, call), (call, money), (call,), (money,), ()):
            yield self.language.gap.join(filter(None, [f"{line}{stop}", *parts]))

    def names(self) -> Iterator[str]:
        """The name, then ever less of it."""
        name = self.offer.name
        while name and name != "…":
            yield name
            name = shorten(name, min(len(name) - 1, len(name) * 4 // 5)) if len(name) > 2 else ""

    def hashtags(self) -> Iterator[str]:
        """Hashtags, that of the offer first."""
        return replace(self, wanted=replace(self.wanted, hashtags=10))._hashtags()

    def _angle(self, step: int = 0) -> Angle:
        angles = self.language.angles
        if self.wanted.angle is not None:
            return angles[(self.wanted.angle + step) % len(angles)]
        return angles[(self.choice + self.nth + step) % len(angles)]

    def _pick(self, wordings: Sequence[str]) -> str:
        # by the high bits: the low ones have chosen the angle
        return wordings[((self.choice >> 32) + self._round()) % len(wordings)]

    def _round(self) -> int:
        """How often every angle in turn has been used before this text."""
        named = self.wanted.angle is not None
        return self.nth if named else self.nth // len(self.language.angles)

    def _say(self, wording: str) -> str:
        """The wording with the offer's name in it."""
        if self.offer.proper:
            return wording.format(name=self.offer.name)
        text = wording.format(name=self.language.our + self.offer.name)
        return text[0].upper() + text[1:]

    def _rotated(self, wordings: Sequence[str]) -> Iterator[str]:
        first = (self.choice >> 16) + self.nth
        for step in range(len(wordings)):
            yield self._say(wordings[(first + step) % len(wordings)])

    def _headlines(self) -> Iterator[str]:
        for step in range(len(self.language.angles)):
            yield from self._rotated(self._angle(step).headlines)

    def _descriptions(self) -> Iterator[str]:
        sentence = self._say(self._pick(self._angle().sentences))
        call = self._pick(self.language.calls)
        features, price = self._features(), self._price()
        for parts in (
            (sentence, features, price, call),
            (sentence, features, price),
            (sentence, price, call),
            (sentence, price),
            (sentence, call),
            (sentence,),
        ):
            yield self.language.gap.join(filter(None, parts))

    def _features(self) -> str:
        entries = self.offer.features or self.offer.figures
        usable = [entry for entry in entries if _fits_in(entry, self.wanted.language)][:3]
        if not usable:
            return ""
        *first, last = usable
        listed = self.language.comma.join(first)
        listed = f"{listed}{self.language.last_comma}{last}" if listed else last
        return self._pick(self.language.features).format(features=listed)

    def _price(self, wording: str | None = None) -> str:
        price = self.offer.price
        if not price:
            return ""
        money = self.language.currencies.get(price.currency or "", "{amount}")
        wording = wording or self._pick(self.language.prices)
        return wording.format(price=money.format(amount=price.amount))

    def _email(self) -> str:
        language = self.language
        return (
            f"{language.subject}{next(self._headlines())}\n\n{language.greeting}\n\n"
            f"{next(self._descriptions())}\n\n{language.sign_off}"
        )

    def _posts(self) -> Iterator[str]:
        hashtags = " ".join(self._hashtags())
        for body in self._descriptions():
            yield f"{body}\n\n{hashtags}"
        yield f"{next(self._headlines())} {hashtags}"

    def _hashtags(self) -> Iterator[str]:
        own = _hashtag(self.offer.name)
        if own:
            yield own
        general = self.language.hashtags
        first = (self.choice >> 48) + self.nth
        for step in range(min(self.wanted.hashtags - bool(own), len(general))):
            yield general[(first + step) % len(general)]


_LATIN_WORD = r"(?<![A-Za-z])(?!(?:kg|mg|ml|cl|cm|mm|km|oz|lb|GB|TB|mAh)\b)[A-Za-z]{2}"
_NOT_LATIN = r"[^\W\d_A-Za-z\u00c0-\u024f]"
_FOREIGN = {
    "en": re.compile(_NOT_LATIN),
    "ms": re.compile(_NOT_LATIN),
    "ja": re.compile(rf"{_LATIN_WORD}|[\u0e00-\u0e7f\uac00-\ud7a3]"),
    "zh": re.compile(rf"{_LATIN_WORD}|[\u0e00-\u0e7f\uac00-\ud7a3\u3040-\u30ff]"),
    "th": re.compile(rf"{_LATIN_WORD}|[\u3040-\u9fff\uac00-\ud7a3]"),
    "ko": re.compile(rf"{_LATIN_WORD}|[\u0e00-\u0e7f\u3040-\u9fff]"),
}


def _fits_in(words: str, language: str) -> bool:
    """Whether words of the request can stand in a text in `language` untranslated."""
    return not _FOREIGN[language].search(words)


def _hashtag(name: str) -> str:
    words = re.sub(r"(?<=\d)\W+(?=\d)", "_", name).split()
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    # marks are letters to a reader of Thai, though not to `isalnum`
    kept = "".join(
        char
        for char in joined
        if char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M"
    )
    return f"#{kept}" if any(map(str.isalpha, kept)) else ""
