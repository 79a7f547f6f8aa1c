"""All visits of a table, decided without the library of loops: chunk by chunk, and in each the first visits of all patients,
then the second ones, and so on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.exact import without_repeats
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.inputs import buffers
from protocol.executors.columnar.laid_out import numbers, where
from protocol.executors.columnar.outcome import Outcome
from protocol.executors.columnar.room import Room
from protocol.executors.columnar.said import WAYS
from protocol.executors.columnar.whole_patients import by_slow, chunks, written
from protocol.executors.in_rounds import values
from protocol.executors.in_rounds.carried import RAW, Carried
from protocol.executors.in_rounds.chunk import Chunk, Known
from protocol.executors.in_rounds.leaves import judge
from protocol.executors.in_rounds.rounds import Rounds
from protocol.executors.in_rounds.written import write
from protocol.executors.visits_table import starts

Array = Any
_FEW = 5
"""A round costs as much as so many visits one after the other, about."""
AT_ONCE = 196_608
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


class _Replay:
    """One table on its way."""

    def __init__(self, forest: Forest, table: pyarrow.Table, follow: str) -> None:
        self.forest, self.table, self.follow = forest, table, follow
        self.known, self.outcome, self.room = forest.once(Known), Outcome(forest, table), Room()

    def chunk(self, begin: int, rows: Any) -> None:
        """Decides the rows of some whole patients."""
        place, size = slice(begin, begin + rows.num_rows), rows.num_rows
        start, time = _starts(rows.column("patient")), buffers(rows.column("elapsed"), np.int64).values
        raw, refused = self.room.empty(RAW, (len(self.forest.frame.terms), size), self.known.kind), self.outcome.refused[place]
        absent = values.code(self.known.inputs, rows, raw, refused)
        left_out = without_repeats([one for one in self.known.inputs if one.terms[0] not in absent], start, raw, refused)
        rounds, given = Rounds(start, time), self._given(rows)
        carried = Carried(self.forest.frame, rounds, raw, absent, self.room)
        leaves = self.outcome.rows[place]
        leaves[rounds.row] = Chunk(self.known, carried, given[rounds.row]).decided()
        leaves[left_out] = -1
        self._write(place, rows, start, time, given, leaves)

    def _given(self, rows: Any) -> Array:
        """What was given at each row, by the number that the trees know."""
        if self.follow != "given" or "given" not in rows.schema.names:
            return np.zeros(rows.num_rows, np.int32)
        return values.given(*written(self.forest, rows.column("given")))

    def _write(self, place: slice, rows: Any, start: Array, time: Array, given: Array, leaves: Array) -> None:
        has_dosing, within = "dose only" in rows.schema.names, self.forest.frame.protocol.act_within
        only = rows.column("dose only").fill_null(False).to_numpy(zero_copy_only=False) if has_dosing else np.zeros_like(start)
        self.known.leaves.renew()
        ways = judge(self.known.leaves, -1 if within is None else within, start, time, given, only, leaves)
        leaves *= WAYS
        leaves += ways
        self.outcome.make_room()[leaves if int(leaves.min(initial=0)) >= 0 else leaves[leaves >= 0]] = True
        by_slow(self.outcome, self.table, place.start, start, leaves, self.follow)


def _starts(patient: Any) -> Array:
    """Where the rows of another patient begin."""
    owner = numbers(where(patient))
    start: Array = np.ones(len(owner), np.bool_)
    start[1:] = owner[1:] != owner[:-1]
    return start
