"""Each faulty file, and the exact place and words it is refused with."""

from pathlib import Path

import pytest

from copygen.errors import ExitCode, PromptError
from copygen.prompts import open_prompts
from tests.support.prompt_files import TARGET, prompts_of, write

OK = "prompt: Sell {{ name }}\n"
FAULTS: list[tuple[str, str | bytes, str, str]] = [
    # name, content, place, words
    ("p.yaml", "", "p.yaml:1:1", "the file is empty"),
    ("p.yaml", "just text\n", "p.yaml:1:1", "mapping with 'prompt'"),
    ("p.yaml", "[]\n", "p.yaml:1:1", "no items"),
    ("p.yaml", OK + "items: []\n", "p.yaml:1:1", "no items"),
    ("p.yaml", "system: x\n", "p.yaml:1:1", "'prompt' is required"),
    ("p.yaml", "promt: x\n", "p.yaml:1:1", "did you mean 'prompt'?"),
    ("p.yaml", "prompt: x\ntemprature: 1\n", "p.yaml:2:1", "did you mean 'temperature'?"),
    ("p.yaml", "prompt: x\ntemperature: hot\n", "p.yaml:2:1", "a number, not a text"),
    ("p.yaml", "prompt: x\ntemperature: true\n", "p.yaml:2:1", "not true or false"),
    ("p.yaml", "prompt: x\nmax_tokens: 0\n", "p.yaml:2:1", "1 or more"),
    ("p.yaml", "prompt: x\nmax_tokens: 1.5\n", "p.yaml:2:1", "a whole number"),
    ("p.yaml", "prompt: x\nmodel: ''\n", "p.yaml:2:1", "should not be empty"),
    ("p.yaml", "prompt: x\nvariants: 0\n", "p.yaml:2:1", "1 or more"),
    ("p.yaml", "prompt: x\nvariants: two\n", "p.yaml:2:1", "a whole number"),
    ("p.yaml", "prompt: [x]\n", "p.yaml:1:1", "a text, not a list"),
    ("p.yaml", "prompt: ' '\n", "p.yaml:1:1", "'prompt' is empty"),
    ("p.yaml", OK + "items:\n", "p.yaml:2:1", "'items' is empty"),
    ("p.yaml", OK + "matrix:\n", "p.yaml:2:1", "'matrix' is empty"),
    ("p.yaml", OK + "untrusted:\n", "p.yaml:2:1", "'untrusted' is empty"),
    ("p.yaml", OK + "checks:\n", "p.yaml:2:1", "'checks' is empty"),
    ("p.yaml", "prompt:\n", "p.yaml:1:1", "'prompt' is empty"),
    ("p.yaml", OK + "untrusted: [nmae]\n", "p.yaml:2:13", "nearest is 'name'"),
    ("p.yaml", OK + "untrusted: [other]\n", "p.yaml:2:13", "it uses 'name'"),
    ("p.yaml", OK + "ignore_eos: true\n", "p.yaml:2:1", "API under 'params'"),
    ("p.yaml", OK + "on_violation: rejct\nchannel: sms\n", "p.yaml:2:1", "did you mean 'reject'"),
    ("p.yaml", OK + "model: '{{ m }}'\n", "p.yaml:2:1", "is sent as it is written"),
    ("p.yaml", OK + "items: [{name: a, params: {model: '{{ m }}'}}]\n", "p.yaml:2:28", "as it is"),
    ("p.yaml", "prompt: {{ name }} is nice\n", "p.yaml:1:10", "put it in quotes, or under |"),
    ("p.yaml", "\tprompt: x\n", "p.yaml:1:1", "tab"),
    ("p.yaml", "prompt: @x\n", "p.yaml:1:9", "begins with '@'"),
    ("p.yaml", "prompt: **x**\n", "p.yaml:1:10", "begins with '*'"),
    ("p.yaml", "prompt: %x\n", "p.yaml:1:9", "begins with '%'"),
    ("p.yaml", "prompt: `x`\n", "p.yaml:1:9", "begins with '`'"),
    ("p.yaml", "prompt: {# x #}\n", "p.yaml:2:1", "begins with '{#'"),
    ("p.yaml", "prompt: now: half\n", "p.yaml:1:12", "text with ': ' in it"),
    ("p.yaml", 'prompt: "Buy" now\n', "p.yaml:1:15", "behind its closing"),
    ("p.yaml", "prompt: 'x\n", "p.yaml:2:1", "opened on line 1 is never closed"),
    ("p.yaml", "prompt: x\nn: 5\n", "p.yaml:2:1", "use `variants:`"),
    ("p.yaml", "prompt: x\nstream: true\n", "p.yaml:2:1", "whole replies"),
    ("p.yaml", "prompt: x\nbase_url: http://e\n", "p.yaml:2:1", "--base-url"),
    ("p.yaml", "prompt: x\napi_key: sk-1\n", "p.yaml:2:1", "in the environment"),
    ("p.yaml", "prompt: x\nparams: {n: 2}\n", "p.yaml:2:10", "use `variants:`"),
    ("p.yaml", "prompt: x\nparams: {seed: a}\n", "p.yaml:2:10", "a whole number"),
    ("p.yaml", "seed: 1\nprompt: x\nparams: {seed: 2}\n", "p.yaml:3:10", "top level only"),
    ("p.yaml", "prompt: x\nmatrix: {tone: []}\n", "p.yaml:2:10", "should not be empty"),
    ("p.yaml", "prompt: x\nmatrix: {tone: [[a]]}\n", "p.yaml:2:17", "a text or a number"),
    ("p.yaml", "prompt: x\nmatrix: {tone: [a/b, a-b]}\n", "p.yaml:2:1", "both called 'a-b'"),
    (
        "p.yaml",
        "prompt: x\nmatrix: {" + ", ".join(f"v{i}: [1, 2]" for i in range(14)) + "}\n",
        "p.yaml:2:1",
        "more than 10000 cells",
    ),
    ("p.yaml", "prompt: x\nvariants: 5001\nmatrix: {a: [1, 2]}\n", "p.yaml:2:1", "per item"),
    ("p.yaml", "prompt: a {{ b\n", "p.yaml:1:9", "template is not valid"),
    ("p.yaml", "prompt: |\n  a\n  b {{ c | nope }}\n", "p.yaml:3:1", "there is no filter 'nope'"),
    ("p.yaml", OK + "items:\n- name: a\n- 5\n", "p.yaml:4:3", "item 2 should be a mapping"),
    ("p.yaml", OK + "items:\n- name: a\n  id: 1.5\n", "p.yaml:4:3", "'id' should be"),
    ("p.yaml", OK + "items:\n- {name: a, id: ''}\n", "p.yaml:3:13", "'id' is empty"),
    ("p.yaml", OK + 'items:\n- {name: a, id: "a\\tb"}\n', "p.yaml:3:13", "control character"),
    ("p.yaml", OK + f"items:\n- {{name: a, id: {'x' * 201}}}\n", "p.yaml:3:13", "200 char"),
    (
        "p.yaml",
        OK + "items:\n- name: a\n  params:\n    top_p: x\n",
        "p.yaml:5:5",
        "a number",
    ),
    ("p.yaml", OK + "items:\n- {name: a, params: 3}\n", "p.yaml:3:13", "a mapping"),
    ("p.yaml", OK + "items:\n- {name: a, name: b}\n", "p.yaml:3:13", "given twice"),
    ("p.yaml", OK + "items:\n- {id: a, name: b}\n- {id: a, name: c}\n", "p.yaml:4:3", "p.yaml:3:3"),
    ("p.yaml", OK + "items:\n- {name: a}\n  - b\n", "p.yaml:4:3", "not valid YAML"),
    ("p.yaml", OK + "items: 5\n", "p.yaml:2:1", "should be a text"),
    ("p.yaml", OK + "items: none.csv\n", "p.yaml:2:1", "is not there"),
    ("p.yaml", OK + "items: p.yaml\n", "p.yaml:2:1", ".csv, .tsv or .jsonl"),
    ("p.yaml", OK + "items: ../x.csv\n", "p.yaml:2:1", "--template"),
    ("p.yaml", OK + "items: /etc/passwd\n", "p.yaml:2:1", "--template"),
    (
        "p.yaml",
        "prompt: x {{ tone }}\nmatrix: {tone: [a]}\nitems: [{tone: b}]\n",
        "p.yaml:3:9",
        "also a name in the matrix",
    ),
    ("p.yaml", "prompt: '{{ a }}'\nitems: [{a: ' '}]\n", "p.yaml:2:9", "comes out empty"),
    ("p.yaml", "- text\n- 5\n", "p.yaml:2:3", "item 2 should be a text or a mapping"),
    ("p.yaml", "- {id: a}\n", "p.yaml:1:3", "there is nothing to send"),
    ("p.yaml", "- {prompt: a, messages: []}\n", "p.yaml:1:15", "not both"),
    ("p.yaml", "- {messages: [{role: user}]}\n", "p.yaml:1:15", "{role, content}"),
    ("p.yaml", "- ' '\n", "p.yaml:1:3", "'prompt' is empty"),
    ("p.yaml", b"prompt: caf\xe9\n", "p.yaml:1:12", "save the file as UTF-8"),
    ("t.csv", "", "t.csv:1:1", "the file is empty"),
    ("t.csv", "\n\n", "t.csv:1:1", "the file is empty"),
    ("t.csv", "prompt\n", "t.csv:1:1", "no items"),
    ("t.csv", "name,price\na,1\n", "t.csv:1:1", "--template"),
    ("t.csv", "prompt,\na,b\n", "t.csv:1:1", "column 2 of the header has no name"),
    ("t.csv", "prompt,a,a\nx,y,z\n", "t.csv:1:1", "'a' is there twice"),
    ("t.csv", "prompt,a\nx,y\n\nx,y,z\n", "t.csv:4:1", "3 fields where the header has 2"),
    ("t.csv", "prompt,a\nx\n", "t.csv:2:1", "1 field where the header has 2; add"),
    ("t.csv", 'prompt,a\n"x\ny",1\n"x,y\nz\n', "t.csv:4:1", "never closed"),
    ("t.csv", 'prompt,a\n"x"y,1\n', "t.csv:2:1", "double a quote"),
    ("t.csv", 'pro"mpt,"a\n', "t.csv:1:1", "never closed"),
    ("t.csv", b"prompt\nok\n\xe0\xb8\x81caf\xe9\n", "t.csv:3:5", "save the file as UTF-8"),
    ("t.csv", b"prompt\ncaf\xc3\xa9\nx\0y\n", "t.csv:3:2", "NUL"),
    ("t.csv", "prompt\n".encode("utf-16-le"), "t.csv:1:2", "--encoding utf-16"),
    ("t.csv", "prompt,a\rx,y\rz,w\r", "t.csv:1:1", "carriage return"),
    ("t.csv", "id,prompt\na,x\nb,y\na,z\n", "t.csv:4:1", "used at t.csv:2:1 already"),
    ("t.csv", "id,prompt\n,x\n", "t.csv:2:1", "'id' is empty"),
    ("t.csv", "a,prompt\nx,\n", "t.csv:2:1", "'prompt' is empty"),
    ("t.jsonl", "", "t.jsonl:1:1", "no items"),
    ("t.jsonl", '{"prompt": "x"}\n{"prompt": \n', "t.jsonl:2:11", "not valid JSON"),
    ("t.jsonl", '{"prompt":"a"},\n', "t.jsonl:1:15", "a comma follows the object"),
    ("t.jsonl", '{"prompt":"a"}{"prompt":"b"}\n', "t.jsonl:1:15", "two objects in one line"),
    ("t.jsonl", '[{"prompt":"a"},\n', "t.jsonl:1:17", "this is a list"),
    ("t.jsonl", '{\n"prompt":"a"}\n', "t.jsonl:1:2", "goes on over several lines"),
    ("t.jsonl", "{'prompt':'a'}\n", "t.jsonl:1:2", "in double quotes"),
    ("t.jsonl", '{"prompt":None}\n', "t.jsonl:1:11", "'None' is no JSON"),
    ("t.jsonl", '{"prompt":"a" "b":1}\n', "t.jsonl:1:15", "comma or colon is missing"),
    ("t.jsonl", '{"prompt":"a\\d"}\n', "t.jsonl:1:13", "written"),
    ("t.csv", b"PK\x03\x04\x14", "t.csv:1:1", "Excel workbook"),
    ("t.csv", b"\x1f\x8b\x08", "t.csv:1:1", "unpack it first"),
    ("t.csv", "<!DOCTYPE html>\n<p>Sign in\n", "t.csv:1:1", "this is a web page"),
    ("t.csv", '{"prompt":"a"}\n', "t.csv:1:1", "name the file .jsonl"),
    ("t.jsonl", b"PAR1\x00", "t.jsonl:1:1", "Parquet"),
    ("t.jsonl", '{"prompt": "x"} x\n', "t.jsonl:1:17", "not valid JSON"),
    ("t.jsonl", '{"prompt": NaN}\n', "t.jsonl:1:12", "not valid JSON"),
    ("t.jsonl", '{"prompt": "x", "a": 1e999}\n', "t.jsonl:1:22", "not valid JSON"),
    ("t.jsonl", '{"prompt": "x", "prompt": "y"}\n', "t.jsonl:1:1", "'prompt' is given twice"),
    ("t.jsonl", '\n"x"\n', "t.jsonl:2:1", "should be a JSON object ({...}), not a text"),
    ("t.jsonl", "[\n", "t.jsonl:1:2", "not valid JSON"),
    ("t.jsonl", "[]\n", "t.jsonl:1:1", "not a list"),
    ("t.jsonl", '{"prompt": "x", "a": ' + "[" * 65 + "]" * 65 + "}\n", "t.jsonl:1:1", "64 levels"),
    ("t.jsonl", '{"a": ' + "[" * 5000 + "]" * 5000 + "}\n", "t.jsonl:1:1", "64 levels"),
    ("t.jsonl", '{"name": "x"}\n', "t.jsonl:1:1", "--template"),
    ("t.jsonl", '{"prompt": 5}\n', "t.jsonl:1:1", "'prompt' should be a text"),
    ("t.jsonl", '{"prompt": "x", "id": true}\n', "t.jsonl:1:1", "'id' should be"),
    ("t.jsonl", '{"prompt": "x", "params": {"model": 5}}\n', "t.jsonl:1:1", "should be a text"),
    ("t.jsonl", '{"prompt": "x", "params": {"stream": true}}\n', "t.jsonl:1:1", "whole replies"),
    ("t.jsonl", '{"messages": []}\n', "t.jsonl:1:1", "list of {role, content}"),
    ("t.jsonl", '{"messages": [{"role": 1, "content": "x"}]}\n', "t.jsonl:1:1", "the role of"),
    ("t.jsonl", '{"messages": [{"role": "user", "content": 1}]}\n', "t.jsonl:1:1", "the content"),
    ("t.jsonl", b'{"prompt": "\xff"}\n', "t.jsonl:1:13", "save the file as UTF-8"),
    (
        "t.jsonl",
        '{"id": 1, "prompt": "x"}\n{"id": "1", "prompt": "y"}\n',
        "t.jsonl:2:1",
        "used at t.jsonl:1:1 already",
    ),
]


