"""What is said twice: a word twice in a row, a sentence again, a phrase again and again.

Languages double words on purpose, and copy repeats itself for effect; what tells the two apart:

- A comma or a full stop between the two makes it a figure: `so, so soft`, `Shh. Shh.` Behind a
  comma a phrase of some length is none (`said_again.py`).
- Many languages double nouns, adjectives and verbs (`yavaş yavaş`, `धीरे धीरे`, `さらさら`,
  `轻轻柔柔`): there only small words are held to be a slip. Elsewhere all are but those that make
  stronger (`very very`), the set phrases (`Bora Bora`) and what grammar brings together (`had had`,
  `alle, die die Sonne vermissen`). `configs/metrics/doubled.yaml` has them.
- Some words right after themselves are a slip where a small word is among them; else only
  where they are too long for a sound (`tick tock tick tock`) and no name (`New York New York`).
- Parts that come again elsewhere, and items of an enumeration: `parts_again.py`.
- A sentence again, of three words and more, is one sentence too many, unless it answers a question
  (`Another cup? Another cup.`); a phrase that begins or ends
  three is rhetoric (`mehr Zeit für dich, mehr Zeit für uns`), four times it is a model in a loop.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice, pairwise
from operator import eq
from typing import Final, NamedTuple

from copygen.models import Severity, Violation
from copygen.quality.checks.doubled_words import (
    MOST_IN_LONG,
    MOST_LETTERS,
    doubled_words,
    unspaced_slip,
)
from copygen.quality.checks.names import product_names
from copygen.quality.checks.parts_again import (
    JOINED_AND,
    LAST_LETTERS,
    has_item_again,
    is_unspaced_end,
    item_again,
    repeat_again,
    reworded,
    unspaced_end_again,
    unspaced_item_again,
    without_joint,
)
from copygen.quality.checks.reading import KOREAN_STEM, PARENTS, Pieces, Reading, letters_of
from copygen.quality.checks.said_again import (
    LEAST_WORDS,
    is_refrain,
    phrase_at_once,
    sentences_again,
)
from copygen.quality.facts import CheckContext, mendable
from copygen.quality.languages import base
from copygen.quality.normalize import HANGUL, SCRIPT_GROUPS, NormalizedText, deferred
from copygen.quality.scripts import UNSPACED
from copygen.quality.word_ends import common_words, is_common

_STOPS: Final = ".!?,:;"
_OTHER_STOPS: Final = "…।؟،۔؛"
_LETTERS: Final = deferred(r"[^\W\d_]")
_PAUSE: Final = deferred("[,،、，;；:：|/–—·]")
_CLAUSE_OPENS: Final = deferred(r",\s(?:[^\W\d_]{1,5}\s)?\Z")
"""A comma right before, or with a preposition between: `das Glas, in dem dem Wein nichts fehlt`."""
_HANGUL: Final = SCRIPT_GROUPS[HANGUL]
_UNTOLD: Final = deferred(r"(?:https?://|[#＃@])\S+")
"""Hashtags, mentions and addresses, which may repeat what the text says."""

_LONGEST: Final = 2000
"""Characters that are looked at."""
_LEAST_LETTERS: Final = 6
_LEAST_LETTERS_APART: Final = 8
"""Letters of a clause that is one too many in a script without spaces, right after itself and with
others between."""
_LEAST_ITEM: Final = 2
_LEAST_CLAUSE: Final = 4
_LEAST_ITEM_LETTERS: Final = 6
"""Letters of an item that an enumeration has twice: of signs of a word each, between `、` and
between commas, and of others."""
_LEAST_OF_MANY: Final = 2
"""Letters of each clause of a sentence that comes again."""
_LEAST_LISTED: Final = 5
"""Letters of a clause that is an item, and the next but one begins with it."""
_OF_NOUNS: Final = ("が", "を", "は", "の", "で")
_BEGS: Final = deferred("[再来來别別快等不好真太就要走吃喝看你我他她吧啊呀了谁誰]")
"""Signs of a clause of four that is said twice for effect: `再来一碗，再来一碗`."""
_HAN_LESS: Final = 1
_HAN: Final = deferred("[\u3400-\u9fff]+")
"""A text of nothing but signs of a word each says as much in fewer."""
_LEAST_GOING_ON: Final = 12
"""Letters of a clause with which the next begins."""
_THAI_GOING_ON: Final = 6
_NOUN_AGAIN: Final = deferred("([^、]{4,16}[\u30a1-\u30fa\u3400-\u9fffさ])、\\1[がをはので]")
"""A noun with what is told of it, in Japanese: `やさしい甘さ、やさしい甘さが`."""
_FEW_WORDS: Final = 40
"""Two words come again by chance in a text of more, three hardly ever."""
_OFTEN: Final = 4
_THREE_TIMES: Final = 4
"""Words of a phrase that is too much three times already."""
_SHORT_CHARS: Final = 300
_SHARE: Final = 0.15
"""Of a longer text, what a phrase has to fill to be too much: a description names its product."""
_PHRASE_LETTERS: Final = 8
_PHRASE_SYLLABLES: Final = 5
"""Least letters of a phrase; the second of a script with a letter for a syllable."""
_LOOP: Final = 4
"""The same word so often in a row is a loop in every language."""
_SOUND_ENDS: Final = ("", *".!…")
_SUNG_LETTERS: Final = 3
"""A word of no more three times is sung: `la la la`."""
_FEW_LETTERS: Final = 100
"""Letters of a short text in a script without spaces."""

_AGAIN: Final = (
    r"(?:once more|(?:and )?again|noch ?(?:ein)?mal|wieder|erneut|von vorn|nog (?:een keer|eens)"
    r"|opnieuw|weer"
    r"|en g[åa]ng til(?:l)?|igen|igjen|på nytt|uudestaan|uudelleen|taas|vielä kerran|veel kord"
    r"|uuesti|jälle"
    r"|vēlreiz|atkal|dar kartą|vėl|iš naujo|jeszcze raz|zn[oó]wu?|od nowa|ještě jednou|znovu|zase"
    r"|ešte raz"
    r"|znova|opäť|še enkrat|spet|još jednom|opet|ponov[nl]?o|још једном|опет|поново|още веднъж"
    r"|пак|отново"
    r"|ещ[её] раз|снова|опять|заново|ще раз|знову|még egyszer|újra|megint|încă o dată|din nou"
    r"|encore"
    r"|encore une fois|[àd]e? nouveau|(?:mais uma|outra) vez|de novo|novamente|una vez más"
    r"|otra vez|de nuevo"
    r"|una altra vegada|(?:un )?altre cop|de nou|ancora(?: una volta)?|di nuovo|ξανά|πάλι"
    r"|άλλη μία φορά"
    r"|bir kez daha|bir daha|yeniden|tekrar|مرة أخرى|من جديد|مجدد[اً]+|دوباره|(?:یک )?بار دیگر"
    r"|שוב|עוד פעם|מחדש"
    r"|(?:एक बार )?फिर(?: से)|एक बार फिर|আবার|আরেকবার|پھر سے|ایک بار پھر|دوبارہ|(?:sekali )?lagi"
    r"|lần nữa"
    r"|muli|ulit|isa pa|다시(?: 한번)?)"
)
_REALLY: Final = (
    r"(?:de debò|de veritat|de verdad|en serio|a sério|mesmo|davvero|sul serio|vraiment|really"
    r"|truly|honestly"
    r"|wirklich|ehrlich|echt|verkligen|virkelig|oikeasti|tõesti|tiešām|tikrai|naprawdę|opravdu"
    r"|naozaj|res|zares"
    r"|stvarno|zaista|заиста|наистина|правда|честно|справді|tényleg|serios|zău|αλήθεια|gerçekten"
    r"|حقًا|حقا|واقعا|באמת"
    r"|सच में|সত্যি|واقعی|sungguh|betul|thật đấy|totoo|정말)"
)
_SAID_SO: Final = deferred(rf"(?:(?<!\w){_AGAIN}\s?[,:;–—-]? |, {_REALLY}, )\Z", re.IGNORECASE)
_GOES_ON_AGAIN: Final = deferred(rf",? {_AGAIN}(?!\w)", re.IGNORECASE)
"""Before what is said again, or behind it, it says that it does so: `And once more: …`."""
_BEAT: Final = deferred(r"[^\W\d_]{2,20}(?:[,،] ?[^\W\d_]{2,20}){2}[.!…]?")
"""`Bread, oil, salt. Bread, oil, salt. Some things …`: a beat, before what is said of it."""
_CALLED: Final = deferred(rf"[,،] ?(?:{PARENTS})[.!…।۔]?\s*\Z", re.IGNORECASE)
"""Whom somebody begs: `One more chapter. One more chapter, mum.`"""
_SAID_SO_WITHIN: Final = 28
_ENDS: Final = " .!…।۔"
_SAID_WORDS: Final = deferred(r"[^\W\d_]+")


def repeated(context: CheckContext) -> list[Violation]:
    """A text said twice, a sentence, a phrase again and again, or a word twice in a row."""
    told = _told(context.text.text)
    if not told.isascii() and UNSPACED.search(told, 0, 40):
        return _unspaced(Reading(context, told, spaced=False))
    # Without stops: what is said again behind one has it at one of its two ends alone.
    words = _without_stops(told).split()
    after = words[1:]
    few = len(words) <= _FEW_WORDS
    language, prefix = base(context.language or ""), None
    if language == "ko":
        words = [word[:KOREAN_STEM] for word in words]  # without endings
        after = words[1:]
    elif prefix := JOINED_AND.get(language):
        words = without_joint(words, prefix)
        after = words[1:]
    elif few:
        every = context.text.words
        if len({*every}) == len(every):
            return []  # no word comes again
    if few:
        again = len(set(zip(words, after, strict=False))) < len(after)
    else:
        threes = set(zip(words, after, words[2:], strict=False))
        again = len(threes) < len(words) - 2
    # What ends a clause stands apart, so that `Shh. Shh.` is no word twice and `soft soft.` is.
    apart = told
    for stop in _STOPS if told.isascii() else _STOPS + _OTHER_STOPS:
        if stop in apart:
            apart = apart.replace(stop, f" {stop}")
    words = apart.split()
    doubled = True in map(eq, words, islice(words, 1, None))
    stems = [word[:KOREAN_STEM] for word in words] if language == "ko" else words
    same = bytes(map(eq, stems, islice(stems, 2, None)))
    at_once = again or b"\1\1" in same
    if b"\1" in same and not at_once:  # The word between may be `and`.
        between = compress(islice(words, 1, None), same)
        at_once = language == "ko" or not doubled_words(language).ands.isdisjoint(between)
    at_once = at_once or (not few and _comes_again(words, 3))
    if prefix and not at_once:
        at_once = any(word[1:] == last and word[0] == prefix for last, word in pairwise(words))
    listed_again = has_item_again(words, language)
    if not (doubled or at_once or listed_again):
        return []
    reading = Reading(context, told, spaced=True)
    found: list[Violation] = []
    if again:
        found += islice(_not_said_so(context, _said_again(reading)), 1)
    if doubled and not found:
        found += _doubled(reading)
    if at_once and not found and (said := phrase_at_once(reading)) is not None:
        found.append(_again(context, *said))
    if listed_again and not found and (span := item_again(reading)) is not None:
        found += _not_said_so(context, [_sentence(context, *span)])
    return found[:1]


def _not_said_so(context: CheckContext, found: Iterable[Violation]) -> Iterator[Violation]:
    """Those that are no figure; of a text no more than one thing said again is."""
    figure: int | None = None  # where it starts: its end may be with a full stop
    for one in found:
        start = one.span[0] if one.span else None
        if figure in (None, start) and _is_said_so(context, one):
            figure = start
        else:
            yield one


def _is_said_so(context: CheckContext, found: Violation) -> bool:
    """Whether the text says itself that it says something again, or is a beat or begs for it."""
    if found.span is None or found.rule != "repetition.sentence":
        return False
    start, end = found.span
    text = context.text.original
    before = text[max(0, start - _SAID_SO_WITHIN) : start]
    if _SAID_SO.search(before) or _GOES_ON_AGAIN.match(text, end):
        return True
    said = text[start:end].rstrip(_ENDS)
    if not text[:start].rstrip(_ENDS).casefold().endswith(said.casefold()):
        return False
    if _CALLED.match(text, end):
        return True
    rest = text[end:].casefold()
    if not _BEAT.fullmatch(text, start, end) or not any(map(str.isalpha, rest)):
        return False
    # What goes on with the item, or lists what it is made of, is no beat.
    names = context.facts.names
    listed = names.intersection(_SAID_WORDS.findall(said.casefold()))
    return len(listed) <= 1 and names.isdisjoint(_SAID_WORDS.findall(rest))


def _without_stops(told: str) -> str:
    for stop in _STOPS if told.isascii() else _STOPS + _OTHER_STOPS:
        told = told.replace(stop, "")
    return told


def _told(text: str) -> str:
    """The folded text as far as it is looked at, without hashtags, mentions and addresses."""
    text = text[:_LONGEST]
    if "#" in text or "@" in text or "//" in text:
        return _UNTOLD.sub(lambda match: " " * len(match[0]), text)
    return text


def _comes_again(words: Sequence[str], apart: int) -> bool:
    """Whether two words in a row are the same as those so many words further on."""
    return b"\1\1" in bytes(map(eq, words, islice(words, apart, None)))


def _said_again(reading: Reading) -> Iterator[Violation]:
    """Sentences and phrases that come again, in a script with spaces."""
    if is_refrain(reading):
        return
    words = reading.said
    threes = set(zip(words, words[1:], words[2:], strict=False))
    again = len(words) - 2 - len(threes)
    half = _half(reading) if again and len(reading.told) < _LONGEST else None
    if half is not None:
        yield _whole(reading.context, half)
        return
    # Where no three words come again a sentence of two may: `Sorry, winter. Sorry, winter.`
    for span in sentences_again(reading):
        yield _sentence(reading.context, *span)
    if again or max(Counter(pairwise(words)).values(), default=0) >= _OFTEN:
        yield from _phrases(reading)
    if (other := repeat_again(reading) or reworded(reading)) is not None:
        yield _sentence(reading.context, *other)


class _Half(NamedTuple):
    """The second half of a text that is the same thing twice."""

    start: int
    mend: tuple[int, int] | None
    """What can be taken out without doubt: where a sentence ends between them, on one line."""


def _half(reading: Reading) -> _Half | None:
    text, pieces, spaced = reading.told, reading.sentences, reading.spaced
    said = pieces.bare
    middle, odd = divmod(len(said), 2)
    if middle and not odd and said[:middle] == said[middle:]:
        if middle == 1 and pieces.is_answered(0, 1):
            return None
        end, start = pieces.span(middle - 1)[1], pieces.span(middle)[0]
        between = text[end - 1 : start]
        words = sum(one.count(" ") + 1 for one in said[:middle])
        letters = sum(map(len, said[:middle]))
        if words >= LEAST_WORDS if spaced else letters >= _LEAST_LETTERS:
            sure = "\n" not in between and not _PAUSE.search(between)
            return _Half(start, ((end, len(text)) if spaced else (0, start)) if sure else None)
    if not spaced:
        middle, odd = divmod(len(text), 2)
        same = not odd and middle >= _LEAST_GOING_ON and text[:middle] == text[middle:]
        return _Half(middle, None) if same else None
    told = reading.said
    size, odd = divmod(len(told), 2)
    if size >= LEAST_WORDS and not odd and told[:size] == told[size:]:
        between = text[reading.words[size - 1].end() : reading.words[size].start()]
        if "?" not in between:  # `Another cup? Another cup.`
            return _Half(reading.words[size].start(), None)
    return None


def _phrases(reading: Reading) -> Iterator[Violation]:
    """A phrase four times, or a long one three times in a short text."""
    context, text, words, told = reading.context, reading.told, reading.words, reading.said
    for size, often in ((_THREE_TIMES, 3), (2, _OFTEN)):
        runs = list(zip(*(told[at:] for at in range(size)), strict=False))
        for run, number in Counter(runs).most_common(3):
            if number < often or not _is_too_much(context, " ".join(run), number):
                continue
            at = [i for i, one in enumerate(runs) if one == run]
            if any(b - a < size for a, b in pairwise(at)):
                continue
            start, end = words[at[0]].start(), words[at[0] + size - 1].end()
            yield _phrase(context, text[start:end], number, words[at[-1]].start())
            return


def _is_too_much(context: CheckContext, phrase: str, number: int) -> bool:
    least = _PHRASE_SYLLABLES if _HANGUL.search(phrase) else _PHRASE_LETTERS
    if letters_of(phrase) < least or phrase in context.facts.folded.text:
        return False
    whole = len(context.text.text)
    return whole <= _SHORT_CHARS or number * len(phrase) >= _SHARE * whole


def _doubled(reading: Reading) -> Iterator[Violation]:
    """A word twice in a row, with nothing but a space between."""
    text, words, told = reading.told, reading.words, reading.said
    run, last = 1, -1
    for number in (at for at, same in enumerate(map(eq, told, islice(told, 1, None))) if same):
        first, second = words[number], words[number + 1]
        if not text[first.end() : second.start()].isspace():
            continue
        run = run + 1 if last == number - 1 else 2
        last = number
        if not _LETTERS.match(first[0]):
            if _is_number_slip(reading, number):
                yield _word(reading.context, first[0], first.start(), second.end())
                return
            continue
        if _differ(reading.context.text, first, second) or _is_joined(text, first.start()):
            continue
        near = [told[i] if 0 <= i < len(told) else "" for i in range(number - 2, number + 4)]
        if run >= _LOOP or not (
            near[4] == first[0]
            or (run > 2 and (len(first[0]) <= _SUNG_LETTERS or _is_sound(reading, number)))
            or (near[0] == near[1] != "" and _is_pair(reading, number - 2))
            or (near[4] == near[5] != "" and _is_pair(reading, number + 2))
            or _is_meant(reading.context, (first, second), (near[1], near[4]))
        ):
            yield _word(reading.context, first[0], first.start(), second.end())
            return


def _is_pair(reading: Reading, number: int) -> bool:
    """Whether no stop parts two words: `dum dum da da`, and not `good good oil. Oil from Crete`."""
    first, second = reading.words[number : number + 2]
    return reading.told[first.end() : second.start()].strip(" ,-") == ""


def _differ(text: NormalizedText, first: re.Match[str], second: re.Match[str]) -> bool:
    """Whether they are written differently (`Waschen Sie sie`), but for the first of a sentence."""
    one, other = (text.original[slice(*text.span(*word.span()))] for word in (first, second))
    if one == other:
        return False
    return bool(_LETTERS.search(text.text, max(0, first.start() - 2), first.start()))


def _is_sound(reading: Reading, number: int) -> bool:
    """Whether a word that no list has, nor the item, is all of a sentence: `Chuff chuff chuff.`"""
    word, text = reading.said[number], reading.told
    start, end = reading.words[number - 1].start(), reading.words[number + 1].end()
    is_all = text[end : end + 1] in _SOUND_ENDS and text[:start].rstrip()[-1:] in _SOUND_ENDS
    language = base(reading.context.language or "")
    if not is_all or not common_words(language) or is_common(word, language):
        return False
    return not reading.is_known(word) and word not in reading.context.facts.words


def _is_number_slip(reading: Reading, number: int) -> bool:
    """`300 300 g`, `20리터 20리터`; sizes of a row may be the same: `10, 10 and 12`."""
    word, *behind = reading.said[number], *reading.said[number + 2 : number + 3]
    if not word.isdecimal():
        return True
    joining = doubled_words(base(reading.context.language or "")).joining
    return len(word) > 1 and bool(behind) and behind[0] not in joining and behind[0].isalpha()


def _is_joined(text: str, start: int) -> bool:
    """Whether a word is the second of a pair with a hyphen: `faites-le le soir`, `ia-o o dată`."""
    return start > 1 and text[start - 1] in "-‐‑" and text[start - 2].isalpha()


def _is_meant(
    context: CheckContext, both: tuple[re.Match[str], re.Match[str]], around: tuple[str, str]
) -> bool:
    """Whether a word may stand there twice: by language, by grammar, or because it is a name."""
    first, second = both
    before, behind = around
    word, text = first[0], context.text
    listed = doubled_words(base(context.language or ""))
    if f"{word} {word}" in context.facts.folded.text:
        return True
    start, end = text.span(*second.span())
    if text.original[start:end][:1].isupper() and word not in listed.small:
        # A name, but for the first word of a sentence, of a title, and a noun of German.
        return word not in context.facts.folded.text and (
            word in listed.kept or not is_common(word, base(context.language or ""))
        )
    form = listed.kept_forms if word not in listed.small else None
    if word in listed.kept or (form and form.search(word)):
        return True
    if listed.no_doubles and listed.no_doubles.search(word):
        return False
    if before in listed.after.get(word, ()):
        return True
    if (
        behind in listed.before.get(word, ())
        and text.text[first.start() - 2 : first.start() - 1].isalpha()
    ):
        return True
    if word in listed.after_comma:
        return _CLAUSE_OPENS.search(text.text, 0, first.start()) is not None
    doubled = listed.doubles and word not in listed.small and before not in listed.articles
    return doubled and word not in product_names(context.facts.item).split()


def _unspaced(reading: Reading) -> list[Violation]:
    text = reading.told
    if len(text) <= _FEW_LETTERS:
        again = len(text) - 1 - len(set(pairwise(text)))
        most = min(MOST_LETTERS, again + 1)
        ends_again = again >= LAST_LETTERS
    else:
        pieces = text.replace("。", " ").replace("、", " ").replace("，", " ").split()
        most = MOST_IN_LONG
        ends = {piece[-LAST_LETTERS:] for piece in pieces}
        ends_again = len(pieces) > len(ends)
        heads = {piece[:4] for piece in pieces}
        again = len(pieces) > len(set(pieces)) or len(pieces) - len(heads) >= _OFTEN - 1
        if not again and any(map(str.startswith, islice(pieces, 1, None), pieces)):
            pairs = pairwise(pieces)
            again = any(len(a) >= _LEAST_LETTERS and b.startswith(a) for a, b in pairs)
    if (slip := unspaced_slip(reading.context, text, most)) is not None:
        return [_word(reading.context, *slip)]
    if again and (found := [*_unspaced_again(reading)] or [*_unspaced_phrases(reading)]):
        return found[:1]
    span = unspaced_end_again(reading) if ends_again else None
    span = span or unspaced_item_again(reading)
    return [_sentence(reading.context, *span)] if span else []


def _unspaced_again(reading: Reading) -> Iterator[Violation]:
    """A text said twice, a clause again, also at the start of the next or at the end of the last,
    in a script without spaces."""
    context, clauses = reading.context, reading.sentences
    if len(reading.told) < _LONGEST and (half := _half(reading)) is not None:
        yield _whole(context, half)
        return
    bare = clauses.bare
    behind = bare[1:]
    # A look at all of them first: by itself it costs a tenth.
    near = True in map(str.startswith, behind, bare) or True in map(str.endswith, bare, behind)
    go_on = near and any(_goes_on(last, one) for last, one in pairwise(bare))
    long = [one for one in bare if len(one) >= _LEAST_OF_MANY]
    comes_again = len(set(long)) < len(long)
    if not comes_again and len(bare) > 2 and len(reading.told) <= _FEW_LETTERS:
        # A comma may be in one of two sentences.
        whole = reading.whole_sentences.bare
        comes_again = len(set(whole)) < len(whole)
    if not (go_on or comes_again):
        yield from _listed_again(reading)
        return
    for pieces in (reading.whole_sentences, clauses) if comes_again else (clauses,):
        before: dict[str, int] = {}
        for number, said in enumerate(pieces.bare):
            earlier = before.get(said)
            before[said] = number
            if earlier is None:
                is_next = go_on and pieces is clauses and number > 0
                again = is_next and _goes_on(bare[number - 1], said)
            else:
                again = _is_too_long(reading, pieces, earlier, number)
            if again:
                yield _sentence(context, *pieces.span(number))
                return


def _listed_again(reading: Reading) -> Iterator[Violation]:
    """A clause that begins as the last but one, an item: `贈り物にも、普段にも、贈り物にも最適`."""
    bare = reading.sentences.bare
    pairs = [*enumerate(zip(bare, bare[2:], strict=False), 2)]
    # `なめらかな口当たりと甘み、なめらかな口当たりを`: with the next one; or all of a later one.
    for at, one in enumerate(bare):
        head, joint, _ = one.partition("と")
        behind = bare[at + 1 : at + 2]
        if joint and behind and behind[0][len(head) : len(head) + 1] in _OF_NOUNS:
            pairs.append((at + 1, (head, behind[0])))
        elif joint and head in bare[at + 1 :]:
            pairs.append((bare.index(head, at + 1), (head, head)))
    for number, (one, other) in pairs:
        if len(one) >= _LEAST_LISTED and other.startswith(one) and not reading.is_known(one):
            yield _sentence(reading.context, *reading.sentences.span(number))
            return


def _is_too_long(reading: Reading, pieces: Pieces, earlier: int, number: int) -> bool:
    """Whether what comes again in a script without spaces is no figure, and no name."""
    bare, adjacent = pieces.bare, earlier == number - 1
    said = bare[number]
    least = _LEAST_LETTERS if adjacent else _LEAST_LETTERS_APART
    if number > earlier + 2 and bare[earlier - 1 : earlier] == bare[number - 1 : number]:
        said = bare[number - 1] + said  # with the one before: `醇厚回甘，品味生活`
    if adjacent and len({*said}) == len(said) == _LEAST_CLAUSE and not _BEGS.search(said):
        return _HAN.fullmatch(said) is not None and len(bare) > number + 1
    if len(said) < least - _HAN_LESS * (_HAN.fullmatch(said) is not None):
        return not adjacent and _is_item_again(reading, pieces, earlier, number)
    # Between blanks there are names, too: the product's may come again.
    if not adjacent and reading.is_known(pieces.written[number]):
        return False
    return not pieces.is_answered(earlier, number)


def _is_item_again(reading: Reading, pieces: Pieces, earlier: int, number: int) -> bool:
    """Whether a brief clause is an item that an enumeration has twice: `看稻浪、吃便當、看稻浪`."""
    said = pieces.written[number]
    is_han = _HAN.search(said) is not None
    if len(pieces.bare[number]) < (_LEAST_ITEM if is_han else _LEAST_ITEM_LETTERS):
        return False
    around = pieces.bare[earlier + 1 : number], pieces.bare[number + 1 : number + 2]
    before = {*pieces.bare[max(0, earlier - 1) : earlier]}
    if (
        around[0][:1] == around[1]
        or before == {*around[0]}
        or "ๆ" in said
        or reading.is_known(said)
    ):
        return False  # `แกว่งไป แกว่งมา แกว่งไป แกว่งมา`
    joints = "、" if is_han else " "
    if is_han and len(said) >= _LEAST_CLAUSE:
        joints += "，,"
    return any(f"{said}{one}" in reading.told and f"{one}{said}" in reading.told for one in joints)


def _goes_on(last: str, said: str) -> bool:
    """Whether a clause begins with all of the last one, or is its end."""
    if not (said.startswith(last) or last.endswith(said)):
        return False
    if last.endswith(said) and is_unspaced_end(said):
        return True
    shorter = min(last, said, key=len)
    if _HAN.fullmatch(shorter):
        return len(shorter) >= _LEAST_LETTERS
    least = _LEAST_GOING_ON if shorter[-1] < "\u0e00" or shorter[-1] > "\u0e7f" else _THAI_GOING_ON
    return len(shorter) >= least or _NOUN_AGAIN.match(f"{last}、{said}") is not None


def _unspaced_phrases(reading: Reading) -> Iterator[Violation]:
    """Clauses that begin or end alike four times."""
    text, pieces = reading.told, reading.sentences.written
    if len(pieces) < _OFTEN:
        return
    size = 8 if "\u0e00" <= pieces[0][0] < "\u1800" else 4
    # Many a sentence of a long text ends in the same words: `…てください`.
    for heads in (True, False) if len(text) <= _FEW_LETTERS else (True,):
        edge_of = slice(size) if heads else slice(-size, None)
        edges = Counter([piece[edge_of] for piece in pieces if len(piece) >= size])
        for edge, number in edges.most_common(1):
            if number >= _OFTEN and not reading.is_known(edge):
                yield _phrase(reading.context, edge, number, text.rfind(edge))
                return


def _spot(text: NormalizedText, start: int, end: int) -> tuple[tuple[int, int], str]:
    span = text.span(start, end)
    words = " ".join(text.original[slice(*span)].split())
    return span, words if len(words) <= 60 else f"{words[:60]}…"


def _word(context: CheckContext, word: str, start: int, end: int) -> Violation:
    span, shown = _spot(context.text, start, end)
    message = f"'{shown}': the same word twice in a row"
    fix = f"write '{word}' once"
    return Violation("repetition.word", Severity.ERROR, message, span, fix=fix)


def _sentence(context: CheckContext, start: int, end: int) -> Violation:
    span, shown = _spot(context.text, start, end)
    message = f"'{shown}' was said before"
    fix = f"say '{shown}' once"
    return Violation("repetition.sentence", Severity.ERROR, message, span, fix=fix)


def _phrase(context: CheckContext, phrase: str, number: int, start: int) -> Violation:
    span, shown = _spot(context.text, start, start + len(phrase))
    message = f"'{shown}' {number} times"
    fix = f"use '{shown}' once or twice, and say something else instead"
    return Violation("repetition.phrase", Severity.ERROR, message, span, fix=fix)


def _again(context: CheckContext, phrase: str, start: int, end: int) -> Violation:
    span, shown = _spot(context.text, start, end)
    message = f"'{shown}': the same words twice in a row"
    fix = f"write '{phrase}' once"
    return Violation("repetition.word", Severity.ERROR, message, span, fix=fix)


def _whole(context: CheckContext, half: _Half) -> Violation:
    text = context.text
    span, shown = _spot(text, half.start, len(text.text))
    fix = f"say '{shown}' once"
    message = "the whole text stands there twice"
    found = Violation("repetition.text", Severity.ERROR, message, span, fix=fix)
    return mendable(found, *text.span(*half.mend)) if half.mend else found
