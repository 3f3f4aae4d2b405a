"""Marketing copy in bulk through LLM APIs: no row lost, repeated or hidden.

`generate` is the engine of `copygen run` for Python; everything else is the command line's.
"""

from typing import TYPE_CHECKING, Any

from copygen.version import __version__

if TYPE_CHECKING:
    from copygen.engine.api import generate

__all__ = ["__version__", "generate"]


def __getattr__(name: str) -> Any:
    # The engine takes a quarter of a second to import; `copygen --version` does not need it.
    if name == "generate":
        from copygen.engine.api import generate

        return generate
    raise AttributeError(f"module 'copygen' has no attribute '{name}'")
