"""The same by hand with `httpx.AsyncClient` as it comes, its limits raised to the concurrency.

python -m tests.bench.hand_httpx ITEMS URL CONCURRENCY OUTPUT
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any, TextIO

import httpx

from tests.bench.wording import KEY, body


async def _main(given: argparse.Namespace) -> None:
    with given.items.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    semaphore = asyncio.Semaphore(given.concurrency)
    limits = httpx.Limits(
        max_connections=given.concurrency, max_keepalive_connections=given.concurrency
    )
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(limits=limits, headers=headers, timeout=600) as client:

        async def ask(row: dict[str, Any], output: TextIO) -> None:
            async with semaphore:
                response = await client.post(given.url, json=body(row))
            response.raise_for_status()
            reply = response.json()
            text = reply["choices"][0]["message"]["content"]
            result = {"id": row["id"], "text": text, "usage": reply["usage"]}
            output.write(json.dumps(result, ensure_ascii=False) + "\n")

        with given.output.open("w", encoding="utf-8") as output:
            await asyncio.gather(*(ask(row, output) for row in rows))


def main() -> None:
    """Ask for every row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("items", type=Path)
    parser.add_argument("url")
    parser.add_argument("concurrency", type=int)
    parser.add_argument("output", type=Path)
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
