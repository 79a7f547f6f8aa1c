"""What a guard is in one completion, and when what it rests on arose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from attrs import define

from protocol.model.formula import Baseline, Current, Earlier, parts
from protocol.model.guard import (
    Always,
    And,
    Clock,
    Compare,
    CumulativeDose,
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
from protocol.model.input import DerivedNumber, Item, Score
from protocol.model.regimen import AMOUNTS
from protocol.model.state import Held, Interval, Taken
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
        later = [atom for atom, dates in way if any(date > since for date in dates)]
        steps = [Clock("dose change"), Clock("dose raised"), Clock("dose lowered")]
        waits = [atom for atom in later if isinstance(atom, Compare) and atom.term in steps]
        return len(later) > len(waits) or (bool(waits) and not any(self.renewed(atom) for atom, _ in way))

    def renewed(self, atom: Guard) -> bool:
        if isinstance(atom, Compare) and isinstance(atom.term, Value) and (score := self.score(atom.term.input)):
            asked = (one for when in score.guards() for one in self.atoms(when))
            return any(self.renewed(one) for one in asked if isinstance(one, Compare | Is))
        name = atom.input if isinstance(atom, Is) else getattr(atom.term, "input", "")
        number = self.number(name)
        names = {part.input for part in parts(number.value) if not isinstance(part, Baseline)} if number else {name} - {""}
        return isinstance(getattr(atom, "term", None), Tracked) or any(not self.protocol.input(name).fixed for name in names)

    def ways(
        self, guard: Guard, world: World, wanted: bool = True, since: int | None = None
    ) -> list[list[tuple[Guard, list[float | int]]]]:
        """Each set of comparisons that is enough to make the guard what it is ``wanted`` to be, with what they date from."""
        match guard:
            case Named(name):
                return self.ways(self.protocol.definition(name), world, wanted, since)
            case Not(part):
                return self.ways(part, world, not wanted, since)
            case And(items) | Or(items):
                found = [self.ways(item, world, wanted, since) for item in items if self.true(item, world) == wanted]
                if isinstance(guard, Or) == wanted:
                    return [way for ways in found for way in ways]
                return [[atom for way in ways for atom in way] for ways in product(*found)]
            case Always() | Known():
                return [[]]
        return [[(guard, list(self.dates(guard, wanted, since)))]]

    def parts_could_date(self, number: DerivedNumber) -> Iterator[int]:
        """When each part of a number that is not known was observed, or at the latest could have been."""
        for part in parts(number.value):
            if held := self.part(number, part):
                yield held.observed
            elif isinstance(part, Earlier):
                yield self.time - part.ago + number.window[1]
            elif isinstance(part, Current) and part not in self.standing_in(number):
                yield self.time

    # Scores

    def score(self, name: str) -> Score | None:
        return next((score for score in self.protocol.scores if score.name == name), None)

    def valid(self, name: str) -> Held | None:
        score = self.score(name)
        if score is None:
            return super().valid(name)
        total = Fraction(sum(points for _, points, _ in map(self.points, score.items)))
        return Held(name, Interval(total, total), self.time, "")

    def domain(self, term: Any, constants: list[Fraction]) -> Sequence[Any]:
        is_score = isinstance(term, Value) and self.score(term.input)
        return [self.valid(term.input).value.low] if is_score else super().domain(term, constants)

    def points(self, item: Item) -> tuple[Item, int, list[set[int]]]:
        """The item with its points and, in each completion, the places of the cases that hold; no completion if unknown."""
        each = [case.points for case in item.cases] + [item.otherwise]
        found = []
        for world in self.worlds([case.when for case in item.cases]):
            found.append({n for n, case in enumerate(item.cases) if self.true(case.when, world)})
        points = {each[min(holding, default=-1)] for holding in found}
        return (item, points.pop(), found) if len(points) == 1 else (item, item.unknown, [])

    def of_score(self, score: Score, sign: str, wanted: bool, since: int | None) -> Iterator[float | int]:
        """When what gives the points that speak for the comparison dates from."""
        high = (sign in (">", ">=")) == wanted
        for item, points, holding in map(self.points, score.items):
            every = [*(case.points for case in item.cases), item.otherwise, item.unknown]
            idle = {"==": None, "!=": None}.get(sign, min(every) if high else max(every))
            if holding and points != idle and len(set(every)) > 1:
                yield from self.of_item(item, holding, since)

    def of_item(self, item: Item, holding: list[set[int]], since: int | None) -> Iterator[float | int]:
        """Of each case that may give the points the newest that it rests on; of these the oldest, as any may. A sure one does."""
        first = sorted({min(places, default=len(item.cases)) for places in holding})
        sure = [place for place in first[-1:] if all(place in places for places in holding)]
        found: list[list[float | int]] = []
        for place in sure or first:
            asked = [(case.when, number == place) for number, case in enumerate(item.cases[: place + 1])]
            rests = [one for number, one in enumerate(asked) if number == place or number not in first]
            found.append([date for when, wanted in rests for date in self.settling(when, wanted, since)])
        if all(found):
            yield min(map(max, found))

    def settling(self, guard: Guard, wanted: bool, since: int | None) -> Iterator[float | int]:
        """What the comparisons date from that are what the guard needs to be as ``wanted``, whatever is missing."""
        match guard:
            case Named(name):
                yield from self.settling(self.protocol.definition(name), wanted, since)
            case Not(part):
                yield from self.settling(part, not wanted, since)
            case And(items) | Or(items):
                for item in items:
                    yield from self.settling(item, wanted, since)
            case Compare(Clock()):
                if self.true(guard, {}) == wanted:
                    yield from self.dates(guard, wanted, since)
            case Compare() | Is():
                term = guard.term if isinstance(guard, Compare) else Value(guard.input)
                constants = [guard.constant] if isinstance(guard, Compare) else []
                if {self.true(guard, {term: value}) for value in self.domain(term, constants)} == {wanted}:
                    yield from self.dates(guard, wanted, since)

    def dates(self, guard: Guard, wanted: bool, since: int | None) -> Iterator[float | int]:
        """When a comparison dates from that is true, or that is not; nothing where it has no date."""
        match guard:
            case Compare(Clock("treatment"), ">=" | ">", constant, early) if wanted:
                of_hold = since is not None and since != self.state.stepped
                shown = self.state.held_on_drug if of_hold else self.state.stepped_on_drug
                due_since = constant - (early if guard.operator == ">=" else 0) > shown
                yield self.time if due_since else since or 0
            case Compare(Clock(clock), ">=" | ">", constant, early) if wanted:
                yield self.time - (self.age(clock) - (constant - early))
            case Compare(Tracked(name), sign, constant):
                low, _, date = self.bounds[name]
                if len({OPERATORS[sign](value, constant) for value in self.domain(guard.term, [constant])}) > 1:
                    yield self.time
                elif (kind := self.protocol.tracker(name).kind) == "duration":
                    if wanted and sign in (">=", ">"):
                        yield self.time - low + constant
                elif kind == "since" and (sign in (">=", ">")) == wanted:
                    if low < NEVER:
                        yield self.time - low + constant
                elif date is not None:
                    yield date
            case Compare(CumulativeDose() as term, sign, constant):
                now = {OPERATORS[sign](value, constant) for value in self.domain(term, [constant])}
                taken = self.state.taken or Taken()
                then = (taken.at_hold if since not in (None, self.state.stepped) else taken.at_step) / AMOUNTS[term.unit]
                if len(now) > 1 or now != {OPERATORS[sign](then, constant)}:
                    yield self.time
            case Compare(Value(name)) if score := self.score(name):
                yield from self.of_score(score, guard.operator, wanted, since)
            case Compare(Value(name) | Ratio(name)) | Is(name):
                held = self.valid(name)
                number = self.number(name)
                ratio = isinstance(guard, Compare) and isinstance(guard.term, Ratio)
                limited = not ratio or guard.term.limit == "baseline" or self.limit(guard.term)
                if number and not held:
                    yield from self.parts_could_date(number)
                else:
                    yield held.observed if held and limited else self.time
