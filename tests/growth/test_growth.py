"""Everything that reads a text takes time that grows with it, and no more.

The normal run tries the pieces of each pattern before one end, and on each function the texts that
once held it. All pairs, ends and functions are in the long form; `python -m tests.growth` prints
what is not linear.
"""

import re
import sys
from collections.abc import Callable
from itertools import islice
from types import FrameType

import pytest

from tests.growth.attacks import attacks_on
from tests.growth.clock import growth
from tests.growth.functions import PLAIN, Reader, attacks_of, readers
from tests.growth.patterns import Found, all_patterns

# Times are taken, and a line that is traced costs more where there are more of them.
pytestmark = pytest.mark.no_cover

_PATTERNS = all_patterns()
_READERS = readers()
_FEW = 2
"""Attacks on each pattern in the normal run."""


def _id(one: Found | Reader) -> str:
    return one.name


def _not_linear(found: Found, most: int | None, *, pairs: bool) -> list[str]:
    attacks = islice(attacks_on(found.pattern, found.flags, pairs=pairs), most)
    seen = ((attack, growth(found.run, attack.text)) for attack in attacks)
    return [f"{attack}: {one}" for attack, one in seen if not one.is_linear]


def test_every_pattern_is_found() -> None:
    names = {found.name.partition(":")[0] for found in _PATTERNS}
    assert {"leftovers", "google_ads", "copygen.quality.placeholders"} <= names
    assert len(_PATTERNS) > 200


def test_a_pattern_that_is_not_linear_is_seen() -> None:
    slow = re.compile(r"\s*,?\s*x")
    attack = next(iter(attacks_on(slow.pattern)))
    assert not growth(lambda text: slow.search(text), attack.text).is_linear
    quick = re.compile(r"[a-z]++,")
    assert all(growth(quick.match, one.text).is_linear for one in attacks_on(quick.pattern))


def test_the_normal_run_of_patterns() -> None:
    slow = {found.name: _not_linear(found, _FEW, pairs=False) for found in _PATTERNS}
    assert {name: texts for name, texts in slow.items() if texts} == {}


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("found", _PATTERNS, ids=_id)
def test_every_pattern_is_linear(found: Found) -> None:
    assert _not_linear(found, None, pairs=True) == []


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("reader", _READERS, ids=_id)
def test_every_function_is_linear(reader: Reader) -> None:
    seen = ((a, growth(reader.run, a.text)) for a in attacks_of(reader, everything=True))
    assert [f"{attack}: {one}" for attack, one in seen if not one.is_linear] == []


# What once held the loop, by the function that read it.
_HELD = (
    ("find_placeholders", "Buy {{", " "),
    ("find_placeholders", "Buy <%", " "),
    ("judge.check en", "Buy {{", " "),
    ("judge.check en", "a **", "\n"),
    ("judge.check en", "", "."),
    ("judge.check en", "", "!"),
    ("judge.check en", "", "_"),
    ("judge.check en title", "", "1"),
    ("judge.check en headline", "", "a."),
    ("judge.check zh-Hans", "", "最近 "),
    ("judge.check ja", "", "有機EL "),
    ("judge.check en", "", "12 kg "),
    ("judge.check en", "", "best "),
    ("judge.check en", "", "\u200e"),
    ("judge.check en", "e", "\u0301\u0323"),
    ("folded spans", "", "ﬃ"),
    ("trim graphemes", "", "("),
    ("trim x", "", "a.b "),
    ("measure x", "", "com."),
    ("distance", "", "ab"),
    ("variants", "", "a "),
    ("nearest", "", "gpt-4 "),
    ("parse_fields ('', '')", "", '{"a":'),
    ("number_of", "", "1"),
    ("decode a stream", "", ": x\n"),
    ("sentence", "", " "),
)
_MOST_CALLS = 75
"""Of functions, in Python and in C, for each character of a text. Ordinary copy takes one."""


@pytest.mark.parametrize(("name", "head", "body"), _HELD)
def test_what_once_held_the_loop_is_linear(name: str, head: str, body: str) -> None:
    reader = next(one for one in _READERS if one.name == name)
    seen = growth(reader.run, lambda n: f"{reader.frame[0]}{head}{body * (n // len(body))}x")
    assert seen.is_linear, str(seen)


def _calls(run: Callable[[str], object], text: str) -> int:
    counted = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run(text)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("name", ["judge.check en", "judge.check zh-Hans title", "trim graphemes"])
def test_no_text_makes_more_work_than_its_length_allows(name: str) -> None:
    """A watchdog that counts: what holds the loop for one reply has a bound, whatever is in it."""
    reader = next(one for one in _READERS if one.name == name)
    reader.run(PLAIN)
    length = 4_000
    assert _calls(reader.run, (PLAIN * 30)[:length]) < 5 * length
    for attack in attacks_of(reader):
        reader.run(attack.text(200))  # reads the lists that it needs, once a process
        assert _calls(reader.run, attack.text(length)) < _MOST_CALLS * length, attack
