from pathlib import Path

import pydantic
import pytest

from copygen.config import ProviderConfig, load_settings
from copygen.errors import ConfigError


def settings_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold() -> None:
    loaded = load_settings(None, {}, {"HOME": "/nonexistent"})
    assert loaded.settings.default_provider == "holysheep"
    assert loaded.settings.concurrency == "auto"
    assert loaded.settings.retry.max_attempts == 5
    assert loaded.settings.timeout_s == 30
    assert loaded.provider("holysheep").base_url == "https://api.holysheep.ai/v1"


def test_the_users_file_lays_over_the_preset_key_by_key(tmp_path: Path) -> None:
    path = settings_file(
        tmp_path,
        """
concurrency: 20
providers:
  holysheep:
    models:
      gpt-4.1: {price: {input: 1.5}}
""",
    )
    loaded = load_settings(path, {}, {})
    provider = loaded.provider("holysheep")
    model = provider.model("gpt-4.1")
    assert loaded.settings.concurrency == 20
    assert model is not None
    assert model.price is not None
    assert (float(model.price.input), float(model.price.output)) == (1.5, 8.0)
    assert provider.key_env == "HOLYSHEEP_API_KEY"


def test_a_provider_of_ones_own_needs_no_preset(tmp_path: Path) -> None:
    path = settings_file(
        tmp_path, "providers: {mine: {base_url: 'http://localhost:1/v1', default_model: m}}"
    )
    assert load_settings(path, {}, {}).provider("mine").is_local


def test_the_usual_places_are_looked_in(tmp_path: Path) -> None:
    named = settings_file(tmp_path, "concurrency: 3")
    assert load_settings(None, {}, {"COPYGEN_CONFIG": str(named)}).settings.concurrency == 3
    (tmp_path / "copygen").mkdir()
    (tmp_path / "copygen" / "config.yaml").write_text("# nothing set\n")
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert load_settings(None, {}, environ).settings.concurrency == "auto"


def test_options_win_over_the_file(tmp_path: Path) -> None:
    path = settings_file(tmp_path, "breaker: {cooldown_s: 7}")
    options = {"breaker.cooldown_cap_s": "90", "breaker.cooldown_s": "90", "concurrency": "2"}
    settings = load_settings(path, options, {}).settings
    assert (settings.breaker.cooldown_s, settings.breaker.cooldown_cap_s) == (90, 90)
    assert settings.concurrency == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("concurency: 4", "1:1: unknown key 'concurency'; did you mean 'concurrency'?"),
        ("retry:\n  max_attempts: 0", "2:3: 'retry.max_attempts'"),
        ("breaker: {window: 10}", "1:1: 'breaker' min_calls cannot be larger than window"),
        ("concurrency: [", ":"),
        ("providers:\n  holysheep:\n    base_ulr: x", "3:5: unknown key 'base_ulr'"),
        ("providers:\n  x:\n    base_url: ftp://x\n    default_model: m", "3:5: 'base_url'"),
        ("providers:\n  x:\n    base_url: https://u:p@x\n    default_model: m", "user name"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = settings_file(tmp_path, text)

    def load() -> None:
        loaded = load_settings(path, {}, {})
        for name in loaded.settings.providers:
            loaded.provider(name)

    with pytest.raises(ConfigError) as caught:
        load()
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retry.max_atempts": "1"}, "did you mean 'max_attempts'"),
        ({"retry.max_attempts": "none"}, "--option: 'retry.max_attempts'"),
        ({"breaker": "3"}, "--option: 'breaker'"),
    ],
)
def test_a_mistaken_option_is_named(options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings(None, options, {"HOME": "/nonexistent"})


@pytest.mark.parametrize("name", ["/nonexistent/config.yaml"])
def test_a_file_that_cannot_be_read_is_a_clear_error(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot read the settings file"):
        load_settings(Path(name), {}, {})


def test_an_unknown_provider_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'deepseek'"):
        load_settings(None, {}, {"HOME": "/nonexistent"}).provider("depseek")
    with pytest.raises(ConfigError, match=r"known here: deepseek, gemini"):
        load_settings(None, {}, {"HOME": "/nonexistent"}).provider("zzz")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1:-1/v1", "cannot be read"),
        ("http://127.0.0.1:99999/v1", "port up to 65535"),
        ("http://127.0.0.1:0/v1", "port from 1"),
        ("https://x/v1?api_key=sk-1", "must not carry a key"),
        ("https://x/v1?sig=abc", "must not carry a key"),
        ("https://x/v1?api-version=2026-10-01", None),
        ("https://x:65535/v1", None),
    ],
)
def test_an_address_is_checked_before_it_is_used(address: str, says: str | None) -> None:
    given = {"name": "x", "base_url": address, "default_model": "m"}
    if says is None:
        assert ProviderConfig.model_validate(given).base_url == address
    else:
        with pytest.raises(pydantic.ValidationError, match=says):
            ProviderConfig.model_validate(given)


def test_all_models_of_a_provider_can_be_one_option() -> None:
    given = {"providers.openai.models": "{gpt-9.1: {price: {input: 1, output: 2}}}"}
    loaded = load_settings(None, given, {})
    assert loaded.provider("openai").models["gpt-9.1"].price is not None
