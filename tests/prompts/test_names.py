"""Any column by any name: made names, numbered clashes, suggestions that work when pasted."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from copygen.errors import PromptError
from copygen.models import Prompt, Source
from copygen.prompts import open_prompts, open_values
from copygen.prompts.expand import Target
from copygen.prompts.names import ColumnNames, UsedNames, made_name, name_hint
from copygen.prompts.template import RenderError, Template
from tests.support.prompt_files import TARGET, prompts_of, texts_of, write

MADE = {
    "Body (HTML)": "body_html",
    "Variant Price": "variant_price",
    "Variant SKU": "variant_sku",
    "name.en": "name_en",
    "name-en_US": "name_en_us",
    "CTR(%)": "ctr",
    "video[0].url": "video_0_url",
    "商品管理番号（商品URL）": "商品管理番号_商品url",
    "商品名": "商品名",
    "น้ำหนัก": "น้ำหนัก",
    "น้ำหนัก (กก.)": "น้ำหนัก_กก",
    "Größe (cm)": "größe_cm",
    "اسم المنتج": "اسم_المنتج",
    "2024 price": "_2024_price",
    "2024": "_2024",
    "Ｐｒｉｃｅ": "price",
    "None": "none_",
    "True": "true_",
    "If": "if_",
    "self": "self_",
    "Variant": "variant_",
    "Row": "row_",
    "class": "class",
    "Google Shopping / MPN": "google_shopping_mpn",
    "__metadata:x": "metadata_x",
    "%": "column_7",
    "☕": "column_7",
    "": "column_7",
    "_": "column_7",
}


@pytest.mark.parametrize(("column", "name"), MADE.items())
def test_a_name_is_made_of_a_header(column: str, name: str) -> None:
    assert made_name(column, 7) == name


def test_a_columns_own_name_wins_and_others_are_numbered() -> None:
    known = ColumnNames(["Price", "price", "PRICE!", "price_2", "Price (THB)", "%", "?"])
    assert known.find("price") == "price"
    assert known.made == {
        "Price": "price_3",
        "PRICE!": "price_4",
        "Price (THB)": "price_thb",
        "%": "column_6",
        "?": "column_7",
    }
    assert known.numbered == {"Price": "price", "PRICE!": "price"}
    assert known.find("price_4") == "PRICE!"
    assert known.find("prices") is None


WORKING = [
    ("{{ body_html }}", "x"),
    ('{{ row["Body (HTML)"] }}', "x"),
    ('{{ row["body_html"] }}', "x"),
    ("{{ row.body_html }}", "x"),
    ("{% if body_html %}yes {{ body_html | upper }}{% endif %}", "yes X"),
    ("{% for n in [1] %}{{ body_html }}{{ title }}{% endfor %}", "xT"),
]


@pytest.mark.parametrize(("template", "text"), WORKING)
def test_a_made_name_works_wherever_a_column_does(tmp_path: Path, template: str, text: str) -> None:
    write(
        tmp_path,
        {"t.csv": "Title,Body (HTML)\nT,x\n", "w.yaml": f"prompt: {json.dumps(template)}\n"},
    )
    source = open_prompts(str(tmp_path / "t.csv"), template=str(tmp_path / "w.yaml"))
    (prompt,) = prompts_of(source)
    assert prompt.messages[0].content == text
    assert "body_html" not in prompt.input


def test_rows_of_other_columns_are_bound_anew(tmp_path: Path) -> None:
    write(tmp_path, {"w.yaml": "prompt: '{{ unit_price }}'\n"})
    rows = [{"Unit Price": 1}, {"unit-price": 2}, {"unit_price": 3, "Unit Price": 4}]
    source = open_values(rows, template=str(tmp_path / "w.yaml"))
    assert texts_of(source) == ["1", "2", "3"]


def test_a_made_name_reaches_the_matrix_and_what_is_set(tmp_path: Path) -> None:
    files = {
        "t.csv": "Unit Price\n1\n",
        "w.yaml": "prompt: '{{ unit_price }} {{ tone_of_voice }}'\n"
        "matrix: {Tone of voice: [dry]}\n",
    }
    write(tmp_path, files)
    paths = str(tmp_path / "t.csv"), str(tmp_path / "w.yaml")
    assert texts_of(open_prompts(paths[0], template=paths[1])) == ["1 dry"]
    for name in ("unit_price", "Unit Price"):
        source = open_prompts(paths[0], template=paths[1], overrides={name: "9"})
        assert texts_of(source) == ["9 dry"]
    with pytest.raises(PromptError, match="changes nothing"):
        open_prompts(paths[0], template=paths[1], overrides={"Unit": "9"})


UNTRUSTED = [("Body (HTML)", "body_html"), ("body_html", 'row["Body (HTML)"]')]


@pytest.mark.parametrize(("untrusted", "inserted"), UNTRUSTED)
def test_an_untrusted_column_is_marked_under_any_of_its_names(
    tmp_path: Path, untrusted: str, inserted: str
) -> None:
    wording = {"prompt": f"{{{{ {inserted} }}}} by {{{{ title }}}}", "untrusted": [untrusted]}
    write(tmp_path, {"t.csv": "Title,Body (HTML)\nT,x\n", "w.yaml": json.dumps(wording)})
    source = open_prompts(str(tmp_path / "t.csv"), template=str(tmp_path / "w.yaml"))
    (text,) = texts_of(source)
    assert text.split(">")[1] == "x</" + text.split("<")[1].split(">")[0]
    assert "by T" in text


def test_a_name_of_no_column_is_told_with_both_ways_to_write_the_nearest(tmp_path: Path) -> None:
    table = {"t.csv": "Title,Variant Price\nT,x\n"}
    write(tmp_path, {**table, "w.yaml": "prompt: '{{ variant_prize }}'\n"})
    with pytest.raises(PromptError) as caught:
        texts_of(open_prompts(str(tmp_path / "t.csv"), template=str(tmp_path / "w.yaml")))
    assert (
        "nearest is 'Variant Price', written {{ row[\"Variant Price\"] }} or {{ variant_price }}"
        in str(caught.value)
    )


headers = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=12),
        st.sampled_from(["Price", "price", "PRICE", "price_2", "%", "?", "loop", "if", " Price "]),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


def value_of(expression: str, row: dict[str, str]) -> str:
    """What a template with that expression makes of the row."""
    found = [*open_values_of(expression, row)]
    (prompt,) = found
    assert isinstance(prompt, Prompt), prompt
    return str(prompt.messages[0].content)


def open_values_of(expression: str, row: dict[str, str]) -> list[object]:
    from copygen.prompts.expand import Expansion
    from copygen.prompts.promptfile import PromptSpec
    from copygen.prompts.rows import Row

    template = Template(expression, lambda line: Source("t.yaml", line))
    target = Target("p", "m", lambda _model: {})
    expansion = Expansion(PromptSpec(prompt=template), target)
    return list(expansion.prompts(Row(row, Source("t.csv", 2), row), "1"))


@given(headers)
def test_whatever_the_header_every_column_is_reached_and_every_way_shown_works(
    columns: list[str],
) -> None:
    row = {column: f"value {place}" for place, column in enumerate(columns)}
    known = ColumnNames(columns)
    for column, value in row.items():
        ways = re.findall(r"\{\{ .+? \}\}(?= or \{\{|$)", known.ways(column), re.DOTALL)
        assert ways
        for way in ways:
            assert value_of(f"{way}.", row) == f"{value}."


@given(headers, st.text(min_size=1, max_size=12))
def test_what_an_error_suggests_works_when_pasted(columns: list[str], wrong: str) -> None:
    row = {column: f"value {place}" for place, column in enumerate(columns)}
    assume(ColumnNames(columns).find(wrong) is None)
    hint = name_hint(wrong, columns)
    _, written, ways = hint.partition("written ")
    if written:
        way = ways.removeprefix("like ").split(" or {{ ")[0]
        assert value_of(way, row) in row.values()


KEYS = "{% for one in rows %}{{ one.variant_price }}/{{ one.Size }} {% endfor %}"


def test_keys_of_rows_and_nested_objects_have_made_names(tmp_path: Path) -> None:
    rows = [{"Variant Price": "3", "Size": "S", "size": "s"}, {"Variant Price": "4", "Size": "L"}]
    row = {"rows": rows, "deep": {"name-en": {"a b": 1}}, "items": "column"}
    assert value_of(KEYS, row) == "3/S 4/L "
    assert value_of("{{ deep.name_en.a_b }}{{ deep['name-en']['a b'] }}", row) == "11"
    assert value_of("{{ deep.nothing is defined }}", row) == "false"


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("variant_prise", """'Variant Price', written .variant_price or ["Variant Price"]"""),
        ("siez", "nearest is 'size'"),
        ("qqqq", "it has 'Variant Price', 'size'"),
    ],
)
def test_a_key_that_is_not_there_is_answered_with_one_to_paste(
    tmp_path: Path, wrong: str, hint: str
) -> None:
    table = json.dumps({"deep": {"Variant Price": "3", "size": "S"}})
    write(tmp_path, {"w.yaml": f"prompt: '{{{{ deep.{wrong} }}}}'\n", "t.jsonl": table})
    with pytest.raises(PromptError, match=re.escape(hint)):
        open_prompts(f"{tmp_path}/t.jsonl", template=f"{tmp_path}/w.yaml").check(TARGET)


def test_used_names_hold_the_columns_they_may_mean() -> None:
    used = UsedNames({"body_html", "price_2", "title"})
    assert "Body (HTML)" in used
    assert "Price" in used
    assert "Title" in used
    assert "Vendor" not in used
    assert used - {"title"} == {"body_html", "price_2"}


FILTERS = [
    ('{{ "<p>A &amp; B</p><ul><li>c<li>d</ul><script>x</script>" | strip_html }}', "A & B\nc\nd"),
    ('{{ "no tags" | strip_html }}', "no tags"),
    ('{{ "a < b" | strip_html }}', "a < b"),
    ('{{ "one two  three" | truncate_words(2) }}', "one two…"),
    ('{{ "one two" | truncate_words(2) }}', "one two"),
    ('{{ "one, two" | truncate_words(1, "") }}', "one"),
    ('{{ "ผ้าไหมไทย" | truncate_words(2) }}', "ผ้า…"),
    ('{{ "2500" | number }}', "2,500"),
    ('{{ 2500.5 | number("de") }}', "2.500,5"),
    ('{{ "1234567.891" | number("fr", 2) }}', "1\u202f234\u202f567,89"),
    ('{{ "-999" | number("th") }}', "-999"),
    ('{{ "12345678" | number("en_IN") }}', "1,23,45,678"),
    ('{{ "2500" | number("de-CH") }}', "2’500"),
    ('{{ "\n  first \nsecond" | first_line }}', "first"),
    ('{{ "" | first_line }}', ""),
    ('{{ "a, b,,c" | split | join("/") }}', "a/b/c"),
    ('{{ "a; b" | split(";") | last }}', "b"),
]


@pytest.mark.parametrize(("template", "text"), FILTERS)
def test_filters(template: str, text: str) -> None:
    assert Template(template, lambda line: Source("t.yaml", line)).render({}) == text


NOT_FILTERED = [
    ('{{ "twelve" | number }}', "cannot write 'twelve' as a number"),
    ('{{ "1,200" | number }}', "cannot write '1,200' as a number"),
    ('{{ "1" | number("xx") }}', "no locale 'xx'"),
    ('{{ "1" | number("en", 99) }}', "0 to 20 digits"),
    ('{{ "a" | truncate_words(0) }}', "number of words"),
    ('{{ "a" | split("") }}', "what stands between"),
]


@pytest.mark.parametrize(("template", "words"), NOT_FILTERED)
def test_what_a_filter_cannot_do_is_told(template: str, words: str) -> None:
    with pytest.raises(RenderError, match=re.escape(words)):
        Template(template, lambda line: Source("t.yaml", line)).render({})


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("12", "12.0"), ("12.5", "12.5"), ("12,50", "12.5"), ("1,250.00 €", "1250.0"),
        ("1.250,00 €", "1250.0"), ("$1,250", "1250.0"), ("1.250 €", "1250.0"), ("15 %", "15.0"),
        ("-12,50 €", "-12.5"), ("(12.50)", "-12.5"), ("THB 1 290", "1290.0"),
        ("¥12,800", "12800.0"),
        ("1’250.50", "1250.5"), ("1.250.000", "1250000.0"), ("0,125", "0.125"), ("1e3", "1000.0"),
        ("", "0.0"), ("abc", "0.0"), ("Size 12 to 14", "0.0"), ("nan", "0.0"), ("x" * 9000, "0.0"),
    ],
)  # fmt: skip
def test_float_reads_numbers_as_tables_show_them(shown: str, number: str) -> None:
    assert value_of("{{ a | float }}", {"a": shown}) == number
    assert value_of("{{ a | int }}", {"a": shown}) == str(int(float(number)))


def test_a_number_that_may_be_two_is_told_and_read_by_its_locale() -> None:
    with pytest.raises(PromptError, match=r"'1,250' is 1250 or 1.250: .* float\(locale=\"en\"\)"):
        value_of("{{ a | float }}", {"a": "1,250"})
    assert value_of(
        '{{ a | float(locale="en") }} {{ a | int(locale="de_DE") }}', {"a": "1,250"}
    ) == ("1250.0 1")
    assert value_of("{{ a | float(7) }}{{ a | int(base=16) }}", {"a": "ff"}) == "7255"
