"""Checks of texts, re-asks and trims: wrong on good copy, missed, not run at all."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from copygen.cli.app import app
from copygen.models import Severity
from copygen.quality.acceptance import Acceptance, PromptRef, ReaskPolicy, reask
from copygen.quality.channels import load_channels
from copygen.quality.checker import Checker
from copygen.quality.fields import Field, FieldRequest, json_schema, resolve
from copygen.quality.settings import ChecksSettings
from copygen.quality.trim import trim
from copygen.quality.units import Unit, measure
from tests.field.case import Cases

CASES = Cases()
SCARF = {"name": "Thai silk scarf", "price": 1299, "size": "180 cm"}


def _rules(
    text: str,
    language: str | None = None,
    *,
    packs: Sequence[str] = (),
    field: str | None = None,
    **item: Any,
) -> str:
    settings = ChecksSettings.model_validate({"language": language, "packs": packs})
    spec = load_channels().field(field) if field else None
    found = Checker(settings, measure).check(text, item or SCARF, spec)
    return " ".join(one.rule for one in found) or "nothing"


def _each(*texts: str, **given: Any) -> str:
    found = [rules for text in texts if (rules := _rules(text, **given)) != "nothing"]
    return "; ".join(found) or "nothing"


def _missed(*texts: str) -> str:
    missed = [text for text in texts if _rules(text, "en") == "nothing"]
    return f"missed: {missed}" if missed else "all found"


def _check(folder: Path, table: str, *flags: str, name: str = "t.csv") -> str:
    (folder / name).write_text(table, encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(folder / name), *flags])
    said = f"{done.stdout}{done.stderr}"
    return f"{done.exit_code}: {said}"


def _standard(fields: dict[str, FieldRequest], **terms: Any) -> Acceptance:
    channels = load_channels()
    made = [resolve(name, request, channels) for name, request in fields.items()]
    settings = ChecksSettings.model_validate({"sameness": False})
    return Acceptance(Checker(settings, measure), ReaskPolicy(**terms), fields=made)


@CASES.case("4:S8.1", "nothing")
def photographs_in_japanese(_: Path) -> str:
    return _each("商品の写真はイメージです。", "写真で伝わる手ざわり", language="ja")


@CASES.case("4:S8.2", "nothing; grounding.certification.fda")
def the_end_of_thai_words_is_no_licence(_: Path) -> str:
    good = _each("อร่อย... ต้องลอง", "จำนวนน้อย. รีบเลย", "บ่อย. จริงๆ", language="th")
    return f"{good}; {_rules('ผ่าน อย. แล้ว', 'th')}"


@CASES.case("4:S8.3", "nothing; grounding.price")
def thousands_parted_by_a_space(_: Path) -> str:
    prices = ("1 299 €", "1\u00a0299 kr", "1\u202f299,00 zł", "iPhone 15 256 GB")
    good = _each(*prices, name="iPhone 15",
                 memory="256 GB", price=1299)  # fmt: skip
    return f"{good}; {_rules('Nur 1 499 €')}"


@CASES.case("4:S8.4", "nothing; language.other")
def catalan_is_known_to_the_detector(_: Path) -> str:
    good = "Amb pa torrat i una mica de mel, aquest formatge és la millor excusa per sopar"
    wrong = "Soft silk for those cool evenings at the beach with your friends"
    return f"{_rules(good, 'ca')}; {_rules(wrong, 'ca')}"


@CASES.case("4:S8.5", "0 findings, 1 text")
def blank_cells_are_no_texts(folder: Path) -> str:
    rows = "id,h1,h2,h3\na,Soft silk,,\nb,,,\n"
    flags = ("--text", "h1", "--text", "h2", "--text", "h3", "--format", "json")
    said = _check(folder, rows, *flags)
    lines = [line for line in said.splitlines() if line.startswith("{")]
    return f"{len(lines)} findings, {'1 text' if '1 text ' in said else said}"


@CASES.case("4:S8.6", "nothing; characters.html; nothing")
def markup_where_a_channel_takes_it(_: Path) -> str:
    text = '<div style="line-height: 1.5"><p>Soft <b>silk</b>, 180&nbsp;cm</p></div>'
    return (
        f"{_rules(text, 'en', field='shopify.description')}; "
        f"{_rules('Soft <b>silk</b>', 'en', field='seo.title')}; "
        f"{_rules('<b>Soft</b> silk', 'en', field='google_play.full_description')}"
    )


@CASES.case("4:S8.7", "nothing; grounding.percent")
def figures_that_are_no_facts(_: Path) -> str:
    good = _each(
        "Support 24/7", "Plays MP4", "For x86 and A4", "360° views", "In 4K", "The 3rd edition",
        "Model WN2500RP", "See bit.ly/3a2b", "Die 3. Generation", "La 2e fois", "В 3-й версии",
        "ครั้งที่ 3", "第3回", "제3회",
    )  # fmt: skip
    return f"{good}; {_rules('Now 24% off')}"


@CASES.case("4:S8.7b", "warning grounding.phone; nothing")
def a_telephone_number_is_one_number(_: Path) -> str:
    judge = Checker(ChecksSettings(), measure)
    (found,) = judge.check("Call 0800 555 0199", SCARF)
    known = _rules("Call +66 2 123 4567", phone="02-123-4567")
    return f"{found.severity.value} {found.rule}; {known}"


@CASES.case("4:S8.8", "nothing; nothing; nothing; nothing")
def terms_inside_other_words(_: Path) -> str:
    japanese = _each(
        "家族との共有機能", "最上階の客室", "日本一周の旅", language="ja", packs=["jp"]
    )
    words = ("开封后最好冷藏", "最新款", "最近上架", "最低两盒", "有机会再来")
    chinese = _each(*words, language="zh-Hans",
                    packs=["cn"])  # fmt: skip
    thai = _each("วันที่สุดท้าย", "ขนมออกฟู", language="th", packs=["th"])
    english = _each("The best way to wash silk", "The only drawback", "Organic shapes")
    return f"{japanese}; {chinese}; {thai}; {english}"


@CASES.case("4:S8.9", "nothing; characters.all_caps")
def acronyms_in_scripts_without_capitals(_: Path) -> str:
    field = "google_ads.headline"
    good = _each("USB HDMI 変換アダプタ", "ที่ชาร์จ USB LED", field=field)
    return f"{good}; {_rules('SOFT SILK', field=field)}"


@CASES.case("4:S8.10", "nothing; characters.control characters.control")
def invisible_characters_that_a_script_needs(_: Path) -> str:
    good = _each("שמן זית (‏טרי)‏", "ผ้าไหม\u200bนุ่ม", "កាហ្វេ\u200bភ្នំ")
    wrong = " ".join(_rules(text) for text in ("Silk\u200b scarf", "Silk\u200f scarf"))
    return f"{good}; {wrong}"


@CASES.case("5:3.3", "all found")
def what_programs_leave_in_a_text(_: Path) -> str:
    return _missed(
        "CafÃ© silk", "donâ€™t", "Soft &amp; light", "Silk&nbsp;scarf", "For undefined", "Only NaN",
        "By null", "Made by None", "[object Object]", "#REF!", "#N/A", "TODO: price", "By XXX",
        "Only $PRICE", "Insert product name here", "Pellentesque habitant morbi tristique",
        "Soft\\nsilk", "Silk \ufe0fscarf", "Sil\u00adk", "Silk\U000e0041",
    )  # fmt: skip


@CASES.case("5:one", "1 1 1")
def one_fault_is_one_finding(_: Path) -> str:
    texts = ("Soft silk!", "Soft silk 🎉", "**Soft** silk")
    found = [
        _rules(text, "en", packs=["google_ads"], field="google_ads.headline") for text in texts
    ]
    return " ".join(str(len(rules.split())) for rules in found)


@CASES.case("6:D3", "2: did you mean 'language'; 2: nearest is 'lang'")
def a_misspelt_language_column(folder: Path) -> str:
    table = "id,headline,language\na,Soft silk,th\n"
    said = _check(folder, table, "--text", "headline", "--language-from", "langauge")
    (folder / "p.yaml").write_text(
        "prompt: Write about {{ name }}\nchecks: {language_from: lnag}\n"
        "items: [{name: scarf, lang: th}]\n"
    )
    ran = CliRunner().invoke(app, ["plan", str(folder / "p.yaml"), "-p", "simulator"])
    words = ("did you mean 'language'", "nearest is 'lang'")
    first = words[0] if words[0] in said else said
    second = words[1] if words[1] in ran.stderr else ran.output
    return f"{said[0]}: {first}; {ran.exit_code}: {second}"


@CASES.case("6:D9", "2: takes 15 texts at most")
def more_texts_than_a_channel_takes(folder: Path) -> str:
    (folder / "p.yaml").write_text(
        "prompt: Write\nitems: [{a: b}]\n"
        "fields: {headline: {channel: google_ads.headline, count: 20}}\n"
    )
    ran = CliRunner().invoke(app, ["plan", str(folder / "p.yaml"), "-p", "simulator"])
    words = "takes 15 texts at most"
    return f"{ran.exit_code}: {words if words in ran.stderr else ran.output}"


@CASES.case("8:117", "did you mean 'headline'")
def a_misspelt_column_of_channel(folder: Path) -> str:
    said = _check(folder, "id,headline\na,Silk\n", "--channel", "headlin=google_ads.headline")
    words = "did you mean 'headline'"
    return words if words in said else said


@CASES.case("8:134", "2: --checks")
def a_prompt_file_is_no_table_of_texts(folder: Path) -> str:
    said = _check(folder, "prompt: Write\n", name="ad.yaml")
    return f"{said[0]}: {'--checks' if 'RESULTS --checks' in said else said}"


@CASES.case("8:36", "did you mean 'reject'")
def on_violation_misspelt(folder: Path) -> str:
    (folder / "p.yaml").write_text(
        "prompt: x\non_violation: rejct\nchannel: sms\nitems: [{a: b}]\n"
    )
    ran = CliRunner().invoke(app, ["plan", str(folder / "p.yaml"), "-p", "simulator"])
    words = "did you mean 'reject'"
    return words if words in ran.stderr else ran.output


@CASES.case("11:A1", "missing and miscounted stay errors; kept: ['Only one']")
def a_trim_hides_nothing(_: Path) -> str:
    standard = _standard({"headline": FieldRequest(count=2), "description": FieldRequest(limit=90)})
    asker, long = PromptRef(SCARF, "a"), "Soft silk for cool evenings, " * 5
    wrong = []
    for answer in ({"description": long}, {"headline": ["Only one"], "description": long}):
        reading = standard.trimmed(standard.read(json.dumps(answer), asker, None, None), asker)
        wrong.append("fields" in [one.rule for one in reading.violations] and not reading.accepted)
    said = "missing and miscounted stay errors" if all(wrong) else "accepted"
    return f"{said}; kept: {reading.data and reading.data['headline']}"


@CASES.case("11:A6", "all found")
def marks_of_models_and_their_thoughts(_: Path) -> str:
    return _missed(
        "<think>hmm, …</think>Silk for every day.", "</think>Silk", "Silk for days</s>",
        "<|im_end|>Silk for days", "[INST] Silk", "<start_of_turn>Silk", "json",
        "Okay, so the user wants a slogan", "The user wants a slogan",
    )  # fmt: skip


@CASES.case("11:A12a", "no contradiction, no unknown id")
def a_re_ask_asks_for_what_can_be_done(_: Path) -> str:
    judge = Checker(ChecksSettings(), measure)
    judge.accept("สบู่มะม่วง หอมสดชื่น", "scarf-th/1")
    found = judge.check("สบู่มะม่วง หอมสดชื่น", SCARF, item_id="other")
    told = reask(found).message
    wrong = [words for words in ("change nothing else", "scarf-th/1") if words in told]
    return f"says {wrong}" if wrong or not found else "no contradiction, no unknown id"


@CASES.case("11:A12b", "sameness.duplicate")
def identical_short_texts(_: Path) -> str:
    judge = Checker(ChecksSettings(), measure)
    judge.accept("Soft as morning", "a")
    return " ".join(one.rule for one in judge.check("Soft as morning!", SCARF, item_id="b"))


@CASES.case("11:A12c", "2 2; not asked for by default")
def the_number_of_texts_in_the_schema(_: Path) -> str:
    fields: list[Field] = [resolve("h", FieldRequest(count=2), load_channels())]
    counted: Any = json_schema(fields, counts=True)["properties"]
    bounds = counted["h"]
    plain = "minItems" in json.dumps(json_schema(fields))
    said = "always" if plain else "not asked for by default"
    return f"{bounds['minItems']} {bounds['maxItems']}; {said}"


@CASES.case("11:A12d", "กาแฟสไตล์ญี่ปุ่นแท้")
def a_trim_parts_no_thai_word(_: Path) -> str:
    text = "กาแฟสไตล์ญี่ปุ่นแท้สำหรับทุกเช้าของคุณ"
    cut = {trim(text, limit, Unit.CODEPOINTS, language="th") for limit in range(12, 22)}
    return " ".join(sorted(cut - {""}))


@CASES.case("11:A12e", "empty: write the text")
def a_text_that_is_the_mark_of_a_list(_: Path) -> str:
    (found,) = Checker(ChecksSettings(), measure).check("1.", SCARF)
    return f"{found.rule}: {found.fix}" if found.severity is Severity.ERROR else "warned"


@CASES.case("4:S8.5b", "0 errors in 2 rows")
def a_sheet_with_columns_that_are_empty(folder: Path) -> str:
    with (folder / "s.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "a", "b"], ["1", "Soft silk", ""], ["2", "Calm", ""]])
    done = CliRunner().invoke(
        app, ["check", str(folder / "s.csv"), "--text", "a", "--text", "b", "--format", "json"]
    )
    errors = sum(line.startswith("{") for line in done.stdout.splitlines())
    return f"{errors} errors in 2 rows"
