"""Where settings come from: the presets, the user's own file, and `--option`."""

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from copygen import system
from copygen.config.settings import ModelConfig, ProviderConfig, Settings
from copygen.documents import (
    Document,
    configs_folder,
    explain,
    files,
    located,
    nearest,
    parse_document,
    read_document,
    shipped_document,
    shipped_names,
    validate,
)
from copygen.errors import ConfigError
from copygen.models import JsonValue

_NO_FILE = "<defaults>"
_EMPTY = parse_document("{}", _NO_FILE)
_MAKERS = dict.fromkeys(
    ("anthropic", "claude"),
    "its models are reached through openrouter: -p openrouter -m anthropic/NAME",
) | {
    "google": "did you mean 'gemini'?",
    "chatgpt": "did you mean 'openai'?",
    "qwen": "its models are reached through openrouter: -p openrouter -m qwen/NAME",
    "mistral": "its models are reached through openrouter: -p openrouter -m mistralai/NAME",
    "azure": "name it in your settings: providers: {azure: {base_url: ..., default_model: ...}}",
    "groq": "name it in your settings: providers: {groq: {base_url: ..., default_model: ...}}",
}
"""What people call by the name of whoever makes it."""
_OF_PROMPT_FILES = (
    "reasks", "on_violation", "fields", "channel", "checks", "matrix", "variants", "params",
    "model", "provider", "prompt", "system", "template", "items",
)  # fmt: skip


def load_settings(
    path: str | Path | None, options: Mapping[str, str], environ: Mapping[str, str]
) -> "Loaded":
    """Read the user's settings file and lay `options` (`breaker.cooldown_s` → `60`) over it.

    `path` None means `$COPYGEN_CONFIG`, else `copygen/config.yaml` in the user's configuration
    folder if there is one. Paths in the file begin at its folder, those of `options` in the
    current one. Raises ConfigError with file, line and the nearest valid key.
    """
    path = Path(path) if path else _usual_file(environ)
    if path:
        document = read_document(path, f"the settings file {path}", "the settings")
    else:
        document = parse_document("", _NO_FILE)
    settings = validate(Settings, _or_empty(document))
    if options:
        settings = _validated_options(document.data or {}, options)
    folder = path.parent if path else _usual_folder(environ)
    own = folder or Path()
    ca_file, channels = settings.ca_file, settings.channels
    placed = {
        "ca_file": ca_file and _placed(ca_file, Path() if "ca_file" in options else own),
        "channels": tuple(
            _placed(one, Path() if "channels" in options else own) for one in channels
        ),
    }
    return Loaded(settings.model_copy(update=placed), document, folder)


def _placed(path: Path, folder: Path) -> Path:
    """A path of the settings as it can be opened. Raises ConfigError."""
    try:
        return folder / files.expanded(path)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error


class Loaded:
    """The settings, and with them the providers they speak of."""

    def __init__(self, settings: Settings, document: Document, folder: Path | None) -> None:
        self.settings = settings
        self._document = document
        self._folder = folder

    def channel_files(self) -> tuple[Path, ...]:
        """The user's channel files: those in `channels/` beside the settings, then those named."""
        if self._folder is None:
            return self.settings.channels
        return (*sorted((self._folder / "channels").glob("*.yaml")), *self.settings.channels)

    @property
    def path(self) -> str | None:
        """The settings file they were read from; None when there is none."""
        return None if self._document.path == _NO_FILE else self._document.path

    def provider(self, name: str) -> ProviderConfig:
        """The provider of that name: its preset with the user's own keys over it.

        Raises ConfigError for an unknown name, with the nearest known one, or a bad key.
        """
        own = self.settings.providers.get(name)
        preset = _preset(name)
        if own is None and preset is None:
            known = sorted({*preset_names(), *self.settings.providers})
            near = nearest(name, known)
            hint = f"did you mean '{near}'?" if near else f"known here: {', '.join(known)}"
            if (maker := name.casefold()) in _MAKERS:
                hint = _MAKERS[maker]
            raise ConfigError(f"there is no provider '{name}'; {hint}")
        if own is None:
            assert preset is not None
            return validate(ProviderConfig, preset)
        base = _without_replaced_prices(preset.data if preset else {}, own)
        merged = _merge(base, _with_its_source(own, self.path or "--option"))
        return self._own(name, {**merged, "name": name})

    def _own(self, name: str, merged: JsonValue) -> ProviderConfig:
        try:
            return ProviderConfig.model_validate(merged)
        except ValidationError as invalid:
            problem = invalid.errors(include_url=False)[0]
            if self._is_from_option("providers", name, *problem["loc"]):
                words = f"--option providers.{name}: {explain(problem, ProviderConfig)}"
                raise ConfigError(words) from invalid
            source = self._document.source(("providers", name, *problem["loc"]))
            said = explain(problem, ProviderConfig)
            if problem["loc"] == ("default_model",) and problem["type"] == "missing":
                lacks_address = isinstance(merged, Mapping) and "base_url" not in merged
                said = "'default_model' and 'base_url' are required" if lacks_address else said
            raise located(ConfigError, said, source) from invalid

    def _is_from_option(self, *loc: str | int) -> bool:
        """Whether what stands there came from `--option`: the file has nothing of the kind."""
        below: JsonValue = self._document.data
        for part in loc:
            if not isinstance(below, Mapping) or part not in below:
                own = self.settings.providers.get(str(loc[1]), {})
                return _reaches(own, loc[2:])
            below = below[part]
        return False


