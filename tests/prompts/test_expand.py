from pathlib import Path

import pytest

from copygen.errors import PromptError
from copygen.models import Prompt
from copygen.prompts import Target, open_prompts
from tests.support.prompt_files import TARGET, prompts_of, texts_of, write
from tests.support.sent import sent

RICH = Target(
    "simulator",
    "small",
    lambda model: {"max_tokens": 500} if model == "large" else {"max_tokens": 500, "top_p": 1},
)


def prompts(folder: Path, text: str, target: Target = TARGET, **options: object) -> list[Prompt]:
    write(folder, {"p.yaml": text})
    source = open_prompts(str(folder / "p.yaml"), **options)  # type: ignore[arg-type] - a test's options
    return prompts_of(source, target)


def test_an_id_is_item_then_cell_then_variant(tmp_path: Path) -> None:
    text = (
        "prompt: '{{ tone }} {{ lang }} {{ name }} {{ variant }}'\n"
        "variants: 2\nmatrix: {tone: [warm, a/b], lang: [th, en]}\n"
        "items: [{id: sku/1, name: x}]\n"
    )
    made = prompts(tmp_path, text)
    assert [prompt.id for prompt in made] == [
        "sku/1/warm,th/1",
        "sku/1/warm,th/2",
        "sku/1/warm,en/1",
        "sku/1/warm,en/2",
        "sku/1/a-b,th/1",
        "sku/1/a-b,th/2",
        "sku/1/a-b,en/1",
        "sku/1/a-b,en/2",
    ]
    assert made[5].messages[0].content == "a/b th x 2"
    assert dict(made[5].input) == {"id": "sku/1", "name": "x", "tone": "a/b", "lang": "th"}
    assert (made[4].variant, made[5].variant) == (1, 2)


@pytest.mark.parametrize(
    ("extra", "ids"),
    [
        ("", ["a"]),
        ("variants: 1\n", ["a"]),
        ("variants: 2\n", ["a/1", "a/2"]),
        ("matrix: {x: [1]}\n", ["a/1"]),
        ("matrix: {x: [true, 2.5]}\n", ["a/true", "a/2.5"]),
    ],
)
def test_a_suffix_is_there_only_when_it_tells_apart(
    tmp_path: Path, extra: str, ids: list[str]
) -> None:
    made = prompts(tmp_path, f"prompt: text\n{extra}items: [{{id: a}}]\n")
    assert [prompt.id for prompt in made] == ids


def test_variants_of_one_text_have_keys_of_their_own(tmp_path: Path) -> None:
    made = prompts(tmp_path, "prompt: text\nvariants: 5\n")
    assert len({prompt.key for prompt in made}) == 5
    assert {prompt.messages[0].content for prompt in made} == {"text"}


def test_a_column_called_variant_wins_over_the_number(tmp_path: Path) -> None:
    made = prompts(tmp_path, "prompt: '{{ variant }}'\nvariants: 2\nitems: [{variant: mine}]\n")
    assert [prompt.messages[0].content for prompt in made] == ["mine", "mine"]


def test_the_command_line_wins_over_columns_and_fixes_an_axis(tmp_path: Path) -> None:
    text = "prompt: '{{ a }} {{ b }} {{ c }}'\nmatrix: {b: [1, 2]}\nitems: [{id: x, a: 1}]\n"
    made = prompts(tmp_path, text, overrides={"a": "A", "b": "B", "c": "C"})
    assert [(prompt.id, prompt.messages[0].content) for prompt in made] == [("x/B", "A B C")]
    assert dict(made[0].input) == {"id": "x", "a": "A", "b": "B", "c": "C"}


