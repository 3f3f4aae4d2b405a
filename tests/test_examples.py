"""The example prompt files work as their first lines say."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from copygen.config import load_settings
from copygen.models import Prompt
from copygen.prompts import PromptSource, Target, open_prompts

FOLDER = Path(__file__).parents[1] / "prompts"


@dataclass(frozen=True)
class Example:
    file: str
    count: int
    template: str | None = None
    provider: str | None = None


EXAMPLES = [
    Example("quickstart.yaml", 12, provider="simulator"),
    Example("japanese-kitchen.yaml", 24),
    Example("bangkok-restaurant.yaml", 12),
    Example("malaysia-souvenirs.yaml", 5),
    Example("thai-ingredients.yaml", 16),
    Example("pattaya-resort.yaml", 12),
    Example("silk-scarf.yaml", 5),
    Example("products.csv", 24, template="product-ad.yaml"),
]
BY_FILE = {example.file: example for example in EXAMPLES}
NOT_SHOWN_AS_WRITTEN = {
    "products.csv": {"category", "name", "name_th", "name_ja"},
    "silk-scarf.yaml": {"features"},
}


@pytest.fixture(params=EXAMPLES, ids=lambda example: example.file)
def example(request: pytest.FixtureRequest) -> Example:
    chosen = request.param
    assert isinstance(chosen, Example)
    return chosen


def opened(example: Example) -> PromptSource:
    template = str(FOLDER / example.template) if example.template else None
    return open_prompts(str(FOLDER / example.file), template=template)


def target() -> Target:
    config = load_settings(None, {}, environ={"HOME": "/nonexistent"}).provider("simulator")
    return Target(config.name, config.default_model, config.request_defaults)


def prompts(file: str) -> list[Prompt]:
    return list(_prompts(BY_FILE[file]))


def _prompts(example: Example) -> Iterator[Prompt]:
    source = opened(example)
    source.check(target())
    for entry in source.prompts(target()):
        assert isinstance(entry, Prompt)
        yield entry


def wording(prompt: Prompt) -> str:
    return "\n".join(str(message.content) for message in prompt.messages)


def test_no_example_is_left_untested() -> None:
    templates = {example.template for example in EXAMPLES if example.template}
    assert {path.name for path in FOLDER.iterdir() if path.suffix in (".yaml", ".csv")} == {
        *BY_FILE,
        *templates,
    }


def test_an_example_passes_the_check_with_the_number_of_prompts_it_makes(
    example: Example,
) -> None:
    assert opened(example).check(target()) == example.count == len(list(_prompts(example)))


def test_ids_are_unique_and_the_same_on_every_run(example: Example) -> None:
    ids = [prompt.id for prompt in _prompts(example)]
    assert len(set(ids)) == len(ids)
    assert ids == [prompt.id for prompt in _prompts(example)]


def test_only_the_quickstart_names_a_provider(example: Example) -> None:
    assert opened(example).provider == example.provider


def test_the_first_two_lines_say_what_it_is_and_how_to_run_it() -> None:
    for path in FOLDER.glob("*.yaml"):
        what, command = path.read_text(encoding="utf-8").splitlines()[:2]
        assert what.startswith("# "), path.name
        assert command.startswith("# copygen run "), path.name
        words = command.removeprefix("# copygen run ").split()
        assert f"prompts/{path.name}" in words, path.name
        assert all((FOLDER.parent / word).is_file() for word in words if word[0] != "-"), path.name


def test_every_wording_is_complete(example: Example) -> None:
    for prompt in _prompts(example):
        text = wording(prompt)
        assert not {"{{", "}}", "{%", "None"} & set(text.split())
        assert [message.role for message in prompt.messages] == ["system", "user"]


def test_every_item_brings_its_own_values_into_its_wording(example: Example) -> None:
    for prompt in _prompts(example):
        for column in prompt.input.keys() - {"id"} - NOT_SHOWN_AS_WRITTEN.get(example.file, set()):
            assert str(prompt.input[column]) in wording(prompt), (prompt.id, column)


def test_the_quickstart_speaks_four_languages() -> None:
    languages = {prompt.input["language"] for prompt in prompts("quickstart.yaml")}
    assert languages == {"English", "Thai", "Japanese", "Malay"}


def test_the_kitchen_copy_is_asked_for_in_thirty_japanese_characters() -> None:
    assert all("30文字以内" in wording(prompt) for prompt in prompts("japanese-kitchen.yaml"))


def test_the_restaurant_asks_for_no_more_hashtags_than_instagram_takes() -> None:
    for prompt in prompts("bangkok-restaurant.yaml"):
        assert "four hashtags" in wording(prompt)
        assert "no more than five" in wording(prompt)


def test_each_souvenir_e_mail_names_the_day_its_offer_ends() -> None:
    for prompt in prompts("malaysia-souvenirs.yaml"):
        assert f"Tamat: {prompt.input['tamat']}" in wording(prompt)


def test_the_scarf_brief_makes_five_texts_of_a_hundred_characters_from_five_angles() -> None:
    made = prompts("silk-scarf.yaml")
    assert len({prompt.input["angle"] for prompt in made}) == len(made) == 5
    for prompt in made:
        assert f"Angle: {prompt.input['angle']}." in wording(prompt)
        assert "at most 100 characters" in wording(prompt)
        assert "2500 baht" in wording(prompt)
        assert "hand-rolled edges; comes in a numbered box" in wording(prompt)


def test_the_product_table_is_full() -> None:
    with (FOLDER / "products.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, strict=True))
    assert len({row["id"] for row in rows}) == len(rows) == 24
    for row in rows:
        assert all(value and value.strip() for value in row.values()), row["id"]
        assert int(row["price_thb"]) > 0


@pytest.mark.parametrize(
    ("language", "column"),
    [("Thai", "name_th"), ("Japanese", "name_ja"), ("English", "name"), ("Malay", "name")],
)
def test_a_product_ad_calls_the_product_by_its_name_in_the_language_of_the_ad(
    language: str, column: str
) -> None:
    made = [prompt for prompt in prompts("products.csv") if prompt.input["language"] == language]
    assert made
    for prompt in made:
        assert f"\nProduct: {prompt.input[column]}\nPrice: " in wording(prompt)
