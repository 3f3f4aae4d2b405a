"""The simulated provider as an HTTP server, and its rate limits. What to answer is decided by the
modules beside it.

The limits are the generic cell rate algorithm: pure, with `now` passed in.
"""

import asyncio
import ipaddress
import math
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hmac import compare_digest

import orjson
from aiohttp import web

from copygen.errors import UsageError
from copygen.models import Usage
from copygen.simulator.profile import Draw, Draws, RetryAfter, SimulatedFault, SimulatorProfile
from copygen.simulator.wire import (
    ChatReply,
    ChatRequest,
    ErrorReply,
    count_message_tokens,
    count_tokens,
    cut_to_tokens,
    models_body,
    read_request,
)
from copygen.simulator.writer import answer

_MARK = {"x-copygen-simulated": "1"}
_LARGEST_REQUEST = 64 * 2**20
_BACKLOG = 4096
_SHUTDOWN_S = 0.05
_NO_LINGER = struct.pack("ii", 1, 0)

_ABOUT = """\
This is copygen's simulator. It speaks the OpenAI chat-completions format at /v1, no model is
behind it, and every text it writes is labelled simulated.
"""
_GATEWAY_PAGE = b"""\
<!DOCTYPE html>
<html>
<head><title>502 Bad Gateway</title></head>
<body><h1>Bad Gateway</h1><p>The simulated gateway got no answer from the service.</p></body>
</html>
"""

_WRONG_KEY = ErrorReply(
    401, "This simulator accepts one API key, and not the one given.", code="invalid_api_key"
)
_TOO_LARGE = ErrorReply(413, "The request body is larger than 64 MiB.")


