"""Marketing copy in bulk through LLM APIs: no row lost, repeated or hidden.

For Python programs: `Run` carries out a `RunSpec` as `copygen run` does, with the results file,
resuming, templates, fields, checks, corrections and budgets; `generate` takes prompts as values.
`Result` is what both yield, `check_text` holds a text against rules without a model.
"""

from typing import TYPE_CHECKING, Any

from copygen.version import __version__

if TYPE_CHECKING:
    from copygen.errors import (
        ConfigError,
        CopygenError,
        InputChanged,
        LedgerLocked,
        LimitReached,
        PromptError,
        ProviderDown,
        ProviderRefused,
        ResultsError,
        UsageError,
    )
    from copygen.jobs.check import CheckJob, CheckSpec, check_text
    from copygen.jobs.decisions import DecisionsJob, DecisionsSpec
    from copygen.jobs.export import ExportJob, ExportSpec
    from copygen.jobs.imports import ImportJob, ImportSpec
    from copygen.jobs.run import Run, generate
    from copygen.jobs.spec import RunSpec
    from copygen.models import Result, Status, Violation
    from copygen.results.decisions import State

__all__ = [
    "CheckJob",
    "CheckSpec",
    "ConfigError",
    "CopygenError",
    "DecisionsJob",
    "DecisionsSpec",
    "ExportJob",
    "ExportSpec",
    "ImportJob",
    "ImportSpec",
    "InputChanged",
    "LedgerLocked",
    "LimitReached",
    "PromptError",
    "ProviderDown",
    "ProviderRefused",
    "Result",
    "ResultsError",
    "Run",
    "RunSpec",
    "State",
    "Status",
    "UsageError",
    "Violation",
    "__version__",
    "check_text",
    "generate",
]
_MODULES = {
    "CheckJob": "copygen.jobs.check",
    "CheckSpec": "copygen.jobs.check",
    "DecisionsJob": "copygen.jobs.decisions",
    "DecisionsSpec": "copygen.jobs.decisions",
    "ExportJob": "copygen.jobs.export",
    "ExportSpec": "copygen.jobs.export",
    "ImportJob": "copygen.jobs.imports",
    "ImportSpec": "copygen.jobs.imports",
    "Result": "copygen.models",
    "Run": "copygen.jobs.run",
    "RunSpec": "copygen.jobs.spec",
    "State": "copygen.results.decisions",
    "Status": "copygen.models",
    "Violation": "copygen.models",
    "check_text": "copygen.jobs.check",
    "generate": "copygen.jobs.run",
}


def __getattr__(name: str) -> Any:
    # The engine takes a quarter of a second to import; `copygen --version` does not need it.
    if name not in __all__:
        raise AttributeError(f"module 'copygen' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_MODULES.get(name, "copygen.errors")), name)
