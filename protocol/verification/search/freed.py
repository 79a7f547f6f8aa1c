"""What of a patient's history is a search left free to suppose at each visit, instead of following it from visit to visit?

A clock or a tracker that is *free* is no part of a state: at each visit it can be anything, like an input that one could read. So
there are more courses than there are: what holds on all of them holds, and what fails is shown only when it has been replayed.
To a rule it is an input with a name that no file can declare.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from attrs import evolve, frozen

from protocol.model.guard import And, Clock, Compare, Guard, Not, Or, Term, Tracked, Value
from protocol.model.input import Input, Number, Tracker
from protocol.semantics.prepared import Prepared
from protocol.verification.search.axes import UNKNOWN, Cell, Complete, Letter


@frozen
class Free:
    """Clocks and trackers that are free. Of the trackers that are followed ``roughly`` it is kept whether something was so, for
    certain or perhaps, and not when."""

    terms: frozenset[Term] = frozenset()
    roughly: frozenset[Term] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __contains__(self, term: object) -> bool:
        return term in self.terms


NOTHING = Free()
SUPPOSED = 25
"""What it costs to suppose something of the past: more than to show it now."""
MOST_CELLS = 4
"""With so many values a count can be any of them; with more, those that lie side by side."""


def name_of(term: Term) -> str:
    """The name of a free clock or tracker among the inputs."""
    return f"({term.name})" if isinstance(term, Clock) else f"({term.tracker})" if isinstance(term, Tracked) else ""


def freed(prepared: Prepared, free: Free) -> Prepared:
    """The same protocol, in which free clocks and trackers are inputs."""
    if not free:
        return prepared
    constants = {Value(name_of(term)): values for term, values in prepared.constants.items() if term in free}
    inputs = {term.input: free_input(term.input, values) for term, values in constants.items()}
    trackers = tuple(_tracker(one, free) for one in prepared.trackers if Tracked(one.name) not in free)
    return evolve(
        prepared,
        rules=tuple(evolve(rule, when=_of(rule.when, free)) for rule in prepared.rules),
        definitions={name: _of(guard, free) for name, guard in prepared.definitions.items()},
        trackers=trackers,
        inputs=prepared.inputs | inputs,
        constants={term: values for term, values in prepared.constants.items() if term not in free} | constants,
    )


def free_input(name: str, constants: tuple[Fraction, ...]) -> Input:
    """What is free as an input of so many minutes, or times; beyond all constants it is all the same."""
    return Input(name, Number("min", Fraction(0), max(constants) + 1), None)


def _tracker(tracker: Tracker, free: Free) -> Tracker:
    until = None if tracker.until is None else _of(tracker.until, free)
    return evolve(tracker, when=_of(tracker.when, free), until=until)


def _of(guard: Guard, free: Free) -> Guard:
    match guard:
        case Compare(term, operator, constant, early) if term in free:
            return Compare(Value(name_of(term)), operator, constant - (early if operator == ">=" else 0))
        case Not(part):
            return Not(_of(part, free))
        case And(parts):
            return And(tuple(_of(part, free) for part in parts))
        case Or(parts):
            return Or(tuple(_of(part, free) for part in parts))
        case _:
            return guard


def counts(constants: tuple[Fraction, ...]) -> tuple[Cell, ...]:
    """What a count can be, up to the first beyond all constants."""
    return tuple(Cell(Fraction(count)) for count in range(int(max(constants)) + 2))


def free_completes(cells: tuple[Cell, ...], dates: tuple[int, ...]) -> tuple[Complete, ...]:
    """The complete values of what is free: each cell, as new as it can be where that is asked."""
    return tuple(Complete(cell, date) for cell in range(len(cells)) for date in dates)


def free_letters(
    completes: tuple[Complete, ...], costs: tuple[int, ...], dates: tuple[int, ...], *, known: bool, count: bool
) -> Iterator[Letter]:
    """The letters of what is free: each cell, and where it need not be known also some of them together."""
    for cell, cost in enumerate(costs):
        supposed = cost + SUPPOSED if cost else 0
        for date in dates:
            yield Letter("measured", cell, _places(completes, (cell,), date), supposed + date, date)
    for left in () if known else _together(len(costs), count):
        for date in dates:
            yield Letter("unknown", -1, _places(completes, left, date), SUPPOSED + UNKNOWN + date, date, among=left)


def _together(cells: int, count: bool) -> Iterator[tuple[int, ...]]:
    for size in range(2, cells + 1):
        if count and cells <= MOST_CELLS:
            yield from combinations(range(cells), size)
        else:
            yield from (tuple(range(begin, begin + size)) for begin in range(cells - size + 1))


def _places(completes: tuple[Complete, ...], left: tuple[int, ...], date: int) -> tuple[int, ...]:
    return tuple(place for place, one in enumerate(completes) if one.cell in left and one.date == date)
