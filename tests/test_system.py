"""What differs between systems is asked in one place, and each system's rules hold as text."""

import ast
import errno
import os
import re
import resource
import shlex
import signal
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest

import copygen
from copygen import system

PACKAGE = Path(copygen.__file__).parent
ASKING = {
    ("sys", "platform"),
    ("os", "name"),
    ("os", "uname"),
    *(("platform", name) for name in ("system", "uname", "platform", "release", "version")),
}
DIFFERING = {
    *(("os", name) for name in ("open", "fsync", "fdatasync", "pread", "pwrite", "fork", "kill")),
    *(("os", name) for name in ("rename", "replace", "fchmod", "fchown", "getuid", "geteuid")),
    *(("os", name) for name in ("statvfs", "sysconf", "set_blocking", "O_NOFOLLOW", "mkfifo")),
    *(("signal", name) for name in ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGALRM", "pthread_kill")),
    *(("select", name) for name in ("select", "poll", "epoll")),
    ("time", "clock_gettime"),
}
MISSING = {"fcntl", "grp", "msvcrt", "pwd", "resource", "selectors", "termios", "uvloop", "winreg"}


def others() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path.name != "system.py"]


@pytest.mark.parametrize(
    ("platform", "environ", "has_desktop"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "firefox"}, True),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22", "BROWSER": "lynx"}, False),
        ("linux", {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22", "DISPLAY": ":10"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
        ("darwin", {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}, False),
    ],
)
def test_a_browser_is_only_opened_where_there_is_a_screen(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], has_desktop: bool
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert system.has_desktop(environ) is has_desktop


def test_nothing_but_one_module_asks_which_system_it_is_on() -> None:
    assert not [found for path in others() for found in asked(path, ASKING)]


def test_nothing_but_one_module_calls_what_a_system_lacks_or_does_otherwise() -> None:
    assert not [found for path in others() for found in asked(path, DIFFERING)]
    assert not [found for path in others() for found in imported(path, MISSING)]


def test_every_text_file_says_its_encoding() -> None:
    assert not [found for path in [*others(), PACKAGE / "system.py"] for found in unsaid(path)]


@pytest.mark.parametrize("source", ["import sys\nsys.platform", "import os\nif os.name: pass"])
def test_the_scan_finds_what_it_looks_for(source: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert asked(path, ASKING)
    path.write_text("x.read_text()\nopen('x')\nx.open('r')\n", encoding="utf-8")
    assert len(unsaid(path)) == 3


def asked(path: Path, wanted: set[tuple[str, str]]) -> list[str]:
    text = path.read_text(encoding="utf-8")
    words = "|".join(rf"{module}\s*\.\s*{name}" for module, name in sorted(wanted))
    if not re.search(rf"\b(?:{words})\b", text):
        return []  # most files, and to parse all of them takes seconds
    return [
        f"{path.name}:{node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in wanted
    ]


def imported(path: Path, wanted: set[str]) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if not any(name in text for name in wanted):
        return []
    return [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom) and wanted & names_of(node)
    ]


