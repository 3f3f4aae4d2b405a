"""A mistake in a command line is one sentence on standard error, with the way out, and code 2."""

import json
import random
import socket
from contextlib import chdir
from pathlib import Path

import pytest

from tests.support.inside import copygen, simulated

IN_THE_ORDER_OF_WORK = (
    *("init", "doctor", "models", "channels", "plan", "run"),
    *("show", "check", "review", "report", "decisions", "diff", "export", "import"),
    *("simulate", "schema", "help"),
)
MISTAKES = {
    "unknown command": (["rnu"], "there is no command 'rnu'; did you mean 'copygen run'?"),
    "a file for a command": (["ad.yaml"], "did you mean 'copygen run ad.yaml'?"),
    "another tool's command": (["generate"], "did you mean 'copygen run'?"),
    "a command nobody knows": (["xyzzy"], "there are: init, doctor, models, channels, plan, run"),
    "help for nothing": (["help", "rn"], "there is no help on 'rn'"),
    "unknown option": (["run", "p.yaml", "--limt", "3"], "did you mean --limit?"),
    "an option before the command": (["--model", "x", "run"], "options stand after the command"),
    "dry run": (["run", "p.yaml", "--dry-run"], "copygen plan shows"),
    "verbose": (["run", "p.yaml", "-v"], "--debug shows tracebacks"),
    "-n": (["run", "p.yaml", "-n", "3"], "--limit N takes only the first N prompts"),
    "temperature": (["run", "p.yaml", "--temperature", "1"], "params: {temperature: 0.4}"),
    "a long flag with one dash": (
        ["run", "p.yaml", "-maxcost", "5"],
        "copygen run has no option -maxcost; did you mean --max-cost?",
    ),
    "likewise, which would be a model": (
        ["run", "p.yaml", "-maxcost=5"],
        "copygen run has no option -maxcost; did you mean --max-cost?",
    ),
    "likewise, misspelt": (["run", "p.yaml", "-maxcots=5"], "did you mean --max-cost?"),
    "another tool's, with one dash": (["run", "p.yaml", "-dry-run"], "copygen plan shows"),
    "a short flag with =": (
        ["run", "p.yaml", "-m=gpt-5-mini"],
        "-m takes its value without '=': -m NAME.",
    ),
    "version with one dash": (["-version"], "did you mean --version?"),
    "no unit": (
        ["check", "a.csv", "--limit", "9", "--unit", "graphems"],
        "not 'graphems'; did you mean 'graphemes'?",
    ),
    "a language misspelt": (
        ["check", "a.csv", "--language", "Germn"],
        "--language names no language that is known here: 'Germn' (did you mean 'German'?).",
    ),
    "a language nobody knows": (
        ["check", "a.csv", "--language", "klingon"],
        "is known here: 'klingon'. Write it as th, Japanese or zh-TW.",
    ),
    "template without its flag": (["run", "a.csv", "ad.yaml"], "did you mean --template ad.yaml?"),
    "two tables": (["check", "a.csv", "b.csv"], "'b.csv' is one argument too many"),
    "an argument for none": (["init", "ad.yaml"], "takes options only"),
    "no prompts": (["run"], "PROMPTS is missing: copygen run PROMPTS"),
    "one of two files": (["diff", "a.jsonl"], "AFTER is missing: copygen diff BEFORE AFTER."),
    "no value": (["run", "p.yaml", "--limit"], "--limit needs a value: --limit N."),
    "a value for a switch": (["run", "p.yaml", "--quiet=1"], "is a switch and takes no value"),
    "no whole number": (
        ["run", "p.yaml", "--limit", "many"],
        "--limit takes a whole number of at least 1, not 'many'.",
    ),
    "too small": (["run", "p.yaml", "--rpm", "0"], "--rpm takes a whole number of at least 1"),
    "no number": (["plan", "p.yaml", "--timeout", "soon"], "--timeout takes a number of at least"),
    "bad choice": (
        ["run", "p.yaml", "--retry", "fialed"],
        "--retry takes failed, rejected or all, not 'fialed'; did you mean 'failed'?",
    ),
    "bad choice of an argument": (["schema", "sumary"], "did you mean 'summary'?"),
    "twice": (["run", "p.yaml", "-m", "a", "-m", "b"], "--model is given twice"),
    "fresh and retry": (["run", "p.yaml", "--fresh", "--retry", "failed"], "give either --fresh"),
    "no money": (["run", "p.yaml", "--max-cost", "much"], "is no amount of US dollars"),
    "no address": (
        ["run", "p.yaml", "--base-url", "api.test"],
        "error: --base-url must begin with https://",
    ),
    "a provider reached through another": (
        ["run", "p.yaml", "-p", "anthropic"],
        "-p openrouter -m anthropic/NAME",
    ),
    "a key of the prompt file": (["run", "p.yaml", "-O", "reasks=0"], "a key of the prompt file"),
    "a setting of the wrong kind": (
        ["run", "p.yaml", "-O", "breaker.cooldown_s=soon"],
        "'breaker.cooldown_s' should be a number",
    ),
    "a number or a word": (
        ["run", "p.yaml", "-O", "concurrency=lots"],
        "'concurrency' should be a whole number or auto",
    ),
    "a price of a model with a dot": (
        ["run", "p.yaml", "-p", "openai", "-O", "providers.openai.models.gpt-4.1.price.input=low"],
        "--option providers.openai: 'models.gpt-4.1.price.input' should be a number",
    ),
}
RAW = ("Input should", "Value error", "unable to parse", "Traceback", "Usage:", "bug in copygen")


