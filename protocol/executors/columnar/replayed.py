"""All visits of a table of columns, decided: chunk by chunk down the trees, and where they end by growing them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar import rows_code as loops
from protocol.executors.columnar.coded import Coded, Room
from protocol.executors.columnar.following_code import follow as walk
from protocol.executors.columnar.forest import LATE, Forest
from protocol.executors.columnar.inputs import buffers
from protocol.executors.columnar.machine_code import TRACKER
from protocol.executors.columnar.outcome import Outcome
from protocol.executors.columnar.reading import Coding
from protocol.executors.columnar.whole_patients import by_slow, chunks, written
from protocol.executors.compiled import layout
from protocol.executors.compiled.coding import NO_CODES
from protocol.executors.compiled.patients import patient_of
from protocol.executors.compiled.rows import Row

AT_ONCE = 65_536
"""Rows of a chunk, about; patients are always whole. Fewer cost more to set up than a closer cache saves."""


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
        self.protocol, self.room = forest.frame.protocol, Room()
        within = self.protocol.act_within
        self.within = -1 if within is None else within

    def run(self) -> pyarrow.Table:
        for begin, rows in chunks(self.table, AT_ONCE):
            self._chunk(begin, rows)
        return self.outcome.table()

    def _chunk(self, begin: int, rows: Any) -> None:
        refused = self.outcome.refused[begin : begin + rows.num_rows]
        coded = Coded(self.coding, rows, self._given(rows), refused, self.room)
        leaves = self.room.empty("leaves", (rows.num_rows,), np.int64)
        leaves[:] = -1
        self._walk(coded, leaves)
        leaves[coded.left_out] = -1
        self._write(begin, coded, leaves)

    def _given(self, rows: Any) -> Any:
        """What was given at each row, by the number that the trees know."""
        if self.follow != "given" or "given" not in rows.schema.names:
            return np.zeros(rows.num_rows, np.int64)
        indices, codes = written(self.forest, rows.column("given"))
        plain, given = buffers(indices, indices.type.to_pandas_dtype()), np.empty(rows.num_rows, np.int64)
        loops.code_options(plain.values, plain.there, codes, given)
        return given

    def _walk(self, coded: Coded, leaves: Any) -> None:
        forest, at, leaf, registers = self.forest, 0, -1, self.forest.first.copy()
        behind = forest.frame.first_tracker()
        words: Any = np.empty(forest.memo.shape[1] - 2, np.uint64)
        answers: Any = np.empty(len(forest.table), np.int64)
        while True:
            at, why = walk(
                forest.node, forest.child, forest.place, forest.leaf, forest.mask, forest.asks, forest.axes, forest.cuts,
                forest.codes, forest.table, forest.lapse, forest.inputs, forest.moves, forest.ends, forest.memo, coded.start,
                coded.time, coded.given, coded.raw, coded.keys, coded.loaded, coded.observed, coded.read, coded.code, registers,
                forest.first, at, leaf, behind, leaves, words, answers,
            )  # fmt: skip
            if not why:
                return
            if why == TRACKER:
                at, leaf = self._grow_trackers(coded, at), -1
                continue
            whole, time, given = coded.registers(registers, at), int(coded.time[at]), int(coded.given[at])
            leaf = forest.tree.grow(whole, time, given)
            if forest.laid(whole, time, given):
                coded.renewed()

    def _grow_trackers(self, coded: Coded, row: int) -> int:
        """Takes the patient of a row through the plain path up to it, which grows all that it asks; the patient's first row."""
        begin = coded.begin(row)
        patient = patient_of(self.forest.tree)
        for at in range(begin, row + 1):
            patient.visit(_row(coded, at))
        self.forest.renew()
        coded.renewed()
        return begin

    def _write(self, begin: int, coded: Coded, leaves: Any) -> None:
        forest, rows = self.forest, slice(begin, begin + len(leaves))
        only = coded.rows.column("dose only") if "dose only" in coded.rows.schema.names else None
        dosing = np.zeros(len(leaves), np.bool_) if only is None else only.fill_null(False).to_numpy(zero_copy_only=False)
        out = self.outcome
        loops.write(leaves, forest.columns, out.small[:, rows], out.rule[rows], out.large[:, rows], out.flags[:, rows])
        kinds = out.small[3, rows]
        loops.judge(coded.start, coded.time, coded.given, dosing, leaves, forest.judged, forest.fits, self.within, LATE, kinds)
        by_slow(out, self.table, begin, coded.start, leaves, self.follow)


def _row(coded: Coded, row: int) -> Row:
    """One row as the plain path has it."""
    updates, reader = [], coded.forest.walker.reader
    for number, coder in enumerate(reader.coders):
        places = [term.place for term in coded.forest.frame.terms.values() if term.input == number]
        read = tuple(coded.raw[places, row].tolist())
        if read[0] != layout.NOT_OBSERVED:
            updates.append(coder.update(read if read[0] >= 0 else NO_CODES))
    return Row(int(coded.time[row]), updates, int(coded.given[row]))
