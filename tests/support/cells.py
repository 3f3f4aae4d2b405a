"""How many cells of a terminal a line takes."""

from rich.cells import cell_len
from wcwidth import width as cells_of


def fits(line: str, width: int) -> bool:
    """Whether a line is at most `width` cells wide, by the table of either library: they differ
    about characters that Unicode has added lately, and so do terminals."""
    return min(cells_of(line), cell_len(line)) <= width
