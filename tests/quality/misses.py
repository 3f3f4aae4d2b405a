"""How many faulty replies come out as fit to publish, and how many good ones do not.

    python -m tests.quality.misses            recall by kind and by language; good texts flagged
    python -m tests.quality.misses --each     every fault that passed, every good text that did not
    python -m tests.quality.misses --traps    without the good texts of the other corpus

Each text is what a server on loopback answers, `finish_reason: stop`, to a prompt of its own in a
run with the rules that are on by default, `language_from` and no re-asks. Sameness is off: it
compares with the other texts of a run, and here are many of one product.

A fault is found when its text does not come out as `ok`, or comes out mended to the right text. A
warning alone finds nothing. A good text is flagged when it is not `ok`, or was changed.

A file of `corpus/replies` is a list of items with their good `texts` by channel, as in the other
corpus, and their `faults` by kind, each with its `text`, `where` it is wrong (a part of the text;
not given, it is wrong as a whole) and, where the right text can be told from the reply, `fixed`.

The texts of `corpus/replies/before` were written before the rules for them, those of `after` by
somebody who had not read the rules. Those of `later` are four samples, each written and measured
before the rules were widened for what it showed: 730 of 903 found at first (80.8 %), 211 of 297
(71.0 %), 220 of 259 (84.9 %), and 127 of 231 (55.0 %) that say few things in many languages, in
words that models seldom use. Of those of `unseen`, in words that they use most, 170 of 172 were
found (98.8 %); the rules have not been changed for them.

Those of `real` are what two small models answered to 393 prompts in 12 languages, of English items:
Qwen2.5-Coder-1.5B-Instruct and SmolLM2-135M-Instruct. There are the replies of which a rule can
tell that they are faulty, and good ones, with good texts of the same items by people. 34 of 104
were found when they were made (33 %: of those that passed, all that a rule may find are there, of
those that did not, some); then the rules were widened for the kinds that they showed. What no rule
can tell, nonsense and wrong facts, is left out.

Those of `varied`, `further` and `sealed` are of people who knew none of the rules, in 43 languages.
Of `varied` 725 of 855 were found at first (84.8 %), and 12 of 225 good texts flagged; then the
rules were widened. Of `further` 530 of 567 were found at first (93.5 %; by the rules of the day
before 85.7 %), and 17 of 189 good texts flagged; then they were widened again. Those of `sealed`
were measured once, when the rules were done: 481 of 513 (93.8 %; by the rules of the day before
86.7 %), and 6 of 192 good texts. Then the rules were widened for the kinds that it showed.

So are those of `weak`, `whole` and `last`, by other hands again. Of `weak`, of the kinds alone that
`sealed` had shown to be weak, 690 of 860 were found at first (80.2 %), and 9 of 692 good texts
flagged; then the rules were widened. Of `whole`, of all kinds, 781 of 817 were found at first
(95.6 %; cut off 88 %, the others 91 to 100), and 22 of 585 good texts flagged, 19 of them of the
215 with traps; then they were widened again. Those of `last` were measured once, when the rules
were done: 796 of 817 (97.4 %; misspelt 91 %, cut off 95, the others 96 to 100), and 16 of 735 good
texts flagged. After that fewer words count as of another language, which flagged three of the 16.
Those of `fresh`, by other hands once more and half of the good texts without a trap, were measured
once as well, when the rules were done again: 788 of 817 (96.5 %; misspelt and said twice 90 %,
sorry 91, the others 94 to 100), and 8 of 773 good texts flagged. After that trouble with a
connection is told in 42 languages, and of names and doubled words what it showed to be missing.

Two more samples of all kinds, by people who knew no rule. Of `recent` 783 of 817 were found at
first (95.8 %; invented numbers 85 %, sorry 87, misspelt 88, the others 94 to 100), and 17 of 797
good texts flagged, 15 of them of the 387 written with traps in half; then numbers, trouble with a
server and excuses of copy about versions and drafts were widened for the kinds that it showed. Of
`newest`, measured when that was done, 789 of 817 (96.6 %; misspelt 90 %, the others 94 to 100), and
23 of 796 good texts, 19 of them of the 387: dialogues, wordplays and apologies to things above all.
Since then calls to a cart and dialogues are left alone.
One reply of `weak`, three of `last`, seven of `fresh` and four of `newest` that stood in older
samples word for word were taken out, and two good texts of `recent`.
"""

import asyncio
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import yaml

