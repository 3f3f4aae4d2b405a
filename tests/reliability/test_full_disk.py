"""Output that cannot be written: every paid result is somewhere, and the user is told where."""

import ctypes
import json
import os
import random
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support.rel_running import (
    CONCURRENCY,
    CountingServer,
    Zygote,
    first_word,
    killed_at_the_end,
    note_figure,
    prompts,
    read_lines,
    said,
    start,
    until,
    write_prompts,
)

LONG = (pytest.mark.soak, pytest.mark.timeout(3600))
LAST = "items.results.jsonl"
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
# The file system goes with the last process that uses it, so what is on it is brought out. Where
# none may be mounted, a limit on the size of files has to do.
ON_SMALL_DISK = """
mount -t tmpfs -o size=$0k none disk 2> /dev/null || ulimit -f $0
cp -a kept/. disk; "$@"; code=$?; cp -a disk/. kept; exit $code
"""


def words(*paths: Path) -> Counter[str]:
    """The prompts answered by the records in some files, by their first words."""
    return Counter(
        first_word(record["text"]) for path in set(paths) for record in read_lines(path).whole
    )


def printed(stderr: str) -> list[str]:
    """The records on standard error."""
    return [line + "\n" for line in stderr.splitlines() if line.startswith('{"id":')]


def places(stderr: str) -> list[Path]:
    """The files that the final message names as holding results."""
    named = re.findall(r"\S+\.rescue\.jsonl", stderr.partition("error: ")[2])
    return [Path(place) for place in named]


@dataclass
class Figures:
    """What full disks came to."""

    disks: int = 0
    answered: int = 0
    in_file: int = 0
    rescued_beside: int = 0
    rescued_elsewhere: int = 0
    printed: int = 0
    unaccounted: int = 0
    paid_twice: int = 0


class Job:
    """One prompt file, run on a disk that is full at some byte."""

    def __init__(self, folder: Path, server: CountingServer, zygote: Zygote, count: int) -> None:
        folder.mkdir()
        (folder / "tmp").mkdir()
        os.mkfifo(folder / "stderr")  # the limit on files does not hold for it
        self.folder = folder
        self.server = server
        self.stderr = ""
        self.results = folder / LAST
        self.texts = prompts(count, "d", random.Random(count), 3000)
        self.policy = "auto"
        self._zygote = zygote
        write_prompts(folder / "items.jsonl", self.texts)
        server.reset()
        server.behave(latency_ms=5)

    def run(self, limit_bytes: int | None = None) -> int:
        """Run it; no file grows past `limit_bytes`. The exit code."""
        more = (*self.server.to, "--fsync", self.policy)
        args = ("run", "items.jsonl", "-c", CONCURRENCY, *more)
        listener = subprocess.Popen(["cat", self.folder / "stderr"], stdout=subprocess.PIPE)
        process = self._zygote.start(*args, cwd=self.folder, limit_bytes=limit_bytes)
        with killed_at_the_end(process):
            self.stderr = listener.communicate()[0].decode()
            return process.wait()

    def resume(self) -> None:
        """There is room again. What lies beside the file is taken back by the run itself; the
        rest is appended by hand, as the message says. Then every prompt is there, once."""
        with self.results.open("a") as results:
            results.writelines(printed(self.stderr))
            for place in places(self.stderr):
                if place.parent != self.folder:
                    results.write(place.read_text())
        assert self.run() == 0, self.stderr
        made = read_lines(self.results)
        assert (made.corrupt, made.fragment) == (0, b"")
        assert {record["id"]: record["text"] for record in made.whole} == self.texts
        assert len(made.whole) == len(self.texts)


