"""F001: a control state that a patient can be in, of which the protocol does not say what an uncovered visit means."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.checks.places import holds
from protocol.model.guard import Always
from protocol.model.protocol import Protocol
from protocol.model.rule import ActionKind, ControlKind

LEADS: dict[ActionKind, ControlKind] = {"start": "on treatment", "hold": "held", "review": "in review"}


@check(
    "F001",
    "a state that does not say what an uncovered visit means",
    "Every visit gets a decision. Where no rule of the control state holds, the dose would go on as it is without anybody "
    "having said so. Either the source means that, and the protocol says 'otherwise: {on treatment: continue}', or the source "
    "does not say it, and the protocol says 'otherwise: {on treatment: silent}', or a rule is missing.",
)
def silence(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each control state that a rule leads to, without ``otherwise`` and without a rule that is always true."""
    rules = protocol.in_force()
    leads = (LEADS.get("hold" if holds(protocol, rule) else rule.action.kind) for rule in rules)
    for control in dict.fromkeys(control for control in leads if control is not None):
        covered = any(isinstance(rule.when, Always) and any(_whole(where, control) for where in rule.where) for rule in rules)
        if control not in (*protocol.otherwise, *protocol.silent) and not covered:
            yield Finding(
                "F001",
                f"'{control}' does not say what a visit means that no rule covers",
                control,
                f"Write 'otherwise: {{{control}: continue}}' if the source means that, '{{{control}: silent}}' if it says "
                "nothing, or add the rule that is missing.",
            )


def _whole(where: object, control: ControlKind) -> bool:
    return (getattr(where, "control", ""), getattr(where, "levels", ()), getattr(where, "by", ())) == (control, (), ())
