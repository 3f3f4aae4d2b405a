"""Learn what sentences about a text are made of, and write `copygen/quality/talk_weights.zip`.

    python -m tests.quality.talk_model        learns from all sentences and writes the file

Needs scikit-learn, which nothing else does. The sentences are those of `corpus/talk` (a file a
language, each line a tag, a tab and a sentence, some with another tab and the names in it that are
of its item) and what is known of the faulty replies: the wrong part of those that talk, and the
sentences of good texts. The replies of `unseen`, `sealed` and `last` are left out.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from copygen.quality.checks.talk import LEAD_IN
from copygen.quality.languages import base
from copygen.quality.normalize import NormalizedText
from copygen.quality.phrases import PhraseReader, languages
from copygen.quality.talk_model import (
    FILE,
    SHARED,
    is_of_item,
    sign_features,
    word_features,
    word_scale,
)
from tests.quality.misses import corrected, faulty_replies, traps
from tests.quality.packed import pack
from tests.quality.rates import CORPUS, good_texts

SENTENCES: Final = CORPUS / "talk"
COPY: Final = "copy"
LAST: Final = frozenset(("after", "client", "about"))
"""Tags of sentences that stand behind copy."""
TALKING: Final = (
    *("talk_before", "talk_after", "to_client", "about_task", "thinking"),
    *("refusal", "sorry_unrelated"),
)
"""Kinds of faulty replies whose wrong part is talk."""
UNSEEN: Final = frozenset(("unseen", "sealed", "last", "fresh", "recent", "newest"))
_STRENGTH: Final = 1.0
"""Inverse of the regularization."""
_LEAST: Final = 0.08
"""Weights nearer to nothing are left out."""
_SENTENCE: Final = re.compile(r"(?<=[.!?…؟۔।。！？])\s+|(?<=[。！？])|\n+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of talk or of copy."""

    language: str
    text: str
    is_talk: bool
    is_last: bool
    """Whether it stands at the end of a text."""
    item: str = ""
    """What is known of its product."""


def sentences() -> Iterator[Sentence]:
    """All that is learnt from, language by language."""
    for path in sorted(SENTENCES.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            tag, text, *item = line.split("\t")
            if tag == COPY:
                yield from _copy(path.stem, text, *item)
            else:
                yield Sentence(path.stem, text, True, tag in LAST, *item)
    for fault in faulty_replies():
        if fault.written not in UNSEEN and fault.kind in TALKING:
            said = fault.where or fault.text
            is_last = fault.text.strip().endswith(said.strip())
            yield Sentence(fault.language, said, True, is_last, _words(fault.item))
    good = {(one.language, one.text): one for one in (*traps(), *corrected(), *good_texts())}
    for (language, text), one in good.items():
        if one.part.rpartition("_")[2] not in UNSEEN:
            yield from _copy(language, text, _words(one.item))


def _copy(language: str, text: str, item: str = "") -> Iterator[Sentence]:
    """The sentences of a text, at both ends, and what stands before a colon in one."""
    for part in filter(None, map(str.strip, _SENTENCE.split(text))):
        for is_last in (False, True):
            yield Sentence(language, part, is_talk=False, is_last=is_last, item=item)
        if lead := LEAD_IN.match(part):
            yield Sentence(language, lead[0], is_talk=False, is_last=False, item=item)


def features(sentence: Sentence, reader: PhraseReader) -> tuple[str, dict[str, float]]:
    """The language of a sentence, and its features with what each counts."""
    language = base(sentence.language)
    said = reader.read(NormalizedText(sentence.text), language)
    item = NormalizedText(sentence.item).text
    end = len(said.text)
    words = word_features(said.text, language)
    scale = word_scale(len(words))
    counted = {
        f"{language}:{feature}": scale
        for feature, word in words.items()
        if not is_of_item(word, item.__contains__)
    }
    # Half: what all languages share is held back, so that each learns its words.
    return language, counted | {
        f"{SHARED}:{one}": 0.5 for one in sign_features(said, 0, end, is_last=sentence.is_last)
    }


def learnt(examples: Iterable[Sentence]) -> dict[str, dict[str, float]]:
    """Weights by language, and those that all share."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    reader, examples = PhraseReader(), list(examples)
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(features(one, reader)[1] for one in examples)
    matrix.indices, matrix.indptr = (
        part.astype("int32") for part in (matrix.indices, matrix.indptr)
    )
    model = LogisticRegression(C=_STRENGTH, max_iter=500, solver="liblinear", fit_intercept=False)
    model.fit(matrix, [one.is_talk for one in examples])
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for name, weight in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True):
        language, _, feature = name.partition(":")
        weight *= 0.5 if language == SHARED else 1.0
        if language == SHARED or abs(weight) >= _LEAST:
            weights[language][feature] = float(weight)
    return weights


def main() -> None:
    """Write the file: of each language the features that say most come first."""
    entries = {}
    for language in sorted((weights := learnt(sentences())).keys() & {*languages(), SHARED}):
        listed = sorted(weights[language].items(), key=lambda one: (-abs(one[1]), one[0]))
        lines = (f"{weight:.2f} {feature}" for feature, weight in listed)
        entries[language] = "\n".join(lines).encode()
        sys.stderr.write(f"{language:7} {len(listed):6} features\n")
    pack(FILE, entries)


def _words(item: object) -> str:
    assert isinstance(item, dict)
    return " ".join(map(str, item.values()))


if __name__ == "__main__":
    main()
