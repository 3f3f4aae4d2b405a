"""Make `copygen/quality/languages.bin`, the weights that tell languages apart, from py3langid's.

    python -m tests.quality.language_model

py3langid needs numpy, 74 MB installed, and its model 68 MB of memory. Most of both serves scripts
that one language alone is written in, capitals, digits and punctuation. Of what tells apart the
languages that share a script the features that most decide are kept, with four bits a weight:
accuracy stays what it was (`python -m tests.quality.languages` measures it).
"""

import re
import sys
import zlib
from collections import Counter, deque
from pathlib import Path
from typing import Any

import orjson

import copygen.quality

TARGET = Path(copygen.quality.__file__).parent / "languages.bin"
STATES = 65_535
"""The automaton's states fit into two bytes."""
STEP = 0.8
"""Of a log-probability: fifteen steps reach from the floor to the most frequent feature."""
RARE_WEIGHT = 0.3
NOTICE = (
    "Distilled from the model of py3langid 0.4, BSD 3-Clause License. Modifications (fork): "
    "Copyright (c) 2021, Adrien Barbaresi. Original code: Copyright (c) 2011 Marco Lui. "
    "All rights reserved. The license stands in copygen/quality/languages.license."
)
TAGS = {"tl": "fil", "no": "nb"}
OTHER_SCRIPT = {"sr": "sr-Latn", "uz": "uz-Cyrl"}
_NOBODY_ORDERS = """
    zxx ace bcl dz ext gcf gom grc gug hbo kik nso pcm se an ary fuv gcr guw kab lij ltg wa sdh arz
    uzs vec vo wuu
"""
NO_RIVALS = frozenset(_NOBODY_ORDERS.split())
"""Texts that are none, creoles, dialects and the languages of scripture: nobody orders copy in
them, and short texts of their large neighbours look like them."""
_COMMON = """
    en de fr es pt it nl da sv no nn fi et lv lt pl cs sk sl hr bs sr hu ro tr ca gl eu vi id ms tl
    af sq is ga cy az uz sw ru uk be bg mk kk ky mn tg ar fa ur ps ug hi mr ne bn as
"""
COMMON = frozenset(_COMMON.split())
SHARED = re.compile(
    r"[a-z'\u00df-\u024f\u1e00-\u1eff\u0400-\u052f\u0600-\u077f\u0900-\u09ff\u200c ]*"
)
"""Letters of scripts in which several languages are written."""


def main() -> None:
    """Write the file."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    source = LanguageIdentifier.from_model_file(MODEL_FILE)
    columns = [at for at, name in enumerate(source.nb_classes) if name not in NO_RIVALS]
    labels = _labels([source.nb_classes[at] for at in columns])
    weights = source.nb_ptc.astype(np.float64)[:, columns]
    grams = {number: gram for number, gram in _grams(source).items() if _is_shared(gram)}

    probability = np.exp(weights) / np.exp(weights).sum(0)
    gain = probability * (weights - weights.mean(1, keepdims=True))
    gain /= gain.sum(0)
    common = [at for at, one in enumerate(columns) if source.nb_classes[one] in COMMON]
    importance = gain[:, common].max(1) + RARE_WEIGHT * gain.max(1)
    chosen = _chosen(sorted(grams, key=lambda number: -importance[number]), grams)
    chosen.sort(key=lambda number: _in_order(grams[number]))

    levels = np.clip(np.round((weights[chosen] - weights.min()) / STEP), 0, 15).astype(np.uint8)
    prior = source.nb_pc[columns]
    head = {
        "notice": NOTICE,
        "labels": labels,
        "common": [labels[at] for at in common],
        "step": STEP,
        "prior": [round(float(one - prior.min()), 2) for one in prior],
    }
    write(head, [grams[number] for number in chosen], levels.T[:, ::1].tobytes())
    print(f"{len(chosen)} features, {len(labels)} languages, {TARGET.stat().st_size} bytes")


def write(head: dict[str, Any], grams: list[bytes], levels: bytes) -> None:
    """Write the file: the features as the states of a trie, whose making would take a run longer
    than all else; and packed by what takes a fifth of the time of what packs a fifth better."""
    ends = frozenset(grams)
    states = sorted({one[:size] for one in grams for size in range(len(one) + 1)}, key=_in_order)
    children = Counter(one[:-1] for one in states[1:])
    trie = (
        bytes(children[one] for one in states)
        + bytes(one[-1] if one else 0 for one in states)
        + bytes(one in ends for one in states)
    )
    told = orjson.dumps(head | {"states": len(states)})
    pairs = paired(levels, len(grams))
    TARGET.write_bytes(zlib.compress(told + b"\n" + trie + pairs, level=9))


def paired(levels: bytes, features: int) -> bytes:
    """The levels of two languages in one byte, the first in its lower half: half as many bytes are
    unpacked in half of the time, and an eighth less are packed."""
    even = len(levels) // features + 1 & ~1
    rows = levels.ljust(even * features, b"\0")
    found = bytearray()
    for at in range(0, even * features, 2 * features):
        first, second = rows[at:][:features], rows[at + features :][:features]
        found += bytes(low | high << 4 for low, high in zip(first, second, strict=True))
    return bytes(found)


def _in_order(gram: bytes) -> tuple[int, bytes]:
    return len(gram), gram


def _labels(names: list[str]) -> list[str]:
    """As BCP 47 has them; the second column of a language is that of its other script."""
    found: list[str] = []
    for name in names:
        tag = TAGS.get(name, name)
        found.append(OTHER_SCRIPT[tag] if tag in found else tag)
    return found


def _grams(source: Any) -> dict[int, bytes]:
    """Feature → the shortest bytes that end in it."""
    grams: dict[int, bytes] = {}
    paths = {0: b""}
    queue = deque([0])
    while queue:
        state = queue.popleft()
        feature = source.tk_output[state]
        if feature >= 0:
            grams.setdefault(feature, paths[state])
        base = source.tk_row[state] << 8
        for byte in range(256):
            after = source.tk_nextmove[base + byte]
            if after not in paths:
                paths[after] = paths[state] + bytes([byte])
                queue.append(after)
    return grams


def _is_shared(gram: bytes) -> bool:
    """Whether it can stand in a text of such a script, as it is before it is looked at."""
    text = gram.decode("utf-8", "ignore")
    rest = gram.strip(b" ")
    if not SHARED.fullmatch(text) or text != text.lower():
        return False
    # Bytes of a letter that is cut off: those of other scripts begin with others.
    return all(byte < 0xE1 or byte in (0xE1, 0xE2) for byte in rest)


def _chosen(ranked: list[int], grams: dict[int, bytes]) -> list[int]:
    """As many of the first ones as the automaton has states for."""
    states: set[bytes] = {b""}
    chosen = []
    for number in ranked:
        gram = grams[number]
        more = {gram[:n] for n in range(1, len(gram) + 1)} - states
        if len(states) + len(more) > STATES:
            break
        states |= more
        chosen.append(number)
    return chosen


if __name__ == "__main__":
    sys.exit(main())
