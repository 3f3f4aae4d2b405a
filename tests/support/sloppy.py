"""A careless writer and its editor: the simulator's answers, judged and asked for again."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from copygen.models import Item, Message, Severity, Violation
from copygen.quality.acceptance import reask
from copygen.quality.channels import load_channels
from copygen.quality.checker import Checker
from copygen.quality.fields import (
    Field,
    FieldRequest,
    ParseFault,
    in_words,
    json_schema,
    parse_fields,
    resolve,
)
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from copygen.simulator.profile import Draws
from copygen.simulator.wire import ChatRequest
from copygen.simulator.writer import answer

NAMES = (
    "Celadon bowl", "Silk scarf Praewa", "Teak tray", "Lotus tea", "Rattan basket",
    "Coconut soap", "Indigo shirt", "Mango jam", "Brass lamp", "Rice paper fan",
)  # fmt: skip
PLACES = ("Lanna", "Siam", "Isan", "Andaman", "Phuket", "Nan", "Korat", "Surin", "Trang", "Loei")
LANGUAGES = ("English", "Thai", "Japanese", "Korean", "Malay", "Chinese")
FIELDS = {
    "headline": FieldRequest(channel="google_ads.headline", count=3),
    "description": FieldRequest(channel="google_ads.description", max_count=2),
    "caption": FieldRequest(channel="instagram.caption"),
}


def named_fields(asked: Mapping[str, FieldRequest] = FIELDS) -> tuple[Field, ...]:
    channels = load_channels()
    return tuple(resolve(name, request, channels) for name, request in asked.items())


def items(number: int) -> list[Item]:
    """Items of their own, each in one of six languages."""
    return [
        {
            # What tells two apart comes first: a headline that is cut short keeps it.
            "name": f"{_letter(n // 100)}{PLACES[n // 10 % 10]} {NAMES[n % 10]}",
            "price": f"{300 + 7 * n} baht",
            "language": LANGUAGES[n % len(LANGUAGES)],
        }
        for n in range(number)
    ]


def _letter(round_: int) -> str:
    return f"{chr(64 + round_)} " if round_ else ""


def request_for(item: Item, fields: Sequence[Field] = ()) -> str:
    said = f"Write copy in {item['language']} for this product.\nProduct: {item['name']}\n"
    said += f"Price: {item['price']}"
    return f"{said}\n\n{in_words(fields)}" if fields else said


@dataclass
class Desk:
    """Writes with the simulator, judges, and asks again at most `reasks` times."""

    sloppy: float
    fields: tuple[Field, ...] = ()
    with_schema: bool = True
    reasks: int = 2
    judge: Checker = field(
        default_factory=lambda: Checker(
            ChecksSettings.model_validate({"language_from": "language"}), measure
        )
    )
    draws: Draws = field(default_factory=lambda: Draws(0, {}))
    rules: Counter[str] = field(default_factory=Counter)
    first_answers: list[str] = field(default_factory=list)
    conversations: list[list[Message]] = field(default_factory=list)

    def write(self, item: Item, item_id: str) -> list[str] | None:
        """The accepted texts, or None."""
        talk = [Message("user", request_for(item, self.fields))]
        asked, data = self.fields, {}
        for attempt in range(self.reasks + 1):
            said = self._ask(talk, asked)
            if not attempt:
                self.first_answers.append(said)
            faults = self._read(said, asked, data) or self._judged(data, item, item_id)
            self.rules.update(f.rule for f in faults)
            if not faults:
                texts = [text for listed in data.values() for text in listed]
                for text in texts:
                    self.judge.accept(text, item_id)
                return texts
            again = reask(faults, texts=data)
            asked = tuple(one for one in self.fields if one.name in again.fields) or asked
            talk += [Message("assistant", said), Message("user", again.message)]
        self.conversations.append(talk)
        return None

    def _ask(self, talk: Sequence[Message], asked: Sequence[Field]) -> str:
        body = json.dumps([[m.role, m.content] for m in talk]).encode()
        schema = json_schema(asked) if asked and self.with_schema else None
        chat = ChatRequest("m", tuple(talk), None, (), schema)
        return answer(chat, self.draws.draw(body), self.sloppy)

    def _read(
        self, said: str, asked: Sequence[Field], data: dict[str, list[str]]
    ) -> list[Violation]:
        if not asked:
            data[""] = [said]
            return []
        found = parse_fields(said, asked)
        if isinstance(found, ParseFault):
            return list(found.violations)
        for name, value in found.items():
            data[name] = value if isinstance(value, list) else [value]
        return []

    def _judged(
        self, data: Mapping[str, Sequence[str]], item: Item, item_id: str
    ) -> list[Violation]:
        if not self.fields:
            return _errors(self.judge.check(data[""][0], item, item_id=item_id))
        found: list[Violation] = []
        for one in self.fields:
            spec = one.spec.model_copy(update={"name": one.name})
            texts = data[one.name]
            for index, text in enumerate(texts):
                place = index if one.is_list else None
                found += self.judge.check(text, item, spec, index=place, item_id=item_id)
            found += self.judge.variants(texts, spec)
        return _errors(found)


def _errors(found: Sequence[Violation]) -> list[Violation]:
    return [one for one in found if one.severity is Severity.ERROR]
