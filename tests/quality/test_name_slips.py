"""Names of good texts misspelt in every way: what share is found, by way and by script."""

import random
import unicodedata
from collections import Counter
from collections.abc import Iterator

import pytest

from copygen.models import Item
from copygen.quality.checks.names import NamesCheck
from tests.quality.rates import CORPUS, Good, good_in
from tests.support.quality_fields import context

EVERY = 2
"""Of so many names one is tried."""
FLOORS = {
    ("cased", "dropped"): 0.9,
    ("cased", "doubled"): 0.9,
    ("cased", "swapped"): 0.9,
    ("cased", "replaced"): 0.9,
    ("cased", "unmarked"): 0.8,
    ("cased", "capital within"): 0.95,
    ("cased", "last lost"): 0.7,
    ("cased", "joined"): 0.55,
    ("cased", "split"): 0.85,
    ("without case", "dropped"): 0.85,
    ("without case", "doubled"): 0.85,
    ("without case", "swapped"): 0.85,
    ("without case", "replaced"): 0.85,
    ("without case", "last lost"): 0.75,
    ("without spaces", "replaced"): 0.8,
    ("without spaces", "swapped"): 0.8,
    ("without spaces", "doubled"): 0.8,
}
"""The least share found; what is not here is not promised. An ending lost may be a case."""
LETTERS = {
    "LATIN": "aeiorntlkm", "CYRILLIC": "аеиорнтлкм", "GREEK": "αειορντλκμ", "ARABIC": "ابترسلمنيك",
    "HEBREW": "אבגדהלמנרש", "DEVANAGARI": "कगचजतदनपमर", "BENGALI": "কগচজতদনপমর",
    "HANGUL": "가나다라마바사아자하", "THAI": "กขคงจชดตนบ", "CJK": "山水火木金土日月花風",
    "HIRAGANA": "あいうえおかきくけこ", "KATAKANA": "アイウエオカキクケコ",
}  # fmt: skip


def script(char: str) -> str:
    return unicodedata.name(char, "?").split()[0].split("-")[0]


def group(word: str) -> str:
    if script(word[0]) in ("THAI", "CJK", "HIRAGANA", "KATAKANA"):
        return "without spaces"
    return "cased" if word[0].isupper() else "without case"


def slips(word: str, after: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Ways to misspell one word of a name, and the word as it is then."""
    at = rng.randrange(1, len(word) - 1)
    other = rng.choice([one for one in LETTERS[script(word[at])] if one != word[at].lower()])
    yield "dropped", word[:at] + word[at + 1 :]
    yield "doubled", word[:at] + word[at] + word[at:]
    yield "swapped", word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    yield "replaced", word[:at] + other + word[at + 1 :]
    yield "last lost", word[:-1]
    if word[0].isupper():
        half = len(word) // 2
        parts = unicodedata.normalize("NFD", word)
        yield "unmarked", "".join(one for one in parts if not unicodedata.combining(one))
        yield "capital within", word[:half] + word[half].upper() + word[half + 1 :]
        if len(word) > 5:
            yield "split", f"{word[:half]} {word[half:].capitalize()}"
        if after:
            yield "joined", word + after.lower()


def good_texts() -> list[Good]:
    return list(good_in(CORPUS / "replies" / "further", "good"))


def tried() -> Iterator[tuple[str, str, str, Item, str]]:
    """Script, way, language, item, and a good text of it with one word of its name misspelt."""
    names: dict[tuple[str, str], Good] = {}
    for good in good_texts():
        name = good.item.get("name")
        if isinstance(name, str) and name in good.text:
            names.setdefault((good.language, name), good)
    for (language, name), good in list(names.items())[::EVERY]:
        words, rng = name.split(), random.Random(name)
        for at, word in enumerate(words):
            is_whole = word.isalpha() and not word.islower() and not word.isupper()
            if len(word) < 4 or not (is_whole or group(word) != "cased"):
                continue
            if script(word[0]) not in LETTERS or word.islower():
                continue
            for way, slip in slips(word, words[at + 1] if at + 1 < len(words) else "", rng):
                end = at + 2 if way == "joined" else at + 1
                wrong = " ".join([*words[:at], slip, *words[end:]])
                text = good.text.replace(name, wrong)
                if name not in text and slip != word:
                    yield group(word), way, language, good.item, text


def is_found(language: str, item: Item, text: str) -> bool:
    of = context(text, language=language, **{str(key): value for key, value in item.items()})
    return any(NamesCheck(()).violations(of, item))


@pytest.fixture(scope="module")
def shares() -> dict[tuple[str, str], tuple[int, int]]:
    """Found and tried, by script and way."""
    found: Counter[tuple[str, str]] = Counter()
    every: Counter[tuple[str, str]] = Counter()
    for of, way, language, item, text in tried():
        every[of, way] += 1
        found[of, way] += is_found(language, item, text)
    return {key: (found[key], count) for key, count in every.items()}


@pytest.mark.parametrize(("of", "way"), FLOORS)
def test_a_slip_in_a_name_is_found(
    of: str, way: str, shares: dict[tuple[str, str], tuple[int, int]]
) -> None:
    found, every = shares[of, way]
    assert found >= FLOORS[of, way] * every, f"{found} of {every}"


def test_the_good_texts_of_all_items_pass() -> None:
    good = good_texts()
    flagged = [one.text for one in good if is_found(one.language, one.item, one.text)]
    assert len(flagged) <= 0.005 * len(good), flagged
