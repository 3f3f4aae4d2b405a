"""`copygen help`: what the manual says is so, and nothing is missing in it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

import copygen.help
from copygen.cli.app import IN_THE_ORDER_OF_WORK
from copygen.config import load_settings, preset_names, schema_text
from copygen.delivery.formats import all_specs
from copygen.engine.retry import RULES, Action
from copygen.errors import ExitCode
from copygen.help import TOPICS, topic_text
from copygen.models import Kind, Severity, Violation
from copygen.quality import fields
from copygen.quality.acceptance import reask
from copygen.quality.checks import chat, form
from copygen.quality.packs import WORD_LISTS, load_pack, load_wording, pack_names
from copygen.quality.units import Unit
from copygen.view.export import formats_markdown
from copygen.view.manual import rule_entries, rule_page, show, topic_page
from copygen.view.reference import SECTIONS, docstrings
from tests.quality.rule_examples import found_in
from tests.support.inside import copygen as run
from tests.support.inside import simulated
from tests.support.manual_examples import Block, Reader, blocks
from tests.support.running import COMMAND, ROOT, environment, start

FOLDER = Path(copygen.help.__file__).parent
ENTRIES = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))


def between(topic: str, mark: str) -> str:
    """The text between <!-- mark --> and <!-- /mark -->."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", topic_text(topic), re.DOTALL)
    assert found
    return found[1]


# What there is to read


def test_every_file_is_a_topic_and_every_topic_has_a_file() -> None:
    assert sorted(TOPICS) == sorted(path.stem for path in FOLDER.glob("*.md"))
    for name in TOPICS:
        assert re.match(rf"# {name}: \S.*[^.]\n\n", topic_text(name)), name


def test_help_lists_commands_in_the_order_of_work_and_every_topic(tmp_path: Path) -> None:
    shown = run("help", cwd=tmp_path).stdout
    commands, topics = shown.split("Topics (copygen help TOPIC):")
    for page, names in (
        (commands, [command.__name__.rstrip("_") for command in IN_THE_ORDER_OF_WORK]),
        (topics, TOPICS),
    ):
        places = [page.index(f"\n  {name} ") for name in names]
        assert places == sorted(places)


@pytest.mark.parametrize("name", ["run", "check", "doctor", "schema"])
def test_help_of_a_command_is_its_help_page(tmp_path: Path, name: str) -> None:
    assert run("help", name, cwd=tmp_path).stdout == run(name, "--help", cwd=tmp_path).stdout


