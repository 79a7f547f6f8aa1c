"""F010: a rule that stands only in holds or reviews into which no rule leads, nor any dose that is given."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.checks.places import holds
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, Where
from protocol.model.table import by_table


@check(
    "F010",
    "a rule in a state that nothing leads to",
    "The rule stands in 'in review', or in 'held by' some rule, and under the chosen readings no rule asks for that review or "
    "holds for that reason; so it never applies. (A dose given or left out against the protocol leads to 'on treatment' and "
    "'held', never into a review, and the hold that it makes is ended by any rule that resumes.) Add the rule that leads there, "
    "choose the reading under which it is in force, or remove this one.",
)
def unreachable_state(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule in force of which no place can be reached."""
    for rule in protocol.in_force():
        if not any(_reachable(protocol, rule, where) for where in rule.where):
            places = " or ".join(dict.fromkeys(_said(where) for where in rule.where))
            hint = "Add the rule that leads there, or remove this one."
            yield Finding("F010", f"rule '{rule.name}' stands in '{places}', which no rule leads to", rule.name, hint)


def _said(where: Where) -> str:
    return f"{where.control} by {' or '.join(by_table(where.by))}" if where.by else where.control


def _reachable(protocol: Protocol, rule: Rule, where: Where) -> bool:
    leading = [one for one in protocol.in_force() if not where.by or one.name in where.by]
    if where.control == "in review":
        return any(one.action.kind == "review" for one in leading)
    if where.control == "held" and where.by and rule.action.kind != "resume":
        return any(holds(protocol, one) for one in leading)
    return True
