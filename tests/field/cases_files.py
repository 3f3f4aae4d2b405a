"""Files: a stranger's folder, one file in two roles, files that change, end or cannot be opened."""

import asyncio
import contextlib
import io
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from copygen import system
from copygen.cli.app import app
from copygen.config import load_settings
from copygen.errors import InputChanged, LedgerLocked, PromptError, ResultsError
from copygen.prompts import Target, open_prompts
from copygen.results.ledger import FsyncPolicy, Ledger
from copygen.results.record import encode
from copygen.results.sink import StdoutSink
from copygen.results.storage import Beside, beside
from tests.field.case import Cases
from tests.support.records import result
from tests.support.running import copygen, records

CASES = Cases()
SIMULATED = ("-p", "simulator", "-q")
TARGET = Target("simulator", "m", lambda _model: {})


def ended(folder: Path, *args: object, stdin: bytes = b"") -> str:
    """`code: what was said`, without the folder's own path."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(app, list(map(str, args)), input=stdin)
    said = " ".join(done.stderr.split()).replace(f"{folder}/", "")
    return f"{done.exit_code}: {said}" if said else str(done.exit_code)


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def two_prompts(folder: Path, name: str = "in.jsonl") -> Path:
    path = folder / name
    path.write_text('{"id":"a","prompt":"x"}\n{"id":"b","prompt":"y"}\n')
    return path


@contextlib.contextmanager
def environment(**given: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@CASES.case("12:A1", "no settings of the folder in 12 environments")
def home_unset(folder: Path) -> str:
    below = folder / "~" / ".config" / "copygen"
    below.mkdir(parents=True)
    (below / "config.yaml").write_text("default_provider: trap\n")
    given = [None, "", "~", "relative", "."]
    environs = [
        {name: value for name, value in (("HOME", home), ("XDG_CONFIG_HOME", xdg)) if value}
        for home in given
        for xdg in given
    ]
    with contextlib.chdir(folder):
        places = {system.settings_folder(environ) for environ in environs}
    bad = [place for place in places if place is None or not place.is_absolute()]
    return "no settings of the folder in 12 environments" if not bad else str(bad)


@CASES.case("12:A1b", "8 precious")
def links_beside_the_results_are_not_followed(folder: Path) -> str:
    two_prompts(folder)
    victim = folder / "profile"
    victim.write_text("precious")
    (folder / "r.jsonl").write_bytes(encode(result("a")) + b'{"id":"b","key"')
    (folder / "r.jsonl.torn").symlink_to(victim)
    code = ended(folder, "run", "in.jsonl", *SIMULATED, "-o", "r.jsonl").partition(":")[0]
    return f"{code} {victim.read_text()}"


@CASES.case("12:A1b summary", "0o600")
def a_summary_is_for_its_owner_only(folder: Path) -> str:
    two_prompts(folder)
    ended(folder, "run", "in.jsonl", *SIMULATED, "--summary-json", "s.json")
    return oct((folder / "s.json").stat().st_mode & 0o777)


@CASES.case("12:A2", "2 2 2 2 2, nothing quoted")
def packs_outside_the_folder_devices_and_pipes(folder: Path) -> str:
    (folder / "in").mkdir()
    (folder / "secret.yaml").write_text("password: hunter2\n")
    os.mkfifo(folder / "in" / "pipe.yaml")
    (folder / "in" / "zero.yaml").symlink_to("/dev/zero")
    said = []
    for pack in ("../secret.yaml", "pipe.yaml", "zero.yaml", "/etc/shadow", '"a\\0b.yaml"'):
        (folder / "in" / "p.yaml").write_text(f"prompt: x\nchecks: {{packs: [{pack}]}}\n")
        said.append(ended(folder / "in", "run", "p.yaml", *SIMULATED))
    quoted = [text for text in said if "hunter2" in text or "root:" in text or "bug" in text]
    return " ".join(text[0] for text in said) + (f", {quoted}" if quoted else ", nothing quoted")


@CASES.case("12:A2 named", "2 2 2 2, nothing quoted")
def files_that_flags_name(folder: Path) -> str:
    two_prompts(folder)
    (folder / "secret.yaml").write_text("password: hunter2\n")
    os.mkfifo(folder / "pipe.yaml")
    run = ("run", "in.jsonl", *SIMULATED)
    said = [
        ended(folder, *run, "--config", "pipe.yaml"),
        ended(folder, *run, "--config", "secret.yaml"),
        ended(folder, "check", "in.jsonl", "--text", "prompt", "--pack", "pipe.yaml"),
        ended(folder, "check", "in.jsonl", "--text", "prompt", "--checks", "secret.yaml"),
    ]
    quoted = [text for text in said if "hunter2" in text or "password" in text or "bug" in text]
    return " ".join(text[0] for text in said) + (f", {quoted}" if quoted else ", nothing quoted")


@CASES.case("12:A2 stream", "a device is refused; a line without end ends")
def endless_input(folder: Path) -> str:
    class Endless(io.RawIOBase):
        def readline(self, size: int | None = -1, /) -> bytes:
            return b"x" * (size or 1)

    assert "this is a device" in ended(folder, "plan", "/dev/zero", *SIMULATED)
    source = open_prompts("-", stdin=Endless())  # type: ignore[arg-type]
    with pytest.raises(PromptError, match="has no end"):
        list(source.prompts(TARGET))
    return "a device is refused; a line without end ends"


@CASES.case("12:A2 summary pipe", "8")
def a_summary_into_a_pipe_that_nobody_reads(folder: Path) -> str:
    two_prompts(folder)
    os.mkfifo(folder / "pipe")
    said = ended(folder, "run", "in.jsonl", *SIMULATED, "--summary-json", "pipe")
    return said.partition(":")[0]


@CASES.case("12:A3", "8")
def a_symlink_loop_as_output(folder: Path) -> str:
    two_prompts(folder)
    (folder / "r.jsonl").symlink_to("r.jsonl")
    said = ended(folder, "run", "in.jsonl", *SIMULATED, "-o", "r.jsonl")
    return said if "bug" in said else said.partition(":")[0]


@CASES.case("12:A8", "2 2 2 2 2 2, nothing changed")
def one_file_as_table_and_as_output(folder: Path) -> str:
    table = two_prompts(folder, "r.jsonl")
    before = table.read_bytes()
    (folder / "link.jsonl").symlink_to("r.jsonl")
    os.link(table, folder / "hard.jsonl")
    (folder / "t.yaml").write_text("prompt: x {{ id }}\n")
    run = ("run", "r.jsonl", "-t", "t.yaml", *SIMULATED)
    said = [
        ended(folder, *run, "-o", "r.jsonl"),
        ended(folder, *run, "-o", "link.jsonl"),
        ended(folder, *run, "-o", "hard.jsonl"),
        ended(folder, *run, "--summary-json", "r.jsonl"),
    ]
    derived = two_prompts(folder, "o.jsonl.superseded.jsonl")
    said += [
        ended(folder, "run", derived.name, "-t", "t.yaml", *SIMULATED, "-o", "o.jsonl"),
        ended(folder, *run, "-o", "n.jsonl", "--summary-json", "n.jsonl"),
    ]
    changed = "nothing" if table.read_bytes() == before else "the table"
    return " ".join(text[0] for text in said) + f", {changed} changed"


@CASES.case("12:A16", "InputChanged, none of the torn rows")
def the_table_is_cut_short_while_it_is_read(folder: Path) -> str:
    table = folder / "in.jsonl"
    table.write_text("".join(f'{{"id":"{n}","prompt":"{"x" * 100}"}}\n' for n in range(3000)))
    source = open_prompts(str(table))
    source.check(TARGET)
    got = 0
    try:
        for prompt in source.prompts(TARGET):
            got += 1
            if got == 10:
                table.write_text("".join(f'{{"id":"new-{n}","prompt":"y"}}\n' for n in range(9000)))
            if prompt.id.startswith("new"):
                return "a torn row"
    except InputChanged:
        return "InputChanged, none of the torn rows" if got < 3000 else str(got)
    return f"exit 0 after {got}"


@CASES.case("12:A17", "1 taken back, the new text counts")
def a_newer_rescued_text_replaces_the_older(folder: Path) -> str:
    path = folder / "r.jsonl"
    path.write_bytes(encode(result("a", text="old")))
    Beside.RESCUE.of(path).write_bytes(encode(result("a", text="new")))
    with Ledger.open(path, fsync=FsyncPolicy.NEVER) as ledger:
        taken = [note for note in ledger.notes if "took back 1" in note]
    text = json.loads(path.read_bytes())["text"]
    return f"{len(taken)} taken back, the {text} text counts"


@CASES.case("12:A18", "2 records")
def a_torn_line_on_standard_output_is_closed(folder: Path) -> str:
    class Full(io.FileIO):
        def write(self, data: object, /) -> int:
            if self.tell() > 10:
                raise OSError(28, "No space left on device")
            return super().write(bytes(data)[:20])  # type: ignore[call-overload]

    path, rescue = folder / "out", io.BytesIO()
    with Full(path, "wb") as stream, contextlib.suppress(ResultsError):
        sink = StdoutSink(stream, last_resort=rescue)  # type: ignore[arg-type]
        sink._rescue._openers = iter(())
        sink.append(result("a"), result("b"))
    with path.open("ab") as joined:
        joined.write(rescue.getvalue())
    whole = [json.loads(line) for line in path.read_bytes().splitlines() if line]
    return f"{len(whole)} records"


@CASES.case("12:A19", "3 3, 2 faults are told")
def faults_of_a_second_stream(folder: Path) -> str:
    said, codes = set(), []
    for row in (b'{"bad', b'{"worse": 1,'):
        stdin = b'{"id":"a","prompt":"x"}\n' + row + b"\n"
        done = copygen("run", "-", *SIMULATED, "-o", "r.jsonl", cwd=folder, stdin=stdin)
        codes.append(done.returncode)
        said |= {one["error"]["message"] for one in records(folder / "r.jsonl") if one["error"]}
    return f"{codes[0]} {codes[1]}, {len(said)} faults are told"


@CASES.case("12:A20 names", "all fit")
def long_names(folder: Path) -> str:
    for length in (238, 240, 250, 255):
        path = folder / f"{'é' * 100}{'r' * (length - 206)}.jsonl"
        for kind in Beside:
            if len(os.fsencode(kind.of(path).name)) > 255:
                return f"{length}: {kind.of(path)}"
        with Ledger.open(path, fsync=FsyncPolicy.NEVER) as ledger:
            ledger.append(result("a"))
            ledger.append(result("a", text="new"))
        if lines(path) != 1 or not beside(path, ".superseded.jsonl").exists():
            return f"{length} not moved"
    return "all fit"


@CASES.case("12:A20 lock", "locked, locked")
def two_hard_links_and_a_lock_file_that_was_removed(folder: Path) -> str:
    path = folder / "r.jsonl"
    said = []
    with Ledger.open(path):
        os.link(path, folder / "other.jsonl")
        Beside.LOCK.of(path).unlink()
        for name in ("other.jsonl", "r.jsonl"):
            try:
                Ledger.open(folder / name).close()
                said.append("open")
            except LedgerLocked:
                said.append("locked")
    return ", ".join(said)


@CASES.case("12:A20 pipes", "8 8 8")
def pipes_at_derived_names(folder: Path) -> str:
    two_prompts(folder)
    codes = []
    for kind in (Beside.LOCK, Beside.RESCUE, Beside.SUPERSEDED):
        pipe = kind.of(folder / "r.jsonl")
        os.mkfifo(pipe)
        codes.append(ended(folder, "run", "in.jsonl", *SIMULATED, "-o", "r.jsonl")[0])
        pipe.unlink()
    return " ".join(codes)


@CASES.case("1:96", "2 done")
def results_saved_with_a_byte_order_mark(folder: Path) -> str:
    path = folder / "r.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + encode(result("a")) + b"\xef\xbb\xbf" + encode(result("b")))
    with Ledger.open(path, fsync=FsyncPolicy.NEVER) as ledger:
        count = sum(ledger.earlier.values())
    return f"{count} done"


@CASES.case("12:A20 ids", "3 ids")
def an_own_id_like_a_numbered_one(folder: Path) -> str:
    table = folder / "in.jsonl"
    row = '{"prompt":"x"}\n'
    table.write_text(row + row)
    first = [prompt.id for prompt in open_prompts(str(table)).prompts(TARGET)]
    table.write_text(row + row + f'{{"id":"{first[1]}","prompt":"y"}}\n')
    ids = {prompt.id for prompt in open_prompts(str(table)).prompts(TARGET)}
    return f"{len(ids)} ids"


@CASES.case("12:A20 threads", "0, synced")
def no_thread_can_be_started(folder: Path) -> str:
    start = threading.Thread.start

    def refuse(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def work(ledger: Ledger) -> None:
        ledger.append(result("a"))
        await ledger._flush()

    threading.Thread.start = refuse  # type: ignore[method-assign]
    try:
        with Ledger.open(folder / "r.jsonl") as ledger:
            asyncio.run(work(ledger))
            return f"{lines(folder / 'r.jsonl') - 1}, {'un' * bool(ledger._unsynced)}synced"
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]


@CASES.case("12:A21", "3: 2 rows looked at")
def half_a_surrogate_in_an_id(folder: Path) -> str:
    (folder / "t.jsonl").write_text('{"id":"\\ud800","text":"{{"}\n{"id":"b","text":"{{"}\n')
    with contextlib.chdir(folder):
        done = CliRunner().invoke(
            app, ["check", "t.jsonl", "--limit", "1", "--format", "json", "-q"]
        )
    return f"{done.exit_code}: {done.stdout.count(chr(10))} rows looked at"


@CASES.case("1:92", "2 2 2 2, nothing changed")
def a_summary_onto_another_file(folder: Path) -> str:
    two_prompts(folder)
    (folder / "notes.txt").write_text("mine")
    run = ("run", "in.jsonl", *SIMULATED, "-o", "r.jsonl")
    ended(folder, *run)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    names = ("r.jsonl", "in.jsonl", "notes.txt", "r.jsonl.rescue.jsonl")
    codes = [ended(folder, *run, "--summary-json", name)[0] for name in names]
    same = {path: path.read_bytes() for path in folder.iterdir()} == before
    return " ".join(codes) + (", nothing changed" if same else ", changed")


@CASES.case("6:D5", "2 2 2 2, says .jsonl")
def an_output_that_would_be_no_table(folder: Path) -> str:
    two_prompts(folder)
    names = ("ads.csv", "ads.XLSX", "ads.yaml", "ads.json")
    said = [ended(folder, "run", "in.jsonl", *SIMULATED, "-o", name) for name in names]
    codes = " ".join(text[0] for text in said)
    return f"{codes}, says .jsonl" if all("ads.jsonl" in text for text in said) else str(said)


@CASES.case("6:D12", "8 before the run")
def a_summary_in_a_folder_that_is_missing(folder: Path) -> str:
    two_prompts(folder)
    code = ended(folder, "run", "in.jsonl", *SIMULATED, "--summary-json", "no/s.json")[0]
    return f"{code} {'after' if (folder / 'in.results.jsonl').exists() else 'before'} the run"


@CASES.case("1:100", "0 2 0 0, both kept")
def one_table_and_two_templates(folder: Path) -> str:
    (folder / "p.csv").write_text("name\nScarf\nHat\n")
    (folder / "s.yaml").write_text("prompt: Slogan for {{ name }}\n")
    (folder / "m.yaml").write_text("prompt: Mail for {{ name }}\n")
    run = ("run", "p.csv", *SIMULATED)
    codes = [
        ended(folder, *run, "-t", "s.yaml")[0],
        ended(folder, *run, "-t", "m.yaml")[0],
        ended(folder, *run, "-t", "m.yaml", "-o", "m.jsonl")[0],
        ended(folder, *run, "-t", "s.yaml")[0],
    ]
    kept = lines(folder / "p.results.jsonl") == lines(folder / "m.jsonl") == 2
    return " ".join(codes) + (", both kept" if kept else ", lost")


@CASES.case("1:100", "0 0, 2 texts made anew")
def one_table_and_a_template_that_was_edited(folder: Path) -> str:
    (folder / "p.csv").write_text("name\nScarf\nHat\n")
    run = ("run", "p.csv", *SIMULATED, "-t", "s.yaml")
    (folder / "s.yaml").write_text("prompt: Slogan for {{ name }}\n")
    first = ended(folder, *run)[0]
    (folder / "s.yaml").write_text("prompt: Short slogan for {{ name }}\n")
    second = ended(folder, *run)[0]
    anew = lines(folder / "p.results.jsonl.superseded.jsonl")
    return f"{first} {second}, {anew} texts made anew"


@CASES.case("1:82", "expanded, and relative to the settings")
def ca_file_in_the_settings(folder: Path) -> str:
    (folder / "c.yaml").write_text("ca_file: ~/c.pem\n")
    with environment(HOME=str(folder)):
        home = load_settings(folder / "c.yaml", {}, {}).settings.ca_file
    (folder / "c.yaml").write_text("ca_file: c.pem\n")
    own = load_settings(folder / "c.yaml", {}, {}).settings.ca_file
    flag = load_settings(folder / "c.yaml", {"ca_file": "d.pem"}, {}).settings.ca_file
    right = home == own == folder / "c.pem" and flag == Path("d.pem")
    return "expanded, and relative to the settings" if right else f"{home} {own} {flag}"
