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
_MOMENTS = range(layout.STARTED, layout.STEPPED + 1)
_ANEW = (layout.STARTED, layout.ENTERED, layout.CHANGED, layout.RAISED, layout.STEPPED)
_DRUG = (layout.ON_DRUG, layout.STEPPED_ON_DRUG, layout.HELD_ON_DRUG)


class Patients:
    """The registers of all patients but for what was read, which is in ``carried``; of each round the first ones are there.

    ``number``: the number of the visit of each moment, from 1 on, 0 for none. ``gone``: who is left to the reference.
    """

    def __init__(self, forest: Forest, carried: Carried) -> None:
        self.forest, self.carried, self.rounds = forest, carried, carried.rounds
        size, first = len(self.rounds.visits), forest.frame.first_registers()
        self.trackers = range(forest.frame.first_tracker(), len(first))
        self.registers = {number: np.full(size, first[number]) for number in (*range(layout.FIRST_FREE), *self.trackers)}
        self.number: dict[int, Array] = {moment: np.zeros(size, carried.kind) for moment in _MOMENTS}
        self.gone: Array = np.zeros(size, np.bool_)
        self.is_gone = False

    # What registers hold

    def asked(self, begin: int, patients: Array) -> Asked:
        """Asks the registers of some patients, with what was read up to the visits that begin there."""
        first = self.carried.first
        numbers = np.arange(patients.start, patients.stop) if isinstance(patients, slice) else patients

        def register(number: int) -> Array:
            if number in self.registers:
                return self.registers[number][patients]
            if number < first:
                return self.carried.observed(number - layout.FIRST_FREE, begin + numbers, numbers)
            return self.carried.read(number - first, begin + numbers)

        return register

    def answer(self, axis: Axis, begin: int, patients: Array, time: Array) -> Array:
        """The codes of an axis of some patients."""
        quick = self._by_number(axis, begin, patients) if axis.kind == layout.AFTER else None
        return answer(axis, self.asked(begin, patients), time, self.forest.codes) if quick is None else quick

    def _by_number(self, axis: Axis, begin: int, patients: Array) -> Array | None:
        """Whether a reading is newer than a moment: the visits of a patient are numbered in the order of their times."""
        line = self.carried.line_of_input.get(axis.a - layout.FIRST_FREE)
        if axis.b or axis.c not in self.number or line is None or not isinstance(patients, slice):
            return None
        return self.carried.last[line, begin + patients.start : begin + patients.stop] > self.number[axis.c][patients]

    def whole(self, begin: int, patient: int) -> list[int]:
        """All registers of one patient."""
        found = self.forest.frame.first_registers()
        for number, values in self.registers.items():
            found[number] = int(values[patient])
        self.carried.fill(found, begin + patient, patient)
        return found

    # What a visit changes

    def arrive(self, width: int, time: Array, has_drug: Array) -> None:
        """Time passes up to a visit of the first patients. ``has_drug``: of each place whether drug is in force."""
        before, place = self.registers[layout.TIME][:width], self.registers[layout.PLACE][:width]
        on_drug = self.registers[layout.ON_DRUG][:width]
        passed = time - before
        passed *= np.take(has_drug, place, mode="clip")
        np.add(on_drug, passed, out=on_drug, where=before != NONE)
        before[:] = time

    def follow(self, number: int, after: Array, writes: Array, time: Array) -> None:
        """The first patients move on as their leaves say: to the next place, and with the registers written that are to be."""
        beyond = np.flatnonzero(after < 0)
        if beyond.size:
            self.gone[beyond], self.is_gone = True, True
        self.registers[layout.PLACE][: len(after)] = np.maximum(after, 0)
        some = np.flatnonzero(writes)
        written, time = writes[some], time[some]
        anew = written & layout.ANEW != 0
        if anew.any():
            self._begin_anew(number, some[anew], time[anew])
            some, written, time = some[~anew], written[~anew], time[~anew]
        for bit, moment in enumerate(_MOMENTS):
            is_set = np.flatnonzero(written & 1 << bit)
            if is_set.size:
                who = some[is_set]
                self.registers[moment][who], self.number[moment][who] = time[is_set], number + 1
                self._keep_drug(moment, who)

    def _keep_drug(self, moment: int, who: Array) -> None:
        if moment == layout.HOLD_BEGAN:
            self.registers[layout.HELD_ON_DRUG][who] = self.registers[layout.ON_DRUG][who]
        elif moment == layout.STEPPED:
            self.registers[layout.STEPPED_ON_DRUG][who] = self.registers[layout.ON_DRUG][who]

    def _begin_anew(self, number: int, who: Array, time: Array) -> None:
        first = self.forest.frame.first_registers()
        for tracker in self.trackers:
            self.registers[tracker][who] = first[tracker]
        for moment in _ANEW:
            self.registers[moment][who], self.number[moment][who] = time, number + 1
        self.registers[layout.LOWERED][who], self.number[layout.LOWERED][who] = NONE, 0
        for drug in _DRUG:
            self.registers[drug][who] = 0
