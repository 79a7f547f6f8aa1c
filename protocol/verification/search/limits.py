"""Which limits of normal make a value so many times each of them? Decimals where there are any, as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

from protocol.model.state import Interval
from protocol.semantics.cells import cells

Limit = Fraction | None
_DIGITS = 6
BEYOND = 1_000
"""How many times the largest multiple that is asked a value is at most."""
Multiple = tuple[Fraction, Fraction, Fraction] | None
"""How many times a limit of normal a value is: one of a piece, and the bounds of the piece, which are not in it."""


def multiples(value: Fraction, ratios: tuple[Fraction, ...]) -> tuple[Multiple, ...]:
    """One of each piece in which the value divided by its limit can lie; None where no multiple of it is asked."""
    if not ratios:
        return (None,)
    if value == 0:
        return ((Fraction(0),) * 3,)
    top = max(ratios) + 1
    pieces = sorted(piece for piece in cells(Interval(Fraction(0), top, open_low=True), ratios) if piece > 0)
    found: list[Multiple] = []
    for place, piece in enumerate(pieces):
        if piece in ratios:
            found.append((piece, piece, piece))
        else:
            last = place + 1 == len(pieces)
            low, high = pieces[place - 1] if place else Fraction(0), top * BEYOND if last else pieces[place + 1]
            found.append((_of_a_decimal(value, piece, low, high), low, high))
    return tuple(found)


def _of_a_decimal(value: Fraction, multiple: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """The multiple, or another one between the bounds, such that the limit of which the value is so many times is a decimal."""
    limit = value / multiple
    if is_decimal(limit):
        return multiple
    units = (Fraction(10) ** power for power in range(_DIGITS, -_DIGITS, -1))
    near = (round(limit / unit) * unit for unit in units)
    return next((value / one for one in near if one > 0 and low < value / one < high), multiple)


def together(value: Fraction, upper: Multiple, lower: Multiple) -> tuple[Limit, Limit]:
    """Multiples of both limits, of which the upper one is not below the lower one if that can be."""
    if upper is None or lower is None or lower[0] >= upper[0]:
        return (upper and upper[0], lower and lower[0])
    low, high = max(upper[1], lower[1]), min(upper[2], lower[2])
    if low < high:
        return (_of_a_decimal(value, low + min(high - low, Fraction(1)) / 2, low, high),) * 2
    if low == high and all(one[0] == low or one[1] < low < one[2] for one in (upper, lower)):
        return low, low
    return upper[0], lower[0]


def limits(value: Fraction, upper: Limit, lower: Limit) -> tuple[Limit, Limit]:
    """The limits of which the value is these multiples."""
    of_value = (None if one is None else value / one if one else Fraction(1) for one in (upper, lower))
    return next(of_value), next(of_value)


def uppers_of(value: Fraction, uppers: tuple[Multiple, ...]) -> tuple[Limit, ...]:
    """The upper limits of which the value is these multiples."""
    return tuple(limits(value, one and one[0], None)[0] for one in uppers)


def that_divides(value: Fraction, piece: Interval, ratios: Iterable[Fraction]) -> Fraction:
    """A value of the same piece that divided by each multiple is a decimal, as limits of normal are, where there is one."""
    whole = lcm(*(one.numerator for one in ratios if one))
    if whole == 1 or is_decimal(value / whole):
        return value
    units = (whole * Fraction(10) ** power for power in range(_DIGITS, -_DIGITS, -1))
    return next((near for unit in units if piece.low < (near := round(value / unit) * unit) < piece.high and near), value)


def is_decimal(value: Limit) -> bool:
    """Whether a limit can be written with a few decimals, or there is none."""
    return value is None or (10**_DIGITS // value.denominator) * value.denominator == 10**_DIGITS
