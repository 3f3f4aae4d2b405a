"""What checks cost: microseconds of CPU per text, by language and length.

    python -m tests.quality.cost            the default checks, and all that can be switched on
    python -m tests.quality.cost default    one of them

A bare prompt costs about 190 µs on the machine these figures are compared on: all checks may cost
once that for 28 characters and three times for 800. Texts differ from each other, as those of a run
do, and so do items. The least of many rounds counts: others disturb a machine, they never help it.
"""

import random
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

from copygen.quality.acceptance import Acceptance, PromptRef, ReaskPolicy
from copygen.quality.checker import Checker
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure

TEXTS = {
    "en": "Hand-woven Thai silk scarf, light and warm in every season, made by weavers in Isan. "
    "Wear it on calm evenings by the river or fold it into a bag for the plane.",
    "de": "Handgewebter Schal aus Thaiseide, leicht und warm zu jeder Jahreszeit. Am Abend am "
    "Fluss getragen oder in die Tasche gefaltet, begleitet er dich auf jede Reise.",
    "th": "ผ้าพันคอไหมไทยทอมือเนื้อนุ่มเบาสบายใส่ได้ทุกฤดูทอโดยช่างฝีมือจากอีสานห่มยามเย็นริมน้ำหรือพับใส่กระเป๋าไว้ใช้",
    "ja": "やわらかなタイシルクのスカーフ。季節を問わず軽やかにまとえます。"
    "夕暮れの川辺で羽織ったり、旅先のかばんにそっとしのばせたり。",
}
CHECKS: dict[str, dict[str, Any]] = {
    "default": {},
    "all": {
        "language_from": "language",
        "packs": ["google_ads", "meta", "th"],
        "variants": 0.3,
    },
}
LENGTHS = (28, 800)
SYLLABLES = [a + b for a in "bdfgklmnprstw" for b in "aeiou"]
ROUNDS, TEXTS_IN_ROUND = 30, 50


def texts(language: str, length: int, many: int) -> Iterator[str]:
    """Texts of words, or of pieces, of one text in that language, each with names of its own."""
    rng = random.Random(7)
    spaced = language in ("en", "de")
    parts = re.findall(r"[\w-]+" if spaced else r".{4}", TEXTS[language])
    for _ in range(many):
        said: list[str] = []
        while sum(map(len, said)) < length + 20:
            name = "".join(rng.choices(SYLLABLES, k=3)).capitalize()
            said.append(" ".join([name, *rng.sample(parts, 5)]) + ". " if spaced else "")
            said.append("" if spaced else name[:2] + "".join(rng.sample(parts, 4)) + " ")
        yield "".join(said)[:length].strip()


def cost_us(checks: dict[str, Any], language: str, length: int) -> float:
    """Microseconds per text from the answer to the accepted text."""
    settings = ChecksSettings.model_validate({**checks, "sameness": {"max_repeats": 100_000}})
    acceptance = Acceptance(Checker(settings, measure), ReaskPolicy())
    acceptance.warm_up()
    row = {"name": "Praewa", "material": "silk", "price": 1290, "language": language}
    answers = list(enumerate(texts(language, length, (ROUNDS + 1) * TEXTS_IN_ROUND)))
    best = float("inf")
    for start in range(0, len(answers), TEXTS_IN_ROUND):
        began = time.process_time()
        for number, answer in answers[start : start + TEXTS_IN_ROUND]:
            prompt = PromptRef({**row, "sku": f"K{number}"}, str(number))
            acceptance.accept(acceptance.read(answer, prompt, None, None), prompt)
        if start:  # the first round compiles
            best = min(best, (time.process_time() - began) / TEXTS_IN_ROUND)
    return best * 1e6


if __name__ == "__main__":
    for name in sys.argv[1:] or CHECKS:
        for length in LENGTHS:
            figures = (f"{tag} {cost_us(CHECKS[name], tag, length):5.0f}" for tag in TEXTS)
            line = f"{name:8} {length:4} characters: {'  '.join(figures)} us\n"
            sys.stdout.write(line)
