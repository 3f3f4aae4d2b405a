"""Asking an endpoint which models it serves: the one question that costs nothing."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from copygen.models import ApiError, Kind
from copygen.providers.classification import CHECK_BASE_URL, Context, from_inside, from_status
from copygen.providers.decode import UNREADABLE, decode, is_html, plain
from copygen.providers.error_body import fault_in_reply
from copygen.providers.ratelimits import RateLimits, limits_from
from copygen.providers.wire import Provider
from copygen.transport.errors import failure

_LATEST = ":latest"
_PREFIX = "models/"


@dataclass(frozen=True, slots=True)
class ModelList:
    """What an endpoint says it serves, and what its headers say of the key's limits."""

    names: tuple[str, ...]
    limits: RateLimits

    def serves(self, model: str) -> bool:
        """Whether it names the model.

        Ollama adds the tag `:latest` to names, and Gemini puts `models/` before them.
        """
        wanted = model.removeprefix(_PREFIX).removesuffix(_LATEST)
        return any(
            name.removeprefix(_PREFIX).removesuffix(_LATEST) == wanted for name in self.names
        )


async def ask(
    provider: Provider,
    transport: httpx.AsyncBaseTransport,
    *,
    timeout_s: float,
    clock: Callable[[], datetime],
) -> ModelList | ApiError:
    """Request the list once: no retry, nothing billed. Never raises for what a network can do."""
    try:
        async with asyncio.timeout(timeout_s):
            response = await transport.handle_async_request(provider.list_models())
            body = await response.aread()
    except TimeoutError:
        return ApiError(Kind.TIMEOUT, f"no complete answer within {timeout_s:g} s")
    except httpx.TransportError as error:
        return failure(error)
    return read(response.status_code, response.headers, body, clock(), provider)


def read(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime, provider: Provider
) -> ModelList | ApiError:
    """What a reply to the question for models means."""
    redactor = provider.redactor
    context = Context(status, headers, now, "", redactor)
    if not 200 <= status < 300:
        return from_status(context, body)
    reply = decode(body)
    if reply is UNREADABLE:
        text = redactor.redact_body(body)[:20_000].decode("utf-8", "replace")
        if is_html(text):
            words = f"A web page answered instead of the API: {plain(text)}"
            return context.error(Kind.WRONG_URL, words, CHECK_BASE_URL)
        return context.error(Kind.BAD_REPLY, "The reply is not JSON", CHECK_BASE_URL)
    if isinstance(reply, dict) and (fault := fault_in_reply(reply)):
        return from_inside(context, fault, None)
    names = provider.models_in(reply)
    if names is None:
        return context.error(Kind.BAD_REPLY, "The reply is no list of models", CHECK_BASE_URL)
    return ModelList(tuple(names), limits_from(headers, now))
