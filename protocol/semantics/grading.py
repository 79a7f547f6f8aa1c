"""The grade of a laboratory value by published toxicity criteria, as a number and as the guard that asks for it.

The criteria are tables in ``criteria/``: a value beyond a bound, in the worse direction, has at least that grade. So the
grades of a term nest, and a missing limit of normal leaves open only the grades that are defined by it: without the lower
limit, platelets of 90 are grade 0 or 1, and platelets of 60 are grade 2 and nothing else.

Where the printed range of platelets grade 1 (below LLN, down to "<75.0") leaves 75 itself in no grade, 75 is grade 1, as
grade 2 begins below it. Only the scales for all studies are here, not those "if specified in the protocol".
"""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

from attrs import frozen

from protocol.errors import NotationError
from protocol.model import quantity
from protocol.model.guard import Always, And, Compare, Guard, Limit, Not, Operator, Or, Ratio, Value

_TABLES = {"CTC 2.0": "ctc-2.0.csv"}

CRITERIA: tuple[str, ...] = tuple(_TABLES)
"""The criteria that there are, with their versions."""

_WORSE: dict[str, Literal["low", "high"]] = {"low": "low", "high": "high"}
_LIMITS: dict[str, Limit | None] = {"": None, "LLN": "LLN", "ULN": "ULN"}

# What reports and papers call the same terms.
_ALSO = {
    "anc": "neutrophils", "agc": "neutrophils", "granulocytes": "neutrophils", "wbc": "leukocytes", "hemoglobin": "haemoglobin",
    "lymphopenia": "lymphocytes", "sgpt": "alt", "sgot": "ast", "alp": "alkaline phosphatase",
}  # fmt: skip

_BEYOND: dict[tuple[str, bool], Operator] = {("low", False): "<", ("low", True): "<=", ("high", False): ">", ("high", True): ">="}


@frozen
class Bound:
    """Beyond this bound the grade is at least ``grade``; ``inclusive`` counts the bound itself as beyond.

    The bound is a number in ``unit``, or a multiple of the limit of normal that it is ``relative_to``.
    """

    grade: int
    bound: Fraction
    inclusive: bool
    relative_to: Limit | None
    unit: str
    source: str
    unverified: str


@frozen
class Scale:
    """The grades of one term: which end of its values is the ``worse`` one, and the bounds as published."""

    criteria: str
    term: str
    worse: Literal["low", "high"]
    bounds: tuple[Bound, ...]

    @property
    def highest(self) -> int:
        """The highest grade that a value can have; grade 5 is death, which no value is."""
        return max(bound.grade for bound in self.bounds)


def terms(criteria: str) -> tuple[str, ...]:
    """The terms of the criteria, in the order of their table."""
    return tuple(scale.term for scale in _scales(criteria))


def scale(criteria: str, term: str) -> Scale:
    """The grades of a term, with the source of each bound; raises NotationError with the terms that there are."""
    wanted = _ALSO.get(term.strip().casefold(), term.strip().casefold())
    for found in _scales(criteria):
        if found.term.casefold() == wanted:
            return found
    raise NotationError(f"'{term}' is not a term of {criteria}", f"Terms: {', '.join(terms(criteria))}.")


def at_least(criteria: str, term: str, input: str, grade: int | Fraction, unit: str) -> Guard:
    """The guard that says that the grade of an input, declared in ``unit``, is at least ``grade``."""
    return compare_grade(criteria, term, input, unit, ">=", grade)


def compare_grade(criteria: str, term: str, input: str, unit: str, operator: Operator, grade: int | Fraction) -> Guard:
    """The guard that compares the grade of an input, declared in ``unit``, with a constant grade."""
    graded = scale(criteria, term)
    here = _whole_grade(graded, grade)
    reached, passed = _reached(graded, input, unit, here), _reached(graded, input, unit, here + 1)
    match operator:
        case ">=":
            return reached
        case ">":
            return passed
        case "<":
            return _negated(reached)
        case "<=":
            return _negated(passed)
        case "==":
            return _both(reached, _negated(passed))
        case "!=":
            return _negated(_both(reached, _negated(passed)))


