"""Prompt files, tables and Python values → prompts, lazily; every fault with its place."""

from copygen.prompts.expand import Target
from copygen.prompts.opening import open_prompts, open_table, prompts_from
from copygen.prompts.source import Entry, PromptSource

__all__ = ["Entry", "PromptSource", "Target", "open_prompts", "open_table", "prompts_from"]
