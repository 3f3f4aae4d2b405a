"""Nothing that Python prints by itself holds the environment or a key."""

import copy
import dataclasses
import importlib
import inspect
import io
import json
import os
import pickle
import pkgutil
import pydoc
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import copygen
from copygen.config import ProviderConfig, Settings, load_settings
from copygen.documents import parse_document
from copygen.errors import ConfigError
from copygen.providers.openai import ChatCompletions
from copygen.providers.redact import Redactor, Secret
from copygen.transport.http import HttpTransport
from tests.support.running import ROOT

CANARY = "sk-canary-5d8f1c07a2e94b63"
SHOW = """
import importlib, inspect, pkgutil, pydoc, sys
import copygen
help(copygen)
print(pydoc.plain(pydoc.render_doc(copygen.generate)), inspect.signature(copygen.generate))
"""


def modules() -> list[str]:
    found = pkgutil.walk_packages(copygen.__path__, "copygen.")
    return sorted(one.name for one in found if not one.name.endswith("__main__"))


def test_help_shows_no_key() -> None:
    names = ("OPENAI_API_KEY", "HOLYSHEEP_API_KEY", "MY_OWN_TOKEN")
    environ = {**os.environ, **dict.fromkeys(names, CANARY), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env=environ, capture_output=True, text=True, check=True
    )
    assert "generate" in done.stdout
    assert CANARY not in done.stdout + done.stderr
    assert "environ({" not in done.stdout


def public_objects(module: ModuleType) -> Iterator[tuple[str, object]]:
    """What a module holds and what is in its classes; imported classes and functions are another's.

    `__module__` of any other value is that of its class.
    """
    for name, value in vars(module).items():
        home = getattr(value, "__module__", None) or ""
        is_defined = inspect.isclass(value) or inspect.isroutine(value)
        if home == module.__name__ or (home.startswith("copygen") and not is_defined):
            yield name, value
            if inspect.isclass(value):
                yield from ((f"{name}.{part}", inside) for part, inside in vars(value).items())


def test_no_signature_default_or_text_of_help_shows_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    leaks = [name for name in modules() if CANARY in everything_shown_of(name)]
    assert leaks == []


def everything_shown_of(name: str) -> str:
    module = importlib.import_module(name)
    shown = io.StringIO()
    for _, value in public_objects(module):
        shown.write(repr(value))
        if callable(value):
            try:
                shown.write(str(inspect.signature(value)))
            except (ValueError, TypeError):  # built in
                continue
    shown.write(pydoc.plain(pydoc.render_doc(module)))
    return shown.getvalue()


def test_what_holds_a_key_neither_shows_nor_pickles_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    secret = Secret(CANARY)
    chat = ChatCompletions("https://api.test/v1", secret, headers={"x-api-key": CANARY})
    document = parse_document(f"providers: {{x: {{api_key: {CANARY}}}}}", "config.yaml")
    holders = [
        secret,
        chat,
        chat.redactor,
        chat.list_models(),
        Redactor([secret]),
        HttpTransport(max_connections=1, environ=dict(os.environ)),
        document,
        Settings(),
        ProviderConfig(name="x", default_model="m", key_env="OPENAI_API_KEY"),
    ]
    for holder in holders:
        assert CANARY not in repr(holder) + str(holder) + f"{holder}"
    for holder in (secret, chat, chat.redactor):
        with pytest.raises(TypeError):
            pickle.dumps(holder)
    assert CANARY not in json.dumps(dataclasses.asdict(_Held(copy.deepcopy(secret))), default=str)


@dataclasses.dataclass
class _Held:
    key: Secret


@pytest.mark.parametrize(
    "settings",
    [
        f"providers: {{x: {{default_model: m, api_key: {CANARY}}}}}",
        f"api_key: {CANARY}",
        f"default_provider: [{CANARY}]",
        f"concurrency: {CANARY}",
        f"providers: {{x: {{default_model: m, base_url: 'https://{CANARY}@host/v1'}}}}",
    ],
)
def test_a_key_in_the_wrong_place_is_in_no_error_nor_in_what_caused_it(
    tmp_path: Path, settings: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(settings)
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {}, {}).provider("x")
    error = caught.value
    trace = "".join(traceback.format_exception(error))
    assert CANARY not in trace
    assert CANARY not in repr(error.args) + repr(error.__cause__)
