"""Which model uses which vocabulary."""

import pydantic
import pytest

from copygen.config.vocabularies import Vocabularies, load_vocabularies


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4.1-mini", "o200k"),
        ("openai/gpt-4o", "o200k"),
        ("deepseek-chat", "deepseek"),
        ("deepseek/DeepSeek-V3.2", "deepseek"),
        ("claude-sonnet-4.5", "unknown"),
        ("gemini-2.5-flash", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_model_has_the_vocabulary_its_name_says(model: str, name: str) -> None:
    known = load_vocabularies()
    assert known.of(model) is known.vocabularies[name]


def test_a_table_without_a_vocabulary_for_unknown_models_is_refused() -> None:
    known = load_vocabularies().model_dump()
    del known["vocabularies"]["unknown"]
    with pytest.raises(pydantic.ValidationError, match="for unknown models"):
        Vocabularies.model_validate(known)
