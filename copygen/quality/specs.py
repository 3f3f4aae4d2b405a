"""What a field of a channel takes, and by which characters."""

from collections.abc import Mapping
from datetime import date

import pydantic

from copygen.quality.measure import Unit


class Frozen(pydantic.BaseModel):
    """Base of all these: frozen, and an unknown key is an error."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CharacterRules(Frozen):
    """What characters and marks a text may have. None and false: no such rule."""

    no_emoji: bool = False
    """No emoji."""
    no_exclamation: bool = False
    """No `!`, in full width neither."""
    max_exclamations: int | None = pydantic.Field(default=None, ge=0)
    """Exclamation marks at most."""
    no_repeated_punctuation: bool = False
    """No `!!`, `??`, `,,`; three dots and `…` are one mark."""
    no_all_caps: bool = False
    """No word in capitals that is longer than an acronym."""
    no_halfwidth_katakana: bool = False
    """No `ｶﾀｶﾅ`."""
    no_line_breaks: bool = False
    """One line."""
    no_urls: bool = False
    """No web addresses."""
    no_email_addresses: bool = False
    """No e-mail addresses."""
    no_phone_numbers: bool = False
    """No telephone numbers."""
    no_html: bool = False
    """No tags and no entities."""
    no_decorative_symbols: bool = False
    """No bullets, stars and arrows as ornaments."""
    forbidden_characters: str = ""
    """None of these, each by itself."""
    max_hashtags: int | None = pydantic.Field(default=None, ge=0)
    """Hashtags at most."""
    max_mentions: int | None = pydantic.Field(default=None, ge=0)
    """Mentions at most."""
    max_urls: int | None = pydantic.Field(default=None, ge=0)
    """Web addresses at most."""
    max_same_word: int | None = pydantic.Field(default=None, ge=1)
    """How often one word may occur."""
    no_repeats_in_field: bool = False
    """The texts of a field differ from each other."""

    def names(self) -> Mapping[str, bool | int | str]:
        """The rules that are on, by name, with their figure or characters."""
        return self.model_dump(exclude_defaults=True)


class FieldSpec(Frozen):
    """One field of a channel: its limit and its rules."""

    name: str
    """`google_ads.headline`."""
    limit: int | None = pydantic.Field(default=None, ge=1)
    """At most so many units."""
    unit: Unit = Unit.CODEPOINTS
    """How length is counted."""
    hard: bool = True
    """`false`: a longer text is shown cut off, or is a bad idea; nobody refuses it."""
    verified: bool = True
    """`false`: from a weak or a contradicted source. Warns instead of failing."""
    min_length: int | None = pydantic.Field(default=None, ge=1)
    """At least so many units."""
    recommended: int | None = pydantic.Field(default=None, ge=1)
    """What is seen without unfolding, or works best; in the same unit."""
    min_count: int | None = pydantic.Field(default=None, ge=0)
    """Texts the channel takes at least."""
    max_count: int | None = pydantic.Field(default=None, ge=1)
    """Texts the channel takes at most."""
    rules: CharacterRules = CharacterRules()
    """Characters and marks it takes; see the character rules."""
    packs: tuple[str, ...] = ()
    """Policy packs that go with the field."""
    html: bool = False
    """Whether markup is welcome: it is judged by what readers see of it, and counted as written."""
    shared: bool = False
    """Whether many items may have the same text: a tag, a path, a button, the shop's name."""
    note: str | None = None
    """What a reader of the figures should know."""
    source: str
    """Where the figures are from."""
    checked_on: date | None = None
    """When the source was last looked at."""

    @property
    def fails(self) -> bool:
        """Whether a text past the limit is an error; otherwise it is a warning."""
        return self.hard and self.verified

    @pydantic.model_validator(mode="after")
    def _bounds_agree(self) -> "FieldSpec":
        pairs = (("min_length", "limit"), ("recommended", "limit"), ("min_count", "max_count"))
        for lower, upper in pairs:
            low, high = getattr(self, lower), getattr(self, upper)
            if low is not None and high is not None and low > high:
                raise ValueError(f"{lower} cannot be larger than {upper}")
        return self


class Channel(Frozen):
    """A channel and its fields."""

    name: str
    title: str
    """What people call it."""
    fields: Mapping[str, FieldSpec]
    """By their short name, `headline`, in the file's order."""