@pytest.mark.parametrize(
    ("header", "own", "model", "params"),
    [
        ("", "{}", "small", {"max_tokens": 500, "top_p": 1}),
        ("max_tokens: 50\n", "{}", "small", {"max_tokens": 50, "top_p": 1}),
        ("max_tokens: null\n", "{}", "small", {"top_p": 1}),
        ("params: {custom: [1]}\n", "{}", "small", {"max_tokens": 500, "top_p": 1, "custom": [1]}),
        ("seed: 1\n", "{seed: 2}", "small", {"max_tokens": 500, "top_p": 1, "seed": 2}),
        ("seed: 1\n", "{seed: null}", "small", {"max_tokens": 500, "top_p": 1}),
        ("max_tokens: null\n", "{max_tokens: 9}", "small", {"max_tokens": 9, "top_p": 1}),
        ("", "{model: large}", "large", {"max_tokens": 500}),
        ("", "{model: null}", "small", {"max_tokens": 500, "top_p": 1}),
        (
            "logit_bias: {50256: -100}\n",
            "{max_tokens: null, top_p: null}",
            "small",
            {"logit_bias": {"50256": -100}},
        ),
    ],
)
def test_the_nearest_parameter_wins_and_null_removes(
    tmp_path: Path, header: str, own: str, model: str, params: dict[str, object]
) -> None:
    (made,) = prompts(tmp_path, f"prompt: x\n{header}items: [{{params: {own}}}]\n", RICH)
    assert (made.model, sent(made)) == (model, params)
    assert "params" not in made.input


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("max_tokens: 50", {"max_completion_tokens": 50}),
        ("max_completion_tokens: 50", {"max_completion_tokens": 50}),
        ("params: {max_tokens: 50}", {"max_completion_tokens": 50}),
        ("items: [{params: {max_tokens: 50}}]", {"max_completion_tokens": 50}),
        ("variants: 1", {"max_completion_tokens": 1000}),
    ],
)
def test_a_cap_on_tokens_goes_out_once_under_the_models_own_name(
    tmp_path: Path, given: str, wanted: dict[str, int]
) -> None:
    newer = Target("openai", "gpt-6", lambda _model: {"max_completion_tokens": 1000})
    made = prompts(tmp_path, f"prompt: text\n{given}\n", newer)
    assert sent(made[0]) == wanted


def test_a_prompt_file_without_items_is_one_prompt(tmp_path: Path) -> None:
    write(tmp_path, {"p.yaml": "prompt: Write {{ what }}\nprovider: simulator\nmodel: large\n"})
    source = open_prompts(str(tmp_path / "p.yaml"), overrides={"what": "copy"})
    assert (source.provider, source.model, source.name) == ("simulator", "large", "p")
    assert source.check(TARGET) == 1
    (made,) = prompts_of(source)
    assert dict(made.input) == {"what": "copy"}


@pytest.mark.parametrize(
    "change",
    [
        "prompt: other\n",
        "prompt: text\nsystem: s\n",
        "prompt: text\nseed: 1\n",
        "prompt: text\nvariants: 2\n",
        "prompt: text\nitems: [{params: {model: large}}]\n",
    ],
)
def test_the_key_changes_with_what_is_sent(tmp_path: Path, change: str) -> None:
    (before,) = prompts(tmp_path, "prompt: text\n")
    assert before.key != prompts(tmp_path, change)[-1].key


def test_the_key_does_not_change_with_what_is_not_sent(tmp_path: Path) -> None:
    (one,) = prompts(tmp_path, "prompt: text\nitems: [{id: a, stock: 1}]\n")
    (two,) = prompts(tmp_path, "items:\n- stock: 2\n  id: b\nprompt: text\n")
    assert one.key == two.key


def test_the_key_depends_on_the_provider(tmp_path: Path) -> None:
    (one,) = prompts(tmp_path, "prompt: text\n")
    other = Target("openai", TARGET.default_model, TARGET.request_defaults)
    (two,) = prompts(tmp_path, "prompt: text\n", other)
    assert one.key != two.key


@pytest.mark.parametrize(("limit", "ids"), [(0, 0), (1, 1), (3, 3), (4, 4), (99, 6)])
def test_the_limit_counts_prompts(tmp_path: Path, limit: int, ids: int) -> None:
    write(tmp_path, {"p.yaml": "prompt: x\nvariants: 2\nitems: [{a: 1}, {a: 2}, {a: 3}]\n"})
    source = open_prompts(str(tmp_path / "p.yaml"), limit=limit)
    assert source.check(TARGET) == ids
    assert len(prompts_of(source)) == ids


def test_rows_past_the_limit_are_not_checked(tmp_path: Path) -> None:
    write(tmp_path, {"p.jsonl": '{"prompt": "x"}\nnonsense\n'})
    assert texts_of(open_prompts(str(tmp_path / "p.jsonl"), limit=1)) == ["x"]


def test_a_system_text_that_comes_out_empty_is_not_sent(tmp_path: Path) -> None:
    (made,) = prompts(tmp_path, "prompt: x\nsystem: '{% if false %}x{% endif %}'\n")
    assert [message.role for message in made.messages] == ["user"]


@pytest.mark.parametrize("template", ["text {{ a }}{{ a }}", "text {{ a }}{{ a|upper }}"])
def test_the_check_finds_a_prompt_that_would_be_too_long(tmp_path: Path, template: str) -> None:
    items = f"- {{a: {'x' * 700_000}}}"
    write(tmp_path, {"p.yaml": f"prompt: '{template}'\nitems:\n{items}\n"})
    with pytest.raises(PromptError, match="longer than 1 MiB"):
        open_prompts(str(tmp_path / "p.yaml")).check(TARGET)
