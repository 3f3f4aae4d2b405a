"""The version, alone in a file that imports nothing so that `copygen --version` stays instant."""

__version__ = "0.1.0"
