"""Copy that a shop would publish, as much as is wanted and no text twice: for measuring checks.

A sentence is a beginning and an ending that fit each other in any combination, so that texts of a
few sentences differ as those of a run do. Nothing is found in them that would be rejected: each is
bought once, and what is measured are the checks of texts that are fit, which most texts are.
"""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

SYLLABLES = [a + b for a in "bdfgklmnprstw" for b in "aeiou"]
LENGTHS = (28, 800)
LANGUAGES = ("en", "de", "th", "ja")


class Clean(NamedTuple):
    """A text, and the row of a table that it was written for."""

    row: dict[str, Any]
    text: str


def clean_copy(language: str, length: int, many: int) -> Iterator[Clean]:
    """`many` texts of about `length` characters in a language of `LANGUAGES`, of a row each."""
    rng = random.Random(7)
    sounds = len(SYLLABLES)
    for number, sound in enumerate(rng.sample(range(sounds**3), many)):
        parts = (sound, sound // sounds, sound // sounds**2)
        name = "".join(SYLLABLES[part % sounds] for part in parts).capitalize()
        row = {
            "id": f"p{number:05}",
            "name": name,
            "material": "silk",
            "price": 1290,
            "language": language,
        }
        wording = _headline if length < _LEAST_SENTENCES else _sentences
        yield Clean(row, wording(language, length, name, rng))


_LEAST_SENTENCES = 200
"""Characters from which a text is made of sentences."""


def _headline(language: str, length: int, name: str, rng: random.Random) -> str:
    first, second = (one.split("|") for one in _HEADLINES[language])
    pairs = [name + a + b for a in first for b in second if abs(len(name + a + b) - length) <= 1]
    return rng.choice(pairs)


def _sentences(language: str, length: int, name: str, rng: random.Random) -> str:
    opening, between, end, beginnings, endings = _SENTENCES[language]
    text = opening.format(name=name)
    said = zip(
        rng.sample(beginnings.split("|"), beginnings.count("|") + 1),
        rng.sample(endings.split("|"), endings.count("|") + 1),
        strict=True,
    )
    for beginning, ending in said:
        if len(text) >= length - 25:
            break
        text += f"{between}{beginning}{ending}{end}"
    return text


_HEADLINES = {
    "en": (
        ": silk | silk, | scarf, | for calm |, woven | in blue, | of silk, ",
        "light and soft|for long evenings|evenings|by hand in Isan|warm and light|so very light"
        "|for cool days|for your evenings|made to be worn|slow and fine|all year long"
        "|by patient hands|with a soft fall|for quiet walks|and so light",
    ),
    "de": (
        ": Seide |, ein Schal | aus Seide, |, handgewebt, | in Blau, |, der Schal ",
        "für kühle Tage|für den Abend|leicht und warm|aus feiner Seide|für stille Abende"
        "|weich und zart|für lange Wege|mit viel Ruhe|für dich|zum Verschenken|so angenehm",
    ),
    "th": (
        " ผ้าไหม| ผ้าพันคอ| ไหมไทย| ไหมทอมือ",
        "เนื้อนุ่มเบาสบาย|สวมง่ายทุกวัน|สวยทุกโอกาส|สำหรับค่ำคืนเย็น|สีสวยเนื้อละเอียด"
        "|อบอุ่นและเบา|ให้คนที่คุณรัก|ห่มยามเย็นริมน้ำ|ใส่สบายทุกฤดู",
    ),
    "ja": (
        "の絹、|のスカーフ、|のシルク、",
        "夕暮れに似合うやさしい色とやわらかさ|肌にやさしく季節を問わない一枚です"
        "|手織りの風合いを楽しめる上質な一枚|旅先のかばんにそっとしのばせて"
        "|軽やかにまとえる川辺の夜の色合い|大切な人への贈り物にふさわしい色",
    ),
}
"""Beginnings and endings of headlines behind a name."""
_SENTENCES = {
    "en": (
        "{name} is a scarf of hand-woven silk.",
        " ",
        ".",
        "In the light of the morning|On a slow walk along the river|When the air turns cool"
        "|After a long day at the office|Between trains|At a table under old trees"
        "|On the first evening of a journey|While the city grows quiet|In a room full of friends"
        "|Far away from home|Beside an open window|Over a plain white shirt|With bare shoulders"
        "|At the end of the summer|In every season|On the way to the theatre",
        ", the fabric falls softly and keeps its shape|, you will hardly feel that you wear it"
        "|, its colour looks deep and calm|, it gives as much warmth as you need"
        "|, a fine edge shows how carefully it was finished|, people will ask you who made it"
        "|, one fold is enough to look well dressed|, the threads catch a little of the sun"
        "|, it tells of looms and patient hands|, nothing scratches and nothing slips"
        "|, its colours meet and none is loud|, the weave lets your skin breathe"
        "|, a loose knot makes it a companion|, it turns a simple dress into something special"
        "|, the pattern stays clear for years|, it is the piece that you reach for",
    ),
    "de": (
        "{name} ist ein Schal aus handgewebter Seide.",
        " ",
        ".",
        "Im ersten Licht des Morgens|Auf einem langen Weg am Fluss|Sobald die Luft kühler wird,"
        "|Nach einem vollen Tag im Büro|Zwischen zwei Zügen|An einem Tisch unter alten Bäumen"
        "|Am ersten Abend einer Reise|Während die Stadt leiser wird,|In einem Raum voller Freunde"
        "|Weit weg von zu Hause|Neben einem offenen Fenster|Über einem schlichten Hemd"
        "|Auf bloßen Schultern|Am Ende des Sommers|Zu jeder Jahreszeit|Auf dem Weg ins Theater",
        " fällt der Stoff weich und behält seine Form| spürt man ihn auf der Haut kaum"
        "| wirkt seine Farbe tief und ruhig| gibt er genau so viel Wärme wie nötig"
        "| zeigt die feine Kante, wie sorgfältig gearbeitet wurde| fragt jemand nach der Weberei"
        "| genügt eine Falte, um gut angezogen zu sein| fangen die Fäden ein wenig Sonne ein"
        "| erzählt er von Webstühlen und geduldigen Händen| kratzt nichts und verrutscht nichts"
        "| treffen sich leise Töne, ohne zu stören| lässt das Gewebe die Haut atmen"
        "| macht ihn ein loser Knoten zum Begleiter| wird ein einfaches Kleid zu etwas Besonderem"
        "| bleibt das Muster über Jahre klar| greift man gern nach diesem Stück",
    ),
    "th": (
        "{name} ผ้าพันคอไหมไทยทอมือ",
        " ",
        "",
        "ในแสงแรกของเช้าวันใหม่|ระหว่างเดินเล่นริมแม่น้ำ|เมื่ออากาศเริ่มเย็นลง|หลังเลิกงานในวันที่ยาวนาน"
        "|บนโต๊ะใต้ต้นไม้ใหญ่|ในค่ำคืนแรกของการเดินทาง|ยามที่เมืองเงียบสงบ|ในห้องที่เต็มไปด้วยเพื่อน"
        "|เมื่ออยู่ไกลบ้าน|ข้างหน้าต่างที่เปิดกว้าง|คู่กับเสื้อเชิ้ตสีขาว|ในปลายฤดูร้อน|ทุกฤดูกาลของปี"
        "|ระหว่างทางไปโรงละคร|ในงานเลี้ยงของครอบครัว|กับชุดเรียบง่าย|ในตลาดยามเช้า|บนระเบียงบ้านไม้",
        "เนื้อผ้าทิ้งตัวนุ่มนวลและอยู่ทรง|คุณแทบไม่รู้สึกว่ากำลังสวมอยู่|สีของผ้าดูลึกและสงบ"
        "|ให้ความอบอุ่นพอดีกับร่างกาย|ขอบผ้าละเอียดบอกถึงความใส่ใจ|ใครเห็นก็อยากถามว่าใครเป็นคนทอ"
        "|พับเพียงครั้งเดียวก็ดูดี|เส้นไหมรับแสงแดดอ่อนๆ ได้อย่างงดงาม|บอกเล่าเรื่องราวของกี่ทอผ้าและมือที่อดทน"
        "|ไม่ระคายผิวและไม่ลื่นหลุด|โทนสีอ่อนหวานเข้ากับทุกชุด|ผิวของคุณหายใจได้สบาย"
        "|ผูกหลวมๆ ก็กลายเป็นเพื่อนคู่ใจ|เปลี่ยนชุดธรรมดาให้พิเศษขึ้น|ลวดลายคงความคมชัดไปอีกนาน"
        "|หยิบมาใช้ได้โดยไม่ต้องคิดมาก|เหมาะจะมอบให้คนสำคัญ|ดูแลรักษาง่ายกว่าที่คิด",
    ),
    "ja": (
        "{name}は手織りの絹のスカーフです。",
        "",
        "。",
        "朝のやわらかな光のなかで|川沿いをゆっくり歩くときも|風が冷たくなるころには|長い仕事のあとで"
        "|列車を待つ駅のホームでも|大きな木の下のテーブルで|旅の夜のはじまりに|街が静かになる時間に"
        "|友人が集まる部屋でも|遠い土地で過ごす日に|開いた窓のそばで|白いシャツに合わせれば|素肌の肩にかけると"
        "|夏の終わりの海辺で|季節が変わるたびに|劇場へ向かう道すがら|家族の集まる席で|飾らない服に添えると"
        "|朝市を歩く朝にも|木の縁側に腰かけて|古い喫茶店の片隅で|雨あがりの庭先で|図書館の静けさのなかで"
        "|山あいの宿で朝を迎えても|祭りの灯りがともるころ|海辺の町を訪ねる日に|窓辺で手紙を書くひとときも"
        "|美術館をめぐる午後には|汽車が峠を越えるころ|花が咲きそろう公園でも",
        "布は静かに落ちて形を保ちます|身につけていることを忘れるほどです|色は深く落ち着いて見えます"
        "|ちょうどよいぬくもりを添えます|細やかな縁の仕立てが目を引きます|どなたの作かと尋ねられるでしょう"
        "|折るだけで装いが整います|糸がわずかな日差しを映します|機の音と根気ある手仕事を伝えます"
        "|肌を刺さず滑り落ちもしません|淡い色どうしが静かに出会います|織り目が肌に呼吸をさせます"
        "|ゆるく結べば心強い相棒になります|簡素な服を特別なものに変えます|柄は長く鮮やかなままです"
        "|つい手に取りたくなる品です|贈られた方の笑顔が浮かびます|思いのほか手入れも楽にできます"
        "|使うほどにやわらかさが増します|畳めば手のひらに収まります|控えめな艶が表情を明るくします"
        "|流行に左右されない趣があります|袖を通すたび背筋が伸びます"
        "|遠くからでも上質さが伝わります|普段着にも品のよさが加わります|風を受けてかろやかに揺れます"
        "|しわになりにくく旅に向きます|長い年月をともに過ごせます|重ねた色が奥行きを生みます"
        "|巻き方ひとつで印象が変わります",
    ),
}
"""The first sentence, what stands between two, what ends one, beginnings and endings."""
