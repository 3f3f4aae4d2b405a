"""What the simulator answers: wordings put together, within the limits asked for, or with a fault.

The same request and draw give the same text. Every number in a text was in the request, unless a
fault was drawn that invents one.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, count, islice
from typing import Final

from copygen.models import Message
from copygen.quality.units import Unit, measure
from copygen.simulator.brief import (
    Brief,
    FieldAsked,
    Limit,
    Phrases,
    languages,
    read_brief,
    shorten,
)
from copygen.simulator.profile import Draw
from copygen.simulator.wire import ChatRequest

LABEL: Final = "[simulated] "
"""What every plain text begins with, so that none can be mistaken for a model's."""
STUBBORN_SHARE: Final = 0.15
"""Of the answers to a complaint, so many are at fault again."""
_LINE, _SHORT = 60, 120
"""A limit up to so many units asks for a line; for a line and a short sentence or two."""
_TRIED = 400
"""Wordings tried before one is cut to fit."""
_OVERLONG = 1.4


class Slip(StrEnum):
    """How a careless writer goes wrong: the faults of copy that checks are there to find."""

    OVERLONG = "overlong"
    """Past its limit; in the answer to a complaint by less than before."""
    INVENTED = "invented"
    """With a percentage that nobody gave."""
    LANGUAGE = "language"
    """In another language than asked for."""
    OPENING = "opening"
    """With the beginning that so many others have."""
    LEFTOVER = "leftover"
    """With talk or quotation marks around it."""
    JSON = "json"
    """JSON that ends in the middle, or that is none."""


def slip_of(care: float, share: float, *, corrected: bool, as_json: bool) -> Slip | None:
    """The fault of an answer, or None. `care` is a draw, 0 to 1; `share` that of faulty answers.

    An answer to a complaint is at fault with `STUBBORN_SHARE` at most.
    """
    chance = min(share, STUBBORN_SHARE) if corrected else share
    if care >= chance:
        return None
    kinds = [slip for slip in Slip if as_json or slip is not Slip.JSON]
    return kinds[int(care / chance * len(kinds))]


def answer(chat: ChatRequest, draw: Draw, sloppy: float) -> str:
    """Write the answer to a conversation; `sloppy` is the share of answers at fault.

    Plain text is labelled. JSON is not: it fits the schema and the limits that the words state,
    which leave no room for a label.
    """
    brief = read_brief(chat.messages, chat.schema)
    slip = slip_of(draw.care, sloppy, corrected=brief.corrections > 0, as_json=bool(brief.fields))
    writer = _Writer(brief, languages()[brief.language], draw, slip, _said(chat.messages))
    return writer.json() if brief.fields else writer.plain()


def _said(messages: Sequence[Message]) -> str:
    return "\n".join(message.content for message in messages)


