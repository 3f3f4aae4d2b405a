"""Prompt files, tables and Python values → prompts, lazily; every fault with its place."""

from copygen.prompts.expand import Judge, Target
from copygen.prompts.promptfile import Wishes
from copygen.prompts.source import Entry, PromptSource, open_prompts, open_values
from copygen.prompts.tables import open_table
from copygen.prompts.template import Layout

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
