"""Where does a tracker keep what it remembers, and which axis asks it?

Counts are kept as the number of a set: all counts that it can be, each with whether an episode is open. Durations and times since
are kept as two moments. The lowest and the highest value are kept as two cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import Factory, frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axes, Axis, span_masks
from protocol.executors.compiled.cuts import Cells, cells_of, minutes_of
from protocol.executors.compiled.guards import Node
from protocol.executors.compiled.terms import Term
from protocol.model.guard import Compare
from protocol.model.input import Tracker

Possible = tuple[tuple[bool, int], ...]


@frozen(eq=False)
class Counts:
    """The sets that a count can be, numbered as they are met, and how each leads to another."""

    top: int
    sets: list[Possible] = Factory(lambda: [((False, 0),)])
    numbers: dict[Possible, int] = Factory(lambda: {((False, 0),): 0})
    codes: list[int] = Factory(lambda: [0])
    moves: dict[tuple[int, int, int], int] = Factory(dict)

    def number(self, possible: Possible, masks: list[int]) -> int:
        """The number of a set; ``masks`` are those of its axis, which grow with it."""
        found = self.numbers.get(possible)
        if found is None:
            found = self.numbers[possible] = len(self.sets)
            self.sets.append(possible)
            mask = sum(1 << count for count in {count for _, count in possible})
            if mask not in masks:
                masks.append(mask)
            self.codes.append(masks.index(mask))
        return found


@frozen(eq=False)
class Tracking:
    """A tracker with its first register, its axis, the cells of what it is compared with, and its conditions.

    ``inputs`` are those of which a reading counts as a finding, as bits.
    """

    place: int
    tracker: Tracker
    first: int
    axis: int
    cells: Cells
    when: Node
    until: Node | None
    inputs: int
    counts: Counts | None

    @property
    def conditions(self) -> tuple[Node, ...]:
        """What it is asked of, and what ends that, where something does."""
        return (self.when,) if self.until is None else (self.when, self.until)

    @property
    def lasts(self) -> bool:
        """Whether it also moves with time between visits."""
        return self.tracker.kind in ("duration", "since")


_REGISTERS = {"episodes": 2, "consecutive": 2, "duration": 2, "since": 4, "lowest": 3, "highest": 3}


def registers(tracker: Tracker) -> int:
    """How many registers the tracker needs."""
    return _REGISTERS[tracker.kind]


def first_values(tracker: Tracker) -> Iterator[int]:
    """What they hold before anything was observed."""
    match tracker.kind:
        case "episodes" | "consecutive":
            yield from (0, layout.NONE)
        case "duration":
            yield from (layout.NONE, layout.NONE)
        case "since":
            yield from (layout.NONE, layout.NONE, layout.NONE, layout.FALSE)
        case "lowest" | "highest":
            yield from (layout.NONE, layout.NONE, layout.NONE)


def asked(
    axes: Axes, place: int, tracker: Tracker, first: int, atoms: list[Compare], term: Term | None
) -> tuple[int, Cells, Counts | None]:
    """The axis of a tracker, its cells, and its sets if it counts. ``term``: what is kept of the input whose extremes it has."""
    if term is not None:
        free = term.masks[term.unknown]
        ends = (free & -free).bit_length() - 1, free.bit_length() - 1
        axis = Axis(layout.RANGE, first, first + 1, *ends, (0,) * (term.size - 1))
        return axes.number(axis, span_masks(term.size)), term.cells, None
    match tracker.kind:
        case "duration":
            return _span(axes, (first, first + 1, 0), atoms)
        case "since":
            return _span(axes, (first + 1, first, layout.EVER), atoms)
        case _:
            top = int(max((atom.constant for atom in atoms), default=Fraction(0))) + 1
            return axes.number(Axis(layout.COUNT, first, place), [1]), Cells(()), Counts(top)


def _span(axes: Axes, from_to: tuple[int, int, int], atoms: list[Compare]) -> tuple[int, Cells, None]:
    """The registers from which the shorter time and the longer one count, and the minutes since what never was."""
    cells = cells_of(atoms)
    axis = Axis(layout.SPAN, *from_to, 0, minutes_of(cells.cuts))
    return axes.number(axis, span_masks(cells.size)), cells, None


def true_of(tracking_cells: Cells, counts: Counts | None, atom: Compare) -> int:
    """The cells, or the counts, as bits, for which a comparison of a tracker is true."""
    if counts is None:
        return tracking_cells.true_of(atom.operator, atom.constant)
    one = cells_of((atom,))
    true = one.true_of(atom.operator, atom.constant)
    return sum(1 << count for count in range(counts.top + 1) if true >> one.of(Fraction(count)) & 1)
