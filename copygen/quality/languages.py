"""What people call languages, as tags of BCP 47, and what each is written in."""

import difflib
import lzma
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

_NAMES: Final = Path(__file__).parent / "language_names.xz"
_ROUGHLY: Final = re.compile(r"[\s_\-‐/]+")
_MARKS: Final = re.compile(r"[().,\[\]]+")
_LIKELY_SCRIPTS: Final = """
    Latn: aa af ak an ay az bi bm br bs ca ch co cs cy da de ee en eo es et eu ff fi fil fj fo
    fr fy ga gd gl gn gv ha ho hr ht hu hz ia id ie ig ik io is it jv kg ki kj kl kr ku kw la
    lb lg li ln lt lu lv mg mh mi ms mt na nb nd ng nl nn nr nv ny oc oj om pi pl pt qu rm rn
    ro rw sc se sg sk sl sm sn so sq sr-Latn ss st su sv sw tk tn to tr ts ty uz ve vi vo wa wo
    xh yo za zu
    Cyrl: ab av ba be bg ce crh cu cv kk kv ky mk mn os ru sr tg tt uk uz-Cyrl
    Arab: ar fa ks ps sd ug ur
    Deva: hi mr ne sa
    Beng: as bn  Cans: cr iu  Ethi: am ti  Hans: zh zh-Hans  Hant: yue zh-Hant  Hebr: he yi
    Tibt: bo dz  Armn: hy  Avst: ae  Geor: ka  Grek: el  Gujr: gu  Guru: pa  Jpan: ja  Khmr: km
    Knda: kn  Kore: ko  Laoo: lo  Mlym: ml  Mymr: my  Orya: or  Sinh: si  Taml: ta  Telu: te
    Thaa: dv  Thai: th  Yiii: ii
    """
"""Of ISO 639-1, and a few more, the tags that are their own shortest, behind their script as CLDR's
likely subtags have it: most tags, without opening a library, which takes 60 ms."""
SPACELESS: Final = frozenset(("ja", "th", "zh"))
"""Of the languages that much copy is written in those whose words no space parts, as base tags."""
_NEAR: Final = 0.75
_NEAR_IN_OTHERS: Final = 0.85
"""How alike a misspelt name is to the English one that was meant, and to one in any language."""
_LONGEST_MISSPELT: Final = 40
_LONGEST_CODE: Final = 3
_MIXED: Final = MappingProxyType(
    {
        "Jpan": ("Hira", "Kana", "Hani"),
        "Hrkt": ("Hira", "Kana"),
        "Kore": ("Hang",),
        "Hans": ("Hani",),
        "Hant": ("Hani",),
        "Hanb": ("Hani", "Bopo"),
        "Latf": ("Latn",),
        "Latg": ("Latn",),
        "Cyrs": ("Cyrl",),
        "Aran": ("Arab",),
        "Syre": ("Syrc",),
        "Geok": ("Geor",),
    }
)
"""Codes of ISO 15924 for several scripts of Unicode, or for a style of one."""


class _Names(NamedTuple):
    tags: Mapping[str, str]
    """Folded name → tag."""
    english: Mapping[str, str]
    """Tag → its English name."""
    places: Mapping[str, str]
    """Folded English name of a territory → its code."""


def folded_name(name: str) -> str:
    """A name of a language without what people write it with: case, marks, hyphens."""
    word = unicodedata.normalize("NFKC", name).casefold().replace("’", "'")
    return " ".join(_ROUGHLY.sub(" ", _MARKS.sub(" ", word)).split())


@lru_cache(maxsize=4096)  # words of texts are asked about, too
def language_tag(name: str) -> str | None:
    """`Thai`, `th`, `th_TH`, `ไทย` → `th`; None for what names no language.

    The tag is as short as CLDR's likely subtags allow: a script or region stays where it is not
    the likely one, `sr-Latn`, `pt-PT`. Chinese keeps its script wherever it is told: `zh-TW` →
    `zh-Hant`, `zh-CN` → `zh-Hans`; `zh` is either. `no` is `nb`, `cmn` is `zh`.
    """
    written = unicodedata.normalize("NFKC", name).strip()
    if not written or len(written) > 100:
        return None
    return (
        written
        if written in known_scripts()
        else _of_tag(written) or _of_name(folded_name(written))
    )


@cache
def known_scripts() -> Mapping[str, str]:
    """Tag → script, of the tags that need no library."""
    scripts: dict[str, str] = {}
    script = ""
    for word in _LIKELY_SCRIPTS.split():
        if word.endswith(":"):
            script = word[:-1]
        else:
            scripts[word] = script
    return scripts


def _of_tag(written: str) -> str | None:
    tag = re.split("[.@]", written.replace("_", "-"))[0].replace(" ", "-")
    # No code is longer: most words of texts need not be parsed.
    if len(base(tag)) > _LONGEST_CODE or not tag.isascii():
        return None
    if written.casefold() in ("und", "mul", "zxx", "mis"):
        return None
    import langcodes

    try:
        given = langcodes.Language.get(tag).prefer_macrolanguage()
    except ValueError:
        return None
    if not given.language or not given.is_valid():
        return None
    language = "nb" if given.language == "no" else given.language
    likely = langcodes.Language.get(language).maximize()
    full = langcodes.Language.make(language, script=given.script, territory=given.territory)
    full = full.maximize()
    script, region = full.script, given.territory
    told = given.script or (language == "zh" and region)
    parts = [language]
    if script != likely.script or (language == "zh" and told):
        parts.append(script or "")
    usual = langcodes.Language.make(language, script=script).maximize().territory
    if region and region not in (usual, likely.territory, "001"):
        parts.append(region)
    return "-".join(filter(None, parts))


