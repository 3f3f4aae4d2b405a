"""The wall clock. Everything but dates goes by the event loop's time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time of day, UTC."""
    return datetime.now(UTC)
