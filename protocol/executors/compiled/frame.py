"""What is a protocol when it has been compiled: its terms, axes, guards, trackers and rules, before any patient was seen?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from attrs import Factory, frozen

from protocol.executors.compiled import layout, trackers
from protocol.executors.compiled.axes import Axes, Axis
from protocol.executors.compiled.computed import Computed, OfBaseline, OfFixed, OfSum, asked_inputs
from protocol.executors.compiled.guards import Asks, Every, Knows, Node, Opposite, Points, Some
from protocol.executors.compiled.native import dated
from protocol.executors.compiled.numbers import OfNumber
from protocol.executors.compiled.terms import Term
from protocol.model.guard import (
    ClockName,
    Compare,
    CumulativeDose,
    Guard,
    Is,
)
from protocol.model.guard import Term as Asked
from protocol.model.input import Choice, DerivedNumber, Input, YesNo
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import Prepared

CLOCKS: dict[ClockName, int] = {
    "start": layout.STARTED, "state": layout.ENTERED, "dose change": layout.CHANGED, "dose raised": layout.RAISED,
    "dose lowered": layout.LOWERED, "hold": layout.HOLD_BEGAN,
}  # fmt: skip


@frozen(eq=False)
class Frame:
    """A compiled protocol. ``nodes`` finds the node of a guard by the identity of the guard.

    ``moving`` are the trackers that something asks; the others need not be followed.
    """

    protocol: Protocol
    prepared: Prepared
    inputs: tuple[Input, ...]
    numbers: dict[str, int]
    terms: dict[tuple[str, str], Term]
    axes: Axes
    atoms: dict[Asked, list[Compare | Is]]
    nodes: dict[int, Node] = Factory(dict)
    reading: dict[tuple[str, str], int] = Factory(dict)
    tracking: dict[str, trackers.Tracking] = Factory(dict)
    moving: list[trackers.Tracking] = Factory(list)
    sums: dict[CumulativeDose, OfSum] = Factory(dict)

    @cached_property
    def moving_before(self) -> list[trackers.Tracking]:
        """Those of the trackers that are followed before treatment too."""
        return [one for one in self.moving if one.tracker.from_baseline]

    @cached_property
    def places(self) -> tuple[tuple[int, ...], ...]:
        """For each input the registers of the codes of its terms."""
        terms = self.terms.values()
        return tuple(
            tuple(self.term_register(term) for term in terms if term.input == number) for number in range(len(self.inputs))
        )

    @cached_property
    def begins(self) -> tuple[int, ...]:
        """For each input the register of the code of its first term; those of the others follow."""
        return tuple(registers[0] for registers in self.places)

    @cached_property
    def fixed(self) -> tuple[bool, ...]:
        """For each input whether its first value stands for ever."""
        return tuple(item.fixed for item in self.inputs)

    @cached_property
    def stands(self) -> tuple[bool, ...]:
        """For each input whether it is a number whose first value stands for ever, so that it is kept as it was read."""
        return tuple(item.fixed and not isinstance(item.kind, Choice | YesNo) for item in self.inputs)

    def observed(self, name: str) -> int:
        """The register of when the value of an input was observed."""
        return layout.FIRST_FREE + self.numbers[name]

    def term_register(self, term: Term) -> int:
        """The register of the code of a term."""
        return layout.FIRST_FREE + len(self.inputs) + term.place

    def date(self, name: str) -> int:
        """The register of the date of a derived number: of its newest part, or when a part that is missing could be of."""
        return layout.FIRST_FREE + len(self.terms) + len(self.inputs) + self.numbers[name] - len(self.protocol.inputs)

    def size(self) -> int:
        """How many registers a patient has."""
        return self.first_tracker() + sum(trackers.registers(tracker) for tracker in self.prepared.trackers)

    def first_tracker(self) -> int:
        """The first register of the trackers, which are the last ones."""
        sums = 3 * sum(isinstance(term, CumulativeDose) for term in self.atoms)
        return layout.FIRST_FREE + len(self.terms) + len(self.inputs) + len(self.prepared.numbers) + sums

    def first_registers(self) -> list[int]:
        """A patient of whom nothing is known yet, at place 0."""
        return list(self._first_registers)

    @cached_property
    def _first_registers(self) -> list[int]:
        found = [layout.NONE] * layout.ON_DRUG + [0] * (layout.FIRST_FREE - layout.ON_DRUG)
        found += [layout.NONE] * len(self.inputs) + [term.unknown for term in self.terms.values()]
        found += [layout.NONE] * len(self.prepared.numbers)
        found += [0] * (self.first_tracker() - len(found))
        for tracker in self.prepared.trackers:
            found += trackers.first_values(tracker)
        return found

    @cached_property
    def computed(self) -> tuple[Computed, ...]:
        """What is computed from readings."""
        numbers = (self._of_number(number) for number in self.prepared.numbers.values())
        return (*numbers, *self._of_baselines(), *self.sums.values(), *self._of_fixed())

    def _of_number(self, number: DerivedNumber) -> OfNumber:
        name = number.name
        of_it = (term for (one, limit), term in self.terms.items() if one == name and limit != "baseline")
        terms = ((term, self.term_register(term)) for term in of_it)
        return OfNumber(number, self.numbers[name], self.observed(name), self.date(name), tuple(terms))

    def _of_baselines(self) -> Iterator[OfBaseline]:
        for (name, limit), term in self.terms.items():
            if limit == "baseline":
                yield OfBaseline(name, term, self.term_register(term))

    def _of_fixed(self) -> Iterator[OfFixed]:
        for number, item in enumerate(self.inputs):
            if self.stands[number]:
                of_it = [term for (one, limit), term in self.terms.items() if one == item.name and limit != "baseline"]
                terms = tuple((term, self.term_register(term)) for term in of_it)
                yield OfFixed(item.name, number, self.observed(item.name), terms)

    @cached_property
    def kept(self) -> frozenset[str]:
        """The inputs of which something is computed, so that what was read is kept as it was."""
        tracked = {one.tracker.input for one in self.moving if one.tracker.input and one.tracker.name in self.dated}
        fixed = {item.name for number, item in enumerate(self.inputs) if self.stands[number]}
        return asked_inputs(self.prepared, tracked | fixed)

    @cached_property
    def computing(self) -> dict[str, tuple[Computed, ...]]:
        """Of the trackers whose conditions ask something that is computed: all of that."""
        inputs = self.prepared.numbers.keys() | self.prepared.baselines | self.prepared.scores.keys()
        guards = {one.name: (one.when, one.until) if one.until else (one.when,) for one in self.prepared.trackers}
        asked = {name: {one for guard in both for one in self.prepared.inputs_of(guard)} for name, both in guards.items()}
        return {name: self._behind(names) for name, names in asked.items() if names & inputs}

    def _behind(self, names: set[str]) -> tuple[Computed, ...]:
        """What is computed of these inputs, or all of it where a score is among them."""
        if not names.isdisjoint(self.prepared.scores):
            return self.computed
        return tuple(one for one in self.computed if not isinstance(one, OfNumber) or one.number.name in names)

    @cached_property
    def dated(self) -> frozenset[str]:
        """The trackers of which it is asked when they changed."""
        return dated(self.prepared)


def node(found: Frame, guard: Guard) -> Node:
    """The node of a guard of the protocol, or of a part of one."""
    return found.nodes[id(guard)]


def asked(found: Frame, guard: Node) -> Iterator[Asks | Knows]:
    """The comparisons of a node, and the inputs of which it asks whether they are known; those of scores too."""
    match guard:
        case Asks() | Knows():
            yield guard
        case Opposite(part):
            yield from asked(found, part)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from asked(found, part)
        case Points(score):
            for case in found.prepared.scores[score].guards():
                yield from asked(found, node(found, case))
        case _:
            return


def known_axis(found: Frame, name: str) -> int:
    """The axis that says whether a value of an input is known."""
    valid_for = found.inputs[found.numbers[name]].valid_for
    return found.axes.number(Axis(layout.KNOWN, found.observed(name), d=layout.EVER if valid_for is None else valid_for))
