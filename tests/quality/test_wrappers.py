"""What stands around a text for a program to read, taken off or asked for again."""

import pytest

from copygen.models import Message
from copygen.quality.channels import FieldSpec
from copygen.quality.checker import Checker
from copygen.quality.checks.wrappers import wrapped
from copygen.quality.facts import MendableViolation
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from tests.support.quality_fields import context, field, rules

MENDED = [
    ("```\nSoft silk\n```", "Soft silk"),
    ("```text\nМягкий шёлк\n```", "Мягкий шёлк"),
    ("~~~\nSoft silk\n~~~", "Soft silk"),
    ("```Soft silk```", "Soft silk"),
    ("`Soft silk`", "Soft silk"),
    ('{"text": "Soft silk"}', "Soft silk"),
    ('{"result": {"text": "Weiche Seide"}}', "Weiche Seide"),
    ('["Soft silk"]', "Soft silk"),
    ('"Soft \\"silk\\" now"', 'Soft "silk" now'),
    ('{\n  "文案": "水一开，春天就到了。"\n}', "水一开，春天就到了。"),
    ("<text>Ráno, které hřeje.</text>", "Ráno, které hřeje."),
    ('<p class="ad">Le Sud</p>', "Le Sud"),
    ("<div>Lut, foc</div>", "Lut, foc"),
    ("# Weiche Seide", "Weiche Seide"),
    ("> Weiche Seide\n> für dich", "Weiche Seide\nfür dich"),
    ("**Накинь зиму на плечи.**", "Накинь зиму на плечи."),
    ("*Seda suave*", "Seda suave"),
    ("**بنارس**، ریشم", "بنارس، ریشم"),
    ("***Soie*** légère et *douce*", "Soie légère et douce"),
    ('"Soft silk"', "Soft silk"),
    ("“Soft silk”", "Soft silk"),
    ("‘Soft silk’", "Soft silk"),
    ("'Soft silk, don't you think?'", "Soft silk, don't you think?"),
    ("„Weiche Seide“", "Weiche Seide"),
    ("‚Weiche Seide‘", "Weiche Seide"),
    ("„Miękki jedwab”", "Miękki jedwab"),
    ("”Mjukt siden”", "Mjukt siden"),
    ("»Mjukt siden»", None),
    ("»Blød silke«", "Blød silke"),
    ("«Мягкий шёлк»", "Мягкий шёлк"),
    ("« Soie douce »", "Soie douce"),
    ("‹Soie douce›", "Soie douce"),
    ("「やわらかい絹」", "やわらかい絹"),
    ("『やわらかい絹』", "やわらかい絹"),
    ("“柔软的丝绸”", "柔软的丝绸"),
    ('"""Soft silk"""', "Soft silk"),
    ("'''Soft silk'''", "Soft silk"),
    ("- Light it. The forest comes indoors.", "Light it. The forest comes indoors."),
    ("• 水一开，春天就到了。", "水一开，春天就到了。"),
    ("* Мягкий шёлк\nна каждый день", "Мягкий шёлк\nна каждый день"),
    ('"Seda macia".', "Seda macia."),
    ('"Soft silk for calm evenings.', "Soft silk for calm evenings."),
    ("«Мягкий шёлк»!", "Мягкий шёлк!"),
    ("「やわらかい絹。」。", "やわらかい絹。"),
]
ASKED_AGAIN = [
    ("- Soft silk\n- Calm evenings", "list"),
    ("* Cabai segar\n* Diulek halus", "list"),
    ("• รักษ์โลก\n• นุ่มมือ", "list"),
    ("✅ Sutera\n\n✅ Tenunan", "list"),
    ("・やわらかい綿\n・毎日洗える", "list"),
    ("1. 清香\n2. 回甘", "list"),
    ("- [ ] Soft\n- [x] Light", "list"),
    # Emphasis or a name beside a list, sentences behind hyphens, every kind of mark and of letter.
    ("**Sauna Leil**\n- Suitsusaun\n- Aurusaun\n\n*45 € tund*", "list"),
    ("### Kettle\n\n- **Sage** steel\n- All *hobs*", "list"),
    ("🌀 **पंखा** 🌀\n\n- **28 वाट**\n- कीमत", "list"),
    ("*Шпиця*\n\n1. Ремонт велосипедів\n2. Зимове зберігання", "list"),
    ("Unser **Halden** ist:\n✅ warm\n✅ weich", "list"),
    ("- 40 Bögen\n- 20 Umschläge\n\nBriefpapier", "list"),
    ("Wool for slow evenings.\n- Soft\n- Light", "list"),
    ("**Why wool?**\n✔️ Soft\n✔️ Light\n\n> Yours", "list"),
    ("- Stovėk tvirtai.\n- Ežeras prasideda čia.\n- Vasarai užtenka.", "list"),
    ("— Soft silk.\n— Light silk.", "list"),
    ("→ Soft\n→ Light", "list"),
    ("✨ Soft\n✨ Light\n✨ Warm", "list"),
    ("a. Soft\nb. Light\nc. Warm", "list"),
    ("I. Soft\nII. Light", "list"),
    ("ক) পথ\nখ) পথিক", "list"),
    ("क) रेशम\nख) ऊन", "list"),
    ("ก. ไหม\nข. ฝ้าย", "list"),
    ("А) Вовна\nБ) Шовк", "list"),
    ("أ) حرير\nب) صوف", "list"),
    ("الف) ابریشم\nب) پشم", "list"),
    ("א. משי\nב. צמר", "list"),
    ("가) 비단\n나) 양털", "list"),
    ("ア. 絹\nイ. 綿", "list"),
    ("一、丝绸\n二、羊毛", "list"),
    ("1️⃣ Soft\n2️⃣ Light", "list"),
    ("(1) Soft silk for all\n(2) Light silk for all", "list"),
    ('{"headline": "Soft silk", "body": "Light"}', "json"),
    ('{"headline": "Soft si', "json"),
    ('["Soft silk", "Light silk"]', "json"),
    ("<b>Leuca</b>: una borsa", "markdown"),
    ("__Літо__, яке не гасне", "markdown"),
    ("Use `silk mode` tonight", "markdown"),
]
DATA = [
    ("Soft silk :sparkles: tonight", "shortcode"),
    (":fire: Soft silk", "shortcode"),
    ("| Silk | Soft |\n|---|---|\n| a | b |", "markdown"),
    ("Silk\n====\nSoft", "markdown"),
    ("See [Praewa silk](/silk)", "markdown"),
    ("~~89 €~~ 59 €", "markdown"),
    ("Softest silk 【4†source】", "markdown"),
    ("Soft <a href='x'>silk</a>", "markdown"),
    ("**Soft silk for slow evenings", "markdown"),
    ("> Soft silk.\n\nLight silk.", "markdown"),
    ("==Soft silk== for you", "markdown"),
    ("[b]Soft silk[/b] for you", "markdown"),
    ("Soft silk <!-- headline -->", "markdown"),
    ("![Silk](silk.jpg)\nSoft silk", "markdown"),
    ("\\textbf{Soft} silk", "escape"),
    ("20 \\cdot softer", "latex"),
    ("\\(x\\) soft", "latex"),
    ("Soft \\*silk\\*", "latex"),
]
PLAIN = [
    '"Ich komme wieder", sagte er. "Versprochen".',
    '"A" and "B"',
    "„Den gebe ich nicht her“, sagt sie. Und „nie“.",
    "'Tis the season",
    "'Round here we say 'silk'",
    "Steel [powder-coated]",
    "20% off* until May. *While stocks last.",
    "Kund*innen lieben Seide, Freund*innen auch",
    "#silk #soft_silk #fait_main",
    "@_praewa_ weaves",
    "3 * 4 * 5 cm",
    "rock `n` roll",
    "- Где шаль?\n- На мне.",
    "— Tu viens ?\n— Oui.",
    "— Скрипить?\n— Скрипить.\n— Заїжджайте до нас. Веломайстерня Шпиця, вул. Зелена",
    "– Мамо, тук няма сигнал!\n– Знам, миличък.",
    "– Se narisee vain ylämäessä.\n– Tampereella on pelkkää ylämäkeä.\nPyörähuolto, 69 €.",
    "— Он тёплый.\n— И не колется.\nПлед «Снегирь», Кострома",
    "– Kas viskame veel?\n– Viskame.\nSaunakeskus Leil, Tartu",
    "- ישנת?\n- ישנתי.\n- סוף סוף.\nמזרן ענן",
    "– Skrivet hos dig?\n– Vet inte än.\n\nSkrivhäfte Lovisa",
    "– Πάμε;\n– Πάμε.",
    "— Soft — light — yours",
    "- 20 % on silk",
    "• New • Soft • Light",
    "19 €** for members.\n**While stocks last.",
    "1. Rinse it\n2. Dry it\n3. Wear it",
    "Silk, and then:\n• wool\n• linen\n\nAll yours.",
    "Silk == soft",
    "Three things:\n- silk\n- silk\n- silk",
    "Now at 10:30:45, from A:B:C",
    "Note: this: that",
    "<3 silk",
    "¯\\_(ツ)_/¯",
    "Silk | Wool | Linen",
    "1. Mai",
    "#1",
    "[Sold out]",
    "Soft — silk — light",
    "「また使いたい」と息子が言った。「まだ」",
    "C:\\silk",
]


