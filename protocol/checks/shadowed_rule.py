"""F019: a rule that never gets its turn, because one above it orders whenever it holds."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.checks.asked import names_in
from protocol.checks.finding import Finding, check
from protocol.checks.places import are_equal
from protocol.model.guard import Always, And, Clock, Compare, Guard, Named, Not, nodes
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, Where
from protocol.semantics.freed import freed
from protocol.semantics.truth import truth


@check(
    "F019",
    "a rule that never gets its turn",
    "The first must rule that holds decides. Wherever this rule stands, one above it stands too and holds whenever it does, "
    "so this one is never followed and never offered. Move it up, narrow the one above, or remove it. A hold below a hold is not "
    "meant: it is remembered as a further reason. Neither is a step above, or a hold that says 'again: no', which one reading "
    "brings about only once.",
)
def shadowed_rule(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule that a single must rule above it covers in every place. Clocks and counts are taken as free."""
    rules = protocol.in_force()
    for place, rule in enumerate(rules):
        for above in rules[:place]:
            if not are_equal(above, rule) and _covers(above, rule) and _implied(protocol, above.when, rule.when):
                message = f"rule '{rule.name}' never gets its turn: '{above.name}' above it holds whenever it does"
                yield Finding("F019", message, rule.name, f"Move '{rule.name}' up, or narrow '{above.name}'.")
                break


def _covers(above: Rule, rule: Rule) -> bool:
    """Whether the upper rule, where its guard holds, always decides wherever the lower one is tried."""
    decides = above.mode == "must" and above.action.kind in ("stop", "hold", "review", "continue", "start") and not above.once
    both_hold = above.action.kind == rule.action.kind == "hold"
    tried = [where for where in _tried(above) if (where.control, above.action.kind) != ("held", "hold")]
    return decides and not both_hold and all(any(within(where, place) for place in tried) for where in _tried(rule))


def _tried(rule: Rule) -> Iterator[Where]:
    """Where a rule is tried: besides its own places a stop on treatment on hold and in review, a hold in review."""
    yield from rule.where
    for where in rule.where:
        if where.control == "on treatment" and rule.action.kind == "stop" and rule.on_hold:
            yield evolve(where, control="held")
        if where.control == "on treatment" and rule.action.kind in ("stop", "hold"):
            yield evolve(where, control="in review")


def within(inner: Where, outer: Where) -> bool:
    """Whether everybody who is at the one place is at the other."""
    at_levels = not outer.levels or (inner.levels and set(inner.levels) <= set(outer.levels))
    by = not outer.by or (inner.by and set(inner.by) <= set(outer.by))
    return inner.control == outer.control and bool(at_levels) and bool(by)


def _implied(protocol: Protocol, above: Guard, below: Guard) -> bool:
    """Whether the lower guard, if it can be true at all, makes the upper one true."""
    if not isinstance(above, Always) and not _asked(protocol, above) & _asked(protocol, below):
        return False
    implied = truth(*freed(protocol, And((below, Not(above))))) is False
    return implied and truth(*freed(protocol, below)) is not False


def _asked(protocol: Protocol, guard: Guard) -> set[str]:
    """What a guard asks, clocks too; guards that share nothing cannot follow from each other."""
    found = {f"({node.term.name})" for node in nodes(guard) if isinstance(node, Compare) and isinstance(node.term, Clock)}
    for node in nodes(guard):
        found |= _asked(protocol, protocol.definition(node.name)) if isinstance(node, Named) else set()
    return found | set(names_in(guard)) - {""}
