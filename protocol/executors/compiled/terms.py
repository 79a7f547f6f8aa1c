"""What can be read of an input, and as which code is it kept: its value, and how many times a limit of normal it is?

The codes of a term with n cells: 0 to n-1 a cell; n not known; n+1 the limit of normal is missing; then the ranges of cells,
of a value that was read as a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from attrs import frozen

from protocol.executors.compiled.axes import bits, ranges
from protocol.executors.compiled.cuts import Cells, cells_of, whole_cells
from protocol.model.guard import Atom, Compare, Is
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.state import Interval

BOTH = ("no", "yes")
LIMITS = ("ULN", "LLN")


@frozen(eq=False)
class Term:
    """A value of an input (``limit`` empty), or the value in multiples of that limit of normal. ``options`` of a choice.

    For a lowest or highest value ``limit`` is the name of the tracker; the ends of a bound that was read then count as reached.
    """

    place: int
    input: int
    limit: str
    cells: Cells
    options: tuple[str, ...]
    masks: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.options) or self.cells.size

    @property
    def unknown(self) -> int:
        """The code of what is not known."""
        return self.size

    @property
    def without_limit(self) -> int:
        """The code of a value whose record has no such limit."""
        return self.size + 1

    def code(self, low: int, high: int) -> int:
        """The code of a range of cells."""
        if low == high:
            return low
        before = low * self.size - low * (low + 1) // 2
        return self.size + 2 + before + high - low - 1

    def true_of(self, atom: Atom) -> int:
        """The cells, as bits, for which a comparison of this term is true."""
        if isinstance(atom, Is):
            return 1 << self.options.index(atom.option) if atom.option in self.options else 0
        return self.cells.true_of(atom.operator, atom.constant)


def term_of(place: int, number: int, item: Input, limit: str, atoms: Sequence[Atom]) -> Term:
    """What is kept of an input for these comparisons."""
    compared = [atom for atom in atoms if isinstance(atom, Compare)]
    match item.kind:
        case Choice(options):
            return _term(place, number, limit, Cells(()), options, (0, len(options) - 1))
        case YesNo():
            return _term(place, number, limit, Cells(()), BOTH, (0, 1))
        case Grade():
            cells = whole_cells(compared, 0, 5)
            return _term(place, number, limit, cells, (), (0, cells.size - 1))
        case Number(_, low, high):
            cells = cells_of(compared)
            return _term(place, number, limit, cells, (), cells.range_of(_anything(limit, low, high, compared)))


def sum_term(atoms: Sequence[Compare]) -> Term:
    """What is kept of the cumulative dose for these comparisons."""
    cells = cells_of(atoms)
    return _term(-1, -1, "sum", cells, (), (0, cells.size - 1))


def _anything(limit: str, low: Fraction, high: Fraction, atoms: Sequence[Compare]) -> Interval:
    """All that the term can be: what is plausible, or any multiple of a limit of normal above none."""
    if limit not in (*LIMITS, "baseline"):
        return Interval(low, high)
    beyond = max((atom.constant for atom in atoms), default=Fraction(0)) + 1
    return Interval(Fraction(0), beyond, open_low=True)


def _term(place: int, number: int, limit: str, cells: Cells, options: tuple[str, ...], anything: tuple[int, int]) -> Term:
    size, free = len(options) or cells.size, bits(*anything)
    masks = (*(1 << cell for cell in range(size)), free, free, *(bits(low, high) for low, high in ranges(size)))
    return Term(place, number, limit, cells, options, masks)
