"""Which cells of a table can contradict each other: order different things at one place under conditions that can both hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from protocol.model.guard import And
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose, at_level
from protocol.model.rule import ControlKind, Rule, Where
from protocol.model.state import Control, State
from protocol.semantics.effects import effect_of
from protocol.semantics.freed import freed
from protocol.semantics.truth import truth


def contradictions(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """Pairs of cells in force that can contradict each other, by name, in their order.

    Clocks, counts and what is known are taken as free, so that a pair that never meets in practice can be among them.
    """
    ordered = [rule for rule in protocol.in_force() if rule.table and rule.mode == "must"]
    pairs = ((one, other) for one, other in combinations(ordered, 2) if one.table == other.table)
    return tuple((one.name, other.name) for one, other in pairs if _differ(protocol, one, other) and _meet(protocol, one, other))


def _meet(protocol: Protocol, one: Rule, other: Rule) -> bool:
    return truth(*freed(protocol, And((one.when, other.when)))) is not False


def _differ(protocol: Protocol, one: Rule, other: Rule) -> bool:
    """Whether there is a place at which both apply and do different things."""
    if one.action == other.action:
        return False
    return any(effect_of(protocol, state, one) != effect_of(protocol, state, other) for state in _common(protocol, one, other))


def _common(protocol: Protocol, one: Rule, other: Rule) -> Iterator[State]:
    for first in one.where:
        for second in other.where:
            if first.control == second.control and (not first.by or not second.by or set(first.by) & set(second.by)):
                yield from (_state(first.control, level) for level in _levels(protocol, first, second))


def _levels(protocol: Protocol, first: Where, second: Where) -> Iterator[Dose]:
    if first.control == "before treatment":
        yield NO_DRUG
        return
    for level in protocol.levels:
        if all(not where.levels or level.name in where.levels for where in (first, second)):
            yield at_level(level.name)


def _state(control: ControlKind, level: Dose) -> State:
    dose = level if control == "on treatment" else NO_DRUG
    return State(control=Control(control), level=level, dose=dose)
