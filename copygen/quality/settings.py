"""The `checks:` of a prompt file."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

import pydantic

from copygen.documents import FrozenModel, nearest
from copygen.quality.channels import CharacterRules
from copygen.quality.languages import best_match, known_tag
from copygen.quality.normalize import normalized
from copygen.quality.sameness import SamenessSettings

Words = Annotated[str, pydantic.Field(min_length=1)]
Share = Annotated[float, pydantic.Field(gt=0, le=1)]
Count = Annotated[int, pydantic.Field(ge=0)]
PerLanguage: TypeAlias = tuple[Words, ...] | Mapping[str, tuple[Words, ...]]
"""A list for every language, or a list each: `{th: [...], ja: [...]}`."""

FAMILIES = (
    "length", "count", "empty", "language", "phrases", "leftovers", "characters", "tags",
    "grounding", "glossary", "variants", "sameness", "repetition", "truncated",
    "pack", "refusal", "mended", "names",
)  # fmt: skip
"""First words of rule names."""

FORMER_RULES = {"language.latin": "language.other"}
"""Rules that go by another name now; prompt files may still have the former one."""


class Override(StrEnum):
    """What is made of a rule."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


Language = Annotated[str, pydantic.AfterValidator(known_tag)]


class GlossaryEntry(FrozenModel):
    """A term of the house."""

    term: Words
    """As the items have it."""
    keep: bool = False
    """Texts about it must have it exactly so, untranslated."""
    use: Mapping[Language, Words] = {}
    """Language → what texts about it must call it."""
    avoid: bool = False
    """No text may use it."""
    instead: str | None = None
    """What to say in place of a term to avoid."""

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> "GlossaryEntry":
        if not (self.keep or self.use or self.avoid):
            raise ValueError("give 'keep', 'use' or 'avoid'")
        if self.avoid and (self.keep or self.use):
            raise ValueError("'avoid' goes with neither 'keep' nor 'use'")
        return self


class Grounding(FrozenModel):
    """What must come from the item."""

    numbers: bool = True
    """Numbers, prices, percentages and measures."""
    dates: bool = True
    """Dates."""
    claims: bool = True
    """Superlatives and certifications."""
    allow: tuple[Words, ...] = ()
    """Figures and phrases that may be used for every item: `24/7`, `100% silk`."""


class Hashtags(FrozenModel):
    """How many hashtags a text has."""

    min: Count = 0
    """Hashtags at least."""
    max: Count | None = None
    """Hashtags at most."""


class Sameness(FrozenModel):
    """When texts of the run are too much alike; see `SamenessSettings`."""

    words: Annotated[int, pydantic.Field(ge=1, le=10)] = 3
    """Words that make an opening."""
    chars: Annotated[int, pydantic.Field(ge=2, le=40)] = 8
    """Letters that make an opening in Thai, Japanese and Chinese."""
    max_share: Share = 0.02
    """Share of all texts that may begin alike."""
    max_repeats: Annotated[int, pydantic.Field(ge=1)] = 4
    """Texts that may begin alike however few there are."""
    similarity: Share = 0.8
    """From how alike two texts are duplicates, 0 to 1."""

    def compiled(self) -> SamenessSettings:
        """The settings of the index."""
        return SamenessSettings(**self.model_dump())


