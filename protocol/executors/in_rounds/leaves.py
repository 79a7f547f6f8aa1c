"""What does a leaf say of a visit, and was a deviation undone in time? Column by column for all rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.said import LIFTED, TOO_LATE

Array = Any
_IS_ASKED, _CAN_BE_LATE, _EFFECT, _DOSE, _IS_OVER = range(5)
"""What the table of leaves says of a deviation: ``Forest.judged`` has these columns."""


class Leaves:
    """The table of leaves of a forest, one column after the other, as far as it was grown."""

    def __init__(self, forest: Forest) -> None:
        self.forest, self.size = forest, 0
        self.renew()

    def renew(self) -> None:
        """Brings the columns to all leaves that there are now."""
        forest, size = self.forest, len(self.forest.tree.leaves)
        if size == self.size:
            return
        self.size = size
        self.after, self.writes = (np.ascontiguousarray(forest.leaf[:size, side]) for side in range(2))
        self.writes = self.writes.astype(np.uint8)
        self.judged = [np.ascontiguousarray(column) for column in forest.judged[:size].T]
        self.is_open = self.judged[_IS_ASKED].astype(np.bool_)


def judge(found: Leaves, within: int, start: Array, time: Array, given: Array, only: Array, leaves: Array) -> Array:
    """In which way each leaf is written: with a deviation lifted where it was done in time after all, or as a change too late.

    ``within``: minutes in which a recommendation is to be met, or -1 for before the next visit. ``only``: rows at which only
    the dose changed.
    """
    ways: Array = np.zeros(len(leaves), np.int32)
    if not found.size:
        return ways
    asked = (found.is_open.take(leaves, mode="clip") & (leaves >= 0)).nonzero()[0]
    fits = found.forest.fits
    effect = found.judged[_EFFECT][leaves[asked]]
    open_: Array = np.ones(len(asked), np.bool_)
    back, left = 1, np.arange(len(asked))
    while left.size:
        other = asked[left] + back
        left, other = _of_patient(start, left, other)
        near = only[other] if within < 0 else time[other] <= time[asked[left]] + within
        left, other = left[near], other[near]
        met = (given[other] != 0) & fits[effect[left], given[other]]
        open_[left[met]] = False
        left, back = left[~met], back + 1
    ways[asked[~open_]] = LIFTED
    late = open_ & (found.judged[_CAN_BE_LATE][leaves[asked]] != 0)
    _late(found, start, given, leaves, ways, asked[late], effect[late])
    return ways


def _late(found: Leaves, start: Array, given: Array, leaves: Array, ways: Array, asked: Array, effect: Array) -> None:
    """Marks those whose next change is the one that was recommended."""
    dose, is_over = found.judged[_DOSE], found.judged[_IS_OVER]
    left, back = np.arange(len(asked)), 1
    while left.size:
        left, other = _of_patient(start, left, asked[left] + back)
        is_given = given[other] != 0
        left, other = left[is_given], other[is_given]
        after = leaves[other]
        changed = (dose[after] != dose[leaves[asked[left]]]) | (is_over[after] != 0)
        late = changed & found.forest.fits[effect[left], given[other]]
        ways[asked[left[late]]] = TOO_LATE
        left, back = left[~changed], back + 1


def _of_patient(start: Array, left: Array, other: Array) -> tuple[Array, Array]:
    """Those whose other row is one of the same patient; all rows in between were, too."""
    inside = other < len(start)
    left, other = left[inside], other[inside]
    same = ~start[other]
    return left[same], other[same]