def names_of(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else {node.module}
    return {name.partition(".")[0] for name in names if name}


def unsaid(path: Path) -> list[str]:
    """Calls that open a text file in the encoding of the machine."""
    found: list[str] = []
    text = path.read_text(encoding="utf-8")
    if not any(name in text for name in ("open", "read_text", "write_text")):
        return found
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or any(one.arg == "encoding" for one in node.keywords):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        owner = getattr(getattr(called, "value", None), "id", "")
        whole = ast.unparse(called)
        # Descriptors, and members of ZIP archives.
        if any(one in whole for one in ("Beside", "package.open", "parts.open")):
            continue
        modes = [one.value for one in node.args if isinstance(one, ast.Constant)]
        opens = name in ("open", "fdopen") and owner not in ("Ledger", "files", "os", "providers")
        in_text = opens and not any("b" in str(mode) for mode in modes if len(str(mode)) < 4)
        if in_text or (name in ("read_text", "write_text") and owner != "files" and not node.args):
            found.append(f"{path.name}:{node.lineno}: {name}")
    return found


# On Windows


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name: getattr(system.sys, name) for name in ("stdout", "stderr")}
    monkeypatch.setattr(system, "sys", SimpleNamespace(platform="win32", **names))


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "sys", SimpleNamespace(platform="darwin"))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("ads.jsonl", None),
        ("C:\\ads\\märz.jsonl", None),
        ("\\\\host\\share\\ads.jsonl", None),
        ("..\\ads.jsonl", None),
        ("console.jsonl", None),
        ("com.jsonl", None),
        (".hidden", None),
        ("CON", "a device"),
        ("nul.jsonl", "a device"),
        ("NUL", None),
        ("ads\\Aux.tar.gz", "a device"),
        ("com1", "a device"),
        ("LPT³.txt", "a device"),
        ("CONIN$", "a device"),
        ("con .txt", "a device"),
        ("\\\\.\\pipe\\x", "a device"),
        ("ads.jsonl:hidden", "a colon"),
        ("C:\\ads\\a:b", "a colon"),
        ("a:b", "drive a:"),
        ("C:ads.jsonl", "drive C:"),
        ("ads.", "a dot"),
        ("ads.jsonl ", "a space"),
        ("ads.\\x.jsonl", "a dot"),
        ("a?b", "'?'"),
        ("a|b", "'|'"),
        ("tab\tin", "no file name"),
    ],
)
def test_names_that_are_no_files_on_windows(windows: None, path: str, words: str | None) -> None:
    fault = system.fault_of_name(path)
    assert (fault is None) if words is None else (fault and words in fault)


def test_linux_takes_every_name() -> None:
    assert not [name for name in ("CON", "a:b", "x.", "a?b") if system.fault_of_name(name)]


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("products.csv", True),
        ("data\\products.csv", True),
        ("data/products.csv", True),
        ("a..b.csv", True),
        ("..\\products.csv", False),
        ("data\\..\\..\\products.csv", False),
        ("../products.csv", False),
        ("C:products.csv", False),
        ("C:\\products.csv", False),
        ("\\products.csv", False),
        ("/products.csv", False),
        ("\\\\host\\share\\products.csv", False),
        ("//host/share/products.csv", False),
        ("\\\\?\\C:\\products.csv", False),
        ("products.csv:stream", False),
        ("data\\products.csv::$DATA", False),
    ],
)
def test_what_stays_below_a_folder_on_windows(windows: None, path: str, inside: bool) -> None:
    assert system.stays_below(path) is inside


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["copygen", "run", "a.yaml"], "copygen run a.yaml"),
        (["copygen", "C:\\my ads\\"], 'copygen "C:\\my ads\\\\"'),
        (["--set", 'x="q"'], '--set "x=\\"q\\""'),
        (["a&b", "", "é"], '"a&b" "" é'),
        (["--set", "n='x'"], "--set \"n='x'\""),
    ],
)
def test_a_command_is_quoted_for_the_terminals_of_windows(
    windows: None, words: list[str], line: str
) -> None:
    assert system.command_line(words) == line


def test_elsewhere_a_command_is_quoted_for_sh() -> None:
    words = ["copygen", "run", "my ads.yaml", "--set", "a=$HOME"]
    assert shlex.split(system.command_line(words)) == words


def test_a_backslash_in_a_command_of_windows_is_one(windows: None) -> None:
    told = 'C:\\tools\\op.exe read "op://my vault/key"'
    assert system.split_command(told) == ["C:\\tools\\op.exe", "read", "op://my vault/key"]
    with pytest.raises(ValueError, match="quotation"):
        system.split_command('op "read')


def test_settings_are_where_each_system_keeps_them(windows: None) -> None:
    roaming = {"APPDATA": "/Users/me/AppData/Roaming"}
    assert system.settings_folder(roaming) == Path(roaming["APPDATA"])
    assert "%APPDATA%" in system.settings_place()
    assert "$env:MY_KEY" in system.set_variable("MY_KEY", "sk-...")


