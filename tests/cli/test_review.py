"""`copygen review` and `copygen report` from the command line."""

import contextlib
import itertools
import re
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from copygen.errors import UsageError
from copygen.results.decisions import Decision, decode_decision, reviewer
from copygen.results.storage import Beside
from tests.support.inside import copygen
from tests.support.review_copy import write_ads
from tests.support.running import start

APPROVE = {"file": 0, "id": "scarf/Thai", "field": "headline", "state": "approved"}


def reviewing(folder: Path, *flags: str) -> subprocess.Popen[bytes]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return start("review", "ads.results.jsonl", "--no-open", *flags, cwd=folder, **pipes)


def opened(process: subprocess.Popen[bytes]) -> httpx.Client:
    """A browser that has opened the address which the command prints."""
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    found = re.search(r"http://\S+", line)
    assert found, line
    browser = httpx.Client(base_url=found[0].partition("?")[0], trust_env=False)
    browser.get(found[0])
    return browser


def decide(browser: httpx.Client, index: int, **more: Any) -> bool:
    decision = {**APPROVE, "index": index, **more}
    answer = browser.post("/api/decisions", json={"decisions": [decision]})
    return answer.status_code == 200 and not answer.json()["results"][0]["conflict"]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches a console there, not a process")
def test_ctrl_c_ends_it_and_says_how_much_was_decided(tmp_path: Path) -> None:
    write_ads(tmp_path)
    process = reviewing(tmp_path, "--by", "mali")
    browser = opened(process)
    with closing(browser):
        assert decide(browser, 0)
        assert decide(browser, 1)
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "2 decisions made." in str(said)
    assert "Traceback" not in str(errors)


def test_no_decision_that_was_answered_is_lost_by_a_kill(tmp_path: Path) -> None:
    path = write_ads(tmp_path)
    process = reviewing(tmp_path)
    answered: list[str] = []
    enough = threading.Event()

    def decide_on() -> None:
        """Decides again and again until nobody answers any more."""
        version = ""
        with contextlib.suppress(httpx.HTTPError), closing(opened(process)) as browser:
            for number in itertools.count():
                body = {**APPROVE, "index": 0, "comment": str(number), "version": version}
                answer = browser.post("/api/decisions", json={"decisions": [body]})
                version = answer.json()["results"][0]["version"]
                answered.append(str(number))
                if number == 10:
                    enough.set()

    reviewer_ = threading.Thread(target=decide_on)
    reviewer_.start()
    assert enough.wait(30)
    process.kill()
    process.communicate(timeout=20)
    reviewer_.join()
    kept = [decode_decision(line) for line in Beside.DECISIONS.of(path).read_bytes().splitlines()]
    comments = [one.comment for one in kept if isinstance(one, Decision)]
    assert comments[: len(answered)] == answered
    assert len(kept) <= len(answered) + 1  # what was being written when it died


def test_a_report_says_what_it_holds(tmp_path: Path) -> None:
    write_ads(tmp_path)
    done = copygen("report", "ads.results.jsonl", "--status", "rejected", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 records in ads.results.html (0.")
    assert not list(tmp_path.glob(".*.new"))


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("report", "nothing.jsonl"), 8, "there is no results file nothing.jsonl"),
        (("review", "nothing.jsonl", "--no-open"), 8, "there is no results file nothing.jsonl"),
        (("report", "ads.results.jsonl", "-o", "no/where.html"), 8, "no/where.html: cannot write"),
        (("report", "ads.results.jsonl", "-o", "ads.results.jsonl"), 2, "ads.results.jsonl"),
        (("report", "ads.results.jsonl", "-o", "-"), 2, "name one, as -o report.html"),
        (("report", "ads.results.jsonl", "-o", "."), 8, "cannot write it"),
        (("report", "ads.results.jsonl", "--status", "fine"), 2, "--status takes"),
        (("report", "ads.results.jsonl", "ads.results.jsonl"), 2, "the same one"),
        (("review", "ads.results.jsonl", "--by", "\u202e"), 2, "--by takes a name"),
        (("review", "ads.results.jsonl", "--port", "70000"), 2, "--port"),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    before = write_ads(tmp_path).read_bytes()
    done = copygen(*args, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert (tmp_path / "ads.results.jsonl").read_bytes() == before


def test_who_decides_is_told_by_flag_environment_or_login() -> None:
    assert reviewer("mali", {"COPYGEN_REVIEWER": "somchai"}) == "mali"
    assert reviewer(None, {"COPYGEN_REVIEWER": "somchai"}) == "somchai"
    assert reviewer(None, {"COPYGEN_REVIEWER": ""})
    for name in ("", "  ", "a\nb", "x" * 81):
        with pytest.raises(UsageError):
            reviewer(name, {})
