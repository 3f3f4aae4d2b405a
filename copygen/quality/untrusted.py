"""Row values are written by strangers: what is taken out of them, and what is reported."""

import unicodedata
from functools import cache
from typing import Final

from copygen.quality.cleaning import clean, clean_item
from copygen.quality.folding import Folded
from copygen.quality.packs import Pack, load_wording

__all__ = ["clean", "clean_item", "looks_like_instruction"]

_LONGEST_LOOKED_AT: Final = 20_000


def looks_like_instruction(value: str) -> str | None:
    """What in the value reads as an order to the model, as one phrase; None: nothing.

    A hint for people, not a filter: the value is used all the same. It looks at the first 20 000
    characters, after taking out what `clean` does, with full-width letters as ordinary ones.
    """
    text = clean(value[:_LONGEST_LOOKED_AT])
    if len(text) < 8:
        return None
    forms = [Folded(text)]
    if (plain := unicodedata.normalize("NFKC", text)) != text:
        forms.append(Folded(plain))
    for rule in _instructions().rules:
        if any(rule.matches(form) for form in forms):
            return rule.message
    return None


@cache
def _instructions() -> Pack:
    return load_wording("instructions")