def test_an_open_file_is_asked_for_again_on_windows_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tries = []

    def busy(_self: Path, missing_ok: bool = False) -> None:
        tries.append(missing_ok)
        raise PermissionError(errno.EACCES, "it is used by another process")

    monkeypatch.setattr(Path, "unlink", busy)
    monkeypatch.setattr(system, "BUSY_S", 0.05)
    monkeypatch.setattr(system, "_ASK_AGAIN_S", 0.001)
    with pytest.raises(PermissionError) as caught:
        system.remove(tmp_path / "x")
    assert len(tries) == 1
    assert not system.held_by_others(caught.value)
    monkeypatch.setattr(system, "sys", SimpleNamespace(platform="win32"))
    with pytest.raises(PermissionError) as caught:
        system.remove(tmp_path / "x")
    assert len(tries) > 2
    assert system.held_by_others(caught.value)


@pytest.mark.parametrize(("number", "gone"), [(errno.EPIPE, True), (errno.EINVAL, False)])
def test_a_pipe_without_a_reader_is_known(number: int, gone: bool) -> None:
    assert system.reader_gone(OSError(number, "")) is gone


def test_a_pipe_without_a_reader_has_another_number_on_windows(windows: None) -> None:
    assert system.reader_gone(OSError(errno.EINVAL, ""))
    assert not system.reader_gone(OSError(errno.ENOSPC, ""))


def test_long_paths_of_windows_get_their_prefix(windows: None) -> None:
    short, long = PureWindowsPath("C:\\ads"), PureWindowsPath("C:\\" + "a" * 250)
    assert system.reachable(short) is short  # type: ignore[arg-type, comparison-overlap]
    assert str(system.reachable(long)) == f"\\\\?\\{long}"  # type: ignore[arg-type]
    share = PureWindowsPath("\\\\host\\share\\" + "a" * 250)
    assert str(system.reachable(share)).startswith("\\\\?\\UNC\\host\\share\\")  # type: ignore[arg-type]


def test_ctrl_break_ends_as_a_closed_terminal_does(
    windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "SIGBREAK", 21, raising=False)
    assert system.stop_signals() == (signal.SIGINT, signal.SIGTERM, 21)
    assert [system.exit_code_of(number) for number in (2, 15, 21)] == [130, 143, 129]


# On macOS


def test_a_disk_that_knows_no_full_sync_is_synced_as_it_can(
    macos: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import fcntl

    done: list[str] = []
    fault = errno.ENOTSUP

    def full(_descriptor: int, _command: int) -> int:
        done.append("full")
        if fault:
            raise OSError(fault, os.strerror(fault))
        return 0

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", full)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: done.append("plain"))
    system.sync(1)
    assert done == ["full", "plain"]
    fault = errno.EIO
    with pytest.raises(OSError, match="Input/output"):
        system.sync(1)
    fault = 0
    done.clear()
    system.sync(1)
    system.sync_folder(tmp_path)
    assert done == ["full", "full"]


def test_what_mount_says_is_read_as_a_table(macos: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    said = b"/dev/disk3s1s1 on / (apfs, sealed)\n//me@nas/ads on /Volumes/my ads (smbfs, nodev)\n"
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: SimpleNamespace(stdout=said))
    assert system.network_mounts(Path("/")).splitlines() == [
        "/dev/disk3s1s1 / apfs",
        "//me@nas/ads /Volumes/my\\040ads smbfs",
    ]


def test_a_limit_the_kernel_refuses_is_lowered_until_it_is_taken(
    macos: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    def limit(_kind: int, values: tuple[int, int]) -> None:
        if values[0] > 10_240:
            raise ValueError("current limit exceeds maximum limit")
        taken.append(values[0])

    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", limit)
    assert system.raise_descriptor_limit(100) == 256
    assert system.raise_descriptor_limit(1_000) == 1_000
    assert system.raise_descriptor_limit(100_000) == 10_240
    assert taken == [1_000, 10_240]
