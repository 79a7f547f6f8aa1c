"""All visits of a table of columns, decided: chunk by chunk down the trees, and where they end by growing them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.abreast import Abreast
from protocol.executors.columnar.coded import Coded
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.machine_code import TRACKER
from protocol.executors.columnar.outcome import Outcome
from protocol.executors.columnar.reading import Coding, Read
from protocol.executors.columnar.room import Room
from protocol.executors.columnar.whole_patients import batches, by_slow
from protocol.executors.columnar.writing_code import judge, write
from protocol.executors.compiled import layout
from protocol.executors.compiled.coding import NO_CODES
from protocol.executors.compiled.patients import patient_of
from protocol.executors.compiled.rows import Row

AT_ONCE = 65_536
"""Rows of a chunk, about; patients are always whole. Fewer cost more to set up than a closer cache saves."""
_ROOM = Room()
"""One table is decided at a time."""


def decisions(forest: Forest, table: pyarrow.Table, follow: str) -> tuple[pyarrow.Table, int]:
    """The decisions at all visits of a table that was checked, and how many patients only the reference could decide.

    Raises Crowded where a protocol asks too much at once.
    """
    replay = _Replay(forest, table, follow)
    return replay.run(), replay.outcome.slow


class _Replay:
    """One table on its way."""

    def __init__(self, forest: Forest, table: pyarrow.Table, follow: str) -> None:
        self.forest, self.table, self.follow = forest, table, follow
        self.coding, self.outcome = forest.once(Coding), Outcome(forest, table)
        within = forest.frame.protocol.act_within
        self.within = -1 if within is None else within

    def run(self) -> pyarrow.Table:
        read = None
        for begin, batch, first, size in batches(self.table, AT_ONCE):
            read = read if read is not None and read.batch is batch else Read(self.coding, batch)
            self._chunk(read, begin, first, size)
        return self.outcome.table(write)

    def _chunk(self, read: Read, begin: int, first: int, size: int) -> None:
        where, room = slice(begin, begin + size), _ROOM
        given, dosing = room.empty("given", (size,), np.int32), room.empty("dosing", (size,), np.bool_)
        given[:], dosing[:] = 0, False
        if self.follow == "given" and "given" in read.plan.names:
            read.given(first, given)
        if "dose only" in read.plan.names:
            dosing[:] = read.batch.column("dose only").slice(first, size).fill_null(False).to_numpy(zero_copy_only=False)
        coded = Coded(read, first, size, given, self.outcome.refused[where], room)
        leaves = self.outcome.rows[where]
        leaves[:] = -1
        self._walk(coded, leaves)
        if coded.left_out is not None:
            leaves[coded.left_out] = -1
        forest, used = self.forest, self.outcome.make_room()
        judge(coded.start, coded.time, given, dosing, leaves, forest.open, forest.judged, forest.fits, self.within, used)
        by_slow(self.outcome, self.table, begin, coded.start, leaves, self.follow)

    def _walk(self, coded: Coded, leaves: Any) -> None:
        abreast = self.forest.once(Abreast)
        for why, lane in abreast.walk(coded, leaves):
            row = int(abreast.row[lane])
            if why == TRACKER:
                begin = self._grow_trackers(coded, row)
            else:
                abreast.leaf[lane] = self._grow(coded, abreast.whole(coded, leaves, lane), row)
            if len(self.forest.asks.live) > len(abreast.live):
                coded.tell()
                abreast.read_again(coded, leaves)
            abreast.look_again(coded)
            if why == TRACKER:
                abreast.begin_again(lane, begin)
            coded.memory.renew()

    def _grow(self, coded: Coded, registers: list[int], row: int) -> int:
        """The leaf of a patient at a row, whose path was not grown yet."""
        time, given = int(coded.time[row]), int(coded.given[row])
        leaf = self.forest.tree.grow(registers, time, given)
        if self.forest.laid(registers, time, given):
            coded.renewed()
        return leaf

    def _grow_trackers(self, coded: Coded, row: int) -> int:
        """Takes the patient of a row through the plain path up to it, which grows all that it asks; the patient's first row."""
        begin = coded.begin(row)
        patient = patient_of(self.forest.tree)
        for at in range(begin, row + 1):
            patient.visit(_row(coded, at))
        if self.forest.renew():
            coded.renewed()
        return begin


def _row(coded: Coded, row: int) -> Row:
    """One row as the plain path has it."""
    updates, reader = [], coded.forest.walker.reader
    for number, coder in enumerate(reader.coders):
        places = [term.place for term in coded.forest.frame.terms.values() if term.input == number]
        read = tuple(coded.raw[places, row].tolist())
        if read[0] != layout.NOT_OBSERVED:
            updates.append(coder.update(read if read[0] >= 0 else NO_CODES))
    return Row(int(coded.time[row]), updates, int(coded.given[row]))
