"""Keys: a type that does not show them, and a filter that takes them out of any text.

A provider may echo a key in an error body, a header or a redirect, plain or encoded, whole or
shortened. Everything a person or a file gets to see passes through a `Redactor` first.
"""

import base64
import html
import json
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from urllib.parse import quote

_VISIBLE = 4
_LONG_ENOUGH_TO_SHOW = 12
"""Below this, four characters would be too large a part of the key."""
_LONG_ENOUGH_TO_HUNT = 4
_LONG_ENOUGH_FOR_COPY = 12
"""Local servers are given keys like `ollama` or `lm-studio`: words that copy may well contain."""
MASK = "…"

PART = 8
"""So many characters of a key in a row are hidden."""
_SURELY_NO_WORDS = 16
"""A part of a key from this length on is hidden even if it reads as words."""
_SEED = 4
"""Bytes looked up at a time."""
_SURE = 2 * _SEED - 1
"""Of so many bytes in a row, one aligned group lies inside."""
_LONGEST_CLUSTER = 4
"""Consonants in a row that words have."""

_KEY_SHAPE = re.compile(
    r"(?<![A-Za-z0-9])((?:sk|hs|rk|pk|gsk|xai|hf|nvapi|pplx)[-_]|AIza|eyJ)[\w.*…-]{3,}[\w*…-]"
)
"""Prefixes that providers give their keys, and JSON web tokens. `*` and `…` because providers
shorten keys in the middle and leave both ends readable."""
_BEARER = re.compile(
    r"\b(bearer)\s+(?!auth|token|key\b|header|credential|scheme|realm|format|error)"
    r"[\w.~+/=*…-]{4,}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b((?:x-)?api[-_]?key|access[-_]?token|client[-_]?secret|x-goog-api-key)"
    r"([\"']?\s?[=:]\s?[\"']?)[\w.~+/*…-]{8,}",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)")


class Secret:
    """A key that can travel through the program without being printed.

    `repr`, `str`, f-strings, `dataclasses.asdict` and tracebacks show the mask; pickling is
    refused. Surrounding white space (a key file's last newline) is no part of it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()

    def reveal(self) -> str:
        """The key itself: for the request header and nothing else."""
        return self._value

    @property
    def masked(self) -> str:
        """What may be shown: at most the first four characters."""
        return _masked(self._value)

    def __repr__(self) -> str:
        return f"Secret({self.masked!r})"

    def __str__(self) -> str:
        return self.masked

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __deepcopy__(self, memo: dict[int, object]) -> "Secret":
        return self

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled: it would be written in clear")


class Redactor:
    """Takes secrets out of text.

    Known secrets go in every form they are likely to come back in: plain, percent-encoded,
    base64 (at any offset), hexadecimal, JSON- or HTML-escaped, and in messages all in lower case,
    as codes and host names are compared. Each becomes its mask. Secrets under four characters
    are placeholders and stay.

    So do parts: eight characters of a secret in a row, in any of these forms, whatever white space
    and punctuation stands between them, such as the secret itself has (`sk-a-1b2-c3d4`) too. A part
    that reads as words (`my-company`) stays while it is shorter than sixteen characters.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        known = {secret.reveal() for secret in secrets}
        self._hunted = [value for value in known if len(value) >= _LONG_ENOUGH_TO_HUNT]

    # Made when there is the first text to look at: 20 ms on the way to the first request.

    @cached_property
    def _forms(self) -> tuple[tuple[str, str], ...]:
        return _with_lower_case(_forms_of(self._hunted))

    @cached_property
    def _copy_forms(self) -> tuple[tuple[str, str], ...]:
        return _forms_of(value for value in self._hunted if len(value) >= _LONG_ENOUGH_FOR_COPY)

    @cached_property
    def _parts(self) -> "_Parts":
        return _Parts(self._hunted, lower=True)

    @cached_property
    def _copy_parts(self) -> "_Parts":
        return _Parts(self._hunted, lower=False)

    def __reduce__(self) -> str:
        raise TypeError("a Redactor is not pickled: it knows secrets in clear")

    def redact(self, text: str) -> str:
        """`text` without known secrets and without anything shaped like a key.

        For messages, logs and whatever else is not the model's copy. Redact before shortening:
        half a key is no longer recognised.
        """
        for form, mask in self._forms:
            if form in text:
                text = text.replace(form, mask)
        text = self._parts.hidden_in(text)
        text = _KEY_SHAPE.sub(_mask_shape, text)
        text = _BEARER.sub(rf"\1 {MASK}", text)
        text = _NAMED.sub(rf"\1\2{MASK}", text)
        return _USERINFO.sub(MASK, text)

    def redact_known(self, text: str) -> str:
        """`text` without the known secrets of twelve characters and more, and without parts of
        any; otherwise untouched.

        For copy, which must not be altered on a mere resemblance. Costs a text without any part
        of a secret a few microseconds.
        """
        if not self._hunted or not self._copy_parts.may_be_in(text):
            return text
        for form, mask in self._copy_forms:
            if form in text:
                text = text.replace(form, mask)
        return self._copy_parts.hidden_in(text)

    def redact_body(self, body: bytes) -> bytes:
        """The body of a faulty reply as `redact_known` leaves it, before it is taken apart.

        What is left of a key when tags are stripped from a page is not recognised any more.
        """
        text = body.decode("utf-8", "surrogateescape")
        return self.redact_known(text).encode("utf-8", "surrogateescape")