from copygen import Result, Run, RunSpec, Status
from copygen.errors import ConfigError
from copygen.models import Item
from copygen.quality.channels import load_channels
from tests.quality.rates import CORPUS, Good, entries_of, good_in, good_texts
from tests.support.copy_server import CopyServer, copy_server

KINDS: Final = (
    "talk_before", "talk_after", "to_client", "about_task", "thinking", "label", "several",
    "refusal", "sorry_unrelated", "placeholder", "misspelt", "cut_off", "markup", "twice",
    "invented_number", "wrong_language", "mixed_language",
)  # fmt: skip
WRITTEN: Final = (
    "before", "after", "later", "unseen", "real", "varied", "further", "sealed", "weak", "whole",
    "last", "fresh", "recent", "newest",
)  # fmt: skip
"""When a text was written, by the rules: the folders of `corpus/replies`."""
NO_CHANNEL: Final = "text"
_PROMPTS: Final = CORPUS / "replies" / "prompts.yaml"
_BRIEF: Final = re.compile(r"Brief ([a-z]+)\.")


@dataclass(frozen=True, slots=True)
class Faulty:
    """A reply with one planted fault."""

    written: str
    language: str
    kind: str
    text: str
    item: Item
    where: str = ""
    """The wrong part; empty: the text as a whole."""
    fixed: str | None = None
    """The right text, if it can be told from the reply without doubt."""
    channel: str = NO_CHANNEL


Text = TypeVar("Text", Faulty, Good)


@dataclass(frozen=True, slots=True)
class Judged(Generic[Text]):
    """What became of a text in a run."""

    text: Text
    status: Status
    published: str
    rules: tuple[str, ...]
    """Rules that it broke, warnings included."""
    spans: tuple[tuple[int, int], ...]
    """Where in `published` it broke them."""

    @property
    def passed(self) -> bool:
        """Whether it came out as it was, fit to publish."""
        return self.status is Status.OK and self.published == self.text.text.strip()


def faulty_replies() -> Iterator[Faulty]:
    """Every faulty reply, language by language."""
    for written in WRITTEN:
        for path in sorted((CORPUS / "replies" / written).glob("*.yaml")):
            for entry in entries_of(path):
                for kind, replies in entry.get("faults", {}).items():
                    for reply in replies:
                        yield Faulty(written, path.stem, kind, item=entry["item"], **reply)


def traps() -> Iterator[Good]:
    """Every good text that looks faulty, language by language."""
    for written in WRITTEN:
        yield from good_in(CORPUS / "replies" / written, f"traps_{written}")


def corrected() -> Iterator[Good]:
    """The right text of every fault that has one, once."""
    texts = {(one.language, one.fixed): one for one in faulty_replies() if one.fixed}
    for (language, text), one in texts.items():
        yield Good(f"corrected_{one.written}", language, NO_CHANNEL, text or "", one.item)


def judged(texts: Iterable[Text]) -> list[Judged[Text]]:
    """What a run makes of each text: one run for each channel."""
    by_channel: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        by_channel[text.channel].append(text)
    return [one for channel, each in by_channel.items() for one in _run(channel, each)]


def found(one: Judged[Faulty]) -> bool:
    """Whether the text was rejected, failed or mended to the right one."""
    return one.status is not Status.OK or one.published == one.text.fixed


def placed(one: Judged[Faulty]) -> bool:
    """Whether one of the rules points at the part that is wrong."""
    start = one.published.find(one.text.where)
    end = start + len(one.text.where)
    return start >= 0 and any(begin < end and start < stop for begin, stop in one.spans)


def recall(results: Sequence[Judged[Faulty]]) -> float:
    """The share that was found."""
    return sum(map(found, results)) / len(results)


class _Answers(CopyServer):
    """Answers each brief with the text that belongs to it."""

    def __init__(self, replies: Mapping[str, str]) -> None:
        super().__init__()
        self._replies = replies

    def answer(self, asked: dict[str, Any]) -> str:
        """The reply of the brief that the system message names."""
        brief = _BRIEF.search(asked["messages"][0]["content"])
        assert brief, asked
        return self._replies[brief[1]]


