"""Are the conditions of a tracker true: of each letter where they ask nothing but readings, else of each patient?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from protocol.executors.columnar import keys
from protocol.executors.columnar.forest import Forest
from protocol.executors.compiled import walking
from protocol.executors.compiled.layout import NOT_GROWN
from protocol.executors.in_rounds.letters import Letters
from protocol.executors.in_rounds.patients import Patients
from protocol.executors.in_rounds.walked import walked

Array = Any


class Truths:
    """The truths of the conditions of trackers, ``now * 3 + over``; ``letter`` is that of each visit, round after round."""

    def __init__(self, forest: Forest, letters: Letters, patients: Patients, letter: Array) -> None:
        self.forest, self.letters, self.patients, self.letter = forest, letters, patients, letter
        self.has_grown = False
        self.of_letters = {
            number: self._of_letters(number) for number in range(len(forest.trackers)) if self._is_of_readings(number)
        }

    def _is_of_readings(self, number: int) -> bool:
        frame, one = self.forest.frame, self.forest.trackers[number]
        asked = keys.asked_by(frame, one)
        return asked <= self.letters.line.keys()

    def _of_letters(self, number: int) -> Array:
        """Those at all visits; the letters that are new are learned."""
        found: Array = self.letters.truths[:, number].take(self.letter, mode="clip")
        new = np.flatnonzero(found < 0)
        if not new.size:
            return found
        some, first = np.unique(self.letter[new], return_index=True)
        line, offset = self.letters.line, self.patients.rounds.offset
        learned = self._walked(number, len(some), lambda axis: self.letters.codes[some, line[axis]])
        begins = offset[np.searchsorted(offset, new[first], "right") - 1]
        self._grow(number, learned, begins, new[first] - begins, self.patients.rounds.time[new[first]])
        self.letters.truths[some, number] = learned
        return self.letters.truths[:, number].take(self.letter, mode="clip")

    def of_all(self, number: int, begin: int, width: int, time: Array) -> Array:
        """The truths at the visits of all patients of a round; they begin there."""
        if number in self.of_letters:
            return self.of_letters[number][begin : begin + width]
        return self.between(number, begin, np.arange(width), time)

    def at_visit(self, number: int, begin: int, patients: Array, time: Array) -> Array:
        """The same of some of them."""
        if number in self.of_letters:
            return self.of_letters[number][begin + patients].astype(np.int64)
        return self.between(number, begin, patients, time)

    def between(self, number: int, begin: int, patients: Array, time: Array) -> Array:
        """The truths for some patients at any times, with what was read up to the visits that begin there."""
        axes = self.forest.frame.axes.all
        found = self._walked(number, len(patients), lambda axis: self.patients.answer(axes[axis], begin, patients, time))
        self._grow(number, found, np.broadcast_to(begin, len(patients)), patients, time)
        return found

    def _walked(self, number: int, size: int, code: Any) -> Array:
        one = self.forest.trackers[number]
        root = self.forest.tree.tracker_root[one.place]
        return -2 - walked(self.forest, np.full(size, root, np.int64), code)

    def _grow(self, number: int, found: Array, begins: Array, patients: Array, times: Array) -> None:
        """Grows what was not, and puts the truths into their places."""
        missing: Iterable[int] = np.flatnonzero(found == -2 - NOT_GROWN).tolist()
        if not missing:
            return
        one = self.forest.trackers[number]
        for index in missing:
            registers = self.patients.whole(int(begins[index]), int(patients[index]))
            found[index] = walking.truths(self.forest.tree, one, registers, int(times[index]))
        self.forest.renew()
        self.has_grown = True
