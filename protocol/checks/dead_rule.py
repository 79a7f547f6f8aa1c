"""F008: a rule that can never be true, or whose step can never change the dose."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, To
from protocol.semantics.freed import freed
from protocol.semantics.truth import completions


@check(
    "F008",
    "a rule that can do nothing",
    "Its guard contradicts itself, or it raises or lowers only to a level at which the patient already is. Usually a sign "
    "or a level is mistyped.",
)
def dead_rule(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule whose guard contradicts itself, and for each that raises or lowers only to where it already is."""
    for rule in protocol.in_force():
        if not _can_be_true(protocol, rule):
            hint = "Correct its guard; nothing can satisfy all of it at once."
            yield Finding("F008", f"the guard of rule '{rule.name}' is never true", rule.name, hint)
        elif not _can_step(protocol, rule):
            hint = "Name a level that is above (escalate) or below (reduce) one of those in its 'in'."
            yield Finding("F008", f"rule '{rule.name}' never changes the dose", rule.name, hint)


def _can_be_true(protocol: Protocol, rule: Rule) -> bool:
    """Whether something that can be measured makes the guard true; what makes it false is not looked for."""
    scene, guard = freed(protocol, rule.when)
    return any(answer for _, answer in completions(scene, lambda world: world.holds(guard)))


def _can_step(protocol: Protocol, rule: Rule) -> bool:
    if rule.action.kind not in ("escalate", "reduce") or not isinstance(rule.action.target, To):
        return True
    target = protocol.rung(rule.action.target.level)
    everywhere = range(len(protocol.levels))
    rungs = {rung for where in rule.where for rung in ([protocol.rung(level) for level in where.levels] or everywhere)}
    return any(rung < target if rule.action.kind == "escalate" else rung > target for rung in rungs)
