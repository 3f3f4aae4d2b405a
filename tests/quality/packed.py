"""Write and show what is learnt for the checks: the zip files of `copygen/quality`.

    python -m tests.quality.packed                  the entries of each file, and their lines
    python -m tests.quality.packed talk_weights de  an entry as text

Each is made by a module of this folder, from what it names, the same bytes whenever it is made.
They are packed because they are large and made by no hand: a wheel takes them as they are, and a
run unpacks the languages that it writes. Where a word or a piece of one says something for each of
several languages, that stands behind it.
"""

import sys
import zipfile
from collections.abc import Mapping
from typing import Final

from copygen.quality import end_model, frequent_words, near_languages, talk_model, word_ends
from copygen.quality.data import FOLDER, packed_entries, packed_entry

FILES: Final = (
    word_ends.WORD_BEGINNINGS, near_languages.FILE, talk_model.FILE, frequent_words.FILE,
    end_model.FILE,
)  # fmt: skip
_WITH_LEVELS: Final = (near_languages.FILE, frequent_words.FILE)


def pack(file: str, entries: Mapping[str, bytes]) -> None:
    """Write the file of that name: the same entries in the same order make the same bytes.

    LZMA would pack a quarter better, and take three to four times as long to unpack: 20 ms of the
    start of a run in a language of Latin letters.
    """
    with zipfile.ZipFile(FOLDER / file, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)  # of no day
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)


def shown(file: str, entry: str) -> str:
    """An entry as text, the levels of each language as figures."""
    content = packed_entry(file, entry)
    if content is None:
        known = ", ".join(sorted(packed_entries(file)))
        raise SystemExit(f"{file} has no entry {entry!r}; there are: {known}")
    if file not in _WITH_LEVELS:
        return content.decode("utf-8")
    listed, _, levels = content.partition(b"\n\n")
    pieces = listed.decode("utf-8").split("\n")
    head = [pieces.pop(0)] if file == near_languages.FILE else []
    names = f"{frequent_words.SCRIPTS[entry]} highest" if file == frequent_words.FILE else entry
    size = len(pieces)
    of_each = (levels[at : at + size] for at in range(0, len(levels), size))
    rows = zip(pieces, *of_each, strict=True)
    lines = (f"{piece}	{' '.join(map(str, says))}" for piece, *says in rows)
    return "\n".join((*head, f"\t{names}", *lines))


def main(asked: list[str]) -> None:
    """Print an entry, or the list of all."""
    if len(asked) > 1:
        name = f"{asked[0].removesuffix('.zip')}.zip"
        if name not in FILES:
            raise SystemExit(f"no such file: {name}; there are: {', '.join(FILES)}")
        print(shown(name, " ".join(asked[1:])))
        return
    for file in FILES:
        print(f"{file}: {(FOLDER / file).stat().st_size} bytes")
        for entry in sorted(packed_entries(file)):
            print(f"  {entry:20} {shown(file, entry).count(chr(10)) + 1:6} lines")


if __name__ == "__main__":
    main(sys.argv[1:])
