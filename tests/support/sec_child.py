"""What copygen does as a process, seen from inside it: peak memory, and where it connects to."""

from pathlib import Path

from tests.support.running import ROOT

_HOOKS = """
import json, os, pathlib, sys

FOLDER = pathlib.Path({folder!r})
PLACES = []

def note(event, args):
    if event == "socket.connect":
        PLACES.append(["connect", repr(args[1])])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"):
        PLACES.append([event, repr(args[:2] if event == "socket.getaddrinfo" else args[-1])])

def end():
    status = pathlib.Path("/proc/self/status").read_text()
    peak_kb = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    (FOLDER / "peak").write_text(peak_kb)
    (FOLDER / "places").write_text(json.dumps(PLACES))

def leave(code, leave=os._exit):
    end()
    leave(code)

sys.addaudithook(note)
sys.modules["uvloop"] = None  # it connects in C, where Python hears nothing of it
os._exit = leave  # copygen ends so: past Python's own way out
"""


def watched(folder: Path) -> dict[str, str]:
    """The environment that makes a Python process write `peak` (kB) and `places` to `folder`."""
    hooks = folder / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "sitecustomize.py").write_text(_HOOKS.format(folder=str(hooks)))
    return {"PYTHONPATH": f"{hooks}:{ROOT}"}


def peak_mib(folder: Path) -> float:
    """Peak resident memory of the last watched process."""
    return int((folder / "hooks" / "peak").read_text()) / 1024