@pytest.mark.parametrize(("args", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_sentence_with_the_way_out(
    tmp_path: Path, args: list[str], told: str
) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    done = copygen(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert told in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not any(word in done.stderr for word in RAW)


def test_a_key_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    key = "sk-live-" + "9Qm2LwZ8rYvN4cA1eUoHpGd7sKiWqXt5"
    for args in (["run", "p.yaml", key], ["run", "p.yaml", "--api-key", key], [key]):
        done = copygen(*args, cwd=tmp_path)
        assert done.returncode == 2
        assert key not in done.stdout + done.stderr


def test_a_price_of_a_model_with_a_dot_in_its_name_can_be_given(tmp_path: Path) -> None:
    price = "providers.openai.models.gpt-9.1.price={input: 1, output: 2}"
    done = copygen(
        "doctor", "--offline", "-p", "openai", "-m", "gpt-9.1", "-O", price, cwd=tmp_path
    )
    assert "$1.00 in, $2.00 out" in done.stdout


def test_a_key_of_another_provider_is_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    done = copygen("run", "p.yaml", cwd=tmp_path, env={"OPENAI_API_KEY": "sk-" + "a1B2" * 8})
    assert "OPENAI_API_KEY is set: to use it, add -p openai." in done.stderr


def test_a_misspelt_provider_of_a_prompt_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("provider: opnai\nprompt: hello\n")
    done = copygen("run", "p.yaml", cwd=tmp_path)
    assert done.stderr.startswith("error: p.yaml:1:1: there is no provider 'opnai'; did you mean")


def test_a_short_flag_takes_its_value_without_a_space(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    args = ["-psimulator", "-mmax-cost", "-Oconcurrency=4", "-qoout.jsonl"]
    assert copygen("run", "p.yaml", *args, cwd=tmp_path).returncode == 0
    assert '"model":"max-cost"' in (tmp_path / "out.jsonl").read_text()


def test_the_example_of_the_help_page_works_for_everybody(tmp_path: Path) -> None:
    shown = [line.strip() for line in copygen("-h", cwd=tmp_path).stdout.splitlines()]
    assert shown.index("copygen run quickstart.yaml") == 1 + next(
        number for number, line in enumerate(shown) if line.startswith("copygen init ")
    )
    assert copygen("init", cwd=tmp_path).returncode == 0
    assert copygen("init", cwd=tmp_path).returncode == 2
    assert copygen("run", "quickstart.yaml", "-q", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("encoding", ["cp932", "cp874", "cp1252", "latin-1", "ascii", "cp437"])
def test_output_for_people_fails_on_no_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "p.jsonl").write_text('{"id": "ผ้า 👗 日本 é", "prompt": "ผ้าไหม 👗 日本語"}\n')
    (tmp_path / "r.jsonl").write_text('{"id": "ผ้า 👗", "text": "As an AI, ผ้าไหม 👗 日本語"}\n')
    commands = [
        ["plan", "p.jsonl", "-p", "simulator"],
        ["run", "p.jsonl", "-p", "simulator"],
        ["run", "ผ้า.yaml"],
        ["check", "r.jsonl"],
        ["models"],
        ["doctor", "--offline"],
        ["channels", "google_ads"],
        ["help"],
        ["help", "run"],
        ["check", "--help"],
    ]
    for args in commands:
        done = copygen(*args, cwd=tmp_path, encoding=encoding)
        assert done.stdout + done.stderr
        assert "bug in copygen" not in done.stderr, (args, done.stderr)
        assert done.returncode in (0, 2, 3)


@pytest.mark.parametrize("args", [["plan", "p.jsonl", "-p", "simulator", "--json"], ["check"]])
def test_data_is_utf8_whatever_people_read(tmp_path: Path, args: list[str]) -> None:
    (tmp_path / "p.jsonl").write_text('{"id": "ผ้า", "prompt": "ผ้าไหม", "text": "TODO ผ้าไหม"}\n')
    whole = args if len(args) > 1 else ["check", "p.jsonl", "--limit", "3", "--format", "json"]
    done = copygen(*whole, cwd=tmp_path, encoding="cp932")
    assert "ผ้าไหม" in json.dumps(json.loads(done.stdout.splitlines()[0]), ensure_ascii=False)


@pytest.mark.parametrize("name", [None, *IN_THE_ORDER_OF_WORK])
def test_no_line_of_a_help_page_is_longer_than_a_terminal_is_wide(
    tmp_path: Path, name: str | None
) -> None:
    command = [] if name is None else [name]
    page = copygen(*command, "--help", cwd=tmp_path, env={"COLUMNS": "80"}).stdout
    assert page.startswith("Usage: copygen")
    assert [line for line in page.splitlines() if len(line) > 79] == []


def test_commands_are_listed_in_the_order_of_work(tmp_path: Path) -> None:
    page = copygen("help", cwd=tmp_path).stdout
    listed = page.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    names = [line.split()[0] for line in listed if not line.startswith("   ")]
    assert tuple(names) == IN_THE_ORDER_OF_WORK


@pytest.mark.parametrize("width", ["40", "60", "80"])
def test_nothing_that_has_to_be_typed_is_cut_from_help(tmp_path: Path, width: str) -> None:
    shown = copygen("run", "--help", cwd=tmp_path, env={"COLUMNS": width}).stdout
    wide = copygen("run", "--help", cwd=tmp_path, env={"COLUMNS": "96"}).stdout
    assert "…" not in shown
    assert set(shown.split()) == set(wide.split())


def test_plan_takes_every_flag_of_run(tmp_path: Path) -> None:
    def flags(command: str) -> set[str]:
        page = copygen(command, "--help", cwd=tmp_path).stdout
        return {word.strip(",") for word in page.split() if word.startswith("--")}

    assert flags("run") <= flags("plan")


# A fuzz of the command line.

COMMANDS = ["run", "plan", "check", "doctor", "models", "channels", "schema", "help", "init", ""]
WORDS = """
    template set limit provider model base-url concurrency rpm tpm max-attempts timeout
    prompt-timeout run-timeout max-cost max-tokens-total output retry fresh fsync summary-json
    quiet config option drain-timeout sample json text channel unit pack language language-from
    checks format for sort output-tokens offline debug nonsense
"""
FLAGS = [*(f"--{word}" for word in WORDS.split()), "-t", "-p", "-m", "-c", "-o", "-O", "-q", "-s"]
ODD = [
    "", " ", "-", "--", "0", "-1", "1e400", "nan", "inf", "9" * 5000, "\x00", "a\x00b", "\udcff",
    "ผ้า", "👗", "../..", "/", "/dev/null", "p.yaml", "p.jsonl", "r.jsonl", "no.yaml",
    "folder", "loop",
    "a=b", "=", "a=", "=b", "x" * 3000, "{{ x }}", "[1, 2", "{a: b}", "!!python/object:os.system",
    "http://127.0.0.1:1/v1", "http://127.0.0.1:-1/v1", "http://127.0.0.1:99999/v1", "http://[::1",
    "https://u:p@h/v1", "simulator", "openai", "auto", "failed", "google_ads.headline", "en", "%s",
]  # fmt: skip
ENVIRONMENTS: list[dict[str, str]] = [
    {},
    {"HOME": ""},
    {"HOME": "~", "XDG_CONFIG_HOME": ""},
    {"XDG_CONFIG_HOME": "relative"},
    {"COPYGEN_CONFIG": "folder"},
    {"COPYGEN_CONFIG": "no.yaml"},
    {"COLUMNS": "0"},
    {"COLUMNS": "many"},
    {"HTTPS_PROXY": "nonsense://["},
    {"OPENAI_API_KEY": " "},
    {"OPENAI_API_KEY": "“sk-x”"},
    {"TERM": "dumb", "NO_COLOR": ""},
    {"FORCE_COLOR": "x"},
]


@pytest.mark.parametrize(
    "rounds", [60, pytest.param(4000, marks=(pytest.mark.soak, pytest.mark.timeout(3600)))]
)
def test_no_command_line_shows_a_bug(tmp_path: Path, rounds: int) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    rng = random.Random(19 if rounds < 1000 else None)
    for _ in range(rounds):
        (tmp_path / "p.yaml").write_text("- hello\n")
        (tmp_path / "p.jsonl").write_text('{"prompt": "hello"}\n')
        (tmp_path / "r.jsonl").write_text('{"id": "1", "text": "hello"}\n')
        args = [rng.choice(COMMANDS)] if rng.random() < 0.97 else []
        args += rng.choices(["p.yaml", "p.jsonl", *ODD], k=rng.choice((0, 1, 1, 1, 2)))
        for flag in rng.choices(FLAGS, k=rng.randrange(4)):
            args += [flag, rng.choice(ODD)] if rng.random() < 0.8 else [flag]
        if "run" in args[:1] or "plan" in args[:1]:
            args += ["-p", "simulator", "-O", "breaker.give_up_after_s=0.2"]
        env = rng.choice(ENVIRONMENTS)
        done = copygen(*args, cwd=tmp_path, env=env)
        shown = (args, env, done.stderr[-2000:])
        assert "bug in copygen" not in done.stderr, shown
        assert "--debug" in args or "Traceback" not in done.stderr, shown
        assert done.returncode in (0, 2, 3, 4, 5, 7, 8), shown


@pytest.mark.parametrize("command", ["plan", "run", "check"])
def test_a_socket_is_no_table(tmp_path: Path, command: str) -> None:
    with socket.socket(socket.AF_UNIX) as bound, chdir(tmp_path):
        bound.bind("s.csv")
        done = copygen(command, "s.csv", cwd=tmp_path)
    assert (done.returncode, "bug" in done.stderr) == (2, False)


@pytest.mark.parametrize("command", ["plan", "run"])
def test_results_at_the_root_of_the_disk_are_refused(tmp_path: Path, command: str) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    done = copygen(command, "p.yaml", "-p", "simulator", "-o", "/", cwd=tmp_path)
    assert (done.returncode, "bug" in done.stderr) == (8, False)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("provider: opnai\n", "2:1"),
        ("checks:\n  packs: [meta, gogle_ads]\n", "3:17"),
        ("channel: google_ads.headlin\n", "2:1"),
    ],
)
def test_what_a_prompt_file_misspells_is_shown_at_its_place(
    tmp_path: Path, keys: str, place: str
) -> None:
    (tmp_path / "p.yaml").write_text(f"prompt: hello\n{keys}")
    done = copygen(
        "run", "p.yaml", *([] if "provider" in keys else ["-p", "simulator"]), cwd=tmp_path
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: p.yaml:{place}: ")
    assert "did you mean" in done.stderr


def test_after_a_refusal_the_same_command_is_not_the_next_step(tmp_path: Path) -> None:
    rows = "".join(f"- hello {n}\n" for n in range(30))
    (tmp_path / "p.yaml").write_text(rows)
    with simulated("--require-key", "sk-right-0123456789abcdef", "--latency-ms", 1) as base_url:
        args = ("run", "p.yaml", "--base-url", base_url)
        refused = copygen(*args, cwd=tmp_path, env={"HOLYSHEEP_API_KEY": "sk-wrong-0123456789abcd"})
    assert refused.returncode == 7
    assert "Next" not in refused.stderr
    with simulated("--latency-ms", 1) as base_url:
        limited = ("run", "p.yaml", "--base-url", base_url, "--max-tokens-total", 500)
        stopped = copygen(*limited, cwd=tmp_path, env={"HOLYSHEEP_API_KEY": "sk-any-0123456789"})
    assert stopped.returncode == 4
    assert "Next" in stopped.stderr or "Raise" in stopped.stderr
