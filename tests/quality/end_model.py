"""Learn how texts that are cut off end, and write `copygen/quality/end_weights.zip`.

    git clone https://github.com/pemistahl/lingua-go
    git clone https://github.com/facebookresearch/LASER
    python -m tests.quality.end_model lingua-go LASER

Needs scikit-learn, which nothing else does. The sentences are 1 000 of newspapers and of the web
for each language (lingua's test data, Apache 2.0), as many spoken ones (Tatoeba, CC BY 2.0 FR), and
the good copy of all corpora but the samples that judge the rules. What is kept are weights of words
and of letters that words end with.

The words of a language are learnt from the ends of its sentences and from places within them. The
form is learnt from good texts without a final stop, and from longer ones cut in their later half,
of which the rules find nothing; what the words say of a text comes from a model that has not seen
it. Of 1 001 good texts of shops without a final stop eleven were flagged, where the form was learnt
from others. Of 172 texts cut off that people who knew none of the rules wrote the lists and rules
found 139, with this 151; of their 258 good texts 0 and 2 were flagged.
"""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias
from zlib import crc32

from copygen.models import Item
from copygen.quality.checks.endings import is_headline_form, open_end
from copygen.quality.end_model import (
    FILE,
    SHARED,
    form_features,
    last_sentence,
    word_features,
)
from copygen.quality.languages import SPACELESS, base
from tests.quality.cuts import whole_texts
from tests.quality.misses import corrected, traps
from tests.quality.packed import pack
from tests.quality.rates import CORPUS, good_texts
from tests.support.quality_fields import context

_CODES: Final = """
    ar=ara bg=bul bn=ben ca=cat cs=ces da=dan de=deu el=ell en=eng es=spa et=est fa=pes fi=fin
    fr=fra he=heb hi=hin hr=hrv hu=hun id=ind it=ita ja=jpn ko=kor lt=lit lv=lvs ms=zsm nb=nob
    nl=nld pl=pol pt=por ro=ron ru=rus sk=slk sl=slv sr=srp sv=swe th=tha tl=tgl tr=tur uk=ukr
    ur=urd vi=vie zh=cmn
"""
TATOEBA: Final = dict(one.split("=") for one in _CODES.split())
_LINGUA, _TATOEBA = "cmd/language-testdata/sentences", "data/tatoeba/v1"
_END: Final = "".join(".!?…。！？।۔؟\"”»)“'")
_SENTENCE: Final = re.compile(r"(?<=[.!?…।؟۔])\s+|(?<=[。！？])|\n+")
_PARTS: Final = 5
_FIRST_HALF: Final = 2
"""Of five parts of the texts, those that one of two models learns from."""
_LEAST: Final = 0.14
"""Weights nearer to nothing are left out."""
_STRENGTH: Final = 0.04
"""Inverse of the regularization."""
_SEEN: Final = 3
"""Times that a feature is seen at least."""
_COPY: Final = 3.0
"""What a sentence of copy counts beside others."""
_BETWEEN, _WITHIN = 5, 2
"""Places between words and within them at which a sentence is cut."""
_LONG: Final = 90
"""Letters of a text that is cut at more places than a shorter one."""


Form: TypeAlias = tuple[dict[str, float], bool, float]
"""Features of a text, whether it is cut off, and what it counts."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A good text, and the item it is about."""

    language: str
    text: str
    item: Item
    is_public: bool
    """Whether it is of a shop, and not written to be hard."""


@dataclass(frozen=True, slots=True)
class End:
    """The beginning of a sentence, or a whole one without its mark."""

    sentence: str
    is_cut: bool
    part: int
    weight: float


