"""What would go wrong in a run, found out before one and without spending anything.

    job = DoctorJob(DoctorSpec(prompts="ad.yaml"))
    async for diagnosis in job:
        ...
    job.exit_code

Settings, prompts, key, endpoint, model, price, limits and disk are looked at in this order. Of the
provider nothing is asked but its list of models, which is free. What is made of what was seen is
pure: the functions at the end.
"""

import asyncio
import errno
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from copygen import providers
from copygen.config import Loaded, Price, ProviderConfig, Settings, load_settings
from copygen.config.settings import retirement_of
from copygen.documents import nearest
from copygen.engine.engine import connect
from copygen.errors import ConfigError, CopygenError, ExitCode, PromptError, UsageError
from copygen.figures import count, counted, per_million
from copygen.jobs.setup import addressed, compile_output_spec, opened, target_of
from copygen.jobs.spec import STREAM
from copygen.models import ApiError, Kind
from copygen.prompts import PromptSource
from copygen.providers.keys import doubt_about, find_key, origin_of_key, unguarded_file
from copygen.providers.pricing import price_of
from copygen.providers.ratelimits import RateLimits
from copygen.providers.redact import Redactor, Secret
from copygen.providers.wire import ModelList, Provider, ask_for_models
from copygen.transport.http import proxy_in_words

LITTLE_SPACE_BYTES: Final = 100 * 2**20
STALE_DAYS: Final = 90
"""Prices older than this are worth another look: vendors change them several times a year."""
_NO_LIST = frozenset({404, 405, 501})
_PROXY_LOGIN = 407
_KEY_KINDS = frozenset({Kind.AUTH, Kind.BILLING, Kind.PERMISSION})
_PASSING = frozenset({Kind.CONNECTION, Kind.TIMEOUT, Kind.INTERRUPTED, Kind.SERVER})
_NEXT = {
    Kind.CONNECTION: "check the base URL, the network, and a proxy if there is one",
    Kind.TIMEOUT: "try again, or allow more with --timeout",
    Kind.INTERRUPTED: "try again",
    Kind.SERVER: "try again later: the trouble is on the provider's side",
    Kind.TLS: "if a proxy of your own signs its certificates, name its authority: -O ca_file=PATH",
    Kind.WRONG_URL: "check the base URL: most end in /v1",
}


class Health(StrEnum):
    """How something is."""

    OK = "ok"
    WARN = "warn"
    """A run works, and may surprise."""
    FAIL = "fail"
    """A run would not work."""
    SKIP = "skip"
    """Not looked at."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found about one thing."""

    topic: str
    health: Health
    said: str
    next_step: str | None = None
    """What to do about it."""
    exit_code: ExitCode = ExitCode.OK
    """Of a failure: what a run would end with."""