class _Parts:
    """Finds parts of secrets in a text, in time linear in its length."""

    def __init__(self, values: Sequence[str], *, lower: bool) -> None:
        forms = {form for value in values for form in _forms_with_part(value)}
        # A key may come back in groups that stand apart by the signs that it has itself.
        bare = {(_bare(value), PART) for value in values if not value.isalnum()}
        self._searches = [_Search(found, lower=lower) for found in (forms, bare) if found]
        grams = {gram for search in self._searches for gram in search.grams()}
        seeds = [_bare(gram).encode() for gram in grams]
        self._sparse = [gram for gram, seed in zip(grams, seeds, strict=True) if len(seed) < _SURE]
        """Parts of which no aligned group need lie inside: they are looked for one by one."""
        self._own_signs = {sign for part in self._sparse for sign in part if not sign.isalnum()}
        kept = set(b"".join(seeds))
        self._dropped = bytes(
            byte
            for byte in range(256)
            if byte not in kept and not (byte < 128 and chr(byte).isalnum())
        )
        groups = {seed[i : i + _SEED] for seed in seeds for i in range(len(seed) - _SEED + 1)}
        self._seeds = frozenset(array("I", b"".join(groups)))

    def may_be_in(self, text: str) -> bool:
        """Whether `text` needs to be searched: False only if it holds no part."""
        if len(text) < PART or not self._searches:
            return False
        signs = text.encode("utf-8", "surrogatepass").translate(None, self._dropped)
        whole = len(signs) - len(signs) % _SEED
        # Four bytes are one number: the whole search is then a few microseconds of C.
        if not self._seeds.isdisjoint(array("I", signs[:whole])):
            return True
        for sign in self._own_signs:
            if sign in text and any(part in text for part in self._sparse):
                return True
        return False

    def hidden_in(self, text: str) -> str:
        """`text` with a mask in the place of each part."""
        if self.may_be_in(text):
            for search in self._searches:
                text = search.hidden_in(text)
        return text


class _Search:
    """The parts of some forms of secrets, whatever stands between that is in none of them."""

    def __init__(self, forms: Iterable[tuple[str, int]], *, lower: bool) -> None:
        grams: defaultdict[int, set[str]] = defaultdict(set)
        for form, length in forms:
            for case in {form, form.lower()} if lower else {form}:
                grams[length].update(_grams(case, length))
        self._grams = dict(grams)
        self._alphabet = frozenset("".join(self.grams()))

    def grams(self) -> Iterator[str]:
        """Every part, as long as it must be to be one."""
        return chain.from_iterable(self._grams.values())

    def hidden_in(self, text: str) -> str:
        """`text` with a mask in the place of each part."""
        places = [i for i, sign in enumerate(text) if sign in self._alphabet or sign.isalnum()]
        signs = "".join([text[place] for place in places])
        pieces, done = [], 0
        for start, end in self._found(signs):
            if end - start < _SURELY_NO_WORDS and _reads_as_words(signs[start:end]):
                continue
            pieces += [text[done : places[start]], MASK]
            done = places[end - 1] + 1
        return "".join([*pieces, text[done:]])

    def _found(self, signs: str) -> Iterator[tuple[int, int]]:
        """Start and end of each stretch that parts cover."""
        covered = bytearray(len(signs))
        for length, grams in self._grams.items():
            end = 0
            for start in range(len(signs) - length + 1):
                if signs[start : start + length] in grams:
                    first, end = max(start, end), start + length
                    covered[first:end] = b"x" * (end - first)
        return (match.span() for match in re.finditer(b"x+", covered))