def _reaches(data: JsonValue, loc: Sequence[str | int]) -> bool:
    for part in loc:
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True


def key_variables() -> dict[str, str]:
    """The environment variable of each preset that takes its key from one."""
    found = {name: (_preset(name) or _EMPTY).data.get("key_env") for name in preset_names()}
    return {name: variable for name, variable in found.items() if variable}


def provider_names(loaded: Loaded) -> list[str]:
    """Every provider there is: the presets and the user's own, sorted."""
    return sorted({*preset_names(), *loaded.settings.providers})


def preset_names() -> list[str]:
    """The providers that ship with copygen, sorted."""
    return shipped_names()


def schema_text(name: str) -> str:
    """The JSON schema `summary` or `record`, as it ships."""
    return (configs_folder() / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")


def _preset(name: str) -> Document | None:
    return shipped_document(name) if name in preset_names() else None


def _usual_file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("COPYGEN_CONFIG"):
        path = _placed(Path(named), Path())
        if not path.is_absolute():
            # In whatever folder copygen runs, a file of that name could be somebody else's.
            raise ConfigError(
                f"COPYGEN_CONFIG must be an absolute path or begin with ~/, not '{named}'."
            )
        return path
    folder = _usual_folder(environ)
    if folder is None:
        return None
    usual = folder / "config.yaml"
    try:
        found = files.status(usual)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(
            f"cannot look for the settings file {usual}: {error.strerror}; "
            "name another with --config, or /dev/null for none."
        ) from error
    return usual if stat.S_ISREG(found.st_mode) else None


def _usual_folder(environ: Mapping[str, str]) -> Path | None:
    folder = system.settings_folder(environ)
    return None if folder is None else folder / "copygen"


def _or_empty(document: Document) -> Document:
    """A file of nothing but comments holds no settings; that is fine."""
    return parse_document("{}", document.path) if document.data is None else document


def _option(name: str, value: str) -> dict[str, Any]:
    """The mapping a dotted `name` stands for; the value is read as YAML."""
    first, *below = _parts(name)
    given: JsonValue = parse_document(value, f"--option {name}").data
    for part in reversed(below):
        given = {part: given}
    return {first: given}


def _parts(name: str) -> list[str]:
    """The keys of a dotted name. A model may have dots of its own: `...models.gpt-4.1.price`."""
    parts = name.split(".")
    if parts[0] == "providers" and parts[2:3] == ["models"] and len(parts) > 3:
        of_model = (i for i in range(4, len(parts)) if parts[i] in ModelConfig.model_fields)
        end = next(of_model, len(parts))
        parts[3:end] = [".".join(parts[3:end]).strip("\"'")]
    return parts


def _validated_options(data: Mapping[str, Any], options: Mapping[str, str]) -> Settings:
    for name, value in options.items():
        data = _merge(data, _option(name, value))
    try:
        return Settings.model_validate(data)
    except ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        if problem["type"] == "extra_forbidden" and problem["loc"][0] in _OF_PROMPT_FILES:
            key = problem["loc"][0]
            words = f"'{key}' is no setting but a key of the prompt file: write it there"
            raise ConfigError(f"--option: {words}.") from invalid
        raise ConfigError(f"--option: {explain(problem, Settings)}") from invalid


def _without_replaced_prices(preset: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The preset without the prices the user gives in full.

    A whole price of one's own replaces the preset's with its tiers and its note: half of each
    would be nobody's price.
    """
    models = dict(preset.get("models") or {})
    for name, model in _mapping(own.get("models")).items():
        if isinstance(models.get(name), Mapping):
            models[name] = {
                key: value
                for key, value in models[name].items()
                if not (key in ("price", "reference") and _is_whole(_mapping(model).get(key)))
            }
    return {**preset, "models": models}


def _with_its_source(own: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The user's keys, each price of theirs with a source: the preset's says nothing about it."""
    models = {
        name: {"source": path, "checked_on": None, **model}
        if _mapping(_mapping(model).get("price")) and "source" not in model
        else model
        for name, model in _mapping(own.get("models")).items()
    }
    return {**own, "models": models} if models else dict(own)


def _is_whole(price: JsonValue) -> bool:
    return {"input", "output"} <= set(_mapping(price))


def _mapping(value: JsonValue) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merge key by key; anything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            value = _merge(below, value)
        merged[key] = value
    return merged
