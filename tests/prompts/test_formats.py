"""Every format gives the same items, the same texts, the same ids."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from copygen.errors import PromptError
from copygen.models import Prompt, Source
from copygen.prompts import PromptSource, open_prompts
from tests.support.prompt_files import TARGET, prompts_of, texts_of, write
from tests.support.sent import sent

TEMPLATE = "prompt: |\n  Sell {{ name }} ({{ note }}) for {{ price }}.\nsystem: You sell.\n"
ITEMS = [
    {
        "sku": f"p-{number}",
        "name": ["ผ้าไหมไทย", "日本の台所用品", "Café “Déjà vu”", "🧣 silk; scarf", "{{ name }}"][
            number % 5
        ],
        "price": f"{number}.90",
        "note": ["plain", 'say "hi"', "two\nlines", "a, b; c\td", "\u2028\u0085 end"][number % 5],
    }
    for number in range(200)
]


def table(delimiter: str = ",", line_end: str = "\n") -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(ITEMS[0]), delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(ITEMS)
    return text.getvalue()


def jsonl(items: list[dict[str, str]], *, ascii_only: bool = False) -> str:
    return "".join(json.dumps(item, ensure_ascii=ascii_only) + "\n" for item in items)


def as_yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)


FILES: dict[str, bytes] = {
    "bom-crlf.csv": table(line_end="\r\n").encode("utf-8-sig"),
    "plain.csv": table().encode(),
    "semicolon.csv": table(";").encode(),
    "tab.tsv": table("\t").encode(),
    "unended.csv": table().rstrip("\n").encode(),
    "plain.jsonl": jsonl(ITEMS).encode(),
    "ascii.jsonl": jsonl(ITEMS, ascii_only=True).encode(),
    "bom-crlf.ndjson": jsonl(ITEMS).replace("\n", "\r\n").encode("utf-8-sig"),
    "blank.jsonl": jsonl(ITEMS).replace("\n", "\n\n  \n").encode(),
    "list.yaml": as_yaml(ITEMS).encode(),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**FILES, "ad.yaml": TEMPLATE})
    return tmp_path


def content(prompts: list[Prompt]) -> list[tuple[object, ...]]:
    return [(p.id, p.key, p.messages, p.model, sent(p), dict(p.input)) for p in prompts]


def expected(folder: Path) -> list[tuple[object, ...]]:
    return content(prompts_of(open_prompts("plain.jsonl", template="ad.yaml")))


def test_the_values_arrive_as_they_are(folder: Path) -> None:
    prompts = prompts_of(open_prompts("plain.jsonl", template="ad.yaml"))
    assert [prompt.messages[-1].content for prompt in prompts] == [
        f"Sell {item['name']} ({item['note']}) for {item['price']}." for item in ITEMS
    ]
    assert [dict(prompt.input) for prompt in prompts] == ITEMS
    assert len({prompt.id for prompt in prompts}) == len(ITEMS)


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_the_same_prompts(folder: Path, name: str) -> None:
    source = open_prompts(name, template="ad.yaml")
    assert source.check(TARGET) == len(ITEMS)
    assert content(prompts_of(source)) == expected(folder)


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith("yaml")])
def test_standard_input_gives_the_same_prompts(folder: Path, name: str) -> None:
    source = open_prompts("-", template="ad.yaml", stdin=io.BytesIO(FILES[name]))
    assert content(prompts_of(source)) == expected(folder)


@pytest.mark.parametrize("first", ["items", "prompt"])
def test_a_prompt_file_with_its_items_gives_the_same_prompts(folder: Path, first: str) -> None:
    header = yaml.safe_load(TEMPLATE)
    ordered = {"items": ITEMS, **header} if first == "items" else {**header, "items": ITEMS}
    write(folder, {"all.yaml": as_yaml(ordered)})
    assert content(prompts_of(open_prompts("all.yaml"))) == expected(folder)


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith("yaml")])
def test_a_prompt_file_that_names_a_table_gives_the_same_prompts(folder: Path, name: str) -> None:
    write(folder, {"beside.yaml": TEMPLATE + f"items: {name}\n"})
    assert content(prompts_of(open_prompts("beside.yaml"))) == expected(folder)


def test_libyaml_missing_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert content(prompts_of(open_prompts("list.yaml", template="ad.yaml"))) == expected(folder)


def source_of(folder: Path, name: str, text: str) -> PromptSource:
    write(folder, {name: text})
    return open_prompts(name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own.csv", "id,prompt\na,Say {{ hi }}\nb,Two\n"),
        ("own.jsonl", '{"id": "a", "prompt": "Say {{ hi }}"}\n{"id": "b", "prompt": "Two"}\n'),
        ("own.yaml", "- {id: a, prompt: 'Say {{ hi }}'}\n- {id: b, prompt: Two}\n"),
        ("items.yaml", "items:\n- {id: a, prompt: 'Say {{ hi }}'}\n- {id: b, prompt: Two}\n"),
    ],
)
def test_a_prompt_column_is_literal_text(folder: Path, name: str, text: str) -> None:
    prompts = prompts_of(source_of(folder, name, text))
    assert [prompt.messages[0].content for prompt in prompts] == ["Say {{ hi }}", "Two"]
    assert dict(prompts[0].input) == {"id": "a", "prompt": "Say {{ hi }}"}


def test_with_a_template_a_prompt_column_is_a_column(folder: Path) -> None:
    write(folder, {"t.csv": "prompt\nabc\n", "q.yaml": "prompt: <{{ prompt }}>\n"})
    assert texts_of(open_prompts("t.csv", template="q.yaml")) == ["<abc>"]


def test_a_list_of_texts_is_literal(folder: Path) -> None:
    assert texts_of(source_of(folder, "l.yaml", "- One {{ x }}\n- 'no'\n")) == ["One {{ x }}", "no"]


def test_a_system_text_goes_with_items_own_prompts(folder: Path) -> None:
    text = "system: For {{ shop }}.\nitems:\n- {prompt: Hello, shop: Siam}\n"
    (prompt,) = prompts_of(source_of(folder, "s.yaml", text))
    assert [(m.role, m.content) for m in prompt.messages] == [
        ("system", "For Siam."),
        ("user", "Hello"),
    ]


def test_a_complete_conversation_is_sent_as_it_is(folder: Path) -> None:
    messages = [
        {"role": "system", "content": "S {{ x }}"},
        {"role": "user", "content": [{"type": "text", "text": "U"}]},
    ]
    row = {"id": 7, "messages": messages, "params": {"seed": 1}, "note": "n"}
    (prompt,) = prompts_of(source_of(folder, "m.jsonl", json.dumps(row)))
    assert [{"role": m.role, "content": m.content} for m in prompt.messages] == messages
    assert (prompt.id, dict(prompt.input)) == ("7", {"id": 7, "note": "n"})


def test_the_source_is_where_the_record_starts(folder: Path) -> None:
    text = '\nprompt,a\n"one\ntwo",1\n\n,\n"three",2\n'
    prompts = prompts_of(source_of(folder, "lines.csv", text))
    assert [prompt.source for prompt in prompts] == [Source("lines.csv", 3), Source("lines.csv", 7)]
    prompts = prompts_of(source_of(folder, "lines.yaml", "- a\n-   prompt: b\n"))
    assert [str(prompt.source) for prompt in prompts] == ["lines.yaml:1:3", "lines.yaml:2:5"]


def test_a_lone_surrogate_written_in_json_travels(folder: Path) -> None:
    (prompt,) = prompts_of(source_of(folder, "s.jsonl", '{"prompt": "a\\ud800b"}\n'))
    assert prompt.messages[0].content == "a\ud800b"
    assert len(prompt.key) == 32


def test_a_field_longer_than_the_csv_modules_default_is_read(folder: Path) -> None:
    text = "x" * 200_000
    assert texts_of(source_of(folder, "long.csv", f"prompt\n{text}\n")) == [text]


def test_items_may_share_what_is_anchored(folder: Path) -> None:
    text = (
        "prompt: '{{ shop }} {{ name }}'\n"
        "params: &base {seed: 1}\n"
        "items:\n- &first {name: a, shop: Siam}\n- {<<: *first, name: b, params: *base}\n"
    )
    prompts = prompts_of(source_of(folder, "anchors.yaml", text))
    assert [prompt.messages[0].content for prompt in prompts] == ["Siam a", "Siam b"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("- Caption with the tags #ThaiSilk #Bangkok\n", "w.yaml:1:24"),
        ("prompt: Buy {{ name }} #now\nitems: [{name: a}]\n", "w.yaml:1:23"),
        ("prompt: x {{ name }}\nitems:\n- name: Silk #red\n", "w.yaml:3:13"),
        ("prompt: Buy\n  more #now\n", "w.yaml:2:7"),
    ],
)
def test_a_text_that_ends_before_a_hashtag_is_warned_of(
    folder: Path, text: str, place: str
) -> None:
    (warning,) = source_of(folder, "w.yaml", text).warnings
    assert warning.startswith(f"{place}: the text ends before '#")


@pytest.mark.parametrize(
    "text",
    [
        "prompt: 'Buy #now'\n",
        "prompt: |\n  Buy #now\n",
        "prompt: Buy # a comment\n",
        "prompt: Buy#now\n",
        "prompt: Buy\nmax_tokens: 5 #few\n",
        "#comment\nprompt: Buy\n  #comment\n",
        'prompt: "Buy" #now\n',
    ],
)
def test_a_comment_is_no_hashtag(folder: Path, text: str) -> None:
    assert source_of(folder, "w.yaml", text).warnings == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("prompt: &Co sells silk\n", "w.yaml:1:9: '&Co'"),
        ("- &Fresh fruit\n- plain\n", "w.yaml:1:3: '&Fresh'"),
        ("prompt: x {{ name }}\nitems:\n- {name: &amp more}\n", "w.yaml:3:10: '&amp'"),
    ],
)
def test_a_text_that_loses_its_first_word_to_YAML_is_warned_of(
    folder: Path, text: str, place: str
) -> None:
    (warning,) = source_of(folder, "w.yaml", text).warnings
    assert warning.startswith(f"{place} is a mark to YAML and no part of the text")


@pytest.mark.parametrize(
    "text",
    [
        "- &a Buy silk\n- *a\n",
        "prompt: Salt & pepper, R&D\n",
        "prompt: '&Co'\n",
        "prompt: x {{ a }}\nitems:\n- &base {a: b}\n",
    ],
)
def test_what_is_repeated_or_stays_in_the_text_is_not(folder: Path, text: str) -> None:
    assert source_of(folder, "w.yaml", text).warnings == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prompt: x\nparams: {a: 1\n", r"w.yaml:3:1: .*closing '}' is missing here.*line 2"),
        ("items: [a, b\nprompt: x\n", r"w.yaml:2:7: .*closing ']' is missing here.*line 1"),
        ("prompt: ! New\n", r"w.yaml:1:9: .*put a text that begins with '!' in quotes"),
        ("prompt: {{ a b }} c\n", r"begins with '{{'"),
    ],
)
def test_brackets_and_signs_are_said(folder: Path, text: str, words: str) -> None:
    with pytest.raises(PromptError, match=words):
        source_of(folder, "w.yaml", text)


@pytest.mark.parametrize(
    ("table", "template", "given", "words"),
    [
        ("name\na\n", "prompt: '{{ name }}'\n", "nmae", "nearest is 'name'"),
        ("name\na\n", "prompt: '{{ name }}'\n", "season", "it uses 'name'"),
        ("name\na\n", "prompt: x\nmatrix: {tone: [a]}\n", "tnoe", "nearest is 'tone'"),
        ("prompt\na\n", None, "name", "it uses no variables"),
    ],
)
def test_a_variable_that_changes_nothing_is_an_error(
    folder: Path, table: str, template: str | None, given: str, words: str
) -> None:
    write(folder, {"t.csv": table, **({"v.yaml": template} if template else {})})
    with pytest.raises(PromptError) as caught:
        open_prompts("t.csv", template="v.yaml" if template else None, overrides={given: "x"})
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["lang", "variant"])
def test_a_language_column_that_no_row_has_is_an_error(folder: Path, name: str) -> None:
    write(folder, {"v.yaml": f"prompt: x {{{{ sku }}}}\nchecks: {{language_from: {name}}}\n"})
    with pytest.raises(PromptError, match=f"'language_from' names '{name}'"):
        prompts_of(open_prompts("plain.csv", template="v.yaml"))


def test_a_variable_that_only_the_checks_look_at_is_none_of_these(folder: Path) -> None:
    write(folder, {"v.yaml": "prompt: x {{ sku }}\nchecks: {language_from: lang}\n"})
    open_prompts("plain.csv", template="v.yaml", overrides={"lang": "th"})
