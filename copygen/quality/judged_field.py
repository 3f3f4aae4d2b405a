"""A field of a channel as the judge reads it."""

from dataclasses import dataclass

from copygen.quality.checks.characters import FORBID, is_rule
from copygen.quality.specs import FieldSpec


@dataclass(frozen=True, slots=True)
class JudgedField:
    """Limits and rules of one field."""

    name: str
    limit: int | None
    unit: str
    hard: bool
    verified: bool
    min_length: int | None
    min_count: int | None
    max_count: int | None
    rules: tuple[str, ...]
    packs: tuple[str, ...]


def judged_field(spec: FieldSpec, counts: tuple[int, int] | None = None) -> JudgedField:
    """The field with the counts of a prompt file, least and most, in the place of its channel's."""
    least, most = counts or (spec.min_count, spec.max_count)
    return JudgedField(
        name=spec.name,
        limit=spec.limit,
        unit=spec.unit.value,
        hard=spec.hard,
        verified=spec.verified,
        min_length=spec.min_length,
        min_count=least,
        max_count=most,
        rules=rules_of(spec),
        packs=spec.packs,
    )


def rules_of(spec: FieldSpec) -> tuple[str, ...]:
    """The character rules of the field by the names the judge has for them."""
    given = spec.rules.names()
    named = [name for name, value in given.items() if value is True and is_rule(name)]
    if spec.rules.forbidden_characters:
        named.append(f"{FORBID}{spec.rules.forbidden_characters}")
    return tuple(named)
