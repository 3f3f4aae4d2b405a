"""Every way a provider might send a key back: one reply per name, made from the key it got."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from tests.support.sec_server import http

Echo = Callable[[str], bytes]


def _tells(key: str) -> str:
    """The same without words that end a run."""
    return f"Request with {key} failed; headers: Authorization: Bearer {key}, x-api-key={key}"


def _json(status: int, value: Any, **headers: str) -> bytes:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return http(status, json.dumps(value).encode(), named)


def _says(key: str) -> str:
    return f"Incorrect API key provided: {key}. Authorization: Bearer {key} was refused"


def _reply(content: Any, finish: Any = "stop", **more: Any) -> bytes:
    message = {"role": "assistant", "content": content, **more.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": finish, **more.pop("choice", {})}
    usage = more.pop("usage", {"prompt_tokens": 3, "completion_tokens": 2})
    return _json(200, {"model": "m", "choices": [choice], "usage": usage, **more})


def _page(status: int, text: str) -> bytes:
    page = f"<!DOCTYPE html><html><head><title>{text}</title></head><body>{text}</body></html>"
    return http(status, page.encode(), {"Content-Type": "text/html"})


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


GOING_ON: Mapping[str, Echo] = {
    # Each ends its prompt; the run goes on.
    "400 object": lambda k: _json(400, {"error": {"message": _tells(k), "type": "invalid"}}),
    "400 code": lambda k: _json(400, {"error": {"message": "bad", "code": k, "type": k}}),
    "400 only a code": lambda k: _json(400, {"error": {"code": k}}),
    "400 string": lambda k: _json(400, _tells(k)),
    "400 error string": lambda k: _json(400, {"error": _tells(k)}),
    "400 detail list": lambda k: _json(400, {"detail": [{"loc": ["header", k], "msg": _tells(k)}]}),
    "400 array": lambda k: _json(400, [{"error": {"message": _tells(k), "status": k}}]),
    "400 nested json text": lambda k: _json(
        400, {"error": {"message": json.dumps({"error": {"message": _tells(k)}})}}
    ),
    "400 metadata raw": lambda k: _json(
        400, {"error": {"message": "x", "metadata": {"raw": _tells(k), "provider_name": k}}}
    ),
    "400 param": lambda k: _json(
        400, {"error": {"message": f"Unsupported parameter: '{k}'", "param": k}}
    ),
    "400 plain text": lambda k: http(400, _tells(k).encode()),
    "400 url-encoded": lambda k: _json(400, {"error": {"message": f"?key={quote(k, safe='')}"}}),
    "400 base64": lambda k: _json(400, {"error": {"message": f"Basic {_b64('user:' + k)}"}}),
    "400 base64 bearer": lambda k: _json(400, {"error": {"message": _b64(f"Bearer {k}")}}),
    "400 hex": lambda k: _json(400, {"error": {"message": k.encode().hex()}}),
    "400 escaped twice": lambda k: _json(400, {"error": {"message": json.dumps(json.dumps(k))}}),
    "400 userinfo": lambda k: _json(400, {"error": {"message": f"see https://u:{k}@h/"}}),
    "400 as a key": lambda k: _json(400, {"error": {k: k, "message": f"{{'{k}': '{k}'}}"}}),
    "400 huge": lambda k: http(400, (f"x{k} " * 3000).encode()),
    "413": lambda k: _json(413, {"error": {"message": _tells(k)}}),
    "422": lambda k: _json(422, {"errors": {"authorization": [_tells(k)], "message": _tells(k)}}),
    "500 html": lambda k: _page(500, _tells(k)),
    "502 plain text": lambda k: http(502, f"upstream: {k}".encode()),
    "503 retry-after": lambda k: _json(503, {"error": _tells(k)}, Retry_After=k),
    "529": lambda k: _json(529, {"type": "error", "error": {"type": k, "message": _tells(k)}}),
    "headers": lambda k: _json(400, {"error": {"message": "x"}}, X_Request_Id=k, X_Key=_b64(k)),
    "cookie": lambda k: _json(400, {"error": {"message": "x"}}, Set_Cookie=f"key={k}"),
    "rate-limit headers": lambda k: _json(
        500, {"error": "x"}, X_RateLimit_Reset_Requests=k, X_RateLimit_Limit_Tokens=k
    ),
    "reason of the status line": lambda k: (
        f"HTTP/1.1 500 {k}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    ),
    "malformed status line": lambda k: f"HTTP/1.1 2x0 Bearer {k}\r\n\r\n".encode(),
    "no http": lambda k: f"{k}\r\n\r\n".encode(),
    "malformed header": lambda k: f"HTTP/1.1 200 OK\r\n{k}\r\n\r\n".encode(),
    "bad length": lambda k: f"HTTP/1.1 200 OK\r\nContent-Length: {k}\r\n\r\n".encode(),
    "bad chunk": lambda k: (
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{k}\r\n{k}\r\n".encode()
    ),
    "bad coding": lambda k: http(200, k.encode(), {"Content-Encoding": k.replace('"', "")}),
    "damaged gzip": lambda k: http(200, k.encode(), {"Content-Encoding": "gzip"}),
    "cut off": lambda k: f'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{{"{k}'.encode(),
    "200 with an error": lambda k: _json(200, {"error": {"message": _tells(k), "code": 500}}),
    "200 with an error and choices": lambda k: _json(
        200, {"choices": [{"message": {"content": ""}, "error": {"message": _tells(k)}}]}
    ),
    "200 plain text": lambda k: http(200, _tells(k).encode()),
    "200 broken json": lambda k: http(200, f'{{"key": "{k}'.encode()),
    "200 event stream": lambda k: http(200, f"data: {k}\n\n".encode()),
    "200 another json": lambda k: _json(200, {"key": k}),
    "200 no choices": lambda k: _json(200, {"choices": [], "model": k, "note": k}),
    "refusal": lambda k: _reply(None, message={"refusal": _tells(k)}),
    "finish reason": lambda k: _reply("Silk.", finish=k),
    "finish reason alone": lambda k: _reply("", finish=k),
    "content filter": lambda k: _reply("", finish="content_filter", model=k),
    "tool call": lambda k: _reply(None, "tool_calls", message={"tool_calls": [{"id": k}]}),
    "truncated text": lambda k: _reply(f"Write {k}", finish="length"),
    "model name": lambda k: _reply("Silk.", model=k),
    "usage": lambda k: _reply(
        "Silk.", usage={"prompt_tokens": k, "completion_tokens": 2, k: 1, "cost": k}
    ),
    "copy": lambda k: _reply(f"Silk. {_tells(k)}"),
    "copy, encoded": lambda k: _reply(f"{quote(k, safe='')} {_b64(k)} {k.encode().hex()}"),
    "copy, as JSON": lambda k: _reply(json.dumps({"key": k})),
    "copy, in parts": lambda k: _reply(
        [{"type": "text", "text": k[:9]}, {"type": "text", "text": k[9:]}]
    ),
    "reasoning": lambda k: _reply("Silk.", message={"reasoning_content": k, k: k}),
    "429, then copy": lambda k: _json(429, {"error": {"message": _tells(k)}}, Retry_After="0"),
}

ENDING: Mapping[str, Echo] = {
    # Each ends the run with code 7.
    "401": lambda k: _json(401, {"error": {"message": _says(k), "code": "invalid_api_key"}}),
    "400 html": lambda k: _page(400, _tells(k)),
    "401 html": lambda k: _page(401, _says(k)),
    "401 text": lambda k: http(
        401, f"Bearer {k}".encode(), {"WWW-Authenticate": f'Bearer x="{k}"'}
    ),
    "402": lambda k: _json(402, {"error": {"message": f"no credit on {k}"}}),
    "403": lambda k: _json(403, {"message": f"key {k} may not"}),
    "404 model": lambda k: _json(404, {"error": {"message": f"no model {k}", "code": k}}),
    "407": lambda k: http(407, k.encode(), {"Proxy-Authenticate": f'Basic realm="{k}"'}),
    "redirect, query": lambda k: http(302, b"", {"Location": f"https://e.example/?key={k}"}),
    "redirect, host": lambda k: http(307, b"", {"Location": f"https://{k}.e.example/"}),
    "redirect, user": lambda k: http(308, b"", {"Location": f"https://{k}:{k}@e.example/"}),
    "redirect, no url": lambda k: http(303, k.encode(), {"Location": f"{k}"}),
    "200 page": lambda k: _page(200, _says(k)),
    "billing": lambda k: _json(429, {"error": {"message": _says(k), "code": "insufficient_quota"}}),
}
