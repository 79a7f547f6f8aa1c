"""The rows of a few patients as codes: what each visit says of each input, and what counts at it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar import rows_code as loops
from protocol.executors.columnar.exact import without_repeats
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.inputs import buffers
from protocol.executors.columnar.keys import of_tracker
from protocol.executors.columnar.reading import Coding
from protocol.executors.compiled import layout


class Room:
    """Arrays that are used for one chunk after the other, because memory that is new costs as much as what is done in it."""

    def __init__(self) -> None:
        self._flat: dict[str, Any] = {}

    def empty(self, name: str, shape: tuple[int, ...], kind: Any) -> Any:
        """An array of this shape, in which anything may stand."""
        size = int(np.prod(shape))
        if name not in self._flat or self._flat[name].shape[0] < size:
            self._flat[name] = np.empty(size, kind)
        return self._flat[name][:size].reshape(shape)


class Coded:
    """The rows of whole patients, coded, with what counts at each for all axes that are asked, and for more as they come."""

    def __init__(self, coding: Coding, rows: Any, given: Any, refused: Any, room: Room) -> None:
        self.forest, self.rows, self.given = coding.forest, rows, given
        owner = buffers(_plain(rows.column("patient")), np.int32).values
        self.start = np.ones(rows.num_rows, np.bool_)
        self.start[1:] = owner[1:] != owner[:-1]
        self.time = np.ascontiguousarray(buffers(rows.column("elapsed"), np.int64).values)
        self.room, self.raw = room, coding.raw(rows, refused, room.empty("raw", (coding.size, rows.num_rows), coding.kind))
        self.left_out = without_repeats(coding.inputs, self.start, self.raw, refused)
        self.keys = room.empty("keys", (rows.num_rows, self.forest.keys.words), np.uint64)
        self.keys[:] = 0
        self.done: set[int] = set()
        self.renewed()

    def renewed(self) -> None:
        """Brings the columns to all that is asked by now."""
        forest = self.forest
        for axis in forest.read:
            if axis not in self.done:
                self.done.add(axis)
                self._carry(axis)
        registers = sorted(_needed(forest))
        codes = sorted({forest.frame.axes.all[axis].b for one in forest.trackers for axis in _of(forest, one)})
        observed = self.room.empty("observed", (len(registers), len(self.time)), np.int64)
        code = self.room.empty("code", (len(codes), len(self.time)), np.int64)
        spare = self.room.empty("spare", (len(self.time),), np.int64)
        for number, register in enumerate(registers):
            loops.keep(self._raw_of(register - layout.FIRST_FREE), self.start, self.time, observed[number], spare)
        first = layout.FIRST_FREE + len(forest.frame.inputs)
        for number, register in enumerate(codes):
            loops.keep(self.raw[register - first], self.start, self.time, spare, code[number])
        self.loaded, self.read = (np.array(some, np.int64) for some in (registers, codes))
        self.observed, self.code = observed, code

    def _raw_of(self, number: int) -> Any:
        term = next(term for term in self.forest.frame.terms.values() if term.input == number)
        return self.raw[term.place]

    def _carry(self, number: int) -> None:
        axis, keys = self.forest.frame.axes.all[number], self.forest.keys
        out, shift = self.keys[:, keys.word[number]], np.uint64(keys.shift[number])
        if axis.kind == layout.KNOWN:
            loops.carry_known(self._raw_of(axis.a - layout.FIRST_FREE), self.start, self.time, axis.d, shift, out)
        else:
            place = axis.b - layout.FIRST_FREE - len(self.forest.frame.inputs)
            loops.carry(self.raw[place], self.start, self.time, axis.c, axis.d, shift, out)

    def registers(self, kept: Any, row: int) -> list[int]:
        """All registers of a patient at a row, those that the loops have no use for too."""
        frame, begin = self.forest.frame, self.begin(row)
        found: list[int] = kept.tolist()
        read = self.raw[:, begin : row + 1]
        back = np.argmax(read[:, ::-1] != layout.NOT_OBSERVED, axis=1)
        last = row - begin - back
        codes, times = read[np.arange(len(last)), last].tolist(), self.time[begin + last].tolist()
        first = layout.FIRST_FREE + len(frame.inputs)
        for term in frame.terms.values():
            code = codes[term.place]
            found[layout.FIRST_FREE + term.input] = times[term.place] if code >= 0 else layout.NONE
            found[first + term.place] = code if code >= 0 else term.unknown
        return found

    def begin(self, row: int) -> int:
        """The first row of the patient of a row."""
        while not self.start[row]:
            row -= 1
        return row


def _plain(column: Any) -> Any:
    return column.indices if pyarrow.types.is_dictionary(column.type) else column.dictionary_encode().indices


def _of(forest: Forest, one: Any) -> set[int]:
    return {axis for axis in of_tracker(forest.frame, one) if forest.frame.axes.all[axis].kind == layout.READING}


def _needed(forest: Forest) -> set[int]:
    """The registers of when inputs were observed for which anything but the key of a row asks."""
    axes, last = forest.frame.axes.all, layout.FIRST_FREE + len(forest.frame.inputs)
    of_trackers = {axes[axis].a for one in forest.trackers for axis in of_tracker(forest.frame, one)}
    others = {one for axis in axes if axis.kind not in (layout.READING, layout.KNOWN, layout.GIVEN) for one in (axis.a, axis.c)}
    return {register for register in of_trackers | others if layout.FIRST_FREE <= register < last}
