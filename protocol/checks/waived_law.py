"""F005: a rule that can raise a dose or end treatment because something is *not* known, without saying that it means to."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.guard import Guard, Known, Named, nodes
from protocol.model.protocol import Protocol


@check(
    "F005",
    "missing data may raise a dose or end treatment",
    "Missing values never raise a dose and never end treatment, but a rule that asks what is known ('known', 'unknown', "
    "'within') gets round that: to know nothing is itself known. Ask for the value, or say with 'waiver' why missing data "
    "may do this here; the waiver is listed by check.",
)
def waived_law(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule without ``waiver`` that starts, escalates, resumes or stops and asks ``known`` or ``within``."""
    for rule in protocol.in_force():
        if rule.action.kind in ("start", "escalate", "resume", "stop") and not rule.waiver and _asks_known(protocol, rule.when):
            yield Finding(
                "F005",
                f"rule '{rule.name}' can {rule.action.kind} on missing data: it asks what is known",
                rule.name,
                "Ask for the value itself, or say with 'waiver:' why missing data may do this here.",
            )


def _asks_known(protocol: Protocol, guard: Guard) -> bool:
    for node in nodes(guard):
        if isinstance(node, Known) or (isinstance(node, Named) and _asks_known(protocol, protocol.definition(node.name))):
            return True
    return False
