"""What a text was written from, its item and the prompt, and whether it gives the prompt back."""

from typing import Final, NamedTuple

from copygen.quality.checks.lists import has_room_for_list
from copygen.quality.facts import CheckContext
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said, folded

_FACT: Final = deferred(r"\W{0,4}([^:\n]{2,24}?)\s?:\s?\S")
_LEAST_FACTS: Final = 2
_ECHOED: Final = 24
"""Characters of a sentence of the prompt that nobody writes twice by chance."""
_ECHOED_HAN: Final = 10
"""The same in a script with a sign a syllable or a word."""


class Assignment(NamedTuple):
    """The item and the prompt of a text, read where they are asked for: most texts need neither."""

    context: CheckContext

    def request(self) -> str:
        """The folded prompt."""
        asked = (one.content for one in self.context.asked if isinstance(one.content, str))
        return folded("\n".join(asked))

    def names(self) -> frozenset[str]:
        """The folded words of the item's names."""
        return self.context.facts.names

    def has_word(self, word: str) -> bool:
        """Whether a folded word is one of the item's."""
        return word in self.context.facts.words

    def is_known(self, word: str) -> bool:
        """Whether the item has that folded word."""
        return word in self.context.facts.folded.text

    def is_named(self) -> bool:
        """Whether the text has words of its item."""
        return self.context.facts.are_named_in(self.context.text.text)

    def has_paragraphs(self) -> bool:
        """Whether a text of several paragraphs was asked for."""
        return self.context.field is not None or has_room_for_list(self.request())


def gives_facts_back(text: str, assignment: Assignment) -> bool:
    """Whether most lines are facts behind a name, and two of the names are of the prompt:
    `Material: lambswool` of `Name: …, Material: …, Price: …`."""
    lines = [line for line in text.split("\n") if line.strip()]
    names = [found[1] for line in lines if (found := _FACT.match(line))]
    if len(names) < _LEAST_FACTS or 2 * len(names) < len(lines):
        return False
    asked = assignment.request()
    return sum(f"{name}:" in asked or f"{name} :" in asked for name in names) >= _LEAST_FACTS


def gives_sentence_back(said: Said, begin: int, assignment: Assignment) -> bool:
    """Whether the text begins as a sentence of the prompt does that is about the task."""
    end = said.sentence_end(begin)
    first = said.text[begin:end]
    least = _ECHOED if first.isascii() or first[0] < "\u2e80" else _ECHOED_HAN
    half = said.text.find(" ", begin + least, end)
    for stop in (end, half):
        words = said.text[begin : max(begin, stop)].strip(" \n.!?。\"'“”")
        about = said.are_within("about", begin, stop) or said.are_within("task", begin, stop)
        if about and len(words) >= least and words in assignment.request():
            return True
    return False
