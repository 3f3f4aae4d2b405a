import io
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from copygen.documents import Composer, parse_document, validate
from copygen.errors import ConfigError, PromptError
from copygen.models import Source
from tests.support.cpu import cpu_s

BOMB_SECONDS = 0.1
NINE = range(1, 10)
ALIAS_BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in NINE
)
MERGE_BOMB = "a0: &a0 {k: v}\n" + "".join(
    f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}], k{i}: v}}\n" for i in NINE
)
WIDE_MERGE = (
    "base: &b {" + ", ".join(f"k{i}: v" for i in range(200)) + "}\nall:\n" + "- {<<: *b}\n" * 51
)


@pytest.fixture(params=["libyaml", "python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The promises hold with libyaml and without it."""
    if request.param == "python":
        monkeypatch.setattr(yaml, "__with_libyaml__", False)
    return str(request.param)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", "1e3"),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("off", "off"),
        ("2025-01-31", "2025-01-31"),
        ("2025-01-31 10:00:00", "2025-01-31 10:00:00"),
        ("12:30", "12:30"),
        ("007", "007"),
        ("+66812345678", "+66812345678"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1,000", "1,000"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("=", "="),
        ("18446744073709551616", "18446744073709551616"),
        ("9" * 5000, "9" * 5000),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("ผ้าไหม 🧣 日本", "ผ้าไหม 🧣 日本"),
    ],
)
def test_a_scalar_means_what_the_table_says(
    either_parser: str, written: str, meant: object
) -> None:
    data = parse_document(f"value: {written}\n", "x.yaml").data
    assert data == {"value": meant}
    assert type(data["value"]) is type(meant)


def test_keys_are_always_text() -> None:
    data = parse_document("50256: -100\ntrue: 1\nnull: 2\n", "x.yaml").data
    assert data == {"50256": -100, "true": 1, "null": 2}


def test_aliases_and_merges_within_reason_work(either_parser: str) -> None:
    text = "base: &b {x: 1, y: [2]}\none: *b\ntwo:\n  <<: *b\n  x: 3\nthree: {<<: [{x: 4}, *b]}\n"
    assert parse_document(text, "x.yaml").data == {
        "base": {"x": 1, "y": [2]},
        "one": {"x": 1, "y": [2]},
        "two": {"x": 3, "y": [2]},
        "three": {"x": 4, "y": [2]},
    }


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' is given twice"),
        ("a: b: c\n", 1, 5, "a text with ': ' in it"),
        ("a: [1,\n", 2, 1, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, 1, "not valid YAML"),
        ("a: *b\n", 1, 4, "nothing is anchored as &b"),
        ("a: &a [*a]\n", 1, 8, "inside the very thing"),
        ("a: &a x\n? *a\n: 2\n*a : 3\n", 4, 1, "'x' is given twice"),
        ("a: &a {x: 1}\n? *a\n: 2\n", 2, 3, "a key must be text"),
        ("a: &a [x]\n? *a\n: 2\n", 2, 3, "a key must be text"),
        ("--- 1\n--- 2\n", 2, 1, "second YAML document"),
        ("? [a]\n: b\n", 1, 3, "a key must be text"),
        ("a: !!binary aGk=\n", 1, 4, "!!binary is not supported"),
        ("!!python/object/apply:os.system [id]\n", 1, 1, "is not supported"),
        ("a: !!int x\n", 1, 4, "not what its tag says"),
        ("a: 1\nb: \x00\n", 2, 4, "U+0000"),
        ("a: \x07\n", 1, 4, "U+0007"),
        ("a: {<<: {x: 1}, <<: {y: 2}}\n", 1, 17, "<< once"),
        ("- " * 70 + "x", 1, 129, "64 levels"),
    ],
)
def test_a_fault_is_located(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_document(text, "x.yaml")
    assert str(caught.value).startswith(f"x.yaml:{line}:{column}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "bomb",
    [
        ALIAS_BOMB,
        MERGE_BOMB,
        WIDE_MERGE,
        "[" * 900 + "]" * 900,
        "[" * 100_000,
        "{a: " * 100_000,
        "a: &a x\nb: [" + "*a, " * 10_001 + "]",
        f"a: &a {'x' * 100_000}\nb: [" + "*a, " * 200 + "]",
    ],
    ids=["aliases", "merges", "wide", "nested", "open", "maps", "many", "long"],
)
def test_a_bomb_fails_fast(bomb: str) -> None:
    """Measured against a bound twenty times what it takes, in processor time."""

    def parse() -> None:
        with pytest.raises(ConfigError, match=r"^x\.yaml:\d+:\d+: "):
            parse_document(bomb, "x.yaml")

    assert cpu_s(parse) < BOMB_SECONDS


def test_more_text_than_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copygen.documents.yaml.MAX_BYTES", 1000)
    with pytest.raises(ConfigError, match="more than"):
        parse_document("a: " + "x" * 2000, "x.yaml")


def test_bytes_that_are_no_utf8_are_located() -> None:
    with pytest.raises(PromptError) as caught:
        Composer(io.BytesIO(b"a: 1\nb: caf\xe9\n"), "x.yaml", PromptError).whole()
    assert str(caught.value) == "x.yaml:2:7: not UTF-8 text; save the file as UTF-8"


def test_positions_fall_back_to_the_nearest_known_parent() -> None:
    document = parse_document("a:\n  b:\n  - c: 1\n", "x.yaml")
    assert document.source(("a", "b", 0, "c")) == Source("x.yaml", 3, 5)
    assert document.source(("a", "b", 7)) == Source("x.yaml", 2, 3)
    assert document.source(()) == Source("x.yaml", 1, 1)


def test_lines_of_a_literal_block_are_exact() -> None:
    document = parse_document("p: |\n  one\n  two\nq: text\n", "x.yaml")
    assert document.text_source(("p",), 2) == Source("x.yaml", 3)
    assert document.text_source(("q",), 1) == Source("x.yaml", 4, 4)


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    price: float | None = None


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    models: dict[str, Inner] = {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models: {}\n", "x.yaml:1:1: 'name' is required"),
        ("name: 3\n", "x.yaml:1:1: 'name' should be a text, not a whole number"),
        ("name: a\nmodel: {}\n", "x.yaml:2:1: unknown key 'model'; did you mean 'models'?"),
        (
            "name: a\nmodels:\n  m:\n    prise: 1\n",
            "x.yaml:4:5: unknown key 'models.m.prise'; did you mean 'price'?",
        ),
        ("name: a\nzzz: 1\n", "x.yaml:2:1: unknown key 'zzz'; known here: name, models"),
        (
            "name: a\nmodels: {m: 3}\n",
            "x.yaml:2:10: 'models.m' should be a mapping (name: value), not a whole number",
        ),
    ],
)
def test_the_first_problem_is_one_located_sentence(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        validate(Outer, parse_document(text, "x.yaml"))
    assert str(caught.value) == message


def test_part_of_a_document_validates_with_its_own_places() -> None:
    document = parse_document("top:\n  deep:\n    prise: 1\n", "x.yaml")
    with pytest.raises(ConfigError, match=r"^x\.yaml:3:5: "):
        validate(Inner, document, at=("top", "deep"))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12E5", "12E5"),
        ("0E0", "0E0"),
        ("1e5", "1e5"),
        ("1.0E5", "1.0E5"),
        ("1.5e+3", 1500.0),
        ("1.5E-3", 0.0015),
        ("-2.50", -2.5),
    ],
)
def test_an_article_number_is_no_exponent(written: str, value: object) -> None:
    assert parse_document(written, "x.yaml").data == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_what_a_yaml_writer_wrote_is_read_back(value: object) -> None:
    text = yaml.safe_dump(value)
    if "<<" not in text:
        read = parse_document(text, "x.yaml").data
        assert json.dumps(read, sort_keys=True) == json.dumps(value, sort_keys=True)


@given(st.text() | st.text(alphabet="a:-[]{}&*!|>'\"#?,<%@` \n\t0"))
def test_any_text_parses_or_raises_the_documented_error(text: str) -> None:
    for libyaml in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml, "__with_libyaml__", libyaml)
            outcome = _outcome(text)
        assert outcome is None or outcome.startswith("x.yaml:")


def _outcome(text: str) -> str | None:
    try:
        parse_document(text, "x.yaml")
    except ConfigError as exc:
        return str(exc)
    return None
