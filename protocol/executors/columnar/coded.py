"""The rows of a few patients as codes: what each visit says of each input, and what counts at it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar import letters_code as loops
from protocol.executors.columnar.exact import without_repeats
from protocol.executors.columnar.inputs import buffers
from protocol.executors.columnar.letters import Memory
from protocol.executors.columnar.reading import Coding
from protocol.executors.compiled import layout

_FAR = 1 << 29
"""Minutes, a thousand years."""


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
        self.forest, self.given = coding.forest, given
        owner = buffers(_plain(rows.column("patient")), np.int32).values
        self.start = np.ones(rows.num_rows, np.bool_)
        self.start[1:] = owner[1:] != owner[:-1]
        self.time = np.ascontiguousarray(buffers(rows.column("elapsed"), np.int64).values)
        raw = room.empty("raw", (max(1, coding.size), rows.num_rows), coding.kind)
        self.room, self.raw = room, coding.raw(rows, refused, raw)
        self.left_out = without_repeats(coding.inputs, self.start, self.raw, refused)
        self.memory = self.forest.once(Memory)
        self.renewed()

    def renewed(self) -> None:
        """Brings the keys, and the letters, to all that is asked by now."""
        kind, table = self.raw.dtype, self.forest.asks.carried
        keys = self.room.empty("keys", (len(self.time), table.shape[1] * kind.itemsize // 8), np.uint64)
        self.lanes = keys.view(kind)
        pack = loops.pack if kind.itemsize == 1 else loops.pack_wide
        pack(self.raw.view(f"u{kind.itemsize}"), table[0], keys)
        # Times are numbers of 32 bits wherever that is enough, of which twice as many are compared at once.
        of_time = np.int32 if not len(self.time) or np.abs(self.time).max() < _FAR else np.int64
        valid = np.minimum(table[1], 2 * _FAR).astype(of_time) if of_time is np.int32 else table[1]
        until: Any = np.full(len(valid), np.iinfo(of_time).min, of_time)
        codes, unknown, instead = np.zeros(len(valid), kind), table[2].astype(kind), table[3].astype(kind)
        loops.carry(self.lanes.reshape(-1), self.start, self.time, until, codes, valid, unknown, instead)
        self.letter = self.room.empty("letter", (len(self.time),), np.int32)
        self.memory.letters(self.lanes, self.letter)
        self.tell()

    def tell(self) -> None:
        """The facts of each row, with a place for each reading that is asked by itself, as long as there are bits."""
        measured, free = [], loops.MEASURED
        dated, inputs = self.forest.asks.dated.tolist(), self.forest.tracked.inputs.tolist()
        for one in dated:
            is_free = free + 2 <= loops.END
            measured += [(one[1], free)] if is_free else []
            one.append(free if is_free else -1)
            free += 2
        for some in inputs:
            is_free = free + 2 <= loops.END and some[0] >= 0
            measured += [(term, free) for term in some if term >= 0] if is_free else []
            some.insert(0, free if is_free else -1)
            free += 2
        self.dated: Any = np.array(dated, np.int64).reshape(-1, 3)
        self.inputs: Any = np.array(inputs, np.int64).reshape(len(inputs), self.forest.tracked.inputs.shape[1] + 1)
        self.facts = self.room.empty("facts", (len(self.time),), np.int64)
        places: Any = np.array(measured, np.int64).reshape(-1, 2)
        loops.tell(self.letter, self.given, self.start, self.raw, places, self.facts)

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
