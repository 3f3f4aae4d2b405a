"""A key goes out in one header and comes back nowhere."""

import base64
import copy
import dataclasses
import html
import json
import pickle
import string
import time
import timeit
from functools import cache
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.providers.redact import Redactor, Secret

KEY = "sk-canary-0123456789abcdef"


@dataclasses.dataclass(frozen=True)
class Holder:
    key: Secret


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (KEY, "sk-c…"),
        ("hs-123456789", "hs-1…"),
        ("elevenchars", "…"),
        ("abcd", "…"),
        ("", "…"),
    ],
)
def test_at_most_the_first_four_characters_are_shown(key: str, shown: str) -> None:
    secret = Secret(key)

    assert str(secret) == secret.masked == f"{secret}" == shown
    assert repr(secret) == f"Secret({shown!r})"
    assert f"{'%s'}" % secret == shown


def test_a_secret_stays_hidden_in_whatever_holds_it() -> None:
    holder = Holder(Secret(KEY))

    views = [repr(holder), str(dataclasses.asdict(holder)), str([holder.key]), str({holder.key})]
    views += [repr(copy.deepcopy(holder)), json.dumps({"key": holder.key}, default=str)]

    assert [view for view in views if KEY[4:] in view] == []
    assert not hasattr(holder.key, "__dict__")


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy])
def test_a_secret_is_not_pickled(write: object) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        write(Secret(KEY))  # type: ignore[operator]  # both are callables of one argument


def test_a_secret_compares_by_value_and_leaves_out_white_space_around_it() -> None:
    assert Secret(f" {KEY}\n").reveal() == KEY
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret("other")
    assert Secret(KEY) != KEY
    assert len({Secret(KEY), Secret(KEY)}) == 1
    assert not Secret(" ")


def encodings(key: str) -> dict[str, str]:
    raw = key.encode()
    return {
        "plain": key,
        "in a header": f"Authorization: Bearer {key}",
        "percent": quote(key, safe=""),
        "percent, slashes kept": quote(key),
        "percent in lower case": "".join(
            part.lower() if part.startswith("%") else part
            for part in (quote(char, safe="") for char in key)
        ),
        "percent, all of it": "".join(f"%{byte:02X}" for byte in raw),
        "form": quote_plus(key),
        "json": json.dumps({"key": key}),
        "json in json": json.dumps({"body": json.dumps({"key": key})}),
        "json with escaped slashes": json.dumps(key).replace("/", "\\/"),
        "json, all of it escaped": "".join(f"\\u{ord(char):04x}" for char in key),
        "html": html.escape(key),
        "repr": repr(key),
        "repr of bytes": repr(raw),
        "hex": raw.hex(),
        "base64": base64.b64encode(raw).decode(),
        "base64 for addresses": base64.urlsafe_b64encode(raw).decode(),
        "base64 of a header": base64.b64encode(b"Bearer " + raw).decode(),
        "base64 of a login": base64.b64encode(b"user:" + raw + b"\n").decode(),
        "base64 in the middle": base64.b64encode(b"0" + raw + b"0").decode(),
    }


header_text = string.ascii_letters + string.digits + string.punctuation


