"""What the suite hands from those who measure to those who show."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from tests.bench.arithmetic import Spread


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure."""

    case: str
    contestant: str
    measure: str
    """A column of the section's table, with its unit."""
    spread: Spread
    x: float = 0.0
    """Where it stands on a curve: concurrency, or number of prompts."""


class Sign(StrEnum):
    """Which side of the demanded figure is good."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Target:
    """What is demanded, and what came of it."""

    key: str
    """Its name in the JSON; the figure before the dot is its group."""
    what: str
    sign: Sign
    demanded: float
    unit: str = ""
    measured: Spread | None = None
    """None: not measured in this run."""

    @property
    def met(self) -> bool | None:
        """Whether the median holds; None when there is none."""
        if self.measured is None:
            return None
        if self.sign is Sign.AT_MOST:
            return self.measured.median <= self.demanded
        return self.measured.median >= self.demanded


@dataclass(slots=True)
class Section:
    """One part of the suite: its table, and what it says about the targets."""

    name: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    measured: dict[str, Spread] = field(default_factory=dict)
    """Target key → what was measured for it."""
    notes: list[str] = field(default_factory=list)

    def add(
        self, case: str, contestant: str, x: float = 0.0, **measures: list[float] | Spread
    ) -> None:
        """Add figures of one case and contestant."""
        for measure, values in measures.items():
            spread = values if isinstance(values, Spread) else Spread.of(values)
            self.figures.append(Figure(case, contestant, measure, spread, x))


def judged(targets: tuple[Target, ...], sections: list[Section]) -> tuple[Target, ...]:
    """The targets with what the sections measured for them."""
    measured = {key: spread for section in sections for key, spread in section.measured.items()}
    return tuple(replace(target, measured=measured.get(target.key)) for target in targets)