@pytest.mark.parametrize(
    ("name", "content", "place", "words"), FAULTS, ids=[str(i) for i in range(len(FAULTS))]
)
def test_a_faulty_file_is_refused_at_its_exact_place(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str | bytes,
    place: str,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {name: content})
    with pytest.raises(PromptError) as caught:
        open_prompts(name).check(TARGET)
    assert str(caught.value).startswith(f"{place}: ")
    assert words in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


MISSING: list[tuple[str, str, str, str]] = [
    (
        "products.csv",
        "id,name,color\nsku-7,Scarf,red\n",
        "prompt: |\n  Sell {{ name }}\n  in {{ colour }}\n",
        "products.csv:2:1: template ad.yaml:3 uses 'colour', which item 'sku-7' does not have; "
        "nearest is 'color'.",
    ),
    (
        "products.jsonl",
        '{"id": "a", "name": "Scarf"}\n{"id": "b"}\n',
        "prompt: Sell {{ name|upper }}\n",
        "products.jsonl:2:1: template ad.yaml:1 uses 'name', which item 'b' does not have; "
        "it has 'id'.",
    ),
    (
        "products.jsonl",
        '{"id": "a", "size": {"width": 1}}\n',
        "prompt: Sell\nsystem: '{{ size.widht }}'\n",
        "products.jsonl:1:1: template ad.yaml:2 uses 'widht', which item 'a' does not have; "
        "nearest is 'width'.",
    ),
    (
        "products.jsonl",
        '{"id": "a", "price": "12"}\n',
        "prompt: |\n  Sell\n  {{ price + 1 }}\n",
        "products.jsonl:1:1: template ad.yaml:3 cannot do this with these values: what a table has "
        "is text, and | float or | int makes a number of it (item 'a')",
    ),
    (
        "products.yaml",
        "- id: a\n  name: Scarf\n- id: b\n",
        "prompt: Sell {{ name }}\n",
        "products.yaml:3:3: template ad.yaml:1 uses 'name', which item 'b' does not have; "
        "it has 'id'.",
    ),
]


