"""What is asked: the same rows, wording and parameters for everybody."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

MODEL = "gpt-4.1-mini"
KEY = "sk-benchmark-0123456789abcdef"
SYSTEM = "You write for a silk shop. Reply with the copy only."
MAX_TOKENS = 100
TEMPLATE = f"""\
system: {SYSTEM}
prompt: |
  One caption in {{{{ language }}}} for {{{{ name }}}}, {{{{ price }}}} baht. {{{{ notes }}}}
max_tokens: {MAX_TOKENS}
temperature: 0.7
"""
LANGUAGES = ("Thai", "Japanese", "Malay", "English")
NOTE = "Woven by hand, dyed with indigo. "
LONGEST_NOTE = 16_000


def body(row: dict[str, Any]) -> dict[str, Any]:
    """The request of one row, as a program written by hand makes it."""
    prompt = f"One caption in {row['language']} for {row['name']}, {row['price']} baht."
    return {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"{prompt} {row['notes']}"},
        ],
        "max_tokens": MAX_TOKENS,
        "temperature": 0.7,
    }


def even(_rng: random.Random) -> str:
    """Notes of the same length for every row."""
    return NOTE * 2


def skewed(rng: random.Random) -> str:
    """Notes whose lengths differ as those of real tables do: most short, a few very long."""
    length = min(int(rng.lognormvariate(6.4, 1.0)), LONGEST_NOTE)
    return (NOTE * (length // len(NOTE) + 1))[:length]


def write_items(path: Path, count: int, notes: Callable[[random.Random], str] = even) -> None:
    """Write `count` rows as JSONL, the same ones each time."""
    rng = random.Random(4)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            row = {
                "id": f"p{number:07}",
                "name": f"Praewa scarf {number}",
                "price": 390 + number % 5000,
                "language": LANGUAGES[number % len(LANGUAGES)],
                "notes": notes(rng),
            }
            file.write(json.dumps(row) + "\n")
