"""Which value must one part of a formula have, so that the formula comes to a given number? It is turned round step by step."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from protocol.model.formula import Constant, Formula, Operation, Part, parts

Values = Mapping[Part, Fraction]


def result(formula: Formula, values: Values) -> Fraction | None:
    """What the formula gives for these values; None where it would divide by zero."""
    match formula:
        case Constant(value):
            return value
        case Operation(sign, left, right):
            one, other = result(left, values), result(right, values)
            return None if one is None or other is None else _joined(sign, one, other)
        case part:
            return values[part]


def _joined(sign: str, one: Fraction, other: Fraction) -> Fraction | None:
    match sign:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return one * other
        case _:
            return one / other if other else None


def value_for(formula: Formula, part: Part, values: Values, wanted: Fraction) -> Fraction | None:
    """The value of a part with which the formula comes to what is wanted; None where there is none, or the part stands twice."""
    match formula:
        case Constant():
            return None
        case Operation(sign, left, right):
            in_left, in_right = part in parts(left), part in parts(right)
            if in_left is in_right:
                return None
            known = result(right if in_left else left, values)
            inner = None if known is None else _turned(sign, known, wanted, left=in_left)
            return None if inner is None else value_for(left if in_left else right, part, values, inner)
        case _:
            return wanted


def _turned(sign: str, known: Fraction, wanted: Fraction, *, left: bool) -> Fraction | None:
    """What the one side must be where the other is known; ``left``: it is the left side that is looked for."""
    match sign:
        case "+":
            return wanted - known
        case "-":
            return wanted + known if left else known - wanted
        case "*":
            return wanted / known if known else None
        case _:
            if left:
                return wanted * known
            return known / wanted if wanted else None
