"""What is asked at a visit, place by place, and as which tables do the loops have it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from protocol.executors.columnar.keys import AT_ONCE, Keys, Lane, of_tracker
from protocol.executors.compiled import layout
from protocol.executors.compiled.alike import Same
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.trackers import Tracking

_WORD = 64
_MOMENTS, _DRUG = range(layout.STARTED, layout.ON_DRUG), range(layout.ON_DRUG, layout.PLACE)
FAR = 1 << 29
"""Minutes, a thousand years."""
LONGEST = 2 * FAR
_NO_LANE = Lane(0, -1, 0, 0)
_ALWAYS = (layout.TIME, layout.STARTED, layout.PLACE)


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
    ``place``: the number by which each is remembered, and its stage; ``stages``: the axes of readings that are asked in each,
    with the code that stands for all codes that nothing tells apart there; ``versions``: how often that has changed.
    ``dated`` and ``coded``: the registers of when something was observed, and of its code, that anybody asks, with the term that
    is read; ``live``: these, and all others that are asked; ``kept``: the moments among them, with the bit of a leaf that sets
    each, and 1 behind them if minutes on drug are asked.
    """

    def __init__(self, frame: Frame, trackers: Sequence[Tracking]) -> None:
        self.frame, self.keys, self.trackers = frame, Keys(frame), trackers
        self.of_place: dict[int, dict[int, None]] = {}
        self.read: dict[int, None] = {}
        self.stages: dict[str, dict[int, list[int]]] = {}
        self.versions: dict[str, int] = {}
        self.mask: Any = np.zeros((64, 2), np.uint64)
        self.place: Any = np.zeros((64, 2), np.int64)
        self._next = 0
        for axis in sorted({axis for one in trackers for axis in of_tracker(frame, one)}):
            self.read[axis] = None
            self.keys.place(axis)
        self.sync()

    def add(self, place: int, stage: str, axes: Iterable[int], same: Same) -> bool:
        """Axes that are asked in a place of a stage of treatment; whether readings are asked that nobody asked before.

        With one that is new there the place gets another number, so that what was remembered of it counts no longer. ``same``:
        the codes that nothing tells apart there.
        """
        is_new, lanes = place not in self.of_place, len(self.keys.lane)
        known = self.of_place.setdefault(place, {})
        new = [axis for axis in axes if axis not in known]
        if new or is_new:
            known |= dict.fromkeys(new)
            anew = [self.keys.place(axis) for axis in new]
            of_rows = [axis for axis in new if axis in self.keys.lane]
            self.read |= dict.fromkeys(of_rows)
            self._note(place, stage, {axis: self._alike(axis, same) for axis in of_rows})
            if any(anew):
                self.sync()
        return len(self.keys.lane) > lanes

    def _alike(self, axis: int, same: Same) -> list[int]:
        """For each code of an axis the first one that is the same in a place."""
        codes = range(max(2, len(self.frame.axes.masks[axis])))
        alike = same.get(axis, {})
        return [min(alike.get(code, (code,))) for code in codes]

    def _note(self, place: int, stage: str, of_rows: dict[int, list[int]]) -> None:
        """The place with all that is asked there; where the stage is new to a reading, or tells more of its codes apart, all
        places of the stage."""
        self.mask, self.place = roomy(self.mask, place + 1), roomy(self.place, place + 1)
        self.mask[place] = self.keys.mask(self.of_place[place])
        known = self.stages.setdefault(stage, {})
        self.place[place, 1] = list(self.stages).index(stage)
        finer = {axis: _finer(known[axis], codes) if axis in known else codes for axis, codes in of_rows.items()}
        is_other = any(known.get(axis) != codes for axis, codes in finer.items())
        changed = np.flatnonzero(self.place[:, 1] == self.place[place, 1]) if is_other else [place]
        self.versions[stage] = self.versions.get(stage, 0) + is_other
        known |= finer
        self.place[changed, 0] = np.arange(self._next, self._next + len(changed)) + 1
        self._next += len(changed)

    def sync(self) -> None:
        """The tables anew, where axes have come."""
        axes = self.frame.axes.all
        begin = np.cumsum([0, *(len(axis.cuts) for axis in axes)]).tolist()
        lane = self.keys.lane
        rows = [
            (one.kind, one.a, one.b, one.c, one.d, begin[number], begin[number + 1], lane.get(number, _NO_LANE).packed)
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
        """For each lane the term that is read, for how long it is valid, the code of what is not known, what is put instead of a
        code (of what is only asked whether it is known, and of lanes that nobody asks), and its first bit; for each word its
        first lane."""
        frame, inputs, lanes = self.frame, len(self.frame.inputs), self.keys.lane
        terms = self._terms()
        size = max([1, *(one.number + 1 for one in lanes.values())])
        found: Any = np.zeros((5, -(-size // AT_ONCE) * AT_ONCE), np.int64)
        for number, lane in lanes.items():
            axis = frame.axes.all[number]
            if axis.kind == layout.KNOWN:
                found[:, lane.number] = terms[axis.a - layout.FIRST_FREE], axis.d, 0, 1, lane.shift
            else:
                found[:, lane.number] = axis.b - layout.FIRST_FREE - inputs, axis.d, axis.c, -1, lane.shift
        self.carried: Any = found
        first = {one.word: one.number for one in reversed(lanes.values())} or {0: 0}
        self.words: Any = np.array([*(first[word] for word in range(len(first))), found.shape[1]], np.int64)
        self._of_kinds: dict[tuple[Any, Any], tuple[Any, Any, Any]] = {}

    def lanes(self, kind: Any, time: Any) -> tuple[Any, Any, Any]:
        """For each lane for how long it is valid, the code of what is not known and what is put instead of a code, as numbers of
        these kinds; nothing is valid for longer than there are times of that kind."""
        found = self._of_kinds.get((kind, time))
        if found is None:
            valid = np.minimum(self.carried[1], LONGEST).astype(time) if time is np.int32 else self.carried[1]
            found = self._of_kinds[kind, time] = valid, self.carried[2].astype(kind), self.carried[3].astype(kind)
        return found

    def _terms(self) -> dict[int, int]:
        """The first term of each input."""
        return {term.input: term.place for term in reversed(list(self.frame.terms.values()))}

    def _sync_registers(self) -> None:
        """Which registers have to be right at each visit."""
        frame, axes = self.frame, self.frame.axes.all
        of_trackers = [axes[axis] for one in self.trackers if one.counts is None for axis in of_tracker(frame, one)]
        beside = [axes[axis] for axis in self.keys.bit if axes[axis].kind != layout.GIVEN]
        begin, end = layout.FIRST_FREE, layout.FIRST_FREE + len(frame.inputs)
        asked = {one for axis in beside for one in (axis.a, axis.c)}
        dated, terms = asked | {axis.a for axis in of_trackers}, self._terms()
        self.dated = _pairs((one, terms[one - begin]) for one in dated if begin <= one < end and one - begin in terms)
        coded = {axis.b for axis in of_trackers if axis.kind == layout.READING}
        self.coded = _pairs((one, one - end) for one in coded)
        moments = sorted({layout.STARTED} | asked.intersection(_MOMENTS))
        drug = list(_DRUG) if asked.intersection(_DRUG) else []
        self.kept: Any = np.array([*(one - layout.STARTED for one in moments), int(bool(drug))], np.int64)
        others = [*sorted({*_ALWAYS, *moments}), *drug, *range(frame.first_tracker(), frame.size())]
        self.live: Any = np.array([*others, *self.dated[:, 0].tolist(), *self.coded[:, 0].tolist()], np.int64)


def _finer(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """For each code the first one that is the same by both."""
    first: dict[tuple[int, int], int] = {}
    return [first.setdefault(pair, code) for code, pair in enumerate(zip(one, other, strict=True))]


def _pairs(pairs: Iterable[tuple[int, int]]) -> Any:
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
