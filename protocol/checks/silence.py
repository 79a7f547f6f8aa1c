"""F001: a control state that a patient can be in, of which the protocol does not say what an uncovered visit means."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding
from protocol.model.guard import Always
from protocol.model.protocol import ActionKind, ControlKind, Protocol

LEADS: dict[ActionKind, ControlKind] = {"start": "on treatment", "hold": "held", "review": "in review"}


def silence(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each control state that a rule leads to, without ``otherwise`` and without a rule that is always true."""
    rules = protocol.in_force()
    reached = dict.fromkeys(LEADS[rule.action.kind] for rule in rules if rule.action.kind in LEADS)
    for control in reached:
        covered = any(isinstance(rule.when, Always) and any(_whole(where, control) for where in rule.where) for rule in rules)
        if control not in protocol.otherwise and not covered:
            yield Finding(
                "F001",
                f"'{control}' does not say what a visit means that no rule covers",
                control,
                f"Write 'otherwise: {{{control}: continue}}' if the source means that, or add the rule that is missing.",
            )


def _whole(where: object, control: ControlKind) -> bool:
    return (getattr(where, "control", ""), getattr(where, "levels", ()), getattr(where, "by", ())) == (control, (), ())
