"""F015: a derived input, tracker, interpretation that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.asked import asked
from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol


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
    for what, names in (
        ("derived input", [*(item.name for item in protocol.derived), *(item.name for item in protocol.numbers)]),
        ("tracker", [item.name for item in protocol.trackers]),
        ("interpretation", [item.name for item in protocol.interpretations]),
    ):
        for name in names:
            if name not in used:
                yield Finding("F015", f"nothing uses the {what} '{name}'", name, "Use it in a rule, or remove it.")
