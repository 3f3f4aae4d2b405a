"""Replies, errors, connections and proxies, as real servers sent and behaved."""

import gzip
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from copygen.cli.app import app
from copygen.providers.decode import decode
from copygen.providers.ratelimits import number_of
from tests.field.case import Cases
from tests.support.raw_server import Asked, RawServer, completion, http, raw_server

CASES = Cases()
MANY = 40
"""Rows of a table that must not be burned."""


def run(
    folder: Path,
    answer: Callable[[Asked], bytes | None],
    *args: str,
    rows: int = 1,
    system: bool = False,
    prepare: Callable[[RawServer], None] = lambda _server: None,
    env: dict[str, str] | None = None,
    **params: object,
) -> tuple[str, list[dict[str, object]], str]:
    """What came out of a run in a few words, its records, and what was said."""
    source = folder / "in.jsonl"
    talk = [{"role": "system", "content": "Be brief."}] * system
    lines = [
        {
            "id": f"r{n}",
            "messages": [*talk, {"role": "user", "content": f"Slogan {n}"}],
            **({"params": params} if params else {}),
        }
        for n in range(rows)
    ]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    output = folder / "out.jsonl"
    flags = ("-O", "retry.base_s=0.01", "-O", "breaker.cooldown_s=0.05", *args)
    with raw_server(answer) as server:
        prepare(server)
        done = CliRunner().invoke(
            app, ["run", str(source), "-o", str(output), *server.to, *flags], env=env or {}
        )
        asked = len(server.asked)
    records = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    ended = [str(record["status"]) for record in records]
    counts = ", ".join(f"{ended.count(status)} {status}" for status in sorted(set(ended)))
    return f"exit {done.exit_code}, {counts or '0 records'}, {asked} asked", records, done.output


def always(reply: bytes) -> Callable[[Asked], bytes]:
    """The same reply to everybody."""
    return lambda _asked: reply


def text_of(folder: Path, body: str, **headers: str) -> str:
    """The text and status that one reply comes to, and how often it was bought."""
    came, [record], _ = run(folder, always(http(body, **headers)))
    return f"{came}: {record['text']}"


# Replies


@CASES.case("1:32", "exit 0, 1 ok, 1 asked: Silk. / hm {x}")
def reasoning_in_the_content_is_parted(folder: Path) -> str:
    came, [record], _ = run(folder, always(http(completion("<think>hm {x}</think>\n\nSilk."))))
    return f"{came}: {record['text']} / {record['reasoning']}"


@CASES.case("1:33", "exit 0, 1 ok, 1 asked: Silk.")
def a_closing_mark_alone_ends_reasoning(folder: Path) -> str:
    return text_of(folder, completion("Okay, so.\n</think>\nSilk."))


@CASES.case("1:35", "exit 0, 1 ok, 1 asked: Silk glows.")
def a_stream_nobody_asked_for_is_joined(folder: Path) -> str:
    deltas = [{"content": "Silk "}, {"content": "glows."}]
    events = [{"choices": [{"delta": delta, "finish_reason": None}]} for delta in deltas]
    events.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    return text_of(folder, body)


@CASES.case("1:36", "exit 0, 1 ok, 1 asked: Silk that glows.")
def a_whole_reply_before_the_end_of_a_stream_is_read(folder: Path) -> str:
    return text_of(folder, completion() + "\n\ndata: [DONE]\n\n")


@CASES.case("1:39", "exit 3, 1 rejected, 1 asked: Silk that")
def an_end_at_the_models_length_is_cut_off(folder: Path) -> str:
    return text_of(folder, completion("Silk that", finish_reason="model_length"))


@CASES.case("1:39b", "exit 0, 1 ok, noted, said")
def an_unknown_end_is_noted(folder: Path) -> str:
    came, [record], said = run(folder, always(http(completion(finish_reason="zorp"))))
    noted = ", noted" * bool(record.get("notes")) + ", said" * ("'zorp'" in said)
    return came.replace(", 1 asked", "") + noted


@CASES.case("1:45", "exit 0, 1 ok, 1 asked: 丝绸")
def a_declared_charset_is_honoured(folder: Path) -> str:
    body = completion("丝绸").encode("gbk")
    reply = http(body, Content_Type="application/json;charset=GBK")
    came, [record], _ = run(folder, always(reply))
    return f"{came}: {record['text']}"


