"""Which encoding the bytes of a table are in, and the same table as UTF-8.

A byte-order mark decides, then what the user said, then UTF-8. Nothing else is ever assumed: where
bytes are not UTF-8 the likely encoding is said, with the rows as they would read in it.
"""

import codecs
import encodings.aliases
import io
import itertools
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, BinaryIO, Final

from copygen.documents import nearest

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SAMPLE_BYTES: Final = 64 * 1024
"""Of a file, to tell its encoding."""
SHOWN_CHARS: Final = 60
_LEAST_FIT: Final = 0.3
"""Noise comes to 0.1, texts of a few words to 0.6."""
_READ_BYTES: Final = 64 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_ALSO: Final[Mapping[str, str]] = {
    **dict.fromkeys(("shiftjis", "sjis", "xsjis", "windows31j", "mskanji"), "cp932"),
    **dict.fromkeys(("ansi", "latin1", "iso88591", "excel"), "cp1252"),
    **dict.fromkeys(("tis620", "iso885911", "thai"), "cp874"),
    **dict.fromkeys(("gbk", "gb2312", "cp936"), "gb18030"),
    **dict.fromkeys(("euckr", "ksc56011987", "uhc"), "cp949"),
    **dict.fromkeys(("unicode", "ucs2"), "utf-16"),
    "big5": "cp950",
}
"""What programs call an encoding → the one that they write, which holds more characters."""
_NO_TEXT: Final = frozenset(("idna", "punycode", "mbcs", "oem", "undefined", "utf-7"))
_DAMAGED: Final = "copygen.damaged"
_MARK: Final = "\udcff"
"""Stands for bytes that are none of the encoding; in UTF-8, a byte that never is."""


def encoding_of(name: str) -> str:
    """Python's name of an encoding that a person names. Raises ValueError."""
    plain = "".join(filter(str.isalnum, name.casefold()))
    if plain in _ALSO:
        return _ALSO[plain]
    try:
        found = codecs.lookup(name.strip().replace(" ", "-"))
    except (LookupError, ValueError):
        found = None
    if (
        found is not None
        and found._is_text_encoding
        and not (found.name in _NO_TEXT or "escape" in found.name)
    ):
        return found.name
    known = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values(), *_ALSO})
    near = nearest(name.casefold().replace("-", "_"), known)
    hint = f"did you mean '{near.replace('_', '-')}'?" if near else "cp1252 and cp932 are such"
    raise ValueError(f"'{name[:40]}' is no encoding of texts; {hint}")


