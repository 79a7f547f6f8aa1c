"""What a guard is in one completion, and when what it rests on arose."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define

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
from tests.oracle.known import OPERATORS, Patient, World


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

    def dates(self, guard: Guard, world: World, wanted: bool = True) -> Iterator[float | int]:
        """When the atoms date from that make the guard what it is ``wanted`` to be."""
        match guard:
            case Named(name):
                yield from self.dates(self.protocol.definition(name), world, wanted)
            case Not(part):
                yield from self.dates(part, world, not wanted)
            case And(parts) | Or(parts):
                for part in parts:
                    if self.true(part, world) == wanted:
                        yield from self.dates(part, world, wanted)
            case Compare(Clock("treatment"), ">=" | ">", constant, early) if wanted:
                due_since = constant - (early if guard.operator == ">=" else 0) > self.state.stepped_on_drug
                yield self.time if due_since else self.state.stepped or 0
            case Compare(Clock(clock), ">=" | ">", constant, early) if wanted:
                yield self.time - (self.age(clock) - (constant - early))
            case Compare(Tracked(name), sign, constant):
                low, _, date = self.bounds[name]
                if len({OPERATORS[sign](value, constant) for value in self.domain(guard.term, [constant])}) > 1:
                    yield self.time
                elif self.protocol.tracker(name).kind == "duration" and sign in (">=", ">"):
                    yield self.time - low + constant
                elif date is not None:
                    yield date
            case Compare(Value(name) | Ratio(name)) | Is(name):
                held = self.valid(name)
                limited = isinstance(guard, Is) or not isinstance(guard.term, Ratio) or self.limit(guard.term)
                yield held.observed if held and limited else self.time
