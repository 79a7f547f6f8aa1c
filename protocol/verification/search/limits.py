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
"""How many times the largest multiple that is asked of either limit a value is at most."""
Multiple = tuple[Fraction, Fraction, Fraction] | None
"""How many times a limit of normal a value is: one of a piece, and the bounds of the piece, which are not in it."""


def multiples(value: Fraction, ratios: tuple[Fraction, ...], plausible: Interval, most: Fraction) -> tuple[Multiple, ...]:
    """One of each piece in which the value divided by its limit can lie; None where no multiple of it is asked.

    The limit is ``plausible`` where it can be: a record has no other one. The value is at most so many times it, however few
    times are asked: of the other limit it may be asked whether it is far more.
    """
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
            low, high = pieces[place - 1] if place else Fraction(0), most if last else pieces[place + 1]
            found.append((_between(value, piece, low, high, plausible), low, high))
    return tuple(found)


def _between(value: Fraction, multiple: Fraction, low: Fraction, high: Fraction, plausible: Interval) -> Fraction:
    """The multiple, or another one between the bounds, of a limit that is plausible and a decimal, where there is one."""
    least, most = max(low, value / plausible.high), min(high, value / plausible.low) if plausible.low > 0 else high
    if 0 < least < most:
        low, high = least, most
        multiple = multiple if low < multiple < high else (low + high) / 2
    return _of_a_decimal(value, multiple, low, high)


def _of_a_decimal(value: Fraction, multiple: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """The multiple, or another one between the bounds, such that the limit of which the value is so many times is a decimal."""
    limit = value / multiple
    if is_decimal(limit):
        return multiple
    units = (Fraction(10) ** power for power in range(_DIGITS, -_DIGITS, -1))
    near = (round(limit / unit) * unit for unit in units)
    return next((value / one for one in near if one > 0 and low < value / one < high), multiple)


def together(value: Fraction, upper: Multiple, lower: Multiple, plausible: Interval) -> tuple[Limit, Limit]:
    """Multiples of both limits, of which the upper one is not below the lower one if that can be."""
    if upper is None or lower is None or lower[0] >= upper[0]:
        return (upper and upper[0], lower and lower[0])
    low, high = max(upper[1], lower[1]), min(upper[2], lower[2])
    if low < high:
        return (_between(value, low + min(high - low, Fraction(1)) / 2, low, high, plausible),) * 2
    if low == high and all(one[0] == low or one[1] < low < one[2] for one in (upper, lower)):
        return low, low
    return upper[0], lower[0]


def limits(value: Fraction, upper: Limit, lower: Limit, plausible: Interval) -> tuple[Limit, Limit]:
    """The limits of which the value is these multiples."""
    any_limit = min(Fraction(1), plausible.high)
    of_value = (None if one is None else value / one if one else any_limit for one in (upper, lower))
    return next(of_value), next(of_value)


def uppers_of(value: Fraction, uppers: tuple[Multiple, ...], plausible: Interval) -> tuple[Limit, ...]:
    """The upper limits of which the value is these multiples."""
    return tuple(limits(value, one and one[0], None, plausible)[0] for one in uppers)


def of_plausible_limits(
    piece: Interval, of_upper: Iterable[Fraction], of_lower: Iterable[Fraction], plausible: Interval
) -> Interval | None:
    """The values of a piece of which each can be all the multiples of plausible limits that any value of it can be."""
    uppers = tuple(of_upper)
    above = [one * plausible.low for one in uppers if one * plausible.low < piece.high]
    below = [one * plausible.high for one in (*uppers, *of_lower) if one * plausible.high > piece.low]
    low, high = max([piece.low, *above]), min([piece.high, *below])
    return Interval(low, high) if low < high else None


def are_plausible(upper: Limit, lower: Limit, plausible: Interval) -> bool:
    """Whether a record can have these limits of normal."""
    return (upper is None or plausible.holds(upper)) and (lower is None or for_lower(plausible).holds(lower))


def for_lower(plausible: Interval) -> Interval:
    """What a lower limit of normal can be: laboratories print 0 also of what is never 0."""
    return Interval(min(plausible.low, Fraction(0)), plausible.high)


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
