"""Checks texts as fast as it can and prints what that took, as JSON.

python -m tests.bench.checking cpu 5000 | memory 1000000 | long 16000
"""

import json
import random
import sys
import time
from pathlib import Path

from copygen.quality.checker import Checker
from copygen.quality.normalize import NormalizedText
from copygen.quality.sameness import SamenessIndex
from copygen.quality.settings import ChecksSettings

PAGE_BYTES = 4096
TEXTS = {
    "English": "Hand-woven Thai silk scarf for every season, light and warm. 2,500 baht.",
    "Malay": "Selendang sutera Thai tenunan tangan yang lembut untuk hadiah, 2,500 baht.",
    "Thai": "ผ้าพันคอไหมไทยทอมือ เนื้อนุ่ม ใส่สบายทุกวัน ราคา 2,500 บาท เหมาะเป็นของขวัญ",
    "Japanese": "やわらかなタイシルクのスカーフ。手織りの風合いを2,500バーツで。贈り物にも。",
    "Chinese": "泰国手织丝巾，轻柔贴肤，四季可用，售价2,500泰铢，送礼自用都合适。",
    "Korean": "손으로 짠 부드러운 태국 실크 스카프, 사계절 가볍게. 2,500바트.",
}
CHECKS = {
    "default set": {},
    "default set and language": {"language_from": "language"},
    "these and seven packs": {
        "language_from": "language",
        "packs": ["google_ads", "meta", "tiktok", "amazon", "th", "jp", "cn"],
    },
}
LONG = {
    "plain copy": (TEXTS["English"] + " ", ""),
    "{{ and spaces": (" ", "Buy {{"),
    "line ends": ("\n", ""),
    "full stops": (".", ""),
    "figures": ("1,", ""),
    "claims": ("best ", ""),
}
"""What is repeated, and what stands before it: texts that once held the loop for seconds."""
KNOWN_TEXTS = 10_000
WARM_UP = 200
CHUNK = 20
"""Texts that are timed together; the least disturbed of them counts, as with `timeit`."""
SYLLABLES = [a + b for a in "bdfgklmnprstw" for b in "aeiou"]


def cpu(texts: int) -> dict[str, dict[str, float]]:
    """Microseconds of CPU per text, by checks and language."""
    figures: dict[str, dict[str, float]] = {}
    for name, checks in CHECKS.items():
        judge = Checker(ChecksSettings.model_validate(checks), lambda text, _unit: len(text))
        rng = random.Random(1)
        for number in range(KNOWN_TEXTS):
            judge.accept(words(rng), f"sku-{number}")
        figures[name] = {language: _one(judge, language, texts) for language in TEXTS}
    return figures


def _one(judge: Checker, language: str, texts: int) -> float:
    text = TEXTS[language]
    row: dict[str, object] = {"name": "Thai silk scarf", "language": language, "price": 2500}
    items = [{**row, "stock": f"{number} in Bangkok"} for number in range(texts + WARM_UP)]
    for item in items[:WARM_UP]:
        assert not [one for one in judge.check(text, item, item_id="x") if "pack" not in one.rule]
    chunks = [items[at : at + CHUNK] for at in range(WARM_UP, len(items), CHUNK)]
    return min(_chunk(judge, text, chunk) for chunk in chunks)


def _chunk(judge: Checker, text: str, items: list[dict[str, object]]) -> float:
    start = time.process_time()
    for item in items:
        judge.check(text, item, item_id="x")
    return (time.process_time() - start) / len(items) * 1e6


def long(length: int) -> dict[str, float]:
    """Microseconds of CPU for one text of that length: the loop is held as long."""
    judge = Checker(ChecksSettings(), lambda text, _unit: len(text))
    texts = {name: head + body * (length // len(body)) for name, (body, head) in LONG.items()}
    return {name: min(_chunk(judge, text, [{}]) for _ in range(5)) for name, text in texts.items()}


def memory(texts: int) -> dict[str, float]:
    """Megabytes that the index grows by, and microseconds per text added."""
    rng = random.Random(2)
    index = SamenessIndex()
    before, start = _resident_mb(), time.process_time()
    for number in range(texts):
        index.add(NormalizedText(words(rng)), f"sku-{number:07}/Thai")
    us = (time.process_time() - start) / texts * 1e6
    return {"mb": _resident_mb() - before, "us": us}


def words(rng: random.Random) -> str:
    """Twelve words that no two texts share many of."""
    return " ".join("".join(rng.choices(SYLLABLES, k=3)) for _ in range(12))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * PAGE_BYTES / 1e6


if __name__ == "__main__":
    measured = {"cpu": cpu, "memory": memory, "long": long}[sys.argv[1]](int(sys.argv[2]))
    sys.stdout.write(json.dumps(measured))
