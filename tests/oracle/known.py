"""What a patient's readings, trackers and clocks can be at one visit, and every completion of what is missing."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from attrs import define

from protocol.model.guard import (
    Clock,
    Compare,
    GradeOf,
    Guard,
    Is,
    Named,
    Ratio,
    Tracked,
    Value,
    nodes,
)
from protocol.model.input import Choice, Grade, Number
from protocol.model.protocol import Protocol
from protocol.model.state import Held, Interval, State

OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
World = Mapping[Any, Any]
Bounds = Mapping[str, tuple[Any, Any, int | None]]


def cells(interval: Interval, constants: Sequence[Fraction]) -> list[Fraction]:
    """The constants inside, a point between each two neighbours, and the ends that belong to the interval."""
    inner = sorted({constant for constant in constants if interval.low < constant < interval.high})
    between = [(a + b) / 2 for a, b in pairwise([interval.low, *inner, interval.high]) if a < b]
    ends = [end for end in (interval.low, interval.high) if interval.holds(end)]
    return sorted({*inner, *between, *ends})


@define(slots=False)
class Patient:
    """A patient at one visit; ``bounds`` are what each tracker holds at least and at most, and since when.

    ``counts`` lists a counter's possible values where not every whole number between its bounds is one: after one finding,
    an unknown one makes 0 or 2 in a row, never 1.
    """

    protocol: Protocol
    state: State
    time: int
    bounds: Bounds
    counts: Mapping[str, Sequence[int]] = {}

    def atoms(self, guard: Guard) -> Iterator[Guard]:
        for node in nodes(guard):
            yield from self.atoms(self.protocol.definition(node.name)) if isinstance(node, Named) else (node,)

    def completions(self) -> list[World]:
        """Every combination of one value from each cell of every variable that a rule asks for."""
        asked: dict[Any, list[Fraction]] = {}
        for atom in (atom for rule in self.protocol.in_force() for atom in self.atoms(rule.when)):
            if isinstance(atom, Is):
                asked.setdefault(Value(atom.input), [])
            elif isinstance(atom, Compare) and not isinstance(atom.term, Clock):
                asked.setdefault(atom.term, []).append(atom.constant)
        return [dict(zip(asked, values, strict=True)) for values in product(*(self.domain(*item) for item in asked.items()))]

    def valid(self, name: str) -> Held | None:
        held, valid_for = self.state.reading(name), self.protocol.input(name).valid_for
        return held if held and held.value is not None and (valid_for is None or self.time - held.observed <= valid_for) else None

    def limit(self, term: Ratio) -> Fraction | None:
        held = self.valid(term.input)
        return (held.upper if term.limit == "ULN" else held.lower) if held else None

    def domain(self, term: Any, constants: list[Fraction]) -> Sequence[Any]:
        match term:
            case Value(name):
                held, kind = self.valid(name), self.protocol.input(name).kind
                if held and isinstance(held.value, str):
                    return [held.value]
                if isinstance(kind, Number):
                    return cells(held.value if held else Interval(kind.low, kind.high), constants)
                if isinstance(kind, Grade):
                    return [grade for grade in range(6) if not held or held.value.holds(Fraction(grade))]
                return kind.options if isinstance(kind, Choice) else ("yes", "no")
            case Ratio(name):
                held, limit = self.valid(name), self.limit(term)
                if held and limit:
                    v = held.value
                    return cells(Interval(v.low / limit, v.high / limit, v.open_low, v.open_high), constants)
                return cells(Interval(Fraction(0), max(constants) + 1, True, True), constants)
            case Tracked(name):
                if name in self.counts:
                    return self.counts[name]
                low, high, _ = self.bounds[name]
                high = max(low, *constants) + 1 if high is None or high == math.inf else high
                if self.protocol.tracker(name).kind in ("episodes", "consecutive"):
                    return range(int(low), int(min(high, max(low, *constants) + 1)) + 1)
                return cells(Interval(Fraction(low), Fraction(high)), constants)
            case GradeOf():
                raise NotImplementedError("the oracle has no criteria tables")
        raise TypeError(term)

    def origin(self, clock: str) -> int | None:
        at = {"start": self.state.started, "state": self.state.entered, "dose change": self.state.changed}
        return self.state.hold_began if clock == "hold" else at[clock]

    def age(self, clock: str) -> float | int:
        if clock == "treatment":
            running = self.state.dose.is_drug and self.state.time is not None
            return self.state.on_drug + (self.time - self.state.time if running else 0)
        origin = self.origin(clock)
        return math.inf if origin is None else self.time - origin
