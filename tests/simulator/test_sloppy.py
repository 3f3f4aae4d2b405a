"""The careless simulator: faults that checks find, in the share asked for, and corrected when told.

The asking is that of copygen itself: its words for fields, its judge, its re-asks."""

import json
import re
from collections import Counter

import pytest

from copygen.models import Message
from copygen.quality.channels import load_channels
from copygen.quality.fields import FieldRequest, ParseFault, in_words, json_schema, parse_fields
from copygen.quality.units import Unit, measure
from copygen.simulator import SimulatorProfile
from copygen.simulator.profile import Draw, Draws
from copygen.simulator.wire import ChatRequest
from copygen.simulator.writer import LABEL, STUBBORN_SHARE, Slip, answer, slip_of
from tests.simulator.test_server import NOW, completed, request, texts
from tests.support.sloppy import Desk, items, named_fields, request_for


def draw(care: float = 1, choice: int = 12345) -> Draw:
    return Draw(id="0" * 16, fault=None, latency=0.5, care=care, choice=choice, nth=1)


def chat(*said: str, fields: object = None) -> ChatRequest:
    """A conversation of user and assistant in turn."""
    roles = ("user", "assistant")
    turns = tuple(Message(roles[n % 2], words) for n, words in enumerate(said))
    return ChatRequest("m", turns, None, (), json_schema(fields) if fields else None)  # type: ignore[arg-type]


THAI = "Write a headline in Thai.\nProduct: Praewa Silk\nPrice: 2500 baht"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 1.0])
def test_the_share_of_faulty_answers_is_the_one_asked_for(share: float) -> None:
    draws = [Draws(0, {}).draw(str(n).encode()) for n in range(3000)]
    slips = [slip_of(one.care, share, corrected=False, as_json=True) for one in draws]
    assert sum(slip is not None for slip in slips) / 3000 == pytest.approx(share, abs=0.03)
    told = [slip_of(one.care, share, corrected=True, as_json=True) for one in draws]
    stubborn = min(share, STUBBORN_SHARE)
    assert sum(slip is not None for slip in told) / 3000 == pytest.approx(stubborn, abs=0.03)
    if share:
        assert set(Counter(slips)) >= set(Slip)


def test_plain_text_has_no_broken_json() -> None:
    slips = {slip_of(n / 1000, 1, corrected=False, as_json=False) for n in range(1000)}
    assert slips == set(Slip) - {Slip.JSON}


def with_slip(slip: Slip) -> float:
    """A draw of care that gives that slip when every answer is at fault."""
    return next(
        n / 100 for n in range(100) if slip_of(n / 100, 1, corrected=False, as_json=True) is slip
    )


LIMITED = "Write a headline in English, at most 40 characters.\nProduct: Praewa Silk"


def test_each_slip_is_what_its_name_says() -> None:
    def plain(care: float, said: str = LIMITED) -> str:
        text = answer(chat(said), draw(care), 1)
        assert LABEL.strip() in text
        return text

    by_slip = {
        slip_of(n / 100, 1, corrected=False, as_json=False): plain(n / 100) for n in range(100)
    }
    assert len(by_slip[Slip.OVERLONG]) > 40
    assert re.search(r"\d+%", by_slip[Slip.INVENTED])
    assert re.search("[ぁ-ん一-龯]", by_slip[Slip.LANGUAGE])
    assert "Elevate your" in by_slip[Slip.OPENING]
    assert by_slip[Slip.LEFTOVER].startswith(('"', "Here is"))


FIELDS = named_fields()


def test_broken_json_is_cut_off_or_malformed() -> None:
    said = request_for(items(1)[0], FIELDS)
    for choice in (2, 3):
        broken = answer(chat(said, fields=FIELDS), draw(with_slip(Slip.JSON), choice), 1)
        assert isinstance(parse_fields(broken, FIELDS), ParseFault)


@pytest.mark.parametrize("with_schema", [True, False])
@pytest.mark.parametrize("item", items(6), ids=lambda item: str(item["language"]))
def test_json_fits_the_schema_and_every_limit_stated(
    item: dict[str, object], with_schema: bool
) -> None:
    wanted = {
        "headline": FieldRequest(channel="google_ads.headline", count=15),
        "description": FieldRequest(channel="google_ads.description", max_count=4),
        "path": FieldRequest(channel="google_ads.path", count=2),
        "hashtags": FieldRequest(limit=20, count=3),
        "subject": FieldRequest(limit=60, unit=Unit.WIDTH),
        "sms": FieldRequest(channel="sms.message"),
        "tweet": FieldRequest(channel="x.post"),
        "title": FieldRequest(channel="seo.title"),
        "about": FieldRequest(limit=300, unit=Unit.BYTES),
    }
    fields = named_fields(wanted)
    said = request_for(item, fields)
    told = answer(chat(said, fields=fields if with_schema else None), draw(), 0)
    data = parse_fields(told, fields)
    assert not isinstance(data, ParseFault)
    assert json.loads(told) == data
    for one in fields:
        value = data[one.name]
        listed = value if isinstance(value, list) else [value]
        assert len(set(listed)) == len(listed)
        for text in listed:
            assert one.spec.limit is not None
            assert measure(text, one.spec.unit) <= one.spec.limit
    assert all(tag.startswith("#") for tag in data["hashtags"])