@pytest.mark.parametrize("disks", [8, pytest.param(200, marks=LONG)])
def test_D7_a_disk_that_is_full_at_a_random_byte_costs_no_result(
    tmp_path: Path, server: CountingServer, zygote: Zygote, disks: int
) -> None:
    """No room for the rescue files either, past the same size: what fits into none is printed.

    With `auto` that is all since the latest fsync, for nobody knows whether it reached the disk.
    """
    figures, rng = Figures(), random.Random()
    while figures.disks < disks:
        job = Job(tmp_path / "job", server, zygote, rng.randint(30, 120))
        job.policy = rng.choice(["auto", "always", "never"])
        least = sum(map(len, job.texts.values())) * 2
        assert job.run(rng.randrange(rng.choice([3_000, least]))) == 8, job.stderr
        _account(job, figures)
        job.resume()
        figures.paid_twice += server.settled().received.total() - len(job.texts)
        shutil.rmtree(job.folder)
    note_figure("full disk", **vars(figures))
    assert figures.unaccounted == 0
    assert figures.paid_twice == 0


def _account(job: Job, figures: Figures) -> None:
    answered = job.server.settled().answered
    assert "Traceback" not in job.stderr
    assert "File too large" in job.stderr
    beside = [place for place in places(job.stderr) if place.parent == job.folder]
    elsewhere = [place for place in places(job.stderr) if place.parent != job.folder]
    on_stderr = printed(job.stderr)
    found = words(job.results, *beside, *elsewhere)
    found += Counter(first_word(json.loads(line)["text"]) for line in on_stderr)
    figures.disks += 1
    figures.answered += answered.total()
    figures.in_file += words(job.results).total()
    figures.rescued_beside += words(*beside).total()
    figures.rescued_elsewhere += words(*elsewhere).total()
    figures.printed += len(on_stderr)
    figures.unaccounted += (answered - found).total()
    if on_stderr:
        assert "standard error" in job.stderr.partition("error: ")[2]
    left = read_lines(job.results)
    assert (left.corrupt, left.fragment) == (0, b"")


def test_D7_when_the_disk_is_full_no_more_is_sent_than_what_is_in_flight(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    job = Job(tmp_path / "job", server, zygote, 400)
    assert job.run(5_000) == 8
    in_file = len(read_lines(job.results).whole)
    assert server.settled().requests <= in_file + CONCURRENCY


@pytest.mark.parametrize(
    "policy", ["auto", *(pytest.param(policy, marks=LONG) for policy in ("always", "never"))]
)
def test_D7_a_small_file_system_that_fills_up(
    tmp_path: Path, server: CountingServer, policy: str
) -> None:
    """There is no room for the rescue file either, so it is in the temporary folder."""
    for name in ("disk", "kept", "tmp"):
        (tmp_path / name).mkdir()
    texts = prompts(100, "d", random.Random(1), 3000)
    write_prompts(tmp_path / "items.jsonl", texts)
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to, "--fsync", policy)

    def on_disk_of(size_kib: int) -> int:
        within = (*private_mounts(), "sh", "-c", ON_SMALL_DISK, str(size_kib))
        process = start(*args, "-o", f"disk/{LAST}", cwd=tmp_path, within=within)
        with killed_at_the_end(process):
            return process.wait(60)

    assert on_disk_of(64) == 8, said(tmp_path)
    assert "cannot be written" in said(tmp_path)
    answered = server.settled().answered
    kept = tmp_path / "kept"
    rescued = [kept / place.name if "disk" in place.parts else place for place in named(tmp_path)]
    assert words(kept / LAST, *rescued).keys() == answered.keys()
    with (kept / LAST).open("ab") as results:
        results.writelines(place.read_bytes() for place in rescued if place.parent != kept)
    assert on_disk_of(8192) == 0, said(tmp_path)
    made = read_lines(kept / LAST)
    assert (made.corrupt, made.fragment) == (0, b"")
    assert {record["id"]: record["text"] for record in made.whole} == texts
    assert server.settled().requests == 100


def named(folder: Path) -> list[Path]:
    """The rescue files named by the latest command in `folder`; one at least."""
    found = places(said(folder))
    assert found
    return found


def private_mounts() -> tuple[str, ...]:
    """The command under which others may mount; none where that is not allowed."""
    unshare = ("unshare", "-Urm")
    allowed = shutil.which("unshare") and subprocess.run([*unshare, "true"], check=False)
    return unshare if allowed and allowed.returncode == 0 else ()


