"""What the doctor makes of what it sees."""

from datetime import UTC, datetime
from typing import Any

import pytest

from copygen.config import ProviderConfig
from copygen.errors import ExitCode
from copygen.jobs.doctor import (
    Diagnosis,
    Health,
    exit_code_of,
    of_endpoint,
    of_key,
    of_limits,
    of_model,
    of_price,
)
from copygen.models import ApiError, Kind
from copygen.providers.ratelimits import RateLimits
from copygen.providers.wire import ModelList

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SERVED = ModelList(("gpt-6-luna", "gpt-6-sol"), RateLimits())
REFUSED = ApiError(Kind.AUTH, "Incorrect API key provided.", 401)
PAGE = ApiError(Kind.PERMISSION, "A web page answered: Just a moment...", 403)
PROXY = ApiError(Kind.PERMISSION, "HTTP 407, without a reason.", 407)


def provider(**fields: Any) -> ProviderConfig:
    given = {"name": "p", "base_url": "https://llm.example.com/v1", "default_model": "m", **fields}
    return ProviderConfig.model_validate(given)


ENDPOINTS = [
    (SERVED, Health.OK, ExitCode.OK),
    (REFUSED, Health.OK, ExitCode.OK),
    (ApiError(Kind.BILLING, "no credit", 402), Health.OK, ExitCode.OK),
    (ApiError(Kind.RATE_LIMITED, "slow down", 429), Health.WARN, ExitCode.OK),
    (ApiError(Kind.WRONG_URL, "Not Found", 404), Health.WARN, ExitCode.OK),
    (ApiError(Kind.INVALID_REQUEST, "no", 501), Health.WARN, ExitCode.OK),
    (ApiError(Kind.WRONG_URL, "A web page answered: x", 404), Health.FAIL, ExitCode.REFUSED),
    (ApiError(Kind.WRONG_URL, "redirects", 302), Health.FAIL, ExitCode.REFUSED),
    (ApiError(Kind.BAD_REPLY, "no list", 200), Health.FAIL, ExitCode.REFUSED),
    (ApiError(Kind.TLS, "certificate"), Health.FAIL, ExitCode.REFUSED),
    (ApiError(Kind.CONNECTION, "refused"), Health.FAIL, ExitCode.TEMPORARY),
    (ApiError(Kind.TIMEOUT, "no answer"), Health.FAIL, ExitCode.TEMPORARY),
    (ApiError(Kind.SERVER, "overloaded", 503), Health.FAIL, ExitCode.TEMPORARY),
    (PAGE, Health.FAIL, ExitCode.REFUSED),
    (PROXY, Health.FAIL, ExitCode.TEMPORARY),
]


@pytest.mark.parametrize(("answer", "verdict", "code"), ENDPOINTS)
def test_an_endpoint_answers_or_says_how_a_run_would_end(
    answer: ModelList | ApiError, verdict: Health, code: ExitCode
) -> None:
    found = of_endpoint(answer, 0.1)

    assert (found.health, found.exit_code) == (verdict, code)
    assert (found.next_step is None) is (verdict is Health.OK)


KEYS = [
    # origin, doubt, the answer with it, the answer without it, verdict, words
    ("P_KEY (sk-a…)", None, SERVED, REFUSED, Health.OK, "P_KEY (sk-a…), accepted"),
    ("P_KEY (sk-a…)", None, SERVED, SERVED, Health.OK, "does not prove the key"),
    ("P_KEY (sk-a…)", None, None, None, Health.OK, "well-formed"),
    ("P_KEY (sk-a…)", None, SERVED, PAGE, Health.OK, "well-formed"),
    ("P_KEY (sk-a…)", "odd", SERVED, REFUSED, Health.WARN, "odd"),
    ("P_KEY (sk-a…)", "odd", REFUSED, None, Health.FAIL, "Incorrect API key"),
    (None, None, SERVED, None, Health.OK, "none is needed"),
    # A local server that was started with a key of its own.
    (None, None, REFUSED, None, Health.FAIL, "Incorrect API key"),
    ("P_KEY (sk-a…)", None, PAGE, None, Health.OK, "well-formed"),
    ("P_KEY (sk-a…)", None, PROXY, None, Health.OK, "well-formed"),
]


