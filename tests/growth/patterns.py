"""Every regular expression of the package, found by walking it, and how each is used."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import copygen
from copygen.quality.normalize import deferred
from copygen.quality.packs import load_pack, load_wording, pack_names

_FOLDER = Path(copygen.__file__).parent
_DEFERRED: type[re.Pattern[str]] = type(deferred(""))
"""What is compiled when it is used is no pattern by its type."""
_USES = re.compile(r"\b(\w+)\.(match|fullmatch|search|finditer|findall|sub|subn|split)\(")
_BOUNDED = {"copygen.config.prices:_VERSION": 200, "copygen.providers.ratelimits:_GO_PART": 128}
"""Patterns that are only given the beginning of a text, and how much of it; the functions that cut
it are among those of `functions`."""


@dataclass(frozen=True)
class Found:
    """A pattern, what it is called, and a function that runs it as the package does."""

    name: str
    pattern: str
    flags: int
    run: Callable[[str], object]


def all_patterns() -> list[Found]:
    """Of modules, and of the files of `configs/wording` and `configs/packs`."""
    found = {(one.pattern, one.flags): one for one in [*_of_modules(), *_of_files()]}
    return list(found.values())


def _of_modules() -> Iterator[Found]:
    for module in pkgutil.walk_packages([str(_FOLDER)], "copygen."):
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        source = Path(str(loaded.__file__)).read_text(encoding="utf-8")
        used = dict[str, set[str]]()
        for name, how in _USES.findall(source):
            used.setdefault(name, set()).add(how)
        for name, made in vars(loaded).items():
            # Compiled when they are needed: `_loose_patterns`, `_schema_pattern`.
            late = re.search(r"_patterns?$", name) and hasattr(made, "cache_clear")
            value = made() if late else made
            for number, pattern in enumerate(_patterns_in(value)):
                ways = used.get(name, set())
                yield _found(
                    f"{module.name}:{name}{f'[{number}]' if number else ''}", pattern, ways
                )


def _patterns_in(value: object) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    if isinstance(value, re.Pattern | _DEFERRED):
        yield value
    elif isinstance(value, tuple | list | frozenset):
        for inner in value:
            yield from _patterns_in(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _patterns_in(inner)


def _of_files() -> Iterator[Found]:
    wording = (load_wording(name) for name in ("claims", "instructions", "leftovers"))
    for pack in (*wording, *map(load_pack, pack_names())):
        for rule in pack.rules:
            if rule.pattern is not None:
                compiled = re.compile(rule.pattern, re.IGNORECASE)
                yield _found(f"{pack.pack}:{rule.id}", compiled, {"finditer"})


def _found(name: str, pattern: re.Pattern[str] | re.Pattern[bytes], ways: set[str]) -> Found:
    """`ways`: the methods that the module calls; none seen: it may be any."""
    anchored = bool(ways) and ways <= {"match", "fullmatch"}
    text = (
        pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    )
    is_bytes = isinstance(pattern.pattern, bytes)

    def run(given: str) -> None:
        given = given[: _BOUNDED.get(name)]
        subject = given.encode("utf-8", "surrogatepass") if is_bytes else given
        if anchored:
            for way in ways:
                getattr(pattern, way)(subject)
        else:
            for _ in pattern.finditer(subject):  # type: ignore[arg-type]
                pass

    return Found(name, text, pattern.flags, run)
