import os
import stat
from io import BytesIO
from pathlib import Path

import pytest

from copygen.results.rescue import Rescue, Unwritable

LINE = b'{"id":"a"}\n'


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return tmp_path / "ads.results.jsonl.rescue.jsonl"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_the_first_place_is_beside_the_results(first: Path, temporary: Path) -> None:
    rescue = Rescue("ads", first, BytesIO())
    for _ in range(2):
        rescue.write(lambda: (LINE,))
    rescue.close()

    assert first.read_bytes() == LINE + LINE
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert list(temporary.iterdir()) == []
    assert str(Unwritable("out", "full", rescue)) == (
        f"out cannot be written (full). Results from then on are saved in {first}; "
        "the next run with the same output takes them back."
    )


def test_rescued_results_of_an_earlier_run_are_added_to(first: Path) -> None:
    first.write_bytes(b"earlier\n")
    rescue = Rescue("ads", first, BytesIO())
    rescue.write(lambda: (LINE,))
    rescue.close()

    assert first.read_bytes() == b"earlier\n" + LINE


def test_a_link_planted_at_the_first_place_is_not_followed(
    first: Path, temporary: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    first.symlink_to(victim)
    rescue = Rescue("ads", first, BytesIO())
    rescue.write(lambda: (LINE,))
    rescue.close()

    assert victim.read_text() == "precious"
    assert next(temporary.iterdir()).read_bytes() == LINE


def test_a_place_that_fails_keeps_what_it_has_and_the_next_takes_the_rest(
    first: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third piece, written half, is taken back from the first place."""
    rescue = Rescue("ads", first, BytesIO())
    rescue.write(lambda: (LINE,))
    write, calls = os.write, []

    def failing(fd: int, data: bytes) -> int:
        calls.append(fd)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return write(fd, data[:4] if len(calls) == 1 else data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing)
        rescue.write(lambda: (LINE,))
    rescue.write(lambda: (LINE,))
    rescue.close()

    (second,) = temporary.iterdir()
    assert first.read_bytes() == LINE
    assert second.read_bytes() == LINE + LINE
    assert rescue.places == [str(first), str(second)]
    assert "append them to the output before you run again" in str(Unwritable("o", "w", rescue))


def test_an_empty_place_that_fails_is_not_left_behind(
    first: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    last_resort = BytesIO()
    rescue = Rescue("ads", first, last_resort)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing)
        rescue.write(lambda: (LINE,))
        rescue.write(lambda: (LINE,))
    rescue.close()

    assert last_resort.getvalue() == LINE + LINE
    assert rescue.places == ["standard error"]
    assert not first.exists()
    assert list(temporary.iterdir()) == []