@CASES.case("1:45b", "exit 3, 1 failed, 1 asked")
def a_text_that_our_decoding_damaged_is_not_ok(folder: Path) -> str:
    return run(folder, always(http(completion("丝绸").encode("gbk"))))[0]


@CASES.case("1:48", "exit 3, 1 failed, 1 asked, says where")
def a_text_in_reasoning_content_is_bought_once(folder: Path) -> str:
    message = {"role": "assistant", "content": None, "reasoning_content": "Silk."}
    came, [record], _ = run(folder, always(http(completion(message=message))))
    return came + ", says where" * ("reasoning_content" in json.dumps(record["error"]))


@CASES.case("1:48b", "exit 3, 1 failed, 1 asked")
def a_tool_call_is_bought_once(folder: Path) -> str:
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    body = completion(message=message, finish_reason="tool_calls")
    return run(folder, always(http(body)))[0]


@CASES.case("1:51", "exit 0, 1 ok, 1 asked: Silk that glows.")
def a_completion_in_an_envelope_is_read(folder: Path) -> str:
    return text_of(folder, f'{{"code":0,"msg":"success","data":{completion()}}}')


@CASES.case("1:51b", "no chat completion")
def an_envelope_without_one_is_none(folder: Path) -> str:
    body = '{"code":0,"msg":"success","data":{"id":7}}'
    _, [record], _ = run(folder, always(http(body)), "-O", "retry.max_attempts=1")
    return "no chat completion" * ("no chat completion" in json.dumps(record["error"]))


# What no later prompt can better

HINTS = {
    "billing": "Add credit or raise the limit",
    "model_not_found": "Check the model's name",
    "wrong_url": "The base URL must begin with https://",
    "invalid_request": "They are not recorded as failed",
}
"""What a person is told to do."""


def _refusal(number: str, status: int, body: str, kind: str) -> None:
    @CASES.case(number, f"exit 7, 0 records, told as {kind}")
    def a_refusal_for_good_burns_no_row(folder: Path) -> str:
        came, _, said = run(folder, always(http(body, status)), "-c", "4", rows=MANY)
        words = " ".join(said.split())
        told = next((kind for kind, hint in HINTS.items() if hint in words), words[-200:])
        return re.sub(r", \d+ asked", "", came) + f", told as {told}"


_refusal(
    "1:54", 429, '{"error":{"code":"1113","message":"您的账户已欠费，请充值后重试。"}}', "billing"
)
_refusal(
    "1:57",
    403,
    '{"error":{"message":"organization <x> exceeded current quota, please check your plan and '
    'billing details","type":"exceeded_current_quota_error"}}',
    "billing",
)
_refusal(
    "1:58",
    400,
    '{"error":{"code":"Arrearage","message":"Access denied, please make sure your account is in '
    'good standing."}}',
    "billing",
)
_refusal(
    "1:59",
    500,
    '{"type":"error","error":{"type":"api_error","message":"insufficient balance (1008)"}}',
    "billing",
)
_refusal(
    "1:61",
    412,
    '{"error":{"code":"PRECONDITION_FAILED","message":"Account x is suspended, possibly due to '
    'reaching the monthly spending limit"}}',
    "billing",
)
_refusal(
    "11:A4",
    422,
    '{"error":{"message":"Budget has been exceeded! Current cost: 12.5, Max budget: 10.0",'
    '"type":"budget_exceeded"}}',
    "billing",
)
_refusal(
    "11:A4b",
    400,
    '{"error":{"message":"Invalid model name passed in model=nosuch. Call `/v1/models`"}}',
    "model_not_found",
)
_refusal(
    "11:A9",
    400,
    "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>",
    "wrong_url",
)
_refusal("1:net", 400, '{"error":{"message":"Your parrot is resting"}}', "invalid_request")


@CASES.case("1:62", "exit 3, 1 failed, 1 asked: content_filter")
def content_exists_risk_is_a_filter(folder: Path) -> str:
    body = '{"error":{"message":"Content Exists Risk","code":"invalid_request_error"}}'
    came, [record], _ = run(folder, always(http(body, 400)))
    return f"{came}: {record['error']['kind']}"  # type: ignore[index]


