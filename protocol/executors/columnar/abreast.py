"""Who walks abreast: the patients of a chunk who are on the way, and how all of them come to the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from protocol.executors.columnar.coded import Coded
from protocol.executors.columnar.following_code import AT_ONCE, BEGIN, LANE, follow
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.machine_code import DONE

MOST = 512
"""Patients who walk abreast: what is kept of them stays close at hand, and one step of all takes longer than to begin it."""
_APART = 8
"""So many numbers lie between the lines of registers, because lines that begin at powers of two push each other out of reach."""


class Abreast:
    """Patients on their way through the rows of a chunk. ``registers``: a line for each register. ``row``: where each one is."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        self.registers: Any = np.zeros((len(forest.first), MOST + _APART), np.int64)
        self.row: Any = np.zeros(MOST, np.int64)
        self.leaf: Any = np.zeros(MOST, np.int64)
        self.writes: Any = np.zeros(MOST, np.int64)
        self.is_on: Any = np.zeros(MOST, np.int64)
        self.now: Any = np.zeros(MOST, np.int64)
        self.words: Any = np.zeros((2, MOST), np.uint64)
        self.key: Any = np.zeros(MOST, np.uint64)
        self.slot: Any = np.zeros(MOST, np.uint64)
        self.answers: Any = np.zeros((len(forest.trackers), MOST), np.int64)
        self.grown: Any = np.zeros(MOST, np.bool_)
        self.state: Any = np.zeros(4, np.int64)

    def walk(self, coded: Coded, leaves: Any) -> Iterator[tuple[int, int]]:
        """Writes the leaf of each row. Where something was not grown yet it says what, and of whom, and goes on after that."""
        self.row[:], self.state[:] = -1, (MOST, 0, BEGIN, 0)
        behind = self.forest.frame.first_tracker()
        while (why := self._follow(coded, leaves, behind)) != DONE:
            yield why, int(self.state[LANE])

    def read_again(self, coded: Coded) -> None:
        """Where registers are asked that were not before, all who are on the way get them."""
        for lane in range(int(self.state[AT_ONCE])):
            self.registers[:, lane] = coded.registers(self.registers[:, lane], int(self.row[lane]))

    def look_again(self, coded: Coded) -> None:
        """What the rows say of those who are on the way, whose letters may be others by now."""
        at_once = int(self.state[AT_ONCE])
        self.now[:at_once] = coded.facts[self.row[:at_once]]

    def begin_again(self, lane: int, row: int) -> None:
        """A patient goes back to the first visit."""
        self.row[lane], self.is_on[lane], self.registers[:, lane] = row, False, self.forest.first

    def _follow(self, coded: Coded, leaves: Any, behind: int) -> Any:
        forest, asks, tracked, memory = self.forest, self.forest.asks, self.forest.tracked, coded.memory
        return follow(
            forest.node, forest.child, forest.root, forest.place, forest.leaf, asks.questions, asks.kinds, asks.axes, asks.cuts,
            tracked.codes, tracked.table, tracked.lapse, coded.inputs, tracked.moves, tracked.ends, memory.leaves, coded.start,
            coded.time, coded.facts, coded.raw, coded.dated, asks.coded, coded.lanes, memory.classes, memory.truths,
            self.registers, asks.live, forest.first, self.row, self.leaf, self.words, self.key, self.slot, self.writes,
            self.is_on, self.now, self.answers, self.grown, leaves, behind, self.state,
        )  # fmt: skip
