"""Where does each visit stand when the first visits of all patients come first, then the second ones, and so on?

The patients stand in the order of how many visits they have, most first: so those of each round are the first ones, and what is
kept of them stands side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

Array = Any
_BACK = 16
"""So many visits before each one are looked at one after the other, before the window of time is searched."""


class Room:
    """Arrays that are used for one chunk after the other, because memory that is new costs as much as what is done in it."""

    def __init__(self) -> None:
        self._flat: dict[str, Any] = {}

    def empty(self, name: str, shape: tuple[int, ...], kind: Any) -> Array:
        """An array of this shape, in which anything may stand."""
        size = int(np.prod(shape))
        known = self._flat.get(name)
        if known is None or known.shape[0] < size or known.dtype != kind:
            known = self._flat[name] = np.empty(size, kind)
        return known[:size].reshape(shape)


class Rounds:
    """The rounds of some rows of whole patients: ``row`` is the row of each visit, round after round.

    ``begin``: the first row of each patient. ``times``: of each visit, in rows, and ``time`` the same, round after round.
    """

    def __init__(self, start: Array, times: Array) -> None:
        begins = np.flatnonzero(start)
        visits = np.diff(begins, append=len(start))
        order = np.argsort(-visits, kind="stable")
        self.begin, self.visits, self.times, self.start = begins[order], visits[order], times, start
        self.most = int(self.visits[0]) if len(order) else 0
        sizes = len(order) - np.searchsorted(self.visits[::-1], np.arange(self.most), "right")
        self.offset = np.concatenate(([0], np.cumsum(sizes)))
        self.row: Array = np.empty(len(start), np.int64)
        for number, rows in self:
            np.add(self.begin[: rows.stop - rows.start], number, out=self.row[rows])
        self.time: Array = np.take(times, self.row, mode="clip")

    def __iter__(self) -> Iterator[tuple[int, slice]]:
        """The number of each round, and where its visits stand."""
        return ((number, self.round(number)) for number in range(self.most))

    def round(self, number: int) -> slice:
        """Where the visits of a round stand."""
        return slice(int(self.offset[number]), int(self.offset[number + 1]))

    def since(self, spans: Sequence[int], kind: Any) -> dict[int, Array]:
        """For each span of minutes, and each visit, the number (from 1 on) of the first visit of the patient within it."""
        if not spans or not len(self.times):
            return {}
        number = np.arange(1, len(self.times) + 1) - np.repeat(self.begin_in_order, self.visits_in_order)
        apart = self._apart(max(spans))
        counted = {span: self._back(span, apart) for span in spans}
        return {span: np.take((number - back).astype(kind), self.row, mode="clip") for span, back in counted.items()}

    @property
    def begin_in_order(self) -> Array:
        """The first row of each patient, in the order of the rows."""
        return np.flatnonzero(self.start)

    @property
    def visits_in_order(self) -> Array:
        """How many visits each patient has, in the order of the rows."""
        return np.diff(self.begin_in_order, append=len(self.start))

    def _apart(self, most: int) -> Array:
        """The times, so far from one patient to the next that nobody is within a span of another one."""
        first = self.begin_in_order
        last = first + self.visits_in_order - 1
        shift: Array = np.zeros(len(first), np.int64)
        shift[1:] = np.cumsum(self.times[last[:-1]] - self.times[first[1:]] + most + 1)
        return self.times + np.repeat(shift, self.visits_in_order)

    def _back(self, span: int, apart: Array) -> Array:
        """How many visits before each one are within a span."""
        found: Array = np.zeros(len(apart), np.int64)
        for back in range(1, _BACK + 1):
            within = apart[back:] - apart[:-back] <= span
            if not within.any():
                return found
            found[back:] += within
        far = np.flatnonzero(found == _BACK)
        found[far] = far - np.searchsorted(apart, apart[far] - span)
        return found


def spans_of(minutes: Iterable[int], ever: int) -> list[int]:
    """The spans after which something no longer counts, each once."""
    return sorted({one for one in minutes if one < ever})
