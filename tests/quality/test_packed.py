"""What is learnt for the checks ships packed, and can be made and read again."""

import zipfile
from pathlib import Path

import pytest

from copygen.quality import data, near_languages, talk_model
from copygen.quality.phrases import languages
from tests.quality.packed import FILES, main, pack, shown


@pytest.mark.parametrize("file", FILES)
def test_a_packed_file_carries_no_time_and_nothing_but_its_entries(file: str) -> None:
    with zipfile.ZipFile(data.FOLDER / file) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert not entry.extra
            assert data.packed_entry(file, entry.filename) == archive.read(entry)


def test_the_same_entries_make_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.quality.packed.FOLDER", tmp_path)
    entries = {name: bytes(name, "ascii") * 99 for name in ("de", "en")}
    made = []
    for _ in range(2):
        pack("some.zip", entries)
        made.append((tmp_path / "some.zip").read_bytes())
        (tmp_path / "some.zip").unlink()
    assert made[0] == made[1]


def test_what_no_entry_is_for_is_none() -> None:
    assert data.packed_entry(talk_model.FILE, "tlh") is None
    assert talk_model.TalkModel.of(talk_model.SHARED) is None


def test_each_language_with_phrases_has_weights_and_those_that_say_most_come_first() -> None:
    assert talk_model.talk_languages() == frozenset(languages())
    for language in talk_model.talk_languages():
        lines = shown(talk_model.FILE, language).split("\n")
        weights = [abs(float(line.split(" ", 1)[0])) for line in lines]
        assert weights == sorted(weights, reverse=True)


def test_what_a_piece_of_a_word_says_for_each_language_stands_behind_it() -> None:
    group = near_languages.near_languages("nb")
    assert group is not None
    _, names, *rows = shown(near_languages.FILE, "da nb nn sv").split("\n")
    assert names.split() == list(group.languages)
    says = dict(row.split("\t") for row in rows)
    assert all(len(levels.split()) == len(group.languages) for levels in says.values())
    da, nb, *_ = map(int, says["^af$"].split())
    assert da > nb


def test_an_entry_is_printed_and_a_wrong_one_is_told_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["talk_weights", "en"])
    assert len(capsys.readouterr().out.splitlines()) > 1000
    main([])
    assert "near_languages.zip" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="there are: ar, bg"):
        main(["talk_weights", "tlh"])
    with pytest.raises(SystemExit, match="no such file"):
        main(["tlh", "en"])
