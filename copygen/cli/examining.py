"""The work of `copygen doctor`: looking at settings, key, endpoint and disk. Spends nothing."""

import asyncio
import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copygen.cli.checkup import of_endpoint, of_key, of_limits, of_model, of_price
from copygen.cli.options import pairs
from copygen.config import Loaded, ProviderConfig, Settings, load_settings
from copygen.engine.connect import connect
from copygen.errors import ConfigError, ExitCode
from copygen.jobs.setup import configured
from copygen.models import ApiError
from copygen.providers.keys import doubt_about, find_key, origin_of_key, unguarded_file
from copygen.providers.model_list import ModelList, ask
from copygen.providers.openai import ChatCompletions
from copygen.providers.redact import Redactor, Secret
from copygen.results.jsontext import dumps
from copygen.transport.proxies import proxy_in_words
from copygen.view.checkup import Finding, Verdict, exit_code_of, render_checkup
from copygen.view.console import data_stream, open_console

VERSION = 1
"""Of the JSON. Fields may be added under the same number; it grows when one changes or goes."""
LITTLE_SPACE_BYTES = 100 * 2**20


@dataclass(frozen=True, slots=True)
class Patient:
    """The command line of `copygen doctor`, as given."""

    provider: str | None
    model: str | None
    provider_changes: Mapping[str, Any]
    output: Path | None
    settings_file: Path | None
    options: list[str]
    timeout_s: float
    insecure_http: bool
    offline: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What the endpoint answered. None: it was not asked."""

    answer: ModelList | ApiError | None = None
    without_key: ModelList | ApiError | None = None
    seconds: float = 0.0
    refused: str | None = None
    """Why it must not be asked."""


def examine(patient: Patient) -> ExitCode:
    """Look at everything, print what was found on standard output, and return the exit code."""
    secrets: list[Secret] = []
    title, findings = "copygen doctor", []
    try:
        loaded = _loaded(patient)
        findings.append(_of_settings(loaded))
        provider = configured(
            loaded, patient.provider or loaded.settings.default_provider, patient.provider_changes
        )
        model = patient.model or provider.default_model
        title = f"{provider.name} · {model}"
    except ConfigError as error:
        step = "correct it, or leave it out with --config /dev/null"
        if str(error).startswith("--"):
            step = "correct the flag"
        elif patient.provider and f"'{patient.provider}'" in str(error):
            step = "name another with -p; copygen models lists them all"
        findings.append(Finding("settings", Verdict.FAIL, str(error), step, ExitCode.USAGE))
    else:
        findings += _of_provider(patient, loaded.settings, provider, model, secrets)
    findings.append(_of_results(patient.output))
    redactor = Redactor(secrets)
    _print(patient, redactor.redact(title), [_redacted(found, redactor) for found in findings])
    return exit_code_of(findings)


def _loaded(patient: Patient) -> Loaded:
    return load_settings(patient.settings_file, pairs(patient.options, "--option"), os.environ)


def _of_settings(loaded: Loaded) -> Finding:
    where = loaded.path or "no settings file: the defaults hold"
    return Finding("settings", Verdict.OK, where)


def _of_provider(
    patient: Patient,
    settings: Settings,
    provider: ProviderConfig,
    model: str,
    secrets: list[Secret],
) -> Iterator[Finding]:
    if patient.insecure_http:
        settings = settings.model_copy(update={"insecure_http": True})
    key, key_trouble = _key(provider)
    secrets += [key] if key else []
    proxy = _of_proxy(provider)
    seen = Seen()
    if not patient.offline and (proxy is None or proxy.verdict is Verdict.OK):
        # Without a key it is still worth knowing whether somebody answers.
        seen = asyncio.run(_ask(provider, settings, key, patient.timeout_s))
    yield _of_address(provider, seen.refused)
    yield from [proxy] if proxy else []
    if key_trouble is None:
        origin = None if key is None else f"{origin_of_key(provider, os.environ)} ({key.masked})"
        doubt = doubt_about(provider, key) or unguarded_file(provider, os.environ)
        yield of_key(provider, origin, doubt, seen.answer, seen.without_key)
    else:
        yield _unusable("key", key_trouble)
    if seen.answer is None:
        why = "not asked (--offline)" if patient.offline else "not asked"
        yield Finding("endpoint", Verdict.SKIP, why)
    else:
        yield of_endpoint(seen.answer, seen.seconds)
    yield of_model(model, seen.answer)
    yield from of_price(provider, model, _now())
    limits = seen.answer.limits if isinstance(seen.answer, ModelList) else None
    yield of_limits(provider, limits)


def _of_address(provider: ProviderConfig, refused: str | None) -> Finding:
    if refused is not None:
        return _unusable("address", refused)
    where = provider.base_url or "the built-in simulator, started when used"
    return Finding("address", Verdict.OK, where)


def _of_proxy(provider: ProviderConfig) -> Finding | None:
    """None when the endpoint is reached directly."""
    if provider.base_url is None:
        return None
    try:
        proxy = proxy_in_words(provider.base_url, os.environ)
    except ConfigError as error:
        step = "set HTTPS_PROXY to http://host:port, or NO_PROXY to the provider's host"
        return Finding("proxy", Verdict.FAIL, str(error), step, ExitCode.USAGE)
    if proxy is None:
        return None
    return Finding("proxy", Verdict.OK, f"{proxy}, as the environment says")


def _unusable(topic: str, message: str) -> Finding:
    """A ConfigError's message: what is wrong, then what to do about it."""
    said, _, step = message.partition(". ")
    return Finding(topic, Verdict.FAIL, said, step or None, ExitCode.USAGE)