@pytest.mark.parametrize(("text", "left"), MENDED)
def test_a_wrapper_around_the_whole_is_taken_off(text: str, left: str | None) -> None:
    found = list(wrapped(context(text)))
    if left is None:
        assert found == []
        return
    (one,) = found
    assert isinstance(one, MendableViolation)
    start, end, replacement = one.mend
    assert f"{text[:start]}{replacement}{text[end:]}".strip() == left


@pytest.mark.parametrize(("text", "rule"), ASKED_AGAIN)
def test_what_nobody_can_take_off_is_asked_for_again(text: str, rule: str) -> None:
    found = list(wrapped(context(text)))
    assert rules(found) == [f"leftovers.{rule}"]
    assert not isinstance(found[0], MendableViolation)


@pytest.mark.parametrize(("text", "rule"), DATA)
def test_marks_within_a_text_are_found(text: str, rule: str) -> None:
    found = Checker(ChecksSettings(), measure).check(text, {"price": "89 €, 59 €, 20, 4"})
    assert f"leftovers.{rule}" in rules(found)


@pytest.mark.parametrize("text", PLAIN)
def test_marks_that_mean_something_stay(text: str) -> None:
    assert list(wrapped(context(text))) == []
    found = rules(Checker(ChecksSettings(), measure).check(text, {}))
    assert not {"leftovers.shortcode", "leftovers.latex", "leftovers.markdown"} & set(found)


