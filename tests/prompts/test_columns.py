"""A template reaches every column, misses those that are not there, and prints what a file has."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts import open_prompts
from copygen.prompts.template import RenderError, Template, spelled
from tests.support.prompt_files import prompts_of, texts_of, write


def render(text: str, **variables: object) -> str:
    return Template(text, lambda line: Source("t.yaml", line)).render(variables)


ODD = {"Product Name": "Scarf", "price (THB)": "5", "name-en": "x", "a.b": "y", "CTR(%)": "1"}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize(
    "form", ["{{{{ {} }}}}", "{{{{ {}|upper }}}}", "{{% if {0} %}}{{{{ {0} }}}}{{% endif %}}"]
)
def test_a_column_of_any_name_is_reached(name: str, form: str) -> None:
    text = render(form.format(spelled(name)), **ODD)
    assert text.upper() == ODD[name].upper()


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_what_an_error_suggests_works_when_pasted(name: str, value: str) -> None:
    name = name.strip() or "x"
    template = Template(f"{{{{ {spelled(name)} }}}}", lambda line: Source("t.yaml", line))
    (known,) = template.names
    assert template.render({known: value}) == value


def test_row_is_a_column_where_there_is_one() -> None:
    assert render("{{ row }}", row="third") == "third"
    assert render('{{ row["a"] }}', row={"a": 1}) == "1"
    assert render("{% for row in rows %}{{ row.a }}{% endfor %}", rows=[{"a": 1}, {"a": 2}]) == "12"
    assert render("{{ row.a }}", a="x") == "x"


BUILT_IN = ["range", "dict", "cycler", "joiner", "namespace", "self", "loop", "caller", "varargs"]


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize(
    "form",
    [
        "{{{{ {} }}}}",
        "{{{{ {}|upper }}}}",
        "{{{{ 'x' ~ {} }}}}",
        "{{{{ '%s' % {} }}}}",
        "{{% if {} %}}x{{% endif %}}",
    ],
)
def test_a_built_in_name_is_a_column_like_any_other(name: str, form: str) -> None:
    with pytest.raises(RenderError) as caught:
        render(form.format(name), title="x")
    assert caught.value.name == name
    assert "X" in render(form.format(name) + "X", **{name: "x"}).upper()


@pytest.mark.parametrize(
    "template",
    [
        "{{ name.upper }}",
        "{{ name.upper|trim }}",
        "{{ 'a' ~ name.upper }}",
        "{{ [name.upper]|join }}",
        "{{ [name.upper] }}",
        "{{ '%s' % name.upper }}",
        "{{ '%s %s' % (name, name.upper) }}",
        "{{ '{}'.format(name.upper) }}",
        "{{ '%s'|format(name.upper) }}",
        "{{ {'a': name.upper} }}",
        "{{ data.items }}",
        "{{ data.keys|string }}",
        "{{ cycler('a') }}",
        "{{ joiner(',') }}",
        "{{ namespace(a=1) }}",
        "{{ range(3).index }}",
        "{% macro m() %}x{% endmacro %}{{ m }}",
        "{% macro m() %}{{ caller }}{% endmacro %}{% call m() %}x{% endcall %}",
        "{% for x in [1] %}{{ loop }}{% endfor %}",
        "{% for x in [1] %}{{ loop|string }}{% endfor %}",
        "{% for x in [1] %}{{ loop.cycle }}{% endfor %}",
        "{% block a %}x{% endblock %}{{ self.a }}",
        "{% block a %}x{% endblock %}{{ self }}",
    ],
)
def test_nothing_that_is_no_data_is_inserted(template: str) -> None:
    with pytest.raises(RenderError) as caught:
        render(template, name="x", data={"a": 1})
    assert "0x" not in str(caught.value)


@pytest.mark.parametrize("name", ["true", "True", "None", "none", "false", "2024", "1.5", "a b"])
def test_a_constant_that_is_a_columns_name_is_refused(tmp_path: Path, name: str) -> None:
    constant = json.dumps(name) if " " in name else name
    row = json.dumps({name: "x"})
    write(tmp_path, {"t.jsonl": row, "w.yaml": f"prompt: 'Say {{{{ {constant} }}}} now'\n"})
    with pytest.raises(PromptError) as caught:
        texts_of(open_prompts(str(tmp_path / "t.jsonl"), template=str(tmp_path / "w.yaml")))
    assert f'row["{name}"]' in str(caught.value)
    write(tmp_path, {"w.yaml": f"prompt: 'Say {{{{ row[\"{name}\"] }}}} now'\n"})
    assert texts_of(open_prompts(str(tmp_path / "t.jsonl"), template=str(tmp_path / "w.yaml"))) == [
        "Say x now"
    ]


NUMBERS = ["19.90", "1.10", "100.00", "1e3", "0.00001", "3.14159265358979312", "1.0", "7", "-2.50"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_comes_out_as_it_is_written(tmp_path: Path, number: str) -> None:
    template = "prompt: '{{ v }}|{{ v ~ 1 }}|{{ [v]|join }}|{{ l }}|{{ v * 2 > v }}'\n"
    write(
        tmp_path,
        {
            "t.jsonl": f'{{"v": {number}, "l": [{number}, true, null, "é"]}}\n',
            "t.yaml": f"- {{v: {number}, l: [{number}, true, null, é]}}\n",
            "w.yaml": template,
            "m.yaml": f"prompt: '{{{{ v }}}}'\nmatrix: {{v: [{number}]}}\n",
        },
    )
    expected = f'{number}|{number}1|{number}|[{number}, true, null, "é"]|'
    for table in ["t.jsonl"] + ["t.yaml"] * (number not in ("1e3",)):
        source = open_prompts(str(tmp_path / table), template=str(tmp_path / "w.yaml"))
        (prompt,) = prompts_of(source)
        assert str(prompt.messages[0].content).startswith(expected)
        assert type(prompt.input["v"]) in (int, float)
        assert prompt.input["v"] == float(number)
    (prompt,) = prompts_of(open_prompts(str(tmp_path / "m.yaml")))
    assert prompt.messages[0].content == number


def test_a_long_whole_number_is_text_and_may_be_an_id(tmp_path: Path) -> None:
    long = "123456789012345678901234567890"
    write(tmp_path, {"t.jsonl": f'{{"id": {long}, "a": [{long}], "b": {"9" * 5000}}}\n'})
    write(tmp_path, {"w.yaml": "prompt: '{{ id }} {{ a }}'\n"})
    (prompt,) = prompts_of(
        open_prompts(str(tmp_path / "t.jsonl"), template=str(tmp_path / "w.yaml"))
    )
    assert prompt.id == long
    assert prompt.messages[0].content == f'{long} ["{long}"]'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ Product Name }}", 'written {{ row["Product Name"] }}'),
        ("{{ price % }}", 'written {{ row["price %"] }}'),
        ("{{ }}", "is empty"),
        ("Use {#ThaiSilk}", "'{#' begins a comment"),
        ("{{ a|uper }}", "did you mean 'upper'"),
        ("{% if a is defned %}{% endif %}", "did you mean 'defined'"),
        ("{% if a %}x", "{% if %} is never ended; add {% endif %}"),
        ("{% fro a in b %}", "did you mean 'for'"),
        ("{% endif %}", "ends nothing"),
        ("{% if a %}{% endfor %}", "{% endif %}"),
        ("{{ a", "needs its end"),
        ("{% set 5 = 3 %}", "not valid"),
        ("{{ " + "9" * 5000 + " }}", "too long"),
    ],
)
def test_a_slip_in_a_template_is_said_in_our_words(text: str, words: str) -> None:
    with pytest.raises(PromptError) as caught:
        render(text)
    said = str(caught.value)
    assert words in said
    for raw in ("expected token", "end of print statement", "Jinja", "Encountered", "unexpected"):
        assert raw not in said


@pytest.mark.parametrize(
    ("columns", "text", "words"),
    [
        (("Variant Price",), "{{ Variant_Price }}", 'written {{ row["Variant Price"] }}'),
        (("product-name",), "{{ product-name }}", 'written {{ row["product-name"] }}'),
        (("Body (HTML)", "Title"), "{{ Body (HTML) }}", 'written {{ row["Body (HTML)"] }}'),
        (("description.en",), "{{ description.en }}", 'written {{ row["description.en"] }}'),
        (("TX-1", "Scarf", "250"), "{{ name }}", "first line of the table"),
        (("Price [THB]",), "{{ Price [THB] }}", 'written {{ row["Price [THB]"] }}'),
        (("Range",), "{{ range }}", "nearest is 'Range'."),
    ],
)
def test_a_missing_column_is_said_so_that_it_can_be_pasted(
    tmp_path: Path, columns: tuple[str, ...], text: str, words: str
) -> None:
    header, row = ",".join(columns), ",".join("x" for _ in columns)
    write(tmp_path, {"t.csv": f"{header}\n{row}\n", "w.yaml": f"prompt: '{text}'\n"})
    with pytest.raises(PromptError) as caught:
        texts_of(open_prompts(str(tmp_path / "t.csv"), template=str(tmp_path / "w.yaml")))
    assert words in str(caught.value)
