"""Packed tables: read as they are unpacked, or refused where something is missing or too much."""

import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, cast

import pytest
import zstandard

from copygen.errors import PromptError
from copygen.models import InputFault, Prompt
from copygen.prompts import open_prompts, open_table, packed
from tests.support.prompt_files import TARGET, texts_of, write

PACK: Final[dict[str, Callable[[bytes], bytes]]] = {
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
}
ROWS = "".join(f"{number},text {number}\n" for number in range(20_000)).encode()
TABLE = b"id,prompt\n" + ROWS


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", b"id,prompt\n1,x\n"),
        ("t.TSV", b"id\tprompt, text\tprompt\n1\ta\tx\n"),
        ("t.jsonl", b'{"prompt": "x"}\n'),
        ("t.json", b'[{"prompt": "x"}]'),
    ],
)
def test_each_format_is_read_packed(tmp_path: Path, name: str, data: bytes, ending: str) -> None:
    write(tmp_path, {name + ending: PACK[ending](data)})
    assert texts_of(open_prompts(f"{tmp_path}/{name}{ending}")) == ["x"]


@pytest.mark.parametrize("ending", PACK)
def test_members_one_after_another_are_one_table(tmp_path: Path, ending: str) -> None:
    pack = PACK[ending]
    write(tmp_path, {f"t.csv{ending}": pack(b"id,prompt\n") + pack(b"1,x\n2,") + pack(b"y\n")})
    assert texts_of(open_prompts(f"{tmp_path}/t.csv{ending}")) == ["x", "y"]


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, ending: str, share: float) -> None:
    data = PACK[ending](TABLE)
    write(tmp_path, {f"t.csv{ending}": data[: int(len(data) * share)]})
    with pytest.raises(PromptError, match="its end is missing"):
        open_prompts(f"{tmp_path}/t.csv{ending}").check(TARGET)


@pytest.mark.parametrize("ending", PACK)
def test_what_is_not_packed_as_its_name_says_is_refused(tmp_path: Path, ending: str) -> None:
    write(tmp_path, {f"t.csv{ending}": TABLE})
    with pytest.raises(PromptError, match="damaged, or not packed"):
        open_prompts(f"{tmp_path}/t.csv{ending}").check(TARGET)


@pytest.mark.parametrize("ending", PACK)
def test_a_bomb_is_refused(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_UNSUSPICIOUS_BYTES", 10_000)
    monkeypatch.setattr(packed, "_MOST_TIMES", 20)
    write(tmp_path, {f"t.csv{ending}": PACK[ending](b"id,prompt\n" + b"1,x\n" * 500_000)})
    with pytest.raises(PromptError, match="times its size"):
        open_prompts(f"{tmp_path}/t.csv{ending}").check(TARGET)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python has it itself")
def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    write(tmp_path, {"t.csv.zst": PACK[".zst"](TABLE)})
    with pytest.raises(PromptError, match=r"pip install 'copygen\[zst\]'"):
        open_prompts(f"{tmp_path}/t.csv.zst").check(TARGET)


def streamed(data: bytes, **options: object) -> list[Prompt | InputFault]:
    read, write_end = os.pipe()
    with os.fdopen(write_end, "wb") as end:
        end.write(data)
    with os.fdopen(read, "rb", buffering=0) as stream:
        source = open_prompts("-", stdin=cast(BinaryIO, stream), **options)  # type: ignore[arg-type]
        return list(source.prompts(TARGET))


@pytest.mark.parametrize("pack", [*PACK.values(), bytes])
@pytest.mark.parametrize(
    "data", [b"id,prompt\n1,x\n", b'{"prompt": "x"}\n', b'[{"prompt": "x"}]', b"prompt\nx"]
)
def test_a_pipe_says_itself_whether_it_is_packed(
    data: bytes, pack: Callable[[bytes], bytes]
) -> None:
    (found,) = streamed(pack(data))
    assert isinstance(found, Prompt)
    assert found.messages[0].content == "x"


@pytest.mark.parametrize("data", [b"(", b"\x1f", b"(\xb5", b"\x1f\x8b", b"(\xb5\x2f\xfd"])
def test_a_pipe_that_ends_where_packed_bytes_begin_is_refused(data: bytes) -> None:
    with pytest.raises(PromptError, match=r"'prompt'|UTF-8|is empty|its end is missing"):
        streamed(data)


@pytest.mark.parametrize("pack", PACK.values())
def test_a_packed_pipe_that_is_cut_off_or_a_bomb_is_told(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = pack(TABLE[:20_000])
    with pytest.raises(PromptError, match="<stdin>: cannot be read: it is cut off"):
        streamed(small[: len(small) // 2])
    monkeypatch.setattr(packed, "_UNSUSPICIOUS_BYTES", 10_000)
    monkeypatch.setattr(packed, "_MOST_TIMES", 20)
    with pytest.raises(PromptError, match="times its size"):
        streamed(pack(b"id,prompt\n" + b"1,x\n" * 500_000))


def test_a_packed_pipe_is_checked(tmp_path: Path) -> None:
    found = open_table("-", io.BytesIO(gzip.compress(b"text\nGood\n")))
    assert [dict(row.item) for row in found] == [{"text": "Good"}]
