"""Whatever the header of a file, what an error says can be pasted, and gives the column's value."""

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from copygen.errors import PromptError
from copygen.prompts import open_prompts
from tests.support.prompt_files import texts_of, write

SIGNS = [*"abAB 12_-./:()%*'\\;|€é名م", '"', "ผ้", "\u00a0", "\u200f", "🎁", "\u0301", "\n", "}}"]
headers = st.lists(
    st.lists(st.sampled_from(SIGNS), min_size=1, max_size=8).map("".join), min_size=2, max_size=4
)


def asked(folder: str, name: str, expression: str) -> list[str]:
    write(Path(folder), {"w.yaml": f"prompt: |\n  {expression}\n"})
    return [
        str(text)
        for text in texts_of(open_prompts(f"{folder}/{name}", template=f"{folder}/w.yaml"))
    ]


def suggestions(message: str) -> list[str]:
    found = re.search(r"written (?:like )?(\{\{ .*)", message, re.DOTALL)
    if found:
        return re.split(r" or (?=\{\{)", found[1].rstrip("."))
    nearest = re.search(r"nearest is '(.+?)'", message, re.DOTALL)
    return [f"{{{{ {nearest[1]} }}}}"] if nearest else []


def check_header(columns: list[str], folder: str, name: str) -> None:
    try:
        asked(folder, name, "{{ qqq_absent }}")
    except PromptError as refused:
        message = refused.message
    assume("uses 'qqq_absent'" in message)  # else the header itself is refused, or a comment
    ways = suggestions(message)
    plain = all(column.strip().isidentifier() for column in columns)
    assert ways or plain or "is the first line of the table a row?" in message
    values = {f"value {place}" for place in range(len(columns))}
    for way in ways:
        (text,) = asked(folder, name, way.replace("\n", "\n  "))
        assert text.strip() in values


@pytest.mark.no_cover
@given(headers)
@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
def test_what_an_error_says_of_a_csv_can_be_pasted(columns: list[str]) -> None:
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerows([columns, [f"value {place}" for place in range(len(columns))]])
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"t.csv": out.getvalue()})
        check_header(columns, folder, "t.csv")


@pytest.mark.no_cover
@given(headers)
@settings(max_examples=20, deadline=None, suppress_health_check=[*HealthCheck])
def test_what_an_error_says_of_a_sheet_can_be_pasted(columns: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with xlsxwriter.Workbook(f"{folder}/t.xlsx") as made:
            sheet = made.add_worksheet()
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column)
                sheet.write_string(1, place, f"value {place}")
        check_header(columns, folder, "t.xlsx")
