"""Models that have ended, or soon will. Pure: the day is an argument."""

from dataclasses import dataclass
from datetime import date

from copygen.config.shapes import ProviderConfig

NOTICE_DAYS = 60
"""How long before a model's last day people are warned."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """A model whose end is near, or past."""

    model: str
    provider: str
    on: date
    days_left: int
    """Negative when it is past."""
    successor: str | None

    @property
    def is_past(self) -> bool:
        """Whether the last day is over."""
        return self.days_left < 0

    def __str__(self) -> str:
        if self.is_past:
            said = f"{self.model} was retired by {self.provider} on {self.on}"
        else:
            days = f"in {self.days_left} day{'' if self.days_left == 1 else 's'}"
            when = "today" if self.days_left == 0 else days
            said = f"{self.model} ends at {self.provider} on {self.on} ({when})"
        return f"{said}; use {self.successor} instead." if self.successor else f"{said}."


def retirement_of(provider: ProviderConfig, model: str, today: date) -> Retirement | None:
    """The model's end, if it is past or at most `NOTICE_DAYS` away; None otherwise."""
    known = provider.model(model)
    if known is None or known.deprecated_on is None:
        return None
    days_left = (known.deprecated_on - today).days
    if days_left > NOTICE_DAYS:
        return None
    return Retirement(model, provider.name, known.deprecated_on, days_left, known.successor)
