"""Where does each axis of a compiled protocol stand in the key of a row, and which registers does it need?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import Factory, define

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.guards import Asks, Every, Knows, Node, Opposite, Points, Some
from protocol.executors.compiled.trackers import Tracking

OF_ROWS = (layout.READING, layout.KNOWN)
"""The kinds of axes that are answered for all rows at once, because they need nothing but readings."""
_WORD = 64
_GIVEN_BITS, _COUNT_BITS = 20, 8
MOST_GIVEN, MOST_COUNTS = 1 << _GIVEN_BITS, 1 << _COUNT_BITS


class Crowded(Exception):
    """More is asked than the key of a row has room for."""


@define
class Keys:
    """The word and the first bit of each axis; those of readings stand in the first ``words``, all others behind.

    ``spare``: words more of both kinds than what is known at first needs.
    """

    frame: Frame
    spare: int = 0
    words: int = 0
    behind: int = 1
    word: list[int] = Factory(list)
    shift: list[int] = Factory(list)
    bits: list[int] = Factory(list)
    free: list[int] = Factory(list)

    def __attrs_post_init__(self) -> None:
        axes = enumerate(self.frame.axes.all)
        left = [0]
        for size in (width(self.frame, axis, number) for number, axis in axes if axis.kind in OF_ROWS):
            fitting = next((word for word, taken in enumerate(left) if taken + size <= _WORD), len(left))
            left = [*left, 0] if fitting == len(left) else left
            left[fitting] += size
        self.words, self.behind = len(left) + self.spare, 1 + self.spare
        self.free = [0] * (self.words + self.behind)

    def place_all(self) -> None:
        """Gives a place to every axis that has none yet."""
        for number in range(len(self.word), len(self.frame.axes.all)):
            axis = self.frame.axes.all[number]
            size = width(self.frame, axis, number)
            self._place(size, range(self.words) if axis.kind in OF_ROWS else range(self.words, self.words + self.behind))

    def _place(self, size: int, words: range) -> None:
        for word in words:
            if self.free[word] + size <= _WORD:
                self.word.append(word)
                self.shift.append(self.free[word])
                self.bits.append((1 << size) - 1)
                self.free[word] += size
                return
        raise Crowded


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


def axes_of(frame: Frame, node: Node) -> Iterator[int]:
    """The axes that a guard asks, those of scores too."""
    match node:
        case Asks(axis) | Knows(axis):
            yield axis
        case Opposite(part):
            yield from axes_of(frame, part)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from axes_of(frame, part)
        case Points(score):
            for guard in frame.prepared.scores[score].guards():
                yield from axes_of(frame, frame.nodes[id(guard)])


def conditions(one: Tracking) -> tuple[Node, ...]:
    """The conditions of a tracker."""
    return (one.when,) if one.until is None else (one.when, one.until)


def of_tracker(frame: Frame, one: Tracking) -> set[int]:
    """The axes of readings that a tracker asks."""
    found = {axis for node in conditions(one) for axis in axes_of(frame, node)}
    if one.tracker.input:
        found.add(frame.reading[one.tracker.input, one.tracker.name])
    return found
