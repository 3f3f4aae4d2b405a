"""Content codings are undone, and no reply grows past the cap."""

import asyncio
import gzip
import tracemalloc
import zlib

import httpx
import pytest

from copygen.models import Kind
from copygen.transport.connections import Decoder
from copygen.transport.errors import ResponseTooLarge, failure
from tests.support import fault_server as faults
from tests.support.exchange import (
    KEY,
    Run,
    on_both_loops,
    served,
)
from tests.support.fault_server import JSON_REPLY, Answer

MIB = 2**20


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(JSON_REPLY)),
        ("x-gzip", gzip.compress(JSON_REPLY)),
        ("GZIP", gzip.compress(JSON_REPLY)),
        ("deflate", zlib.compress(JSON_REPLY)),
        ("deflate", zlib.compress(JSON_REPLY, wbits=-15)),
        ("identity", JSON_REPLY),
        ("", JSON_REPLY),
    ],
    ids=["gzip", "x-gzip", "GZIP", "zlib", "bare deflate", "identity", "empty"],
)
def test_content_coding_is_undone(coding: str, body: bytes) -> None:
    async def main() -> None:
        one_byte_each = tuple(bytes([byte]) for byte in body)
        for answer in (
            faults.reply(200, {"Content-Encoding": coding}, body),
            faults.chunked(*one_byte_each, headers={"Content-Encoding": coding}),
        ):
            response = await served(answer)
            assert response.content == JSON_REPLY
            assert response.json()["choices"]
            assert await response.aread() == JSON_REPLY

    asyncio.run(main())


def test_empty_body_with_a_content_coding_is_empty() -> None:
    response = asyncio.run(served(faults.reply(204, {"Content-Encoding": "gzip"}, b"")))
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    "answer",
    [
        faults.reply(200, {"Content-Encoding": "br"}, b"\x0b\x02\x80hello\x03"),
        faults.reply(200, {"Content-Encoding": "zstd"}, b"\x28\xb5\x2f\xfd"),
        faults.reply(200, {"Content-Encoding": f"x{KEY}"}, b"abc"),
        faults.compressed(JSON_REPLY, "gzip, gzip"),
        faults.compressed(JSON_REPLY, "gzip, deflate"),
        faults.reply(200, {"Content-Encoding": "gzip"}, b"not gzip at all"),
        faults.reply(200, {"Content-Encoding": "deflate"}, b"\xff\xff\xff\xff"),
        faults.reply(200, {"Content-Encoding": "gzip"}, gzip.compress(JSON_REPLY)[:-9]),
        faults.reply(200, {"Content-Encoding": "gzip"}, gzip.compress(JSON_REPLY)[:-4] + b"oops"),
    ],
    ids=["br", "zstd", "unknown", "twice", "both", "no gzip", "no deflate", "cut off", "checksum"],
)
def test_undecodable_body_is_a_bad_reply(answer: Answer) -> None:
    exc = asyncio.run(served(answer))
    assert type(exc) is httpx.RemoteProtocolError
    error = failure(exc)
    assert error.kind is Kind.BAD_REPLY
    assert KEY not in error.message


@pytest.mark.parametrize("size", [999, 1000])
@pytest.mark.parametrize("coding", [None, "gzip", "deflate"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_body_up_to_the_cap_is_accepted(size: int, coding: str | None, framing: str) -> None:
    body = b"a" * size
    response = asyncio.run(served(_framed(body, coding, framing), max_response_bytes=1000))
    assert response.content == body


@pytest.mark.parametrize("coding", [None, "gzip", "deflate"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
@on_both_loops
def test_body_past_the_cap_is_refused(run: Run, coding: str | None, framing: str) -> None:
    exc = run(served(_framed(b"a" * 1001, coding, framing), max_response_bytes=1000))
    assert type(exc) is ResponseTooLarge
    assert failure(exc).kind is Kind.BAD_REPLY


def _framed(body: bytes, coding: str | None, framing: str) -> Answer:
    data = body if coding is None else faults.packed(body, coding)
    headers = {"Content-Encoding": coding} if coding else {}
    if framing == "chunked":
        return faults.chunked(data[: len(data) // 2], data[len(data) // 2 :], headers=headers)
    return faults.reply(200, headers, data)


def test_bytes_after_the_end_of_compressed_data_count_towards_the_cap() -> None:
    body = gzip.compress(b"{}") + bytes(2000)
    answer = faults.reply(200, {"Content-Encoding": "gzip"}, body)
    assert type(asyncio.run(served(answer, max_response_bytes=1000))) is ResponseTooLarge
    assert asyncio.run(served(answer)).content == b"{}"


def test_bytes_after_the_end_of_compressed_data_are_not_part_of_it() -> None:
    decoder = Decoder("gzip", 1000)
    assert decoder.feed(gzip.compress(b"{}")) == b"{}"
    assert decoder.feed(b"\0\0more" + gzip.compress(b"more")) == b""
    decoder.finish()


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_a_body_of_several_gzip_members_is_read_whole(size: int) -> None:
    members = b"".join(
        gzip.compress(JSON_REPLY[at : at + 9]) for at in range(0, len(JSON_REPLY), 9)
    )
    decoder = Decoder("gzip", 1000)

    got = [decoder.feed(members[at : at + size]) for at in range(0, len(members), size)]

    assert b"".join(got) == JSON_REPLY
    decoder.finish()


def test_a_last_gzip_member_that_stops_short_is_cut_off() -> None:
    decoder = Decoder("gzip", 1000)
    decoder.feed(gzip.compress(b"{") + gzip.compress(b"}")[:-3])
    with pytest.raises(httpx.RemoteProtocolError, match="cut off"):
        decoder.finish()


def test_gzip_members_without_number_are_refused() -> None:
    decoder = Decoder("gzip", 1000)
    with pytest.raises(httpx.RemoteProtocolError, match="damaged"):
        decoder.feed(gzip.compress(b"") * 5000)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compression_bomb_is_stopped_within_64_mib_of_memory(coding: str) -> None:
    answer = faults.bomb(256 * MIB, coding)
    tracemalloc.start()
    try:
        exc = asyncio.run(served(answer))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert type(exc) is ResponseTooLarge
    assert failure(exc).message == "the reply is larger than 16 MiB"
    assert peak < 64 * MIB


def test_decoder_inflates_nothing_past_its_limit() -> None:
    data = faults.packed(bytes(32 * MIB), "gzip")
    tracemalloc.start()
    try:
        with pytest.raises(ResponseTooLarge):
            Decoder("gzip", MIB).feed(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * MIB