def _of_name(word: str) -> str | None:
    names = _names()
    found = names.tags.get(word)
    if found is None and (bare := re.sub(r"^language | language$", "", word)) != word:
        found = names.tags.get(bare)
    if found is None:
        found = _with_place(word, names)
    return _of_tag(found) if found else None


def _with_place(word: str, names: _Names) -> str | None:
    """`portuguese brazil`, `us english`: a language and where it is spoken, in either order."""
    words = word.split()
    for at in range(1, len(words)):
        first, second = " ".join(words[:at]), " ".join(words[at:])
        if len(first) == len(second) == 2:  # two codes are a list
            continue
        for language, place in ((first, second), (second, first)):
            region = names.places.get(place) or (place.upper() if len(place) == 2 else None)
            tag = names.tags.get(language) or (language if len(language) == 2 else None)
            if tag and region in names.places.values():
                return f"{tag.split('-')[0]}-{region}"
    return None


def known_tag(name: str) -> str:
    """As `language_tag`. Raises ValueError for what names no known language, with the nearest."""
    if tag := language_tag(name):
        return tag
    problem = f"names no language that is known here: '{name}'"
    if near := nearest_language(name):
        raise ValueError(f"{problem} (did you mean '{near}'?)")
    raise ValueError(f"{problem}. Write it as th, Japanese or zh-TW")


def nearest_language(name: str) -> str | None:
    """What a person most likely meant: an English name, or a tag for a country's; None: no idea."""
    import langcodes

    word = folded_name(name)
    if len(word) == 2 and word.upper() in _names().places.values():  # a country's code: jp, cn
        return langcodes.Language.make(territory=word.upper()).maximize().language
    if len(word) > _LONGEST_MISSPELT:
        return None
    english = {
        folded_name(name): tag for tag, name in _names().english.items() if len(base(tag)) == 2
    }
    others = {name: tag for name, tag in _names().tags.items() if len(base(tag)) == 2}
    for names, cutoff in ((english, _NEAR), (others, _NEAR_IN_OTHERS)):
        if close := difflib.get_close_matches(word, names, n=1, cutoff=cutoff):
            return language_name(language_tag(names[close[0]]) or names[close[0]])
    return None


@cache
def language_name(tag: str) -> str:
    """In English: `th` → `Thai`, `zh-Hant` → `Traditional Chinese`, `pt-PT` as CLDR has it."""
    english = _names().english
    parts = tag.split("-")
    while parts:
        if name := english.get("-".join(parts)):
            break
        parts.pop()
    else:
        return tag
    rest = tag.split("-")[len(parts) :]
    return f"{name} ({'-'.join(rest)})" if rest else name


@cache
def _names() -> _Names:
    text = lzma.decompress(_NAMES.read_bytes()).decode()
    shown, called, places = (section.split("\n") for section in text.split("\n\n"))
    return _Names(_pairs(called), _pairs(shown), _pairs(places))


def _pairs(lines: Iterable[str]) -> Mapping[str, str]:
    return dict(line.split("\t") for line in lines)


@cache
def full_script(tag: str) -> str:
    """Its script as CLDR's likely subtags have it: `sr` → `Cyrl`, `ja` → `Jpan`, `ko` → `Kore`."""
    if script := known_scripts().get(tag):
        return script
    import langcodes

    return langcodes.Language.get(tag).maximize().script or "Latn"


@cache
def scripts_of(tag: str) -> tuple[str, ...]:
    """The scripts of Unicode that a text in the language is made of: `ja` → Hira, Kana, Hani."""
    script = full_script(tag)
    return _MIXED.get(script, (script,))


def wider(tag: str) -> tuple[str, ...]:
    """The tag and all that hold it: `zh-Hant-HK`, `zh-Hant`, `zh`."""
    parts = tag.split("-")
    return tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))


@lru_cache(maxsize=1024)  # asked of each text a dozen times
def base(tag: str) -> str:
    """`zh-Hant` → `zh`."""
    return tag.split("-", 1)[0]


def is_latin(tag: str) -> bool:
    """Whether the language is written in Latin letters."""
    return scripts_of(tag) == ("Latn",)


def best_match(tag: str, known: Iterable[str]) -> str | None:
    """Which of the `known` tags speaks for texts in `tag`; None: none does.

    The same tag, else the next wider one (`zh-Hant-HK`, `zh-Hant`, `zh`). For a tag without a
    region the one with the likely region (`pt`: `pt-BR`), else the only one of that language.
    """
    listed = tuple(known)
    if found := next((one for one in wider(tag) if one in listed), None):
        return found
    narrower = [one for one in listed if one.startswith(f"{tag}-")]
    # Script subtags have four letters: a text in Chinese of either kind takes neither's words.
    return narrower[0] if len(narrower) == 1 and len(narrower[0].split("-")[1]) < 4 else None