def test_D7_a_deleted_results_file_is_saved_whole(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    """Also what was in it for longer than a second, and so would be gone with our descriptor."""
    texts = prompts(1000, "d", random.Random(1), 30)
    write_prompts(tmp_path / "items.jsonl", texts)
    server.behave(latency_ms=100)  # the second half takes three seconds, busy as the machine may be
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to)
    with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as process:
        until(lambda: len(read_lines(tmp_path / LAST).whole) > 450, process, 0.02)
        (tmp_path / LAST).unlink()
        assert process.wait() == 8
    assert "deleted or replaced" in said(tmp_path)
    (rescue,) = places(said(tmp_path))
    answered = server.settled().answered
    assert rescue == tmp_path / f"{LAST}.rescue.jsonl"
    assert words(rescue).keys() == answered.keys()
    assert answered.total() < 1000, "it did not go on"
    server.behave(latency_ms=1)
    with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as process:
        assert process.wait() == 0
    assert {r["id"]: r["text"] for r in read_lines(tmp_path / LAST).whole} == texts
    assert server.settled().requests == 1000, "nothing was paid for twice"


def test_D7_a_folder_deleted_in_mid_run_leaves_the_results_in_the_temporary_folder(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "tmp").mkdir()
    write_prompts(tmp_path / "items.jsonl", prompts(1000, "d", random.Random(1), 30))
    server.behave(latency_ms=100)
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to, "-o", f"out/{LAST}")
    with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as process:
        until(lambda: len(read_lines(tmp_path / "out" / LAST).whole) > 50, process)
        shutil.rmtree(tmp_path / "out")
        assert process.wait() == 8
    (rescue,) = places(said(tmp_path))
    assert rescue.parent == tmp_path / "tmp"
    assert words(rescue).keys() == server.settled().answered.keys()
    assert "append them to the output before you run again" in said(tmp_path)


