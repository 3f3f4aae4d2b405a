"""Texts and replies that once held the event loop for seconds."""

from collections.abc import Callable
from pathlib import Path

from copygen.prompts.structured import JsonError, _refuse_repeated_keys
from tests.field.case import Cases
from tests.growth.clock import growth
from tests.growth.functions import readers

CASES = Cases()
_READERS = {reader.name: reader for reader in readers()}


def _how(run: Callable[[str], object], head: str, body: str, end: str = "x") -> str:
    seen = growth(run, lambda n: head + body * (n // len(body)) + end)
    return "linear" if seen.is_linear else str(seen)


def _all(*tried: tuple[str, str, str]) -> str:
    """What of the readers, heads and bodies is not linear."""
    found = {
        f"{name} {body!a}": how
        for name, head, body in tried
        if (how := _how(_READERS[name].run, head, body)) != "linear"
    }
    return str(found) if found else "linear"


@CASES.case("12:A4", "linear")
def an_opening_mark_and_a_run_of_spaces(_folder: Path) -> str:
    marks = ("{{", "{{{", "{%", "<%", "<%=", "${", "{")
    names = ("find_placeholders", "judge.check en")
    return _all(
        *((name, f"Buy {mark}", body) for mark in marks for body in " \n" for name in names)
    )


@CASES.case("12:A5", "linear")
def texts_of_a_model_that_loops(_folder: Path) -> str:
    bodies = ("\n", ".", "!", "1", "_", "-", "a.", "https", "最近 ", "กิโล", "ab@")
    names = ("judge.check en", "judge.check en title", "judge.check th headline")
    return _all(*((name, "a **", body) for body in bodies for name in names))


@CASES.case("12:A5", "linear")
def offsets_of_a_text_that_folds(_folder: Path) -> str:
    return _all(("folded spans", "", "ﬃ"), ("folded spans", "", "é"))


@CASES.case("12:A5", "linear")
def a_text_of_brackets_that_is_cut(_folder: Path) -> str:
    return _all(("trim graphemes", "", "("), ("trim graphemes", "", "a, "), ("trim x", "", "(a.b "))


@CASES.case("12:A5", "linear")
def an_object_with_every_key_twice_or_nested(_folder: Path) -> str:
    name = "parse_fields ('', '')"
    nested = _all((name, "", '{"a":'), (name, "x {", '{"c":{}},'), (name, "", "{a} "))

    def doubled(text: str) -> None:
        keys = ",".join(f'"k{n}":"x"' for n in range(len(text) // 10))
        _READERS[name].run(f'{{{keys},"k5":1}}')
        try:
            _refuse_repeated_keys(f'{{{keys},"k5":1}}')
        except JsonError:
            return

    how = _how(doubled, "", "x")
    return nested if how == "linear" else how


@CASES.case("12:A5c", "linear")
def each_hit_against_each_excuse(_folder: Path) -> str:
    return _all(
        ("judge.check zh-Hans", "", "最近 "),
        ("judge.check ja", "", "有機EL "),
        ("judge.check en", "", "12 kg "),
        ("judge.check en", "", "{a} 7 "),
        ("judge.check en", "", "best "),
    )


@CASES.case("12:A5c", "linear")
def distances_of_long_texts_and_names(_folder: Path) -> str:
    return _all(("distance", "", "ab"), ("variants", "", "a "), ("nearest", "", "gpt-4 "))


@CASES.case("12:A5c", "given up: pack.mine.slow")
def a_pattern_of_ones_own_that_never_ends(folder: Path) -> str:
    from copygen.quality.checker import Checker
    from copygen.quality.settings import ChecksSettings
    from copygen.quality.units import measure

    pack = folder / "mine.yaml"
    pack.write_text(
        "pack: mine\ntitle: mine\nnote: mine\nsource: me\nchecked_on: 2026-11-01\n"
        "rules: [{id: slow, pattern: '(a+)+b', message: no}]\n",
        encoding="utf-8",
    )
    judge = Checker(ChecksSettings(), measure, own_packs=[str(pack)])
    found = judge.check("a" * 3000, {})
    return "".join(f"given up: {one.rule}" for one in found if "given up" in one.message)