@given(
    key=st.text(header_text, min_size=12, max_size=80),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_a_known_key_survives_in_no_encoding(key: str, before: str, after: str) -> None:
    redactor = Redactor([Secret(key)])
    # What is left of a key whose base64 is cut at its ends is at most three of its characters.
    core = slice(3, -4)

    for name, text in encodings(key).items():
        for redact in (redactor.redact, redactor.redact_known):
            redacted = redact(f"{before} {text} {after}")
            assert text not in redacted, name
            if name.startswith("base64"):
                plain_core = encodings(key)[name][12:-12]
                assert not plain_core or plain_core not in redacted, name
    assert key[core] not in redactor.redact(key)


@pytest.mark.parametrize("name", encodings(KEY))
def test_the_canary_survives_in_no_encoding(name: str) -> None:
    text = encodings(KEY)[name]

    redacted = Redactor([Secret(KEY)]).redact(f"before {text} after")

    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert "…" in redacted
    assert text not in redacted
    assert "canary" not in redacted


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Incorrect API key provided: sk-abcd1234efgh.", "Incorrect API key provided: sk-…."),
        ("sk-proj-****************wxyz", "sk-…"),
        ("sk-abcd…wxyz", "sk-…"),
        ("key 'hs-0123456789' is off", "key 'hs-…' is off"),
        ("gsk_0123456789abc", "gsk_…"),
        ("AIzaSyA0123456789-_abc", "AIza…"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc", "token eyJ…"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer …"),
        ("bearer  abcdef123456", "bearer …"),
        ("x-api-key: 0123456789abcdef", "x-api-key: …"),
        ('{"api_key": "0123456789abcdef"}', '{"api_key": "…"}'),
        ("https://host/v1?api_key=0123456789abcdef&x=1", "https://host/v1?api_key=…&x=1"),
        ("https://user:password@host/v1", "https://…@host/v1"),
    ],
)
def test_what_is_shaped_like_a_key_is_taken_out(text: str, redacted: str) -> None:
    assert Redactor().redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A risk-averse, task-based desk-top.",
        "Missing bearer authentication in header",
        "Bearer token required",
        "Set your API key in the console: see https://host:8080/docs",
        "mail@example.com wrote at 12:30",
        "max_tokens is too large: 100000",
        "sk-",
        "ราคา 2,500 บาท",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert Redactor([Secret(KEY)]).redact(text) == text


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    redactor = Redactor([Secret(KEY)])
    once = redactor.redact(f"{text} {KEY} {text}")

    assert redactor.redact(once) == once


@pytest.mark.no_cover
@given(st.text())
def test_copy_without_a_known_key_is_untouched(text: str) -> None:
    assert Redactor([Secret(KEY)]).redact_known(text) == text


@pytest.mark.parametrize("word", ["ollama", "EMPTY", "lm-studio", "x", ""])
def test_a_placeholder_key_does_not_eat_words_out_of_copy(word: str) -> None:
    text = f"Runs on {word}, naturally."

    assert Redactor([Secret(word)]).redact_known(text) == text


def test_a_key_that_contains_another_is_taken_out_whole() -> None:
    redactor = Redactor([Secret("abcdefghijklmnop"), Secret("abcdefghijklmnopqrstuvwx")])

    assert redactor.redact("abcdefghijklmnopqrstuvwx") == "abcd…"


LIVE = "sk-live-" + "9Qm2LwZ8rYvN4cA1eUoHpGd7sKiWqXt5MbJx0FzT"


@cache
def of_live() -> Redactor:
    """Its patterns take 20 ms to make, when it is first asked."""
    return Redactor([Secret(LIVE)])


CUTS = {
    "first half": LIVE[:24],
    "last half": LIVE[24:],
    "all but two": LIVE[1:-1],
    "eight characters": LIVE[12:20],
    "split by a line break": f"{LIVE[:20]}\n{LIVE[20:]}",
    "split by CRLF and an indent": f"{LIVE[:20]}\r\n    {LIVE[20:]}",
    "spaced": " ".join(LIVE),
    "spaced by NBSP": "\u00a0".join(LIVE),
    "by zero width spaces": "\u200b".join(LIVE),
    "one on each line": "\n".join(LIVE),
    "in fours": " ".join(LIVE[i : i + 4] for i in range(0, len(LIVE), 4)),
    "listed": str(list(LIVE)),
    "in bold": f"**{LIVE[8:14]}**{LIVE[14:30]}",
    "in stars": f"{LIVE[:20]}****{LIVE[-8:]}",
    "in fours, by its own hyphens": "-".join(LIVE[i : i + 4] for i in range(0, len(LIVE), 4)),
    "in pairs, by hyphens": "-".join(LIVE[i : i + 2] for i in range(0, len(LIVE), 2)),
    "backwards": LIVE[::-1],
    "in hyphens of words": f"key: {LIVE[8:18]} … {LIVE[30:]}",
}


def longest_part(key: str, text: str) -> int:
    """How many characters of the key in a row a reader can put together from `text`."""
    signs = "".join(sign for sign in text if sign.isalnum() or sign in "-_")
    parts = (
        length
        for length in range(len(key), 0, -1)
        if any(key[i : i + length] in signs for i in range(len(key) - length + 1))
    )
    return next(parts, 0)


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
@pytest.mark.parametrize("around", ["{}", "Your key {} is wrong.", "ผ้าไหม {} นุ่ม", '{{"a": "{}"}}'])
def test_eight_characters_of_a_key_in_a_row_are_hidden(cut: str, around: str) -> None:
    redactor, text = of_live(), around.format(cut)
    before, _, after = around.partition("{}")
    for shown in (redactor.redact(text), redactor.redact_known(text)):
        assert longest_part(LIVE, shown) < 8
        assert shown.startswith(before.format())
        assert shown.endswith(after.format())


