"""What do the loops remember from one chunk to the next: the letters of rows, and the leaves that were found?"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar import letters_code as loops
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.keys import Crowded
from protocol.executors.columnar.memory_code import BITS, NOWHERE

_MOST = 1 << 17
"""Letters for which there is room, at least. When it is full everything is forgotten: what comes often is soon found again."""
_FEW = 1 << 14


class Letters:
    """Keys that have a number each."""

    def __init__(self, size: int, words: int) -> None:
        self.keys: Any = np.empty((size, words), np.uint64)
        self.slots: Any = np.full(_FEW, -1, np.int32)
        self.used = 0

    def find(self, keys: Any, found: Any) -> None:
        """Writes the number of each key. The slots are as few as will do, so that they are close at hand."""
        at = 0
        while True:
            at, self.used = loops.intern(keys, self.slots, self.keys, self.used, found, at)
            if at == len(keys):
                return
            self.slots = np.full(4 * len(self.slots), -1, np.int32)
            loops.fill(self.slots, self.keys, self.used)


class Memory:
    """The letters of a compiled protocol, and all leaves that were found.

    ``truths``: for each letter how the trackers come out that ask readings only. ``classes``: for each letter and stage which of
    the letters that are the same there it is.
    """

    def __init__(self, forest: Forest) -> None:
        self.asks, self.trackers, self.lanes = forest.asks, len(forest.trackers), -1
        self.leaves: Any = np.zeros((1 << BITS, 4), np.uint64)

    def letters(self, lanes: Any, found: Any) -> None:
        """Writes the letter of each row."""
        keys = lanes.view(np.uint64)
        if 2 * len(keys) > loops.LETTER:
            raise Crowded
        if self.lanes != len(self.asks.keys.lane) or self.all.used + len(keys) > len(self.all.keys):
            self._forget(max(_MOST, 2 * len(keys)), keys.shape[1])
        self.all.find(keys, found)
        self.renew(lanes.dtype)

    def _forget(self, size: int, words: int) -> None:
        self.lanes, self.all = len(self.asks.keys.lane), Letters(size, words)
        self.truths: Any = np.full((size, max(1, self.trackers)), -1, np.int8)
        self.classes: Any = np.zeros((size, 0), np.int32)
        self.of_stage: list[tuple[int, int, Letters]] = []
        self.leaves[:, 0] = NOWHERE

    def renew(self, kind: Any) -> None:
        """Brings the classes to all letters that there are, and to all that is asked in each stage."""
        for stage, axes in enumerate(self.asks.stages.values()):
            if stage == len(self.of_stage):
                self.of_stage.append((0, -1, Letters(0, 0)))
                self.classes = np.pad(self.classes, ((0, 0), (0, 1)))
            known, asked, same = self.of_stage[stage]
            if asked != len(axes):
                known, same = 0, Letters(len(self.all.keys), self.all.keys.shape[1])
            if known < self.all.used:
                self._class(stage, known, axes, same, kind)
            self.of_stage[stage] = self.all.used, len(axes), same

    def _class(self, stage: int, known: int, axes: dict[int, None], same: Letters, kind: Any) -> None:
        keys = self.all.keys[known : self.all.used].copy()
        lanes = keys.view(kind)
        lanes[:, [lane for axis, lane in self.asks.keys.lane.items() if axis not in axes]] = 0
        found: Any = np.empty(len(keys), np.int32)
        same.find(keys, found)
        self.classes[known : self.all.used, stage] = found