def _run(channel: str, texts: Sequence[Text]) -> Iterator[Judged[Text]]:
    by_id = {_letters(number): text for number, text in enumerate(texts)}
    rows = [{"id": i, "language": text.language, **text.item} for i, text in by_id.items()]
    with (
        tempfile.TemporaryDirectory() as folder,
        copy_server(_Answers({i: text.text for i, text in by_id.items()})) as server,
    ):
        template = Path(folder) / "ad.yaml"
        template.write_text(_prompt_file(channel), encoding="utf-8")
        spec = RunSpec(
            template=template,
            provider="simulator",
            provider_settings={"base_url": server.base_url},
            settings={"concurrency": 16},
        )
        results = asyncio.run(_results(spec, rows))
    assert len(results) == len(texts), f"{channel}: {len(results)} results of {len(texts)}"
    for result in results:
        assert result.attempts, result.error
        rules = tuple(dict.fromkeys(one.rule for one in result.violations))
        spans = tuple(one.span for one in result.violations if one.span)
        text = result.text or ""
        yield Judged(by_id[result.id], result.status, text.strip(), rules, spans)


async def _results(spec: RunSpec, rows: Sequence[Mapping[str, Any]]) -> list[Result]:
    async with Run(spec, environ={"HOME": "/nonexistent"}, values=rows) as run:
        return [result async for result in run.results()]


def _letters(number: int) -> str:
    """A number as letters: digits in an id would be figures that the item has."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")


def _prompt_file(channel: str) -> str:
    """A prompt in the language of the text, where people would write it so."""
    wordings = yaml.safe_load(_PROMPTS.read_text(encoding="utf-8"))
    other = wordings.pop("en")
    cases = [
        f'{{% {"elif" if number else "if"} language == "{language}" %}}{wording}'
        for number, (language, wording) in enumerate(wordings.items())
    ]
    asked: dict[str, Any] = {
        "system": "You write copy for a shop. Brief {{ id }}.",
        "prompt": f"{''.join(cases)}{{% else %}}{other}{{% endif %}}",
        "max_tokens": 400,
        "reasks": 0,
        "checks": {"language_from": "language", "sameness": False},
    }
    if channel != NO_CHANNEL:
        asked["channel"] = channel
    return yaml.safe_dump(asked, allow_unicode=True)


def main() -> None:
    """Print the tables."""
    faults = judged(faulty_replies())
    good = judged([*traps(), *corrected(), *([] if "--traps" in sys.argv else _others())])
    if "--each" in sys.argv:
        for fault in faults:
            if not found(fault):
                print(f"  passed {fault.text.language:7} {fault.text.kind:15} {_said(fault)}")
        for one in good:
            if not one.passed:
                print(f"  flagged {one.text.language:7} {one.text.channel:18} {_said(one)}")
    for written in WRITTEN:
        if part := [one for one in faults if one.text.written == written]:
            _print_recall(written, part)
    print("good texts flagged")
    for name in dict.fromkeys(one.text.part for one in good):
        of_part = [one for one in good if one.text.part == name]
        flagged = sum(not one.passed for one in of_part)
        print(f"  {name:16} {flagged:3} of {len(of_part):3}  {flagged / len(of_part):6.1%}")


def _others() -> Iterator[Good]:
    """The good texts of the other corpus; those of no known channel as texts of none."""
    channels = load_channels()
    for good in good_texts():
        try:
            channels.field(good.channel)
        except ConfigError:
            yield replace(good, channel=NO_CHANNEL)
        else:
            yield good


def _said(one: Judged[Text]) -> str:
    rules = " ".join(one.rules)
    return f"{one.text.text[:70]!r} → {one.status} {rules or repr(one.published[:40])}"


def _print_recall(written: str, faults: Sequence[Judged[Faulty]]) -> None:
    print(f"{written}: {_of(faults)} found ({recall(faults):.1%})")
    for kind in KINDS:
        of_kind = [one for one in faults if one.text.kind == kind]
        if of_kind:
            print(f"  {kind:16} {_of(of_kind):>10}  {recall(of_kind):6.1%}{_beside(of_kind)}")
    languages = sorted({one.text.language for one in faults})
    for start in range(0, len(languages), 6):
        cells = []
        for language in languages[start : start + 6]:
            of_language = [one for one in faults if one.text.language == language]
            cells.append(f"{language} {_of(of_language)} {recall(of_language):.0%}")
        print("  " + "  ".join(f"{cell:19}" for cell in cells).rstrip())


def _beside(faults: Sequence[Judged[Faulty]]) -> str:
    """How many of those that were found were found where they are, and how many only warned of."""
    pointed = [placed(one) for one in faults if one.text.where and one.spans and not one.passed]
    warned = sum(one.passed and bool(one.rules) for one in faults)
    said = f"  {sum(pointed)} of {len(pointed)} at their place" if pointed else ""
    return f"{said}  and {warned} warned of" if warned else said


def _of(faults: Sequence[Judged[Faulty]]) -> str:
    return f"{sum(map(found, faults))} of {len(faults)}"


if __name__ == "__main__":
    main()
