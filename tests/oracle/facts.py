"""What a guard is in one completion, and when what it rests on arose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from attrs import define

from protocol.model.formula import Baseline, Current, Earlier, parts
from protocol.model.guard import (
    Always,
    And,
    Clock,
    Compare,
    Guard,
    Is,
    Known,
    Named,
    Not,
    Or,
    Ratio,
    Tracked,
    Value,
)
from protocol.model.input import DerivedNumber
from tests.oracle.known import NEVER, OPERATORS, Patient, World


@define(slots=False)
class Facts(Patient):
    """A patient of whom every guard is answered in a completion."""

    def true(self, guard: Guard, world: World) -> bool:
        match guard:
            case Always():
                return True
            case Compare(Clock(clock), sign, constant, early):
                return OPERATORS[sign](self.age(clock), constant - early)
            case Compare(term, sign, constant):
                return OPERATORS[sign](world[term], constant)
            case Is(name, option):
                return world[Value(name)] == option
            case Known(name, within):
                held = self.valid(name)
                return held is not None and (within is None or self.time - held.observed <= within)
            case Named(name):
                return self.true(self.protocol.definition(name), world)
            case Not(part):
                return not self.true(part, world)
            case And(parts):
                return all(self.true(part, world) for part in parts)
            case Or(parts):
                return any(self.true(part, world) for part in parts)
        raise TypeError(guard)

    def unused(self, way: Sequence[tuple[Guard, list[float | int]]], since: int) -> bool:
        """Something of it is later than what was acted on: where anything can be read again, not just the wait since then."""
        later = [atom for atom, dates in way if any(date > since for date in dates) and not self.untimed(atom, since)]
        steps = [Clock("dose change"), Clock("dose raised"), Clock("dose lowered")]
        waits = [atom for atom in later if isinstance(atom, Compare) and atom.term in steps]
        return len(later) > len(waits) or (bool(waits) and not any(self.renewed(atom) for atom, _ in way))

    def untimed(self, atom: Guard, since: int) -> bool:
        """The stopwatch, of which it is only known what it showed at the last step."""
        return isinstance(atom, Compare) and atom.term == Clock("treatment") and since != self.state.stepped

    def renewed(self, atom: Guard) -> bool:
        name = atom.input if isinstance(atom, Is) else getattr(atom.term, "input", "")
        number = self.number(name)
        names = {part.input for part in parts(number.value) if not isinstance(part, Baseline)} if number else {name} - {""}
        return isinstance(getattr(atom, "term", None), Tracked) or any(not self.protocol.input(name).fixed for name in names)

    def ways(self, guard: Guard, world: World, wanted: bool = True) -> list[list[tuple[Guard, list[float | int]]]]:
        """Each set of comparisons that is enough to make the guard what it is ``wanted`` to be, with what they date from."""
        match guard:
            case Named(name):
                return self.ways(self.protocol.definition(name), world, wanted)
            case Not(part):
                return self.ways(part, world, not wanted)
            case And(items) | Or(items):
                found = [self.ways(item, world, wanted) for item in items if self.true(item, world) == wanted]
                if isinstance(guard, Or) == wanted:
                    return [way for ways in found for way in ways]
                return [[atom for way in ways for atom in way] for ways in product(*found)]
            case Always() | Known():
                return [[]]
        return [[(guard, list(self.dates(guard, wanted)))]]

    def parts_could_date(self, number: DerivedNumber) -> Iterator[int]:
        """When each part of a number that is not known was observed, or at the latest could have been."""
        for part in parts(number.value):
            if held := self.part(number, part):
                yield held.observed
            elif isinstance(part, Earlier):
                yield self.time - part.ago + number.window[1]
            elif isinstance(part, Current) and part not in self.standing_in(number):
                yield self.time

    def dates(self, guard: Guard, wanted: bool) -> Iterator[float | int]:
        """When a comparison dates from that is true, or that is not; nothing where it has no date."""
        match guard:
            case Compare(Clock("treatment"), ">=" | ">", constant, early) if wanted:
                due_since = constant - (early if guard.operator == ">=" else 0) > self.state.stepped_on_drug
                yield self.time if due_since else self.state.stepped or 0
            case Compare(Clock(clock), ">=" | ">", constant, early) if wanted:
                yield self.time - (self.age(clock) - (constant - early))
            case Compare(Tracked(name), sign, constant):
                low, _, date = self.bounds[name]
                if len({OPERATORS[sign](value, constant) for value in self.domain(guard.term, [constant])}) > 1:
                    yield self.time
                elif (kind := self.protocol.tracker(name).kind) == "duration" and sign in (">=", ">"):
                    yield self.time - low + constant
                elif kind == "since" and (sign in (">=", ">")) == wanted:
                    if low < NEVER:
                        yield self.time - low + constant
                elif date is not None:
                    yield date
            case Compare(Value(name) | Ratio(name)) | Is(name):
                held = self.valid(name)
                number = self.number(name)
                ratio = isinstance(guard, Compare) and isinstance(guard.term, Ratio)
                limited = not ratio or guard.term.limit == "baseline" or self.limit(guard.term)
                if number and not held:
                    yield from self.parts_could_date(number)
                else:
                    yield held.observed if held and limited else self.time
