"""On which truths about the ages of a state does a visit depend, and which of them can be so together?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from protocol.model.guard import Clock, Compare, Tracked
from protocol.model.state import Since
from protocol.semantics.clocks import OPERATORS
from protocol.verification.proof.ages import WATCH_AT_HOLD, WATCH_AT_STEP, Ages, clock_of, parts
from protocol.verification.proof.solvers import not_said
from protocol.verification.search.asked import uses_up
from protocol.verification.search.axes import BETWEEN, NEW, OLD, Axis, Letter
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Kept, Place
from protocol.verification.search.watch import BoundMet

Fact = tuple[Any, Any]
"""What it is a fact of, and the condition on the numbers."""
Together = tuple[tuple[Any, ...], dict[Any, bool], dict[str, int]]
"""Conditions, which facts are so under them, and numbers for which they are."""


class Truths:
    """Facts that can be so together. What was once worked out is kept."""

    def __init__(self, z3: Any) -> None:
        self.z3 = z3
        self._found: dict[tuple[int, ...], tuple[Any, list[tuple[tuple[Any, ...], tuple[bool, ...], Any]]]] = {}

    def together(self, facts: Sequence[Fact], under: Sequence[Any], numbers: Mapping[str, Any]) -> Iterator[Together]:
        """Every choice of which facts are so that can be under these conditions."""
        asked = [condition for _, condition in facts]
        for literals, truths, model in self._all(asked, under):
            told = {name: truth for (name, _), truth in zip(facts, truths, strict=True)}
            values = {name: model.eval(self.z3.IntVal(0) + one, model_completion=True).as_long() for name, one in numbers.items()}
            yield literals, told, values

    def _all(self, asked: list[Any], under: Sequence[Any]) -> list[tuple[tuple[Any, ...], tuple[bool, ...], Any]]:
        key = (*(one.get_id() for one in (*asked, *under)), len(asked))
        found = self._found.get(key)
        if found is None:
            solver = self.z3.Solver()
            solver.add(*under)
            # The conditions are kept beside what was found, so that no other one gets their number.
            found = self._found[key] = (tuple(asked), tuple(under)), list(self._chosen(solver, asked, (), ()))
        return found[1]

    def _chosen(
        self, solver: Any, asked: Sequence[Any], literals: tuple[Any, ...], truths: tuple[bool, ...]
    ) -> Iterator[tuple[tuple[Any, ...], tuple[bool, ...], Any]]:
        answer = solver.check()
        if answer == self.z3.unknown:
            raise BoundMet(not_said(solver.reason_unknown()))
        if answer != self.z3.sat:
            return
        if len(truths) == len(asked):
            yield literals, truths, solver.model()
            return
        for truth in (True, False):
            one = asked[len(truths)]
            literal = one if truth else self.z3.Not(one)
            solver.push()
            solver.add(literal)
            yield from self._chosen(solver, asked, (*literals, literal), (*truths, truth))
            solver.pop()


class Facts:
    """The facts on which visits depend."""

    def __init__(self, z3: Any, search: Exploring, ages: Ages, every: int | None) -> None:
        self.z3, self.search, self.ages, self.every = z3, search, ages, every
        self.abstraction = search.abstraction
        self._mattering: dict[Place, frozenset[str]] = {}

    def due(self, told: Mapping[Any, bool], kind: str) -> int:
        """The comparisons that came due, as a mask."""
        return sum(1 << number for number in range(len(self.abstraction.due)) if told.get((kind, number), False))

    def at(self, location: Kept, numbers: Mapping[str, Any], begins: bool) -> list[Fact]:
        """The facts on which a visit at a location depends, beside the readings that are carried over."""
        asked = self.search.deciding.relevant(location.place)
        found = [*self.told((*asked.clocks, *self.search.trails.clocks), asked.trackers, location, numbers)]
        found += self._came_due(location, numbers)
        if not begins:
            found += self._kept(location, numbers)
        step, hold = numbers.get("stepped"), numbers.get("hold_began")
        if self.abstraction.holds_once and step is not None and hold is not None:
            found += [(("order", "before"), hold < step), (("order", "together"), hold == step)]
        return found

    def told(
        self, clocks: Iterable[Compare], trackers: Iterable[int], location: Kept, numbers: Mapping[str, Any]
    ) -> Iterator[Fact]:
        """What these comparisons of clocks, and the comparisons of these trackers, come to."""
        for atom in dict.fromkeys(clocks):
            age = numbers.get(clock_of(atom))
            if age is not None:
                age = age + atom.early if atom.operator == ">=" else age
                yield ("clock", atom), OPERATORS[atom.operator](age * atom.constant.denominator, atom.constant.numerator)

        yield from self._held(trackers, location, numbers)

    def _came_due(self, location: Kept, numbers: Mapping[str, Any]) -> Iterator[Fact]:
        mask = self.search.deciding.relevant(location.place).due
        kinds = [("due", "stepped", WATCH_AT_STEP), ("due hold", "hold_began", WATCH_AT_HOLD)]
        for number, atom in enumerate(self.abstraction.due):
            age = self._age(location, atom, numbers)
            if mask >> number & 1 and age is not None:
                limit = int(atom.constant) - (atom.early if atom.operator == ">=" else 0)
                for kind, since, watch in kinds[: 1 + self.abstraction.holds_once]:
                    if atom.term == Clock("treatment"):
                        yield (kind, number), self.z3.And(age >= limit, numbers[watch] < limit)
                    else:
                        acted = numbers.get(since)
                        yield (kind, number), age >= limit if acted is None else self.z3.And(age >= limit, age - limit < acted)

    def _age(self, location: Kept, atom: Compare, numbers: Mapping[str, Any]) -> Any:
        """How old that is of which a comparison comes due; None where there is nothing."""
        if isinstance(atom.term, Clock):
            return numbers.get(clock_of(atom))
        assert isinstance(atom.term, Tracked)
        place = next(number for number, one in enumerate(self.abstraction.trackers) if one.name == atom.term.tracker)
        part = "possible" if isinstance(location.memory[place], Since) else "definite"
        return numbers.get(f"tracker {place} {part}")

    def _held(self, trackers: Iterable[int], location: Kept, numbers: Mapping[str, Any]) -> Iterator[Fact]:
        """How what trackers of time hold compares with each constant."""
        for place in trackers:
            memory = location.memory[place]
            constants = self.abstraction.prepared.constants.get(Tracked(self.abstraction.trackers[place].name), ())
            for (part, age), constant in product(parts(memory), constants):
                if age is not None:
                    number = numbers[f"tracker {place} {part}"] * constant.denominator
                    yield ("below", place, part, constant), number < constant.numerator
                    yield ("above", place, part, constant), number > constant.numerator

    # Readings from before

    def _kept(self, location: Kept, numbers: Mapping[str, Any]) -> Iterator[Fact]:
        """How old a reading that is kept is."""
        for place, held in enumerate(location.readings):
            age = numbers.get(f"reading {place}")
            if held is not None and age is not None:
                for within in self.abstraction.axes[self.abstraction.remembered[place]].withins:
                    yield ("within", place, within), age <= within
                for name in ("stepped", "hold_began"):
                    if name in numbers:
                        yield ("newer", place, name), age < numbers[name]

    def carried(self, place: int, letter: Letter, numbers: Mapping[str, Any], gap: Any) -> Any:
        """That a reading that still counts can be carried over, and told apart like this."""
        return self._can_be_carried(self.abstraction.axes[place], letter, numbers, gap)

    def matters(self, location: Kept) -> frozenset[str]:
        """The inputs of which it makes a difference whether a reading is carried over, and from when it is."""
        found = self._mattering.get(location.place)
        if found is None:
            prepared = self.abstraction.prepared
            acting = [rule.when for rule in self.search.deciding.rules_of(location.place) if uses_up(rule)]
            in_row = [one.when for one in self.abstraction.trackers if one.kind == "consecutive"]
            aged = {axis.name for axis in self.abstraction.axes if axis.withins}
            found = frozenset(aged | {name for guard in (*acting, *in_row) for name in prepared.inputs_of(guard)})
            self._mattering[location.place] = found
        return found

    def _can_be_carried(self, axis: Axis, letter: Letter, numbers: Mapping[str, Any], gap: Any) -> Any:
        """Whether a reading of some age that still counts is told apart like this."""
        low, high = [gap], [] if axis.item.valid_for is None else [axis.item.valid_for]
        low += [limit + 1 for limit, young in zip(axis.withins, letter.within, strict=True) if not young]
        high += [limit for limit, young in zip(axis.withins, letter.within, strict=True) if young]
        ways = []
        for older, newer in self._dates(axis, letter.date, numbers):
            if self.every is not None:
                ways += [self._lies(age, (*low, *older), (*high, *newer)) for age in self.search.ages(axis)]
            else:
                ways.append(self._all(one <= other for one, other in product((*low, *older), (*high, *newer))))
        return self.z3.Or(*ways) if ways else self.z3.BoolVal(False)

    def _lies(self, age: int, low: Iterable[Any], high: Iterable[Any]) -> Any:
        return self._all([*(one <= age for one in low), *(age <= one for one in high)])

    def _all(self, conditions: Iterable[Any]) -> Any:
        found = list(conditions)
        return self.z3.And(*found) if found else self.z3.BoolVal(True)

    def _dates(self, axis: Axis, date: int, numbers: Mapping[str, Any]) -> Iterator[tuple[list[Any], list[Any]]]:
        """The least and greatest ages of a reading that is newer than the last step and hold, than one of them, or than none."""
        if axis.name not in self.abstraction.cares or axis.item.valid_for is None:
            # When a reading that counts for ever was made is not kept.
            yield [], []
            return
        once = self.abstraction.holds_once
        dates = [numbers.get("stepped"), numbers.get("hold_began") if once else None]
        for is_new in product((True, False), repeat=2):
            told = NEW if all(is_new) else BETWEEN if any(is_new) and once else OLD
            if told == date and not any(one is None and not new for one, new in zip(dates, is_new, strict=True)):
                pairs = [(one, new) for one, new in zip(dates, is_new, strict=True) if one is not None]
                yield [one for one, new in pairs if not new], [one - 1 for one, new in pairs if new]