# Refused parameters and roles


def _unless(
    words: str, refused: Callable[[dict[str, object]], bool], status: int = 400
) -> Callable[[Asked], bytes]:
    body = json.dumps({"error": {"message": words}})
    return lambda asked: http(body, status) if refused(asked.body) else http(completion())


@CASES.case("1:66", "exit 0, 3 ok, 4 asked")
def a_refused_system_role_is_merged_once(folder: Path) -> str:
    def has_system(body: dict[str, object]) -> bool:
        return any(m["role"] == "system" for m in body["messages"])  # type: ignore[attr-defined]

    answer = _unless("System role not supported", has_system)
    return run(folder, answer, "-c", "1", rows=3, system=True)[0]


@CASES.case("1:68", "exit 0, 3 ok, 4 asked")
def litellms_words_drop_the_temperature(folder: Path) -> str:
    words = (
        "litellm.UnsupportedParamsError: gpt-5 models don't support temperature=0.2. Only "
        "temperature=1 is supported. To drop unsupported params set `litellm.drop_params = True`"
    )
    answer = _unless(words, lambda body: "temperature" in body)
    return run(folder, answer, "-c", "1", rows=3, temperature=0.2)[0]


@CASES.case("1:69", "exit 0, 3 ok, 4 asked")
def kimis_words_drop_the_temperature(folder: Path) -> str:
    words = "invalid temperature: only 1 is allowed for this model"
    answer = _unless(words, lambda body: "temperature" in body)
    return run(folder, answer, "-c", "1", rows=3, temperature=0.2)[0]


# Connections


@CASES.case("1:71", "exit 0, 1 ok, 1 asked")
def gzip_of_several_members_is_read(folder: Path) -> str:
    body = completion().encode()
    packed = gzip.compress(body[:40]) + gzip.compress(body[40:])
    return run(folder, always(http(packed, Content_Encoding="gzip")))[0]


@CASES.case("1:75", "exit 0, 40 ok, 41 asked, no breaker")
def an_unasked_408_is_nobodys_failure(folder: Path) -> str:
    def speak(server: RawServer) -> None:
        server.after = b"HTTP/1.1 408 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        server.after_s = 0.3

    def answer(asked: Asked) -> bytes:
        # All are asked to wait a second: meanwhile the idle connections speak.
        if asked.number == 11:
            return http("{}", 429, Retry_After="1")
        return http(completion())

    came, _, said = run(folder, answer, "-c", "8", rows=40, prepare=speak)
    return came + ", no breaker" * ("0 breaker openings" in said)


@CASES.case("1:77", "exit 0, 40 ok, 43 asked, none possibly billed")
def a_server_that_drops_kept_connections_loses_no_row(folder: Path) -> str:
    def once(asked: Asked) -> bytes | None:
        return None if asked.on_connection else http(completion())

    came, _, said = run(folder, once, "-c", "1", rows=40)
    return came + ", none possibly billed" * ("possibly billed" not in said)


@CASES.case("12:A7", "exit 0, 1 ok, 1 asked: Silk\nglows.")
def long_numbers_and_raw_line_ends_are_read(folder: Path) -> str:
    body = completion("Silk glows.").replace('{"model"', f'{{"created":{"9" * 5000},"model"')
    return text_of(folder, body.replace("Silk glows.", "Silk\nglows."))


@CASES.case("12:A7b", "exit 0, 20 ok, 21 asked")
def a_lone_304_does_not_stop_a_good_run(folder: Path) -> str:
    def answer(asked: Asked) -> bytes:
        return b"HTTP/1.1 304 X\r\n\r\n" if asked.number == 9 else http(completion())

    return run(folder, answer, "-c", "2", rows=20)[0]


_EMPTY = "content-length: 0\r\n\r\n"
PAGES = {
    "a page": b"HTTP/1.1 200 X\r\ncontent-type: text/html\r\ncontent-length: 10\r\n\r\n<html>oops",
    "404": f"HTTP/1.1 404 X\r\n{_EMPTY}".encode(),
    "307": f"HTTP/1.1 307 X\r\nlocation: /login\r\n{_EMPTY}".encode(),
}


