"""Token vocabularies: which models use which, and what a character comes to in each."""

from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated

import pydantic

from copygen.documents import FrozenModel, load_shipped

Weight = Annotated[float, pydantic.Field(ge=0, le=10)]


class TokensPerCharacter(FrozenModel):
    """Tokens for one character of each kind; the order is that of `prompts.tokens.count_kinds`."""

    letters: Weight
    """A to Z."""
    digits: Weight
    punctuation: Weight
    """Of ASCII."""
    spaces: Weight
    latin: Weight
    """Latin letters with marks, of Western Europe (U+00C0 to 00FF)."""
    latin_extended: Weight
    """Those of Central Europe, the Baltic, Turkey and others (U+0100 to 02FF)."""
    vietnamese: Weight
    """Latin letters with two marks (U+1E00 to 1EFF)."""
    greek: Weight
    cyrillic: Weight
    cyrillic_extended: Weight
    """Letters that Mongolian, Kazakh and others add (U+0480 to 052F)."""
    armenian: Weight
    hebrew: Weight
    arabic: Weight
    arabic_extended: Weight
    """Letters that Persian, Urdu, Kurdish, Uyghur and others add (U+0680 to 06FF)."""
    devanagari: Weight
    bengali: Weight
    tamil: Weight
    telugu: Weight
    kannada: Weight
    malayalam: Weight
    thai: Weight
    georgian: Weight
    khmer: Weight
    kana: Weight
    han: Weight
    hangul: Weight
    other_letters: Weight
    """Scripts that have no entry of their own."""
    symbols: Weight
    """Punctuation and signs outside ASCII, full-width forms."""
    emoji: Weight
    """Everything past U+FFFF."""


class Vocabulary(FrozenModel):
    """One vocabulary, and how far its estimates can be off."""

    models: tuple[str, ...]
    """Patterns of model names; `*` stands for anything."""
    encoding: str | None = None
    """Its name in quicktok, the extra `tokens`, which counts it exactly."""
    low: Annotated[float, pydantic.Field(gt=0, le=1)]
    high: Annotated[float, pydantic.Field(ge=1)]
    """The real count lies between `low` and `high` times the estimate."""
    tokens_per_character: TokensPerCharacter

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The tokens of one character of each kind, in the order of the fields."""
        return tuple(self.tokens_per_character.model_dump().values())


class Vocabularies(FrozenModel):
    """All that is known of vocabularies."""

    checked_on: date
    source: str
    vocabularies: dict[str, Vocabulary]

    @pydantic.model_validator(mode="after")
    def _covers_every_model(self) -> "Vocabularies":
        if not any("*" in known.models for known in self.vocabularies.values()):
            raise ValueError("one vocabulary should have the pattern '*', for unknown models")
        return self

    def of(self, model: str) -> Vocabulary:
        """The vocabulary of a model: the first with a pattern that fits its name."""
        name = model.lower()
        return next(
            known
            for known in self.vocabularies.values()
            if any(fnmatchcase(name, pattern) for pattern in known.models)
        )


def load_vocabularies() -> Vocabularies:
    """Read the vocabularies that ship with copygen; takes about ten milliseconds."""
    return load_shipped(Vocabularies, "tokens/vocabularies")
