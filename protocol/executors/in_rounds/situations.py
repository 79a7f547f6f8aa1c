"""Which leaf belongs to a patient at a visit: the place, what counts there of the letter, and what else is asked there?

Whatever was decided once is remembered under one key. What a place does not ask is left out of its keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from protocol.executors.columnar import keys
from protocol.executors.columnar.forest import Forest, roomy
from protocol.executors.compiled import layout
from protocol.executors.in_rounds.interned import Interned
from protocol.executors.in_rounds.letters import Letters
from protocol.executors.in_rounds.packed import BYTE, bits_of, byte_of, packed

Array = Any
_HERE, _GIVEN = 2, 3
"""So many bytes say where a patient is, and so many what was given; those of the axes stand behind."""
_MOST = 1 << _HERE * BYTE
_NOBODY = -1


class Situations:
    """The keys that were met, with the leaf of each; ``axes`` are those that something else than a letter answers."""

    def __init__(self, forest: Forest, letters: Letters) -> None:
        self.forest, self.letters = forest, letters
        self.axes: list[int] = []
        self.asked: list[int] = []
        self.rows: dict[frozenset[int], int] = {}
        self.row_masks: list[list[np.uint64]] = []
        self.learned: list[int] = []
        self.kept = Interned(letters.words)
        self.here: Array = np.zeros(64, np.uint64)
        self.row: Array = np.zeros(64, np.int64)
        self.classes: Array = np.zeros((1, 1), np.int32)
        self._forget(1)
        self.renew()

    def _forget(self, words: int) -> None:
        """Keys of so many words, of which none was met."""
        self.words, self.next = words, 1
        self.masks: Array = np.zeros((words, len(self.here)), np.uint64)
        self.keys = Interned(words + 1, 14)
        self.leaf: Array = np.full(1024, _NOBODY, np.int32)
        self.asked = [_NOBODY] * len(self.asked)

    # What is asked where

    def renew(self) -> None:
        """Brings the keys to all that is asked by now."""
        forest = self.forest
        known = set(self.axes)
        new = {
            axis: None for some in forest.asked.values() for axis in some if axis not in known and axis not in self.letters.line
        }
        self.axes += [axis for axis in new if forest.frame.axes.all[axis].kind != layout.GIVEN]
        self.bytes = list(packed([keys.width(forest.frame, forest.frame.axes.all[axis], axis) for axis in self.axes]))
        words = -(-(_HERE + _GIVEN + len(self.bytes)) // BYTE)
        places = len(forest.tree.places)
        self.here, self.row = roomy(self.here, places), roomy(self.row, places)
        if words > self.words or self.next + places >= _MOST:
            self._forget(words)
        if self.masks.shape[1] < len(self.here):
            self.masks = np.pad(self.masks, ((0, 0), (0, len(self.here) - self.masks.shape[1])))
        self.asked += [_NOBODY] * (places - len(self.asked))
        for place in range(places):
            if self.asked[place] != len(forest.asked.get(place, ())):
                self._ask(place)
        self.learn()

    def _ask(self, place: int) -> None:
        """Another number for a place, so that keys in which less was asked there count no longer."""
        asked = self.forest.asked.get(place, {})
        self.asked[place], self.here[place], self.next = len(asked), self.next, self.next + 1
        lines = {line for line, axis in enumerate(self.axes) if axis in asked}
        room: Array = np.zeros(self.words * BYTE, np.uint8)
        room[:_HERE] = 255
        if any(self.forest.frame.axes.all[axis].kind == layout.GIVEN for axis in asked):
            room[_HERE : _HERE + _GIVEN] = 255
        room[_HERE + _GIVEN : _HERE + _GIVEN + len(self.bytes)] = bits_of(self.bytes, lines)
        self.masks[:, place] = room.view(np.uint64)
        of_letters = frozenset(axis for axis in asked if axis in self.letters.line)
        if of_letters not in self.rows:
            self.rows[of_letters] = len(self.rows)
            self.row_masks.append(self.letters.masks(sorted(of_letters)))
            self.learned.append(1)
        self.row[place] = self.rows[of_letters]

    def learn(self) -> None:
        """Finds which letters are the same as far as each place asks."""
        size, known = self.letters.numbers.size, self.classes
        if known.shape[0] < len(self.rows) or known.shape[1] < size:
            self.classes = np.zeros((2 * len(self.rows), 2 * size), np.int32)
            self.classes[: known.shape[0], : known.shape[1]] = known
        for row, masks in enumerate(self.row_masks):
            begin = self.learned[row]
            if begin < size:
                words = [word[begin:size] & mask for word, mask in zip(self.letters.numbers.words, masks, strict=True)]
                self.classes[row, begin:size] = self.kept.find(words)[0]
                self.learned[row] = size

    # One round

    def find(self, place: Array, letter: Array, given: Array, code: Callable[[int], Array]) -> Array:
        """The number of the key of each patient. ``code`` answers an axis."""
        words: list[Array] = [np.zeros(len(place), np.uint64) for _ in range(self.words)]
        words[0] |= given.view(np.uint64) << np.uint64(_HERE * BYTE)
        codes = [code(axis) for axis in self.axes]
        for number, parts in enumerate(self.bytes, _HERE + _GIVEN):
            byte = byte_of(parts, codes).astype(np.uint64)  # type: ignore[union-attr]
            words[number // BYTE] |= byte << np.uint64(number % BYTE * BYTE)
        for word, mask in zip(words, self.masks, strict=True):
            word &= np.take(mask, place, mode="clip")
        words[0] |= np.take(self.here, place, mode="clip")
        at = np.take(self.row * self.classes.shape[1], place, mode="clip") + letter
        found = self.keys.find([*words, np.take(self.classes.reshape(-1), at, mode="clip").astype(np.uint64)])[0]
        known = len(self.leaf)
        if self.keys.size > known:
            self.leaf = roomy(self.leaf, self.keys.size)
            self.leaf[known:] = _NOBODY
        return found
