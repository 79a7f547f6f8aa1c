"""What is kept of all patients from round to round: when things happened to them, how long they had drug, where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.forest import Forest
from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.layout import NONE
from protocol.executors.in_rounds.answers import Asked, answer
from protocol.executors.in_rounds.carried import Carried

Array = Any
_ANEW = (layout.STARTED, layout.ENTERED, layout.CHANGED, layout.RAISED, layout.STEPPED)
_KEEPS_DRUG = {layout.HOLD_BEGAN: layout.HELD_ON_DRUG, layout.STEPPED: layout.STEPPED_ON_DRUG}
_DRUG = (layout.ON_DRUG, layout.STEPPED_ON_DRUG, layout.HELD_ON_DRUG)


class Patients:
    """The registers of all patients but for what was read, which is in ``carried``; of each round the first ones are there.

    ``needed``: the moments that anybody asks, with the bit of a leaf that sets each. ``number``: of the last step and the last
    hold the number of the visit, from 1 on, 0 for none. ``gone``: who is left to the reference.
    """

    def __init__(self, forest: Forest, carried: Carried) -> None:
        self.forest, self.carried, self.rounds = forest, carried, carried.rounds
        size, first = len(self.rounds.visits), forest.frame.first_registers()
        self.trackers = range(forest.frame.first_tracker(), len(first))
        self.registers = {number: np.full(size, first[number]) for number in (*range(layout.FIRST_FREE), *self.trackers)}
        asked = {axis.a for axis in forest.frame.axes.all if axis.kind == layout.CLOCK}
        self.needed = [(one, 1 << one - 1) for one in sorted({layout.STARTED, *_KEEPS_DRUG, *asked})]
        self.number: dict[int, Array] = {moment: np.zeros(size, carried.kind) for moment in _KEEPS_DRUG}
        self.counts_drug = any(axis.kind == layout.AMOUNT for axis in forest.frame.axes.all)
        self.gone: Array = np.zeros(size, np.bool_)
        self.is_gone = False

    # What registers hold

    def asked(self, begin: int, patients: Array) -> Asked:
        """Asks the registers of some patients, with what was read up to the visits that begin there."""
        first = self.carried.first

        def register(number: int) -> Array:
            if number in self.registers:
                return self.registers[number][patients]
            numbers = np.arange(patients.start, patients.stop) if isinstance(patients, slice) else patients
            if number < first:
                return self.carried.observed(number - layout.FIRST_FREE, begin + numbers, numbers)
            return self.carried.read(number - first, begin + numbers)

        return register

    def answer(self, axis: Axis, begin: int, patients: Array, time: Array) -> Array:
        """The codes of an axis of some patients."""
        return answer(axis, self.asked(begin, patients), time, self.forest.tracked.codes)

    def is_newer(self, axis: Axis, rows: slice) -> Array | None:
        """Whether a reading is newer than a moment, where that is asked: a patient's visits are numbered in their order."""
        line = self.carried.line_of_input.get(axis.a - layout.FIRST_FREE)
        if axis.b or axis.c not in self.number or line is None:
            return None
        return self.carried.last[line, rows] > self.number[axis.c][: rows.stop - rows.start]

    def whole(self, begin: int, patient: int) -> list[int]:
        """All registers of one patient."""
        found = self.forest.frame.first_registers()
        for number, values in self.registers.items():
            found[number] = int(values[patient])
        self.carried.fill(found, begin + patient, patient)
        return found

    # What a visit changes

    def arrive(self, number: int, width: int, time: Array) -> None:
        """Time passes up to a visit of the first patients."""
        before = self.registers[layout.TIME][:width]
        if number and self.counts_drug:
            has_drug = np.array(self.forest.tree.place_drug, np.int64)
            minutes = has_drug.take(self.registers[layout.PLACE][:width], mode="clip")
            minutes *= time - before
            self.registers[layout.ON_DRUG][:width] += minutes
        before[:] = time

    def follow(self, number: int, after: Array, writes: Array, time: Array) -> None:
        """The first patients move on as their leaves say: to the next place, and with the registers written that are to be."""
        if int(after.min()) < 0:
            self.gone[: len(after)] |= after < 0
            self.is_gone = True
            after = np.maximum(after, 0)
        self.registers[layout.PLACE][: len(after)] = after
        for moment, bit in self.needed:
            who = ((writes & bit) != 0).nonzero()[0]
            if who.size:
                self.registers[moment][who] = time[who]
                self._step(number, moment, who)
        who = (writes >= layout.ANEW).nonzero()[0]
        if who.size:
            self._begin_anew(number, who, time[who])

    def _step(self, number: int, moment: int, who: Array) -> None:
        """What goes with a step, or with a hold."""
        if moment in self.number:
            self.number[moment][who] = number + 1
            if self.counts_drug:
                self.registers[_KEEPS_DRUG[moment]][who] = self.registers[layout.ON_DRUG][who]

    def _begin_anew(self, number: int, who: Array, time: Array) -> None:
        first = self.forest.frame.first_registers()
        for tracker in self.trackers:
            self.registers[tracker][who] = first[tracker]
        for moment in _ANEW:
            self.registers[moment][who] = time
        self.registers[layout.LOWERED][who], self.number[layout.STEPPED][who] = NONE, number + 1
        for drug in _DRUG:
            self.registers[drug][who] = 0
