import pytest

from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.template import RenderError, Template


def template(text: str) -> Template:
    return Template(text, lambda line: Source("ad.yaml", 10 + line))


@pytest.mark.parametrize(
    "value",
    [
        "{{ secret }}",
        "{% for x in y %}",
        "{# gone #}",
        "{{ 7 * 7 }}",
        "<b>&'\"",
        "a\r\nb",
        "\u2028",
    ],
)
@pytest.mark.parametrize("text", ["{{ title }}", "{{ title|trim('') }}", "{{ title ~ '' }}"])
def test_a_value_is_never_rendered(text: str, value: str) -> None:
    assert template(text).render({"title": value}) == value


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Buy {{ name }} now", True),
        ("only words", True),
        ("{{ name|upper }}", False),
        ("{% if x %}{% endif %}", False),
        ("{{ name.first }}", False),
        ("{{ range }}", True),
        ("{{ range(3)|join }}", False),
        ("{# note #}{{ name }}", True),
    ],
)
def test_plain_templates_are_known_as_such(text: str, plain: bool) -> None:
    assert template(text).is_plain is plain


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("a {{ colour }}", 11, "colour"),
        ("a\nb {{ colour }}\n", 12, "colour"),
        ("{{ size|upper }}\n\n{{ colour|upper }}", 13, "colour"),
        ("{% if size %}\n{{ item.colour }}\n{% endif %}", 12, "colour"),
        ("{% for x in colours %}{% endfor %}", 11, "colours"),
        ("{{ colour + 1 }}", 11, "colour"),
        ("{{ colour.name }}", 11, "colour"),
        ("{{ colour() }}", 11, "colour"),
        ("{% if colour == 'red' %}{% endif %}", 11, "colour"),
    ],
)
def test_a_missing_name_is_known_with_its_line(text: str, line: int, name: str) -> None:
    with pytest.raises(RenderError) as caught:
        template(text).render({"size": "L", "item": {"color": 1}})
    assert (caught.value.source.line, caught.value.name) == (line, name)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ }}", 11),
        ("a\n{% if x %}\nb", 13),
        ("a\n{{ x|nosuchfilter }}", 12),
        ("{% endfor %}", 11),
        ("{{ 'open }}", 11),
        ("a\n{% include 'b' %}", 12),
        ("{{ a b }}", 11),
    ],
)
def test_a_template_that_is_none_is_located(text: str, line: int) -> None:
    with pytest.raises(PromptError) as caught:
        template(text)
    assert caught.value.source is not None
    assert caught.value.source.line == line


def test_more_than_a_mebibyte_is_refused() -> None:
    with pytest.raises(RenderError, match="longer than 1 MiB"):
        template("{{ a }}{{ a }}").render({"a": "x" * 600_000})


def test_a_blocks_own_line_leaves_no_blank_line() -> None:
    assert template("a\n  {% if true %}\nb\n  {% endif %}\nc\n").render({}) == "a\nb\nc"
