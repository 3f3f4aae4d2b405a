"""Prompt files for tests, and the targets they are rendered for."""

from collections.abc import Mapping
from pathlib import Path

from copygen.models import InputFault, JsonValue, Prompt
from copygen.prompts import PromptSource, Target

TARGET = Target("simulator", "default-model", lambda _model: {"max_tokens": 500})


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files by name, texts as UTF-8 and with their own line ends."""
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)


def prompts_of(source: PromptSource, target: Target = TARGET) -> list[Prompt]:
    """Return all prompts; any fault fails the test."""
    entries = list(source.prompts(target))
    faults = [entry for entry in entries if isinstance(entry, InputFault)]
    assert faults == []
    return [entry for entry in entries if isinstance(entry, Prompt)]


def texts_of(source: PromptSource) -> list[JsonValue]:
    """Return the user message of each prompt."""
    return [prompt.messages[-1].content for prompt in prompts_of(source)]