def grade_of(
    criteria: str, term: str, value: Fraction, unit: str, lower: Fraction | None, upper: Fraction | None
) -> tuple[int, ...]:
    """Every grade that the value can have, lowest first; more than one where a limit of normal that matters is missing."""
    graded = scale(criteria, term)
    limits: dict[Limit, Fraction | None] = {"LLN": lower, "ULN": upper}
    beyond = [(bound.grade, _is_beyond(graded, bound, value, unit, limits)) for bound in _bounds_for(graded, unit)]
    lowest = max((grade for grade, passed in beyond if passed), default=0)
    return (lowest, *sorted({grade for grade, passed in beyond if passed is None and grade > lowest}))


def _is_beyond(graded: Scale, bound: Bound, value: Fraction, unit: str, limits: dict[Limit, Fraction | None]) -> bool | None:
    # A multiple of the limit, not a quotient by it: a lower limit of normal of 0 is real, and nothing lies below it.
    limit = limits[bound.relative_to] if bound.relative_to else quantity.convert(Fraction(1), bound.unit, unit)
    if limit is None:
        return None
    edge = bound.bound * limit
    return (bound.inclusive and value == edge) or (value < edge if graded.worse == "low" else value > edge)


def _reached(graded: Scale, input: str, unit: str, grade: int) -> Guard:
    """That the grade is at least ``grade``: beyond any bound of it or of a worse grade, of which the loosest speak for all."""
    if grade == 0:
        return Always()
    loosest: dict[Limit | None, Bound] = {}
    for bound in sorted(_bounds_for(graded, unit), key=lambda bound: -bound.grade):
        if bound.grade >= grade:
            loosest[bound.relative_to] = bound
    parts = tuple(_beyond(graded, bound, input, unit) for bound in loosest.values())
    return (parts[0] if len(parts) == 1 else Or(parts)) if parts else Not(Always())


def _beyond(graded: Scale, bound: Bound, input: str, unit: str) -> Compare:
    operator = _BEYOND[graded.worse, bound.inclusive]
    if bound.relative_to:
        return Compare(Ratio(input, bound.relative_to), operator, bound.bound)
    return Compare(Value(input), operator, quantity.convert(bound.bound, bound.unit, unit))


def _negated(guard: Guard) -> Guard:
    return guard.part if isinstance(guard, Not) else Not(guard)


def _both(left: Guard, right: Guard) -> Guard:
    if left == Always():
        return right
    return left if right == Always() else And((left, right))


def _bounds_for(graded: Scale, unit: str) -> tuple[Bound, ...]:
    """The bounds that a value in this unit can be held against: those of its kind, and those relative to a limit."""
    kind = quantity.unit(unit).measures
    absolute = tuple(bound for bound in graded.bounds if not bound.relative_to)
    fitting = tuple(bound for bound in absolute if quantity.unit(bound.unit).measures == kind)
    if absolute and not fitting:
        units = ", ".join(dict.fromkeys(bound.unit for bound in absolute))
        raise NotationError(f"{graded.criteria} does not grade {graded.term} in '{unit}'", f"Declare the input in {units}.")
    return tuple(bound for bound in graded.bounds if bound.relative_to or bound in fitting)


def _whole_grade(graded: Scale, grade: int | Fraction) -> int:
    if grade in range(graded.highest + 1):
        return int(grade)
    raise NotationError(
        f"{graded.criteria} has no grade {grade} for a value of {graded.term}",
        f"Grades: {', '.join(map(str, range(graded.highest + 1)))}.",
    )


@cache
def _scales(criteria: str) -> tuple[Scale, ...]:
    if criteria not in _TABLES:
        raise NotationError(f"there are no criteria '{criteria}'", f"Criteria: {', '.join(CRITERIA)}.")
    bounds: dict[tuple[str, Literal["low", "high"]], list[Bound]] = {}
    table = (Path(__file__).parent / "criteria" / _TABLES[criteria]).read_text(encoding="utf-8")
    for row in csv.DictReader(table.splitlines()):
        bounds.setdefault((row["term"], _WORSE[row["worse"]]), []).append(_bound(row))
    return tuple(Scale(criteria, term, worse, tuple(found)) for (term, worse), found in bounds.items())


def _bound(row: dict[str, str]) -> Bound:
    return Bound(
        grade=int(row["grade"]),
        bound=quantity.exact(row["bound"]),
        inclusive=row["inclusive"] == "yes",
        relative_to=_LIMITS[row["relative to"]],
        unit=row["unit"],
        source=row["source"],
        unverified=row["unverified"],
    )