@pytest.mark.parametrize("spec", [s for c in load_channels() for s in c.fields.values()],
                         ids=lambda spec: spec.name)  # fmt: skip
def test_the_field_of_every_channel_is_kept_to(spec: object) -> None:
    fields = named_fields({"copy": FieldRequest(channel=spec.name)})  # type: ignore[attr-defined]
    for item in items(6):
        data = parse_fields(answer(chat(request_for(item, fields)), draw(), 0), fields)
        assert not isinstance(data, ParseFault)
        limit = fields[0].spec.limit
        assert limit is None or measure(str(data["copy"]), fields[0].spec.unit) <= limit


def test_the_words_on_the_form_do_not_decide_on_the_language() -> None:
    said = f"{THAI}\n\n{in_words(FIELDS)}"
    data = json.loads(answer(chat(said), draw(), 0))
    assert all(re.search("[ก-๙]", text) for text in data["headline"])


def test_a_text_told_its_overshoot_is_shortened_to_the_limit_told() -> None:
    first = answer(chat(THAI.replace("headline", "description")), draw(), 0)
    size = measure(first, Unit.WIDTH)
    told = (
        "This is measured, not an opinion. Correct exactly this and change nothing else:\n"
        f"- the text is {size} of 45 width units; cut at least {size - 45} width units\n"
        "Reply with the corrected text only."
    )
    second = answer(chat(THAI, first, told), draw(), 0)
    assert measure(second, Unit.WIDTH) <= 45
    stubborn = answer(chat(THAI, first, told), draw(0), 1)
    assert measure(stubborn, Unit.WIDTH) > 45
    assert "Praewa" in second


def test_a_beginning_complained_of_is_not_used_again() -> None:
    told = (
        "This is measured, not an opinion. Correct exactly this and change nothing else:\n"
        "- the text: 9 other texts begin with 'x'; begin differently, not with '{}'\n"
        "Reply with the corrected text only."
    )
    for choice in range(20):
        first = answer(chat(THAI), draw(choice=choice), 0)
        words = first.removeprefix(LABEL)[:8]
        second = answer(chat(THAI, first, told.format(words)), draw(choice=choice), 0)
        assert not second.removeprefix(LABEL).casefold().startswith(words.casefold())


def test_words_complained_of_are_left_out() -> None:
    first = answer(chat(THAI), draw(choice=1), 0)
    told = (
        "This is measured, not an opinion. Correct exactly this and change nothing else:\n"
        "- the text: the price '2500 บาท' is not in the item; take out '2500 บาท'\n"
        "Reply with the corrected text only."
    )
    said = THAI.replace("headline", "description")
    for choice in range(20):
        second = answer(chat(said, first, told), draw(choice=choice), 0)
        assert "2500" not in second


def test_the_same_run_is_sloppy_in_the_same_way() -> None:
    one, two = Desk(0.4, FIELDS), Desk(0.4, FIELDS)
    for desk in (one, two):
        for number, item in enumerate(items(40)):
            desk.write(item, str(number))
    assert one.first_answers == two.first_answers
    assert one.rules == two.rules


@pytest.mark.no_cover
@pytest.mark.parametrize("count", [400, pytest.param(800, marks=pytest.mark.soak)])
@pytest.mark.parametrize("fields", [(), FIELDS], ids=["plain", "fields"])
def test_two_reasks_leave_at_least_97_percent_fit_to_publish(
    fields: tuple[object, ...], count: int
) -> None:
    """On prompts in six languages of which 40 % are answered with a fault."""
    desk = Desk(0.4, fields)  # type: ignore[arg-type]
    accepted = [desk.write(item, str(n)) for n, item in enumerate(items(count))]
    written = [texts for texts in accepted if texts is not None]
    assert len(written) >= 0.97 * count
    assert desk.rules["length"] > count / 40 or not fields
    assert {"grounding.percent", "language.script", "leftovers.opening", "leftovers.quotes"} <= set(
        desk.rules
    )
    if fields:
        assert desk.rules["fields"] > count / 20
        assert all(measure(text, Unit.WIDTH) <= 30 for texts in written for text in texts[:3])


def test_over_the_wire_a_schema_and_a_share_are_honoured() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "copy", "schema": json_schema(FIELDS)}}
    said = request_for(items(2)[1], FIELDS)
    (told,) = texts(NOW, request(said, response_format=form))
    assert not isinstance(parse_fields(told, FIELDS), ParseFault)
    sloppy = SimulatorProfile(latency_ms=0, sloppy=1)
    ((status, body),) = completed(sloppy, request(LIMITED))
    assert status == 200
    (careful,) = texts(NOW, request(LIMITED))
    assert body["choices"][0]["message"]["content"] != careful


STRANGE_FORMS = [
    None,
    {},
    "json",
    {"type": "json_object"},
    {"json_schema": 3},
    {"type": "json_schema", "json_schema": {"schema": []}},
    {"type": "json_schema", "json_schema": {"schema": {"a": 1}}},
    {"json_schema": {"schema": {"properties": {"a": 3}}}},
    {"json_schema": {"schema": {"properties": {}}}},
]


@pytest.mark.parametrize("form", STRANGE_FORMS)
def test_a_strange_response_format_is_no_error(form: object) -> None:
    ((status, _),) = completed(NOW, request(response_format=form))
    assert status == 200
