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


class Rounds:
    """The rounds of some rows of whole patients: ``row`` is the row of each visit, round after round.

    ``begin`` and ``visits``: the first row of each patient and how many there are, of who has most first; ``first`` and
    ``of_each`` the same in the order of the rows. ``times``: of each visit, in rows, and ``time`` the same, round after round.
    """

    def __init__(self, start: Array, times: Array) -> None:
        self.times, self.first = times, np.flatnonzero(start)
        self.of_each = np.diff(self.first, append=len(start))
        order = np.argsort(-self.of_each.astype(np.int32), kind="stable")
        self.begin, self.visits = self.first[order], self.of_each[order]
        self.most = int(self.visits[0]) if len(order) else 0
        sizes = len(order) - np.searchsorted(self.visits[::-1], np.arange(self.most), "right")
        self.offset = np.concatenate(([0], np.cumsum(sizes)))
        self.row: Array = np.empty(len(start), np.int64)
        for number, rows in self:
            np.add(self.begin[: rows.stop - rows.start], number, out=self.row[rows])
        self.time: Array = times.take(self.row, mode="clip")

    def __iter__(self) -> Iterator[tuple[int, slice]]:
        """The number of each round, and where its visits stand."""
        return ((number, self.round(number)) for number in range(self.most))

    def round(self, number: int) -> slice:
        """Where the visits of a round stand."""
        return slice(int(self.offset[number]), int(self.offset[number + 1]))

    def since(self, spans: Sequence[int], kind: Any) -> dict[int, Array]:
        """For each span of minutes, and each visit, the number (from 1 on) of the first visit of the patient within it."""
        if not spans or not self.most:
            return {}
        number: Array = np.arange(1, len(self.times) + 1, dtype=np.int32)
        number -= np.repeat(self.first.astype(np.int32), self.of_each)
        number = number.astype(kind)
        within = self._within(spans, number)
        return {span: (number - back).take(self.row, mode="clip") for span, back in zip(spans, within, strict=True)}

    def _within(self, spans: Sequence[int], number: Array) -> list[Array]:
        """How many visits before each one, which has a number, are within each span."""
        found, times = [np.zeros_like(number) for _ in spans], self.times
        if len(times) and max(-int(times.min()), int(times.max()), spans[-1]) < 1 << 30:
            times = times.astype(np.int32)
        for back in range(1, min(_BACK, self.most - 1) + 1):
            minutes, is_one = times[back:] - times[:-back], number[back:] > back
            near = [(minutes <= span) & is_one for span in spans]
            if not near[-1].any():
                return found
            for count, some in zip(found, near, strict=True):
                np.add(count[back:], some.view(np.int8), out=count[back:])
        if self.most - 1 > _BACK:
            self._look_far(spans, found)
        return found

    def _look_far(self, spans: Sequence[int], found: Sequence[Array]) -> None:
        """The same of those who have more visits within a span than were looked at."""
        last: Array = self.first + self.of_each - 1
        shift: Array = np.zeros(len(last), np.int64)
        # So far from one patient to the next that nobody is within a span of another one.
        shift[1:] = np.cumsum(self.times[last[:-1]] - self.times[self.first[1:]] + spans[-1] + 1)
        apart = self.times + np.repeat(shift, self.of_each)
        for span, count in zip(spans, found, strict=True):
            far = np.flatnonzero(count == _BACK)
            count[far] = far - np.searchsorted(apart, apart[far] - span)


def spans_of(minutes: Iterable[int], ever: int) -> list[int]:
    """The spans after which something no longer counts, each once."""
    return sorted({one for one in minutes if one < ever})
