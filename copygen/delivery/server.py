"""The page served on this machine, and what it asks for. Only loopback, only the page itself.

Any web page and any program on the machine can reach a port on loopback. So a request must carry a
secret: the first address has it, and is exchanged for a cookie that scripts cannot read and other
sites cannot send. Its Host must be ours, or a name that somebody else's DNS points here would do
(DNS rebinding), its Origin too; what changes something is JSON, which no form can send. The page
may load nothing and talk to nobody else: see `PageParts.policy`.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final, TypeVar

from aiohttp import web

from copygen.delivery.desk import DecisionRequest, News, ReviewDesk, TextNow
from copygen.delivery.payload import place_said
from copygen.delivery.webpage import page_around, page_parts
from copygen.errors import CopygenError, ResultsError, UsageError
from copygen.models import JsonValue
from copygen.results.decisions import Place, State
from copygen.results.record import dumps, loads

_HOST: Final = "127.0.0.1"
_LARGEST_REQUEST: Final = 32 * 2**20
_LOOK_EVERY_S: Final = 1.0
"""How soon a decision made elsewhere is seen."""
_EVENTS_WAITING: Final = 1_000
"""Of one tab; one that takes none any more is let go, and told the rest when it is back."""
_SHUTDOWN_S: Final = 0.1
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NOT_ADMITTED: Final = (
    "Open the address that copygen review printed: it has the key to this page.\n"
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """The page being served."""

    address: str
    """To be opened first: it has the secret."""
    host: str
    """`127.0.0.1:PORT`."""


@asynccontextmanager
async def review_server(
    desk: ReviewDesk, *, port: int = 0, is_read_only: bool = False
) -> AsyncIterator[Served]:
    """Serve the page for `desk` for as long as the context lasts; port 0 takes a free one.

    Leaving it waits for a decision that is being written. Raises UsageError when the port cannot be
    had.
    """
    server = _ReviewServer(desk, is_read_only=is_read_only)
    runner = web.AppRunner(
        server.application(), access_log=None, handler_cancellation=True,
        shutdown_timeout=_SHUTDOWN_S,
    )  # fmt: skip
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, _HOST, port).start()
        except (OSError, OverflowError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
            raise UsageError(
                f"cannot serve the page on port {port} ({reason}); choose another --port, or none "
                "for a free one."
            ) from exc
        server.host = f"{_HOST}:{runner.addresses[0][1]}"
        await server.rehearse()
        watching = asyncio.create_task(server.watch())
        try:
            yield Served(f"http://{server.host}/?token={server.token}", server.host)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
    finally:
        server.let_go()
        await runner.cleanup()
        server.close()


class _ReviewServer:
    """The handlers. All that touches the desk is done by one thread."""

    def __init__(self, desk: ReviewDesk, *, is_read_only: bool) -> None:
        self.token = secrets.token_urlsafe(32)
        self.host = ""
        self._desk = desk
        self._is_read_only = is_read_only
        self._thread = ThreadPoolExecutor(1, "desk")
        self._tabs: set[asyncio.Queue[bytes | None]] = set()

    def application(self) -> web.Application:
        application = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[self._guarded])
        application.router.add_get("/", self._page)
        application.router.add_get("/api/records", self._records)
        application.router.add_get("/api/events", self._events)
        application.router.add_post("/api/decisions", self._decide)
        application.router.add_post("/api/check", self._check)
        application.router.add_post("/api/prompt", self._prompt)
        return application

    async def rehearse(self) -> None:
        """Make what the first page needs, so that it is soon there: tables, checks, the order."""
        await self._at_desk(self._desk.setup)
        await self._at_desk(lambda: next(self._desk.pieces()))

    def let_go(self) -> None:
        """End what tabs wait for."""
        for tab in self._tabs:
            tab.put_nowait(None)

    def close(self) -> None:
        """Wait for the thread."""
        self._thread.shutdown()

    async def watch(self) -> None:
        """Tell the tabs what others decide."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            with contextlib.suppress(CopygenError):  # the file comes back, or saving tells of it
                self._tell(await self._at_desk(self._desk.news))

    @property
    def _cookie(self) -> str:
        # Cookies are not kept apart by port: another review on this machine has its own.
        return f"copygen-review-{self.host.rpartition(':')[2]}"

    @web.middleware
    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            response = self._refusal(request) or await handler(request)
        except web.HTTPException as known:
            response = _refused(known.status, known.reason)
        except ResultsError as error:
            response = _refused(507, str(error))
        except CopygenError as error:
            response = _refused(400, str(error))
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Why the request is not ours to answer; None where it is."""
        headers = request.headers
        if request.headers.getall("Host", []) != [self.host]:
            return _refused(403, "this server answers under its own address only")
        if headers.get("Origin", f"http://{self.host}") != f"http://{self.host}":
            return _refused(403, "another site has no business here")
        if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return _refused(403, "another site has no business here")
        if request.path == "/" and "token" in request.query:
            return self._admit(request)
        if not _same(request.cookies.get(self._cookie, ""), self.token):
            return web.Response(status=403, text=_NOT_ADMITTED)
        if request.method == "POST" and request.content_type != "application/json":
            return _refused(415, "only JSON is taken")
        return None

    def _admit(self, request: web.Request) -> web.Response:
        """Exchange the secret of the first address for a cookie, and get it out of the address."""
        if request.method != "GET" or not _same(request.query["token"], self.token):
            return web.Response(status=403, text=_NOT_ADMITTED)
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(self._cookie, self.token, httponly=True, samesite="Strict", path="/")
        return response

    async def _page(self, _: web.Request) -> web.Response:
        setup = await self._at_desk(self._desk.setup)
        setup |= {"mode": "server", "readOnly": self._is_read_only}
        before, after = page_around(setup, connects=True)
        policy = f"{page_parts().policy(connects=True)}; frame-ancestors 'none'"
        return web.Response(
            body=before + after,
            content_type="text/html",
            charset="utf-8",
            headers={"Content-Security-Policy": policy},
        )

    async def _records(self, request: web.Request) -> web.StreamResponse:
        """All records that are meant, as lines, as fast as the page takes them."""
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", **_HEADERS})
        await response.prepare(request)
        pieces = self._desk.pieces()
        try:
            while (piece := await self._at_desk(lambda: next(pieces, None))) is not None:
                if piece:
                    await response.write(piece)
        except CopygenError as error:  # too late for another status
            await response.write(dumps({"failed": str(error)}) + b"\n")
        await response.write_eof()
        return response

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """What is decided from now on, as server-sent events."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **_HEADERS})
        await response.prepare(request)
        tab: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._tabs.add(tab)
        mark = _number(request.headers.get("Last-Event-ID") or request.query.get("since", "0"))
        try:
            missed = await self._at_desk(lambda: self._desk.since(mark))
            await response.write(b": here\n\n" + _events_of(missed))
            while (event := await tab.get()) is not None:
                await response.write(event)
        except ConnectionResetError:  # the tab was closed
            pass
        finally:
            self._tabs.discard(tab)
        return response

    def _tell(self, news: News) -> None:
        events = _events_of(news)
        for tab in self._tabs if events else ():
            tab.put_nowait(events if tab.qsize() < _EVENTS_WAITING else None)

    async def _decide(self, request: web.Request) -> web.Response:
        if self._is_read_only:
            return _refused(403, "this review is read only")
        body = await _json(request)
        decisions = body.get("decisions")
        if not isinstance(decisions, list):
            raise UsageError("'decisions' is no list")
        asked = [_asked(one) for one in decisions]
        # Written to its end, also when the tab is closed meanwhile.
        told, news = await asyncio.shield(self._at_desk(lambda: self._desk.decide(asked)))
        self._tell(news)
        return _answer({"results": [_told_said(one) for one in told]})

    async def _check(self, request: web.Request) -> web.Response:
        body = await _json(request)
        texts = body.get("texts")
        if not isinstance(texts, list):
            raise UsageError("'texts' is no list")
        placed = [(_place(one), _text(one, "text") or "") for one in texts]
        file, id_ = _file(body), _text(body, "id") or ""
        return _answer({"places": await self._at_desk(lambda: self._desk.check(file, id_, placed))})

    async def _prompt(self, request: web.Request) -> web.Response:
        body = await _json(request)
        file, id_ = _file(body), _text(body, "id") or ""
        return _answer({"messages": await self._at_desk(lambda: self._desk.prompt(file, id_))})

    async def _at_desk(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _same(given: str, secret: str) -> bool:
    return compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


def _answer(value: JsonValue, status: int = 200) -> web.Response:
    return web.Response(body=dumps(value), status=status, content_type="application/json")


def _refused(status: int, why: str) -> web.Response:
    return _answer({"error": why}, status)


async def _json(request: web.Request) -> Mapping[str, JsonValue]:
    try:
        body = loads(await request.read())
    except ValueError as error:
        raise UsageError(f"the request is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise UsageError("the request is no object")
    return body


def _asked(given: JsonValue) -> DecisionRequest:
    if not isinstance(given, dict):
        raise UsageError("a decision is no object")
    try:
        state = State(_text(given, "state") or "")
    except ValueError as error:
        raise UsageError(f"{error}") from error
    return DecisionRequest(
        file=_file(given),
        id=_text(given, "id") or "",
        place=_place(given),
        state=state,
        text=_text(given, "text"),
        reason=_text(given, "reason"),
        comment=_text(given, "comment"),
        version=_text(given, "version") or "",
    )


def _place(given: JsonValue) -> Place:
    if not isinstance(given, dict):
        raise UsageError("a text is no object")
    index = given.get("index")
    if index is not None and (type(index) is not int or index < 0):
        raise UsageError("'index' is not a number from 0")
    return Place(_text(given, "field"), index)


def _file(given: Mapping[str, JsonValue]) -> int:
    file = given.get("file", 0)
    if type(file) is not int:
        raise UsageError("'file' is not a number")
    return file


def _text(given: Mapping[str, JsonValue], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"'{name}' is not a text")
    return value


def _told_said(told: TextNow) -> dict[str, JsonValue]:
    place = place_said(told.place)
    return {
        "file": told.file,
        "id": told.id,
        "field": place.get("f"),
        "index": place.get("i"),
        "now": dict(told.now),
        "version": told.version,
        "conflict": told.conflict,
    }


def _events_of(news: News) -> bytes:
    """Server-sent events. The last of them says how far they go: the browser asks for what comes
    after it when the connection was lost meanwhile."""
    if not news.told:
        return b""
    said = (b"event: decision\ndata: " + dumps(_told_said(one)) for one in news.told)
    return b"\n\n".join(said) + b"\nid: %d\n\n" % news.mark


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
