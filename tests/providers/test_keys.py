"""A key comes from the environment, a file of one's own, or a command, and from nowhere else."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from copygen import system
from copygen.config import ProviderConfig
from copygen.errors import ConfigError
from copygen.providers.keys import (
    MAX_KEY_BYTES,
    doubt_about,
    find_key,
    key_from_command,
    looks_like_key,
    unguarded_file,
)
from copygen.providers.redact import Secret

KEY = "sk-canary-0123456789abcdef"
OTHER = "sk-another-0123456789abcd"
PYTHON = sys.executable


def config(**fields: Any) -> ProviderConfig:
    return ProviderConfig.model_validate({"name": "mine", "default_model": "m", **fields})


def found(environ: Mapping[str, str] | None = None, **fields: Any) -> str | None:
    key = find_key(config(**fields), environ or {})
    return key.reveal() if key else None


def refused(environ: Mapping[str, str] | None = None, **fields: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        find_key(config(**fields), environ or {})
    assert KEY not in str(caught.value)
    assert KEY[4:] not in str(caught.value)
    return str(caught.value)


def says(text: str, code: int = 0, error: str = "") -> list[str]:
    """A command that writes `text` and `error`, and ends with `code`."""
    program = (
        f"import sys; sys.stdout.write({text!r}); sys.stderr.write({error!r}); sys.exit({code})"
    )
    return [PYTHON, "-c", program]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "my key"
    path.write_text(f"{KEY}\n")
    path.chmod(0o600)
    return path


def test_a_provider_without_any_source_takes_no_key() -> None:
    assert find_key(config(), {"OPENAI_API_KEY": KEY}) is None


def test_the_environment_wins_then_the_file_then_the_command(key_file: Path) -> None:
    every: dict[str, Any] = {
        "key_env": "MY_KEY",
        "key_file": str(key_file),
        "key_command": says(OTHER),
    }
    assert found({"MY_KEY": f" {OTHER}-env\n"}, **every) == f"{OTHER}-env"
    assert found({"MY_KEY": " "}, **every) == KEY
    assert found({}, **{**every, "key_file": None}) == OTHER
    assert found({}, key_file=str(key_file)) == KEY


def test_a_source_in_use_that_fails_is_not_passed_over(tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    assert missing in refused({}, key_file=missing, key_command=says(OTHER))


def test_the_message_for_a_missing_key_names_every_way() -> None:
    said = refused(key_env="MY_KEY", key_prefixes=("sk-",), key_url="https://keys.example")
    for word in (
        *("MY_KEY", "export MY_KEY=sk-...", "key_file", "key_command", "providers.mine"),
        *("https://keys.example", "--provider simulator"),
    ):
        assert word in said


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o610, 0o666, 0o777, 0o601])
def test_a_key_file_open_to_others_is_refused_with_the_command_that_closes_it(
    key_file: Path, mode: int
) -> None:
    key_file.chmod(mode)
    said = refused(key_file=str(key_file))
    assert f"chmod 600 '{key_file}'" in said
    assert f"{mode:04o}" in said


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_file_closed_to_others_is_read(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    assert found(key_file=str(key_file)) == KEY


def test_a_key_file_of_somebody_else_is_refused(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: key_file.stat().st_uid + 1)
    assert "belongs to somebody else" in refused(key_file=str(key_file))


def test_where_nobody_can_tell_who_reads_a_key_file_that_is_said(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_file = config(key_env="MY_KEY", key_file=str(key_file))
    assert unguarded_file(in_file, {}) is None
    monkeypatch.setattr(system, "tells_access", lambda: False)
    assert str(key_file) in (unguarded_file(in_file, {}) or "")
    assert unguarded_file(in_file, {"MY_KEY": KEY}) is None
    assert unguarded_file(config(key_env="MY_KEY"), {}) is None


def test_the_permissions_that_count_are_those_of_what_a_link_leads_to(key_file: Path) -> None:
    link = key_file.with_name("link")
    link.symlink_to(key_file)
    assert found(key_file=str(link)) == KEY
    key_file.chmod(0o644)
    assert "chmod" in refused(key_file=str(link))


def test_a_tilde_is_the_home_folder(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(key_file.parent))
    assert found(key_file="~/my key") == KEY


def test_a_relative_key_file_is_refused(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder somebody else made could hold a file of that name."""
    monkeypatch.chdir(key_file.parent)
    assert "absolute" in refused(key_file="my key")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (f"{KEY}\n{OTHER}\n".encode(), "line break"),
        (f"key = {KEY}".encode(), "space"),
        (b"sk-\xff\xfe-0123456789abcdef", "non-ASCII"),
        (KEY.encode() * MAX_KEY_BYTES, "larger than 16 KiB"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(
    key_file: Path, content: bytes, words: str
) -> None:
    key_file.write_bytes(content)
    assert words in refused(key_file=str(key_file))


def test_a_key_file_that_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "not a regular file" in refused(key_file=str(tmp_path / "pipe"))
    assert "key" in refused(key_file=str(tmp_path))
    assert "no such file" in refused(key_file=str(tmp_path / "none")).lower()


def test_the_key_is_the_first_line_a_command_writes() -> None:
    assert found(key_command=says(f"  {KEY} \r\nsecond line\n", error="a warning")) == KEY
    assert found(key_command=f"""'{PYTHON}' -c 'print("{KEY}")'""") == KEY


def test_a_command_runs_without_a_shell_and_without_input(tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    assert "space" in refused(key_command=f"echo $(touch {evil}) ; touch {evil}")
    assert not evil.exists()
    reads = [PYTHON, "-c", f"import sys; print({KEY!r} + sys.stdin.read())"]
    assert found(key_command=reads) == KEY


def test_a_command_that_fails_says_why_and_shows_no_key() -> None:
    said = refused(key_command=says(KEY + "\n", 3, f"vault\x1b[2J is locked: {KEY}\nmore\n"))
    assert "code 3" in said
    assert "vault[2J is locked" in said or "vault [2J is locked" in said
    assert "\x1b" not in said
    assert len(said) < 300
    secret = "an-unusual-key-of-mine"
    assert secret not in refused(key_command=says(secret, 1, f"cannot use {secret}"))
    assert len(refused(key_command=says("", 1, "x " * 100_000))) < 300
    killed = [PYTHON, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    assert "signal 9" in refused(key_command=killed)


@pytest.mark.parametrize("text", ["", "\n", " \n" + KEY])
def test_a_command_that_says_nothing_gives_no_key(text: str) -> None:
    assert "gave no key" in refused(key_command=says(text))


def test_a_command_that_is_not_there_is_named() -> None:
    said = refused(key_command="no-such-program --get")
    assert "'no-such-program' cannot be run" in said
    assert "--get" not in said


@pytest.mark.parametrize(
    "program",
    [
        "import threading; threading.Event().wait(60)",
        "import sys, threading; sys.stdout.close(); sys.stderr.close(); threading.Event().wait(60)",
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    ],
    ids=["silent", "closes its output", "endless"],
)
def test_a_command_that_does_not_end_is_given_up(program: str) -> None:
    began = time.monotonic()
    with pytest.raises(ConfigError, match=r"did not end within 0\.3 s"):
        key_from_command([PYTHON, "-c", program], limit_s=0.3)
    assert time.monotonic() - began < 10


def test_a_command_that_leaves_a_process_behind_is_not_waited_for_without_end() -> None:
    leaving = (
        f"import subprocess; print({KEY!r}, flush=True); "
        f"subprocess.Popen([{PYTHON!r}, '-c', 'import threading; threading.Event().wait(2)'])"
    )
    assert key_from_command([PYTHON, "-c", leaving], limit_s=0.5) == KEY


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", "should be a program"),
        ([], "should be a program"),
        ([""], "should be a program"),
        (7, "should be a program"),
        ({"a": 1}, "should be a program"),
        ("pass 'unclosed", "no command line"),
        ([["pass"]], "should be a valid string"),
    ],
)
def test_a_key_command_is_one_text_or_a_list(command: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        config(key_command=command)


def test_settings_with_a_command_survive_being_read_again() -> None:
    once = config(key_command="pass show 'my key'", key_file="~/k")
    assert once.key_command == ("pass", "show", "my key")
    assert ProviderConfig.model_validate(once.model_dump()) == once


def test_a_doubtful_key_is_named_by_its_provider_and_four_characters() -> None:
    doubt = doubt_about(config(key_prefixes=("hs-", "sk-")), Secret("xx-0123456789abcdef"))
    assert doubt
    assert "mine (xx-0…) does not begin with 'hs-' or 'sk-'" in doubt
    assert doubt_about(config(key_prefixes=("xx-",)), Secret("xx-0123456789abcdef")) is None
    assert doubt_about(config(), Secret("anything")) is None
    assert doubt_about(config(key_prefixes=("sk-",)), None) is None


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        (KEY, "", True),
        ("sk-proj-Ab3dEf6hIj9lMn2pQr5t_uv", "", True),
        ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "", True),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.abc", "", True),
        ("https://host/v1?key=sk-0123456789abcdef0", "", True),
        ("https://u:sk-0123456789abcdef0@host/v1", "", True),
        ("x", "api_key", True),
        ("x", "providers.mine.api-key", True),
        ("x", "headers.Authorization", True),
        ("sk-silk-scarf-2026-summer-collection", "sku", False),
        ("task-0123456789abcdef0", "", False),
        ("OPENAI_API_KEY", "providers.mine.key_env", False),
        ("~/.keys/sk", "providers.mine.key_file", False),
        ("gold", "token", False),
        ("", "api_key", False),
        ("https://api.example.com/v1", "", False),
    ],
)
def test_what_looks_like_a_key(value: str, name: str, expected: bool) -> None:
    assert looks_like_key(value, name) is expected
