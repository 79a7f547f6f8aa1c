"""All visits of a table, decided without the library of loops: chunk by chunk, and in each the first visits of all patients,
then the second ones, and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.exact import without_repeats
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.inputs import buffers, compared, kind_of_codes
from protocol.executors.columnar.outcome import WAYS, Outcome
from protocol.executors.columnar.whole_patients import by_slow, chunks, written
from protocol.executors.compiled import layout, walking
from protocol.executors.compiled.layout import GIVEN, NOT_GROWN
from protocol.executors.in_rounds import values
from protocol.executors.in_rounds.answers import answer
from protocol.executors.in_rounds.carried import Carried
from protocol.executors.in_rounds.leaves import Leaves, judge
from protocol.executors.in_rounds.letters import Letters
from protocol.executors.in_rounds.patients import Patients
from protocol.executors.in_rounds.rounds import Room, Rounds
from protocol.executors.in_rounds.situations import Situations
from protocol.executors.in_rounds.trackers import Trackers
from protocol.executors.in_rounds.truths import Truths
from protocol.executors.in_rounds.walked import walked
from protocol.executors.in_rounds.written import write
from protocol.executors.visits_table import starts

Array = Any
_FEW = 5
"""A round costs as much as so many visits one after the other, about."""
AT_ONCE = 131_072
"""Rows of a chunk, about; patients are always whole. Fewer cost more calls for each visit than a closer cache saves."""


def has_few(table: pyarrow.Table) -> bool:
    """Whether there are so few patients beside the one with most visits that one row after the other is as quick."""
    if not table.num_rows:
        return False
    visits = np.diff(np.flatnonzero(starts(table).to_numpy(zero_copy_only=False)), append=table.num_rows)
    return bool(table.num_rows < _FEW * int(visits.max()))


def decisions(forest: Forest, table: pyarrow.Table, follow: str) -> tuple[pyarrow.Table, int]:
    """The decisions at all visits of a table that was checked, and how many patients only the reference could decide.

    Raises Crowded where a protocol asks too much at once.
    """
    replay = _Replay(forest, table, follow)
    for begin, rows in chunks(table, AT_ONCE):
        replay.chunk(begin, rows)
    return replay.outcome.table(write), replay.outcome.slow


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


class _Replay:
    """One table on its way."""

    def __init__(self, forest: Forest, table: pyarrow.Table, follow: str) -> None:
        self.forest, self.table, self.follow = forest, table, follow
        self.known, self.outcome, self.room = forest.once(Known), Outcome(forest, table), Room()

    def chunk(self, begin: int, rows: Any) -> None:
        """Decides the rows of some whole patients."""
        place, size = slice(begin, begin + rows.num_rows), rows.num_rows
        start, time = _starts(rows.column("patient")), buffers(rows.column("elapsed"), np.int64).values
        raw, refused = self.room.empty("raw", (len(self.forest.frame.terms), size), self.known.kind), self.outcome.refused[place]
        absent = values.code(self.known.inputs, rows, raw, refused)
        left_out = without_repeats([one for one in self.known.inputs if one.terms[0] not in absent], start, raw, refused)
        rounds, given = Rounds(start, time), self._given(rows)
        carried = Carried(self.forest.frame, rounds, raw, absent, self.room)
        found = _Chunk(self.known, carried, given[rounds.row]).decided()
        leaves: Array = np.empty(size, np.int64)
        leaves[rounds.row] = found
        leaves[left_out] = -1
        self._write(place, rows, start, time, given, leaves)

    def _given(self, rows: Any) -> Array:
        """What was given at each row, by the number that the trees know."""
        if self.follow != "given" or "given" not in rows.schema.names:
            return np.zeros(rows.num_rows, np.int64)
        return values.given(rows, *written(self.forest, rows.column("given")))

    def _write(self, place: slice, rows: Any, start: Array, time: Array, given: Array, leaves: Array) -> None:
        has_dosing, within = "dose only" in rows.schema.names, self.forest.frame.protocol.act_within
        only = rows.column("dose only").fill_null(False).to_numpy(zero_copy_only=False) if has_dosing else np.zeros_like(start)
        self.known.leaves.renew()
        ways = judge(self.known.leaves, -1 if within is None else within, start, time, given, only, leaves)
        numbers, used = self.outcome.rows[place], self.outcome.make_room()
        np.multiply(leaves, WAYS, out=numbers, casting="unsafe")
        numbers += ways
        used[numbers if int(leaves.min(initial=0)) >= 0 else numbers[leaves >= 0]] = True
        by_slow(self.outcome, self.table, place.start, start, leaves, self.follow)


def _starts(patient: Any) -> Array:
    """Where the rows of another patient begin."""
    column = patient if pyarrow.types.is_dictionary(patient.type) else patient.dictionary_encode()
    owner = buffers(column.indices, column.indices.type.to_pandas_dtype()).values
    start: Array = np.ones(len(owner), np.bool_)
    start[1:] = owner[1:] != owner[:-1]
    return start


class _Chunk:
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
        leaves: Array = np.zeros(len(self.rounds.row), np.int64)
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
