"""What can be so of a computed number that is not known? Its known parts leave some of its values, and may be older than a step.

A total of a height that is known and of something that is not is unknown, but not everything is possible. What could have been
measured now is missing now; where only a reading of weeks ago is missing, what there is of the number is no newer than the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from protocol.model.guard import Atom, Compare, Value
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.semantics.cells import cells as pieces_of
from protocol.semantics.compiled import true_of
from protocol.semantics.computed import possible
from protocol.semantics.prepared import prepare
from protocol.verification.search.axes import NEW, UNKNOWN, Cell, Complete, Letter

MOST_CELLS = 4
"""With so many values any of them can be left; with more, those that lie side by side."""


def partly_known(
    completes: tuple[Complete, ...], dates: Iterable[int], open_to: Iterable[tuple[int, ...]], *, read: bool, several: bool
) -> Iterator[Letter]:
    """The letters of a computed number beside that of which nothing is known.

    ``open_to`` are the cells that are left where nothing is known of it. ``read``: also those of what was read in part.
    ``several``: it has more than one part, so that one of them can be known.
    """
    cells = sorted({one.cell for one in completes})
    for left in _left(cells) if several else dict.fromkeys([tuple(cells), *open_to]):
        for date in dict.fromkeys((NEW, *dates)):
            places = _places(completes, left, date)
            if len(left) < len(cells) or date != NEW:
                yield Letter("unknown", -1, places, UNKNOWN + 1, date, among=left)
        if read:
            yield Letter("unknown", -1, _places(completes, left, NEW), UNKNOWN + 2, among=left, read=True)


def possible_cells(protocol: Protocol, name: str, cells: Sequence[Cell], atoms: Iterable[Atom]) -> tuple[int, ...]:
    """The cells of a computed number that can be where none of its parts is known: its formula need not reach all of them."""
    if all(number.name != name for number in protocol.numbers):
        return tuple(range(len(cells)))
    asked = [atom for atom in atoms if isinstance(atom, Compare) and isinstance(atom.term, Value)]
    reached = pieces_of(possible(prepare(protocol), State(), name, 0), tuple(sorted({atom.constant for atom in asked})))
    told = {tuple(true_of(atom, value) for atom in asked) for value in reached}
    return tuple(place for place, one in enumerate(cells) if tuple(true_of(atom, one.value) for atom in asked) in told)


def _left(cells: list[int]) -> Iterator[tuple[int, ...]]:
    for size in range(len(cells), 0, -1):
        if len(cells) <= MOST_CELLS:
            yield from combinations(cells, size)
        else:
            yield from (tuple(cells[begin : begin + size]) for begin in range(len(cells) - size + 1))


def _places(completes: tuple[Complete, ...], left: tuple[int, ...], date: int) -> tuple[int, ...]:
    asked = not all(one.known for one in completes)
    fitting = (place for place, one in enumerate(completes) if one.cell in left and one.date == date)
    return tuple(place for place in fitting if completes[place].known is not asked)
