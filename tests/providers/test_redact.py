"""A key goes out in one header and comes back nowhere."""

import base64
import copy
import dataclasses
import html
import json
import pickle
import string
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