@pytest.mark.parametrize(("name", "table", "template", "message"), MISSING)
def test_a_missing_variable_names_file_line_item_and_nearest(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    table: str,
    template: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {name: table, "ad.yaml": template})
    with pytest.raises(PromptError) as caught:
        open_prompts(name, template="ad.yaml").check(TARGET)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("prompt: x\nitems: [{a: 1}]\n", "ad.yaml:2:1: a template has no items"),
        ("prompt: x\nitems: t.csv\n", "ad.yaml:2:1: a template has no items"),
        ("- a\n", "ad.yaml:1:1: a template has no items"),
        ("system: x\n", "ad.yaml:1:1: a template needs a 'prompt'"),
    ],
)
def test_a_template_is_a_prompt_file_without_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"ad.yaml": template, "t.csv": "a\n1\n"})
    with pytest.raises(PromptError) as caught:
        open_prompts("t.csv", template="ad.yaml")
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("path", "template", "words"),
    [
        ("product.csv", None, "product.csv: there is no such file; did you mean 'products.csv'?"),
        ("zzzzzz.csv", None, "zzzzzz.csv: no such file"),
        ("folder", None, "folder: this is a folder"),
        ("notes.doc", None, "notes.doc: '.doc' files are not read"),
        ("products.csv", "add.yaml", "add.yaml: there is no such file; did you mean 'ad.yaml'?"),
        ("products.csv", "notes.txt", "notes.txt: a template is a .yaml file"),
        ("ad.yaml", "ad.yaml", "ad.yaml:1:1: this prompt file has its own wording"),
    ],
)
def test_a_path_that_cannot_be_used_says_what_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, template: str | None, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "products.csv": "a\n1\n",
        "notes.txt": "x",
        "notes.doc": "x",
        "data.json": "[]",
        "ad.yaml": "prompt: x\n",
    }
    write(tmp_path, files)
    (tmp_path / "folder").mkdir()
    with pytest.raises(PromptError) as caught:
        open_prompts(path, template=template)
    assert str(caught.value).startswith(words)


