"""Prompt files, tables and Python values → prompts, lazily; every fault with its place."""

from copygen.prompts.expand import CostCheck, Target
from copygen.prompts.opening import open_prompts, open_values
from copygen.prompts.promptfile import OutputSpec
from copygen.prompts.rows import BadRows, Duplicates, ReadOptions
from copygen.prompts.selection import Selection, row_range, row_sample
from copygen.prompts.source import Entry, PromptSource
from copygen.prompts.tables import open_table
from copygen.prompts.template import Layout

__all__ = [
    "BadRows",
    "CostCheck",
    "Duplicates",
    "Entry",
    "Layout",
    "OutputSpec",
    "PromptSource",
    "ReadOptions",
    "Selection",
    "Target",
    "open_prompts",
    "open_table",
    "open_values",
    "row_range",
    "row_sample",
]