def _bare(form: str) -> str:
    """Its letters and digits."""
    return "".join(filter(str.isalnum, form))


def _grams(form: str, length: int) -> Iterator[str]:
    return (form[i : i + length] for i in range(len(form) - length + 1))


def _reads_as_words(part: str) -> bool:
    """Whether a part of a key could stand in copy by chance: letters in one case, with vowels."""
    words = re.findall(r"[^\W\d_]+", part)
    letters = "".join(words).lower()
    if any(sign.isdigit() for sign in part) or len(letters) < PART // 2:
        return False
    vowels = sum(letter in "aeiouy" for letter in letters)
    plain_case = all(word.islower() or word.isupper() or word.istitle() for word in words)
    clusters = re.split("[aeiouy]", letters)
    speakable = max(map(len, clusters)) <= _LONGEST_CLUSTER
    return plain_case and speakable and len(letters) <= 5 * vowels


def _masked(value: str) -> str:
    return value[:_VISIBLE] + MASK if len(value) >= _LONG_ENOUGH_TO_SHOW else MASK


def _mask_shape(match: re.Match[str]) -> str:
    return match[1][:_VISIBLE] + MASK


def _forms_of(values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    forms = {form: _masked(value) for value in values for form in _forms(value)}
    # Longest first: a short form may be part of a longer one, and would leave its rest behind.
    return tuple(sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])))


def _with_lower_case(forms: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    both = {case: mask for form, mask in forms for case in (form, form.lower())}
    return tuple(both.items())


def _forms(value: str) -> set[str]:
    return {form for form, _ in _forms_with_part(value)}


def _forms_with_part(value: str) -> set[tuple[str, int]]:
    """What `value` may come back as; with each, how much of it eight characters take at least."""
    raw = value.encode("utf-8", "surrogatepass")
    ascii_json = json.dumps(value)[1:-1]
    plain_json = json.dumps(value, ensure_ascii=False)[1:-1]
    percent = quote(raw, safe="")
    # Only what needs it is escaped in these: a part may hold no escape at all.
    sparing = {
        value,
        percent,
        re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), percent),
        quote(raw),
        ascii_json,
        plain_json,
        ascii_json.replace("/", "\\/"),
        json.dumps(ascii_json)[1:-1],
        html.escape(value),
        html.escape(value, quote=False),
        repr(value)[1:-1],
        repr(repr(value)[1:-1])[1:-1],
    }
    whole = {
        ("".join(f"%{byte:02X}" for byte in raw), 3 * PART),
        ("".join(f"%{byte:02x}" for byte in raw), 3 * PART),
        ("".join(f"\\u{ord(char):04x}" for char in value), 6 * PART),
        ("".join(f"\\u{ord(char):04X}" for char in value), 6 * PART),
        ("".join(f"&#{ord(char)};" for char in value), 5 * PART),
        ("".join(f"&#x{ord(char):x};" for char in value), 6 * PART),
        ("".join(f"&#x{ord(char):X};" for char in value), 6 * PART),
        ("".join(f"\\x{byte:02x}" for byte in raw), 4 * PART),
        # The signs between these are passed over: `0x73, 0x6b`, `U+0073 U+006B`, `[115, 107]`.
        ("".join(f"0x{byte:02x}" for byte in raw), 4 * PART),
        ("".join(f"0x{byte:02X}" for byte in raw), 4 * PART),
        ("".join(f"U{ord(char):04X}" for char in value), 5 * PART),
        ("".join(f"%25{byte:02X}" for byte in raw), 5 * PART),
        ("".join(map(str, raw)), 2 * PART),
        (value[::-1], PART),
        (raw.hex(), 2 * PART),
        (raw.hex().upper(), 2 * PART),
    }
    # Of 64 bits, at most four belong to a base64 character that others share.
    encoded = {(form, (8 * PART - 4) // 6) for form in _base64_forms(raw)}
    return {(form, PART) for form in sparing} | whole | encoded


def _base64_forms(raw: bytes) -> set[str]:
    """The characters of `raw` in base64 that do not depend on what stands around it.

    A key inside `Bearer <key>` or `user:<key>` is encoded at any of three offsets.
    """
    forms = set()
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + raw).decode()
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        core = text[first:last]
        forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms
