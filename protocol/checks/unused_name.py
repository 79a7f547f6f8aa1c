"""F015: a derived input, tracker, interpretation that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.asked import asked
from protocol.checks.finding import Finding, check
from protocol.model.input import Derived, DerivedNumber, Score, Tracker
from protocol.model.protocol import Interpretation, Protocol


@check(
    "F015",
    "a name that nothing uses",
    "It is declared, and no rule rests on it under any reading. Either a rule that should is missing or names something else by "
    "mistake, or it can go: what a reader meets in a protocol should matter to it. (Sources are left out: those of "
    "criteria and of notes are cited by no rule.)",
)
def unused_name(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each name that no guard asks and, of an interpretation, no rule is under."""
    used = asked(protocol) | {name for rule in protocol.rules for name, _ in rule.under}
    used |= {protocol.dispensing.size} if protocol.dispensing else frozenset()
    for what, names in (
        ("derived input", [*_names(protocol.derived), *_names(protocol.numbers), *_names(protocol.scores)]),
        ("tracker", _names(protocol.trackers)),
        ("interpretation", _names(protocol.interpretations)),
    ):
        for name in names:
            if name not in used:
                yield Finding("F015", f"nothing uses the {what} '{name}'", name, "Use it in a rule, or remove it.")


def _names(items: tuple[Derived | DerivedNumber | Score | Tracker | Interpretation, ...]) -> list[str]:
    return [item.name for item in items]