class ChecksSettings(FrozenModel):
    """Which checks are on. The default set needs no settings: grounding, leftovers, control
    characters, length, sameness; language as soon as one is named."""

    language: Language | None = None
    """The language of every text: `th`, `Japanese`, `zh-TW`."""
    language_from: str | None = None
    """The column or matrix axis that names the language: `language`."""
    required: PerLanguage = ()
    """Phrases that every text must have."""
    forbidden: PerLanguage = ()
    """Phrases that no text may have."""
    disclaimers: PerLanguage = ()
    """Sentences that every text must have word for word."""
    placeholders: Mapping[Words, str | None] = {}
    """Placeholders of downstream systems that are meant to stay, as written or by name, with the
    longest value each may take: `{"{{first_name}}": Alexandrina}`. A list names them without one:
    they count as their default, or as they are written."""
    glossary: tuple[GlossaryEntry, ...] = ()
    """Terms of the house."""
    grounding: Grounding | Literal[False] = Grounding()
    """What must come from the item; `false` switches it off."""
    names: tuple[Words, ...] = ()
    """Columns whose values are names, spelt in every text as in the row; those that are called
    `brand`, `name` and the like are taken for names without it."""
    leftovers: bool = True
    """Placeholders, chat around the copy, Markdown."""
    characters: CharacterRules = CharacterRules()
    """Character rules for every field, by the names channels use: a mapping, `{no_emoji: true,
    max_exclamations: 1}`, or a list of those that take no figure, `[no_emoji, no_all_caps]`."""
    hashtags: Hashtags = Hashtags()
    """How many hashtags a text has."""
    max_mentions: Count | None = None
    """Mentions at most."""
    variants: Share | Literal[False] = False
    """Least distance between texts of one item, 0 to 1: 0.3 is a good start."""
    sameness: Sameness | Literal[False] = Sameness()
    """When texts of the run are too much alike; `false` switches it off."""
    packs: tuple[Words, ...] = ()
    """Names of shipped packs, and paths to your own, relative to the prompt file."""
    severity: Mapping[str, Override] = {}
    """Rule or its beginning → error, warning or off: `{grounding: warning, pack.th: off}`."""

    @pydantic.field_validator("required", "forbidden", "disclaimers", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        if isinstance(value, str):
            return (value,)
        if isinstance(value, Mapping):
            return {known_tag(str(name)): _listed(words) for name, words in value.items()}
        return value

    @pydantic.field_validator("language_from")
    @classmethod
    def _as_columns_are_called(cls, name: str | None) -> str | None:
        return normalized(name, "NFC").strip() if name else name

    @pydantic.field_validator("grounding", "sameness", mode="before")
    @classmethod
    def _true_is_the_default(cls, value: Any) -> Any:
        return {} if value is True else value

    @pydantic.field_validator("placeholders", mode="before")
    @classmethod
    def _names_or_values(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {value: None}
        return dict.fromkeys(value) if isinstance(value, list | tuple) else value

    @pydantic.field_validator("characters", mode="before")
    @classmethod
    def _names_of_rules(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        known = CharacterRules.model_fields
        for name in value:
            if name not in known or known[name].annotation is not bool:
                raise ValueError(_no_rule(name))
        return dict.fromkeys(value, True)

    @pydantic.field_validator("severity", mode="before")
    @classmethod
    def _former_names(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {FORMER_RULES.get(name, name): value for name, value in given.items()}

    @pydantic.field_validator("severity")
    @classmethod
    def _known_families(cls, given: Mapping[str, Override]) -> Mapping[str, Override]:
        for name in given:
            if name.split(".")[0] not in FAMILIES:
                near = nearest(name, FAMILIES)
                hint = f"did you mean '{near}'?" if near else f"known: {', '.join(FAMILIES)}"
                raise ValueError(f"there is no check '{name}'; {hint}")
        return given

    @pydantic.model_validator(mode="after")
    def _one_language(self) -> "ChecksSettings":
        if self.language and self.language_from:
            raise ValueError("give either 'language' or 'language_from'")
        return self

    def idle(self) -> str | None:
        """What of these settings could never find anything, as a sentence; None: all can."""
        if self.language or self.language_from:
            return None
        by_language = [
            name
            for name in ("required", "forbidden", "disclaimers")
            if isinstance(getattr(self, name), Mapping)
        ]
        if any(entry.use for entry in self.glossary):
            by_language.append("glossary")
        if not by_language:
            return None
        return (
            f"'{by_language[0]}' goes by language, and none is told: add 'language' or "
            "'language_from' to the checks"
        )

    @property
    def longest(self) -> Mapping[str, str]:
        """Placeholder → the longest value it may take, where one is given."""
        return {name: value for name, value in self.placeholders.items() if value is not None}

    def override(self, rule: str) -> Override | None:
        """What is made of that rule: of the longest name given that it is or begins with."""
        names = [n for n in self.severity if rule == n or rule.startswith(f"{n}.")]
        return self.severity[max(names, key=len)] if names else None


def _no_rule(name: Any) -> str:
    known = list(CharacterRules.model_fields)
    if name in known:
        return f"'{name}' takes a value: write characters: {{{name}: ...}}"
    near = nearest(str(name), known)
    hint = f"did you mean '{near}'?" if near else f"known: {', '.join(known)}"
    return f"there is no character rule '{name}'; {hint}"


def phrases_for(given: PerLanguage, language: str | None) -> Sequence[str]:
    """The phrases for texts of that language; `zh` speaks for `zh-Hant`, too, `en-GB` for `en`."""
    if not isinstance(given, Mapping):
        return given
    if language is None:
        return ()
    found = best_match(language, given)
    return given[found] if found else ()


def _listed(words: Any) -> Any:
    return (words,) if isinstance(words, str) else words
