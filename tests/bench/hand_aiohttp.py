"""What people write by hand: aiohttp, a semaphore and gather. With --backoff it obeys 429s.

python -m tests.bench.hand_aiohttp ITEMS URL CONCURRENCY OUTPUT [--uvloop] [--backoff]
"""

import argparse
import asyncio
import json
import random
from pathlib import Path
from typing import Any, TextIO

import aiohttp

from tests.bench.wording import KEY, body

ATTEMPTS = 8


class Script:
    """One run of it."""

    def __init__(self, given: argparse.Namespace, session: aiohttp.ClientSession) -> None:
        self._url: str = given.url
        self._semaphore = asyncio.Semaphore(given.concurrency)
        self._post = self._patient_post if given.backoff else self._plain_post
        self._session = session

    async def ask(self, row: dict[str, Any], output: TextIO) -> None:
        """One row to one line."""
        async with self._semaphore:
            reply = await self._post(row)
        text = reply["choices"][0]["message"]["content"]
        result = {"id": row["id"], "text": text, "usage": reply["usage"]}
        output.write(json.dumps(result, ensure_ascii=False) + "\n")

    async def _plain_post(self, row: dict[str, Any]) -> Any:
        async with self._session.post(self._url, json=body(row)) as response:
            response.raise_for_status()
            return await response.json()

    async def _patient_post(self, row: dict[str, Any]) -> Any:
        """Exponential backoff with jitter, as every tutorial has it."""
        for attempt in range(ATTEMPTS):
            async with self._session.post(self._url, json=body(row)) as response:
                if response.status != 429:
                    response.raise_for_status()
                    return await response.json()
            await asyncio.sleep(2**attempt * 0.5 + random.random())
        raise RuntimeError(f"row {row['id']} was refused {ATTEMPTS} times")


async def _main(given: argparse.Namespace) -> None:
    with given.items.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    connector = aiohttp.TCPConnector(limit=given.concurrency)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        script = Script(given, session)
        with given.output.open("w", encoding="utf-8") as output:
            # A row that is given up must not take the others with it.
            await asyncio.gather(
                *(script.ask(row, output) for row in rows), return_exceptions=given.backoff
            )


def main() -> None:
    """Ask for every row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("items", type=Path)
    parser.add_argument("url")
    parser.add_argument("concurrency", type=int)
    parser.add_argument("output", type=Path)
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--backoff", action="store_true")
    given = parser.parse_args()
    if given.uvloop:
        import uvloop

        uvloop.run(_main(given))
    else:
        asyncio.run(_main(given))


if __name__ == "__main__":
    main()
