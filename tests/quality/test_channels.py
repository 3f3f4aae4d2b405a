"""The channels that ship are complete and dated; a user's own lie over them."""

from datetime import date
from pathlib import Path

import pytest

from copygen.config import load_settings
from copygen.documents.data import shipped_names
from copygen.errors import ConfigError
from copygen.quality.channels import Channels, FieldSpec, load_channels
from copygen.quality.units import Unit

CHANNELS = load_channels()
SPECS = [spec for channel in CHANNELS for spec in channel.fields.values()]
FILES = sorted((Path(__file__).parents[2] / "configs" / "channels").glob("*.yaml"))

PROMISED = {
    "google_ads": "headline description path",
    "performance_max": "headline long_headline description business_name",
    "microsoft_ads": "headline description path",
    "meta": "primary_text headline description",
    "instagram": "caption",
    "threads": "post",
    "x": "post",
    "linkedin": "post",
    "tiktok": "ad_text",
    "youtube": "title description",
    "line": "message",
    "email": "subject preheader",
    "sms": "message",
    "app_store": "name subtitle keywords promotional_text description",
    "google_play": "title short_description full_description",
    "amazon": "title bullet",
    "google_merchant": "title description",
    "seo": "title meta_description",
    "push": "title body",
}


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_channel_we_promise_is_there() -> None:
    for channel, fields in PROMISED.items():
        for field in fields.split():
            assert CHANNELS.field(f"{channel}.{field}").name == f"{channel}.{field}"


def test_a_channel_is_named_for_its_file() -> None:
    assert [channel.name for channel in CHANNELS] == [path.stem for path in FILES]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_field_says_what_its_limit_is_where_it_comes_from_and_when(spec: FieldSpec) -> None:
    assert spec.limit is not None
    assert len(spec.source) > 10 or spec.source == "Pages that agree"
    assert spec.checked_on is not None
    assert date(2026, 1, 1) <= spec.checked_on


@pytest.mark.parametrize(
    ("name", "limit", "unit", "fails", "counts"),
    [
        ("google_ads.headline", 30, Unit.WIDTH, True, (3, 15)),
        ("google_ads.description", 90, Unit.WIDTH, True, (2, 4)),
        ("performance_max.long_headline", 90, Unit.WIDTH, True, (1, 5)),
        ("meta.headline", 40, Unit.CODEPOINTS, False, (1, 5)),
        ("instagram.caption", 2200, Unit.UTF16, True, (None, None)),
        ("x.post", 280, Unit.X, True, (None, None)),
        ("youtube.description", 5000, Unit.BYTES, True, (None, None)),
        ("sms.message", 1, Unit.SMS_SEGMENTS, True, (None, None)),
        ("amazon.title", 75, Unit.CODEPOINTS, True, (None, None)),
        ("app_store.keywords", 100, Unit.CODEPOINTS, False, (None, None)),
        ("push.title", 50, Unit.WIDTH, False, (None, None)),
        ("seo.title", 580, Unit.PIXELS, False, (None, None)),
    ],
)
def test_limits(
    name: str, limit: int, unit: Unit, fails: bool, counts: tuple[int | None, int | None]
) -> None:
    spec = CHANNELS.field(name)
    assert (spec.limit, spec.unit, spec.fails) == (limit, unit, fails)
    assert (spec.min_count, spec.max_count) == counts


def test_rules_of_the_channel_and_of_the_field_add_up() -> None:
    rules = CHANNELS.field("google_ads.headline").rules
    assert rules.no_emoji
    assert rules.no_exclamation
    assert not CHANNELS.field("google_ads.description").rules.no_exclamation
    assert CHANNELS.field("google_ads.description").rules.max_exclamations == 1
    assert CHANNELS.field("instagram.caption").rules.names() == {
        "max_hashtags": 5,
        "max_mentions": 20,
    }
    assert CHANNELS.field("google_ads.headline").packs == ("google_ads",)


