"""Who walks abreast: the patients of a chunk who are on the way, and how all of them come to the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from protocol.executors.columnar.coded import Coded
from protocol.executors.columnar.following_code import AT_ONCE, BEGIN, LANE
from protocol.executors.columnar.following_code import follow as walk_on
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.machine_code import DONE
from protocol.executors.compiled import layout
from protocol.executors.compiled.patients import follow
from protocol.executors.compiled.tree import Tree

MOST = 512
"""Patients who walk abreast: what is kept of them stays close at hand, and one step of all takes longer than to begin it."""
_APART = 8
"""So many numbers lie between the lines of registers, because lines that begin at powers of two push each other out of reach."""


class Abreast:
    """Patients on their way through the rows of a chunk. ``registers``: a line for each register. ``row``: where each one is.
    ``live``: the registers that are right at every visit, because somebody asks them."""

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
        self.live: list[int] = []

    def walk(self, coded: Coded, leaves: Any) -> Iterator[tuple[int, int]]:
        """Writes the leaf of each row. Where something was not grown yet it says what, and of whom, and goes on after that."""
        self.row[:], self.state[:], self.live = -1, (MOST, 0, BEGIN, 0), self.forest.asks.live.tolist()
        behind = self.forest.frame.first_tracker()
        while (why := self._follow(coded, leaves, behind)) != DONE:
            yield why, int(self.state[LANE])

    def read_again(self, coded: Coded, leaves: Any) -> None:
        """Where registers are asked that were not before, all who are on the way get them."""
        for lane in range(int(self.state[AT_ONCE])):
            self.registers[:, lane] = self.whole(coded, leaves, lane)
        self.live = self.forest.asks.live.tolist()

    def whole(self, coded: Coded, leaves: Any, lane: int) -> list[int]:
        """All registers of a patient who has arrived at a visit, those that the loops have no use for too."""
        tree, row = self.forest.tree, int(self.row[lane])
        found: list[int] = self.forest.first.tolist()
        for at in range(coded.begin(row), row):
            _pass_to(tree, found, int(coded.time[at]))
            follow(tree, found, int(leaves[at]), int(coded.time[at]))
        _pass_to(tree, found, int(coded.time[row]))
        for register in self.live:
            found[register] = int(self.registers[register, lane])
        coded.fill(found, row)
        return found

    def look_again(self, coded: Coded) -> None:
        """What the rows say of those who are on the way, whose letters may be others by now."""
        at_once = int(self.state[AT_ONCE])
        self.now[:at_once] = coded.facts[self.row[:at_once]]

    def begin_again(self, lane: int, row: int) -> None:
        """A patient goes back to the first visit."""
        self.row[lane], self.is_on[lane], self.registers[:, lane] = row, False, self.forest.first

    def _follow(self, coded: Coded, leaves: Any, behind: int) -> Any:
        forest, asks, tracked, memory = self.forest, self.forest.asks, self.forest.tracked, coded.memory
        return walk_on(
            forest.node, forest.child, forest.root, forest.place, forest.leaf, asks.questions, asks.kinds, asks.axes, asks.cuts,
            tracked.codes, tracked.table, tracked.lapse, coded.inputs, tracked.moves, tracked.ends, memory.leaves, coded.start,
            coded.time, coded.facts, coded.raw, asks.kept, coded.dated, asks.coded, coded.keys, memory.classes, memory.truths,
            self.registers, asks.live, forest.first, self.row, self.leaf, self.words, self.key, self.slot, self.writes,
            self.is_on, self.now, self.answers, self.grown, leaves, behind, self.state,
        )  # fmt: skip


def _pass_to(tree: Tree, registers: list[int], time: int) -> None:
    """A patient without readings and trackers comes to the time of a visit."""
    last = registers[layout.TIME]
    if last != layout.NONE and tree.place_drug[registers[layout.PLACE]]:
        registers[layout.ON_DRUG] += time - last
    registers[layout.TIME] = time