def _without_override() -> None:
    """Permissions hold for root, too; for anybody else this does nothing."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)


@pytest.mark.parametrize(
    ("output", "words", "code"),
    [
        ("closed/x.jsonl", "Permission denied", 8),
        ("missing/x.jsonl", "missing is not a folder", 8),
        ("items.jsonl/x.jsonl", "is not a folder", 8),
        (".", "is not a regular file", 8),
        ("other.jsonl", "not a results file", 8),
        ("items.jsonl", "read as the prompts", 2),
    ],
)
def test_a_place_that_takes_no_results_is_found_before_anything_is_sent(
    tmp_path: Path, server: CountingServer, zygote: Zygote, output: str, words: str, code: int
) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    (tmp_path / "other.jsonl").write_text('{"sku": 1}\n')
    write_prompts(tmp_path / "items.jsonl", prompts(3, "d", random.Random(1)))
    args = ("run", "items.jsonl", *server.to, "-o", output)
    strict = partial(start, preexec_fn=_without_override)
    begin = strict if "denied" in words else zygote.start
    with killed_at_the_end(begin(*args, cwd=tmp_path)) as process:
        assert process.wait() == code
    assert said(tmp_path).startswith("error: ")
    assert words in said(tmp_path)
    assert "Traceback" not in said(tmp_path)
    assert server.ledger().requests == 0
    assert len((tmp_path / "items.jsonl").read_text().splitlines()) == 3


def test_a_folder_that_becomes_read_only_does_not_disturb_the_run(
    tmp_path: Path, server: CountingServer
) -> None:
    (tmp_path / "out").mkdir()
    write_prompts(tmp_path / "items.jsonl", prompts(300, "d", random.Random(1), 30))
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to, "-o", f"out/{LAST}")
    with killed_at_the_end(start(*args, cwd=tmp_path, preexec_fn=_without_override)) as process:
        until(lambda: read_lines(tmp_path / "out" / LAST).whole, process)
        (tmp_path / "out").chmod(0o555)
        assert process.wait() == 0
    (tmp_path / "out").chmod(0o755)
    assert len(read_lines(tmp_path / "out" / LAST).whole) == 300


def test_D13_a_reader_that_has_enough_ends_the_run_quietly(
    tmp_path: Path, server: CountingServer
) -> None:
    write_prompts(tmp_path / "items.jsonl", prompts(2000, "d", random.Random(1), 30))
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to, "-o", "-")
    with killed_at_the_end(start(*args, cwd=tmp_path, stdout=subprocess.PIPE)) as process:
        assert isinstance(process, subprocess.Popen)
        assert process.stdout
        for _ in range(3):
            assert json.loads(process.stdout.readline())["status"] == "ok"
        process.stdout.close()
        assert process.wait(30) == 8  # the rest was not done
    assert server.settled().requests < 2000
    assert "error" not in said(tmp_path)


def test_D7_standard_output_that_is_full(tmp_path: Path, server: CountingServer) -> None:
    (tmp_path / "tmp").mkdir()
    write_prompts(tmp_path / "items.jsonl", prompts(100, "d", random.Random(1), 30))
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to, "-o", "-")
    with Path("/dev/full").open("wb") as full:
        process = start(*args, cwd=tmp_path, stdout=full)
    with killed_at_the_end(process):
        assert process.wait() == 8
    (rescue,) = places(said(tmp_path))
    assert words(rescue) == server.settled().answered
    assert "standard output cannot be written (No space left on device)" in said(tmp_path)


def test_a_summary_that_cannot_be_written_is_said_and_costs_nothing_else(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    write_prompts(tmp_path / "items.jsonl", prompts(3, "d", random.Random(1)))
    args = ("run", "items.jsonl", *server.to, "--summary-json", "/dev/full")
    with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as process:
        assert process.wait() == 8
    assert "cannot write the summary to /dev/full" in said(tmp_path)
    assert len(read_lines(tmp_path / LAST).whole) == 3


def test_a_terminal_nobody_reads_does_not_end_the_run(
    tmp_path: Path, server: CountingServer
) -> None:
    """As with `2>&1 | head -1`: standard error is closed in mid-run."""
    write_prompts(tmp_path / "items.jsonl", prompts(300, "d", random.Random(1), 30))
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to)
    with killed_at_the_end(start(*args, cwd=tmp_path, stderr=subprocess.PIPE)) as process:
        assert isinstance(process, subprocess.Popen)
        assert process.stderr
        process.stderr.readline()
        process.stderr.close()
        assert process.wait(60) == 0
    assert len(read_lines(tmp_path / LAST).whole) == 300


@pytest.mark.parametrize(
    ("closed", "prompts_from", "output", "code"),
    [
        (">&-", "items.jsonl", "-", 2),
        ("<&-", "-", "x.jsonl", 2),
        ("2>&-", "items.jsonl", "x.jsonl", 0),
        ("<&- >&- 2>&-", "items.jsonl", "x.jsonl", 0),
    ],
)
def test_closed_standard_streams(
    tmp_path: Path, server: CountingServer, closed: str, prompts_from: str, output: str, code: int
) -> None:
    write_prompts(tmp_path / "items.jsonl", prompts(3, "d", random.Random(1)))
    within = ("sh", "-c", f'exec "$@" {closed}', "sh")
    args = ("run", prompts_from, *server.to, "-o", output)
    with killed_at_the_end(start(*args, cwd=tmp_path, within=within)) as process:
        assert process.wait() == code
    assert "bug" not in said(tmp_path)
    assert ("is closed" in said(tmp_path)) is (code == 2)


def test_D7_a_full_disk_and_nobody_to_tell_is_still_exit_8(
    tmp_path: Path, server: CountingServer
) -> None:
    write_prompts(tmp_path / "items.jsonl", prompts(50, "d", random.Random(1), 3000))
    within = ("sh", "-c", 'ulimit -f 4; exec "$@" 2>&-', "sh")
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to)
    with killed_at_the_end(start(*args, cwd=tmp_path, within=within)) as process:
        assert process.wait() == 8
    left = read_lines(tmp_path / LAST)
    assert (left.corrupt, left.fragment) == (0, b"")
