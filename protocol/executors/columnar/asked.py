"""What is asked at a visit, place by place, and as which tables do the loops have it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from protocol.executors.columnar.keys import Keys, asks_rows_only, of_tracker
from protocol.executors.compiled import layout
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.trackers import Tracking

_WORD = 64
AT_ONCE = 8
"""Lanes come in so many."""


def roomy(array: Any, size: int) -> Any:
    """The array, or a copy twice as large as needed, so that so much fits into it."""
    if array.shape[0] >= size:
        return array
    wider = np.zeros((2 * size, *array.shape[1:]), array.dtype)
    wider[: array.shape[0]] = array
    return wider


class Asked:
    """The axes that are asked in each place; grows where patients come.

    ``read``: the axes of readings that anybody asks. ``axes`` and ``cuts``: all axes as a table. ``questions``: those that are
    asked of what was decided before, each kind together, which begins at ``kinds``; ``mask``: their bits in each place.
    ``place``: the number by which each is remembered, and its stage; ``stages``: the axes of readings that are asked in each.
    ``dated`` and ``coded``: the registers of when something was observed, and of its code, that anybody asks, with the term that
    is read; ``live``: these and all that are no readings.
    """

    def __init__(self, frame: Frame, trackers: Sequence[Tracking]) -> None:
        self.frame, self.keys, self.trackers = frame, Keys(frame), trackers
        self.of_place: dict[int, dict[int, None]] = {}
        self.read: dict[int, None] = {}
        self.stages: dict[str, dict[int, None]] = {}
        self.mask: Any = np.zeros((64, 2), np.uint64)
        self.place: Any = np.zeros((64, 2), np.int64)
        self._next = 0
        for axis in sorted({axis for one in trackers for axis in of_tracker(frame, one)}):
            self.read[axis] = None
            self.keys.place(axis)
        self.sync()

    def add(self, place: int, stage: str, axes: Iterable[int]) -> bool:
        """Axes that are asked in a place of a stage of treatment; whether readings are asked that nobody asked before.

        With one that is new there the place gets another number, so that what was remembered of it counts no longer.
        """
        is_new, lanes = place not in self.of_place, len(self.keys.lane)
        known = self.of_place.setdefault(place, {})
        new = [axis for axis in axes if axis not in known]
        if new or is_new:
            known |= dict.fromkeys(new)
            anew = [self.keys.place(axis) for axis in new]
            of_rows = {axis: None for axis in new if axis in self.keys.lane}
            self.read |= of_rows
            self._note(place, stage, of_rows)
            if any(anew):
                self.sync()
        return len(self.keys.lane) > lanes

    def _note(self, place: int, stage: str, of_rows: dict[int, None]) -> None:
        """The place with all that is asked there; where the stage is new to a reading, all places of the stage."""
        self.mask, self.place = roomy(self.mask, place + 1), roomy(self.place, place + 1)
        self.mask[place] = self.keys.mask(self.of_place[place])
        known = self.stages.setdefault(stage, {})
        self.place[place, 1] = list(self.stages).index(stage)
        changed = [place] if of_rows.keys() <= known.keys() else np.flatnonzero(self.place[:, 1] == self.place[place, 1])
        known |= of_rows
        self.place[changed, 0] = np.arange(self._next, self._next + len(changed)) + 1
        self._next += len(changed)

    def sync(self) -> None:
        """The tables anew, where axes have come."""
        axes = self.frame.axes.all
        begin = np.cumsum([0, *(len(axis.cuts) for axis in axes)]).tolist()
        lane = self.keys.lane
        rows = [
            (one.kind, one.a, one.b, one.c, one.d, begin[number], begin[number + 1], lane.get(number, -1))
            for number, one in enumerate(axes)
        ]
        self.axes: Any = np.array(rows, np.int64).reshape(-1, 8)
        self.cuts: Any = np.array([cut for axis in axes for cut in axis.cuts] or [0], np.int64)
        beside = sorted((axes[axis].kind, axis, first) for axis, first in self.keys.bit.items())
        questions = [(*rows[axis], first // _WORD, first % _WORD) for _, axis, first in beside]
        self.questions: Any = np.array(questions, np.int64).reshape(-1, 10)
        self.kinds: Any = np.searchsorted(self.questions[:, 0], np.arange(layout.GIVEN + 2)).astype(np.uint64)
        self._sync_registers()
        self._sync_lanes()

    def _sync_lanes(self) -> None:
        """For each lane the term that is read, for how long it is valid, the code of what is not known, and what is put instead
        of a code: of what is only asked whether it is known, and of lanes that nobody asks."""
        frame, inputs = self.frame, len(self.frame.inputs)
        terms = {term.input: term.place for term in reversed(list(frame.terms.values()))}
        found: Any = np.zeros((4, -(-max(1, len(self.keys.lane)) // AT_ONCE) * AT_ONCE), np.int64)
        for number, lane in self.keys.lane.items():
            axis = frame.axes.all[number]
            if axis.kind == layout.KNOWN:
                found[:, lane] = terms[axis.a - layout.FIRST_FREE], axis.d, 0, 1
            else:
                found[:, lane] = axis.b - layout.FIRST_FREE - inputs, axis.d, axis.c, -1
        self.carried: Any = found

    def _sync_registers(self) -> None:
        """Which registers of readings have to be right at each visit."""
        frame, axes = self.frame, self.frame.axes.all
        moving = [one for one in self.trackers if one.counts is None or not asks_rows_only(frame, one)]
        of_trackers = [axes[axis] for one in moving for axis in of_tracker(frame, one)]
        beside = [axes[axis] for axis in self.keys.bit if axes[axis].kind != layout.GIVEN]
        begin, end = layout.FIRST_FREE, layout.FIRST_FREE + len(frame.inputs)
        dated = {axis.a for axis in of_trackers} | {one for axis in beside for one in (axis.a, axis.c)}
        terms = {term.input: term.place for term in reversed(list(frame.terms.values()))}
        self.dated = _pairs((one, terms[one - begin]) for one in dated if begin <= one < end and one - begin in terms)
        coded = {axis.b for axis in of_trackers if axis.kind == layout.READING}
        self.coded = _pairs((one, one - end) for one in coded)
        others = [*range(begin), *range(frame.first_tracker(), frame.size())]
        self.live: Any = np.array([*others, *self.dated[:, 0].tolist(), *self.coded[:, 0].tolist()], np.int64)


def _pairs(pairs: Iterable[tuple[int, int]]) -> Any:
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
