"""Tables, templates and prompt files: what they meant, and what is not bought again."""

import gzip
import io
import json
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from copygen.cli.app import app
from copygen.errors import PromptError
from copygen.models import InputFault, Prompt
from copygen.prompts import open_prompts
from tests.field.case import Cases
from tests.support.prompt_files import TARGET, write
from tests.support.sent import sent

CASES = Cases()
case = CASES.case


def got(folder: Path, table: str | bytes, template: str | None = None, name: str = "t.csv") -> str:
    """The texts of the prompts, or what is said instead without the place."""
    write(folder, {name: table, **({"w.yaml": template} if template else {})})
    try:
        source = open_prompts(
            str(folder / name), template=str(folder / "w.yaml") if template else None
        )
        source.check(TARGET)
        entries = list(source.prompts(TARGET))
    except PromptError as error:
        return error.message
    warned = [warning.split(": ", 1)[1] for warning in source.warnings]
    return " | ".join([_text(entry) for entry in entries] + warned)


def piped(data: str, template: Path | None = None) -> str:
    stdin = io.BytesIO(data.encode())
    try:
        source = open_prompts("-", template=str(template) if template else None, stdin=stdin)
        return " | ".join(_text(entry) for entry in source.prompts(TARGET))
    except PromptError as error:
        return error.message


def _text(entry: Prompt | InputFault) -> str:
    return entry.message if isinstance(entry, InputFault) else str(entry.messages[-1].content)


def has(text: str, *words: str) -> str:
    """`said` when all the words are in the text, else the text."""
    return "said" if all(word in text for word in words) else text


