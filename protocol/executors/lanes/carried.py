"""What counts at each row: which reading was the last one, and is it young enough still?

A row is a byte of a large number, the first row the lowest, so that to shift by a byte is to look at the row before. Ages are
added up in the same way, in the largest unit of which all times are multiples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import gcd
from operator import ne, sub
from struct import pack
from typing import Any

from protocol.model.time import DAY

_NOT_0 = bytes([0, *[255] * 255])
_HIGH = bytes([*[0] * 128, *[255] * 128])
_WIDTHS = {8: "B", 16: "H", 32: "I", 64: "Q"}
"""How many bits an age has, and its sign for ``struct``."""


class _Gaps(dict[int, int]):
    """The time between two rows in units, at most the most that is told apart; that of two patients is as much."""

    def __init__(self, unit: int, most: int) -> None:
        super().__init__()
        self.unit, self.most = unit, most

    def __missing__(self, gap: int) -> int:
        units, rest = divmod(gap, self.unit)
        if rest:
            raise ValueError(gcd(gap, self.unit))
        found = self[gap] = self.most if gap < 0 else min(units, self.most)
        return found


class Spans:
    """How far each row of whole patients may look back."""

    def __init__(self, patients: Sequence[Any], times: Sequence[int], valid: Sequence[int]) -> None:
        self.rows = len(times)
        self.full = (1 << 8 * self.rows) - 1
        changes = bytes(map(ne, islice(patients, 1, None), patients))
        self.begins = [0, *_places(changes)]
        self.same = [self.full, number(changes.translate(_OPPOSITE)) << 8]
        longest = max(times) - min(times)
        self.valid = {one for one in valid if one < longest}
        self._within: dict[int, list[int]] = {}
        if self.valid:
            self._measure(times, max(self.valid))

    def ever(self, minutes: int) -> bool:
        """Whether no reading grows older than this here."""
        return minutes not in self.valid

    def within(self, minutes: int) -> Iterator[int]:
        """For one row back, and for two, and so on, which rows may look back so far."""
        known = self._within.setdefault(minutes, [])
        back = 0
        while True:
            back += 1
            if back > len(known):
                known.append(self._young(back, minutes) & self.back(back))
            yield known[back - 1]

    def back(self, rows: int) -> int:
        """Which rows are of the same patient as the one so many rows before."""
        while rows >= len(self.same):
            self.same.append(self.same[1] & (self.same[-1] << 8))
        return self.same[rows]

    # Ages

    def _measure(self, times: Sequence[int], oldest: int) -> None:
        unit = DAY
        while True:
            width = next(width for width in _WIDTHS if oldest // unit < (1 << width - 1) - 1)
            gaps = _Gaps(unit, (1 << width - 1) - 1)
            try:
                found = [gaps.most, *map(gaps.__getitem__, map(sub, islice(times, 1, None), times))]
            except ValueError as too_long:
                unit = int(too_long.args[0])
                continue
            break
        self.unit, self.width, self.ones = unit, width, _repeated(1, width, self.rows)
        self.high = self.ones << width - 1
        self.most = self.high - self.ones
        self.gap = number(pack(f"<{self.rows}{_WIDTHS[width]}", *found))
        self.age = [0, self.gap]

    def _young(self, back: int, minutes: int) -> int:
        """Which rows are at most so long after the row so many before."""
        while back >= len(self.age):
            total = self.gap + ((self.age[-1] << self.width) & (self.most | self.high))
            over = total & self.high
            self.age.append((total | (over - (over >> self.width - 1))) & self.most)
        young = (self.high + (minutes // self.unit) * self.ones - self.age[back]) & self.high
        step = self.width // 8
        return number(young.to_bytes(self.rows * step, "little")[step - 1 :: step].translate(_HIGH))


def carried(spans: Spans, marks: bytes, minutes: int) -> bytes:
    """The mark that counts at each row, 0 where none does."""
    read, code = number(marks.translate(_NOT_0)), number(marks)
    if not read:
        return marks
    found = _last(spans, read, code) if spans.ever(minutes) else _young(spans, minutes, read, code)
    return found.to_bytes(spans.rows, "little")


def _young(spans: Spans, minutes: int, read: int, code: int) -> int:
    """The last mark of the patient that is young enough."""
    need, found, back = spans.full ^ read, code, 0
    for may in spans.within(minutes):
        need &= may
        if not need:
            return found
        back += 8
        taken = need & (read << back)
        found |= (code << back) & taken
        need ^= taken
    return found


def _last(spans: Spans, read: int, code: int) -> int:
    """The last mark of the patient, however old: after each round from twice as many rows."""
    rows = 1
    while True:
        may = spans.back(rows) & ~read
        if not may or rows >= spans.rows:
            return code
        taken = may & (read << 8 * rows)
        code |= (code << 8 * rows) & taken
        read |= taken
        rows *= 2


def first(spans: Spans, marks: bytes) -> bytes:
    """The first mark of the patient, at each row from it on."""
    read, code = number(marks.translate(_NOT_0)), number(marks)
    rows = 1
    while rows < spans.rows and (may := spans.back(rows)):
        taken = may & (read << 8 * rows)
        code = (code & ~taken) | ((code << 8 * rows) & taken)
        read |= taken
        rows *= 2
    return code.to_bytes(spans.rows, "little")


def number(column: bytes) -> int:
    """A column of bytes as one number."""
    return int.from_bytes(column, "little")


_OPPOSITE = bytes([255, *[0] * 255])


def _places(changes: bytes) -> Iterator[int]:
    """The rows after which something changes, each as the number of the next one."""
    at = changes.find(1)
    while at >= 0:
        yield at + 1
        at = changes.find(1, at + 1)


def _repeated(value: int, width: int, rows: int) -> int:
    return number(value.to_bytes(width // 8, "little") * rows)
