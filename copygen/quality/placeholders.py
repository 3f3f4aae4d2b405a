"""Placeholders a system downstream fills: `{KeyWord:Silk}`, `%%FIRST_NAME%%`, `{{name}}`, `%s`.

They are copy that is not there yet: counted at the longest value they may take, never cut, and
required to come back from the model as they were.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from copygen.quality.normalize import deferred
from copygen.quality.units import Unit, measure

_PLACEHOLDER: Final = deferred(
    r"""
      \{\{\{?(?P<handlebars>[^{}]{1,400}+)\}?\}\}             # {{name}}, {{{name}}}, {{ a | b }}
    | \{%[^{}]{0,200}?%\}                                     # {% if x %}
    | <%=?(?P<erb>[^<>]{1,400}?)%>                            # <%= name %>
    | \$\{(?P<dollar>[^{}]{1,100})\}                          # ${name}
    | \{(?P<ads>=?[A-Za-z_.]{1,40}\d?(?:\([^(){}]{0,200}\))?):(?P<default>[^{}]{0,200})\}
    | \{(?P<call>=?(?:GLOBAL_)?(?:COUNTDOWN|CUSTOMIZER|LOCATION|IF)[^{}]{0,200})\}
    | %%(?P<percents>[A-Za-z0-9_.\- ]{1,100})%%               # %%FIRST_NAME%%
    | \*\|(?P<mailchimp>[^|*\s][^|*]{0,100})\|\*              # *|FNAME|*
    | (?<![\w%])%(?P<percent>[A-Z][A-Z0-9_]{1,60})%(?![\w%])  # %FIRSTNAME%
    | (?<![\w%])%\((?P<printf>[A-Za-z_]\w{0,60})\)[sd]        # %(name)s
    | (?<![\w%])%(?:\d{1,2}\$)?[sd@](?![A-Za-z0-9])           # %s, %d, %1$s, %@
    """,
    re.VERBOSE,
)
_OPENINGS: Final = deferred(r"[{%<$*]")
"""No placeholder is without one of these."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder in a text."""

    text: str
    """As it stands there: `{KeyWord:Silk Scarf}`."""
    name: str
    """What is between its marks: `KeyWord`; the whole text where there is no name (`%s`)."""
    start: int
    end: int
    """Code point offsets; `end` is the first behind it."""
    default: str | None = None
    """What is shown where nothing is filled in; None if it names none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How the placeholders of a text compare with those it should have."""

    missing: tuple[str, ...]
    """Wanted and not there, or changed; as often as missing."""
    added: tuple[Placeholder, ...]
    """There and not wanted."""

    def __bool__(self) -> bool:
        return not self.missing and not self.added


def find_placeholders(text: str) -> tuple[Placeholder, ...]:
    """Return the placeholders of `text` in order; they do not overlap."""
    if not _OPENINGS.search(text):
        return ()
    return tuple(map(_placeholder, _PLACEHOLDER.finditer(text)))


def _placeholder(found: re.Match[str]) -> Placeholder:
    named = {key: value for key, value in found.groupdict().items() if value is not None}
    default = named.pop("default", None)
    name = next(iter(named.values()), "").strip() or found.group()
    return Placeholder(found.group(), name, found.start(), found.end(), default)


def filled(text: str, longest: Mapping[str, str]) -> str:
    """Return `text` with each placeholder at its longest.

    `longest` maps a placeholder as written (`%%FIRST_NAME%%`) or its name, in any case, to the
    longest value it may take. A placeholder it does not list stands for its default text, one
    without a default for itself.
    """
    places = find_placeholders(text)
    if not places:
        return text
    folded = {name.casefold(): value for name, value in longest.items()}
    parts = []
    end = 0
    for place in places:
        parts += [text[end : place.start], _longest(place, folded)]
        end = place.end
    return "".join([*parts, text[end:]])


def _longest(place: Placeholder, longest: Mapping[str, str]) -> str:
    for name in (place.text, place.name):
        if (value := longest.get(name.casefold())) is not None:
            return value
    return place.text if place.default is None else place.default


def measure_filled(text: str, unit: Unit, longest: Mapping[str, str]) -> int:
    """Return the length of `text` in `unit` with every placeholder at its longest."""
    return measure(filled(text, longest), unit)


def compare_placeholders(wanted: str, text: str) -> Kept:
    """Compare the placeholders of `text` with those of `wanted`, a template or a source text.

    One that was translated, respaced or otherwise touched is missing, and what became of it added.
    """
    return compare_with([place.text for place in find_placeholders(wanted)], text)


def compare_with(wanted: Sequence[str], text: str) -> Kept:
    """Like `compare_placeholders`, with the placeholders that are wanted, one per occurrence."""
    left = Counter(wanted)
    added = []
    for place in find_placeholders(text):
        if left[place.text] > 0:
            left[place.text] -= 1
        else:
            added.append(place)
    return Kept(tuple(left.elements()), tuple(added))
