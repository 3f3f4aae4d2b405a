"""Makes `copygen/quality/word_beginnings.zip` anew from the frequency lists of wordfreq.

    pip install wordfreq && python -m tests.quality.word_beginnings

A file each language: the words of at least six in a million, and of the rarer ones those that a
longer word begins with. A word is left out where the longer ones are so much more frequent that it
is hardly ever meant: `gard` beside `garden`. wordfreq's data may be passed on under CC BY-SA 4.0.
"""

import re
import zipfile
from collections import defaultdict
from typing import Final

from copygen.quality.data import WORD_BEGINNINGS

_LANGUAGES: Final = (
    "ar bg bn ca cs da de el en es fa fi fil fr he hi hu id is it lt lv mk ms nb nl pl pt ro ru sh"
    " sk sl sv ta tr uk ur vi"
)
_COMMON: Final = 6e-6
_SHARES: Final = {2: 0.0005, 3: 0.003, 4: 0.006}
_LONGER_SHARE: Final = 0.012
"""Least share, by letters, that a word has of all that begin with it."""
_WORD: Final = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u200c])+"
)


def words_of(frequencies: dict[str, float]) -> list[str]:
    """The words to know of a language, sorted."""
    known = {word: share for word, share in frequencies.items() if _WORD.fullmatch(word)}
    common = [word for word, share in known.items() if share >= _COMMON and len(word) > 3]
    longer: dict[str, float] = defaultdict(float)
    for word in common:
        for letters in range(2, len(word)):
            longer[word[:letters]] += known[word]

    def is_meant(word: str) -> bool:
        return known[word] >= _SHARES.get(len(word), _LONGER_SHARE) * longer.get(word, 0)

    return sorted({word for word in [*common, *(longer.keys() & known.keys())] if is_meant(word)})


def main() -> None:
    """Write the file."""
    from wordfreq import get_frequency_dict  # type: ignore[import-not-found]  # not a dependency

    with zipfile.ZipFile(WORD_BEGINNINGS, "w", zipfile.ZIP_LZMA) as archive:
        for language in _LANGUAGES.split():
            listed = words_of(get_frequency_dict(language, wordlist="best"))
            entry = zipfile.ZipInfo(language)  # the same bytes whenever it is made
            entry.compress_type = zipfile.ZIP_LZMA
            archive.writestr(entry, "\n".join(listed))


if __name__ == "__main__":
    main()
