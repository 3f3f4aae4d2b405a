"""Other systems, laid over this one; see `python -m tests.platforms`."""

import importlib
import os
import sys
from types import SimpleNamespace
from typing import Any

VARIABLE = "COPYGEN_TESTED_AS"
"""Names the system to be, for processes started by processes."""
# Loaded while Linux is still whole: they look at the system once, when they are imported.
_LIBRARIES = (
    *("asyncio", "concurrent.futures.thread", "ctypes", "email.message", "getpass"),
    *("http.client", "multiprocessing", "random", "selectors", "shutil", "ssl", "subprocess"),
    *("tempfile", "unittest", "urllib.request", "uuid", "zipfile", "aiohttp", "httpx"),
    *("rich.console", "rich.progress", "typer", "pydantic"),
)


def become(name: str) -> None:
    """Be `darwin` or `win32` from here on, in the processes started from here, too."""
    os.environ[VARIABLE] = name
    for library in _LIBRARIES:
        importlib.import_module(library)
    system = importlib.import_module(f"tests.platforms.{name}")
    system.lay_over()
    _tell_copygen(name)


def become_as_told() -> None:
    """`become` what the environment names, if it names anything."""
    name = os.environ.get(VARIABLE)
    if name and "copygen.system" not in sys.modules:
        become(name)


def interpreter() -> list[str]:
    """The beginning of a command that starts Python as the system this process is."""
    name = os.environ.get(VARIABLE)
    return [sys.executable, *(["-m", "tests.platforms", name] if name else [])]


def _tell_copygen(name: str) -> None:
    """The one module that asks is told another name, while it is imported and later."""
    assert not [module for module in sys.modules if module.startswith("copygen")]
    real = sys.platform
    sys.platform = name
    try:
        system: Any = importlib.import_module("copygen.system")
    finally:
        sys.platform = real
    system.sys = _Renamed(name)


class _Renamed(SimpleNamespace):
    """The module `sys` with another `platform`."""

    def __init__(self, name: str) -> None:
        super().__init__(platform=name)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(sys, attribute)
