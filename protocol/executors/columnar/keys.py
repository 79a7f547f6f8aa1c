"""Where does the code of each axis stand that is asked at a visit: in the key of its row, or among what else is asked there?"""

from __future__ import annotations

from attrs import Factory, define, frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.frame import Frame, asked
from protocol.executors.compiled.trackers import Tracking

OF_ROWS = (layout.READING, layout.KNOWN)
"""The kinds of axes that are answered for all rows at once, because they need nothing but readings."""
_WORD, _WORDS = 64, 2
AT_ONCE = 8
"""Lanes come in so many."""
_OF_LANES = 64
"""So many bits of a word of a key the codes of lanes can take."""
_GIVEN_BITS, _COUNT_BITS = 20, 8
MOST_GIVEN, MOST_COUNTS = 1 << _GIVEN_BITS, 1 << _COUNT_BITS


class Crowded(Exception):
    """More is asked at a visit than there is room for."""


@frozen
class Lane:
    """The place of an axis of readings: in which lane it is carried, and in which bits of which word of a key its code stands."""

    number: int
    word: int
    shift: int
    bits: int

    @property
    def packed(self) -> int:
        """Word, first bit and bits as one number, as the loops have them."""
        return self.word << 16 | self.shift << 8 | self.bits


@define(eq=False)
class Keys:
    """The places of all axes that anybody asked so far.

    ``lane``: of an axis of readings, where its code is in the key of a row. ``bit``: of another one, its first bit among those
    of two words. What was given stands first.
    """

    frame: Frame
    lane: dict[int, Lane] = Factory(dict)
    bit: dict[int, int] = Factory(dict)
    free: list[int] = Factory(lambda: [_GIVEN_BITS, 0])

    def place(self, axis: int) -> bool:
        """Gives an axis its place; whether it had none. Raises Crowded where there is no room for it."""
        is_of_rows = self.frame.axes.all[axis].kind in OF_ROWS
        if axis in self.lane or axis in self.bit:
            return False
        if is_of_rows:
            self.lane[axis] = self._lane(width(self.frame, self.frame.axes.all[axis], axis))
        else:
            self.bit[axis] = self._bit(axis)
        return True

    def _lane(self, bits: int) -> Lane:
        """The next lane. The lanes that come at once stand in one word, so where that is full the next ones begin."""
        last = next(reversed(self.lane.values()), Lane(-1, 0, 0, 0))
        if last.shift + last.bits + bits > _OF_LANES:
            return Lane(-(-(last.number + 1) // AT_ONCE) * AT_ONCE, last.word + 1, 0, bits)
        return Lane(last.number + 1, last.word, last.shift + last.bits, bits)

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
        case layout.KNOWN:
            return 1
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
