"""Rows that are complete prompts: what formats have beside the text is sent or refused."""

import io
import json
from pathlib import Path

import pytest

from copygen.errors import PromptError
from copygen.models import InputFault, Prompt
from copygen.prompts import PromptSource, open_prompts
from tests.support.prompt_files import TARGET, write
from tests.support.sent import sent

USER = [{"role": "user", "content": "Hi"}]


def only(row: object, tmp_path: Path, name: str = "t.jsonl") -> Prompt:
    text = row if isinstance(row, str) else json.dumps(row) + "\n"
    write(tmp_path, {name: text})
    source: PromptSource = open_prompts(f"{tmp_path}/{name}")
    (prompt,) = source.prompts(TARGET)
    assert isinstance(prompt, Prompt)
    return prompt


@pytest.mark.parametrize(
    ("row", "params"),
    [
        ({"temperature": 0, "max_tokens": 20}, {"temperature": 0, "max_tokens": 20}),
        ({"top_p": 0.5, "stop": ["x"]}, {"top_p": 0.5, "stop": ["x"]}),
        ({"seed": 3, "n": 1, "stream": False}, {"seed": 3}),
        (
            {"response_format": {"type": "json_object"}},
            {"response_format": {"type": "json_object"}},
        ),
        ({"user": "u1"}, {"user": "u1"}),
        ({"maxTokens": None}, {}),
        ({"temperature": None, "metadata": {"row_id": 1}}, {}),
        ({"params": {"seed": 1}, "top_p": 1}, {"seed": 1, "top_p": 1}),
    ],
)
def test_request_fields_at_the_top_of_a_row_are_sent(
    tmp_path: Path, row: dict[str, object], params: dict[str, object]
) -> None:
    prompt = only({"model": "gpt-4.1", "messages": USER, **row}, tmp_path)
    assert prompt.model == "gpt-4.1"
    assert sent(prompt) == {"max_tokens": 500, **params}
    if "user" not in row:
        plain = only({"model": "gpt-4.1", "prompt": "Hi", **row}, tmp_path)
        assert (plain.model, sent(plain), plain.key) == (prompt.model, sent(prompt), prompt.key)


def test_a_rows_system_text_is_its_system_message(tmp_path: Path) -> None:
    for row in ({"system": "S", "messages": USER}, {"system": "S", "prompt": "Hi"}):
        prompt = only(row, tmp_path)
        assert [(m.role, m.content) for m in prompt.messages] == [("system", "S"), ("user", "Hi")]


def test_cells_of_a_table_and_items_of_yaml_are_taken_alike(tmp_path: Path) -> None:
    csv = "prompt,model,max_tokens,temperature,system,note\nHi,m,20,0.2,S,n\n"
    yaml = "- {prompt: Hi, model: m, max_tokens: 20, temperature: 0.2, system: S, note: n}\n"
    one, other = only(csv, tmp_path, "t.csv"), only(yaml, tmp_path, "t.yaml")
    assert (one.key, one.model) == (other.key, "m")
    assert sent(one) == {"max_tokens": 20, "temperature": 0.2}
    assert one.messages[0].content == "S"
    empty = only("prompt,model,max_tokens,system\nHi,,,\n", tmp_path, "t.csv")
    assert (empty.model, sent(empty)) == ("default-model", {"max_tokens": 500})


