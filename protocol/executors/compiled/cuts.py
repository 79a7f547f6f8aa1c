"""Into which cells do the constants that a protocol compares a number with cut it, and which float lies in which cell?

A cut is a constant and whether a number has to be beyond it (``strict``) or may be at it to have passed. The cell of a number is
how many cuts it has passed, so numbers of one cell are told apart by no comparison.

A float counts as the decimal of its 15 significant digits. As that rounding keeps the order, each cut has a first float that
has passed it, which is looked for among all floats; from then on floats are compared with floats and no case is inexact.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, floor

from attrs import field, frozen

from protocol.model.guard import Compare, Operator
from protocol.model.quantity import exact
from protocol.model.state import Interval

Cut = tuple[Fraction, bool]
_CUTS: dict[Operator, tuple[bool, ...]] = {
    "<": (False,), ">=": (False,), ">": (True,), "<=": (True,), "==": (False, True), "!=": (False, True),
}  # fmt: skip
_COMPARED: dict[Operator, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@frozen
class Cells:
    """The cells of a number, in order: one more than there are cuts."""

    cuts: tuple[Cut, ...]
    size: int = field(init=False)

    @size.default
    def _size(self) -> int:
        return len(self.cuts) + 1

    def of(self, value: Fraction) -> int:
        """The cell of a number."""
        return sum(value > constant or (value == constant and not strict) for constant, strict in self.cuts)

    def range_of(self, interval: Interval) -> tuple[int, int]:
        """The first and the last cell of the numbers of an interval."""
        low, high = self.of(interval.low), self.of(interval.high)
        if interval.open_low:
            low = sum(constant <= interval.low for constant, _ in self.cuts)
        if interval.open_high:
            high = sum(constant < interval.high for constant, _ in self.cuts)
        return low, high

    def true_of(self, sign: Operator, constant: Fraction) -> int:
        """The cells, as bits, whose numbers compare like this with a constant all of whose cuts are there."""
        return sum(1 << cell for cell in range(self.size) if _COMPARED[sign](self.one_of(cell), constant))

    def one_of(self, cell: int) -> Fraction:
        """A number of a cell."""
        if cell == 0:
            return self.cuts[0][0] - 1 if self.cuts else Fraction(0)
        constant, strict = self.cuts[cell - 1]
        if not strict:
            return constant
        return (constant + self.cuts[cell][0]) / 2 if cell < len(self.cuts) else constant + 1

    def floats(self) -> tuple[float, ...]:
        """For each cut the first float that has passed it."""
        return tuple(first_float(constant, strict) for constant, strict in self.cuts)


def cells_of(atoms: Iterable[Compare]) -> Cells:
    """The cells that these comparisons of one term tell apart."""
    return Cells(tuple(sorted({(atom.constant, strict) for atom in atoms for strict in _CUTS[atom.operator]})))


def whole_cells(atoms: Iterable[Compare], low: int, high: int) -> Cells:
    """The same of whole numbers from ``low`` to ``high``; every cell has a number in it."""
    cuts = cells_of(atoms).cuts
    first = {(floor(constant) + 1 if strict else ceil(constant)) for constant, strict in cuts}
    return Cells(tuple((Fraction(one), False) for one in sorted(first) if low < one <= high))


def minutes_of(cuts: Iterable[Cut]) -> tuple[int, ...]:
    """For each cut the first whole minute that has passed it."""
    return tuple(floor(constant) + 1 if strict else ceil(constant) for constant, strict in cuts)


def first_float(constant: Fraction, strict: bool) -> float:
    """The first float that is, in its 15 significant digits, at least the constant, or beyond it."""
    low, high = _place(-1.7e308), _place(1.7e308)
    while low < high:
        middle = (low + high) // 2
        value = exact(_float(middle))
        if value > constant or (value == constant and not strict):
            high = middle
        else:
            low = middle + 1
    return _float(low)


def _place(value: float) -> int:
    """The place of a float in the order of all floats."""
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    return int(bits) if bits >= 0 else -int(bits & 0x7FFF_FFFF_FFFF_FFFF)


def _float(place: int) -> float:
    (value,) = struct.unpack("<d", struct.pack("<q", abs(place)))
    return float(value) if place >= 0 else -float(value)