BYTES = {
    "0x": " ".join(f"0x{byte:02x}" for byte in LIVE.encode()),
    "listed 0x": ", ".join(f"0x{byte:02X}" for byte in LIVE.encode()),
    "escapes": "".join(f"\\x{byte:02x}" for byte in LIVE.encode()),
    "code points": " ".join(f"U+{ord(sign):04X}" for sign in LIVE),
    "percent twice": "".join(f"%25{byte:02X}" for byte in LIVE.encode()),
    "decimal": str(list(LIVE.encode())),
}


@pytest.mark.parametrize("whole", BYTES.values(), ids=BYTES)
@pytest.mark.parametrize("lower", [False, True])
def test_the_bytes_of_a_key_are_hidden_as_programmers_write_them(whole: str, lower: bool) -> None:
    redactor = of_live()
    for part in (whole, whole[: len(whole) // 2], whole[len(whole) // 2 :]):
        shown = redactor.redact(part.lower() if lower else part)
        assert len(shown) <= len(part) // 6, shown


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_each_eight_characters_of_a_key_are_hidden_wherever_they_stand(before: str) -> None:
    redactor = of_live()
    cuts = {LIVE[start : start + 8] for start in range(len(LIVE) - 8 + 1)} - {"sk-live-"}
    assert [cut for cut in cuts if cut in redactor.redact_known(f"{before} {cut} zz")] == []


@pytest.mark.parametrize("name", sorted({*encodings(KEY)} - {"in a header", "json in json"}))
@pytest.mark.parametrize("gap", ["", " ", "\n"])
def test_half_of_an_encoded_key_is_hidden(name: str, gap: str) -> None:
    redactor = of_live()
    whole = encodings(LIVE)[name]
    for half in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
        spaced = gap.join(half[i : i + 7] for i in range(0, len(half), 7))
        shown = redactor.redact_known(f"x {spaced} y").removeprefix("x ").removesuffix(" y")
        # Characters that eight of the key take more room for may stay at the ends.
        assert len("".join(shown.split())) <= max(12, len(half) // 6), shown


@pytest.mark.parametrize("text", [" ".join(LIVE.lower()), LIVE[:20].lower()])
def test_parts_in_lower_case_are_hidden_in_messages(text: str) -> None:
    assert longest_part(LIVE.lower(), of_live().redact(text)) < 8


@pytest.mark.parametrize(
    "key", ["my-company-production-key-83hd72", "summer-sale-2026", "lm-studio"]
)
@pytest.mark.parametrize(
    "text",
    [
        "My company makes soft scarves.",
        "For our summer sale: production keys of brass.",
        "The summer sale ends on 20 June.",
        "Run it in LM Studio, or in lm-studio.",
        "Call 02 643 1299, 24/7; 1,299.00 baht; ISBN 978-3-16-148410-0.",
    ],
)
def test_words_that_stand_in_a_key_stay_in_copy(key: str, text: str) -> None:
    assert Redactor([Secret(key)]).redact_known(text) == text


@pytest.mark.no_cover
@given(st.text(max_size=300))
def test_copy_without_a_part_of_a_key_is_untouched(text: str) -> None:
    if longest_part(LIVE, text) < 8:
        assert of_live().redact_known(text) == text


@pytest.mark.no_cover
def test_looking_for_parts_takes_time_that_grows_with_the_text() -> None:
    redactor = of_live()
    for piece in (LIVE[:12], LIVE[8:15] + " ", "sk-live-", " ", LIVE[20:24], "%41", "\\u0041"):
        seconds = [
            min(
                timeit.repeat(
                    lambda t=piece * count: redactor.redact(t),
                    timer=time.process_time,
                    number=1,
                    repeat=2,
                )
            )
            for count in (300, 2_400)
        ]
        assert seconds[1] < 8 * 3 * max(seconds[0], 0.001)
