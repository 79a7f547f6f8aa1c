"""Which value stands for a cell in a course that people read? One of few digits: clearly normal, or near the bound it misses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import floor, log10

from attrs import evolve, frozen

from protocol.model.course import Observation
from protocol.model.input import Number
from protocol.verification.search.axes import Axis, Cell
from protocol.verification.search.limits import is_decimal
from protocol.verification.search.ordinary import ordinary_limits

LIMITS = (Fraction(10), Fraction(100), Fraction(1), Fraction(1, 2))
"""Upper limits of normal of examples, of which a multiple is seen at a glance."""
_DIGITS = 6
NORMAL = Fraction(1, 2)
"""A multiple of the upper limit of normal that is clearly normal."""


@frozen
class Piece:
    """Values between two bounds, which are not among them; None where there is no bound but the plausible one, or none at all.

    Where both are the same it is that one value. ``worse`` is the worse end of such a number; ``whole``: it counts something, or
    names a class.
    """

    low: Fraction
    high: Fraction | None
    low_cut: bool
    high_cut: bool
    worse: str = ""
    whole: bool = False

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.low == self.high

    def holds(self, value: Fraction) -> bool:
        """Whether a value lies in it."""
        if self.is_point:
            return value == self.low
        above = value > self.low if self.low_cut else value >= self.low
        return above and (self.high is None or (value < self.high if self.high_cut else value <= self.high))


def piece_of(
    value: Fraction, values: Iterable[Fraction], low: Fraction, high: Fraction | None, *, cut_low: bool = False
) -> Piece:
    """The piece of which a representative is given among those of all pieces: points and what lies between them take turns."""
    ordered = sorted(set(values))
    place = ordered.index(value)
    if low == high or (place % 2 == 0) is (ordered[0] == low):
        return Piece(value, value, True, True)
    below, above = place > 0, place + 1 < len(ordered)
    return Piece(ordered[place - 1] if below else low, ordered[place + 1] if above else high, below or cut_low, above)


def value_in(piece: Piece) -> Fraction:
    """A value of few digits in a piece: not far from its bound where it has one, in the middle where it has two."""
    if piece.is_point:
        return piece.low
    for wanted in (_wanted(piece), _middle(piece)):
        for found in (*_whole(piece, wanted), *(_rounded(wanted, digits) for digits in range(1, 7))):
            if piece.holds(found):
                return found
    return _middle(piece)


def _whole(piece: Piece, wanted: Fraction) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, (round(wanted), floor(wanted), floor(wanted) + 1))) if piece.whole else ()


def _wanted(piece: Piece) -> Fraction:
    """Far from the bound on the side that is not the worse one, as who is well is; near it on the other, so that it is seen."""
    if piece.low_cut and not piece.high_cut and piece.low > 0:
        return piece.low * (2 if piece.worse == "low" else Fraction(13, 10))
    if piece.high_cut and piece.high is not None and piece.high > 0 and piece.low >= 0 and not (piece.low_cut and piece.low > 0):
        near = piece.worse == "low" or piece.low > 0
        return piece.low + (piece.high - piece.low) * (Fraction(8, 10) if near else Fraction(1, 2))
    return _middle(piece)


def _middle(piece: Piece) -> Fraction:
    return piece.low + 1 if piece.high is None else (piece.low + piece.high) / 2


def _rounded(value: Fraction, digits: int) -> Fraction:
    if value == 0:
        return value
    unit = Fraction(10) ** (floor(log10(abs(value))) - digits + 1)
    return round(value / unit) * unit


def in_few_digits(value: Fraction) -> tuple[Fraction, ...]:
    """The value with few digits, and with more and more of them."""
    return tuple(_rounded(value, digits) for digits in range(1, 7))


# Readings


def piece_at(axis: Axis, cell: int) -> Piece:
    """The values of a number that its cell stands for."""
    kind, value = axis.item.kind, axis.cells[cell].value
    assert not isinstance(value, str)
    if not isinstance(kind, Number):
        return Piece(value, value, True, True)
    numbers = (one.value for one in axis.pieces if not isinstance(one.value, str))
    found = piece_of(value, numbers, kind.low, kind.high)
    return evolve(found, worse=axis.item.worse, whole=kind.unit == "1" and kind.low.denominator == kind.high.denominator == 1)


def observation(axis: Axis, cell: int, *, limits: bool = True, exact: bool = False) -> Observation:
    """A reading in a cell, with the limits of normal that are asked; ``exact``: the value and limits of the cell itself."""
    shown = axis.cells[cell]
    if isinstance(shown.value, str):
        return Observation(axis.name, shown.value)
    if shown.upper is None and shown.lower is None:
        return Observation(axis.name, shown.value if exact else value_in(piece_at(axis, cell)))
    value, lower, upper = (shown.value, shown.lower, shown.upper) if exact else _with_limits(axis, cell)
    return Observation(axis.name, value, lower=lower, upper=upper) if limits else Observation(axis.name, value)


Limited = tuple[Fraction, Fraction | None, Fraction | None]


def _with_limits(axis: Axis, cell: int) -> Limited:
    """The value with its lower and upper limit of normal; those of the cell where no readable ones fit together."""
    shown, values = axis.cells[cell], piece_at(axis, cell)
    assert not isinstance(shown.value, str)
    if (found := next(_with_ordinary(axis, shown, values), None)) is not None:
        return found
    one = shown.upper if shown.upper is not None else shown.lower
    assert one is not None
    multiples = _multiples(axis, shown, upper=shown.upper is not None)
    multiple = NORMAL if shown.upper is not None and multiples.holds(NORMAL) else value_in(multiples)
    for limit in LIMITS:
        value = multiple * limit
        if values.holds(value) and _is_plausible(axis, limit):
            found = _both(axis, shown, value, limit)
            if found is not None:
                return found
    return shown.value, shown.lower, shown.upper


def _with_ordinary(axis: Axis, shown: Cell, values: Piece) -> Iterator[Limited]:
    """Values of the cell with ordinary limits of normal, that in the middle of these first; a limit that is asked, and that the
    cell does not have, is on no record."""
    known = ordinary_limits(axis.item)
    if known is None:
        return
    lower, upper = known
    of_upper = None if shown.upper is None else _multiples(axis, shown, upper=True)
    of_lower = None if shown.lower is None else _multiples(axis, shown, upper=False)
    ends = [value_in(of) * limit for of, limit in ((of_upper, upper), (of_lower, lower)) if of is not None]
    for value in ((lower + upper) / 2, *ends, value_in(values)):
        if values.holds(value) and _are_of(of_upper, value, upper) and _are_of(of_lower, value, lower):
            yield (
                value,
                lower if of_lower is not None or not any(one.lower is not None for one in axis.pieces) else None,
                upper if of_upper is not None or not any(one.upper is not None for one in axis.pieces) else None,
            )


def _are_of(multiples: Piece | None, value: Fraction, limit: Fraction) -> bool:
    return multiples is None or (limit > 0 and multiples.holds(value / limit))


def _both(axis: Axis, shown: Cell, value: Fraction, limit: Fraction) -> Limited | None:
    if shown.upper is None:
        return value, limit, None
    if shown.lower is None:
        # A lower limit of 0, which says nothing, so that nobody reads a single one as a number below 0.
        return value, None if any(one.lower is not None for one in axis.pieces) else Fraction(0), limit
    multiples = _multiples(axis, shown, upper=False)
    lower = _decimal_limit(value, multiples) if value else shown.lower
    return (value, lower, limit) if lower is not None and lower <= limit else None


def _decimal_limit(value: Fraction, multiples: Piece) -> Fraction | None:
    """A limit that a table can write, of which the value is one of these multiples; None where there is none."""
    exact = value / value_in(multiples)
    units = (Fraction(10) ** power for power in range(_DIGITS, -_DIGITS, -1))
    found = (exact, *(round(exact / unit) * unit for unit in units))
    return next((one for one in found if one > 0 and is_decimal(one) and multiples.holds(value / one)), None)


def _multiples(axis: Axis, shown: Cell, *, upper: bool) -> Piece:
    """The multiples of a limit of normal that the cell stands for."""
    cells = [one for one in axis.pieces if one.value == shown.value and not isinstance(one.value, str)]
    found = {one.value / limit for one in cells if (limit := one.upper if upper else one.lower)}  # type: ignore[operator]
    limit = shown.upper if upper else shown.lower
    assert limit is not None and not isinstance(shown.value, str)
    if shown.value == 0:
        return Piece(Fraction(0), Fraction(0), True, True)
    return piece_of(shown.value / limit, found, Fraction(0), None, cut_low=True)


def _is_plausible(axis: Axis, limit: Fraction) -> bool:
    kind = axis.item.kind
    return isinstance(kind, Number) and kind.low <= limit <= kind.high and limit > 0