def _key(provider: ProviderConfig) -> tuple[Secret | None, str | None]:
    """The key, or what is wrong with it."""
    try:
        return find_key(provider, os.environ), None
    except ConfigError as error:
        return None, str(error)


async def _ask(
    provider: ProviderConfig, settings: Settings, key: Secret | None, timeout_s: float
) -> Seen:
    """Ask for the list of models, and once more without the key: does the key make a difference?"""
    try:
        async with connect(provider, settings, key) as connection:
            base_url = connection.config.base_url or ""

            async def answer_to(secret: Secret | None) -> ModelList | ApiError:
                asked = ChatCompletions(
                    base_url,
                    secret,
                    provider=provider.name,
                    query=provider.query,
                    headers=provider.headers,
                )
                return await ask(asked, connection.transport, timeout_s=timeout_s, clock=_now)

            began = time.monotonic()
            answer = await answer_to(key)
            seconds = time.monotonic() - began
            again = key is not None and isinstance(answer, ModelList)
            return Seen(answer, await answer_to(None) if again else None, seconds)
    except ConfigError as error:
        return Seen(refused=str(error))


def _now() -> datetime:
    return datetime.now(UTC)


def _of_results(output: Path | None) -> Finding:
    """Whether results can be written where they would go."""
    folder = Path() if output is None else output.parent
    shown = str(output or folder.absolute())
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
            probe.flush()
        if output is not None and output.exists() and not os.access(output, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), shown)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        said = f"{shown} cannot be written: {error.strerror or error}"
        step = "name another place with -o PATH"
        return Finding("results", Verdict.FAIL, said, step, ExitCode.RESULTS)
    if free < LITTLE_SPACE_BYTES:
        said = f"{shown}: {free / 2**20:.0f} MiB left on the disk"
        return Finding("results", Verdict.WARN, said, "make room, or name another place with -o")
    return Finding("results", Verdict.OK, f"{shown} can be written")


def _redacted(finding: Finding, redactor: Redactor) -> Finding:
    step = finding.next_step
    return replace(
        finding,
        said=redactor.redact(finding.said),
        next_step=None if step is None else redactor.redact(step),
    )


def _print(patient: Patient, title: str, findings: list[Finding]) -> None:
    if not patient.as_json:
        render_checkup(title, findings, open_console(sys.stdout, os.environ))
        return
    checks = [
        {
            "topic": finding.topic,
            "verdict": finding.verdict,
            "said": finding.said,
            "next_step": finding.next_step,
        }
        for finding in findings
    ]
    code = exit_code_of(findings)
    fields = {"version": VERSION, "subject": title, "exit_code": int(code), "checks": checks}
    data_stream(sys.stdout).write(f"{dumps(fields).decode()}\n")