def exit_code_of(findings: Sequence[Diagnosis]) -> ExitCode:
    """That of the first failure; 0 when there is none."""
    failures = (found for found in findings if found.health is Health.FAIL)
    return next((found.exit_code for found in failures), ExitCode.OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorSpec:
    """What is looked at. It can be pickled."""

    prompts: str | Path | None = None
    """A prompt file or a table: its provider and model are looked at, and every row of it."""
    template: str | Path | None = None
    provider: str | None = None
    model: str | None = None
    provider_settings: Mapping[str, Any] = field(default_factory=dict)
    output: str | Path | None = None
    """Where results would go; None: this folder."""
    settings_file: str | Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 10.0
    insecure_http: bool = False
    offline: bool = False
    """Whether to look at this machine only."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What the endpoint answered. None: it was not asked."""

    answer: ModelList | ApiError | None = None
    without_key: ModelList | ApiError | None = None
    seconds: float = 0.0
    refused: str | None = None
    """Why it must not be asked."""


class DoctorJob:
    """One examination: an async iterator of diagnoses, in which no key is shown."""

    def __init__(self, spec: DoctorSpec, *, environ: Mapping[str, str] | None = None) -> None:
        """`environ` is where keys and settings are looked for; None: this process's.

        Raises UsageError for what cannot be looked at.
        """
        if spec.prompts is not None and str(spec.prompts) == STREAM:
            raise UsageError(
                "doctor reads a file, not standard input: the run has to read it, too."
            )
        self._subject = "copygen doctor"
        self.exit_code = ExitCode.OK
        """That of the first failure; 0 when there is none."""
        self._spec = spec
        self._environ = os.environ if environ is None else environ
        self._secrets: list[Secret] = []

    @property
    def subject(self) -> str:
        """Provider and model, once they are known."""
        return Redactor(self._secrets).redact(self._subject)

    async def __aiter__(self) -> AsyncIterator[Diagnosis]:
        async for found in self._diagnoses():
            if found.health is Health.FAIL:
                self.exit_code = self.exit_code or found.exit_code
            redactor = Redactor(self._secrets)
            step = found.next_step
            yield replace(
                found,
                said=redactor.redact(found.said),
                next_step=None if step is None else redactor.redact(step),
            )

    async def _diagnoses(self) -> AsyncIterator[Diagnosis]:
        spec = self._spec
        source: PromptSource | None = None
        unreadable: PromptError | None = None
        try:
            loaded = load_settings(spec.settings_file, spec.options, self._environ)
            yield Diagnosis("settings", Health.OK, str(loaded.path or _NO_SETTINGS))
            try:
                source = None if spec.prompts is None else opened(spec.prompts, spec.template)
            except PromptError as error:
                unreadable = error
                yield _of_prompts(str(error), ExitCode.USAGE)
            provider, model = addressed(
                loaded,
                source,
                provider=spec.provider,
                model=spec.model,
                changes=spec.provider_settings,
            )
            self._subject = f"{provider.name} · {model}"
        except ConfigError as error:
            yield _of_bad_settings(error, spec.provider, source)
        else:
            if source is not None and unreadable is None:
                yield _of_rows(source, loaded, provider, model)
            async for found in self._of_provider(loaded.settings, provider, model):
                yield found
        yield _of_results(None if spec.output is None else Path(spec.output))

    async def _of_provider(
        self, settings: Settings, provider: ProviderConfig, model: str
    ) -> AsyncIterator[Diagnosis]:
        spec, environ = self._spec, self._environ
        if spec.insecure_http:
            settings = settings.model_copy(update={"insecure_http": True})
        # A key_command takes its time, and this loop may have others to serve.
        key, key_trouble = await asyncio.to_thread(_key, provider, environ)
        self._secrets += [key] if key else []
        proxy = _of_proxy(provider, environ)
        seen = ProbeResult()
        if not spec.offline and (proxy is None or proxy.health is Health.OK):
            # Without a key it is still worth knowing whether somebody answers.
            seen = await _ask(provider, settings, key, spec.timeout_s)
        yield _of_address(provider, seen.refused)
        if proxy is not None:
            yield proxy
        if key_trouble is None:
            origin = None if key is None else f"{origin_of_key(provider, environ)} ({key.masked})"
            doubt = doubt_about(provider, key) or unguarded_file(provider, environ)
            yield of_key(provider, origin, doubt, seen.answer, seen.without_key)
        else:
            yield _unusable("key", key_trouble)
        if seen.answer is None:
            why = "not asked (--offline)" if spec.offline else "not asked"
            yield Diagnosis("endpoint", Health.SKIP, why)
        else:
            yield of_endpoint(seen.answer, seen.seconds)
        yield of_model(model, seen.answer)
        for found in of_price(provider, model, _now()):
            yield found
        limits = seen.answer.limits if isinstance(seen.answer, ModelList) else None
        yield of_limits(provider, limits)


_NO_SETTINGS: Final = "no settings file: the defaults hold"


def _of_bad_settings(
    error: ConfigError, asked: str | None, source: PromptSource | None
) -> Diagnosis:
    step = "correct it, or leave it out with --config /dev/null"
    said = str(error)
    if said.startswith("--"):
        step = "correct the flag"
    elif asked and f"'{asked}'" in said:
        step = "name another with -p; copygen models lists them all"
    elif source is not None and source.provider and f"'{source.provider}'" in said:
        step = "correct it there; copygen models lists them all"
    return Diagnosis("settings", Health.FAIL, said, step, ExitCode.USAGE)


def _of_prompts(said: str, code: ExitCode) -> Diagnosis:
    return Diagnosis("prompts", Health.FAIL, said, "correct it", code)


def _of_rows(
    source: PromptSource, loaded: Loaded, provider: ProviderConfig, model: str
) -> Diagnosis:
    """Whether every row of the file can become a prompt, and its rules can be used."""
    if source.is_stream:
        return Diagnosis("prompts", Health.SKIP, "a stream can be read only once")
    try:
        compiled = compile_output_spec(source, loaded)
        total = source.check(target_of(provider, model, compiled))
    except CopygenError as error:
        return _of_prompts(str(error), error.exit_code)
    if source.warnings:
        return Diagnosis("prompts", Health.WARN, source.warnings[0])
    return Diagnosis("prompts", Health.OK, f"{source.path}: {counted(total, 'prompt')}")


def _of_address(provider: ProviderConfig, refused: str | None) -> Diagnosis:
    if refused is not None:
        return _unusable("address", refused)
    where = provider.base_url or "the built-in simulator, started when used"
    return Diagnosis("address", Health.OK, where)


def _of_proxy(provider: ProviderConfig, environ: Mapping[str, str]) -> Diagnosis | None:
    """None when the endpoint is reached directly."""
    if provider.base_url is None:
        return None
    try:
        proxy = proxy_in_words(provider.base_url, environ)
    except ConfigError as error:
        step = "set HTTPS_PROXY to http://host:port, or NO_PROXY to the provider's host"
        return Diagnosis("proxy", Health.FAIL, str(error), step, ExitCode.USAGE)
    if proxy is None:
        return None
    return Diagnosis("proxy", Health.OK, f"{proxy}, as the environment says")


def _unusable(topic: str, message: str) -> Diagnosis:
    """A ConfigError's message: what is wrong, then what to do about it."""
    said, _, step = message.partition(". ")
    return Diagnosis(topic, Health.FAIL, said, step or None, ExitCode.USAGE)


def _key(provider: ProviderConfig, environ: Mapping[str, str]) -> tuple[Secret | None, str | None]:
    """The key, or what is wrong with it."""
    try:
        return find_key(provider, environ), None
    except ConfigError as error:
        return None, str(error)


async def _ask(
    provider: ProviderConfig, settings: Settings, key: Secret | None, timeout_s: float
) -> ProbeResult:
    """Ask for the list of models, and once more without the key: does the key make a difference?"""
    try:
        async with connect(provider, settings, key) as connection:

            async def answer_to(asked: Provider) -> ModelList | ApiError:
                return await ask_for_models(
                    asked, connection.transport, timeout_s=timeout_s, clock=_now
                )

            began = time.monotonic()
            answer = await answer_to(connection.provider)
            seconds = time.monotonic() - began
            if key is None or not isinstance(answer, ModelList):
                return ProbeResult(answer, None, seconds)
            keyless = providers.open(connection.config)
            return ProbeResult(answer, await answer_to(keyless), seconds)
    except ConfigError as error:
        return ProbeResult(refused=str(error))


def _now() -> datetime:
    return datetime.now(UTC)


def _of_results(output: Path | None) -> Diagnosis:
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
        return Diagnosis("results", Health.FAIL, said, step, ExitCode.RESULTS)
    if free < LITTLE_SPACE_BYTES:
        said = f"{shown}: {free / 2**20:.0f} MiB left on the disk"
        return Diagnosis("results", Health.WARN, said, "make room, or name another place with -o")
    return Diagnosis("results", Health.OK, f"{shown} can be written")


def of_endpoint(answer: ModelList | ApiError, seconds: float) -> Diagnosis:
    """Whether the endpoint answers as an API does."""
    took = f"in {seconds * 1000:.0f} ms"
    if isinstance(answer, ModelList):
        return Diagnosis("endpoint", Health.OK, f"answers {took}")
    if _is_about_the_key(answer):
        return Diagnosis("endpoint", Health.OK, f"answers {took} (HTTP {answer.status})")
    if answer.kind is Kind.RATE_LIMITED:
        step = "wait a little; copygen does so by itself in a run"
        return Diagnosis("endpoint", Health.WARN, f"answers, but: {answer.message}", step)
    if answer.status in _NO_LIST and not _is_a_page(answer):
        said = f"does not list its models (HTTP {answer.status}), so nothing more can be told"
        step = "check that the base URL is right: most end in /v1"
        return Diagnosis("endpoint", Health.WARN, said, step)
    passing = answer.kind in _PASSING or answer.status == _PROXY_LOGIN
    code = ExitCode.TEMPORARY if passing else ExitCode.REFUSED
    step = _NEXT.get(answer.kind, "check the base URL, and the network it is reached through")
    return Diagnosis("endpoint", Health.FAIL, answer.message, step, code)


def of_key(
    provider: ProviderConfig,
    origin: str | None,
    doubt: str | None,
    answer: ModelList | ApiError | None,
    without_key: ModelList | ApiError | None,
) -> Diagnosis:
    """Whether the key is there, looks right, and is accepted.

    `answer` is the reply with the key, `without_key` the one to the same question without it;
    None where it was not asked.
    """
    if isinstance(answer, ApiError) and _is_about_the_key(answer):
        step = _new_key(provider)
        return Diagnosis("key", Health.FAIL, answer.message, step, ExitCode.REFUSED)
    if origin is None:
        return Diagnosis("key", Health.OK, "none is needed")
    if doubt is not None:
        return Diagnosis("key", Health.WARN, doubt, _new_key(provider))
    if isinstance(without_key, ApiError) and _is_about_the_key(without_key):
        return Diagnosis("key", Health.OK, f"{origin}, accepted")
    if isinstance(without_key, ModelList):
        said = f"{origin}; the model list is open to everyone, so it does not prove the key"
        return Diagnosis("key", Health.OK, said)
    return Diagnosis("key", Health.OK, f"{origin}, well-formed")


def _is_about_the_key(error: ApiError) -> bool:
    """Whether the API itself refused the key, rather than a proxy or a page on the way to it."""
    return error.kind in _KEY_KINDS and error.status != _PROXY_LOGIN and not _is_a_page(error)


def _is_a_page(error: ApiError) -> bool:
    return error.message.startswith("A web page answered")


def _new_key(provider: ProviderConfig) -> str:
    where = f" at {provider.key_url}" if provider.key_url else ""
    return f"check the key and its account{where}"


def of_model(model: str, answer: ModelList | ApiError | None) -> Diagnosis:
    """Whether the endpoint serves the model."""
    if not isinstance(answer, ModelList) or not answer.names:
        return Diagnosis("model", Health.SKIP, f"{model}: not known without a list of models")
    listed = counted(len(answer.names), "model")
    if answer.serves(model) and len(answer.names) == 1:
        return Diagnosis("model", Health.OK, f"{model}, the only one served")
    if answer.serves(model):
        return Diagnosis("model", Health.OK, f"{model}, one of {listed} served")
    near = nearest(model, answer.names)
    step = (
        f"did you mean -m {near}?" if near else f"name another with -m, such as {answer.names[0]}"
    )
    if len(answer.names) == 1:
        only = answer.names[0]
        said = f"{model} is not {only}, the only model served; such servers often take any name"
        return Diagnosis("model", Health.WARN, said, f"name it with -m {only}")
    said = f"{model} is not among the {listed} served here"
    return Diagnosis("model", Health.FAIL, said, step, ExitCode.REFUSED)


def of_price(provider: ProviderConfig, model: str, now: datetime) -> Iterator[Diagnosis]:
    """Whether the price is known and how old it is, and whether the model is near its end."""
    price = price_of(provider, model, now)
    evidence = provider.evidence(model)
    age = evidence.age_days(now.date())
    if price is None:
        step = (
            f"give one in your settings: providers: {{{provider.name}: {{models: "
            f"{{{model}: {{price: {{input: ..., output: ...}}}}}}}}}}"
        )
        if near := nearest(model, list(provider.models)):
            step = f"did you mean -m {near}? Else {step}"
        yield Diagnosis("price", Health.WARN, f"unknown for {model}: costs will be null", step)
    elif provider.model(model) is None:
        said = f"{_rates(price)}; {price.note}"
        yield Diagnosis("price", Health.OK, said)
    elif age is None and (price.input or price.output):
        said = f"{_rates(price)}; nobody says how old"
        yield Diagnosis("price", Health.WARN, said, "give it a checked_on date in your settings")
    elif age is not None and age > STALE_DAYS:
        said = f"{_rates(price)}; checked {counted(age, 'day')} ago"
        step = "compare it with the provider's page, and update copygen or your settings"
        yield Diagnosis("price", Health.WARN, said, step)
    else:
        checked = "" if age is None else f"; checked on {evidence.checked_on}"
        yield Diagnosis("price", Health.OK, f"{_rates(price)}{checked}")
    yield from _of_end(provider, model, now.date())


def _rates(price: Price) -> str:
    return f"${per_million(price.input)} in, ${per_million(price.output)} out per million tokens"


def _of_end(provider: ProviderConfig, model: str, today: date) -> Iterator[Diagnosis]:
    retirement = retirement_of(provider, model, today)
    if retirement is not None:
        step = (
            f"try -m {retirement.successor}"
            if retirement.successor
            else "choose another: copygen models"
        )
        yield Diagnosis("end", Health.WARN, str(retirement), step)


def of_limits(provider: ProviderConfig, limits: RateLimits | None) -> Diagnosis:
    """Whether the limits of the settings agree with those the headers name."""
    told = _told(provider)
    if limits is None or (limits.requests_limit is None and limits.tokens_limit is None):
        if limits is None:
            return Diagnosis("limits", Health.SKIP, f"{told}; the provider's are not known")
        return Diagnosis("limits", Health.OK, f"{told}; the headers name none")
    said = f"{told}; the headers name {_named(limits)}"
    for name, own, theirs in (
        ("rpm", provider.rpm, limits.requests_limit),
        ("tpm", provider.tpm, limits.tokens_limit),
    ):
        if own is not None and theirs is not None and own > theirs:
            step = f"set {name} to {theirs:.0f}, if that limit is per minute; else expect 429s"
            return Diagnosis("limits", Health.WARN, said, step)
    return Diagnosis("limits", Health.OK, said)


def _told(provider: ProviderConfig) -> str:
    own = [
        f"{name} {count(value)}"
        for name, value in (("rpm", provider.rpm), ("tpm", provider.tpm))
        if value is not None
    ]
    return f"yours: {', '.join(own)}" if own else "none of your own"


def _named(limits: RateLimits) -> str:
    named = [
        f"{count(int(value))} {what}"
        for what, value in (("requests", limits.requests_limit), ("tokens", limits.tokens_limit))
        if value is not None
    ]
    return " and ".join(named)
