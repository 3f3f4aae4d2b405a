"""copygen in a stranger's folder, watched: `python -m tests.support.trapped FOLDER < plan.json`.

The plan is a list of `{"env": {...}, "trap": kind, "args": [...]}`. For each, a folder is laid out
anew, the environment replaced and the command run in this process; an audit hook notes what is
opened for writing outside the folder, which of the trap's settings are read, and which programs
are started. Prints the list of what was found, as JSON.
"""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from copygen.results.storage import Beside

RESULTS = "p.results.jsonl"
DERIVED = [RESULTS, *(RESULTS + kind.value for kind in Beside), f"{RESULTS}.1", "summary.json"]
SETTINGS = """\
default_provider: trap
providers:
  trap: {base_url: "http://127.0.0.1:9/v1", default_model: m, key_command: [touch, started]}
"""
PLACES = ("~/.config", ".config", ".", "relative", "relative/.config", "~")
"""Folders below which settings would lie if they were looked for here."""
RECORD = '{"id":"a","key":"k","status":"ok","text":"x"}\n'
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system")
_MOVES = ("os.rename", "os.remove", "os.link", "os.symlink", "os.truncate")


class Watch:
    """What was done against the rules; on while `inside` is a folder."""

    def __init__(self) -> None:
        self.inside: Path | None = None
        self.found: list[str] = []

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """An audit hook."""
        inside = self.inside
        if inside is None or not event.startswith(("open", "os.", "subprocess.")):
            return
        self.inside = None  # looking opens files, too
        try:
            self._look(event, args, inside)
        finally:
            self.inside = inside

    def _look(self, event: str, args: tuple[Any, ...], inside: Path) -> None:
        if event in _STARTS:
            self.found.append(f"started {args[0]}")
        elif event in _MOVES:
            paths = [one for one in args[:2] if isinstance(one, str | bytes | os.PathLike)]
            for path in paths:
                # A name is moved, not what a link of that name leads to.
                place = Path(os.path.realpath(Path(os.fsdecode(path)).parent))
                if not place.is_relative_to(inside):
                    self.found.append(f"{event} {os.fsdecode(path)}")
        elif event == "open" and isinstance(args[0], str | bytes):
            path = Path(os.path.realpath(os.fsdecode(args[0])))
            if args[2] & _WRITES and not path.is_relative_to(inside) and path != Path(os.devnull):
                self.found.append(f"opened {path} for writing")
            if path.name == "config.yaml" and path.is_relative_to(inside):
                self.found.append(f"read {path}")


def lay_out(folder: Path, outside: Path, trap: str) -> None:
    """A folder that came from somebody else, with a trap at every name that copygen derives."""
    folder.mkdir()
    (folder / "p.yaml").write_text("- one\n- two\n")
    for place in PLACES:
        (folder / place / "copygen").mkdir(parents=True, exist_ok=True)
        (folder / place / "copygen" / "config.yaml").write_text(SETTINGS)
    (folder / RESULTS).write_text(RECORD + RECORD + '{"id":"b","key"')
    names = [] if trap == "none" else DERIVED[1:] if trap.startswith("beside ") else DERIVED
    for number, name in enumerate(names):
        path, victim = folder / name, outside / f"{number}-{name}"
        path.unlink(missing_ok=True)
        kind = trap.removeprefix("beside ")
        if kind != "dangling":
            victim.write_text("precious")
        if kind in ("link", "dangling"):
            path.symlink_to(victim)
        elif kind == "hard link":
            os.link(victim, path)
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            path.mkdir()


def harm(outside: Path, trap: str) -> Iterator[str]:
    """What was changed outside the folder."""
    dangling = trap.endswith("dangling")
    for path in outside.iterdir():
        if dangling or path.read_text() != "precious":
            yield f"{path.name} was written"


def run(case: Mapping[str, Any], base: Path, watch: Watch) -> list[str]:
    """One command in one environment; what was done against the rules."""
    from copygen.cli.app import program

    folder, outside = base / "folder", base / "outside"
    outside.mkdir(parents=True)
    lay_out(folder, outside, case["trap"])
    (folder / "tmp").mkdir()
    tempfile.tempdir = str(folder / "tmp")
    os.environ.clear()
    os.environ.update({"PATH": os.defpath, "COLUMNS": "100"} | case["env"])
    os.chdir(folder)
    watch.found = []
    watch.inside = folder.resolve()
    streams = [io.TextIOWrapper(io.BytesIO()) for _ in range(2)]
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        try:
            program().main(case["args"], standalone_mode=False)
        except BaseException as ended:  # noqa: BLE001  # however it ends
            print(type(ended).__name__, file=sys.stderr)  # noqa: T201
        finally:
            watch.inside = None
    streams[1].seek(0)
    said = streams[1].read()
    found = [*watch.found, *harm(outside, case["trap"])]
    if "bug in copygen" in said or "Traceback" in said:
        found.append(said)
    if (folder / "started").exists():
        found.append("the trap's command was run")
    os.chdir("/")
    shutil.rmtree(base)
    return [f"{case}: {one}" for one in found]


def main() -> None:
    """Run the plan on standard input."""
    base = Path(sys.argv[1])
    watch = Watch()
    sys.dont_write_bytecode = True
    cases = json.load(sys.stdin)
    import copygen.cli.app  # so that imports are not watched

    assert copygen.cli.app
    sys.addaudithook(watch.hear)
    found = [one for n, case in enumerate(cases) for one in run(case, base / str(n), watch)]
    sys.__stdout__.write(json.dumps(found))  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
