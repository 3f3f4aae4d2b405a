"""The command line: keys, terminals, messages, signals."""

import inspect
from pathlib import Path

import pytest

import copygen as package
from copygen.providers.redact import Redactor, Secret
from tests.field.case import Cases
from tests.support.inside import copygen, simulated

CASES = Cases()
KEY = "sk-live-" + "9Qm2LwZ8rYvN4cA1eUoHpGd7sKiWqXt5MbJx0FzT"


def said(folder: Path, *args: object, **env: str) -> str:
    """The exit code, and the one line of standard error."""
    done = copygen(*args, cwd=folder, env=env)
    return f"{done.returncode} {done.stderr.strip()}".strip()


def prompts(folder: Path) -> None:
    (folder / "p.yaml").write_text("- hello\n- world\n")


@CASES.case("6:D1", "no key in the signature")
def the_environment_as_a_default_value(folder: Path) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("OPENAI_API_KEY", KEY)
        shown = str(inspect.signature(package.generate))
    return "a key" if KEY in shown or "environ({" in shown else "no key in the signature"


@CASES.case("12:A25", "at most 7 characters in a row")
def parts_of_a_key(folder: Path) -> str:
    cuts = (KEY[:24], KEY[24:], " ".join(KEY), f"{KEY[:20]}\n{KEY[20:]}", KEY[1:-1])
    shown = [Redactor([Secret(KEY)]).redact_known(f"Your key {cut} is wrong") for cut in cuts]
    squeezed = ["".join(text.split()) for text in shown]
    most = max(
        n for n in range(49) for i in range(49 - n) for text in squeezed if KEY[i : i + n] in text
    )
    return f"at most {most} characters in a row" if most > 7 else "at most 7 characters in a row"


@CASES.case("1:94", "0 and a plan, in each of five encodings")
def output_in_the_code_pages_of_windows(folder: Path) -> str:
    (folder / "p.jsonl").write_text('{"prompt": "ผ้าไหม 日本語 é 👗"}\n')
    encodings = ("cp932", "cp874", "cp1252", "ascii", "cp437")
    done = [
        copygen("plan", "p.jsonl", "-p", "simulator", cwd=folder, encoding=encoding)
        for encoding in encodings
    ]
    bad = [one.stderr for one in done if one.returncode or "1 prompt" not in one.stdout]
    return str(bad) if bad else "0 and a plan, in each of five encodings"


@CASES.case("1:99", "$1.00 in, $2.00 out")
def an_option_for_a_model_with_a_dot(folder: Path) -> str:
    price = "providers.openai.models.gpt-9.1.price={input: 1, output: 2}"
    done = copygen("doctor", "--offline", "-p", "openai", "-m", "gpt-9.1", "-O", price, cwd=folder)
    return "$1.00 in, $2.00 out" if "$1.00 in, $2.00 out" in done.stdout else done.stdout


@CASES.case("1:102", "sent without the quotes")
def a_key_in_quotes(folder: Path) -> str:
    prompts(folder)
    with simulated("--require-key", KEY, "--latency-ms", "0") as url:
        done = copygen(
            "run", "p.yaml", "-p", "openai", "-m", "m", "--base-url", url, "-q", "-O",
            "retry.max_attempts=1", cwd=folder, env={"OPENAI_API_KEY": f'"{KEY}"'},
        )  # fmt: skip
    return "sent without the quotes" if done.returncode == 0 else done.stderr


@CASES.case("6:D7", "nothing to do: 2 failed")
def nothing_to_do_says_how_the_others_ended(folder: Path) -> str:
    prompts(folder)
    with simulated("--server-error", "1", "--latency-ms", "0") as url:
        args = ("run", "p.yaml", "-p", "simulator", "--base-url", url, "--max-attempts", 1)
        copygen(*args, cwd=folder)
        done = copygen(*args, cwd=folder)
    found = "nothing to do: 0 ok, 2 failed earlier" in done.stderr and done.returncode == 3
    return "nothing to do: 2 failed" if found else done.stderr


