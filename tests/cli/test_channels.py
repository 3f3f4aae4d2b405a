"""`copygen channels`, as a process."""

import json
from pathlib import Path

from tests.support.inside import copygen


def test_channels_are_listed_on_standard_output(tmp_path: Path) -> None:
    done = copygen("channels", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "google_ads.headline" in done.stdout


def test_one_channel_in_full_and_as_json(tmp_path: Path) -> None:
    assert "no exclamation" in copygen("channels", "google_ads", cwd=tmp_path).stdout
    (channel,) = json.loads(copygen("channels", "google_ads.path", "--json", cwd=tmp_path).stdout)
    assert list(channel["fields"]) == ["path"]
    assert len(json.loads(copygen("channels", "--json", cwd=tmp_path).stdout)) > 15


def test_a_channel_beside_the_settings_is_listed_and_a_broken_one_named(tmp_path: Path) -> None:
    folder = tmp_path / "copygen" / "channels"
    folder.mkdir(parents=True)
    (folder / "shelf.yaml").write_text("name: shelf\nfields: {label: {limit: 12}}\n")
    (line,) = [
        line for line in copygen("channels", cwd=tmp_path).stdout.splitlines() if "shelf" in line
    ]
    assert line.split() == ["shelf.label", "12", "codepoints", "hard", "your", "own"]
    (folder / "shelf.yaml").write_text("name: shelf\nfields: {label: {limt: 12}}\n")
    done = copygen("channels", cwd=tmp_path)
    assert done.returncode == 2
    assert "shelf.yaml:2:18: unknown key 'fields.label.limt'; did you mean 'limit'?" in done.stderr


def test_an_unknown_channel_is_answered_with_the_nearest(tmp_path: Path) -> None:
    done = copygen("channels", "googel_ads", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'google_ads'?" in done.stderr
    assert done.stdout == ""
