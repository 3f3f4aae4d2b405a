"""The inputs that are kept: seeds of each format, and every input that once broke a promise.

One file per input in `corpus/<target>/`. Findings are called `regression-...`.
"""

from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parent / "corpus"


def kept(target: str) -> dict[str, bytes]:
    """Every kept input of a target by its name, in the order of the names."""
    files = sorted((CORPUS / target).iterdir())
    return {path.name: path.read_bytes() for path in files}
