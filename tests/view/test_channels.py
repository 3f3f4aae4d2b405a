"""The screens of `copygen channels`."""

import io
import json
from pathlib import Path

import pytest

from copygen.quality.channels import load_channels
from copygen.view.channels import channels_json, render_channel, render_channels
from copygen.view.console import open_console

CHANNELS = load_channels()


def screen(columns: int, name: str | None = None) -> str:
    stream = io.StringIO()
    console = open_console(stream, {"COLUMNS": str(columns)})
    if name:
        render_channel(CHANNELS.matching(name)[0], console)
    else:
        render_channels(tuple(CHANNELS), console)
    return stream.getvalue()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_table_names_every_field_whole_and_fits_the_terminal(columns: int) -> None:
    shown = screen(columns)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= columns
    for channel in CHANNELS:
        for spec in channel.fields.values():
            (line,) = [line for line in lines if line.split()[:1] == [spec.name]]
            words = line.split()
            assert words[1:3] == [f"{spec.limit:,}", spec.unit.value]
            assert words[3] == ("hard" if spec.hard else "soft") + ("" if spec.verified else "?")
    assert "…" not in shown


def test_the_table_shows_counts_and_dates_at_eighty_columns() -> None:
    lines = {line.split()[0]: line.split()[1:] for line in screen(80).splitlines() if line.strip()}
    assert lines["google_ads.headline"] == ["30", "width", "hard", "3-15", "2026-11-23"]
    assert lines["sms.message"] == ["1", "sms_segments", "hard", "2026-11-23"]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_one_channel_shows_its_rules_and_sources(columns: int) -> None:
    shown = " ".join(screen(columns, "tiktok").split())
    assert "tiktok TikTok ads and captions" in shown
    assert "100 width units, hard" in shown
    assert "forbidden characters { } #" in shown
    assert "2,200 UTF-16 units, hard, unverified" in shown
    assert "checked on 2026-11-23" in shown
    assert max(map(len, screen(columns, "tiktok").splitlines())) <= columns


def test_one_field_may_be_named() -> None:
    shown = screen(80, "google_ads.headline")
    assert "google_ads.headline" in shown
    assert "google_ads.path" not in shown


def test_what_a_users_file_says_cannot_disturb_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        'name: own\ntitle: "\\e[2Jx"\nfields: {a: {limit: 1, note: "[red]\\e]0;t\\a"}}\n'
    )
    stream = io.StringIO()
    render_channel(load_channels([path]).channel("own"), open_console(stream, {"COLUMNS": "80"}))
    assert "\x1b" not in stream.getvalue()
    assert "[red]" in stream.getvalue()


def test_json_holds_every_key() -> None:
    (sms,) = json.loads(channels_json(CHANNELS.matching("sms")))
    message = sms["fields"]["message"]
    assert message["limit"] == 1
    assert message["unit"] == "sms_segments"
    assert message["checked_on"] == "2026-11-23"
    assert message["rules"] == {}