def test_with_a_template_such_columns_are_columns(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": "model,system\nX-200,diesel\n", "w.yaml": "prompt: '{{ model }}'\n"})
    (prompt,) = open_prompts(f"{tmp_path}/t.csv", template=f"{tmp_path}/w.yaml").prompts(TARGET)
    assert isinstance(prompt, Prompt)
    assert (prompt.model, prompt.messages[0].content) == ("default-model", "X-200")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"messages": USER, "n": 3}, "use `variants:`"),
        ({"messages": USER, "stream": True}, "whole replies"),
        ({"messages": USER, "tools": []}, "'tools' is not sent"),
        ({"messages": USER, "weight": 1}, "'weight' is not sent"),
        ({"prompt": "x", "tools": [{"type": "function"}]}, "'tools' is not sent"),
        ({"messages": USER, "max_output_tokens": 9}, "it is written 'max_tokens'"),
        ({"prompt": "x", "max_new_tokens": 9}, "it is written 'max_tokens'"),
        ({"prompt": "x", "maxTokens": 9}, "it is written 'max_tokens'"),
        ({"prompt": "x", "Temperature": 0}, "it is written 'temperature'"),
        ({"prompt": "x", "system_prompt": "S"}, "it is written 'system'"),
        ({"messages": USER, "Model": "m"}, "it is written 'model'"),
        ({"messages": USER, "stop_sequences": ["x"]}, "it is written 'stop'"),
        ({"messages": USER, "instructions": "S"}, "write it as 'system'"),
        ({"messages": USER, "extra_body": {"a": 1}}, "under 'params'"),
        ({"messages": USER, "enable_thinking": False}, "under 'params'"),
        ({"messages": USER, "provider": "openai"}, "name the provider with -p"),
        ({"Prompt": "x"}, "rename 'Prompt'"),
        ({"prompt": "x", "params": {"temperature 1": None}}, "is a ':' missing"),
        ({"messages": USER, "max_tokens": "many"}, "whole number"),
        ({"prompt": "x", "temperature": "hot"}, "a number"),
        ({"prompt": "x", "seed": 1, "params": {"seed": 2}}, "keep one"),
        ({"prompt": "x", "system": 5}, "'system' should be a text"),
        ({"messages": [{"role": "system", "content": "a"}, *USER], "system": "b"}, "keep one"),
        ({"messages": [{**USER[0], "name": "Anna"}]}, "has a 'name'"),
        ({"messages": [{**USER[0], "weight": 0}]}, "has a 'weight'"),
        ({"custom_id": "a", "url": "/v1/embeddings", "body": {"input": "x"}}, "is not asked"),
        ({"custom_id": "a", "url": "/v1/chat/completions", "body": {"input": "x"}}, "'messages'"),
        ({"custom_id": "", "body": {"messages": USER}}, "'custom_id' is empty"),
    ],
)
def test_what_is_not_sent_is_refused_with_the_way_out(row: dict[str, object], words: str) -> None:
    data = io.BytesIO(json.dumps(row).encode())
    (fault,) = open_prompts("-", stdin=data).prompts(TARGET)
    assert isinstance(fault, InputFault)
    assert words in fault.message


@pytest.mark.parametrize(
    "row",
    [
        {
            "custom_id": "req-1",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "m", "messages": USER, "max_tokens": 9, "top_k": 4, "n": 1},
        },
        {
            "custom_id": "req-1",
            "params": {"model": "m", "messages": USER, "max_tokens": 9, "top_k": 4},
        },
    ],
)
def test_a_line_of_a_batch_file_is_a_complete_prompt(
    tmp_path: Path, row: dict[str, object]
) -> None:
    prompt = only(row, tmp_path)
    assert (prompt.id, prompt.model) == ("req-1", "m")
    assert sent(prompt) == {"max_tokens": 9, "top_k": 4}
    assert prompt.messages[0].content == "Hi"
    write(tmp_path, {"w.yaml": "prompt: x\n"})
    with pytest.raises(PromptError, match="takes no template"):
        open_prompts(f"{tmp_path}/t.jsonl", template=f"{tmp_path}/w.yaml").check(TARGET)


@pytest.mark.parametrize("name", ["reasoning", "chat_template_kwargs", "provider"])
def test_what_gateways_take_as_mappings_is_sent_beside_messages(tmp_path: Path, name: str) -> None:
    prompt = only({"messages": USER, name: {"a": 1}, "max_tokens": 9}, tmp_path)
    assert sent(prompt) == {"max_tokens": 9, name: {"a": 1}}


def test_a_word_that_is_as_likely_a_column_stays_one(tmp_path: Path) -> None:
    prompt = only({"prompt": "x", "Model": "X-200", "Seed": "sunflower"}, tmp_path)
    assert prompt.model == "default-model"
    assert sent(prompt) == {"max_tokens": 500}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Prompt,x", "rename 'Prompt'"),
        ("text", "rename 'text'"),
        ("messages", "read from JSONL"),
        ("prompt,maxTokens", "it is written 'max_tokens'"),
        ("prompt,Top P", "it is written 'top_p'"),
    ],
)
def test_a_header_that_nearly_says_it_is_told_how(tmp_path: Path, header: str, words: str) -> None:
    write(tmp_path, {"t.csv": header + "\n" + ",".join("1" for _ in header.split(",")) + "\n"})
    with pytest.raises(PromptError) as told:
        open_prompts(f"{tmp_path}/t.csv").check(TARGET)
    assert words in str(told.value)


def test_a_batch_line_without_an_id_is_one_too(tmp_path: Path) -> None:
    line = {"method": "POST", "url": "/v1/chat/completions", "body": {"messages": USER}}
    assert only(line, tmp_path).messages[0].content == "Hi"
