"""YAML files as frozen models: those that ship with copygen, and those that a person names.

Both come through here, so a fault in either is told in the same way: file, line, column, and one
sentence with the nearest name that would be right.
"""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import pydantic

from copygen.documents import files
from copygen.documents.validation import validate
from copygen.documents.yaml import Document, parse_document
from copygen.errors import ConfigError

_SUFFIX = ".yaml"


class FrozenModel(pydantic.BaseModel):
    """Base of all that is read from YAML files: frozen, and an unknown key is an error.

    What was given stays out of pydantic's messages: it may be a key in the wrong place.
    """

    model_config = pydantic.ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        defer_build=True,  # most are parts of others, or not met in a run: 13 ms of its start
    )


M = TypeVar("M", bound=pydantic.BaseModel)


def configs_folder() -> Traversable:
    """The folder of all data that ships with copygen: providers, and below it other tables."""
    # Inside a wheel the presets stand beside the package's modules; in a checkout, and in an
    # editable install of one, they are the top-level folder.
    packaged = resources.files("copygen") / "configs"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "configs"


def example_text(name: str) -> str:
    """The text of a prompt file that ships as an example."""
    packaged = resources.files("copygen") / "examples"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[2] / "prompts"
    return (folder / name).read_text(encoding="utf-8")


def shipped_names(folder: str = ".") -> list[str]:
    """The YAML files of a folder in `configs/`, without their suffix, sorted."""
    entries = (entry.name for entry in configs_folder().joinpath(folder).iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in entries if name.endswith(_SUFFIX))


def shipped_document(name: str) -> Document:
    """The file `configs/<name>.yaml`; `name` may begin with a folder, as `packs/health`."""
    text = (configs_folder() / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    return parse_document(text, f"configs/{name}{_SUFFIX}")


def load_shipped(model: type[M], name: str) -> M:
    """`configs/<name>.yaml` as a `model`. Reads and checks it anew each time, in milliseconds."""
    return validate(model, shipped_document(name))


def load_packaged(model: type[M], package: str, name: str) -> M:
    """The YAML file `name` beside the modules of a `package` of copygen, as a `model`."""
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return validate(model, parse_document(text, f"{package.replace('.', '/')}/{name}"))


def read_document(path: Path | str, what: str, role: str) -> Document:
    """The YAML file at `path`, which somebody named.

    `what` it is goes into the message, as `the settings file x.yaml`; `role` is what it is to the
    guard of `copygen.documents.files`. Raises ConfigError where it cannot be read, and SameFile.
    """
    try:
        text = files.read_text(path, role)
    except OSError as error:
        raise ConfigError(f"cannot read {what}: {error.strerror}") from error
    except UnicodeDecodeError:
        # Not chained: the error of the decoder holds the whole file, keys and all.
        raise ConfigError(f"{what} is not UTF-8 text; save it as UTF-8") from None
    return parse_document(text, str(path))