def test_a_user_adds_a_channel(tmp_path: Path) -> None:
    path = own(tmp_path, "name: shelf\nfields: {label: {limit: 12, unit: graphemes}}\n")
    spec = load_channels([path]).field("shelf.label")
    assert (spec.limit, spec.unit, spec.fails) == (12, Unit.GRAPHEMES, True)
    assert spec.source == str(path)
    assert load_channels([path]).field("shelf") is not None


def test_a_user_changes_single_keys_and_keeps_the_rest(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        "name: google_ads\nfields:\n  headline: {limit: 28, rules: {no_exclamation: false}}\n"
        "  sitelink: {limit: 25, unit: width}\n",
    )
    channels = load_channels([path])
    spec = channels.field("google_ads.headline")
    assert (spec.limit, spec.unit, spec.max_count, spec.checked_on) == (28, Unit.WIDTH, 15, None)
    assert spec.rules.no_emoji
    assert not spec.rules.no_exclamation
    assert spec.packs == ("google_ads",)
    assert channels.field("google_ads.sitelink").limit == 25
    assert channels.field("google_ads.description").limit == 90


def test_a_limit_of_ones_own_is_as_good_as_verified(tmp_path: Path) -> None:
    path = own(tmp_path, "name: whatsapp\nfields: {body: {limit: 900}}\n")
    assert load_channels([path]).field("whatsapp.body").fails
    assert not CHANNELS.field("whatsapp.body").fails


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name: a\nfields: {b: {limti: 3}}",
            "2:14: unknown key 'fields.b.limti'; did you mean 'limit'?",
        ),
        (
            "name: a\nfields:\n  b:\n    limit: none",
            "4:5: 'fields.b.limit' should be a whole number",
        ),
        ("name: a\nfields:\n  b: {limit: 0}", "3:7: 'fields.b.limit' should be 1 or more"),
        ("name: a\nfields:\n  b: {unit: glyphs}", "3:7: 'fields.b.unit' should be"),
        ("name: a\nfields:\n  b: {rules: {no_emojis: true}}", "did you mean 'no_emoji'?"),
        ("name: a\nfields:\n  b: {limit: 5, min_length: 9}", "min_length cannot be larger"),
        ("name: a\nfields: {}", "2:1: 'fields'"),
        ("fields: {b: {}}", "1:1: 'name' is required"),
        ("name: A B\nfields: {b: {}}", "1:1: 'name'"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(
    tmp_path: Path, text: str, message: str
) -> None:
    path = own(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_channels([path])
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("googel_ads.headline", "there is no channel 'googel_ads'; did you mean 'google_ads'?"),
        ("google_ads.headlin", "has no field 'headlin'; did you mean 'headline'?"),
        ("google_ads", "'google_ads' has several fields; name one: google_ads.headline"),
        ("zzz", "known here: amazon, app_store"),
        ("sms.zzz", "known here: message, long_message"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        CHANNELS.field(name)
    assert message in str(caught.value)


def test_a_channel_of_one_field_may_be_named_alone() -> None:
    assert CHANNELS.field("instagram").name == "instagram.caption"


def test_no_channels_are_no_error() -> None:
    assert list(Channels({})) == []


def test_channel_files_are_those_beside_the_settings_and_those_named_in_them(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "copygen"
    (folder / "channels").mkdir(parents=True)
    beside = folder / "channels" / "a.yaml"
    beside.write_text("name: a\nfields: {b: {limit: 1}}\n")
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert load_settings(None, {}, environ).channel_files() == (beside,)
    (folder / "config.yaml").write_text("channels: [team/c.yaml, /etc/d.yaml]\n")
    files = load_settings(None, {}, environ).channel_files()
    assert files == (beside, folder / "team" / "c.yaml", Path("/etc/d.yaml"))
    with pytest.raises(ConfigError, match=r"cannot read the channel file .*c\.yaml"):
        load_channels(files)


def test_a_channel_that_ships_is_found_by_the_name_of_its_file() -> None:
    assert [channel.name for channel in load_channels()] == shipped_names("channels")
