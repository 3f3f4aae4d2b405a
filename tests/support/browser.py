"""Chromium over the review page: one for all tests, on a thread of its own.

Playwright keeps an event loop running on the thread it was started on, where no other test could
have one. What a test does in the browser is a function that is handed over.
"""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from copygen.jobs.review import ReviewJob, ReviewSpec

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

T = TypeVar("T")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE_S = 30.0


def missing() -> str | None:
    """Why there can be no browser here; None where there can."""
    if CHROMIUM is None:
        return "there is no chromium on this machine"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed: pip install 'copygen[dev]'"
    return None


@dataclass
class Seen:
    """What a page did beside what was asked of it."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Addresses it asked for."""


class Chromium:
    """A browser that is started when it is first needed."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "chromium")
        self._playwright: Any = None
        self._browser: Browser | None = None

    def on_page(self, address: str, act: Callable[["Page"], T], **options: Any) -> tuple[T, Seen]:
        """Open `address` in a profile of its own and do `act` once the page has all records."""
        return self._thread.submit(self._on_page, address, act, options).result()

    def on_page_of(
        self, results: Path, act: Callable[["Page"], T], **review: Any
    ) -> tuple[T, Seen]:
        """The same on the page that reviews `results`."""
        with reviewed(results, **review) as address:
            return self.on_page(address, act)

    def close(self) -> None:
        """End it."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _on_page(
        self, address: str, act: Callable[["Page"], T], options: dict[str, Any]
    ) -> tuple[T, Seen]:
        seen = Seen()
        options = {"viewport": {"width": 1400, "height": 900}, **options}
        context = self._started().new_context(**options)
        try:
            page = context.new_page()
            watch(page, seen)
            page.goto(address)
            ready(page)
            return act(page), seen
        finally:
            context.close()

    def _started(self) -> "Browser":
        if self._browser is None:
            from playwright.sync_api import sync_playwright

            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(
                executable_path=CHROMIUM, args=list(ARGS)
            )
        return self._browser

    def _close(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._playwright.stop()


def watch(page: "Page", seen: Seen) -> None:
    """Note what goes wrong on a page and what it asks for."""
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on(
        "console",
        lambda line: seen.errors.append(line.text) if line.type == "error" else None,
    )
    page.on("request", lambda request: seen.requests.append(request.url))


def until(page: "Page", condition: str) -> Any:
    """Wait until the expression is true, and return what it is. The policy forbids `wait_for`."""
    end = time.monotonic() + PATIENCE_S
    while not (found := page.evaluate(condition)):
        assert time.monotonic() < end, (condition, page.inner_text("body")[:2000])
        page.wait_for_timeout(20)
    return found


def ready(page: "Page") -> None:
    """Wait until the page has read all records."""
    until(page, "document.documentElement.dataset.ready === 'yes'")


def cut_off_from_news(page: "Page") -> None:
    """Load the page again so that it hears of no decision made elsewhere."""
    page.add_init_script("window.EventSource = class extends EventTarget {}")
    page.reload()
    ready(page)


def answer_in_its_place(page: "Page", address: str, answer: str) -> None:
    """Answer what the page asks `address` with the expression, until `serverAnswers()` is called.

    Done inside the page: Chromium's own interception, which a route needs, let a request through to
    the server in 1 of 70 runs on a busy machine.
    """
    page.evaluate(
        f"""() => {{
          const ask = window.fetch;
          window.fetch = async (to, ...how) => (to === "{address}" ? {answer} : ask(to, ...how));
          window.serverAnswers = () => {{ window.fetch = ask; }};
        }}"""
    )


def text_of(page: "Page", selector: str) -> str:
    """What is read there, in one line."""
    return " ".join(page.inner_text(selector).split())


@contextmanager
def reviewed(*results: Path, **options: Any) -> Iterator[str]:
    """The review page of these results, served on a thread; its first address."""
    job = ReviewJob(ReviewSpec(results=results, by="mali", **options), environ={})
    address: Future[str] = Future()
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with job.served() as page:
            address.set_result(page.address)
            await done.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:
            address.set_exception(error)
            raise
        finally:
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield address.result(30)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
