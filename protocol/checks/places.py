"""Where can the rules of a protocol take a patient: to which levels, to which holds?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.guard import Always
from protocol.model.protocol import Protocol
from protocol.model.regimen import at_level
from protocol.model.rule import AtMost, Rule, To, Where
from protocol.model.state import Control, State
from protocol.semantics.effects import effect_of


def are_equal(one: Rule, other: Rule) -> bool:
    """Whether they are cells of one table, of which none stands above another."""
    return one.table != "" and one.table == other.table


def levels_of(protocol: Protocol, rule: Rule) -> Iterator[str]:
    """The levels at which the rule applies, on treatment, held or in review."""
    for level in protocol.levels:
        if any(where.control != "before treatment" and (not where.levels or level.name in where.levels) for where in rule.where):
            yield level.name


def target(protocol: Protocol, rule: Rule, level: str) -> str | None:
    """The level to which the rule takes a patient at this one; None where it gives no drug or leaves the ladder."""
    here = at_level(level)
    effect = effect_of(protocol, State(control=Control("on treatment"), level=here, dose=here), rule)
    return effect.dose.name if effect.dose.kind == "level" and not effect.undefined else None


def holds(protocol: Protocol, rule: Rule) -> bool:
    """Whether the rule can begin a hold: by its action, or by what it does where there is no rung."""
    return rule.action.kind == "hold" or any(True for _ in levels_held(protocol, rule))


def levels_held(protocol: Protocol, rule: Rule) -> Iterator[str]:
    """The levels at which the rule holds a patient: by its action, or by what it does where there is no rung."""
    steps = rule.action.kind in ("escalate", "reduce") and rule.action.off_ladder == "hold"
    if rule.action.kind == "hold" or steps:
        yield from (level for level in levels_of(protocol, rule) if not steps or target(protocol, rule, level) is None)


def answers(rule: Rule, hold: str) -> bool:
    """Whether the rule resumes from holds by that rule, by its name or from every hold, at some level."""
    return rule.action.kind == "resume" and any(_answers(where, hold) for where in rule.where)


def answers_at(protocol: Protocol, rule: Rule, hold: str, level: str) -> bool:
    """Whether the rule ends holds by that rule at that level. A step off the ladder that goes on holding does not."""
    places = (where for where in rule.where if _answers(where, hold))
    if rule.action.kind != "resume" or not any(not where.levels or level in where.levels for where in places):
        return False
    effect = effect_of(protocol, State(control=Control("held"), level=at_level(level)), rule)
    return bool(effect.undefined) or effect.control.kind != "held"


def waits_at(rule: Rule, hold: str, level: str) -> bool:
    """Whether the rule says until when a patient held by that rule at that level stays without drug."""
    places = (where for where in rule.where if hold in where.by and (not where.levels or level in where.levels))
    waits = rule.mode == "must" and rule.action.kind == "continue" and not isinstance(rule.when, Always)
    return waits and any(where.control == "held" for where in places)


def _answers(where: Where, hold: str) -> bool:
    return where.control == "held" and (not where.by or hold in where.by)


def levels_reached(protocol: Protocol) -> frozenset[str]:
    """The levels to which rules lead from the first dose on, or more. Without a rule that starts, any level can be the first."""
    rules = protocol.in_force()
    starts = {rule.action.target.level for rule in rules if rule.action.kind == "start" and isinstance(rule.action.target, To)}
    waiting = starts or {level.name for level in protocol.levels}
    found: set[str] = set()
    while waiting:
        level = waiting.pop()
        found.add(level)
        waiting |= {to for rule in rules for to in _leads(protocol, rule, level)} - found
    return frozenset(found)


def _leads(protocol: Protocol, rule: Rule, level: str) -> Iterator[str]:
    """The level to which the rule takes a patient at this one, also by what it leaves for the end of its hold."""
    action = rule.action
    if level not in levels_of(protocol, rule):
        return
    if action.kind in ("escalate", "reduce", "resume"):
        to = target(protocol, rule, level)
        yield from () if to is None else (to,)
    elif isinstance(action.target, AtMost):
        yield min(level, action.target.level, key=protocol.rung)
