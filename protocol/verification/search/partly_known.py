"""What can be so of a computed number that is not known? Its known parts leave some of its values, and may be older than a step.

A total of a height that is known and of something that is not is unknown, but not everything is possible. What could have been
measured now is missing now; where only a reading of weeks ago is missing, what there is of the number is no newer than the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from protocol.verification.search.axes import NEW, UNKNOWN, Complete, Letter

MOST_CELLS = 4
"""With so many values any of them can be left; with more, those that lie side by side."""


def partly_known(completes: tuple[Complete, ...], dates: Iterable[int], *, read: bool, several: bool) -> Iterator[Letter]:
    """The letters of a computed number beside that of which nothing is known.

    ``read``: also those of what was read in part. ``several``: it has more than one part, so that one of them can be known.
    """
    cells = sorted({one.cell for one in completes})
    for left in _left(cells) if several else [tuple(cells)]:
        for date in dict.fromkeys((NEW, *dates)):
            places = _places(completes, left, date)
            if len(left) < len(cells) or date != NEW:
                yield Letter("unknown", -1, places, UNKNOWN + 1, date, among=left)
        if read:
            yield Letter("unknown", -1, _places(completes, left, NEW), UNKNOWN + 2, among=left, read=True)


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
