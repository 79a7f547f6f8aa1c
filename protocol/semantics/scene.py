"""What is known at one visit: for each term the values it can have, and what is settled whatever the unknowns are."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from attrs import field, frozen

from protocol.model.guard import Atom, ClockName, Compare, CumulativeDose, Known, Ratio, Term, Tracked, Value
from protocol.model.input import Choice, Grade, Number, YesNo
from protocol.model.state import Held, Interval, State
from protocol.semantics import clocks
from protocol.semantics.cells import cells
from protocol.semantics.computed import possible, valid_reading
from protocol.semantics.prepared import Prepared
from protocol.semantics.remembered import of_baseline
from protocol.semantics.taken import cumulative
from protocol.semantics.trackers import possible_values, tracker_date

Candidate = Fraction | str
Candidates = tuple[Candidate, ...]


@frozen(eq=False)
class Scene:
    """One patient at one time, after the readings of the visit and the trackers, before the decision."""

    prepared: Prepared
    state: State
    time: int
    _candidates: dict[Term, Candidates] = field(factory=dict, init=False, repr=False)
    _valid: dict[str, Held | None] = field(factory=dict, init=False, repr=False)
    points: dict[str, tuple[int, ...]] = field(factory=dict, init=False, repr=False)
    settled: dict[Callable[[Scene], bool | None], bool | None] = field(factory=dict, init=False, repr=False)
    """What functions that settle a guard have said here, for those who ask them again in many worlds."""

    def valid(self, name: str) -> Held | None:
        """The reading of an input that still counts at this time; None is unknown."""
        valid = self._valid
        if name not in valid:
            valid[name] = valid_reading(self.prepared, self.state, name, self.time)
        return valid[name]

    def point(self, name: str) -> tuple[int, ...]:
        """The numerator and denominator of an input that was read as one number; empty where it is not known, or a range."""
        found = self.points.get(name)
        if found is None:
            held = self.valid(name)
            value = None if held is None else held.value
            # Both ends of what was read as one number are the same object; to compare two fractions takes far longer.
            found = value.low.as_integer_ratio() if isinstance(value, Interval) and value.low is value.high else ()
            self.points[name] = found
        return found

    def knows(self, node: Known) -> bool:
        """Whether the input has a valid reading, and one young enough where the guard asks for that."""
        held = self.valid(node.input)
        return held is not None and (node.within is None or self.time - held.observed <= node.within)

    def came_due(self, atom: Compare, name: ClockName, since: int | None) -> int | None:
        """When a comparison of a clock that is true became true; ``since`` is when it was last acted on."""
        return clocks.came_due(self.state, atom, name, self.time, since)

    def moved(self, name: str, atom: Atom, truth: bool, since: int | None) -> int | None:
        """When what a tracker shows arose; it is the same whatever was acted on ``since``."""
        return tracker_date(self.prepared, self.state, name, atom, truth)

    def candidates(self, term: Term) -> Candidates:
        """One representative of each cell in which the term can lie: a single value where it is known."""
        found = self._candidates.get(term)
        if found is None:
            found = self._candidates[term] = self._cells(term)
        return found

    def _cells(self, term: Term) -> Candidates:
        constants = self.prepared.constants.get(term, ())
        match term:
            case Value(name):
                return self._values(name, constants)
            case Ratio(name, "baseline"):
                known = of_baseline(self.state, self.valid(name))
                return cells(known or Interval(Fraction(0), max(constants) + 1, open_low=True), constants)
            case Ratio(name, limit):
                return cells(self._ratio(name, limit, constants), constants)
            case Tracked(name):
                return possible_values(self.prepared, self.state, name, self.time, constants)
            case CumulativeDose():
                return cells(cumulative(self.prepared, self.state, term, self.time), constants)
            case _:
                raise ValueError(f"{term!r} has no candidates")

    def _values(self, name: str, constants: tuple[Fraction, ...]) -> Candidates:
        held = self.valid(name)
        if held is not None and isinstance(held.value, str):
            return (held.value,)
        match self.prepared.inputs[name].kind:
            case Choice(options):
                return options
            case YesNo():
                return ("yes", "no")
            case Grade():
                within = held.value if held is not None else None
                return tuple(Fraction(n) for n in range(6) if not isinstance(within, Interval) or within.holds(Fraction(n)))
            case Number():
                known = held.value if held is not None and isinstance(held.value, Interval) else None
                return cells(known or possible(self.prepared, self.state, name, self.time), constants)

    def _ratio(self, name: str, limit: str, constants: tuple[Fraction, ...]) -> Interval:
        held = self.valid(name)
        bound = None if held is None else held.upper if limit == "ULN" else held.lower
        beyond = max(constants, default=Fraction(0)) + 1
        if held is None or bound is None or not isinstance(held.value, Interval):
            return Interval(Fraction(0), beyond, open_low=True)
        value = held.value
        if bound == 0:
            # A lower limit of zero: zero is at the limit, anything more is above every multiple of it.
            return Interval(min(Fraction(1), beyond) if value.low == 0 else beyond, Fraction(1) if value.high == 0 else beyond)
        return Interval(value.low / bound, value.high / bound, value.open_low, value.open_high)