@CASES.case("12:A7d", "a page: 20 ok, exit 0; 404: 20 ok, exit 0; 307: 20 ok, exit 0")
def a_lone_page_or_redirect_does_not_stop_a_good_run(folder: Path) -> str:
    said = []
    for name, page in PAGES.items():
        (folder / name).mkdir()

        def answer(asked: Asked, page: bytes = page) -> bytes:
            return page if asked.number == 9 else http(completion())

        came = run(folder / name, answer, "-c", "2", rows=20)[0]
        said.append(f"{name}: 20 ok, exit 0" if "exit 0, 20 ok" in came else f"{name}: {came}")
    return "; ".join(said)


@CASES.case("12:A7e", "exit 3, 2 failed, 38 ok")
def two_rows_that_always_bring_a_page_cost_only_themselves(folder: Path) -> str:
    def answer(asked: Asked) -> bytes:
        said = json.dumps(asked.body)
        return PAGES["a page"] if "Slogan 20" in said or "Slogan 33" in said else http(completion())

    flags = ("-c", "2", "--max-attempts", "2", "-O", "retry.base_s=0.01")
    return run(folder, answer, *flags, rows=40)[0].rpartition(" ok")[0] + " ok"


@CASES.case("12:A7c", "exit 0, 1 ok, 2 asked")
def a_status_that_is_none_is_not_waited_for(folder: Path) -> str:
    def answer(asked: Asked) -> bytes:
        return b"HTTP/1.1 000 X\r\n\r\n" if asked.number == 0 else http(completion())

    return run(folder, answer)[0]


# Proxies and addresses


def _proxied(folder: Path, proxy: str) -> str:
    (folder / "in.jsonl").write_text('{"prompt":"Slogan"}\n', encoding="utf-8")
    args = ["run", str(folder / "in.jsonl"), "-p", "simulator", "-q"]
    done = CliRunner().invoke(
        app, [*args, "--base-url", "https://api.shop.test/v1"], env={"HTTPS_PROXY": proxy,
        "https_proxy": proxy, "no_proxy": "", "NO_PROXY": ""}
    )  # fmt: skip
    named = " named" * ("(https_proxy)" in done.output or "https_proxy names" in done.output)
    return f"exit {done.exit_code}{named}"


@CASES.case("1:84", "exit 7 named")
def a_proxy_that_wants_a_login_ends_the_run(folder: Path) -> str:
    reply = b"HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n"
    with raw_server(always(reply)) as server:
        return _proxied(folder, f"http://127.0.0.1:{server.port}")


@CASES.case("1:84b", "exit 7 named, exit 7 named, exit 7 named")
def a_dead_a_wrong_and_a_socks_proxy_end_the_run(folder: Path) -> str:
    proxies = ("http://127.0.0.1:1", "garbage.invalid", "socks5://127.0.0.1:1080")
    return ", ".join(_proxied(folder, proxy) for proxy in proxies)


@CASES.case("1:87", "exit 0, 1 ok, /v1/chat/completions?api-version=1")
def a_query_of_the_address_is_kept(folder: Path) -> str:
    source = folder / "in.jsonl"
    source.write_text('{"prompt":"Slogan"}\n', encoding="utf-8")
    with raw_server(always(http(completion()))) as server:
        url = f"http://127.0.0.1:{server.port}/v1?api-version=1"
        done = CliRunner().invoke(app, ["run", str(source), "-p", "simulator", "--base-url", url])
        head = server.asked[0].head if server.asked else "not asked"
    return f"exit {done.exit_code}, 1 ok, {head.split()[1]}"


# Size


@CASES.case("12:A5b", "quick")
def a_header_of_many_digits_is_read_in_passing(folder: Path) -> str:
    del folder
    began = time.process_time()
    for size in (16_000, 320_000):
        number_of("9" * size)
    return "quick" if time.process_time() - began < 0.05 else "slow"


@CASES.case("12:A6", "{'a': 1}")
def comment_lines_before_a_reply_are_passed_over(folder: Path) -> str:
    del folder
    return str(decode(b": wait\n" * 500_000 + b'{"a": 1}'))
