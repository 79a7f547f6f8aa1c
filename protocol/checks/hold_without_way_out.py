"""F004: a hold from which no rule resumes."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.checks.places import holds
from protocol.model.protocol import Protocol, Rule


@check(
    "F004",
    "a hold without a way out",
    "A hold ends only when a rule resumes for each of its reasons. Without one the patient stays without drug until "
    "somebody gives it against the protocol. Add a rule 'in: held by ...' that resumes, or let the rule stop treatment.",
)
def hold_without_way_out(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule that can hold and that no resume rule answers, by name or for every hold."""
    rules = protocol.in_force()
    for rule in rules:
        if holds(protocol, rule) and not any(_answers(other, rule.name) for other in rules):
            yield Finding(
                "F004",
                f"no rule resumes a patient held by '{rule.name}'",
                rule.name,
                f"Add a rule 'in: held by {rule.name}' that resumes, or let the rule stop treatment instead.",
            )


def _answers(rule: Rule, name: str) -> bool:
    holds = (where for where in rule.where if where.control == "held")
    return rule.action.kind == "resume" and any(not where.by or name in where.by for where in holds)