def marked(head: bytes) -> str | None:
    """The encoding that a byte-order mark at the beginning says; None without one."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def as_utf8(stream: BinaryIO, encoding: str, head: bytes = b"") -> BinaryIO:
    """`head` and what follows it in `stream`, in UTF-8, read no further ahead than it comes.

    A byte-order mark wins over `encoding`. Bytes that are none of the encoding become 0xff.
    """
    return io.BufferedReader(_Recoded(stream, encoding, head), _READ_BYTES)


class _Recoded(io.RawIOBase):
    """A stream in another encoding, as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str, head: bytes) -> None:
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._encoding = encoding
        self._decoder: codecs.IncrementalDecoder | None = None
        self._head = head
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer with what comes next, as far as there is any now."""
        view = memoryview(buffer).cast("B")
        while not self._ready and not self._ended:
            self._ready = self._next()
        count = min(len(view), len(self._ready))
        view[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _next(self) -> bytes:
        given, self._head = self._head or self._read(_READ_BYTES) or b"", b""
        self._ended = not given
        if self._decoder is None:
            while given and len(given) < 4 and (more := self._read(4 - len(given))):
                given += more
            self._decoder = _decoder(self._encoding, given)
        text = self._decoder.decode(given, self._ended)
        return text.encode("utf-8", "surrogateescape")


def _decoder(encoding: str, head: bytes) -> codecs.IncrementalDecoder:
    # Registered where it is used: an import changes nothing.
    codecs.register_error(_DAMAGED, _damaged)
    encoding = marked(head) or encoding
    if codecs.lookup(encoding).name in ("utf-16", "utf-32"):  # without a mark Python takes its own
        encoding = _order(codecs.lookup(encoding).name, head)
    return codecs.getincrementaldecoder(encoding)(_DAMAGED)


def _damaged(exc: UnicodeError) -> tuple[str, int]:
    assert isinstance(exc, UnicodeDecodeError)
    return _MARK, exc.end


def _order(encoding: str, head: bytes) -> str:
    """The byte order of a text without a mark: zeros are the higher bytes."""
    width = 2 if encoding == "utf-16" else 4
    low, high = head[::width].count(0), head[width - 1 :: width].count(0)
    return f"{encoding}-be" if low > high else f"{encoding}-le"


def likely_encoding(sample: bytes) -> str | None:
    """The encoding that lines which are not UTF-8 are most likely in; None if none fits."""
    if b"\0" in sample:
        zeros = sample[::2].count(0), sample[1::2].count(0)
        return "utf-16" if max(zeros) > len(sample) // 8 and min(zeros) < max(zeros) // 4 else None
    scores = {name: _fit(sample, name) for name in _CANDIDATES}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > _LEAST_FIT else None


def shown(sample: bytes, encoding: str) -> str:
    """The first rows of a text as they read in an encoding, in one line."""
    text = sample[: SHOWN_CHARS * 8].decode(encoding, "replace").lstrip("\ufeff")
    rows = [row for row in text.splitlines() if row.strip()][:3]
    line = " / ".join("".join(c if c.isprintable() else " " for c in row) for row in rows)
    return line if len(line) <= SHOWN_CHARS else f"{line[:SHOWN_CHARS]}…"


def _fit(sample: bytes, encoding: str) -> float:
    """How well a text reads in an encoding, for each of its bytes that is not ASCII; at most 1."""
    try:
        # The sample may end within a character.
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return -1.0
    high = sum(byte > 127 for byte in sample)
    return _CANDIDATES[encoding](text, encoding) / high if high else 0.0


def _latin(text: str, encoding: str) -> float:
    """A language's own letters stand singly among plain ones, no capital amid small ones."""
    letters, score = [], 0.0
    for before, char, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if char <= "\x7f":
            continue
        amid = before.isalpha() and after.isalpha()
        if char.isalpha():
            shouted = char.isupper() and before.islower()
            single = before <= "\x7f" and after <= "\x7f"
            letters.append((char.lower(), -1.0 if shouted else 1.0 if single else 0.4))
        elif char in _PUNCTUATION:
            score += 0.7 if not amid or char == "’" else -0.5
        else:
            score -= 1.0 if amid else 0.3
    languages = _LETTERS_OF_LANGUAGES[encoding].split()
    return score + max(
        sum(worth if char in own else -0.6 for char, worth in letters) for own in languages
    )


def _letters(first: int, last: int, vowels: str = "") -> Callable[[str, str], float]:
    """Of a script of its own: its letters stand beside each other, and not within Latin words.

    `vowels` are a third of its letters, where it has any.
    """

    def fit(text: str, _encoding: str) -> float:
        score, ours = 0.0, [char for char in text if first <= ord(char) <= last]
        before = " "
        for char in text:
            if char > "\x7f":
                own = first <= ord(char) <= last
                mixed = before.isascii() and before.isalpha() and own
                shouted = char.isupper() and before.islower()
                misplaced = unicodedata.category(char) == "Mn" and not first <= ord(before) <= last
                if mixed or shouted or misplaced:
                    score -= 1.0
                elif own and char not in _RARE_LETTERS:
                    score += 1.0
                else:
                    score += 0.5 if char in _PUNCTUATION else -0.7
            before = char
        if vowels and ours and score > 0:
            share = sum(char in vowels for char in ours) / len(ours)
            score *= min(1.0, share / 0.33)
        return score

    return fit


def _thai(text: str, encoding: str) -> float:
    """Thai has vowels before and above its consonants, and hardly two of one kind in a row."""
    score = _letters(0x0E00, 0x0E7F)(text, encoding)
    for before, char in itertools.pairwise(f" {text} "):
        if before in "เแโใไ" and not "ก" <= char <= "ฮ":
            score -= 3.0
        if unicodedata.category(char) == "Mn" and not ("ก" <= before <= "ฮ" or before in "ิีึืัุู"):
            score -= 3.0
    return score