def test_a_table_behind_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    write(tmp_path, {"secret.csv": "name\na\n"})
    (tmp_path / "job" / "t.csv").symlink_to(tmp_path / "secret.csv")
    write(tmp_path / "job", {"p.yaml": OK + "items: t.csv\n"})
    with pytest.raises(PromptError, match="outside the folder"):
        open_prompts(str(tmp_path / "job" / "p.yaml"))


def test_a_file_that_changed_after_the_check_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"t.jsonl": '{"prompt": "x"}\n'})
    source = open_prompts(str(tmp_path / "t.jsonl"))
    source.check(TARGET)
    write(tmp_path, {"t.jsonl": '{"prompt": "x"}\n{"prompt": "y"}\n'})
    with pytest.raises(PromptError, match="changed after it was checked"):
        prompts_of(source)


@pytest.mark.parametrize("messages_with", ["--template"])
def test_complete_conversations_take_no_template(tmp_path: Path, messages_with: str) -> None:
    row = '{"messages": [{"role": "user", "content": "x"}]}\n'
    write(tmp_path, {"t.jsonl": row, "ad.yaml": "prompt: x\n"})
    source = open_prompts(str(tmp_path / "t.jsonl"), template=str(tmp_path / "ad.yaml"))
    with pytest.raises(PromptError, match="takes no template"):
        source.check(TARGET)