@pytest.mark.parametrize(("origin", "doubt", "answer", "without", "verdict", "words"), KEYS)
def test_a_key_is_accepted_only_where_it_makes_a_difference(
    origin: str | None,
    doubt: str | None,
    answer: ModelList | ApiError | None,
    without: ModelList | ApiError | None,
    verdict: Health,
    words: str,
) -> None:
    found = of_key(provider(key_url="https://p.example/keys"), origin, doubt, answer, without)

    assert found.health is verdict
    assert words in found.said
    if verdict is Health.FAIL:
        assert found.exit_code is ExitCode.REFUSED
        assert "https://p.example/keys" in (found.next_step or "")


@pytest.mark.parametrize(
    ("model", "answer", "verdict", "words"),
    [
        ("gpt-6-luna", SERVED, Health.OK, "one of 2 models served"),
        ("gpt-6-lunar", SERVED, Health.FAIL, "did you mean -m gpt-6-luna?"),
        ("llama", SERVED, Health.FAIL, "such as gpt-6-luna"),
        ("m", ModelList((), RateLimits()), Health.SKIP, "not known"),
        ("m", REFUSED, Health.SKIP, "not known"),
        ("m", None, Health.SKIP, "not known"),
    ],
)
def test_a_model_is_served_or_the_nearest_is_named(
    model: str, answer: ModelList | ApiError | None, verdict: Health, words: str
) -> None:
    found = of_model(model, answer)

    assert found.health is verdict
    assert words in f"{found.said} {found.next_step}"
    assert found.exit_code is (ExitCode.REFUSED if verdict is Health.FAIL else ExitCode.OK)


PAID = {"input": 1, "output": "2.5"}
PRICES = [
    ({"price": PAID, "checked_on": "2026-11-20"}, [Health.OK], "$1.00 in, $2.50 out"),
    ({"price": PAID, "checked_on": "2026-08-26"}, [Health.OK], "checked on 2026-08-26"),
    ({"price": PAID, "checked_on": "2026-08-25"}, [Health.WARN], "checked 91 days ago"),
    ({"price": PAID}, [Health.WARN], "nobody says how old"),
    ({"price": {"input": 0, "output": 0}}, [Health.OK], "$0.00 in"),
    ({}, [Health.WARN], "costs will be null"),
    (
        {"price": PAID, "checked_on": "2026-11-20", "deprecated_on": "2026-12-01"},
        [Health.OK, Health.WARN],
        "m ends at p on 2026-12-01 (in 7 days).",
    ),
    (
        {"deprecated_on": "2026-07-24", "successor": "n"},
        [Health.WARN, Health.WARN],
        "try -m n",
    ),
]


@pytest.mark.parametrize(("model", "verdicts", "words"), PRICES)
def test_a_price_is_known_and_young_or_a_warning(
    model: dict[str, Any], verdicts: list[Health], words: str
) -> None:
    found = list(of_price(provider(models={"m": model}), "m", NOW))

    assert [finding.health for finding in found] == verdicts
    assert words in " ".join(f"{finding.said} {finding.next_step}" for finding in found)


LIMITS = [
    ({}, None, Health.SKIP, "none of your own; the provider's are not known"),
    ({}, RateLimits(), Health.OK, "none of your own; the headers name none"),
    ({}, RateLimits(500), Health.OK, "the headers name 500 requests"),
    ({"rpm": 500}, RateLimits(500), Health.OK, "yours: rpm 500"),
    ({"rpm": 501}, RateLimits(500), Health.WARN, "set rpm to 500"),
    (
        {"rpm": 60, "tpm": 90_000},
        RateLimits(requests_limit=500, tokens_limit=30_000),
        Health.WARN,
        "set tpm to 30000",
    ),
    ({"tpm": 90_000}, RateLimits(requests_limit=500), Health.OK, "yours: tpm 90,000"),
]


@pytest.mark.parametrize(("own", "limits", "verdict", "words"), LIMITS)
def test_limits_of_ones_own_above_the_providers_are_a_warning(
    own: dict[str, int], limits: RateLimits | None, verdict: Health, words: str
) -> None:
    found = of_limits(provider(**own), limits)

    assert found.health is verdict
    assert words in f"{found.said} {found.next_step}"


def test_the_exit_code_is_that_of_the_first_failure_and_warnings_have_none() -> None:
    ok = Diagnosis("a", Health.OK, "")
    warn = Diagnosis("b", Health.WARN, "", "do")
    fails = [
        Diagnosis("c", Health.FAIL, "", None, code)
        for code in (ExitCode.TEMPORARY, ExitCode.RESULTS)
    ]

    assert exit_code_of([]) is ExitCode.OK
    assert exit_code_of([ok, warn]) is ExitCode.OK
    assert exit_code_of([ok, *fails, warn]) is ExitCode.TEMPORARY
