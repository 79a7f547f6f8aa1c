"""Which values of an input would a reader call ordinary? Of cells that cost the same those come first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from protocol.model.guard import Atom, Compare, Ratio, Value
from protocol.model.input import Input, Number
from protocol.model.state import Interval
from protocol.semantics.cells import cells as pieces_of
from protocol.verification.search.axes import BEYOND_NORMAL, Cell, is_true
from protocol.verification.search.limits import are_plausible

ORDINARY = {
    ("1742-6", "U/L"): (Fraction(0), Fraction(40)),
    ("1920-8", "U/L"): (Fraction(0), Fraction(40)),
    ("1975-2", "mg/dL"): (Fraction(1, 5), Fraction(1)),
    ("711-2", "10*9/L"): (Fraction(0), Fraction(1, 2)),
    ("6690-2", "10*9/L"): (Fraction(4), Fraction(10)),
    ("718-7", "g/dL"): (Fraction(12), Fraction(16)),
    ("777-3", "10*9/L"): (Fraction(150), Fraction(400)),
    ("777-3", "/uL"): (Fraction(150_000), Fraction(400_000)),
}
"""Limits of normal by LOINC code and unit, as in the courses beside the shipped protocols: examples, of no laboratory."""
_NEAR, _DIGITS = Fraction(1, 20), 6
"""How near two constants are, as a part of the larger one, between which nobody reads a value, and in how many decimals."""


def ordinary_limits(item: Input) -> tuple[Fraction, Fraction] | None:
    """The lower and upper limit of normal of an example; None where none is known that an input can have."""
    if not isinstance(item.kind, Number):
        return None
    found = ORDINARY.get((item.loinc, item.kind.unit))
    plausible = Interval(item.kind.low, item.kind.high)
    return found if found is not None and are_plausible(found[1], found[0], plausible) else None


class Usual:
    """What is ordinary of an input of which this is asked; ``raised`` says of each cell how much of it helps to raise a dose.

    ``others``: what each cell costs in other protocols that ask the input as well.
    """

    def __init__(
        self, item: Input, cells: Sequence[Cell], atoms: Iterable[Atom], raised: Sequence[int],
        others: Sequence[Sequence[int]] = (),
    ) -> None:  # fmt: skip
        self.item, self.cells, self.raised, self.others = item, cells, raised, others
        self.atoms = tuple(dict.fromkeys(atoms))
        self.constants = sorted({one.constant for one in self.atoms if isinstance(one, Compare) and isinstance(one.term, Value)})
        self.fits = self._fitting()

    def _fitting(self) -> tuple[bool, ...]:
        """Of each cell whether a value with ordinary limits of normal is in it; of one of which no limits are asked it is so."""
        known = ordinary_limits(self.item)
        if known is None or not isinstance(self.item.kind, Number):
            return (True,) * len(self.cells)
        cuts = [cut for one in self.atoms if (cut := _cut(one, known)) is not None]
        values = pieces_of(Interval(self.item.kind.low, self.item.kind.high), tuple(sorted({*self.constants, *cuts})))
        those = {tuple(is_true(atom, Cell(value, known[1], known[0])) for atom in self.atoms) for value in values}
        return tuple(tuple(is_true(atom, cell) for atom in self.atoms) in those for cell in self.cells)

    def costs(self, costs: Sequence[int]) -> tuple[int, ...]:
        """What each cell costs: of what is abnormal anyway the limits of normal that fit it cost nothing, and what lies between
        two values that can be read costs more than these."""
        found = list(costs)
        for place, cell in enumerate(self.cells):
            if costs[place] > BEYOND_NORMAL:
                cost = self._cost_between if self._is_between(cell) else self._cost_with_limits
                found[place] = cost(place, costs)
        return tuple(found)

    def _cost_with_limits(self, place: int, costs: Sequence[int]) -> int:
        alike = [other for other, cell in enumerate(self.cells) if cell.value == self.cells[place].value]
        fitting, least = [costs[other] for other in alike if self.fits[other]], min(costs[other] for other in alike)
        if not fitting or len(fitting) == len(alike) or least <= BEYOND_NORMAL:
            return costs[place]
        return costs[place] - (min(fitting) - least) if self.fits[place] else costs[place] + 1

    def _cost_between(self, place: int, costs: Sequence[int]) -> int:
        beside = (costs[other] for other in (place - 1, place + 1) if 0 <= other < len(costs))
        return max((costs[place], *beside)) + 1

    def in_order(self, costs: Sequence[int]) -> tuple[int, ...]:
        """The cells, which cost this, the most ordinary ones first."""

        def strangeness(place: int) -> tuple[bool, bool, bool, int, bool]:
            cell = self.cells[place]
            only_here = costs[place] <= BEYOND_NORMAL and any(one[place] > BEYOND_NORMAL for one in self.others)
            return not self.fits[place], self._is_between(cell), only_here, self.raised[place], cell.value in self.constants

        places = range(len(self.cells))
        return tuple(sorted(places, key=strangeness) if isinstance(self.item.kind, Number) else places)

    def _is_between(self, cell: Cell) -> bool:
        """Whether a value is between two constants that are near each other, with no more digits than they have: 999.5."""
        value = cell.value
        if isinstance(value, str) or value in self.constants:
            return False
        low = max((one for one in self.constants if one < value), default=None)
        high = min((one for one in self.constants if one > value), default=None)
        return low is not None and high is not None and high - low <= min(_last_digit(low, high), high * _NEAR)


def _cut(atom: Atom, known: tuple[Fraction, Fraction]) -> Fraction | None:
    """The value that is as many times one of these limits of normal as a comparison asks; None of any other one."""
    if not isinstance(atom, Compare) or not isinstance(atom.term, Ratio) or atom.term.limit == "baseline":
        return None
    return atom.constant * known[atom.term.limit == "ULN"]


def _last_digit(*values: Fraction) -> Fraction:
    """What one is in the last decimal place that any of the values has."""
    units = (Fraction(1, 10**places) for places in range(_DIGITS))
    return next((unit for unit in units if all((value / unit).denominator == 1 for value in values)), Fraction(0))