def run(folder: Path, *args: str) -> tuple[int, int, str]:
    """Exit code, requests and output of a run in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        command = ["run", *args, "-p", "simulator", "-o", "r.jsonl", "--summary-json", "s.json"]
        done = CliRunner().invoke(app, command)
    summary = folder / "s.json"
    sent = json.loads(summary.read_text())["traffic"]["requests"] if summary.exists() else 0
    summary.unlink(missing_ok=True)
    return done.exit_code, sent, done.output


INCHES = 'name,size (")\nTV,55\nMonitor,27\nScreen 5",5\nTablet,10\n'


@case("1:1", 'TV | Monitor | Screen 5" | Tablet')
def a_quotation_mark_in_a_header(folder: Path) -> str:
    file = got(folder, INCHES, "prompt: '{{ name }}'\n")
    return file if piped(INCHES, folder / "w.yaml") == file else "the stream differs"


@case("1:2", "x,y 1")
def a_sep_line_of_Excel(folder: Path) -> str:
    return got(folder, "sep=;\nname;price\nx,y;1\n", "prompt: '{{ name }} {{ price }}'\n")


@case("1:3", "a, b | a, b")
def a_delimiter_told_by_name_and_rows(folder: Path) -> str:
    template = "prompt: '{{ name }}'\n"
    tab = got(folder, "name\tprice, THB\na, b\t1\n", template, "t.tsv")
    return f"{tab} | {got(folder, 'name;price, THB' + chr(10) + 'a, b;1' + chr(10), template)}"


@case("1:4", "Scarf")
def a_column_with_a_blank(folder: Path) -> str:
    return got(folder, "Product Name\nScarf\n", "prompt: '{{ row[\"Product Name\"] }}'\n")


@case("1:5", "x")
def a_mark_semicolons_and_CRLF(folder: Path) -> str:
    return got(folder, "\ufeffprompt;price\r\nx;1\r\n")


@case("1:6", "x")
def a_mark_before_a_quoted_header(folder: Path) -> str:
    return got(folder, '\ufeff"prompt","price"\nx,1\n')


@case("1:7", "said x")
def other_encodings(folder: Path) -> str:
    latin = got(folder, "prompt\nÉcharpe\n".encode("cp1252"))
    utf16 = got(folder, "prompt\nx\n".encode("utf-16"))
    return f"{has(latin, 'byte 0xc9', 'UTF-8', '--encoding cp1252')} {utf16}"


@case("1:8", "said said said said said")
def broken_tables(folder: Path) -> str:
    return " ".join(
        (
            has(got(folder, "prompt\nx\0\n"), "NUL"),
            has(got(folder, "prompt\rx\r"), "carriage return"),
            has(got(folder, "prompt,a,a\n"), "there twice"),
            has(got(folder, 'prompt\n"x\n'), "never closed"),
            has(got(folder, 'prompt\n"x"y\n'), "after a closing quote"),
        )
    )


@case("1:9", "200000")
def a_long_cell(folder: Path) -> str:
    return str(len(got(folder, "prompt\n" + "x" * 200_000 + "\n")))


@case("1:10", "a\u2028b | c\nd")
def blank_lines_and_odd_line_ends_in_cells(folder: Path) -> str:
    return got(folder, '\n prompt \n\na\u2028b\n\n"c\nd"\n')


@case("1:11", "x said said")
def ragged_rows(folder: Path) -> str:
    return " ".join(
        (
            # An empty column without a name is what a spreadsheet leaves behind: nobody misses it.
            got(folder, "prompt,\nx,\n"),
            has(got(folder, "prompt,a\nx,1,2\n"), "3 fields", "contain the delimiter"),
            has(got(folder, "prompt,a\nx\n"), "1 field ", "add the missing ones"),
        )
    )


@case("1:13", "x")
def a_header_in_decomposed_letters(folder: Path) -> str:
    return got(folder, "cafe\u0301\nx\n", "prompt: '{{ caf\u00e9 }}'\n")


@case("1:14", "ผ้า ₹5")
def names_in_other_scripts(folder: Path) -> str:
    return got(folder, "ชื่อ,मूल्य\nผ้า,₹5\n", "prompt: '{{ ชื่อ }} {{ मूल्य }}'\n")


@case("1:15", "said")
def a_column_called_like_a_built_in(folder: Path) -> str:
    return has(
        got(folder, "name,Range\nScarf,wide\n", "prompt: '{{ range }} {{ name }}'\n"),
        "uses 'range'",
        "nearest is 'Range'",
    )


@case("1:16", "123456789012345678901234567890")
def a_long_whole_number(folder: Path) -> str:
    row = '{"sku":123456789012345678901234567890}\n'
    return got(folder, row, "prompt: '{{ sku }}'\n", "t.jsonl")


@case("1:17", '19.90 true ["soft"]')
def numbers_and_lists_as_written(folder: Path) -> str:
    row = '{"price":19.90,"veg":true,"feat":["soft"]}\n'
    return got(folder, row, "prompt: '{{ price }} {{ veg }} {{ feat }}'\n", "t.jsonl")


@case("1:18", "x none ")
def optional_columns(folder: Path) -> str:
    template = "prompt: \"{{ a }} {{ b|default('none') }} {% if c is defined %}c{% endif %}\"\n"
    return got(folder, "a\nx\n", template)


@case("1:19", "said")
def a_hashtag_in_braces(folder: Path) -> str:
    return has(got(folder, "a\nx\n", "prompt: 'Use {#ThaiSilk}'\n"), "'{#' begins a comment")


@case("1:21", "said")
def a_hashtag_in_a_plain_text(folder: Path) -> str:
    text = "- Caption with the tags #ThaiSilk\n"
    return has(got(folder, text, name="t.yaml"), "the text ends before '#ThaiSilk'", "quotes")


@case("1:22", "said")
def a_value_that_begins_with_braces(folder: Path) -> str:
    text = "prompt: {{ name }} is nice\n"
    return has(got(folder, text, name="t.yaml"), "begins with '{{'", "put it in quotes")


@case("1:23", "said said said")
def tabs_and_signs_in_YAML(folder: Path) -> str:
    said = [("\tprompt: x\n", "tab"), ("prompt: @x\n", "'@'"), ("prompt: *x\n", "'*'")]
    return " ".join(has(got(folder, text, name="t.yaml"), word) for text, word in said)


@case("1:24", "no on 2026-01-02 1_000 00123 12:30 0x1F 1e3 +5")
def scalars_that_other_readers_change(folder: Path) -> str:
    texts = ["no", "on", "2026-01-02", "1_000", "00123", "12:30", "0x1F", "1e3", "+5"]
    items = ", ".join(f"v{n}: {text}" for n, text in enumerate(texts))
    names = " ".join(f"{{{{ v{n} }}}}" for n in range(len(texts)))
    return got(folder, f"prompt: '{names}'\nitems: [{{{items}}}]\n", name="t.yaml")


@case("1:25", "said said")
def doubled_YAML(folder: Path) -> str:
    twice = got(folder, "prompt: a\nprompt: b\n", name="t.yaml")
    second = got(folder, "prompt: a\n---\nb\n", name="t.yaml")
    return f"{has(twice, 'given twice')} {has(second, 'second YAML document')}"


@case("1:26", "'items' is empty; fill it in, or take the line out")
def items_left_empty(folder: Path) -> str:
    return got(folder, "prompt: x\nitems:\n", name="t.yaml")


@case("1:27", "said")
def a_misspelt_key(folder: Path) -> str:
    return has(got(folder, "Prompt: x\n", name="t.yaml"), "did you mean 'prompt'?")


@case("1:28", "gpt-4.1 {'max_tokens': 20, 'temperature': 0}")
def request_fields_at_the_top_of_a_row(folder: Path) -> str:
    row = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hi"}]}
    write(folder, {"t.jsonl": json.dumps({**row, "max_tokens": 20, "temperature": 0})})
    (prompt,) = open_prompts(str(folder / "t.jsonl")).prompts(TARGET)
    assert isinstance(prompt, Prompt)
    return f"{prompt.model} {sent(prompt)}"


@case("1:29", "a Hi")
def a_line_of_a_batch_file(folder: Path) -> str:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    row = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    write(folder, {"t.jsonl": json.dumps(row)})
    (prompt,) = open_prompts(str(folder / "t.jsonl")).prompts(TARGET)
    return f"{prompt.id} {_text(prompt)}"


@case("1:30", "x | y")
def JSON_lines_with_marks_and_blank_lines(folder: Path) -> str:
    return got(folder, '\ufeff{"prompt":"x"}\r\n\r\n{"prompt":"y"}', name="t.jsonl")


@case("1:31", "said said said")
def JSON_lines_that_are_none(folder: Path) -> str:
    return " ".join(
        (
            has(got(folder, '{"prompt":NaN}\n', name="t.jsonl"), "not valid JSON"),
            has(got(folder, '{"prompt":"x","prompt":"y"}\n', name="t.jsonl"), "given twice"),
            has(got(folder, '{"prompt":"x",}\n', name="t.jsonl"), "not valid JSON"),
        )
    )


@case("1:97", "said")
def YAML_on_standard_input(folder: Path) -> str:
    del folder
    return has(piped("prompt: x\n"), "YAML", "name the file")


@case("1:98", "said")
def a_misspelt_variable_of_the_command_line(folder: Path) -> str:
    write(folder, {"t.csv": "name\na\n", "w.yaml": "prompt: '{{ name }}'\n"})
    code, sent, output = run(folder, "t.csv", "-t", "w.yaml", "--set", "nmae=Foo")
    return has(f"{code} {sent} {output}", "2 0 ", "nmae", "nearest is 'name'")


@case("4:S1", "1 0 0 0, 1 record")
def a_changed_stock_column(folder: Path) -> str:
    write(folder, {"t.csv": "sku,name,stock\nA,mug,5\n", "w.yaml": "prompt: x {{ name }}\n"})
    sent = [run(folder, "t.csv", "-t", "w.yaml")[1]]
    for table in (
        "sku,name,stock\nA,mug,4\n",
        "sku,name,stock,new\nA,mug,5,\n",
        "name,sku,stock\nmug,A,5\n",
    ):
        write(folder, {"t.csv": table})
        sent.append(run(folder, "t.csv", "-t", "w.yaml")[1])
    records = len((folder / "r.jsonl").read_text().splitlines())
    return f"{' '.join(map(str, sent))}, {records} record"


@case("4:S2", "said said said said")
def columns_that_are_no_identifiers(folder: Path) -> str:
    table = "Handle,Title,Body (HTML),Variant Price,description.en\nh,t,b,v,d\n"
    written = {
        "{{ Variant Price }}": 'row["Variant Price"]',
        "{{ Body (HTML) }}": 'row["Body (HTML)"]',
        "{{ Variant_Price }}": 'row["Variant Price"]',
        "{{ description.en }}": 'row["description.en"]',
    }
    return " ".join(
        has(got(folder, table, f"prompt: '{text}'\n"), wanted) for text, wanted in written.items()
    )


@case("4:S2", "said")
def a_constant_that_is_a_column(folder: Path) -> str:
    text = got(folder, "Variant Price\n1\n", "prompt: '{{ \"Variant Price\" }}'\n")
    return has(text, "the constant", 'row["Variant Price"]')


@case("4:S6", "said")
def names_in_messages(folder: Path) -> str:
    row = {"messages": [{"role": "user", "content": "Hi", "name": "Anna"}]}
    return has(got(folder, json.dumps(row), name="t.jsonl"), "message 1 has a 'name'")


@case("4:S7", "said there are no items in it")
def sheets_and_texts(folder: Path) -> str:
    sheet = got(folder, "x", name="t.xlsx")
    return f"{has(sheet, 'save the sheet as CSV')} {got(folder, 'prompt', name='t.txt')}"


@case("4:S7b", "a, b | a|b | x | x | x | x")
def files_that_could_not_be_opened(folder: Path) -> str:
    return " | ".join(
        (
            got(folder, "prompt\tn\na, b\t1\n".encode("utf-16"), name="ads.csv"),
            got(folder, "prompt,n\na|b,1,\n"),
            got(folder, '[{"prompt": "x"}]', name="t.json"),
            got(folder, ",prompt\n0,x\n"),
            got(folder, "# made\nprompt,n\nx,1\n"),
            got(folder, gzip.compress(b"prompt\nx\n"), name="t.csv.gz"),
        )
    )


@case("4:S7c", '"Best" mug | Mug')
def a_quote_that_opens_nothing_in_a_tsv(folder: Path) -> str:
    return got(folder, 'name\tn\n"Best" mug\t1\nMug\t2\n', "prompt: '{{ name }}'\n", "t.tsv")


@case("4:S7d", "00123 12,50 € 15% 1.5.2026")
def a_sheet_as_it_is_shown(folder: Path) -> str:
    shown = {"a": (123, "00000"), "b": (12.5, "#,##0.00\\ [$€-407]"), "c": (0.15, "0%")}
    with xlsxwriter.Workbook(folder / "t.xlsx") as made:
        sheet = made.add_worksheet()
        for column, (name, (value, code)) in enumerate({**shown, "d": (46143, "d.m.yyyy")}.items()):
            sheet.write_string(0, column, name)
            sheet.write_number(1, column, value, made.add_format({"num_format": code}))
    (folder / "w.yaml").write_text("prompt: '{{ a }} {{ b }} {{ c }} {{ d }}'\n")
    source = open_prompts(f"{folder}/t.xlsx", template=f"{folder}/w.yaml")
    return " | ".join(map(_text, source.prompts(TARGET)))


@case("4:S7e", "a | b")
def rows_that_come_packed_by_a_pipe(folder: Path) -> str:
    stdin = io.BytesIO(gzip.compress(b"prompt\na\nb\n"))
    return " | ".join(map(_text, open_prompts("-", stdin=stdin).prompts(TARGET)))


@case("4:S7f", "Größe")
def a_prompt_file_that_says_the_encoding(folder: Path) -> str:
    wording = "encoding: ANSI\nprompt: '{{ name }}'\n"
    return got(folder, "name;n\nGröße;1\n".encode("cp1252"), wording)


@case("4:S7g", "A 1290.0")
def a_condition_on_prices_as_europe_writes_them(folder: Path) -> str:
    wording = "skip_if: preis | float < 100\nprompt: '{{ name }} {{ preis | float }}'\n"
    return got(folder, "name;preis\nA;1.290,00 €\nB;12,50 €\n", wording)


@case("6:D2", "2 0 said")
def a_retry_with_another_model(folder: Path) -> str:
    write(folder, {"t.csv": "name\nmug\ncup\n", "w.yaml": "prompt: x {{ name }}\n"})
    run(folder, "t.csv", "-t", "w.yaml")
    code, sent, output = run(folder, "t.csv", "-t", "w.yaml", "--retry", "rejected", "-m", "other")
    return f"{code} {sent} {has(' '.join(output.split()), '2 accepted texts')}"


@case("6:D19", "said")
def a_template_in_the_model(folder: Path) -> str:
    text = "prompt: x\nmodel: '{{ m }}'\n"
    return has(got(folder, text, name="t.yaml"), "sent as it is written")


@case("8:17", "said")
def a_word_for_a_number(folder: Path) -> str:
    text = "prompt: x\nmax_tokens: many\n"
    return has(got(folder, text, name="t.yaml"), "'max_tokens' should be a whole number")


@case("8:36", "said")
def a_misspelt_choice(folder: Path) -> str:
    text = "prompt: x\nchannel: sms\non_violation: rejct\n"
    return has(got(folder, text, name="t.yaml"), "did you mean 'reject'?")


@case("8:41", "said")
def a_table_without_a_header(folder: Path) -> str:
    text = got(folder, "TX-1,Scarf,250\nTX-2,Mug,90\n", "prompt: '{{ name }}'\n")
    return has(text, "first line of the table")


@case("8:106", "0 0")
def a_stream_that_is_empty(folder: Path) -> str:
    del folder
    return f"{len(piped(''))} {len(piped('prompt,a' + chr(10)))}"


@case("11:A11", "said")
def a_parameter_of_one_server(folder: Path) -> str:
    return has(got(folder, "prompt: x\nignore_eos: true\n", name="t.yaml"), "under 'params'")


@case("12:A3", "said")
def a_number_of_5000_digits_in_a_template(folder: Path) -> str:
    text = "prompt: '{{ " + "9" * 5000 + " }}'\n"
    return has(got(folder, "a\n1\n", text), "too long")
