"""What a patient's readings, trackers and clocks can be at one visit, and every completion of what is missing."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from attrs import define

from protocol.model.formula import Baseline, Current, Earlier, parts
from protocol.model.guard import (
    Clock,
    Compare,
    CumulativeDose,
    GradeOf,
    Guard,
    Is,
    Named,
    Ratio,
    Tracked,
    Value,
    nodes,
)
from protocol.model.input import Choice, DerivedNumber, Grade, Number
from protocol.model.protocol import Protocol
from protocol.model.regimen import AMOUNTS
from protocol.model.state import Held, Interval, State, Taken
from tests.oracle.doses import counts_as, given_since
from tests.oracle.numbers import nearest, plausible, results

OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
NEVER = 10**15
"""Minutes since what never happened."""
World = Mapping[Any, Any]
Bounds = Mapping[str, tuple[Any, Any, int | None]]


def cells(interval: Interval, constants: Sequence[Fraction]) -> list[Fraction]:
    """The constants inside, a point between each two neighbours, and the ends that belong to the interval."""
    inner = sorted({constant for constant in constants if interval.low < constant < interval.high})
    between = [(a + b) / 2 for a, b in pairwise([interval.low, *inner, interval.high]) if a < b]
    ends = [end for end in (interval.low, interval.high) if interval.holds(end)]
    return sorted({*inner, *between, *ends})


def times_baseline(value: Interval, base: Interval) -> Interval:
    """How many times a baseline above 0 a value that is not below 0 is."""
    low, high = value.low / base.high, value.high / base.low
    open_low = (low > 0 and (value.open_low or base.open_high)) or (low == 0 and value.open_low)
    return Interval(low, high, open_low, high > 0 and (value.open_high or base.open_low))


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
        return self.worlds([rule.when for rule in self.protocol.in_force()])

    def worlds(self, guards: Sequence[Guard]) -> list[World]:
        """Every combination of one value from each cell of every variable that the guards ask for."""
        asked: dict[Any, list[Fraction]] = {}
        for atom in (atom for guard in guards for atom in self.atoms(guard)):
            if isinstance(atom, Is):
                asked.setdefault(Value(atom.input), [])
            elif isinstance(atom, Compare) and not isinstance(atom.term, Clock):
                asked.setdefault(atom.term, []).append(atom.constant)
        return [dict(zip(asked, values, strict=True)) for values in product(*(self.domain(*item) for item in asked.items()))]

    def number(self, name: str) -> DerivedNumber | None:
        return next((number for number in self.protocol.numbers if number.name == name), None)

    def computed(self, number: DerivedNumber) -> Held | None:
        """A derived number as a reading; None where it is not known."""
        found = {part: self.part(number, part) for part in parts(number.value)}
        defaults = self.standing_in(number)
        value = self.possible(number)
        if value is None or any(held is None and part not in defaults for part, held in found.items()):
            return None
        return Held(number.name, value, max(held.observed for held in found.values() if held), "")

    def possible(self, number: DerivedNumber) -> Interval | None:
        """What a derived number can be if each missing part is anything plausible; None if that leaves nothing."""
        values = {}
        defaults = self.standing_in(number)
        for part in parts(number.value):
            held = self.part(number, part)
            values[part] = held.value if held else defaults.get(part) or self.anything(part.input)
        found = results(number.value, values)
        return None if found is None else plausible(found, number.kind.low, number.kind.high)

    def standing_in(self, number: DerivedNumber) -> dict[Any, Interval]:
        """What stands in for an input of which no reading was refused last."""
        refused = [held.input for held in self.state.refused_last]
        return {Current(name): Interval(value, value) for name, value in number.defaults if name not in refused}

    def anything(self, name: str) -> Interval:
        """All that an input can be that nobody knows."""
        number = self.number(name)
        kind = (number or self.protocol.input(name)).kind
        return (number and self.possible(number)) or Interval(kind.low, kind.high)

    def baseline(self, name: str) -> Held | None:
        """What a later value is compared with; until the first dose it can still be another one."""
        kept = () if self.state.started is None else self.state.baseline
        return next((held for held in kept if held.input == name), None)

    def part(self, number: DerivedNumber, part: Any) -> Held | None:
        match part:
            case Baseline(name):
                return self.baseline(name)
            case Earlier(name, ago):
                return nearest(self.state.history, name, self.time - ago, *number.window)
        return self.valid(part.input)

    def valid(self, name: str) -> Held | None:
        if number := self.number(name):
            return self.computed(number)
        held, valid_for = self.state.reading(name), self.protocol.input(name).valid_for
        return held if held and held.value is not None and (valid_for is None or self.time - held.observed <= valid_for) else None

    def limit(self, term: Ratio) -> Fraction | Interval | None:
        held = self.valid(term.input)
        if term.limit == "baseline":
            base = self.baseline(term.input)
            return base.value if held and base and base.value.low > 0 else None
        return (held.upper if term.limit == "ULN" else held.lower) if held else None

    def taken(self, term: CumulativeDose) -> Interval:
        """The drug taken before now: what was counted at the last visit, and each dose since then that was due before now."""
        before = self.state.taken or Taken()
        amount, incomplete = before.amount, before.incomplete
        doses = list(given_since(self.protocol, self.state, self.time))
        for unit, per, much in doses:
            if counts_as(self.protocol, unit, per):
                amount += much * AMOUNTS[unit]
            incomplete = incomplete or not counts_as(self.protocol, unit, per)
        low = amount / AMOUNTS[term.unit]
        return Interval(low, low + 10**12 if incomplete else low)

    def domain(self, term: Any, constants: list[Fraction]) -> Sequence[Any]:
        match term:
            case Value(name):
                held, kind = self.valid(name), (self.number(name) or self.protocol.input(name)).kind
                if held and isinstance(held.value, str):
                    return [held.value]
                if isinstance(kind, Number):
                    return cells(held.value if held else self.anything(name), constants)
                if isinstance(kind, Grade):
                    return [grade for grade in range(6) if not held or held.value.holds(Fraction(grade))]
                return kind.options if isinstance(kind, Choice) else ("yes", "no")
            case Ratio(name):
                held, limit = self.valid(name), self.limit(term)
                if held and isinstance(limit, Interval):
                    return cells(times_baseline(held.value, limit), constants)
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
            case CumulativeDose():
                return cells(self.taken(term), constants)
            case GradeOf():
                raise NotImplementedError("the oracle has no criteria tables")
        raise TypeError(term)

    def origin(self, clock: str) -> int | None:
        at = {
            "start": self.state.started,
            "state": self.state.entered,
            "dose change": self.state.changed,
            "dose raised": self.state.raised,
            "dose lowered": self.state.lowered,
        }
        return self.state.hold_began if clock == "hold" else at[clock]

    def age(self, clock: str) -> float | int:
        if clock == "treatment":
            running = self.state.dose.is_drug and self.state.time is not None
            return self.state.on_drug + (self.time - self.state.time if running else 0)
        origin = self.origin(clock)
        return math.inf if origin is None else self.time - origin
