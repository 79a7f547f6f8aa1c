"""Sums, products and quotients of what values can be: exact, with the ends that are left out left out.

Each is the set of all results of one value on the left with one on the right.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from protocol.model.state import Interval

End = tuple[Fraction, bool]
"""A number, and whether it is reached."""


def _low(value: Interval) -> End:
    return value.low, not value.open_low


def _high(value: Interval) -> End:
    return value.high, not value.open_high


def added(left: Interval, right: Interval) -> Interval:
    """Every sum of the two."""
    return Interval(
        left.low + right.low, left.high + right.high, left.open_low or right.open_low, left.open_high or right.open_high
    )


def negative(value: Interval) -> Interval:
    """Every value with its sign turned."""
    return Interval(-value.high, -value.low, value.open_high, value.open_low)


def multiplied(left: Interval, right: Interval) -> Interval:
    """Every product of the two."""
    return _between(left, right, lambda one, other: one * other)


def divided(left: Interval, right: Interval) -> Interval | None:
    """Every quotient of the two; None where the divisor can be, or comes arbitrarily near to, zero."""
    if right.low <= 0 <= right.high:
        return None
    return _between(left, right, lambda one, other: one / other)


def _between(left: Interval, right: Interval, compute: Callable[[Fraction, Fraction], Fraction]) -> Interval:
    """From the least to the greatest result of the ends; zero times anything is reached, even if the other end is not."""
    corners: dict[Fraction, bool] = {}
    for one, reached in (_low(left), _high(left)):
        for other, also in (_low(right), _high(right)):
            result = compute(one, other)
            by_zero = (one == 0 and reached) or (other == 0 and also)
            corners[result] = corners.get(result, False) or (reached and also) or by_zero
    low, high = min(corners), max(corners)
    return Interval(low, high, not corners[low], not corners[high])


def within(value: Interval, low: Fraction, high: Fraction) -> Interval | None:
    """The part of the values from ``low`` to ``high``; None where there is none."""
    return common(value, Interval(low, high))


def common(one: Interval, other: Interval) -> Interval | None:
    """The values that lie in both; None where there are none."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    open_low = any(value.open_low and value.low == low for value in (one, other))
    open_high = any(value.open_high and value.high == high for value in (one, other))
    if low > high or (low == high and (open_low or open_high)):
        return None
    return Interval(low, high, open_low, open_high)
