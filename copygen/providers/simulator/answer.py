"""What the simulator answers: plain copy or JSON, careful or not, and better when told what is
wrong."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from copygen.models import Message
from copygen.providers.simulator.asked import (
    Complaint,
    FieldAsked,
    complaint,
    fields_asked,
    opening_turns,
    without_format,
)
from copygen.providers.simulator.copywriter import LABEL, Copy, copy_of, write
from copygen.providers.simulator.faults import Draw
from copygen.providers.simulator.languages import LANGUAGES
from copygen.providers.simulator.sizes import Limit, limits_in
from copygen.providers.simulator.slips import (
    Slip,
    broken_json,
    invented,
    slip_of,
    with_leftovers,
    worn_opening,
)
from copygen.providers.simulator.wire import ChatRequest

_SHORT = 60
"""A limit up to this many units asks for a line, a larger one for sentences."""
_MEDIUM = 120
"""Up to this many, for a line and a short sentence or two."""
_TRIED = 400
"""Wordings tried before one is cut to fit."""
_OVERLONG = 1.4
_CAPTIONS = ("caption", "post", "message", "body")


def answer(chat: ChatRequest, draw: Draw, sloppy: float) -> str:
    """Write the answer to a conversation; `sloppy` is the share of answers at fault.

    Plain text is labelled. JSON, asked for by a schema or in words, is not: it fits the schema and
    the limits that the words state, which leave no room for a label.
    """
    told = complaint(chat.messages)
    turns = opening_turns(chat.messages) if told else chat.messages
    fields = fields_asked(turns, chat.schema)
    slip = slip_of(draw.care, sloppy, told=told is not None, as_json=bool(fields))
    turns = tuple(Message(one.role, without_format(one.content)) for one in turns)
    said = "\n".join(one.content for one in turns)
    measured = any(limit.unit != "character" for limit in limits_in(said))
    if not (fields or told or sloppy or measured):
        return write(turns, draw.choice, draw.nth)
    copy = copy_of(turns, draw.choice, draw.nth)
    task = _Task(copy, said, told, slip)
    if not fields:
        return task.plain()
    again = told.only if told and chat.schema is None else ()
    return task.json([one for one in fields if not again or one.name in again])


@dataclass(frozen=True, slots=True)
class _Task:
    """One answer to write."""

    copy: Copy
    said: str
    """All that was said before the first answer."""
    told: Complaint | None
    slip: Slip | None

    def plain(self) -> str:
        """One labelled text."""
        limits = self._stated()
        room = [_without_label(one) for one in limits]
        text = self._first(chain(self._mixed(), self.copy.lines()), room)
        if self.slip is None:
            return LABEL + text
        if self.slip is Slip.LEFTOVER:
            return with_leftovers(LABEL + text, self.copy.choice)
        return LABEL + self._spoilt(text, limits)

    def _stated(self) -> list[Limit]:
        limits = [*limits_in(self.said), *(self.told.limits() if self.told else ())]
        most = self.copy.wanted.max_chars
        return limits if most is None else [*limits, Limit(most, "code point")]

    def json(self, fields: Sequence[FieldAsked]) -> str:
        """A JSON object with the texts of the fields; a slip is in one text, or in the JSON."""
        data = {one.name: self._texts(one) for one in fields}
        if self.slip is not None and self.slip is not Slip.JSON:
            spoilt = fields[self.copy.choice % len(fields)]
            texts = data[spoilt.name]
            at = (self.copy.choice >> 8) % len(texts)
            texts[at] = self._spoilt(texts[at], self._limits(spoilt))
        names = {one.name for one in fields if one.number is None}
        whole = {name: texts[0] if name in names else texts for name, texts in data.items()}
        text = json.dumps(whole, ensure_ascii=False)
        return broken_json(text, self.copy.choice) if self.slip is Slip.JSON else text

    def _limits(self, asked: FieldAsked) -> list[Limit]:
        return [*asked.limits, *(self.told.limits(asked.name) if self.told else ())]

    def _texts(self, asked: FieldAsked) -> list[str]:
        limits = self._limits(asked)
        pool = (text for text in self._pool(asked, limits) if not {"!", "！"} & set(text))
        texts: list[str] = []
        kept = self._kept(asked)
        used = {*kept.values(), *(self.told.texts(asked.name) if self.told else ())}
        for number in range(1, (asked.number or 1) + 1):
            fresh = (text for text in pool if text not in texts and text not in used)
            texts.append(kept.get(number) or self._first(fresh, limits, asked.least))
        return texts

    def _kept(self, asked: FieldAsked) -> Mapping[int, str]:
        """By number, the texts of a list that were right before."""
        if self.told is None or asked.number is None:
            return {}
        right = ((n, self.told.right(asked.name, n)) for n in range(1, asked.number + 1))
        return {number: text for number, text in right if text}

    def _pool(self, asked: FieldAsked, limits: Sequence[Limit]) -> Iterator[str]:
        """Texts that could stand in the field, the best first."""
        name = asked.name.lower()
        if "hashtag" in name:
            tags = tuple(self.copy.hashtags())
            joined = (" ".join(tags[:n]) for n in range(min(5, len(tags)), 0, -1))
            return iter(tags) if asked.number else joined
        if "path" in name:
            return ("-".join(text.split()) for text in self.copy.names())
        counted = [one.number for one in limits if one.unit != "sms segment"]
        if counted and min(counted) <= _SHORT:
            return self.copy.lines()
        if counted and min(counted) <= _MEDIUM:
            return chain(chain.from_iterable(map(self.copy.short, range(24))), self.copy.lines())
        return self._sentences(any(word in name for word in _CAPTIONS))

    def _sentences(self, is_post: bool) -> Iterator[str]:
        """Sentences, with hashtags behind them where they belong; then lines."""
        tags = " ".join(self.copy.hashtags()) if is_post and self.copy.wanted.hashtags else ""
        for text in self._mixed():
            yield f"{text}\n\n{tags}" if tags else text
        yield from self.copy.lines()

    def _mixed(self) -> Iterator[str]:
        """Texts that begin with a line of the offer's own and go on with any sentences."""
        for step in range(24):
            yield from self.copy.mixed(step)

    def _first(self, texts: Iterable[str], limits: Sequence[Limit], least: int = 0) -> str:
        """The first text that fits and has no word that was complained of."""
        fitting = ""
        for text in islice(texts, _TRIED):
            if not all(limit.holds(text) for limit in limits):
                continue
            if self.told and self.told.refuses(text):
                fitting = fitting or text
            elif not limits or limits[0].size(text) >= least:
                return text
            else:
                fitting = fitting or text
        return fitting or self._cut(limits)

    def _cut(self, limits: Sequence[Limit]) -> str:
        """As much of the name as fits."""
        name = self.copy.offer.name
        while len(name) > 1 and not all(limit.holds(name) for limit in limits):
            name = name[:-1].rstrip()
        return name

    def _spoilt(self, text: str, limits: Sequence[Limit]) -> str:
        """The text with the slip in it."""
        language = self.copy.wanted.language
        if self.slip is Slip.OVERLONG:
            return self._overlong(text, limits)
        if self.slip is Slip.INVENTED:
            return invented(text, self.said, self.copy.choice)
        if self.slip is Slip.LANGUAGE:
            foreign = LANGUAGES["ja" if language == "en" else "en"]
            return self._first(replace(self.copy, language=foreign).lines(), limits)
        if self.slip is Slip.OPENING:
            named = (worn_opening(name, language) for name in self.copy.names())
            return next((one for one in named if all(n.holds(one) for n in limits)), text)
        return with_leftovers(text, self.copy.choice)

    def _overlong(self, text: str, limits: Sequence[Limit]) -> str:
        """Past the smallest limit: by little once the overshoot was told."""
        gap = self.copy.language.gap or " "
        more = [next(self._sentences(False)), *islice(self.copy.lines(), 20)]
        factor = 1.0 if self.told else _OVERLONG
        for part in chain(more, more * 20):
            if limits and any(one.size(text) > one.number * factor for one in limits):
                break
            text = f"{text}{gap}{part}"
            if not limits:
                break
        return text


def _without_label(limit: Limit) -> Limit:
    """What is left of a limit behind the label; one too small for that holds for the text."""
    room = limit.number - (0 if limit.unit == "sms segment" else limit.size(LABEL))
    return Limit(room, limit.unit) if room > 0 else limit
