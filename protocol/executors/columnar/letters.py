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

    def letters(self, keys: Any, found: Any) -> None:
        """Writes the letter of each row."""
        if 2 * len(keys) > loops.LETTER:
            raise Crowded
        if self.lanes != len(self.asks.keys.lane) or self.all.used + len(keys) > len(self.all.keys):
            self._forget(max(_MOST, 2 * len(keys)), keys.shape[1])
        self.all.find(keys, found)
        self.renew()

    def _forget(self, size: int, words: int) -> None:
        self.lanes, self.all = len(self.asks.keys.lane), Letters(size, words)
        self.truths: Any = np.full((size, max(1, self.trackers)), -1, np.int8)
        self.classes: Any = np.zeros((size, 0), np.int32)
        self.of_stage: list[tuple[int, int, Letters]] = []
        self.leaves[:, 0] = NOWHERE

    def renew(self) -> None:
        """Brings the classes to all letters that there are, and to all that is asked in each stage."""
        for number, (stage, axes) in enumerate(self.asks.stages.items()):
            version = self.asks.versions[stage]
            if number == len(self.of_stage):
                self.of_stage.append((0, -1, Letters(0, 0)))
                self.classes = np.pad(self.classes, ((0, 0), (0, 1)))
            known, before, same = self.of_stage[number]
            if before != version:
                known, same = 0, Letters(len(self.all.keys), self.all.keys.shape[1])
            if known < self.all.used:
                self._class(number, known, axes, same)
            self.of_stage[number] = self.all.used, version, same

    def _class(self, stage: int, known: int, axes: dict[int, list[int]], same: Letters) -> None:
        """Of each letter the number of what is left of it where of codes that nothing tells apart only one remains."""
        letters = self.all.keys[known : self.all.used]
        keys = np.zeros_like(letters)
        for axis, alike in axes.items():
            lane = self.asks.keys.lane[axis]
            shift, mask = np.uint64(lane.shift), np.uint64((1 << lane.bits) - 1)
            first: Any = np.zeros(1 << lane.bits, np.uint64)
            first[: len(alike)] = alike
            keys[:, lane.word] |= first[letters[:, lane.word] >> shift & mask] << shift
        found: Any = np.empty(len(keys), np.int32)
        same.find(keys, found)
        self.classes[known : self.all.used, stage] = found
