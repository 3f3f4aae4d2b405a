"""Make `copygen/quality/language_names.xz`: what languages are called, in every language of CLDR.

    python -m tests.quality.language_names

The names are those of language_data (Unicode CLDR and the IANA registry). It and what it needs are
30 MB installed, for tables of territories, scripts and populations, too; the names alone are 0.3.
A line of the file is a tag and its English name; after an empty line a name, folded, and its tag;
after another one the English name of a territory and its code.
"""

import lzma
from importlib.resources import files
from pathlib import Path

import langcodes
import marisa_trie
from language_data.name_data import CODE_TO_NAMES

import copygen.quality
from copygen.quality.languages import folded_name

TARGET = Path(copygen.quality.__file__).parent / "language_names.xz"
FICTION = frozenset(("tlh", "qya", "sjn", "vo"))
"""A column that says Klingon is a joke or a slip: their tags are known, their names are not."""
MORE = {
    "bahasa melayu": "ms", "bahasa malaysia": "ms", "bahasa indonesia": "id", "bahasa": "id",
    "ภาษาไทย": "th", "mandarin": "zh", "mandarin chinese": "zh", "putonghua": "zh", "普通话": "zh",
    "国语": "zh", "國語": "zh", "简体": "zh-Hans", "繁體": "zh-Hant", "繁体": "zh-Hant",
    "chinese simplified": "zh-Hans", "chinese traditional": "zh-Hant", "廣東話": "yue",
    "flemish": "nl", "vlaams": "nl", "castilian": "es", "castellano": "es", "valencian": "ca",
    "farsi": "fa", "norwegian": "nb", "norsk": "nb", "serbian latin": "sr-Latn",
    "serbian cyrillic": "sr", "moldovan": "ro", "moldavian": "ro", "burmese": "my",
    "myanmar": "my", "한국말": "ko", "عربي": "ar", "فارسی": "fa", "tiếng anh": "en",
    "taiwanese mandarin": "zh-Hant", "gaelic": "gd", "sinhalese": "si", "filipino": "fil",
    "persian": "fa", "malay": "ms", "punjabi": "pa", "kurdish": "ku", "kurmanji": "ku",
    "sorani": "ckb",
}  # fmt: skip
"""Called so where people sell, and not in CLDR, or there for something rarer."""


def names(kind: str, language: str = "und") -> dict[str, str]:
    """The names of languages or territories, folded, with their codes."""
    trie = marisa_trie.BytesTrie()
    path = files("language_data") / "data" / "trie" / language / f"name_to_{kind}.marisa"
    trie.load(str(path))
    return {folded_name(name): code.decode() for name, code in trie.items()}


def main() -> None:
    """Write the file."""
    called = {**names("language"), **names("language", "en"), **MORE}
    called = {name: tag for name, tag in called.items() if tag not in FICTION and len(name) > 1}
    shown = []
    for tag in sorted({*called.values(), *CODE_TO_NAMES}):
        if tag and langcodes.tag_is_valid(tag):
            known = CODE_TO_NAMES.get(tag, {})
            english = known.get("en") or _first(tag, called)
            if english:
                shown.append((tag, english))
    places = {**names("territory", "en"), "usa": "US", "uk": "GB"}
    sections = [
        ["\t".join(line) for line in shown],
        [f"{name}\t{tag}" for name, tag in sorted(called.items())],
        [f"{name}\t{code}" for name, code in sorted(places.items())],
    ]
    text = "\n\n".join("\n".join(section) for section in sections)
    TARGET.write_bytes(lzma.compress(text.encode(), preset=9))
    print(*map(len, sections), TARGET.stat().st_size)


def _first(tag: str, called: dict[str, str]) -> str:
    name = next((name for name, code in called.items() if code == tag and name.isascii()), "")
    return name.title()


if __name__ == "__main__":
    main()
