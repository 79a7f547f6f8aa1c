"""Which amount can be made of units of a few strengths, nearest to, above or below another one, and of how few units.

Everything is counted in the largest common measure of the strengths, in whole numbers, so nothing is rounded twice. For each
number of such steps it is tabulated once of how few units it can be made; the table is as long as ``MOST_STEPS`` lets it be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from protocol.model.dispensing import MOST_STEPS, Rounding, common_measure


def counts(
    amount: Fraction, strengths: Sequence[Fraction], rounding: Rounding, most: int | None = None
) -> tuple[int, ...] | None:
    """How many units of each strength make the amount, rounded by the rule; None where these would be too many.

    All in one unit of measurement, the strengths above 0 and each once. It is rounded to an amount that at most ``most`` units
    make, of which nothing at all is one. Of two that are equally near the lower one counts. Of several ways to make it that of
    the fewest units counts, and of those the one with more units of the largest strength, then of the next one.
    """
    step = common_measure(strengths)
    sizes = tuple(int(strength / step) for strength in strengths)
    wanted = amount / step
    if wanted > MOST_STEPS or max(sizes) > MOST_STEPS:
        return None
    above = math.ceil(wanted) + min(sizes)  # among so many there is a multiple of the smallest strength
    if most is not None:
        above = most * max(sizes)
        if wanted > above or above > MOST_STEPS:
            return None
    fewest = _fewest(tuple(sorted(sizes)), 1 << above.bit_length())
    return _made(_rounded(wanted, fewest, rounding, most), sizes, fewest)


def _rounded(wanted: Fraction, fewest: Sequence[int], rounding: Rounding, most: int | None) -> int:
    """The number of steps that can be made and is the rounded amount."""
    lower, higher = math.floor(wanted), math.ceil(wanted)
    enough = len(fewest) if most is None else most
    while not 0 <= fewest[lower] <= enough:
        lower -= 1
    while not 0 <= fewest[higher] <= enough:
        higher += 1
    match rounding:
        case "up":
            return higher
        case "down":
            return lower
        case "nearest":
            return lower if wanted - lower <= higher - wanted else higher


def _made(steps: int, sizes: tuple[int, ...], fewest: Sequence[int]) -> tuple[int, ...]:
    """The units of each strength, the largest possible one taken first as long as that keeps them fewest."""
    taken = dict.fromkeys(sizes, 0)
    largest_first = sorted(sizes, reverse=True)
    while steps:
        size = next(size for size in largest_first if size <= steps and fewest[steps - size] == fewest[steps] - 1)
        taken[size] += 1
        steps -= size
    return tuple(taken[size] for size in sizes)


@lru_cache(maxsize=32)
def _fewest(sizes: tuple[int, ...], length: int) -> tuple[int, ...]:
    """For each number of steps below ``length`` the fewest units that make it; -1 where none do."""
    found = [0] * length
    for steps in range(1, length):
        ways = [found[steps - size] for size in sizes if size <= steps]
        found[steps] = 1 + min((way for way in ways if way >= 0), default=-2)
    return tuple(found)
