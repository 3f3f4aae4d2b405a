"""What a Python program imports stands in the package itself."""

import subprocess
import sys

import pytest

import copygen
from copygen import errors

NEEDED = {"Run", "RunSpec", "generate", "Result", "Status", "Violation", "check_text", "CheckJob"}


def test_jobs_results_and_every_error_are_importable_from_the_package() -> None:
    raised = {name for name, one in vars(errors).items() if isinstance(one, type)} - {
        *("ApiError", "ExitCode", "IntEnum", "Source"),
    }
    assert raised | NEEDED <= set(copygen.__all__)
    for name in copygen.__all__:
        assert getattr(copygen, name) is not None


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Rnu'"):
        copygen.Rnu  # noqa: B018


def test_the_package_loads_no_engine_until_it_is_asked_for() -> None:
    program = "import sys, copygen; print(*(n for n in sys.modules if n.startswith('copygen.')))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout.split()
    assert loaded == ["copygen.version"]
