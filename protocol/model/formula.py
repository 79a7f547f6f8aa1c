"""A formula is data: arithmetic over measured numbers. What it means is said elsewhere, once per meaning.

Every meaning is one ``match`` over the nodes of this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from protocol.model.quantity import exact

Sign = Literal["+", "-", "*", "/"]


@frozen
class Constant:
    """A number that is written in the formula."""

    value: Fraction = field(converter=exact)


@frozen
class Current:
    """The value of a measured number that is valid when the formula is asked."""

    input: str


@frozen
class Baseline:
    """The last accepted reading of a measured number up to the first dose."""

    input: str


@frozen
class Earlier:
    """The reading of a measured number observed ``ago`` minutes before the formula is asked, within the window."""

    input: str
    ago: int


@frozen
class Operation:
    """A sum, difference, product or quotient."""

    sign: Sign
    left: Formula
    right: Formula


Part = Current | Baseline | Earlier
Formula = Constant | Part | Operation


def parts(formula: Formula) -> tuple[Part, ...]:
    """What the formula asks, from left to right, each once."""
    return tuple(dict.fromkeys(_parts(formula)))


def _parts(formula: Formula) -> Iterator[Part]:
    match formula:
        case Operation(_, left, right):
            yield from _parts(left)
            yield from _parts(right)
        case Current() | Baseline() | Earlier():
            yield formula
        case Constant():
            return
