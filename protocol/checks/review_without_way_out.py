"""F017: a review that no rule brings to an end."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule


@check(
    "F017",
    "a review without a way out",
    "A patient in review stays there until a rule 'in: in review by ...' acts on the outcome that was recorded, or somebody "
    "gives another dose. Without such a rule the outcome has nowhere to go, and until then only holds and stops are in force. "
    "Declare the outcome as an input and add rules that resume, step, hold or stop on it.",
)
def review_without_way_out(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each review that no rule leaves."""
    rules = protocol.in_force()
    for rule in rules:
        if rule.action.kind == "review" and not any(_leaves(other, rule.name) for other in rules):
            hint = f"Add a rule 'in: in review by {rule.name}' that resumes, steps, holds or stops on the outcome."
            yield Finding("F017", f"no rule ends the review that '{rule.name}' asks for", rule.name, hint)


def _leaves(rule: Rule, review: str) -> bool:
    reviews = (where for where in rule.where if where.control == "in review")
    return rule.action.kind not in ("continue", "review") and any(not where.by or review in where.by for where in reviews)
