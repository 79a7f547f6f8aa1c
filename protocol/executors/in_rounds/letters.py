"""What counts at a visit as one number, its letter: all answers that need nothing but readings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from protocol.executors.columnar import keys
from protocol.executors.columnar.asked import roomy
from protocol.executors.columnar.forest import Forest
from protocol.executors.compiled import layout
from protocol.executors.in_rounds.carried import Carried
from protocol.executors.in_rounds.interned import NEW, Table
from protocol.executors.in_rounds.packed import Part, bits_of, packed, width

Array = Any
_UNIT, _UNITS = 16, 4
"""A processor takes many units of so many bits at once; so many are a word."""


class Letters:
    """The letters of a protocol that were met, with the code of each axis of readings. Number 0 is none."""

    def __init__(self, forest: Forest) -> None:
        self.forest, self.frame = forest, forest.frame
        self.axes = [number for number, axis in enumerate(self.frame.axes.all) if self._is_asked(number, axis)]
        self.line = {axis: line for line, axis in enumerate(self.axes)}
        self.units = list(packed([width(self.frame, axis) for axis in self.axes], _UNIT))
        self.words = -(-len(self.units) // _UNITS) or 1
        self.table, self.size = Table(self.words, 16), 1
        self.codes: Array = np.zeros((256, len(self.axes)), np.int16)
        self.keys: Array = np.zeros((256, self.words), np.uint64)
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
        found, rows = self.table.find(words)
        new = (found == NEW).nonzero()[0]
        if not new.size:
            return found.astype(np.int32)
        distinct, first = np.unique(rows[new], return_index=True)
        numbers: Array = self.size + np.arange(len(distinct))
        self._learn(fields, words, numbers, new[first])
        self.table.values[distinct] = numbers  # at last: whoever interrupts this leaves no number of which nothing is known
        return self.table.values[rows].astype(np.int32)

    def _learn(self, fields: Sequence[Array | int], words: Array, numbers: Array, new: Array) -> None:
        known, self.size = len(self.codes), self.size + len(new)
        self.codes, self.truths, self.keys = (roomy(array, self.size) for array in (self.codes, self.truths, self.keys))
        self.truths[known:] = -1
        self.keys[numbers] = words[new]
        for line, field in enumerate(fields):
            self.codes[numbers, line] = field if isinstance(field, int) else field[new]

    def _words(self, fields: Sequence[Array | int], size: int) -> Array:
        room: Array = np.zeros((size, self.words * _UNITS), np.uint16)
        for number, parts in enumerate(self.units):
            room[:, number] = _unit(parts, fields)
        return room.view(np.uint64)

    def mask(self, asked: Collection[int]) -> Array:
        """The bits of these axes in the words of a letter."""
        room: Array = np.zeros(self.words * _UNITS, np.uint16)
        room[: len(self.units)] = bits_of(self.units, {self.line[axis] for axis in asked})
        return room.view(np.uint64)


def _unit(parts: Sequence[Part], codes: Sequence[Array | int]) -> Array:
    """A unit of many letters."""
    unit: Array = np.uint16(0)
    for part in parts:
        code = codes[part.line]
        bits = code >> part.begin & (1 << part.bits) - 1 if isinstance(code, int) else part.of(code).astype(np.uint16)
        unit = unit | bits * np.uint16(1 << part.shift)
    return unit
