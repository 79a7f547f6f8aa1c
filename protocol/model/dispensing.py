"""In which strengths a drug is dispensed, and what that makes of a dose: so many units of each, rounded by a stated rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from attrs import frozen

from protocol.model.regimen import Amount
from protocol.model.rule import Citation

Rounding = Literal["nearest", "up", "down"]

MOST_STEPS = 50_000
"""So many times the largest common measure of the strengths is the most that is counted out, of an amount and of a strength."""


@frozen
class Dispensing:
    """The strengths of one unit (a tablet, a vial), and how an amount is rounded to what can be made of them.

    ``most`` is how many units one administration may be at most; None: any number. ``size`` names the number, in kg or m2, by
    which amounts per body size are multiplied; empty where none is needed.
    """

    strengths: tuple[Amount, ...]
    round: Rounding
    most: int | None = None
    size: str = ""
    source: Citation | None = None
    note: str = ""
    unverified: str = ""


@frozen
class Units:
    """So many units of one strength."""

    count: int
    strength: Amount

    def __str__(self) -> str:
        return f"{self.count} x {self.strength}"


@frozen
class Dispensed:
    """What is dispensed for each administration of a dose: the exact ``amount``, the ``rounded`` one and its ``units``.

    The units are the fewest that make the rounded amount, the largest strength first; none where it is rounded to nothing.
    ``size`` is the body size that the amount was computed with, None where the dose is the same for everybody. ``missing``
    names the input without which there is no amount. ``rounded`` None beside an amount: that would be too many units.
    """

    amount: Amount | None
    rounded: Amount | None = None
    units: tuple[Units, ...] = ()
    size: Fraction | None = None
    missing: str = ""

    def __str__(self) -> str:
        if self.amount is None:
            return f"{self.missing} missing"
        if self.rounded is None:
            return f"{self.amount} in too many units"
        return str(self.rounded) + (f" ({', '.join(map(str, self.units))})" if self.units else "")


def common_measure(strengths: Sequence[Fraction]) -> Fraction:
    """The largest amount of which each strength is a whole multiple."""
    denominator = math.lcm(*(strength.denominator for strength in strengths))
    return Fraction(math.gcd(*(int(strength * denominator) for strength in strengths)), denominator)


def say_strengths(dispensing: Dispensing) -> str:
    """``150 mg and 500 mg``."""
    *rest, last = (str(strength) for strength in dispensing.strengths)
    return f"{', '.join(rest)} and {last}" if rest else last


def say_units(count: int) -> str:
    """``6 units``."""
    return "1 unit" if count == 1 else f"{count} units"
