"""Encodings: a mark decides, then the option, then UTF-8; the likely one is said."""

import io
from pathlib import Path

import pytest

from copygen.errors import PromptError, UsageError
from copygen.models import InputFault, Prompt
from copygen.prompts import BadRows, ReadOptions, open_prompts
from copygen.prompts.encodings import encoding_of, likely_encoding
from copygen.prompts.tables import checked_options
from tests.support.prompt_files import TARGET, texts_of, write

TEXTS = {
    "cp1252": "id;name;text\n1;Écharpe;Une écharpe légère, tissée à la main – 19,90 €\n",
    "cp1250": "id;name;text\n1;Košile;Příjemná bavlněná košile s dlouhým rukávem\n",
    "cp1251": "id;name;text\n1;Платок;Шёлковый платок ручной работы\n",
    "cp1253": "id;name;text\n1;Κασκόλ;Μεταξωτό κασκόλ, χειροποίητο\n",
    "cp1254": "id;name;text\n1;Eşarp;Yumuşak dokulu ipek eşarp, günlük kullanım için\n",
    "cp874": "id,name,text\n1,ผ้าพันคอ,ผ้าไหมทอมือจากเชียงใหม่ นุ่มและเบา\n",
    "cp932": "id,商品名,説明\n1,りんごジュース,青森県産のりんごだけを使いました\n",
    "euc_jp": "id,商品名,説明\n1,りんごジュース,青森県産のりんごだけを使いました\n",
    "gb18030": "id,名称,说明\n1,真丝围巾,手工制作的真丝围巾，轻柔保暖，适合日常使用\n",
    "cp950": "id,名稱,說明\n1,真絲圍巾,手工製作的真絲圍巾，輕柔保暖，適合日常使用\n",
    "cp949": "id,이름,설명\n1,실크 스카프,손으로 짠 부드러운 실크 스카프입니다\n",
    "utf-16": "id,name\n1,Silk scarf from Chiang Mai\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_likely_encoding_is_said_with_the_first_rows(tmp_path: Path, encoding: str) -> None:
    data = TEXTS[encoding].encode("utf-16-le" if encoding == "utf-16" else encoding)
    write(tmp_path, {"t.csv": data, "w.yaml": "prompt: '{{ id }}'\n"})
    with pytest.raises(PromptError) as caught:
        open_prompts(f"{tmp_path}/t.csv", template=f"{tmp_path}/w.yaml").check(TARGET)
    assert f"say --encoding {encoding}: in that it begins '" in str(caught.value)
    assert TEXTS[encoding].splitlines()[0] in str(caught.value)


@pytest.mark.parametrize("encoding", [*TEXTS, "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("piped", [False, True])
def test_every_encoding_gives_the_same_rows(tmp_path: Path, encoding: str, piped: bool) -> None:
    text = TEXTS.get(encoding, TEXTS["cp932"])
    data = text.encode(encoding)
    write(tmp_path, {"t.csv": data})
    write(tmp_path, {"w.yaml": "prompt: '<{{ id }}>'\n"})
    marked = encoding in ("utf-16", "utf-32", "utf-8-sig")
    source = open_prompts(
        "-" if piped else f"{tmp_path}/t.csv",
        template=f"{tmp_path}/w.yaml",
        stdin=io.BytesIO(data),
        reading=ReadOptions(encoding=None if marked else encoding),
    )
    (prompt,) = source.prompts(TARGET)
    assert isinstance(prompt, Prompt)
    delimiter = ";" if ";" in text else ","
    header, row = (line.split(delimiter) for line in text.splitlines())
    assert dict(prompt.input) == dict(zip(header, row, strict=True))


def test_a_mark_wins_over_the_option(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": "prompt\nÉté\n".encode("utf-16")})
    assert texts_of(open_prompts(f"{tmp_path}/t.csv", reading=ReadOptions(encoding="cp1252"))) == [
        "Été"
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Shift_JIS", "cp932"),
        ("sjis", "cp932"),
        ("Windows-1252", "cp1252"),
        ("latin-1", "cp1252"),
        ("ANSI", "cp1252"),
        ("TIS-620", "cp874"),
        ("GBK", "gb18030"),
        ("Big5", "cp950"),
        ("EUC-KR", "cp949"),
        ("utf8", "utf-8"),
        ("UTF-16", "utf-16"),
        ("macroman", "mac-roman"),
    ],
)
def test_encodings_have_many_names(name: str, meant: str) -> None:
    assert encoding_of(name) == meant


@pytest.mark.parametrize(
    ("name", "near"), [("cp-93", "cp"), ("shift-jsi", "shift"), ("windows1252x", "windows")]
)
def test_a_misspelt_encoding_names_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageError, match=rf"is no encoding of texts; did you mean '{near}"):
        checked_options(ReadOptions(encoding=name))


@pytest.mark.parametrize("name", ["rot13", "base64", "idna", "unicode_escape", "", "\0"])
def test_what_is_no_encoding_of_texts_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        checked_options(ReadOptions(encoding=name))


DAMAGED = "prompt\nเสื้อ\n".encode() * 1 + "ผ้า\n".encode() * 20 + b"caf\xe9\nok\n\xff\n"


def test_all_damaged_rows_are_said_at_once_with_the_way_out(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": DAMAGED})
    with pytest.raises(PromptError) as caught:
        open_prompts(f"{tmp_path}/t.csv").check(TARGET)
    first, second = str(caught.value).splitlines()
    assert "t.csv:23:4: byte 0xe9 is not UTF-8" in first
    assert "--bad-rows skip" in first
    assert "t.csv:25:1: byte 0xff is not UTF-8" in second


def test_ten_faults_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": b"prompt\n" + b"\xff\n" * 15})
    with pytest.raises(PromptError) as caught:
        open_prompts(f"{tmp_path}/t.csv").check(TARGET)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 5 more faulty rows"


def test_damaged_rows_fail_one_by_one_or_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": DAMAGED})
    failing = open_prompts(f"{tmp_path}/t.csv", reading=ReadOptions(bad_rows=BadRows.FAIL))
    assert failing.check(TARGET) == 24
    entries = list(failing.prompts(TARGET))
    assert [entry.id for entry in entries] == list(failing.ids())
    faults = [entry for entry in entries if isinstance(entry, InputFault)]
    assert [str(fault.source)[-4:] for fault in faults] == ["23:4", "25:1"]
    skipping = open_prompts(f"{tmp_path}/t.csv", reading=ReadOptions(bad_rows=BadRows.SKIP))
    assert skipping.check(TARGET) == 22 == len(texts_of(skipping))
    assert "2 rows are left out; the first is" in skipping.warnings[0]


def test_bytes_that_are_none_of_the_encoding_are_located(tmp_path: Path) -> None:
    data = "prompt\n商品\n".encode("cp932") + b"ab\x81\n"
    write(tmp_path, {"t.csv": data})
    with pytest.raises(PromptError, match=r"t\.csv:3:3: bytes that are no cp932"):
        open_prompts(f"{tmp_path}/t.csv", reading=ReadOptions(encoding="sjis")).check(TARGET)


def test_nothing_is_likely_where_nothing_fits() -> None:
    assert likely_encoding(bytes(range(128, 256)) * 3) is None
