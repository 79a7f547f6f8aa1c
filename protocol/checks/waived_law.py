"""F005: a rule that can raise a dose or end treatment because something is *not* known, without saying that it means to."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding
from protocol.model.guard import Guard, Known, Named, nodes
from protocol.model.protocol import Protocol


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