def test_a_list_is_right_where_it_is_asked_for_or_has_room() -> None:
    text = "- Soft silk\n- Calm evenings"

    def judged(prompt: str = "Write an ad.", rules_of: FieldSpec | None = None) -> list[str]:
        asked = [Message("user", prompt)]
        return rules(wrapped(context(text)._replace(asked=asked), rules_of))

    assert judged() == ["leftovers.list"]
    assert judged("Write three bullet points.") == []
    assert judged("Schreib drei Stichpunkte.") == []
    assert judged("箇条書きで") == []
    assert judged("List price: 12 €. Write an ad.") == ["leftovers.list"]
    assert judged("Skriv tre kulepunkter.") == []
    assert judged("Napisz w punktach.") == []
    assert judged(rules_of=field(limit=30)) == ["leftovers.list"]
    assert judged(rules_of=field(limit=2200)) == []


@pytest.mark.parametrize(
    ("prompt", "rule"),
    [
        ("Write an ad.", ["leftovers.list"]),
        ("Write a product description.", []),
        ("Write a Facebook post.", []),
        ("Schreib eine Beschreibung.", []),
    ],
)
def test_a_list_beside_sentences_is_right_in_a_description_or_a_post(
    prompt: str, rule: list[str]
) -> None:
    text = context("Silk for slow evenings.\n\n- Soft\n- Light")
    assert rules(wrapped(text._replace(asked=[Message("user", prompt)]))) == rule


def test_a_chat_shows_emphasis_and_a_page_shows_tags() -> None:
    text = "Soft *silk* <b>now</b>"
    for given in (field(name="whatsapp.body"), field(html=True)):
        assert list(wrapped(context(text), given)) == []
