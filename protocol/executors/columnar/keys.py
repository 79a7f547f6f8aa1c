"""Where does the code of each axis stand that is asked at a visit: in the key of its row, or among what else is asked there?"""

from __future__ import annotations

from attrs import Factory, define

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.frame import Frame, asked
from protocol.executors.compiled.trackers import Tracking

OF_ROWS = (layout.READING, layout.KNOWN)
"""The kinds of axes that are answered for all rows at once, because they need nothing but readings."""
_WORD, _WORDS = 64, 2
_GIVEN_BITS, _COUNT_BITS = 20, 8
MOST_GIVEN, MOST_COUNTS = 1 << _GIVEN_BITS, 1 << _COUNT_BITS


class Crowded(Exception):
    """More is asked at a visit than there is room for."""


@define(eq=False)
class Keys:
    """The places of all axes that anybody asked so far.

    ``lane``: of an axis of readings, which number of the key of a row it is. ``bit``: of another one, its first bit among those
    of two words. What was given stands first.
    """

    frame: Frame
    lane: dict[int, int] = Factory(dict)
    bit: dict[int, int] = Factory(dict)
    free: list[int] = Factory(lambda: [_GIVEN_BITS, 0])

    def place(self, axis: int) -> bool:
        """Gives an axis its place; whether it had none. Raises Crowded where there is no room for it."""
        known = self.lane if self.frame.axes.all[axis].kind in OF_ROWS else self.bit
        if axis in known:
            return False
        known[axis] = len(self.lane) if known is self.lane else self._bit(axis)
        return True

    def _bit(self, axis: int) -> int:
        if self.frame.axes.all[axis].kind == layout.GIVEN:
            return 0
        size = width(self.frame, self.frame.axes.all[axis], axis)
        for word in range(_WORDS):
            first = self.free[word]
            if first + size <= _WORD:
                self.free[word] += size
                return word * _WORD + first
        raise Crowded

    def mask(self, asked: dict[int, None]) -> tuple[int, int]:
        """The bits of these axes, in each of the two words."""
        axes = ((axis, self.frame.axes.all[axis]) for axis in asked if axis in self.bit)
        bits = sum((1 << width(self.frame, one, axis)) - 1 << self.bit[axis] for axis, one in axes)
        return bits % (1 << _WORD), bits >> _WORD


def width(frame: Frame, axis: Axis, number: int) -> int:
    """How many bits the codes of an axis need."""
    match axis.kind:
        case layout.GIVEN:
            return _GIVEN_BITS
        case layout.COUNT:
            return _COUNT_BITS
        case layout.READING:
            return (len(frame.axes.masks[number]) - 1).bit_length()
        case layout.SPAN | layout.RANGE:
            return ((len(axis.cuts) + 1) ** 2 - 1).bit_length()
        case layout.CLOCK | layout.AMOUNT:
            return len(axis.cuts).bit_length()
        case _:
            return 2


def asked_by(frame: Frame, one: Tracking) -> set[int]:
    """The axes that the conditions of a tracker ask."""
    return {part.axis for node in one.conditions for part in asked(frame, node)}


def of_tracker(frame: Frame, one: Tracking) -> set[int]:
    """The axes of readings that a tracker asks."""
    found = asked_by(frame, one)
    if one.tracker.input:
        found.add(frame.reading[one.tracker.input, one.tracker.name])
    return found


def asks_rows_only(frame: Frame, one: Tracking) -> bool:
    """Whether the conditions of a tracker ask nothing but readings, so that rows with one key have one answer."""
    axes = frame.axes.all
    return all(axes[axis].kind in OF_ROWS for axis in asked_by(frame, one))
