"""Which leaf belongs to a patient at a visit: the place, what counts there of the letter, and what else is asked there?

Whatever was decided once is remembered under one key. What a place does not ask is left out of its keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from protocol.executors.columnar.asked import roomy
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.keys import Crowded
from protocol.executors.compiled import layout
from protocol.executors.in_rounds.interned import NEW, Table
from protocol.executors.in_rounds.keyed import Layout
from protocol.executors.in_rounds.letters import Letters
from protocol.executors.in_rounds.packed import width

Array = Any


class Situations:
    """The keys that were met, with the leaf of each; ``axes`` are those that something else than a letter answers.

    ``same``: which letters are the same where only some axes are asked; ``row`` says for each place where these stand.
    """

    def __init__(self, forest: Forest, letters: Letters) -> None:
        self.forest, self.letters, self.layout = forest, letters, Layout()
        self.axes: list[int] = []
        self.rows: dict[frozenset[int], int] = {}
        self.learned: list[int] = []
        self.kept, self.next = Table(letters.words), 1
        self.same: Array = np.zeros((1, 1), np.int32)
        self.row: Array = np.zeros(64, np.int64)
        self._forget()
        self.renew()

    def _forget(self) -> None:
        """Keys as they are laid out now, of which none was met."""
        self.asked, self.table = dict[int, int](), Table(self.layout.words)
        self.masks: Array = np.zeros((len(self.row), self.layout.words), np.uint64)

    # What is asked where

    def renew(self) -> None:
        """Brings the keys to all that is asked by now."""
        forest, places = self.forest, len(self.forest.tree.places)
        known, axes = {*self.axes, *self.letters.line}, forest.frame.axes.all
        new = dict.fromkeys(axis for some in forest.asked.values() for axis in some if axis not in known)
        self.axes += [axis for axis in new if axes[axis].kind != layout.GIVEN]
        before, self.layout = self.layout, self._laid_out()
        if not self.layout.follows(before):
            self._forget()
        self.row, self.masks = roomy(self.row, places), roomy(self.masks, places)
        for place in range(places):
            asked = forest.asked.get(place, {})
            if self.asked.get(place) != len(asked):
                self._ask(place, frozenset(asked))
        self._learn()

    def _laid_out(self) -> Layout:
        places, givens = len(self.forest.tree.places), len(self.forest.tree.givens)
        if places > 1 << 16:
            raise Crowded
        axes = tuple(width(self.forest.frame, axis) for axis in self.axes)
        return Layout(axes, 1 if places <= 1 << 8 else 2, 1 if givens <= 1 << 8 else 4)

    def _ask(self, place: int, asked: frozenset[int]) -> None:
        """More is asked in a place: the leaves of keys in which less was asked there count no longer."""
        if place in self.asked:
            self.table.values[self.layout.places_of(self.table.rows) == place] = NEW
        self.asked[place] = len(asked)
        is_given = any(self.forest.frame.axes.all[axis].kind == layout.GIVEN for axis in asked)
        self.masks[place] = self.layout.mask({line for line, axis in enumerate(self.axes) if axis in asked}, is_given)
        of_letters = frozenset(axis for axis in asked if axis in self.letters.line)
        if of_letters not in self.rows:
            self.rows[of_letters] = len(self.rows)
            self.learned.append(1)
        self.row[place] = self.rows[of_letters]

    def _learn(self) -> None:
        """Finds which letters are the same as far as each place asks."""
        size, known = self.letters.size, self.same
        if known.shape[0] < len(self.rows) or known.shape[1] < size:
            self.same = np.zeros((2 * len(self.rows), 2 * size), np.int32)
            self.same[: known.shape[0], : known.shape[1]] = known
        for asked, row in self.rows.items():
            begin = self.learned[row]
            if begin < size:
                numbers, rows = self.kept.find(self.letters.keys[begin:size] & self.letters.mask(asked))
                new = np.unique(rows[numbers == NEW])
                first, self.next = self.next, self.next + len(new)
                self.kept.values[new] = first + np.arange(len(new))
                self.same[row, begin:size], self.learned[row] = self.kept.values[rows], size

    # One round

    def find(self, place: Array, letter: Array, given: Array, code: Callable[[int], Array]) -> tuple[Array, Array]:
        """The leaf of each patient, or NEW, and the row of the key in the table. ``code`` answers an axis."""
        at = (self.row * self.same.shape[1]).take(place, mode="clip")
        at += letter
        same = self.same.reshape(-1).take(at, mode="clip")
        keys = self.layout.keys(same, place, given, lambda line: code(self.axes[line]))
        keys &= self.masks.take(place, axis=0, mode="clip")
        return self.table.find(keys)
