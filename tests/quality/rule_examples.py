"""The examples of `copygen/help/rules.yaml`, held against the rules themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from copygen.models import Message, Violation
from copygen.quality.acceptance import Acceptance, PromptRef, ReaskPolicy
from copygen.quality.channels import FieldSpec
from copygen.quality.checker import Checker
from copygen.quality.fields import Field
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure

OF_AN_ANSWER = ("fields", "length.trimmed", "mended", "untrusted.instruction")
"""Rules about an answer as a whole, or about what became of it."""


def found_in(entry: Mapping[str, Any]) -> Sequence[Violation]:
    """What the checks find in the example of an entry."""
    pack = entry["rule"].split(".")[1] if entry["rule"].startswith("pack.") else None
    checks = {**entry.get("checks", {}), **({"packs": [pack]} if pack else {})}
    if pack:  # what a pack finds may be a finding of the default set, too
        checks |= {"grounding": False, "leftovers": False}
    judge = Checker(ChecksSettings.model_validate(checks), measure)
    field = None
    if "field" in entry or pack:
        given = {"name": _field_of(entry["rule"]), "source": "a test", **entry.get("field", {})}
        field = FieldSpec.model_validate(given)
    if entry["rule"] in OF_AN_ANSWER:
        return _of_an_answer(entry, judge, field)
    for number, text in enumerate(entry.get("before", ())):
        judge.accept(text, f"other-{number}", field)
    if "texts" in entry:
        texts = entry["texts"]
        return (
            (*judge.count(len(texts), field), *judge.variants(texts, field))
            if field
            else (judge.variants(texts))
        )
    asked = [Message("user", entry["asked"])] if "asked" in entry else []
    text, item = entry["text"], entry.get("item", {})
    record = {"": [*entry.get("beside", ()), text]}
    return judge.examine(text, item, field, item_id="this", record=record, asked=asked).violations


def _of_an_answer(
    entry: Mapping[str, Any], judge: Checker, channel: FieldSpec | None
) -> Sequence[Violation]:
    item = entry.get("item", {})
    fields = [
        Field(name, FieldSpec(name=name, source="a test"), 1, 1, is_list=False)
        for name in entry.get("names", ())
    ]
    terms = ReaskPolicy(untrusted=frozenset(item))
    standard = Acceptance(judge, terms, fields=fields, channel=channel)
    asker = PromptRef(item, "this")
    reading = standard.read(entry["text"], asker, None, None)
    return standard.trimmed(reading, asker).violations


def _field_of(rule: str) -> str:
    """A field that the rule is about, where it is about some only."""
    names = {"title": ("title",), "headline": ("headline",)}
    near = [name for name, parts in names.items() if any(part in rule for part in parts)]
    return near[0] if near else "bullet" if rule.startswith("pack.amazon") else "text"
