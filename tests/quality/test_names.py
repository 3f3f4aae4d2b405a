"""Names as the item has them: near misses found, inflections and other words left alone."""

import pytest

from copygen.quality.checks.names import NamesCheck
from tests.support.quality_fields import context

FOUND = [
    ("fi", {"name": "Kaarna-villasukat"}, "Ostin Karna-villasukat talveksi.", "Kaarna-villasukat"),
    ("en", {"name": "Halden Wool Blanket"}, "The Haldne Wool Blanket keeps warm.", "Halden"),
    ("en", {"brand": "Halden"}, "HalDen weaves wool.", "Halden"),
    ("en", {"brand": "Halden"}, "Made by halden with care.", "Halden"),
    ("en", {"name": "Silk scarf", "maker": "Praewa"}, "By Prawea, for you.", "Praewa"),
    ("en", {"name": "Silk scarf", "village": "Lamphun"}, "From Lampuhn, with love.", "Lamphun"),
    ("de", {"name": "Seidenschal Abendrot"}, "Seidenschal Abendort: leicht.", "Abendrot"),
    ("de", {"name": "Seidenschal Abendrot"}, "Der Seidenschal Abend ist leicht.", "Abendrot"),
    (
        "en",
        {"name": "Pico Espresso Machine"},
        "Pico Espresso Machine. Wake up with the Pico Espreso Machine.",
        "Espresso",
    ),
    ("de", {"name": "Lund Oak Table"}, "Der lnud Oak Table aus Eiche.", "Lund"),
    ("fr", {"name": "Bougie Garrigue"}, "La Bougie Garigue sent bon.", "Garrigue"),
    ("fr", {"name": "Verde Yoga Mat"}, "Vérdé Yoga Mat, naturel.", "Verde"),
    ("tr", {"brand": "Bozdağ Dokuma"}, "Bozdag Dokuma yünü dokur.", "Bozdağ"),
    ("ru", {"name": "Шаль Метелица"}, "Шаль Метилица согреет.", "Метелица"),
    ("el", {"name": "Λάδι Λακωνία"}, "Λάδι Λακωνάι, αγνό.", "Λακωνία"),
    ("ar", {"name": "عطر ليالي حلب"}, "عطر ليالي حبل للمساء.", "حلب"),
    ("hi", {"name": "बनारसी दुपट्टा"}, "बनारासी दुपट्टा, रेशम।", "बनारसी"),
    ("th", {"name": "ผ้าไหมแพรวา"}, "ผ้าไหมแพวรา ทอมือ", "ผ้าไหมแพรวา"),
    ("ja", {"brand": "風待堂"}, "風街堂の綿は軽い。", "風待堂"),
    ("ja", {"name": "今治タオル そら"}, "今治タオル そろ、毎朝。", "そら"),
    ("zh", {"name": "龙井新芽"}, "龙井新牙，来自杭州。", "龙井新芽"),
    ("ko", {"name": "한산 모시 블라우스"}, "한산 모시 블라스우, 여름.", "블라우스"),
    ("vi", {"name": "Cà phê Đồi Sương"}, "Cà phê Đồi Sươgn thơm.", "Sương"),
    # The whole name is one word that no language has.
    ("nb", {"name": "Fjellro"}, "Fjelro holder deg varm.", "Fjellro"),
    ("lt", {"name": "Rugelis"}, "Rugielis su kmynais.", "Rugelis"),
]
COPY = [
    ("nb", {"name": "Genser"}, "Gensere som varmer."),
    ("en", {"name": "Kettle"}, "Kittens love it, and so do you."),
    ("en", {"name": "Halden Wool Blanket", "brand": "Halden"}, "HALDEN. Halden's wool blankets."),
    ("en", {"name": "Silk Scarf"}, "Our silk scarf is silky."),
    ("en", {"name": "Thai silk scarf"}, "Thai silk scarves for cool evenings"),
    ("en", {"brand": "Halden"}, "Hidden pockets, golden light."),
    ("en", {"name": "Rose Soap"}, "Soap that smells of roses. Rosy days."),
    ("de", {"brand": "Halden"}, "Wir halten Wort. Haldens Wolle wärmt."),
    ("de", {"name": "Seidenschal Abendrot"}, "Am Abend leuchtet Abendrot."),
    ("de", {"name": "Gartenliege Sommerau", "brand": "Sommerau"}, "Der Sommer ist da."),
    ("en", {"name": "Thai silk scarf"}, "A Thai silk scarf of all Thai silk scarves."),
    ("de", {"name": "Lund Oak Table"}, "Aus Leder und Oak gemacht."),
    ("es", {"name": "Pasa Oak"}, "Para la casa Oak es un clásico."),
    ("ru", {"name": "Шаль Метелица"}, "С Метелицей тепло. Метелицы мягкие."),
    ("pl", {"name": "Miód Lipcowy"}, "Lipcowego miodu smak."),
    ("fi", {"brand": "Kaamos"}, "Kaamoksen sukat lämmittävät."),
    ("ko", {"name": "제주 감귤청"}, "제주 감귤을 썰어 담았습니다."),
    ("ja", {"name": "洗顔料"}, "洗顔後の肌に。"),
    ("ja", {"name": "宇治ほうじ茶"}, "【宇治】ほうじ茶 ギフト"),
    ("th", {"name": "ผ้าไหมแพรวา"}, "ผ้าไหมแพรวา ทอมือ"),
    ("es", {"barrio": "Lavapiés"}, "Reserva confirmada en Lavapies: 3 personas"),
    ("ms", {"name": "Sambal Mak Som", "taste": "pedas manis"}, "Sedap dimakan dengan nasi lemak."),
    ("it", {"name": "Borsa Leuca"}, "Una borsa per la luce di Lecce."),
]


@pytest.mark.parametrize(("language", "item", "text", "right"), FOUND)
def test_a_near_miss_is_named_with_its_right_spelling(
    language: str, item: dict[str, str], text: str, right: str
) -> None:
    of = context(text, language=language, **item)
    found = [one.fix for one in NamesCheck(()).violations(of, item)]
    assert found == [f"write '{right}'"]


@pytest.mark.parametrize(("language", "item", "text"), COPY)
def test_inflections_and_other_words_are_left_alone(
    language: str, item: dict[str, str], text: str
) -> None:
    of = context(text, language=language, **item)
    assert list(NamesCheck(()).violations(of, item)) == []


def test_a_column_that_names_lists_is_one_of_names() -> None:
    item = {"linie": "abendrot"}
    of = context("Die Linie Abenrdot ist neu.", language="de", **item)
    assert [one.fix for one in NamesCheck(("linie",)).violations(of, item)] == ["write 'abendrot'"]


def test_no_text_and_no_item_makes_it_raise() -> None:
    for item in ({}, {"name": ""}, {"name": "-"}, {"name": 5}, {"brand": "é" * 90}):
        for text in ("", "-", "é", "ก" * 5_000, "Halden " * 2_000):
            list(NamesCheck(()).violations(context(text), item))