def test_a_name_of_both_a_command_and_a_topic_shows_both(tmp_path: Path) -> None:
    shown = run("help", "channels", cwd=tmp_path).stdout
    assert shown.startswith(run("channels", "--help", cwd=tmp_path).stdout)
    assert shown.endswith(topic_page("channels"))


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_in_a_pipe_is_the_text_without_marks_for_the_tests(
    tmp_path: Path, name: str
) -> None:
    done = run("help", name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"# {name}: " in done.stdout
    assert not re.search(r"<!--|^```\w+ |\x1b", done.stdout, re.MULTILINE)


def test_a_topic_on_a_terminal_is_drawn() -> None:
    screen = Console(file=StringIO(), force_terminal=True, width=60, color_system="truecolor")
    show(topic_page("cron"), screen)
    assert isinstance(screen.file, StringIO)
    drawn = screen.file.getvalue()
    assert "\x1b[" in drawn
    assert "```" not in drawn
    assert "**" not in drawn


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("coost", "cost"),
        ("resume", "resuming"),
        ("rn", "run"),
        ("estimate", "plan"),
        ("samness.duplicate", "sameness.duplicate"),
        ("grounding.prize", "grounding.price"),
    ],
)
def test_a_misspelt_name_is_told_the_nearest(tmp_path: Path, name: str, nearest: str) -> None:
    done = run("help", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"did you mean 'copygen help {nearest}'?" in done.stderr


def test_a_name_that_is_like_none_is_told_where_the_names_are(tmp_path: Path) -> None:
    done = run("help", "xyzzy", cwd=tmp_path)
    assert done.returncode == 2
    assert "copygen help lists" in done.stderr


@pytest.mark.parametrize("name", TOPICS)
def test_names_of_topics_and_files_in_the_text_exist(name: str) -> None:
    known = {*TOPICS, *(command.__name__ for command in IN_THE_ORDER_OF_WORK), "help"}
    text = topic_text(name)
    told = re.findall(r"copygen help ([a-z-]+)(?![a-z.-])", text)
    assert {one for one in told if one not in known and rule_page(one) is None} == set()
    assert re.findall(r"\]\((?!https://)", text) == []


# What is shown is so


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with simulated("--latency-ms", 0) as base_url:
        yield base_url


@pytest.mark.parametrize("name", [name for name in TOPICS if any(one.how for one in blocks(name))])
def test_the_examples_of_a_topic_run(tmp_path: Path, provider: str, name: str) -> None:
    reader = Reader(tmp_path, provider)
    for block in blocks(name):
        if block.language != "python":
            reader.try_out(block)


ENDS = ("ok", "approved", "approved", "ok")
"""What each program in the topic shows of both its rows."""


def test_the_programs_in_the_manual_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    reader = Reader(tmp_path, "http://127.0.0.1:9/v1")
    ran = 0
    for block in blocks("python"):
        if block.language != "python":
            reader.try_out(block)
            continue
        shown: list[list[str]] = []
        names = {"print": lambda *words, shown=shown: shown.append([str(word) for word in words])}
        exec(compile(block.text, "manual", "exec"), names)  # noqa: S102  # our own text
        told = sorted(words[:2] for words in shown if len(words) > 2)
        assert told == [["pouch", ENDS[ran]], ["scarf", ENDS[ran]]]
        ran += 1
    assert ran == len(ENDS)


def test_every_yaml_block_is_yaml() -> None:
    for name in TOPICS:
        for block in blocks(name):
            if block.language == "yaml":
                assert yaml.safe_load(block.text), block


def test_what_is_to_be_copied_fits_a_terminal_of_80_columns() -> None:
    for name in TOPICS:
        for block in blocks(name):
            if block.language in ("yaml", "csv", "json", "sh", "python"):
                assert [line for line in block.text.splitlines() if len(line) > 76] == [], name


def test_the_reader_notices_what_is_not_so(tmp_path: Path, provider: str) -> None:
    reader = Reader(tmp_path, provider)
    for block in (
        Block("sh", "run", "copygen run nothing.yaml\n"),
        Block("sh", "run exit=0", "copygen check --limit\n"),
        Block("text", "output", "never shown\n"),
    ):
        with pytest.raises(AssertionError):
            reader.try_out(block)
    with pytest.raises(Exception, match="retri"):
        reader.try_out(Block("yaml", "settings", "retri: {max_attempts: 6}\n"))


WHAT_FOLLOWS = {
    Action.RETRY: "sent again",
    Action.WAIT: "sent again, no attempt used",
    Action.FAIL: "the prompt fails",
    Action.STOP: "the run ends, code 7",
}


def kinds_table() -> str:
    lines = ["| kind | what follows | may have been billed |", "|---|---|---|"]
    for kind, rule in RULES.items():
        follows = WHAT_FOLLOWS[rule.action]
        follows += ", at most twice" if rule.ambiguous else ""
        lines.append(f"| `{kind}` | {follows} | {'yes' if rule.possibly_billed else ''} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_kinds_is_the_one_the_engine_goes_by() -> None:
    assert set(RULES) == set(Kind)
    assert between("failures", "kinds") == kinds_table()


def test_the_table_of_formats_is_made_from_their_data() -> None:
    assert between("export", "formats") == formats_markdown()
    page = topic_page("export")
    for spec in all_specs():
        assert all(note in page for note in spec.notes), spec.name


def test_every_unit_is_explained() -> None:
    table = between("channels", "units")
    assert {unit for unit in Unit if f"`{unit}`" in table} == set(Unit)


def exit_codes(table: str) -> set[int]:
    codes = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    return {int(code) for row in codes for code in row.split(", ")}


def test_every_exit_code_is_explained() -> None:
    told = exit_codes(between("exit-codes", "exit codes"))
    assert told == {int(code) for code in ExitCode}


def test_every_field_of_a_record_is_explained() -> None:
    schema = yaml.safe_load(schema_text("record"))
    told = re.findall(r"^\| (`.*?) \|", between("results", "record"), re.MULTILINE)
    assert {name for row in told for name in re.findall(r"`(\w+)`", row)} == set(
        schema["properties"]
    )


def test_every_provider_is_listed_with_its_key_and_model() -> None:
    table = between("providers", "providers")
    loaded = load_settings(None, {}, {"HOME": "/nonexistent"})
    for name in preset_names():
        config = loaded.provider(name)
        (row,) = [line for line in table.splitlines() if f"`{name}`" in line.split("|")[1]]
        assert config.key_env is None or f"`{config.key_env}`" in row
        assert (
            f"`{config.default_model}`" in row
            or f"copygen models -p {name}" in row
            or (config.is_local)
        )


def test_the_reask_it_shows_is_what_the_model_is_told() -> None:
    headlines = ["one", "two", "Praewa scarf for your calm evenings"[:34]]
    wrong = Violation(
        "length",
        Severity.ERROR,
        "34 of 30 width units",
        field="headline",
        index=2,
        fix="cut at least 4 width units",
    )
    told = reask([wrong], ["Praewa scarf"], {"headline": headlines}).message
    (shown,) = (block.text for block in blocks("fields") if block.how == "reask")
    assert shown == f"{told}\n"


# Keys


@pytest.mark.parametrize(
    "model", [model for section in SECTIONS.values() for model, _, _ in section]
)
def test_every_key_says_what_it_is(model: Any) -> None:
    told = docstrings(model)
    assert [name for name in model.model_fields if not told.get(name)] == []


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_in_the_manual(section: str) -> None:
    page = "".join(
        topic_page(name) for name in TOPICS if f"<!-- keys: {section} -->" in topic_text(name)
    )
    for model, _, _ in SECTIONS[section]:
        for name in model.model_fields:
            assert f"- `{name}` (" in page or name == "name"


def test_a_key_is_shown_with_its_type_its_bounds_and_its_default() -> None:
    page = topic_page("settings")
    assert "- `max_attempts` (whole number, 1 or more; default `5`). Of one prompt;" in page
    assert "- `concurrency` (whole number, from 1 to 10000 or `auto`; default `auto`)." in page
    assert "- `default_model` (text; needed)." in page


# Rules


def emitted(path: Path) -> set[str]:
    """The names of rules that a module gives its violations; one that ends in `*` is made."""
    source = path.read_text(encoding="utf-8")
    if "Violation(" not in source:
        return set()
    tree = ast.parse(source)
    given: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        for name, value in assigned(node):
            given.setdefault(name, set()).add(value)
    found: set[str] = set()
    for node in ast.walk(tree):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if not is_call or node.func.id != "Violation" or not node.args:  # type: ignore[attr-defined]
            continue
        rule = node.args[0]  # type: ignore[attr-defined]
        if isinstance(rule, ast.Constant):
            found.add(rule.value)
        elif isinstance(rule, ast.Name):
            found |= given.get(rule.id) or {getattr(fields, rule.id)}
        elif isinstance(rule, ast.JoinedStr):
            start = rule.values[0]
            if isinstance(start, ast.Constant):
                found.add(f"{start.value}*")
            else:  # the family of a word list, and the rule's own name
                found |= {f"{family}.*" for family in WORD_LISTS}
    return found


def assigned(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Texts that a name gets by assignment, as a default, or in a loop over pairs."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                    yield name.id, str(value.value)
    if isinstance(node, ast.FunctionDef):
        named = node.args.args[-len(node.args.defaults) :] if node.args.defaults else []
        for name, value in zip(named, node.args.defaults, strict=True):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield name.arg, value.value


MADE = {
    "characters.*": {
        f"characters.{name.removeprefix('no_')}" for name in form.CharacterRules.model_fields
    }
    - {
        # about several texts, and found by checks of their own name
        *("characters.repeats_in_field", "characters.max_hashtags", "characters.max_mentions"),
    }
    | {"characters.control"},
    **{
        f"{family}.*": {f"{family}.{rule.id}" for rule in load_wording(family).rules}
        for family in WORD_LISTS
    },
    "grounding.*": {f"grounding.{rule.id}" for rule in load_wording("claims").rules},
    "pack.*": {f"pack.{name}.{rule.id}" for name in pack_names() for rule in load_pack(name).rules},
}


def test_every_rule_that_the_code_can_find_has_an_entry_and_the_other_way_round() -> None:
    # The first is given to `required` by the checker.
    names: set[str] = {"phrases.disclaimer", *chat.RULES}
    for path in (ROOT / "copygen").rglob("*.py"):
        if path.name != "record.py":  # reads violations back
            names |= emitted(path)
    assert {name for name in names if name.endswith("*")} == set(MADE)
    plain = {name for name in names if not name.endswith("*")}
    assert set(rule_entries()) == plain.union(*MADE.values())


@pytest.mark.parametrize(
    "entry",
    [one for one in ENTRIES if one["rule"] != "row"],
    ids=lambda one: one["rule"],
)
def test_the_example_of_a_rule_breaks_it_and_is_told_so(entry: dict[str, Any]) -> None:
    (found, *_) = (one for one in found_in(entry) if one.rule == entry["rule"])
    told = rule_entries()[entry["rule"]]
    assert found.severity.value in told.severity
    if not entry["rule"].startswith("pack."):
        assert (entry["says"], entry.get("fix")) == (found.message, found.fix)


def test_the_example_of_a_faulty_row_is_told_so(tmp_path: Path) -> None:
    (entry,) = (one for one in ENTRIES if one["rule"] == "row")
    (tmp_path / "t.jsonl").write_text(f'{{"text": "Silk"}}\n{entry["text"]}\n', encoding="utf-8")
    shown = run("check", "t.jsonl", cwd=tmp_path).stdout
    assert shown == f"t.jsonl:2: error row: {entry['says']}\n"


def test_every_entry_says_what_is_found_how_grave_it_is_and_how_it_is_switched_off() -> None:
    for name, entry in rule_entries().items():
        assert entry.finds.endswith("."), name
        assert entry.severity.split(";")[0] in ("error", "warning"), name
        assert entry.silence, name
        assert entry.example, name


def test_a_rule_is_found_by_its_name_and_a_family_by_its(tmp_path: Path) -> None:
    one = run("help", "sameness.duplicate", cwd=tmp_path).stdout
    assert one == rule_entries()["sameness.duplicate"].markdown()
    family = run("help", "sameness", cwd=tmp_path).stdout
    assert [line for line in family.splitlines() if line.startswith("### ")] == [
        "### `sameness.opening`",
        "### `sameness.duplicate`",
    ]
    assert "### `pack.th.body`" in run("help", "pack.th", cwd=tmp_path).stdout


def test_every_rule_is_in_the_topic_of_checks() -> None:
    page = topic_page("checks")
    for name in rule_entries():
        assert f"### `{name}`\n" in page or f"- `{name}` (" in page, name


@pytest.mark.parametrize("words", ["run --help", "help settings"])
def test_a_reader_that_has_enough_is_no_bug(tmp_path: Path, words: str) -> None:
    process = start(*words.split(), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, b"")


def test_the_manual_is_read_only_when_it_is_asked_for() -> None:
    check = "import sys, copygen.cli.app; print(*sys.modules)"
    done = subprocess.run(
        [*COMMAND[:-2], "-c", check], capture_output=True, text=True, check=True, cwd=ROOT
    )
    heavy = {"copygen.help", "copygen.view.manual", "rich.markdown", "pygments"}
    assert heavy.isdisjoint(done.stdout.split())
