"""A guard is data: a condition on readings, trackers and clocks. What it means is said elsewhere, once per meaning.

Every meaning is one ``match`` over the nodes of this file and fails on a node that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from protocol.model.quantity import exact
from protocol.model.regimen import Per

Operator = Literal["<", "<=", ">", ">=", "==", "!="]
Limit = Literal["ULN", "LLN", "baseline"]
ClockName = Literal["start", "state", "dose change", "dose raised", "dose lowered", "hold", "treatment"]


@frozen
class Value:
    """The value of an input, in the unit of its declaration (a grade is its number)."""

    input: str


@frozen
class Ratio:
    """The value of an input divided by the upper or lower limit of normal of its own laboratory record, or by its baseline.

    The baseline is the last accepted reading up to the first dose, the visit of the first dose included.
    """

    input: str
    limit: Limit


@frozen
class GradeOf:
    """The grade that a measured input has by the criteria its declaration names."""

    input: str


@frozen
class Tracked:
    """What a tracker holds: a count, a duration in minutes, or a lowest or highest value."""

    tracker: str


@frozen
class Clock:
    """Minutes since an event: ``start``, entry into this control ``state``, last ``dose change``,
    last time the ``dose raised`` or the ``dose lowered``, begin of ``hold``; or, for ``treatment``, minutes during which drug
    was in force."""

    name: ClockName


@frozen
class CumulativeDose:
    """The drug taken so far, in ``unit`` of amounts, ``per`` body size where the levels are."""

    unit: str
    per: Per = ""

    def __str__(self) -> str:
        return "cumulative dose"


Term = Value | Ratio | GradeOf | Tracked | Clock | CumulativeDose


@frozen
class Always:
    """True at every visit."""


@frozen
class Compare:
    """A term against a constant. ``early`` widens a clock's ``>=`` by a visit window: it comes due that many minutes before.

    ``late`` is the other side of the window: until then the action is on time.
    """

    term: Term
    operator: Operator
    constant: Fraction = field(converter=exact)
    early: int = 0
    late: int = 0


@frozen
class Is:
    """A choice input has this option; a yes-or-no input is ``yes`` or ``no``."""

    input: str
    option: str


@frozen
class Known:
    """The input has a valid value; with ``within``, one observed at most that many minutes ago.

    It asks what is known, not what is so; for every completion of what is missing it stays as it is.
    """

    input: str
    within: int | None = None


@frozen
class Named:
    """A derived input, or an interpretation whose chosen reading is a guard."""

    name: str


@frozen
class Not:
    part: Guard


@frozen
class And:
    parts: tuple[Guard, ...]


@frozen
class Or:
    parts: tuple[Guard, ...]


Guard = Always | Compare | Is | Known | Named | Not | And | Or
Atom = Compare | Is


def nodes(guard: Guard) -> Iterator[Guard]:
    """The guard and everything in it, outermost first, left to right. Named guards are not opened."""
    yield guard
    match guard:
        case Not(part):
            yield from nodes(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from nodes(part)
        case Always() | Compare() | Is() | Known() | Named():
            return