@dataclass(frozen=True, slots=True)
class _Writer:
    """One answer to write."""

    brief: Brief
    phrases: Phrases
    draw: Draw
    slip: Slip | None
    said: str

    def plain(self) -> str:
        """One labelled text. A limit too small for the label holds for the text alone."""
        limits = self.brief.limits
        room = [_without_label(one) for one in limits]
        text = self._first(self._pool(room), room)
        if self.slip is None:
            return LABEL + text
        if self.slip is Slip.LEFTOVER:
            return self._with_leftovers(LABEL + text)
        return LABEL + self._spoilt(text, limits)

    def json(self) -> str:
        """A JSON object with the texts of the fields; a slip is in one text, or in the JSON."""
        fields = self.brief.fields
        data = {one.name: self._texts(one) for one in fields}
        if self.slip is not None and self.slip is not Slip.JSON:
            spoilt = fields[self.draw.choice % len(fields)]
            texts = data[spoilt.name]
            at = (self.draw.choice >> 8) % len(texts)
            texts[at] = self._spoilt(texts[at], spoilt.limits)
        whole = {one.name: data[one.name] if one.count else data[one.name][0] for one in fields}
        text = json.dumps(whole, ensure_ascii=False)
        if self.slip is not Slip.JSON:
            return text
        if self.draw.choice % 2:
            return text[: len(text) * 2 // 3]
        return text.replace('": ', ": ").replace('{"', "{").replace(', "', ", ")

    def _texts(self, asked: FieldAsked) -> list[str]:
        pool = (text for text in self._field_pool(asked) if not {"!", "！"} & set(text))
        texts: list[str] = []
        for _ in range(asked.count or 1):
            fresh = (text for text in pool if text not in texts)
            texts.append(self._first(fresh, asked.limits, asked.least))
        return texts

    def _field_pool(self, asked: FieldAsked) -> Iterator[str]:
        if "hashtag" in asked.name.lower():
            tags = self._hashtags()
            return iter(tags) if asked.count else iter([" ".join(tags[:n]) for n in (3, 2, 1)])
        if "path" in asked.name.lower():
            return ("-".join(text.split()) for text in self._names())
        return self._pool(asked.limits)

    def _pool(self, limits: Sequence[Limit]) -> Iterator[str]:
        """Texts of the size that the smallest limit asks for, the best first; then lines."""
        room = min((one.number for one in limits if one.unit is not Unit.SMS_SEGMENTS), default=0)
        if 0 < room <= _LINE:
            return self._lines()
        texts = self._short if 0 < room <= _SHORT else self._mixed
        return chain(chain.from_iterable(map(texts, range(24))), self._lines())

    def _mixed(self, step: int) -> Iterator[str]:
        """The name, then several sentences, then ever fewer; each `step` has others."""
        sentences, drawn = self.phrases.sentences, self._turn
        at = [drawn(5 * place, 7 * step + place) for place in range(3)]
        picked = [sentences[n % len(sentences)] for n in at]
        first, *more = dict.fromkeys(one.format(name=self.brief.name) for one in picked)
        led = [f"{self.brief.name}{self.phrases.colon}{first}", *more]
        ends = [self._price(step), self.phrases.calls[drawn(32, step) % len(self.phrases.calls)]]
        for said, closing in ((3, 2), (2, 2), (2, 1), (1, 2), (1, 1), (1, 0)):
            yield self.phrases.gap.join(filter(None, [*led[:said], *ends[:closing]]))

    def _short(self, step: int) -> Iterator[str]:
        """A line that begins with the name, and one or two short sentences."""
        lines = [one for one in self.phrases.lines if one.startswith("{name}")]
        line = lines[self._turn(7, 5 * step) % len(lines)].format(name=self.brief.name)
        led = line if line[-1] in ".?!。？！" else line + self.phrases.stop
        call = self.phrases.calls[self._turn(41, step) % len(self.phrases.calls)]
        price = self._price(step)
        for parts in ((price, call), (call, price), (call,), (price,), ()):
            yield self.phrases.gap.join(filter(None, [led, *parts]))

    def _lines(self) -> Iterator[str]:
        """Short lines, none twice: with the whole name, then with ever less of it."""
        wordings = _rotated(self.phrases.lines, self._turn(16, 0))
        wordings += _rotated(self.phrases.short_lines, self._turn(16, 0))
        led = [one for one in wordings if one.startswith("{name}")]
        for name in self._names():
            for wording in dict.fromkeys([*led, *wordings, "{name}"]):
                yield wording.format(name=name)

    def _names(self) -> Iterator[str]:
        """The name, then ever less of it."""
        name = self.brief.name
        while name and name != "…":
            yield name
            name = shorten(name, min(len(name) - 1, len(name) * 4 // 5)) if len(name) > 2 else ""

    def _turn(self, bits: int, step: int) -> int:
        """A number that the choice gives, and each sighting, correction and step counts up."""
        return (self.draw.choice >> bits) + self.draw.nth + 3 * self.brief.corrections + step

    def _price(self, step: int) -> str:
        if not self.brief.price:
            return ""
        prices = self.phrases.prices
        return prices[self._turn(23, step) % len(prices)].format(price=self.brief.price)

    def _hashtags(self) -> list[str]:
        own = "".join(char for char in self.brief.name if char.isalnum())
        return ["#" + own, *_rotated(self.phrases.hashtags, self._turn(48, 0))]

    def _first(self, texts: Iterable[str], limits: Sequence[Limit], least: int = 0) -> str:
        """The first text that fits and has nothing that was complained of."""
        fitting = ""
        for text in islice(texts, _TRIED):
            if not all(limit.holds(text) for limit in limits):
                continue
            enough = not limits or measure(text, limits[0].unit) >= least
            if enough and not self.brief.refuses(text):
                return text
            fitting = fitting or text
        return fitting or self._cut(limits)

    def _cut(self, limits: Sequence[Limit]) -> str:
        """As much of the name as fits."""
        name = self.brief.name
        while len(name) > 1 and not all(limit.holds(name) for limit in limits):
            name = name[:-1].rstrip()
        return name

    def _spoilt(self, text: str, limits: Sequence[Limit]) -> str:
        """The text with the slip in it."""
        if self.slip is Slip.OVERLONG:
            return self._overlong(text, limits)
        if self.slip is Slip.INVENTED:
            numbers = (11 + (self.draw.choice + step) % 88 for step in count())
            number = next(n for n in numbers if str(n) not in self.said or n > 97)
            return f"{text} -{number}%"
        if self.slip is Slip.LANGUAGE:
            foreign = languages()["ja" if self.brief.language == "en" else "en"]
            return self._first(replace(self, phrases=foreign)._lines(), limits)
        if self.slip is Slip.OPENING:
            worn = (self.phrases.worn_opening.format(name=name) for name in self._names())
            return next((one for one in worn if all(n.holds(one) for n in limits)), text)
        return self._with_leftovers(text)

    def _with_leftovers(self, text: str) -> str:
        talk = "Here is the copy you asked for: "
        return f'"{text}"' if self.draw.choice % 2 else f"{talk}{text}"

    def _overlong(self, text: str, limits: Sequence[Limit]) -> str:
        """Past the smallest limit: by little once the overshoot was told."""
        factor = 1.0 if self.brief.corrections else _OVERLONG
        more = [*islice(self._mixed(0), 1), *islice(self._lines(), 20)]
        for part in more * 21:
            if any(measure(text, one.unit) > one.number * factor for one in limits):
                break
            text = f"{text}{self.phrases.gap or ' '}{part}"
            if not limits:
                break
        return text


def _rotated(wordings: Sequence[str], first: int) -> list[str]:
    at = first % len(wordings)
    return [*wordings[at:], *wordings[:at]]


def _without_label(limit: Limit) -> Limit:
    """What is left of a limit behind the label; one too small for that holds for the text."""
    room = limit.number - (0 if limit.unit is Unit.SMS_SEGMENTS else measure(LABEL, limit.unit))
    return Limit(room, limit.unit) if room > 0 else limit
