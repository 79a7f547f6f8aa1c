"""Which values count at each visit: the last one of each that was read, for as long as it is valid?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from protocol.executors.columnar.room import Room
from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.terms import Term
from protocol.executors.in_rounds.rounds import Rounds, spans_of

Array = Any
RAW = "what was read"
"""The room of the codes that were read."""


class Carried:
    """What was read of each term up to each visit: the last code, and the number of the visit that it is of, 0 for none.

    Both round after round, one line for each term of which anything was read. ``raw``: what each row itself says.
    """

    def __init__(self, frame: Frame, rounds: Rounds, raw: Array, absent: Sequence[Term], room: Room) -> None:
        self.frame, self.rounds, self.first = frame, rounds, layout.FIRST_FREE + len(frame.inputs)
        missing = {term.place for term in absent}
        self.terms = [term for term in frame.terms.values() if term.place not in missing]
        self.line = {term.place: line for line, term in enumerate(self.terms)}
        of_input = {term.input: term.place for term in reversed(self.terms)}
        self.line_of_input = {number: self.line[place] for number, place in of_input.items()}
        kind = raw.dtype if rounds.most < np.iinfo(raw.dtype).max else np.dtype(np.int32)
        shape = (len(self.terms), len(rounds.row))
        self.code = room.empty("carried", shape, kind)
        for line, term in enumerate(self.terms):
            self.code[line] = raw[term.place].take(rounds.row, mode="clip")
        self.last = room.empty(RAW, shape, kind)  # where what was read stood, which nobody needs any longer
        self.kind, self.spare = kind, room.empty("spare", (len(self.terms), len(rounds.begin)), kind)
        self._since: dict[int, Array] = {}

    def measured(self, inputs: int) -> Array:
        """Whether a value of any of these inputs, as bits, was read at each visit itself. To be asked before ``carry``."""
        found: Array = np.zeros(len(self.rounds.row), np.bool_)
        for number, line in self.line_of_input.items():
            if inputs >> number & 1:
                found |= self.code[line] >= 0
        return found

    def carry(self) -> None:
        """Puts the last code that was read into the place of what each visit itself says."""
        has_none, bits = bool((self.code == layout.NO_VALUE).any()), self.kind.itemsize * 8 - 1
        before = slice(0, 0)
        for number, rows in self.rounds:
            width = rows.stop - rows.start
            code, last = self.code[:, rows], self.last[:, rows]
            is_none = code == layout.NO_VALUE if has_none else None
            nothing = np.right_shift(code, bits, out=self.spare[:, :width])
            np.invert(nothing, out=last)
            code &= last
            last &= number + 1
            if number:
                earlier = slice(before.start, before.start + width)
                last |= self.last[:, earlier] & nothing
                nothing &= self.code[:, earlier]
                code |= nothing
            if is_none is not None:
                last[is_none] = 0
            before = rows

    # What counts

    def find_since(self, axes: Sequence[Axis]) -> None:
        """Makes ready which visits are near enough for these axes of readings."""
        read = (axis.d for axis in axes if self._line(axis) is not None)
        spans = [one for one in spans_of(read, layout.EVER) if one not in self._since]
        self._since |= self.rounds.since(spans, self.kind)

    def _line(self, axis: Axis) -> int | None:
        is_known = axis.kind == layout.KNOWN
        return self.line_of_input.get(axis.a - layout.FIRST_FREE) if is_known else self.line.get(axis.b - self.first)

    def counting(self, axis: Axis) -> Array | int:
        """The code of an axis of readings at each visit, or the same one for all."""
        is_known, line = axis.kind == layout.KNOWN, self._line(axis)
        if line is None:
            return 0 if is_known else axis.c
        counts: Array = self.last[line] >= self._since.get(axis.d, 1)
        if is_known:
            return counts.view(np.int8)
        unknown = self.kind.type(axis.c)
        found = self.code[line] ^ unknown
        found &= -counts.view(np.int8)
        found ^= unknown
        return found

    # Single patients, and some

    def observed(self, number: int, at: Array, patients: Array) -> Array:
        """When the value of an input that there is at these visits was read; ``patients`` are theirs."""
        line = self.line_of_input.get(number)
        if line is None:
            return np.full(len(at), NONE)
        last = self.last[line, at].astype(np.int64)
        when = self.rounds.time[self.rounds.offset[np.maximum(last, 1) - 1] + patients]
        return np.where(last > 0, when, NONE)

    def read(self, place: int, at: Array) -> Array:
        """The codes of a term that there are at these visits, however old."""
        line = self.line.get(place)
        if line is None:
            return np.full(len(at), next(term.unknown for term in self.frame.terms.values() if term.place == place))
        return self.code[line, at].astype(np.int64)

    def fill(self, registers: list[int], at: int, patient: int) -> None:
        """Writes what was read up to a visit into the registers of its patient."""
        for line, term in enumerate(self.terms):
            last = int(self.last[line, at])
            if last:
                time = int(self.rounds.time[self.rounds.offset[last - 1] + patient])
                registers[layout.FIRST_FREE + term.input] = time
                registers[self.first + term.place] = int(self.code[line, at])
