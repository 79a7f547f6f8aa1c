"""All courses of a small protocol, breadth first: every state that `step` reaches, and the shortest course to each.

A state is kept as it is and known by its *outline*: times as ages that end above the largest constant, readings only while they
are valid, counts that end above the largest constant. Two states of one outline have the same future, so one of them is enough.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import attrs
from attrs import frozen

from protocol import initial, step
from protocol.model.course import Given, Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import Compare, Known, Ratio, Value, nodes
from protocol.model.input import Choice, Grade, Input, Number
from protocol.model.protocol import Protocol
from protocol.model.state import Interval, State
from protocol.model.time import DAY
from protocol.testing import thresholds
from tests.oracle.known import cells

BEGIN = 10**9
"""Far from 0, so that a whole number in the memory of a tracker is a time if it is large and a count if it is small."""

UPPER_LIMIT, LOWER_LIMIT = Fraction(20), Fraction(10)


@frozen
class Explored:
    """``states`` by outline, ``taken``: each transition as (outline before, step), ``came`` the way back to the start."""

    states: dict[Hashable, State]
    taken: list[tuple[Hashable, Step]]
    came: dict[Hashable, tuple[Hashable, Visit] | None]
    complete: bool

    def shortest(self, wanted: Callable[[State], bool]) -> tuple[Visit, ...] | None:
        """The fewest visits after which a state is as wanted; None if none is."""
        found = next((outline for outline, state in self.states.items() if wanted(state)), None)
        if found is None:
            return None
        visits, back = list[Visit](), self.came[found]
        while back is not None:
            visits.append(back[1])
            back = self.came[back[0]]
        return tuple(reversed(visits))


def explore(
    protocol: Protocol, gaps: Sequence[int] = (7 * DAY,), given: Sequence[Given | None] = (None,), limit: int = 20_000
) -> Explored:
    """Follows every letter after every gap from ``initial``, until no new state is found or ``limit`` are."""
    first = initial(protocol)
    start = outline(protocol, first)
    found = Explored({start: first}, [], {start: None}, True)
    letters, waiting = list(letters_of(protocol)), deque([start])
    while waiting and len(found.states) < limit:
        here = waiting.popleft()
        state = found.states[here]
        times = [BEGIN] if state.time is None else [state.time + gap for gap in gaps]
        for time, letter, dose in product(times, letters, given):
            taken = step(protocol, state, Visit(time, letter, dose))
            there = outline(protocol, taken.state)
            found.taken.append((here, taken))
            if there not in found.states:
                found.states[there], found.came[there] = taken.state, (here, taken.visit)
                waiting.append(there)
    return attrs.evolve(found, complete=not waiting)


def letters_of(protocol: Protocol) -> Iterator[tuple[Observation, ...]]:
    """Every combination of one value per cell of each input, or none."""
    per_input = [(None, *values_of(protocol, item)) for item in protocol.inputs]
    for letter in product(*per_input):
        yield tuple(observation for observation in letter if observation is not None)


def values_of(protocol: Protocol, item: Input) -> list[Observation]:
    match item.kind:
        case Choice(options):
            return [Observation(item.name, option) for option in options]
        case Grade():
            return [Observation(item.name, grade) for grade in range(6)]
        case Number(_, low, high):
            constants = thresholds(protocol)
            uppers, lowers = (constants.get(Ratio(item.name, limit), ()) for limit in ("ULN", "LLN"))
            cuts = (*(ratio * UPPER_LIMIT for ratio in uppers), *(ratio * LOWER_LIMIT for ratio in lowers))
            cuts = (*constants.get(Value(item.name), ()), *cuts)
            middle = [value for value in cells(Interval(low, high), cuts) if value not in (low, high)]
            limits = {"upper": UPPER_LIMIT if uppers else None, "lower": LOWER_LIMIT if lowers else None}
            return [Observation(item.name, value, **limits) for value in middle]
    return [Observation(item.name, answer) for answer in ("yes", "no")]


def outline(protocol: Protocol, state: State) -> Hashable:
    """What of a state can matter from here on."""
    constants = _constants(protocol)
    dates = ("started", "entered", "changed", "raised", "lowered", "hold_began", "stepped")
    times = [_age(getattr(state, name), state, constants) for name in dates]
    readings = []
    for held in state.readings:
        valid_for = protocol.input(held.input).valid_for
        if valid_for is None or state.time - held.observed <= valid_for:
            readings.append((held.input, held.value, held.lower, held.upper, _age(held.observed, state, constants)))
    memory = tuple(_saturated(item, state, constants) for item in state.memory)
    kept = (state.control, state.level, state.dose, state.withheld, state.reasons, min(state.on_drug, max(constants) + 1))
    return (*kept, state.time is None, *times, tuple(sorted(readings, key=str)), memory)


def _constants(protocol: Protocol) -> list[int]:
    """Every length of time and every count that the protocol compares anything with, and 0."""
    compared = [int(constant) for constants in thresholds(protocol).values() for constant in constants]
    guards = [node for rule in protocol.rules for node in nodes(rule.when)]
    within = [node.within for node in guards if isinstance(node, Known) and node.within]
    early = [node.constant - node.early for node in guards if isinstance(node, Compare)]
    return sorted({0, *compared, *within, *map(int, early), *(item.valid_for for item in protocol.inputs if item.valid_for)})


def _age(time: int | None, state: State, constants: list[int]) -> Hashable:
    """The age of an event, ending above the largest constant, and which of its moments come after the last step.

    The second part keeps whether something is evidence that no step has used, once both are too old to count.
    """
    if time is None:
        return None
    fresh = tuple(state.stepped is None or time + constant > state.stepped for constant in constants)
    return min(state.time - time, constants[-1] + 1), fresh


def _saturated(value: Any, state: State, constants: list[int]) -> Hashable:
    if attrs.has(type(value)):
        return tuple(_saturated(item, state, constants) for item in attrs.astuple(value, recurse=False))
    if isinstance(value, (tuple, frozenset)):
        return type(value)(_saturated(item, state, constants) for item in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _age(value, state, constants) if value > BEGIN // 2 else min(value, constants[-1] + 1)
    return value