@asynccontextmanager
async def simulator(
    profile: SimulatorProfile, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve a simulated provider on loopback for as long as the context lasts.

    Yields the base URL, `http://127.0.0.1:PORT/v1`; port 0 takes a free one. Leaving the context
    drops whatever is still unanswered, within a fraction of a second. Raises UsageError when
    `host` is not loopback or the port cannot be had.
    """
    address = _loopback(host)
    runner = web.AppRunner(
        _Server(profile).application(),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=_SHUTDOWN_S,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, str(address), port, backlog=_BACKLOG)
        try:
            await site.start()
        except (OSError, OverflowError) as exc:
            raise UsageError(_not_served(address, port, exc)) from exc
        shown = f"[{address}]" if address.version == 6 else str(address)
        yield f"http://{shown}:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _loopback(host: str) -> _Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise UsageError(
            f"The simulator serves this machine only, not {host!r}: use 127.0.0.1 or localhost."
        )
    return address


def _not_served(address: _Address, port: int, exc: Exception) -> str:
    reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return (
        f"The simulator cannot listen on {address}, port {port} ({reason}): choose another port,"
        " or 0 for a free one."
    )


class _Server:
    """The handlers of one simulator and what they count."""

    def __init__(self, profile: SimulatorProfile) -> None:
        self._profile = profile
        self._draws = Draws(profile.seed, profile.shares())
        self._limits = Limits(profile.rpm, profile.tpm, profile.burst_s)
        self._key = f"Bearer {profile.require_key}".encode() if profile.require_key else None
        self._requests = 0
        self._in_flight = 0
        self._max_in_flight = 0
        self._refused = 0
        self._faults: Counter[SimulatedFault] = Counter()

    def application(self) -> web.Application:
        application = web.Application(client_max_size=_LARGEST_REQUEST)
        application.router.add_post("/v1/chat/completions", self._complete)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/simulator/stats", self._stats)
        application.router.add_get("/", self._about)
        application.router.add_route("*", "/{path:.*}", self._unknown)
        return application

    async def _about(self, _: web.Request) -> web.Response:
        return web.Response(text=_ABOUT, headers=_MARK)

    async def _unknown(self, request: web.Request) -> web.Response:
        message = f"The simulator does not serve {request.method} {request.path}."
        return _error(ErrorReply(404, message, code="unknown_url"))

    async def _models(self, request: web.Request) -> web.Response:
        if not self._admits(request):
            return _error(_WRONG_KEY)
        models = self._profile.models or tuple(self._profile.model_latency_ms)
        limits = self._limits.headers(asyncio.get_running_loop().time())
        return _json(models_body(models, _unix_time()), headers=limits)

    async def _stats(self, _: web.Request) -> web.Response:
        counts = {
            "requests": self._requests,
            "in_flight": self._in_flight,
            "max_in_flight": self._max_in_flight,
            "refused": self._refused,
            "faults": {fault.value: self._faults[fault] for fault in SimulatedFault},
        }
        return _json(orjson.dumps(counts))

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self._requests += 1
        self._in_flight += 1
        self._max_in_flight = max(self._max_in_flight, self._in_flight)
        try:
            return await self._answer(request, await request.read())
        except web.HTTPRequestEntityTooLarge:
            return _error(_TOO_LARGE)
        finally:
            self._in_flight -= 1

    async def _answer(self, request: web.Request, body: bytes) -> web.StreamResponse:
        chat = self._accept(request, body)
        if isinstance(chat, ErrorReply):
            return _error(chat)
        now = asyncio.get_running_loop().time()
        prompt_tokens = count_message_tokens(message.content for message in chat.messages)
        wait_s = self._limits.admit(now, prompt_tokens)
        if wait_s:
            self._refused += 1
            return self._slow_down(wait_s, self._limits.headers(now))
        draw = self._draws.draw(body)
        if draw.fault:
            self._faults[draw.fault] += 1
        if draw.fault is SimulatedFault.RATE_LIMITED:
            return self._slow_down(self._profile.retry_after_s, self._limits.headers(now))
        await asyncio.sleep(self._profile.latency_s(chat.model, draw.latency))
        reply = self._reply(chat, draw, prompt_tokens)
        if draw.fault:
            return await self._fail(request, draw, reply)
        now = asyncio.get_running_loop().time()
        self._limits.charge(now, reply.usage.output_tokens)
        return _json(reply.body(), headers=self._limits.headers(now))

    def _admits(self, request: web.Request) -> bool:
        given = request.headers.get("authorization", "").encode(errors="surrogateescape")
        return self._key is None or compare_digest(given, self._key)

    def _accept(self, request: web.Request, body: bytes) -> ChatRequest | ErrorReply:
        if not self._admits(request):
            return _WRONG_KEY
        chat = read_request(body)
        served = self._profile.models
        if isinstance(chat, ErrorReply) or served is None or chat.model in served:
            return chat
        message = f"The model '{chat.model}' does not exist on this simulator."
        return ErrorReply(404, message, code="model_not_found", param="model")

    def _reply(self, chat: ChatRequest, draw: Draw, prompt_tokens: int) -> ChatReply:
        text = _echo(chat) if self._profile.echo else answer(chat, draw, self._profile.sloppy)
        for stop in chat.stop:
            text = text.split(stop, 1)[0]
        kept = text if chat.max_tokens is None else cut_to_tokens(text, chat.max_tokens)
        return ChatReply(
            id=draw.id,
            created=_unix_time(),
            model=chat.model,
            text=kept,
            finish_reason="stop" if kept == text else "length",
            usage=Usage(prompt_tokens, count_tokens(kept)),
        )

    def _slow_down(self, wait_s: float, limits: dict[str, str]) -> web.Response:
        error = ErrorReply(
            429, "Too many requests: slow down.", type="requests", code="rate_limit_exceeded"
        )
        wait = retry_after_headers(self._profile.retry_after, wait_s, datetime.now(UTC))
        return _error(error, limits | wait)

    async def _fail(self, request: web.Request, draw: Draw, reply: ChatReply) -> web.StreamResponse:
        match draw.fault:
            case SimulatedFault.TIMEOUT:
                await asyncio.sleep(self._profile.hang_s)
                return _error(ErrorReply(504, "The simulated model hung.", type="server_error"))
            case SimulatedFault.RESET:
                return _reset(request)
            case SimulatedFault.TRUNCATED if draw.choice % 2:
                return await _cut_connection(request, reply.body())
            case SimulatedFault.TRUNCATED:
                body = reply.body()
                return _json(body[: len(body) // 2])
            case SimulatedFault.HTML:
                return web.Response(
                    body=_GATEWAY_PAGE, status=502, content_type="text/html", headers=_MARK
                )
            case SimulatedFault.EMPTY:
                return _json(reply.body(with_choice=False))
            case _:
                return _error(ErrorReply(500, "The simulated model failed.", type="server_error"))


def _echo(chat: ChatRequest) -> str:
    users = [message for message in chat.messages if message.role == "user"]
    return str((users or chat.messages)[-1].content)


def _unix_time() -> int:
    return int(datetime.now(UTC).timestamp())


def _json(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=body,
        status=status,
        content_type="application/json",
        headers=_MARK | headers if headers else _MARK,
    )


def _error(error: ErrorReply, headers: dict[str, str] | None = None) -> web.Response:
    return _json(error.body(), error.status, headers)


def _reset(request: web.Request) -> web.Response:
    """Reset the connection. The response returned is for the framework; no one reads it."""
    if request.transport:
        # closing without lingering makes the kernel send RST instead of FIN
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        request.transport.abort()
    return web.Response()


async def _cut_connection(request: web.Request, body: bytes) -> web.StreamResponse:
    """Announce the whole body, send half of it, and close."""
    response = web.StreamResponse(headers=_MARK)
    response.content_type = "application/json"
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return response


# Rate limits

_ROUNDING_S = 1e-9


class RateLimit:
    """At most `per_minute` units, of which `burst_s` seconds' worth at once.

    One instance for requests, another for tokens; `now` is in seconds of any steady clock.
    """

    def __init__(self, per_minute: int, burst_s: float) -> None:
        self.per_minute = per_minute
        self._interval_s = 60 / per_minute
        self._capacity = max(1.0, burst_s / self._interval_s)
        self._paid_until = -math.inf

    def wait_s(self, now: float, cost: float = 1) -> float:
        """Seconds until `cost` units fit; 0 when they fit now.

        A cost above the burst waits for a full burst: it could never be let in otherwise.
        """
        needed = min(cost, self._capacity) * self._interval_s
        wait = self.reset_s(now) + needed - self._capacity * self._interval_s
        return wait if wait > _ROUNDING_S else 0.0

    def take(self, now: float, cost: float = 1) -> None:
        """Use up `cost` units, into debt if there are fewer."""
        self._paid_until = max(self._paid_until, now) + cost * self._interval_s

    def remaining(self, now: float) -> int:
        """Whole units that fit now."""
        return max(0, int(self._capacity - self.reset_s(now) / self._interval_s + 1e-6))

    def reset_s(self, now: float) -> float:
        """Seconds until the limit is wholly unused again."""
        return max(0.0, self._paid_until - now)


class Limits:
    """Requests and tokens per minute together; either may be absent."""

    def __init__(self, rpm: int | None, tpm: int | None, burst_s: float) -> None:
        self._requests = RateLimit(rpm, burst_s) if rpm else None
        self._tokens = RateLimit(tpm, burst_s) if tpm else None

    def admit(self, now: float, tokens: int) -> float:
        """Take one request and `tokens` and return 0, or take nothing and return the seconds
        to wait."""
        costs = [
            (limit, cost) for limit, cost in ((self._requests, 1), (self._tokens, tokens)) if limit
        ]
        wait = max((limit.wait_s(now, cost) for limit, cost in costs), default=0.0)
        if not wait:
            for limit, cost in costs:
                limit.take(now, cost)
        return wait

    def charge(self, now: float, tokens: int) -> None:
        """Charge the tokens of a reply, known only once it is written."""
        if self._tokens:
            self._tokens.take(now, tokens)

    def headers(self, now: float) -> dict[str, str]:
        """The `x-ratelimit-*` headers in OpenAI's form; none where there is no limit."""
        return {
            name: value
            for unit, limit in (("requests", self._requests), ("tokens", self._tokens))
            if limit
            for name, value in (
                (f"x-ratelimit-limit-{unit}", str(limit.per_minute)),
                (f"x-ratelimit-remaining-{unit}", str(limit.remaining(now))),
                (f"x-ratelimit-reset-{unit}", go_duration(limit.reset_s(now))),
            )
        }


def go_duration(seconds: float) -> str:
    """Format seconds as OpenAI's reset headers do: `12ms`, `7.66s`, `6m0s`, `1h2m3s`."""
    ms = math.ceil(seconds * 1000 - 1e-6)
    if ms < 1000:
        return f"{ms}ms" if ms else "0s"
    minutes, ms = divmod(ms, 60_000)
    text = f"{ms / 1000:g}s"
    if minutes >= 60:
        return f"{minutes // 60}h{minutes % 60}m{text}"
    return f"{minutes}m{text}" if minutes else text


def retry_after_headers(form: RetryAfter, wait_s: float, now: datetime) -> dict[str, str]:
    """Say `wait_s` in the given form; `now` is the wall clock, UTC, for the date form."""
    match form:
        case RetryAfter.SECONDS:
            return {"retry-after": str(math.ceil(wait_s))}
        case RetryAfter.MS:
            return {"retry-after-ms": str(math.ceil(wait_s * 1000))}
        case RetryAfter.DATE:
            # an HTTP date has no fraction, so the whole second after the moment is named
            moment = now + timedelta(seconds=wait_s)
            moment += timedelta(microseconds=-moment.microsecond % 1_000_000)
            return {"retry-after": format_datetime(moment, usegmt=True)}
        case RetryAfter.NONE:
            return {}
