"""Cutting what a value can be at the constants it is compared with: one representative of each piece is enough."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from protocol.model.state import Interval


def cells(interval: Interval, constants: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """One value of each piece into which the constants cut the interval, in order; a point is one piece."""
    if interval.low == interval.high:
        return (interval.low,)
    inner = [constant for constant in constants if interval.low < constant < interval.high]
    ends = [interval.low, *inner, interval.high]
    between = [(left + right) / 2 for left, right in pairwise(ends)]
    ends_that_matter = [end for end in (interval.low, interval.high) if end in constants and interval.holds(end)]
    return tuple(sorted({*inner, *between, *ends_that_matter}))
