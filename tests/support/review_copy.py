"""Results to review: ads in four languages as a run leaves them, with their rules beside them."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from copygen.delivery.rules import FieldRules, RulesFile
from copygen.models import ErrorInfo, Kind, Result, Severity, Status, Violation
from copygen.quality.channels import load_channels
from copygen.results.storage import Beside
from tests.support.records import ENDED, result, write

PRODUCTS = (
    ("scarf", "Praewa silk scarf", 1890, "hand-woven in Kalasin"),
    ("bowl", "Celadon bowl", 640, "fired twice in Chiang Mai"),
    ("basket", "Rattan basket", 420, "woven without a nail"),
    ("tea", "Oolong No. 17", 350, "picked at 1,200 metres"),
    ("soap", "Tamarind soap", 95, "cold-pressed in small batches"),
    ("lamp", "Mulberry paper lamp", 1250, "folded by hand"),
)
HEADLINES = {
    "English": ("{name}, handmade", "From {price} baht", "Woven slowly, worn daily"),
    "Thai": ("ผ้าไหมทอมือ ส่งถึงบ้าน", "ของขวัญจากใจ เริ่ม {price} บาท", "งานฝีมือแท้จากช่างไทย"),
    "Japanese": ("職人が手で仕上げた逸品", "{price}バーツから", "毎日使える手仕事"),
    "Arabic": ("صناعة يدوية أصيلة", "ابتداءً من {price} بات", "هدية من القلب"),
}
DESCRIPTIONS = {
    "English": (
        "{name}, {made}. Free delivery in Thailand.",
        "Made in small numbers. Order today.",
    ),
    "Thai": ("งานฝีมือแท้ ทำทีละชิ้น ส่งฟรีทั่วประเทศ สั่งได้วันนี้", "เลือกสีที่ชอบ แล้วเราจะห่อให้อย่างสวยงาม"),
    "Japanese": ("一つひとつ丁寧に作られた、長く使える品です。", "タイ全国へ送料無料。"),
    "Arabic": ("قطعة فريدة مصنوعة بعناية. توصيل مجاني.", "اطلبها اليوم."),
}
FIELDS = {"headline": "google_ads.headline", "description": "google_ads.description"}
MODELS = ("gpt-5-mini", "deepseek-chat")


def ads(count: int = 24) -> Iterator[Result]:
    """So many records: product by product in every language; some too long, one failed."""
    languages = tuple(HEADLINES)
    for number in range(count):
        row, place = divmod(number, len(languages))
        slug, name, price, made = PRODUCTS[row % len(PRODUCTS)]
        slug = slug if row < len(PRODUCTS) else f"{slug}-{row + 1}"
        yield _ad(number, slug, languages[place], (name, price, made))


def _ad(number: int, slug: str, language: str, product: tuple[str, int, str]) -> Result:
    name, price, made = product
    words = {"name": name, "price": price, "made": made}
    headlines = [line.format(**words) for line in HEADLINES[language]]
    descriptions = [line.format(**words) for line in DESCRIPTIONS[language]]
    violations: tuple[Violation, ...] = ()
    status = Status.OK
    if number % 7 == 3:
        headlines[0] += " – the gift everybody has been waiting for"
        over = Violation(
            "length",
            Severity.ERROR,
            "too long by some width units",
            (30, len(headlines[0])),
            "headline",
            0,
        )
        violations, status = (over,), Status.REJECTED
    elif number % 5 == 2:
        doubt = Violation(
            "grounding.number",
            Severity.WARNING,
            f"{price} is not in the item",
            (0, 4),
            "headline",
            1,
        )
        violations = (doubt,)
    item = {
        "sku": f"00{number // 4}",
        "name": name,
        "price": price,
        "language": language,
        "url": f"https://shop.example.com/{slug}",
    }
    if number == 17:
        return result(
            f"{slug}/{language}",
            key=f"key-{number}",
            status=Status.FAILED,
            input=item,
            row=number // 4 + 1,
            line=number // 4 + 2,
            error=ErrorInfo(Kind.CONTENT_FILTER, "the provider filtered the request", 400),
        )
    return result(
        f"{slug}/{language}",
        key=f"key-{number}",
        status=status,
        input=item,
        text="",
        violations=violations,
        data={"headline": headlines, "description": descriptions},
        model=MODELS[number % 2],
        row=number // 4 + 1,
        line=number // 4 + 2,
        latency_ms=400.0 + (number * 137) % 900,
        cost_usd=Decimal("0.0004") + Decimal(number) / 1_000_000,
        created_at=ENDED + timedelta(seconds=number),
    )


def write_ads(folder: Path, count: int = 24, name: str = "ads.results.jsonl") -> Path:
    """A results file with its rules."""
    path = folder / name
    write(path, ads(count))
    write_rules(path, FIELDS)
    return path


def write_rules(results: Path, fields: dict[str, str], language_from: str = "language") -> None:
    """What a run writes down of its rules: fields of channels by name."""
    channels = load_channels()
    rules = RulesFile(
        version=1,
        fields=tuple(
            FieldRules(name=name, spec=channels.field(channel), is_list=True, max_count=3)
            for name, channel in fields.items()
        ),
        checks={"language_from": language_from},
    )
    Beside.RULES.of(results).write_text(rules.model_dump_json(exclude_defaults=True))
