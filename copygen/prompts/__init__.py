"""Prompt files, tables and Python values → prompts, lazily; every fault with its place."""

from copygen.prompts.expand import Judge, Target
from copygen.prompts.layout import Layout
from copygen.prompts.opening import open_prompts, open_table, open_values
from copygen.prompts.source import Entry, PromptSource
from copygen.prompts.wishes import Wishes

__all__ = [
    "Entry",
    "Judge",
    "Layout",
    "PromptSource",
    "Target",
    "Wishes",
    "open_prompts",
    "open_table",
    "open_values",
]
