"""The shape of what the simulator knows of a language. The words are in `languages`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Angle:
    """One way to look at an offer: premium, gift, urgency, ...

    Wordings hold `{name}` where it needs no inflection: a name may be singular or plural, an
    article or a place, and in any script. None holds a digit: every number comes from the brief.
    """

    asked_by: tuple[str, ...]
    """Words, lower case, that ask for this angle after "angle:"."""
    headlines: tuple[str, ...]
    """About 10 to 30 characters beside the name."""
    sentences: tuple[str, ...]
    """One whole sentence, or two."""


@dataclass(frozen=True, slots=True)
class Language:
    """Wordings of one language."""

    angles: tuple[Angle, ...]
    """The same angles in the same order in every language."""
    taglines: tuple[str, ...]
    """The shortest things to say about `{name}`."""
    features: tuple[str, ...]
    """Sentences around `{features}`."""
    prices: tuple[str, ...]
    """Sentences around `{price}`."""
    calls: tuple[str, ...]
    """Closing sentences that invite."""
    subject: str
    """Introduces an e-mail's subject line."""
    greeting: str
    sign_off: str
    hashtags: tuple[str, ...]
    gap: str
    """Between two sentences."""
    comma: str
    """Between the entries of a list."""
    last_comma: str
    """Before the last entry of a list."""
    currencies: Mapping[str, str]
    """ISO 4217 code → how a price in it is written, around `{amount}`."""
    colon: str = ": "
    """Between a name and what is said of it."""
    stop: str = "."
    """Ends a sentence."""
    our: str = ""
    """What a common noun that stands for the offer needs before it."""
