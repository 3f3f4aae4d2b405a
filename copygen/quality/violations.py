"""What a check found. The shapes are shared with the record, so they live in `copygen.models`."""

from copygen.models import Severity, Violation

__all__ = ["Severity", "Violation"]