def _mixed(text: str) -> int:
    """Where a plain letter touches one that is none."""
    return sum(
        left.isalpha() and right.isalpha() and left.isascii() != right.isascii()
        for left, right in itertools.pairwise(text)
    )


def _kana(text: str, encoding: str) -> float:
    """Japanese has syllables between its signs; half-width ones are rare."""
    kana = sum("\u3041" <= char <= "\u30ff" for char in text)
    half = sum("\uff61" <= char <= "\uff9f" for char in text)
    han = sum("\u4e00" <= char <= "\u9fff" for char in text)
    rare = sum(char > "\x7f" and not _is_wide(char) for char in text)
    worth = 2.0 if kana >= (kana + han) / 12 else 1.2 * _common(text, encoding)
    return worth * (kana + han) - 2.0 * (rare + half) - _mixed(text) / 2


def _han(text: str, encoding: str) -> float:
    """Chinese keeps to the block of common signs, which is the first in each encoding."""
    han = sum("\u4e00" <= char <= "\u9fff" for char in text)
    kana = sum("\u3041" <= char <= "\u30ff" for char in text)
    marks = sum(char in "，。、；：！？「」《》（）“”" for char in text)
    rare = sum(char > "\x7f" and not _is_wide(char) for char in text)
    share = _common(text, encoding)
    return 1.9 * (han + marks) * share - 3.0 * kana - 2.0 * rare - _mixed(text)


def _hangul(text: str, encoding: str) -> float:
    """Korean of today has hardly a Chinese sign."""
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in text)
    rare = sum(char > "\x7f" and not ("\uac00" <= char <= "\ud7a3") for char in text)
    return 2.0 * hangul * _common(text, encoding) - 2.0 * rare - _mixed(text)


_COMMON_LEADS: Final[Mapping[str, range]] = {
    "cp932": range(0x88, 0x98),
    "euc_jp": range(0xB0, 0xD0),
    "gb18030": range(0xB0, 0xD8),
    "cp950": range(0xA4, 0xC7),
    "cp949": range(0xB0, 0xC9),
}
"""The first bytes of the signs in everyday use."""


def _common(text: str, encoding: str) -> float:
    """The share of the signs that are in everyday use, by where the encoding has them."""
    signs = [char for char in text if "\u4e00" <= char <= "\ud7a3"]
    leads = _COMMON_LEADS[encoding]
    coded = (char.encode(encoding, "ignore") for char in signs)
    usual = sum(len(one) == 2 and one[0] in leads and one[1] >= 0x40 for one in coded)
    return usual / len(signs) if signs else 0.0


def _is_wide(char: str) -> bool:
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" or char in _PUNCTUATION


_PUNCTUATION: Final = frozenset("’‘“”„«»–—…€£©®™°·•№×€½¼¡¿\xa0฿±²³")
_RARE_LETTERS: Final = frozenset("ЂЃѓЉЊЌЋЏђљњќћџЎўЈҐЅѕ")
_LETTERS_OF_LANGUAGES: Final[Mapping[str, str]] = {
    "cp1252": "éèêëàâçîïôùûüœæ äöüß áéíóúñü ãõáéíóúâêôàç àèéìòùî åäöé åæøéòôü áéíóúýðþæö "
    "éëïöüè àèéíïóòúüç",
    "cp1250": "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž čćđšž áéíóöőúüű ăâîşţ",
    "cp1254": "çğıöşüâîûi̇",
}
"""The letters beside the plain ones, a word for each language or kind of languages."""
_CANDIDATES: Final[Mapping[str, Callable[[str, str], float]]] = {
    "cp1252": _latin,
    "cp1250": _latin,
    "cp1254": _latin,
    "cp932": _kana,
    "euc_jp": _kana,
    "gb18030": _han,
    "cp950": _han,
    "cp949": _hangul,
    "cp1251": _letters(0x0400, 0x045F, "аеиоуыэюяіїєАЕИОУЫЭЮЯІ"),
    "cp1253": _letters(0x0370, 0x03FF, "αεηιουωάέήίόύώΑΕΗΙΟΥΩ"),
    "cp1255": _letters(0x0590, 0x05FF),
    "cp1256": _letters(0x0600, 0x06FF),
    "cp874": _thai,
}
"""Those that tables are still written in. Of two that fit alike, the first is said."""
