"""The manual, a file per topic, and what the checks find, an entry per rule.

Texts only, read when they are asked for; `copygen.view.manual` puts them together and shows them.
"""

from importlib import resources
from typing import Final

TOPICS: Final = (
    "prompt-files", "templates", "tables", "providers", "settings", "prices", "channels", "fields",
    "checks", "languages", "cost", "resuming", "results", "show", "review", "decisions",
    "spreadsheets", "export", "diff", "recipes", "failures", "exit-codes", "cron", "ci",
    "pipelines", "python", "simulator", "platforms",
)  # fmt: skip
"""In the order of work: what is written, where it is sent, what it must be like, what comes out,
and where it runs. Each is a file `NAME.md` here, whose first line is `# NAME: one sentence`."""


def topic_text(name: str) -> str:
    """The Markdown of a topic as its file has it, marks of generated parts included."""
    return _read(f"{name}.md")


def topic_summary(name: str) -> str:
    """What the topic is about, in a few words."""
    return topic_text(name).partition("\n")[0].partition(": ")[2]


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
