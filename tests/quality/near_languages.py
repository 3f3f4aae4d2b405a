"""Makes `copygen/quality/near_languages.zip`, what tells languages apart that share most words.

    pip install scipy wordfreq
    mkdir catalogues && cd catalogues && apt-get download PACKAGES && cd ..
    python -m tests.quality.near_languages catalogues

The same messages in each of the languages, from the catalogues in Debian packages, so that no
subject speaks for a language; and for what programs do not talk of, frequent words from wordfreq
and those of `near_words.yaml`. A logistic regression learns for each group which words and pieces
of words speak how much for which language. A message that only one of the languages has teaches
nothing, and words of English teach that they are of none of them.

How much has to speak for another language is measured on messages that were not learned from.
Django's are not among them: `python -m tests.quality.languages` measures with those.
"""

import gettext
import hashlib
import io
import itertools
import json
import random
import re
import subprocess
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from copygen.quality.language_model import letters_of
from copygen.quality.near_languages import (
    FILE,
    GROUPS,
    NearLanguages,
    pieces_of,
    unpacked,
    words_of,
)
from tests.quality.packed import pack

_PACKAGES: Final = """
    abiword-common aisleriot akregator apt audacity-data brasero-common caja-common cheese-common
    cinnamon-l10n dpkg epiphany-browser-data evince-common evolution-common
    evolution-data-server-common file-roller filezilla-common gedit-common gimp-data
    gnome-applets-data gnome-control-center-data gnome-games-app gnome-packagekit-common
    gnome-shell-common gnome-system-tools gnucash-common gnumeric-common gramps hexchat-common
    homebank-data inkscape kaddressbook-data kalarm kf5-messagelib-data kio kleopatra kmail
    konqueror kpat kstars-data ktexteditor-data kwin-data libglib2.0-data libgtk-3-common
    libgtk2.0-common libgweather-4-common libkf5kdegames7 libkf5kdelibs4support-data marble-data
    mate-applets-common mate-control-center-common mate-panel-common mate-utils-common mediawiki
    nautilus-data network-manager-gnome okular phpmyadmin pidgin-data plasma-desktop-data
    plasma-workspace-data rhythmbox-data totem-common tuxpaint-data vlc-l10n wesnoth-1.16-data
    widelands-data xiphos-data yelp
"""
_OFFICE: Final = "af be bg bs ca cs da es gl hi hr id mk mr nb ne nl nn pt ru sk sl sr sv tr uk"
PACKAGES: Final = (*_PACKAGES.split(), *(f"libreoffice-l10n-{one}" for one in _OFFICE.split()))
"""Of Debian 12: those with the most languages, and that most is said in."""
_CATALOGUES: Final = {
    "sr@latin": "sr-Latn", "nb_NO": "nb", "nn_NO": "nn", "ms_MY": "ms", "hi_IN": "hi",
    "mr_IN": "mr", "ne_NP": "ne", "af_ZA": "af", "az_AZ": "az", "mk_MK": "mk", "bg_BG": "bg",
    "sl_SI": "sl", "pt_BR": "pt", "sr-el": "sr-Latn", "sr-ec": "sr", "pt-br": "pt",
}  # fmt: skip
_OF_CATALOGUES: Final = re.compile(
    r"/(?P<mo>[^/]+)/LC_MESSAGES/(?P<domain>[^/]+)\.mo$|i18n/(?:[^/]+/)*(?P<json>[a-z-]+)\.json$"
)
_NO_WORDS: Final = re.compile(
    r"%(?:\([^)]*\))?[-#0-9.$]*[a-zA-Z]|\{\{[^}]*\}\}|\[\[|\]\]|\{[^}]*\}|<[^>]*>|&\w+;|\$\w+"
    r"|https?://\S+|\\[nt]|@@|~[A-Z]|\([^\W\d_]\)"
)
"""Placeholders, markup, accelerators."""
_ACCELERATOR: Final = re.compile(r"[_&~](?=\w)")
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff])+")
_SHOP_WORDS: Final = Path(__file__).parent / "near_words.yaml"
_SHORT: Final = 45
"""Characters of a message that is learned from as a whole; of a longer one, words in a row."""
_MESSAGES: Final = 45_000
"""Of a language."""
_FREQUENT: Final = 20_000
_FREQUENT_SHARE: Final = 0.6
"""What those words count, all together, against the messages of a language."""
_SHOP_SHARE: Final = 0.3
_ENGLISH: Final = 8_000
_ENGLISH_SHARE: Final = 0.1
_KEPT_OUT: Final = 12
"""One in so many messages is not learned from."""
_LEAST_MET: Final = 6
_PIECES: Final = {"bg mk sr ru uk be": 14_000, "hr bs sr-Latn sl": 15_000, "id ms": 14_000}
_MOST_PIECES: Final = 11_000
"""That a group keeps: those that most decide."""
_STEP: Final = 0.2
_RIDGE: Final = 1e-6
_STEPS: Final = 45
_MAY_SEEM: Final = (0.05, 0.003)
"""Of texts in a language those that may be warned of and rejected as in one of its group."""
_LENGTHS: Final = (30, 90)


