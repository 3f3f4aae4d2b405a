"""YAML prompt files → their header, and their items one at a time.

Two readings: the header passes over `items` without building them, wherever they stand; the
items are then composed one by one.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, cast

import yaml

from copygen.documents import Composer, Cut, Document, Node, cuts, files, type_name
from copygen.errors import CopygenError, PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.rows import Row, RowError, Rows, column_name, row_from

CUTS_SHOWN: Final = 5
"""More would only say the same."""


@dataclass(frozen=True, slots=True)
class Header:
    """A prompt file without its items."""

    document: Document | None
    """Every key but an `items` list; None when the whole file is a list of items."""
    items: Source | None
    """Where the list of items begins; None if the file has none."""
    cuts: tuple[Cut, ...] = ()
    """Texts that end before a ` #hashtag`; the first of them."""


def read_header(path: str, role: str = files.PROMPTS) -> Header:
    """Read a prompt file once, keeping all but its items; raises PromptError, OSError."""
    with files.open_regular(path, role) as stream:
        composer = Composer(stream, path, PromptError)
        start = composer.start()
        if isinstance(start, yaml.SequenceStartEvent):
            _skip_elements(composer)
            header = Header(None, Source(path, *_place(start)))
        elif isinstance(start, yaml.MappingStartEvent):
            header = _mapping_header(composer, start, path)
        else:
            raise _no_prompt_file(composer, start)
        composer.finish(start)
        return replace(header, cuts=tuple(itertools.islice(cuts(stream), CUTS_SHOWN)))


def yaml_rows(path: str, *, templated: bool) -> Rows:
    """Yield the rows of the list of items; raises PromptError, OSError."""
    with files.open_steady(path, files.PROMPTS) as stream:
        composer = Composer(stream, path, PromptError)
        for index, event in enumerate(_item_events(composer)):
            composer.refill()
            yield _row(composer, event, index, templated=templated)


def _mapping_header(composer: Composer, start: yaml.Event, path: str) -> Header:
    line, column = _place(start)
    root = Node({}, line, column)
    items = None
    for key, key_line, key_column, event in composer.keys(root.children):
        if key == "items" and isinstance(event, yaml.SequenceStartEvent):
            items = Source(path, key_line, key_column)
            _skip_elements(composer)
            node = Node(None, *_place(event))
        else:
            node = composer.compose(event, 1)
            root.value[key] = node.value
        root.children[key] = (key_line, key_column, node)
    return Header(Document(root.value, path, root), items)


def _skip_elements(composer: Composer) -> None:
    for event in composer.elements():
        composer.refill()
        composer.skip(event)
    composer.refill()


def _item_events(composer: Composer) -> Iterator[yaml.Event]:
    """Yield the first event of each item, after composing what stands before the items."""
    start = composer.start()
    if isinstance(start, yaml.SequenceStartEvent):
        yield from composer.elements()
        return
    for key, _, _, event in composer.keys({}):
        if key == "items":
            yield from composer.elements()
            return
        # Items may repeat with * what is anchored up here.
        composer.compose(event, 1)


def _row(composer: Composer, event: yaml.Event, index: int, *, templated: bool) -> Row:
    node = composer.compose(event, 2)
    source = Source(composer.path, *_place(event))
    try:
        whole = _mapping(node.value, index, templated=templated)
        written = _named(node.as_written()) if node.spelled else None
        return row_from(whole, source, templated=templated, written=written)
    except RowError as exc:
        place = Document(node.value, composer.path, node).source(exc.loc) if exc.loc else source
        raise PromptError(str(exc), place) from exc


def _mapping(value: JsonValue, index: int, *, templated: bool) -> dict[str, JsonValue]:
    if isinstance(value, dict):
        return _named(value)
    if isinstance(value, str) and not templated:
        return {"prompt": value}
    wanted = "a mapping (name: value)" if templated else "a text or a mapping (name: value)"
    raise RowError(f"item {index + 1} should be {wanted}, not {type_name(value)}")


def _named(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The mapping with its names as they are compared."""
    if all(map(str.isascii, value)):
        return value
    named = {column_name(name): inner for name, inner in value.items()}
    if len(named) < len(value):
        raise RowError("two names are the same but for how an accent is written; rename one")
    return named


def _no_prompt_file(composer: Composer, start: yaml.Event | None) -> CopygenError:
    if start is None:
        return composer.fail("the file is empty; it should have a 'prompt'", 1)
    message = "a prompt file is a mapping with 'prompt', or a list of prompts"
    return composer.fail(message, *_place(start))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = cast(yaml.Mark, event.start_mark)
    return mark.line + 1, mark.column + 1
