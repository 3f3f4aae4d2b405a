"""Where the fixed text of a template stands, as a provider's cache sees it."""

from pathlib import Path

import pytest

from copygen.models import Source
from copygen.prompts import open_prompts
from copygen.prompts.template import Layout, Template, layout_of

GIVEN = frozenset({"variant", "locale"})


def layout(text: str) -> Layout:
    return layout_of(Template(text, lambda line: Source("t", line)).pieces, GIVEN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("always the same", Layout(15, 0, None)),
        ("head {{ title }} tail", Layout(5, 5, "title")),
        ("{{ title }} tail {{ price }}!", Layout(0, 7, "title")),
        ("ภาษา {{ title }}", Layout(13, 0, "title")),
        ("{{ locale }} head {{ variant }}{{ title }}.", Layout(6, 1, "title")),
        ("head {{ title | upper }} tail", Layout(5, 5, "title")),
        ("head {{ locale ~ title }} tail", Layout(5, 5, "title")),
        ("head {% if price %}{{ title }}{% endif %} tail", Layout(5, 5, "price")),
        ("head {% for i in [1, 2] %}{{ i }}{% endfor %} tail", Layout(10, 0, None)),
        ("head {% for i in tags %}{{ i }}{% endfor %} tail", Layout(5, 5, "tags")),
        ("{% set brand = 'Acme' %}{{ brand }} tail {{ title }}", Layout(6, 0, "title")),
        ("{% set name = title %}head {{ name }} tail", Layout(5, 5, "name")),
    ],
)
def test_the_prefix_ends_where_the_row_begins(text: str, expected: Layout) -> None:
    assert layout(text) == expected


def test_the_system_message_comes_first_and_set_variables_are_fixed(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        "system: 'About {{ brand }}: long'\n"
        "prompt: '{{ title }} then {{ tone }}'\n"
        "matrix: {tone: [warm, cool]}\n"
        "items: [{title: a}]\n"
    )
    source = open_prompts(str(path), overrides={"brand": "Acme"})
    assert source.layout == Layout(6 + 6, 6, "title")
    assert source.axes == ("tone",)


def test_rows_that_word_themselves_have_no_layout(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"prompt": "x"}\n')
    assert open_prompts(str(path)).layout == Layout(0, 0, None)
