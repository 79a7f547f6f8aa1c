"""Which leaf has each visit of some patients: round after round, and where trees end by growing them?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.inputs import compared, kind_of_codes
from protocol.executors.compiled import layout, walking
from protocol.executors.compiled.layout import GIVEN, NOT_GROWN
from protocol.executors.in_rounds.answers import answer
from protocol.executors.in_rounds.carried import Carried
from protocol.executors.in_rounds.leaves import Leaves
from protocol.executors.in_rounds.letters import Letters
from protocol.executors.in_rounds.patients import Patients
from protocol.executors.in_rounds.situations import Situations
from protocol.executors.in_rounds.trackers import Trackers
from protocol.executors.in_rounds.truths import Truths
from protocol.executors.in_rounds.walked import walked

Array = Any


class Known:
    """What was learned of a protocol, and stays with it."""

    def __init__(self, forest: Forest) -> None:
        self.forest, self.inputs, self.kind = forest, compared(forest), kind_of_codes(forest)
        self.leaves = Leaves(forest)
        self.anew()

    def anew(self) -> None:
        """Letters and keys in which all that is asked by now has a place."""
        self.letters = Letters(self.forest)
        self.situations = Situations(self.forest, self.letters)


class Chunk:
    """The rounds of one chunk."""

    def __init__(self, known: Known, carried: Carried, given: Array) -> None:
        self.known, self.forest, self.carried, self.rounds = known, known.forest, carried, carried.rounds
        self.given = given
        self.measured = {
            number: carried.measured(one.inputs) for number, one in enumerate(self.forest.trackers) if one.counts is not None
        }
        carried.carry()

    def decided(self) -> Array:
        """The leaf of each visit, round after round; -1 from where on only the reference can tell."""
        leaves: Array = np.zeros(len(self.rounds.row), np.int32)
        number = 0
        self._begin()
        while number < self.rounds.most:
            self._arrive(number)
            found = self._leaves(number)
            if found is None:  # something is asked of the readings that has no place in the letters yet
                number = 0
                self.known.anew()
                self._begin()
                continue
            rows = self.rounds.round(number)
            after: Array = self.known.leaves.after.take(found, mode="clip")
            time = self.rounds.time[rows]
            self.patients.follow(number, after, self.known.leaves.writes.take(found, mode="clip"), time)
            leaves[rows] = np.where(after < 0, -1, found) if self.patients.is_gone else found
            number += 1
        return leaves

    def _begin(self) -> None:
        letters = self.known.letters
        self.letter = letters.of(self.carried)
        self.patients = Patients(self.forest, self.carried)
        self.truths = Truths(self.forest, letters, self.patients, self.letter)
        self.trackers = Trackers(self.forest, self.patients, self.truths, self.measured)
        self.known.situations.renew()

    def _arrive(self, number: int) -> None:
        rows = self.rounds.round(number)
        width, time = rows.stop - rows.start, self.rounds.time[rows]
        if number:
            self.trackers.pass_time(self.rounds.round(number - 1).start, width, time)
        self.patients.arrive(number, width, time)
        self.trackers.move(rows.start, width, time)
        if self.truths.has_grown:
            self.known.situations.renew()
            self.truths.has_grown = False

    def _leaves(self, number: int) -> Array | None:
        """The leaves of a round; None where the letters do not tell enough."""
        rows, situations = self.rounds.round(number), self.known.situations
        everybody, axes, time = slice(0, rows.stop - rows.start), self.forest.frame.axes.all, self.rounds.time[rows]

        register = self.patients.asked(rows.start, everybody)

        def code(axis: int) -> Array:
            one = axes[axis]
            is_newer = self.patients.is_newer(one, rows) if one.kind == layout.AFTER else None
            return answer(one, register, time, self.forest.tracked.codes) if is_newer is None else is_newer

        place = self.patients.registers[layout.PLACE][everybody]
        while True:
            found, keys = situations.find(place, self.letter[rows], self.given[rows], code)
            missing = (found < 0).nonzero()[0]
            if self.patients.is_gone:
                missing = missing[~self.patients.gone[missing]]
            if not missing.size:
                return found
            self._learn(rows, keys, missing)
            if not self.known.letters.has_all():
                return None

    def _learn(self, rows: slice, keys: Array, missing: Array) -> None:
        """Finds the leaves of keys that are new, and grows what is not there."""
        forest, new, some = self.forest, *np.unique(keys[missing], return_index=True)
        who = missing[some]
        root = np.array(forest.tree.root)[self.patients.registers[layout.PLACE][who]]
        entries = walked(forest, root, self._code(rows, who))
        for index in np.flatnonzero(entries == NOT_GROWN).tolist():
            entries[index] = layout.leaf(self._grown(rows, int(who[index])))
        self.known.situations.table.values[new] = layout.leaf(entries)
        self.known.leaves.renew()
        self.known.situations.renew()

    def _code(self, rows: slice, who: Array) -> Callable[[int], Array]:
        letters, axes = self.known.letters, self.forest.frame.axes.all

        def code(axis: int) -> Array:
            if axis in letters.line:
                return letters.codes[self.letter[rows][who], letters.line[axis]]
            if axes[axis].kind == GIVEN:
                return self.given[rows][who]
            return self.patients.answer(axes[axis], rows.start, who, self.rounds.time[rows][who])

        return code

    def _grown(self, rows: slice, patient: int) -> int:
        """The leaf of a patient, which is grown if that has not happened since."""
        tree, at = self.forest.tree, rows.start + patient
        registers, time, given = self.patients.whole(rows.start, patient), int(self.rounds.time[at]), int(self.given[at])
        entry = walking.walk(tree, tree.root[registers[layout.PLACE]], registers, time, given)
        if entry != NOT_GROWN:
            return layout.leaf(entry)
        leaf = tree.grow(registers, time, given)
        self.forest.laid(registers, time, given)
        return leaf