@dataclass(slots=True)
class Samples:
    """Words in a row, the language they are in, and those they could be in."""

    words: list[Sequence[bytes]] = field(default_factory=list)
    languages: list[int] = field(default_factory=list)
    among: list[Sequence[bool]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(
        self, words: Sequence[bytes], language: int, among: Sequence[bool], weight: float
    ) -> None:
        """One more, if there is anything in it."""
        if words:
            self.words.append(words)
            self.languages.append(language)
            self.among.append(among)
            self.weights.append(weight)


def messages(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Language → message's key → translation, of all packages in the folder."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for package in sorted(folder.glob("*.deb")):
        command = ["dpkg-deb", "--fsys-tarfile", str(package)]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE) as unpacked,
            tarfile.open(fileobj=unpacked.stdout, mode="r|") as files,
        ):
            for member in files:
                match = _OF_CATALOGUES.search(member.name)
                file = files.extractfile(member) if match and member.isfile() else None
                if match is None or file is None:
                    continue
                name = match["mo"] or match["json"]
                place = match["domain"] or member.name.rpartition("/")[0]
                read = _of_mo if match["mo"] else _of_json
                for key, text in read(file.read()):
                    found[_CATALOGUES.get(name, name)][f"{place}\0{key}"] = text
    return found


def _of_mo(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        catalogue = gettext.GNUTranslations(io.BytesIO(content))._catalog  # type: ignore[attr-defined]
    except (OSError, LookupError, ValueError):  # as some were installed
        return
    for key, text in catalogue.items():
        plain = key if isinstance(key, str) else key[0]
        if plain and text and text != plain.split("\x04")[-1]:
            yield plain, text


def _of_json(content: bytes) -> Iterator[tuple[str, str]]:
    for key, text in json.loads(content).items():
        if isinstance(text, str) and not key.startswith("@"):
            yield key, text


def plain(text: str) -> str:
    return " ".join(_ACCELERATOR.sub("", _NO_WORDS.sub(" ", text)).split())


def _is_kept_out(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % _KEPT_OUT == 0


def of_messages(
    group: Sequence[str], all_messages: Mapping[str, Mapping[str, str]]
) -> tuple[Samples, dict[tuple[int, int], list[bytes]]]:
    """What is learned from, and what is not: (language, length) → texts, as `letters_of` them."""
    rng = random.Random(5)
    here = [all_messages[language] for language in group]
    met = Counter(itertools.chain.from_iterable(here))
    keys = sorted(key for key, languages in met.items() if languages > 1)
    rng.shuffle(keys)
    learned, kept_out = Samples(), defaultdict[tuple[int, int], list[bytes]](list)
    seen, count = set[tuple[str, ...]](), Counter[int]()
    for key in keys:
        texts = [plain(messages.get(key, "")) for messages in here]
        among = [4 <= len(text) <= 400 for text in texts]
        if sum(among) < 2 or tuple(texts) in seen:
            continue
        seen.add(tuple(texts))
        for at, text in enumerate(texts):
            letters = letters_of(text)
            if _is_kept_out(key):
                length = next((one for one in _LENGTHS if 4 <= len(text) <= one), None)
                if length is not None:
                    kept_out[at, length].append(letters)
            elif among[at] and count[at] < _MESSAGES:
                count[at] += 1
                learned.add(_some(words_of(letters), text, rng), at, among, 1 / _MESSAGES)
    return learned, kept_out


def _some(words: Sequence[bytes], text: str, rng: random.Random) -> Sequence[bytes]:
    if len(text) <= _SHORT:
        return words
    size = rng.randint(2, 6)
    start = rng.randrange(max(1, len(words) - size + 1))
    return words[start : start + size]


def add_frequent_words(learned: Samples, group: Sequence[str]) -> None:
    """Words as they come, one to three together, of the languages that there is a list for."""
    from wordfreq import available_languages, get_frequency_dict  # type: ignore[import-not-found]

    rng = random.Random(3)
    listed = [language in available_languages("small") for language in group]
    for at, language in enumerate(group):
        if not listed[at] or sum(listed) < 2:
            continue
        known = get_frequency_dict(language, wordlist="small")
        words = [word for word in known if _WORD.fullmatch(word)]
        # Flatter than they are: a shop says few of the words that are in every sentence.
        shares = [known[word] ** 0.7 for word in words]
        drawn = rng.choices(words, shares, k=3 * _FREQUENT)
        for start in range(0, len(drawn), 3):
            some = " ".join(drawn[start : start + 1 + start // 3 % 3])
            weight = _FREQUENT_SHARE / _FREQUENT
            learned.add(words_of(letters_of(some)), at, listed, weight)
    _add_words_of_shops(learned, group)
    english = [word for word in get_frequency_dict("en", wordlist="small") if word.isalpha()]
    for word in rng.sample(english[:30_000], _ENGLISH):
        for at in range(len(group)):
            learned.add([word.encode()], at, [True] * len(group), _ENGLISH_SHARE / _ENGLISH)


def _add_words_of_shops(learned: Samples, group: Sequence[str]) -> None:
    listed = yaml.safe_load(_SHOP_WORDS.read_text(encoding="utf-8"))
    among = [language in listed for language in group]
    for at, language in enumerate(group):
        words = listed.get(language, "").split()
        for word in _LEAST_MET * words:
            weight = _SHOP_SHARE / _LEAST_MET / len(words)
            learned.add(words_of(letters_of(word)), at, among, weight)


def learn(learned: Samples, size: int, most: int) -> tuple[list[str], Any]:
    """The pieces that most decide, and what each of them says for each language."""
    import numpy as np

    met = Counter[str]()
    for word, times in Counter(itertools.chain.from_iterable(learned.words)).items():
        for piece in set(pieces_of(word)):
            met[piece] += times
    pieces = sorted(piece for piece, times in met.items() if times >= _LEAST_MET)
    weights = None
    for kept in (4 * most, 2 * most, most):
        table = _table(learned.words, pieces)
        weights = _fitted(table, learned, size, weights)
        if len(pieces) > kept or kept == most:
            frequency = np.asarray(table.sum(0))[0]
            decides = (weights.max(1) - weights.min(1)) * np.sqrt(frequency)
            chosen = np.sort(np.argsort(-decides, kind="stable")[:kept])
            pieces, weights = [pieces[at] for at in chosen], weights[chosen]
    return pieces, _fitted(_table(learned.words, pieces), learned, size, weights)


def _table(texts: Sequence[Sequence[bytes]], pieces: Sequence[str]) -> Any:
    """Texts × pieces: how often each is in each."""
    import numpy as np
    from scipy import sparse  # type: ignore[import-not-found, import-untyped, unused-ignore]

    places = {piece: at for at, piece in enumerate(pieces)}
    known: dict[bytes, list[int]] = {}
    columns, ends = list[int](), [0]
    for words in texts:
        for word in words:
            if word not in known:
                known[word] = [places[one] for one in pieces_of(word) if one in places]
            columns += known[word]
        ends.append(len(columns))
    shape = (len(texts), len(pieces))
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)


def _fitted(table: Any, learned: Samples, size: int, start: Any) -> Any:
    """Pieces × languages: logistic regression, each text among the languages it could be in."""
    import numpy as np
    from scipy.optimize import minimize  # type: ignore[import-not-found, import-untyped, unused-ignore]

    right = np.eye(size)[learned.languages]
    out = np.where(np.array(learned.among), 0.0, -1e9)
    weight = np.array(learned.weights)[:, None] / sum(learned.weights)
    turned = table.T.tocsr()

    def cost(flat: Any) -> tuple[float, Any]:
        weights = flat.reshape(-1, size)
        scores = table @ weights + out
        scores -= scores.max(1, keepdims=True)
        scores -= np.log(np.exp(scores).sum(1, keepdims=True))
        lost = -(weight * right * scores).sum() + _RIDGE * (weights * weights).sum() / 2
        return lost, (turned @ (weight * (np.exp(scores) - right)) + _RIDGE * weights).ravel()

    first = np.zeros((table.shape[1], size)) if start is None else start
    found = minimize(cost, first.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    return found.x.reshape(-1, size)


def needed(
    near: NearLanguages, kept_out: Mapping[tuple[int, int], Sequence[bytes]]
) -> list[list[list[list[float]]]]:
    """Language × other one × length → the margins from which a warning and an error are right."""
    import numpy as np

    size = len(near.languages)
    found = []
    for own in range(size):
        rows: list[list[list[float]]] = [[] for _ in range(size)]
        for length in _LENGTHS:
            margins = np.array([near.margins(text, own) for text in kept_out[own, length]])
            shares = [1 - share / size for share in _MAY_SEEM]
            for other, quantiles in enumerate(np.quantile(margins, shares, axis=0).T):
                rows[other].append([round(float(one), 1) for one in quantiles])
        found.append(rows)
    return found


def packed(pieces: Sequence[str], levels: Any, needed: Sequence[Any]) -> bytes:
    """As `unpacked` reads it."""
    head = json.dumps({"step": _STEP, "needed": needed})
    return "\n".join((head, *pieces, "\n")).encode() + levels.T.tobytes()


def main(folder: Path) -> None:
    """Write the file."""
    import numpy as np

    all_messages = messages(folder)
    entries = {}
    for name in GROUPS:
        group = name.split()
        learned, kept_out = of_messages(group, all_messages)
        add_frequent_words(learned, group)
        pieces, weights = learn(learned, len(group), _PIECES.get(name, _MOST_PIECES))
        levels = np.clip(np.round((weights - weights.min(1, keepdims=True)) / _STEP), 0, 255)
        kept = [at for at in np.argsort(pieces) if levels[at].any()]
        pieces, levels = [pieces[at] for at in kept], levels[kept].astype(np.uint8)
        near = unpacked(name, packed(pieces, levels, []))
        entries[name] = packed(pieces, levels, needed(near, kept_out))
        print(name, len(pieces), "pieces", flush=True)
    pack(FILE, entries)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
