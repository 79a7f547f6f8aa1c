"""What counts at a visit as one number, its letter: all answers that need nothing but readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from protocol.executors.columnar import keys
from protocol.executors.columnar.forest import Forest, roomy
from protocol.executors.compiled import layout
from protocol.executors.in_rounds.carried import Carried
from protocol.executors.in_rounds.interned import Interned
from protocol.executors.in_rounds.packed import BYTE, bits_of, byte_of, packed

Array = Any


class Letters:
    """The letters of a protocol that were met, with the code of each axis of readings. Number 0 is none."""

    def __init__(self, forest: Forest) -> None:
        self.forest, self.frame = forest, forest.frame
        self.axes = [number for number, axis in enumerate(self.frame.axes.all) if self._is_asked(number, axis)]
        self.line = {axis: line for line, axis in enumerate(self.axes)}
        widths = [keys.width(self.frame, self.frame.axes.all[axis], axis) for axis in self.axes]
        self.bytes = list(packed(widths))
        self.words = -(-len(self.bytes) // BYTE) or 1
        self.numbers = Interned(self.words, 16)
        self.codes: Array = np.zeros((256, len(self.axes)), np.int16)
        self.truths: Array = np.full((256, len(forest.trackers)), -1, np.int8)

    def _is_asked(self, number: int, axis: Any) -> bool:
        is_cell = axis.kind == layout.READING and axis.c > 1
        return is_cell or (axis.kind in keys.OF_ROWS and (number in self.forest.read or axis.kind == layout.KNOWN))

    def has_all(self) -> bool:
        """Whether all that is asked by now is in the letters."""
        return self.forest.read.keys() <= self.line.keys()

    def of(self, carried: Carried) -> Array:
        """The letter of each visit, round after round."""
        axes = [self.frame.axes.all[axis] for axis in self.axes]
        carried.find_since(axes)
        fields = [carried.counting(axis) for axis in axes]
        words = self._words(fields, len(carried.rounds.row))
        found, new = self.numbers.find(words)
        if new.size:
            self._learn(fields, found[new], new)
        return found

    def _learn(self, fields: Sequence[Array | int], numbers: Array, new: Array) -> None:
        known, size = len(self.codes), self.numbers.size
        self.codes, self.truths = roomy(self.codes, size), roomy(self.truths, size)
        self.truths[known:] = -1
        for line, field in enumerate(fields):
            self.codes[numbers, line] = field if isinstance(field, int) else field[new]

    def _words(self, fields: Sequence[Array | int], size: int) -> list[Array]:
        room: Array = np.zeros((size, self.words * BYTE), np.uint8)
        for number, parts in enumerate(self.bytes):
            room[:, number] = byte_of(parts, fields)
        whole: Array = room.view(np.uint64)
        return [np.ascontiguousarray(whole[:, word]) for word in range(self.words)]

    def masks(self, asked: Sequence[int]) -> list[np.uint64]:
        """The bits of these axes in each word."""
        room: Array = np.zeros(self.words * BYTE, np.uint8)
        room[: len(self.bytes)] = bits_of(self.bytes, {self.line[axis] for axis in asked})
        return list(room.view(np.uint64))
