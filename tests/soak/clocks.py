"""A protocol whose rules ask clocks more often than those that are drawn: each of seven clocks stands in few of them."""

from __future__ import annotations

from attrs import evolve

from protocol.model.guard import And, Or
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.testing.choosing import Choose
from protocol.testing.guards import any_clock


def with_clocks(choose: Choose, protocol: Protocol) -> Protocol:
    """The protocol with a clock in about half of the rules that come after the start, in place of what they ask or beside it."""
    return evolve(protocol, rules=tuple(_asking(choose, rule) for rule in protocol.rules))


def _asking(choose: Choose, rule: Rule) -> Rule:
    if rule.table or rule.action.kind == "start" or choose((True, False)):
        return rule
    clock = any_clock(choose)
    return evolve(rule, when=choose((clock, And((clock, rule.when)), Or((clock, rule.when)))))
