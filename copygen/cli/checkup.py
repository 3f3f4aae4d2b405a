"""What the doctor makes of what it sees. Pure: all that was seen is an argument."""

from collections.abc import Iterator
from datetime import date, datetime

from copygen.config import Price, ProviderConfig
from copygen.config.retirement import retirement_of
from copygen.documents import nearest
from copygen.errors import ExitCode
from copygen.figures import count, counted, per_million
from copygen.models import ApiError, Kind
from copygen.providers.model_list import ModelList
from copygen.providers.pricing import price_of
from copygen.providers.ratelimits import RateLimits
from copygen.view.checkup import Finding, Verdict

STALE_DAYS = 90
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


def of_endpoint(answer: ModelList | ApiError, seconds: float) -> Finding:
    """Whether the endpoint answers as an API does."""
    took = f"in {seconds * 1000:.0f} ms"
    if isinstance(answer, ModelList):
        return Finding("endpoint", Verdict.OK, f"answers {took}")
    if _is_about_the_key(answer):
        return Finding("endpoint", Verdict.OK, f"answers {took} (HTTP {answer.status})")
    if answer.kind is Kind.RATE_LIMITED:
        step = "wait a little; copygen does so by itself in a run"
        return Finding("endpoint", Verdict.WARN, f"answers, but: {answer.message}", step)
    if answer.status in _NO_LIST and not _is_a_page(answer):
        said = f"does not list its models (HTTP {answer.status}), so nothing more can be told"
        step = "check that the base URL is right: most end in /v1"
        return Finding("endpoint", Verdict.WARN, said, step)
    passing = answer.kind in _PASSING or answer.status == _PROXY_LOGIN
    code = ExitCode.TEMPORARY if passing else ExitCode.REFUSED
    step = _NEXT.get(answer.kind, "check the base URL, and the network it is reached through")
    return Finding("endpoint", Verdict.FAIL, answer.message, step, code)


def of_key(
    provider: ProviderConfig,
    origin: str | None,
    doubt: str | None,
    answer: ModelList | ApiError | None,
    without_key: ModelList | ApiError | None,
) -> Finding:
    """Whether the key is there, looks right, and is accepted.

    `answer` is the reply with the key, `without_key` the one to the same question without it;
    None where it was not asked.
    """
    if isinstance(answer, ApiError) and _is_about_the_key(answer):
        step = _new_key(provider)
        return Finding("key", Verdict.FAIL, answer.message, step, ExitCode.REFUSED)
    if origin is None:
        return Finding("key", Verdict.OK, "none is needed")
    if doubt is not None:
        return Finding("key", Verdict.WARN, doubt, _new_key(provider))
    if isinstance(without_key, ApiError) and _is_about_the_key(without_key):
        return Finding("key", Verdict.OK, f"{origin}, accepted")
    if isinstance(without_key, ModelList):
        said = f"{origin}; the model list is open to everyone, so it does not prove the key"
        return Finding("key", Verdict.OK, said)
    return Finding("key", Verdict.OK, f"{origin}, well-formed")


def _is_about_the_key(error: ApiError) -> bool:
    """Whether the API itself refused the key, rather than a proxy or a page on the way to it."""
    return error.kind in _KEY_KINDS and error.status != _PROXY_LOGIN and not _is_a_page(error)


def _is_a_page(error: ApiError) -> bool:
    return error.message.startswith("A web page answered")


def _new_key(provider: ProviderConfig) -> str:
    where = f" at {provider.key_url}" if provider.key_url else ""
    return f"check the key and its account{where}"


def of_model(model: str, answer: ModelList | ApiError | None) -> Finding:
    """Whether the endpoint serves the model."""
    if not isinstance(answer, ModelList) or not answer.names:
        return Finding("model", Verdict.SKIP, f"{model}: not known without a list of models")
    listed = counted(len(answer.names), "model")
    if answer.serves(model) and len(answer.names) == 1:
        return Finding("model", Verdict.OK, f"{model}, the only one served")
    if answer.serves(model):
        return Finding("model", Verdict.OK, f"{model}, one of {listed} served")
    near = nearest(model, answer.names)
    step = (
        f"did you mean -m {near}?" if near else f"name another with -m, such as {answer.names[0]}"
    )
    if len(answer.names) == 1:
        only = answer.names[0]
        said = f"{model} is not {only}, the only model served; such servers often take any name"
        return Finding("model", Verdict.WARN, said, f"name it with -m {only}")
    said = f"{model} is not among the {listed} served here"
    return Finding("model", Verdict.FAIL, said, step, ExitCode.REFUSED)


def of_price(provider: ProviderConfig, model: str, now: datetime) -> Iterator[Finding]:
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
        yield Finding("price", Verdict.WARN, f"unknown for {model}: costs will be null", step)
    elif provider.model(model) is None:
        said = f"{_rates(price)}; {price.note}"
        yield Finding("price", Verdict.OK, said)
    elif age is None and (price.input or price.output):
        said = f"{_rates(price)}; nobody says how old"
        yield Finding("price", Verdict.WARN, said, "give it a checked_on date in your settings")
    elif age is not None and age > STALE_DAYS:
        said = f"{_rates(price)}; checked {counted(age, 'day')} ago"
        step = "compare it with the provider's page, and update copygen or your settings"
        yield Finding("price", Verdict.WARN, said, step)
    else:
        checked = "" if age is None else f"; checked on {evidence.checked_on}"
        yield Finding("price", Verdict.OK, f"{_rates(price)}{checked}")
    yield from _of_end(provider, model, now.date())


def _rates(price: Price) -> str:
    return f"${per_million(price.input)} in, ${per_million(price.output)} out per million tokens"


def _of_end(provider: ProviderConfig, model: str, today: date) -> Iterator[Finding]:
    retirement = retirement_of(provider, model, today)
    if retirement is not None:
        step = (
            f"try -m {retirement.successor}"
            if retirement.successor
            else "choose another: copygen models"
        )
        yield Finding("end", Verdict.WARN, str(retirement), step)


def of_limits(provider: ProviderConfig, limits: RateLimits | None) -> Finding:
    """Whether the limits of the settings agree with those the headers name."""
    told = _told(provider)
    if limits is None or (limits.requests_limit is None and limits.tokens_limit is None):
        if limits is None:
            return Finding("limits", Verdict.SKIP, f"{told}; the provider's are not known")
        return Finding("limits", Verdict.OK, f"{told}; the headers name none")
    said = f"{told}; the headers name {_named(limits)}"
    for name, own, theirs in (
        ("rpm", provider.rpm, limits.requests_limit),
        ("tpm", provider.tpm, limits.tokens_limit),
    ):
        if own is not None and theirs is not None and own > theirs:
            step = f"set {name} to {theirs:.0f}, if that limit is per minute; else expect 429s"
            return Finding("limits", Verdict.WARN, said, step)
    return Finding("limits", Verdict.OK, said)


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
