"""In every provider's words: no credit, a bad key, a closed account, an unknown model."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml

from copygen.engine.retry import RULES, Action
from copygen.models import ApiError
from copygen.providers.redact import Redactor
from tests.support.replies import parse

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REFUSALS = yaml.safe_load(
    Path(__file__).with_name("golden").joinpath("refusals.yaml").read_text("utf-8")
)
FOR_GOOD = {"billing", "auth", "permission", "model_not_found", "wrong_url", "tls"}


@pytest.mark.parametrize(
    ("who", "status", "body", "kind"), REFUSALS, ids=lambda value: str(value)[:30]
)
def test_a_refusal_is_understood(who: str, status: int, body: str, kind: str) -> None:
    reply = parse(status, httpx.Headers(), body.encode(), NOW, "m", Redactor())

    assert isinstance(reply, ApiError), who
    assert reply.kind == kind, f"{who}: {reply.message}"
    assert (RULES[reply.kind].action is Action.STOP) == (kind in FOR_GOOD)


@pytest.mark.parametrize(
    ("status", "body", "hint"),
    [
        (403, '{"error":{"message":"Key limit exceeded"}}', "Add credit"),
        (407, "<html><title>Denied</title></html>", "The proxy wants a login"),
        (400, "Client sent an HTTP request to an HTTPS server.", "must begin with https://"),
        (400, "<html><title>Welcome</title></html>", "Check the base URL"),
    ],
)
def test_the_hint_fits_the_refusal(status: int, body: str, hint: str) -> None:
    reply = parse(status, httpx.Headers(), body.encode(), NOW, "m", Redactor())

    assert isinstance(reply, ApiError)
    assert hint in reply.message


@pytest.mark.parametrize("envelope", ["%s", '{"error":%s}', '{"error":{"message":%s}}',
    '{"errors":[{"message":%s}]}', '{"detail":%s}', '{"detail":[{"msg":%s}]}',
    '[{"error":{"message":%s}}]', '{"code":1,"msg":%s}', '{"base_resp":{"status_msg":%s}}',
    '{"Response":{"Error":{"Message":%s}}}', '{"error":{"metadata":{"raw":%s}}}',
    '{"title":%s}', '{"error_msg":%s}', '{"header":{"code":11202,"message":%s}}',
    '{"success":false,"error":{"details":{"upstreamBody":%s}}}'])  # fmt: skip
@pytest.mark.parametrize("status", [200, 400, 403, 412, 422, 429, 500, 503])
def test_no_envelope_hides_the_words(envelope: str, status: int) -> None:
    if envelope == "%s" and status == 200:
        pytest.skip("a bare text under a success is no error body")
    body = envelope % '"Insufficient balance, please recharge"'

    reply = parse(status, httpx.Headers(), body.encode(), NOW, "m", Redactor())

    assert isinstance(reply, ApiError)
    assert reply.kind == "billing", reply.message
