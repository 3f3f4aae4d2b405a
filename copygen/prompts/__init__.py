"""Prompt files, tables and Python values → prompts, lazily; every fault with its place."""

from copygen.prompts.expand import CostCheck, Target
from copygen.prompts.promptfile import OutputSpec
from copygen.prompts.rows import BadRows, ReadOptions
from copygen.prompts.source import Entry, PromptSource, open_prompts, open_values
from copygen.prompts.tables import open_table
from copygen.prompts.template import Layout

__all__ = [
    "BadRows",
    "CostCheck",
    "Entry",
    "Layout",
    "OutputSpec",
    "PromptSource",
    "ReadOptions",
    "Target",
    "open_prompts",
    "open_table",
    "open_values",
]
