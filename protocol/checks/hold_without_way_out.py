"""F004: a hold from which no rule resumes."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding
from protocol.model.protocol import Protocol, Rule


def hold_without_way_out(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each hold rule that no resume rule answers, whether by name or for every hold."""
    rules = protocol.in_force()
    for rule in rules:
        if rule.action.kind == "hold" and not any(_answers(other, rule.name) for other in rules):
            yield Finding(
                "F004",
                f"no rule resumes a patient held by '{rule.name}'",
                rule.name,
                f"Add a rule 'in: held by {rule.name}' that resumes, or let the rule stop treatment instead.",
            )


def _answers(rule: Rule, name: str) -> bool:
    holds = (where for where in rule.where if where.control == "held")
    return rule.action.kind == "resume" and any(not where.by or name in where.by for where in holds)
