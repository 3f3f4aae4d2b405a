"""What a person meant where YAML's parser stopped.

Nearly every slip is a text that needs quotes, and the parser's own words name its grammar.
"""

import re
from typing import Final

from yaml.reader import ReaderError

IN_QUOTES: Final = "put it in quotes, or under | on lines of its own"
_VALUE: Final = re.compile(r"\s*(?:-\s+)*(?:[^\s:#'\"{}\[\]][^:#]{0,200}?:[ \t]+)?(?P<value>\S.*)?")
_UNCLOSED: Final = re.compile(r"expected ',' or '([}\]])'")
_SIGNS: Final = ("{{", "{%", "{#", *"@`%*&!|>[]{},?")


def unreadable_character(exc: ReaderError) -> str:
    """What is wrong with a sign that YAML does not take."""
    if "control characters" in str(exc.reason) or "special characters" in str(exc.reason):
        code = exc.character if isinstance(exc.character, int) else ord(str(exc.character)[0])
        return f"the control character U+{code:04X} is not allowed; remove it"
    return "not UTF-8 text; save the file as UTF-8"


def slip(line: str, problem: str, opened: int | None) -> str:
    """Return what is wrong on a `line`, with the way out.

    `problem` is the parser's, `opened` the line on which what is never closed begins.
    """
    if re.match(r"\s*?\t", line):
        return "this line is indented with a tab; YAML takes blanks only"
    if "end of stream" in problem or "stream end" in problem:
        return f"a quote or bracket that is opened on line {opened} is never closed"
    if "escape" in problem:
        return r"in double quotes a \ begins a code: write \\ for the sign, or use single quotes"
    found = _VALUE.match(line)
    value = (found["value"] or "") if found else ""
    sign = next((sign for sign in _SIGNS if value.startswith(sign)), None)
    unclosed = _UNCLOSED.search(problem)
    if unclosed and opened is not None and (sign is None or len(sign) == 1):
        return (
            f"a ',' or the closing '{unclosed[1]}' is missing here: the bracket is opened on line "
            f"{opened}"
        )
    if sign is not None:
        return f"a text that begins with '{sign}' means something else to YAML; {IN_QUOTES}"
    if value[:1] in "'\"" and value:
        return f"the text goes on behind its closing {value[0]}; {IN_QUOTES}, or double the quote"
    if value.startswith("- "):
        return "a list begins on a line of its own, under its name"
    if "mapping values" in problem and ": " in value:
        return f"a text with ': ' in it is no text to YAML; {IN_QUOTES}"
    if "mapping values" in problem:
        return (
            "this line does not go with the one above: is its indentation right, or a ':' missing?"
        )
    return "check the indentation, and put text with ': ' or ' #' in it in quotes"