def copies() -> Iterator[Copy]:
    """The good texts of all corpora, once."""
    found: dict[tuple[str, str], Copy] = {}
    for one in (*traps(), *corrected(), *good_texts()):
        key = base(one.language), one.text.strip()
        found.setdefault(key, Copy(*key, one.item, is_public=True))
    for path in sorted((CORPUS / "talk").glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            tag, text = line.split("\t", 1)
            if tag == "copy":
                key = path.stem, text.strip()
                found.setdefault(key, Copy(*key, {}, is_public=True))
    for whole in whole_texts():
        key = base(whole.language), whole.text.strip()
        found.setdefault(key, Copy(*key, {}, is_public=False))
    yield from (one for one in found.values() if one.language in TATOEBA)


def ends(language: str, public: Iterable[str], own: Iterable[str]) -> Iterator[End]:
    """The ends of sentences, and places within them."""
    chance, seen = Random(1), set()
    for weight, texts in ((1.0, public), (_COPY, own)):
        for text in texts:
            if text in seen:
                continue
            seen.add(text)
            for sentence in filter(str.strip, _SENTENCE.split(text)):
                core = sentence.rstrip().rstrip(_END)
                if len(core) < (4 if language in SPACELESS else 8):
                    continue
                part = crc32(text.encode()) % _PARTS
                if _is_letter(core):
                    yield End(core, False, part, weight)
                for at in _places(core, language, chance, 0):
                    yield End(core[:at].rstrip(), True, part, weight)


def _places(text: str, language: str, chance: Random, least: int) -> list[int]:
    """Where a text may be cut: between words, and within them."""
    bounds = [at for at in word_bounds(text, language) if at >= max(8, least)]
    letters = [
        at
        for at in range(max(6, least), len(text))
        if text[at - 1].isalpha() and text[at].isalpha() and text[at - 2].isalpha()
    ]
    chosen = []
    for places, number in ((bounds, _BETWEEN), (letters, _WITHIN)):
        places = [at for at in places if _is_letter(text[:at].rstrip())]
        chance.shuffle(places)
        chosen += places[:number]
    return chosen


def word_bounds(text: str, language: str) -> list[int]:
    """The places between the words of a text."""
    if language not in SPACELESS:
        return [found.start() for found in re.finditer(r"\s+", text)]
    import budoux

    parser = {
        "th": budoux.load_default_thai_parser,
        "ja": budoux.load_default_japanese_parser,
        "zh": budoux.load_default_simplified_chinese_parser,
    }[language]()
    at, found = 0, []
    for word in parser.parse(text):
        at += len(word)
        found.append(at)
    return found[:-1]


def _is_letter(text: str) -> bool:
    if not text or text[-1] in _END:
        return False
    return text[-1].isalpha() or unicodedata.category(text[-1])[0] == "M"


class Examples:
    """Features of examples and what each is, as a matrix."""

    def __init__(self, seen: Sequence[tuple[Mapping[str, float], bool, float]]) -> None:
        from sklearn.feature_extraction import DictVectorizer

        number = Counter(name for features, _, _ in seen for name in features)
        self._vectorizer = DictVectorizer()
        matrix: Any = self._vectorizer.fit_transform(
            {name: value for name, value in features.items() if number[name] >= _SEEN}
            for features, _, _ in seen
        )
        matrix.indices, matrix.indptr = (
            part.astype("int32") for part in (matrix.indices, matrix.indptr)
        )
        self._matrix = matrix
        self._seen = seen

    def learnt(self, rows: Sequence[int], strength: float, least: float) -> dict[str, float]:
        """Weights of features by some of the examples, each class as weighty as the other."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        is_cut = np.array([self._seen[row][1] for row in rows])
        weights = np.array([self._seen[row][2] for row in rows])
        weights[~is_cut] *= is_cut.sum() / (~is_cut).sum()
        model = LogisticRegression(
            C=strength, max_iter=1000, solver="liblinear", fit_intercept=False
        )
        model.fit(self._matrix[rows], is_cut, sample_weight=weights)
        names = self._vectorizer.get_feature_names_out()
        pairs = zip(names, model.coef_[0], strict=True)
        return {name: float(weight) for name, weight in pairs if abs(weight) >= least}


def forms(texts: Iterable[Copy], models: Sequence[dict[str, float]]) -> Iterator[Form]:
    """The forms of whole texts without a stop and of cut ones, where no rule finds anything."""
    chance = Random(5)
    for one in texts:
        part = crc32(one.text.encode()) % _PARTS
        words = models[1 if part < _FIRST_HALF else 0]
        shown = [(one.text, False)] if _is_letter(one.text) else []
        width = 2.4 if one.language in ("ja", "zh") else 1.8 if one.language == "ko" else 1.0
        if len(one.text) * width >= 50:
            least = max(len(one.text) // 2, int(30 / width))
            places = _places(one.text, one.language, chance, least)
            places = places if len(one.text) * width >= _LONG else places[::2]
            shown += [(one.text[:at].rstrip(), True) for at in places]
        for text, is_cut in shown:
            about = context(text, one.language, **{str(k): v for k, v in one.item.items()})
            if is_headline_form(text) or open_end(text, about):
                continue
            said = sum(words.get(n, 0) for n in word_features(last_sentence(text), one.language))
            features = form_features(text, one.language, said, about.facts)
            yield features, is_cut, 1.0 if is_cut or one.is_public else 0.7


def of_language(
    task: tuple[str, list[str], list[Copy]],
) -> tuple[str, dict[str, float], list[Form]]:
    """The weights of the words of a language, and the forms of its texts."""
    language, public, texts = task
    examples = list(ends(language, public, [one.text for one in texts]))
    matrix = Examples(
        [
            (dict.fromkeys(word_features(one.sentence, language), 1.0), one.is_cut, one.weight)
            for one in examples
        ]
    )
    rows = [
        [row for row, one in enumerate(examples) if (one.part < _FIRST_HALF) is first]
        for first in (True, False)
    ]
    halves = [matrix.learnt(of_half, _STRENGTH, _LEAST) for of_half in rows]
    weights = matrix.learnt(range(len(examples)), _STRENGTH, _LEAST)
    sys.stderr.write(f"{language} {len(examples)} {len(weights)}\n")
    return language, weights, list(forms(texts, halves))


def public_sentences(lingua: Path, tatoeba: Path, language: str) -> list[str]:
    """The sentences of a language that end with a mark."""
    code = TATOEBA[language]
    name = f"tatoeba.{'deu' if code == 'eng' else code}-eng.{code}"
    return [
        line.strip()
        for path in (lingua / _LINGUA / f"{language}.txt", tatoeba / _TATOEBA / name)
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().endswith(tuple(".!?。！？।۔؟")) and not line.strip().endswith("..")
    ]


def main() -> None:
    """Write the file."""
    lingua, tatoeba = map(Path, sys.argv[1:])
    texts: dict[str, list[Copy]] = {}
    for one in copies():
        texts.setdefault(one.language, []).append(one)
    tasks = [(one, public_sentences(lingua, tatoeba, one), texts[one]) for one in TATOEBA]
    with Pool() as pool:
        done = list(pool.imap_unordered(of_language, tasks))
    weights = {language: of_words for language, of_words, _ in done}
    seen = [form for _, _, of_texts in sorted(done, key=lambda one: one[0]) for form in of_texts]
    weights[SHARED] = Examples(seen).learnt(range(len(seen)), 1.0, 0.0)
    pack(FILE, {name: _lines(of) for name, of in sorted(weights.items())})


def _lines(weights: dict[str, float]) -> bytes:
    listed = sorted(weights.items(), key=lambda one: (-abs(one[1]), one[0]))
    return "\n".join(f"{weight:.2f} {name}" for name, weight in listed).encode()


if __name__ == "__main__":
    main()