@CASES.case("6:D8", "3 error: 2 failed of 2 prompts; see p.results.jsonl (exit code 3).")
def a_quiet_run_that_fails_says_one_line(folder: Path) -> str:
    prompts(folder)
    with simulated("--server-error", "1", "--latency-ms", "0") as url:
        to = ("-p", "simulator", "--base-url", url, "--max-attempts", 1)
        return said(folder, "run", "p.yaml", *to, "-q")


@CASES.case("6:D11", "0 and twelve texts")
def the_example_of_the_help_page(folder: Path) -> str:
    copygen("init", cwd=folder)
    done = copygen("run", "quickstart.yaml", "-q", cwd=folder)
    made = (folder / "quickstart.results.jsonl").read_text(encoding="utf-8").splitlines()
    return f"{done.returncode} and {'twelve' if len(made) == 12 else len(made)} texts"


@CASES.case("6:D15", "every word of the page at 96 columns")
def help_at_sixty_columns(folder: Path) -> str:
    narrow, wide = (
        copygen("run", "--help", cwd=folder, env={"COLUMNS": width}).stdout.split()
        for width in ("60", "96")
    )
    return "every word of the page at 96 columns" if narrow == wide else "words are missing"


@CASES.case("6:D18", "0")
def plan_takes_the_flags_of_run(folder: Path) -> str:
    prompts(folder)
    flags = (
        "--max-cost 1 --max-tokens-total 9999 --fresh --summary-json s.json --timeout 9 "
        "--prompt-timeout 9 --run-timeout 9 --max-attempts 2 --drain-timeout 1 --fsync never"
    )
    return said(folder, "plan", "p.yaml", "-p", "simulator", *flags.split(), "-q")


@CASES.case("6:D19", "2 error: --model is given twice, and only one value can hold.")
def a_flag_given_twice(folder: Path) -> str:
    prompts(folder)
    return said(folder, "run", "p.yaml", "-m", "a", "-m", "b")


@CASES.case("8:8", "2 error: 'ad.yaml' is one argument too many; did you mean --template ad.yaml?")
def a_template_without_its_flag(folder: Path) -> str:
    return said(folder, "run", "products.csv", "ad.yaml")


@CASES.case("8:10", "2 error: there is no command 'generate'; did you mean 'copygen run'?")
def a_command_of_another_tool(folder: Path) -> str:
    return said(folder, "generate")


@CASES.case("8:61", "OPENAI_API_KEY is set: to use it, add -p openai")
def no_key_but_that_of_another_provider(folder: Path) -> str:
    prompts(folder)
    told = said(folder, "run", "p.yaml", OPENAI_API_KEY=KEY)
    hint = "OPENAI_API_KEY is set: to use it, add -p openai"
    return hint if hint in told else told


@CASES.case("8:70", "2 error: --base-url must begin with https:// (or http:// for a local server).")
def an_address_without_a_scheme(folder: Path) -> str:
    prompts(folder)
    return said(folder, "run", "p.yaml", "--base-url", "api.test/v1")


@CASES.case("8:74", "2 through openrouter")
def anthropic(folder: Path) -> str:
    prompts(folder)
    told = said(folder, "run", "p.yaml", "-p", "anthropic")
    return "2 through openrouter" if "-p openrouter -m anthropic/" in told else told


@CASES.case(
    "8:94",
    "2 error: --retry takes failed, rejected or all, not 'faild'; did you mean 'failed'?",
)
def a_bad_choice(folder: Path) -> str:
    return said(folder, "run", "p.yaml", "--retry", "faild")


@CASES.case(
    "8:103",
    "2 error: copygen run has no option --dry-run: copygen plan shows what a run would send, take "
    "and cost, and sends nothing.",
)
def a_dry_run(folder: Path) -> str:
    return said(folder, "run", "p.yaml", "--dry-run")
