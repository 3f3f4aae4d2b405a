"""Sameness across a run: what repeats is found, what does not is left alone, memory is bounded."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Violation
from copygen.quality.normalize import NormalizedText, fold
from copygen.quality.sameness import SamenessIndex, SamenessSettings, opening
from tests.support.quality_fields import rules

SYLLABLES = [c + v for c in "bdfgklmnprstw" for v in "aeiou"]
RNG = random.Random(7)
WORDS = ["".join(RNG.choices(SYLLABLES, k=3)) for _ in range(600)]


class Index(SamenessIndex):
    """An index that takes texts as they are written."""

    def look(self, text: str, item_id: str) -> list[Violation]:  # type: ignore[override]
        return super().look(NormalizedText(text), item_id)

    def add(self, text: str, item_id: str) -> None:  # type: ignore[override]
        super().add(NormalizedText(text), item_id)

    def opening_of(self, text: str) -> str:  # type: ignore[override]
        return super().opening_of(NormalizedText(text))


def text(number: int) -> str:
    rng = random.Random(number)
    return " ".join(rng.choices(WORDS, k=12)) + f" {number}"


def test_five_hundred_texts_do_not_all_begin_alike() -> None:
    index = Index()
    flagged = 0
    for n in range(500):
        candidate = f"Elevate your kitchen with {text(n)}"
        found = rules(index.look(candidate, f"i{n}"))
        flagged += "sameness.opening" in found
        index.add(candidate if not found else text(n), f"i{n}")
    assert flagged >= 480
    assert index.top_openings(1)[0].count <= 10


def test_texts_that_differ_are_not_flagged() -> None:
    index = Index()
    for n in range(2000):
        assert index.look(text(n), f"i{n}") == []
        index.add(text(n), f"i{n}")


def test_a_text_with_one_word_changed_is_a_near_duplicate_of_another_item() -> None:
    index = Index()
    base = "Soft hand-woven scarf for cool evenings by the river, made to last for many years"
    index.add(base, "first")
    for n in range(300):
        index.add(text(n), f"i{n}")
    (found,) = index.look(base.replace("cool", "warm"), "second")
    assert found.rule == "sameness.duplicate"
    assert "'first'" in found.message
    assert index.look(base, "first") == []


def test_near_duplicates_are_found_in_languages_without_spaces() -> None:
    index = Index()
    index.add("ผ้าพันคอไหมไทยทอมือ เนื้อนุ่ม ใส่สบายทุกวัน เหมาะเป็นของขวัญ", "a")
    index.add("手織りのタイシルクのスカーフを、毎日の装いにさりげなく添えて。", "b")
    assert rules(index.look("ผ้าพันคอไหมไทยทอมือ เนื้อนุ่ม ใส่สบายทุกวัน เหมาะเป็นของฝาก", "c"))
    assert rules(index.look("手織りのタイシルクのスカーフを、毎日の装いにさりげなく添える。", "d"))
    assert not rules(index.look("やさしい色の器で、いつもの食卓を少しだけ特別に。", "e"))


def test_openings_are_words_or_letters() -> None:
    assert opening(fold("Elevate your KITCHEN, now!")) == "elevate your kitchen"
    assert opening(fold("✨ “Elevate” — your… kitchen")) == "elevate your kitchen"
    assert opening(fold("毎日に、やわらかなシルクを")) == "毎日にやわらかな"
    assert opening(fold("ค้นพบ ผ้าไหม")).startswith(fold("ค้นพบ"))
    assert opening("") == ""


@given(st.lists(st.sampled_from("abcde"), max_size=200))
def test_counts_of_openings_are_exact_while_there_are_few(letters: list[str]) -> None:
    index = Index()
    for n, letter in enumerate(letters):
        index.add(letter, str(n))
    expected = {letter: n for letter, n in Counter(letters).items() if n > 1}
    assert {one.words: one.count for one in index.top_openings(10)} == expected


def test_the_same_texts_give_the_same_answers() -> None:
    def run() -> list[object]:
        index = Index()
        seen: list[object] = []
        for n in range(300):
            seen.append(index.look(text(n % 250), f"i{n}"))
            index.add(text(n % 250), f"i{n}")
        return [seen, index.top_openings(20)]

    assert run() == run()


def test_only_the_last_texts_are_remembered_and_frequent_openings_for_good() -> None:
    index = Index(SamenessSettings(capacity=1024))
    index.add("a text that is long enough to be looked at, once", "old")
    for n in range(6000):
        index.add(f"Elevate your home {text(n)}", f"i{n}")
    assert len(index) == 6001
    assert index.look("a text that is long enough to be looked at, once", "new") == []
    (top, *_) = index.top_openings(1)
    assert (top.words, top.count) == ("elevate your home", 6000)
    duplicate = index.look(f"Elevate your home {text(5990)}", "new")
    assert "'i5990'" in duplicate[-1].message


def test_headlines_that_name_similar_products_are_no_near_duplicates() -> None:
    index = Index()
    index.add("Lanna Indigo shirt, a cut above", "a")
    index.add("วันนี้ต้อง ผ้าไหมแพรวา", "b")
    assert index.look("Loei Indigo shirt, a cut above", "c") == []
    assert index.look("วันนี้ต้อง ผ้าไหมแพรวาสีคราม", "d") == []


def test_a_label_before_the_text_is_no_part_of_its_opening() -> None:
    index = Index()
    assert index.opening_of("[simulated] Soft silk for all") == "soft silk for"
    assert index.opening_of("[simulated] ผ้าไหมนุ่มสบาย") == index.opening_of("ผ้าไหมนุ่มสบาย")
