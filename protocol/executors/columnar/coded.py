"""The rows of a few patients as codes: what each visit says of each input, and what counts at it."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar import letters_code as loops
from protocol.executors.columnar.asked import FAR
from protocol.executors.columnar.exact import without_repeats
from protocol.executors.columnar.keys import AT_ONCE
from protocol.executors.columnar.letters import Memory
from protocol.executors.columnar.reading import Read
from protocol.executors.columnar.room import Room
from protocol.executors.compiled import layout


class Coded:
    """The rows of whole patients, coded, with what counts at each for all axes that are asked, and for more as they come."""

    def __init__(self, read: Read, first: int, size: int, given: Any, refused: Any, room: Room) -> None:
        self.forest, self.given, self.room = read.coding.forest, given, room
        owner = read.owner[first : first + size]
        self.start = room.empty("start", (size,), np.bool_)
        self.start[:1] = True
        np.not_equal(owner[1:], owner[:-1], out=self.start[1:])
        self.time = read.time[first : first + size]
        self.raw = room.empty("raw", (read.coding.size, size), read.coding.kind)
        read.raw(first, self.raw, refused)
        fixed = read.coding.fixed
        self.left_out = without_repeats(fixed, self.start, self.raw, refused) if fixed else None
        self.memory = self.forest.once(Memory)
        self.renewed()

    def renewed(self) -> None:
        """Brings the keys, and the letters, to all that is asked by now."""
        kind, table, size = self.raw.dtype, self.forest.asks.carried, len(self.time)
        words = self.forest.asks.words
        # Rows are taken in blocks, the last one with some that are none.
        self.keys = self.room.empty("keys", (size + AT_ONCE, len(words) - 1), np.uint64)[:size]
        # Times are numbers of 32 bits wherever that is enough, of which twice as many are compared at once.
        of_time = np.int32 if -FAR < self.time.min(initial=0) <= self.time.max(initial=0) < FAR else np.int64
        valid, unknown, instead = self.forest.asks.lanes(kind, of_time)
        time = self.room.empty("time", (size,), of_time)
        time[:] = self.time
        loops.carry(
            self.raw.reshape(-1), size, table[0], words, self.start.view(np.uint8), time, valid, unknown, instead, table[4],
            self.keys,
        )  # fmt: skip
        self.letter = self.room.empty("letter", (size,), np.int32)
        self.memory.letters(self.keys, self.letter)
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

    def fill(self, registers: list[int], row: int) -> None:
        """Puts all that was read of a patient up to a row into the registers."""
        frame, begin = self.forest.frame, self.begin(row)
        read = self.raw[:, begin : row + 1]
        back = np.argmax(read[:, ::-1] != layout.NOT_OBSERVED, axis=1)
        last = row - begin - back
        codes, times = read[np.arange(len(last)), last].tolist(), self.time[begin + last].tolist()
        first = layout.FIRST_FREE + len(frame.inputs)
        for term in frame.terms.values():
            code = codes[term.place]
            registers[layout.FIRST_FREE + term.input] = times[term.place] if code >= 0 else layout.NONE
            registers[first + term.place] = code if code >= 0 else term.unknown

    def begin(self, row: int) -> int:
        """The first row of the patient of a row."""
        while not self.start[row]:
            row -= 1
        return row
