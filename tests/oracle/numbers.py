"""What a derived number can be, by trying the ends and the middle of every part in every combination.

A formula in which each part stands once goes up or down with each of them, so no result lies beyond those of the ends; one
that is reached anywhere is reached there or in the middle.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from protocol.model.formula import Constant, Operation
from protocol.model.state import Held, Interval

SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
Results = dict[Fraction, bool]
"""Each result, and whether it is reached."""


def results(formula: Any, values: Mapping[Any, Interval]) -> Results | None:
    """The results of ends and middles; None where a divisor may be zero."""
    if isinstance(formula, Constant):
        return {formula.value: True}
    if not isinstance(formula, Operation):
        value = values[formula]
        return {(value.low + value.high) / 2: True, value.low: not value.open_low, value.high: not value.open_high}
    left, right = results(formula.left, values), results(formula.right, values)
    if left is None or right is None or (formula.sign == "/" and min(right) <= 0 <= max(right)):
        return None
    found: Results = {}
    for one, reached in left.items():
        for other, also in right.items():
            result = SIGNS[formula.sign](one, other)
            found[result] = found.get(result, False) or (reached and also)
    return found


def plausible(found: Results, low: Fraction, high: Fraction) -> Interval | None:
    """The results from ``low`` to ``high``."""
    least, greatest = min(found), max(found)
    open_low, open_high = least >= low and not found[least], greatest <= high and not found[greatest]
    least, greatest = max(least, low), min(greatest, high)
    empty = least > greatest or (least == greatest and (open_low or open_high))
    return None if empty else Interval(least, greatest, open_low, open_high)


def nearest(history: tuple[Held, ...], name: str, when: int, before: int, after: int) -> Held | None:
    """The reading nearest to a time that is not more than so far from it."""
    near = [held for held in history if held.input == name and when - before <= held.observed <= when + after]
    return sorted(near, key=lambda held: (abs(when - held.observed), held.observed))[0] if near else None
