"""Which grades of toxicity do published criteria give to a laboratory value, and where does each bound come from?

The criteria are tables in ``criteria/``: a value beyond a bound, in the worse direction, has at least that grade. So the
grades of a term nest. Where the printed range of platelets grade 1 (below LLN, down to "<75.0") leaves 75 itself in no grade,
75 is grade 1, as grade 2 begins below it. Only the scales for all studies are here, not those "if specified in the protocol".

From version 5.0 on some terms have a second scale, in multiples of the baseline, for patients whose baseline was abnormal. That
is read as above the upper limit of normal, as version 6.0 words it; there creatinine has one for a baseline that was low.
"""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

from attrs import frozen

from protocol.errors import NotationError
from protocol.model import quantity
from protocol.model.guard import Limit

_TABLES = {
    "CTC 2.0": "ctc-2.0.csv",
    "CTCAE 3.0": "ctcae-3.0.csv",
    "CTCAE 4.03": "ctcae-4.03.csv",
    "CTCAE 5.0": "ctcae-5.0.csv",
    "CTCAE 6.0": "ctcae-6.0.csv",
}

CRITERIA: tuple[str, ...] = tuple(_TABLES)
"""The criteria that there are, with their versions, oldest first."""

Baseline = Literal["normal", "high", "low"]
"""What the baseline was: ``high``, above the upper limit of normal, or else ``normal``; ``low``, below the lower one."""

_WORSE: dict[str, Literal["low", "high"]] = {"low": "low", "high": "high"}
_LIMITS: dict[str, Limit | None] = {"": None, "LLN": "LLN", "ULN": "ULN", "baseline": "baseline"}
_BASELINES: dict[str, Baseline | None] = {"": None, "normal": "normal", "high": "high", "low": "low"}

# What reports and papers call the same terms.
_ALSO = {
    "anc": "neutrophils", "agc": "neutrophils", "granulocytes": "neutrophils", "wbc": "leukocytes", "hemoglobin": "haemoglobin",
    "lymphopenia": "lymphocytes", "sgpt": "alt", "sgot": "ast", "alp": "alkaline phosphatase",
}  # fmt: skip
_AS_CALLED = re.compile(r"(?:NCI\s+)?CTC(?:AE)?[\s-]*v?(?:ersion\s*)?(\d+(?:\.\d+)?)", re.IGNORECASE)


@frozen
class Bound:
    """Beyond this bound the grade is at least ``grade``; ``inclusive`` counts the bound itself as beyond.

    The bound is a number in ``unit``, or a multiple of the limit of normal, or of the baseline, that it is ``relative_to``. It
    counts if the ``baseline`` was so; None: always.
    """

    grade: int
    bound: Fraction
    inclusive: bool
    relative_to: Limit | None
    unit: str
    baseline: Baseline | None
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

    def bounds_for(self, unit: str) -> tuple[Bound, ...]:
        """The bounds that a value in this unit can be held against: those of its kind, and those relative to a limit."""
        kind = quantity.unit(unit).measures
        absolute = tuple(bound for bound in self.bounds if not bound.relative_to)
        fitting = tuple(bound for bound in absolute if quantity.unit(bound.unit).measures == kind)
        if absolute and not fitting:
            units = ", ".join(dict.fromkeys(bound.unit for bound in absolute))
            raise NotationError(f"{self.criteria} does not grade {self.term} in '{unit}'", f"Declare the input in {units}.")
        return tuple(bound for bound in self.bounds if bound.relative_to or bound in fitting)


def named(criteria: str) -> str:
    """The criteria that are meant, however they are called ('ctcae v5'); raises NotationError with those that there are."""
    match = _AS_CALLED.fullmatch(criteria.strip())
    for known in CRITERIA if match else ():
        assert match
        if Fraction(known.split()[1]) == Fraction(match[1]):
            return known
    raise _no_criteria(criteria)


def terms(criteria: str) -> tuple[str, ...]:
    """The terms of the criteria, in the order of their table."""
    return tuple(scale.term for scale in scales(criteria))


def scale(criteria: str, term: str) -> Scale:
    """The grades of a term, with the source of each bound; raises NotationError with the terms that there are."""
    wanted = _ALSO.get(term.strip().casefold(), term.strip().casefold())
    for found in scales(criteria):
        if found.term.casefold() == wanted:
            return found
    raise NotationError(f"'{term}' is not a term of {criteria}", f"Terms: {', '.join(terms(criteria))}.")


@cache
def scales(criteria: str) -> tuple[Scale, ...]:
    """All terms of the criteria with their grades; raises NotationError with the criteria that there are."""
    if criteria not in _TABLES:
        raise _no_criteria(criteria)
    bounds: dict[tuple[str, Literal["low", "high"]], list[Bound]] = {}
    table = (Path(__file__).parent / "criteria" / _TABLES[criteria]).read_text(encoding="utf-8")
    for row in csv.DictReader(table.splitlines()):
        bounds.setdefault((row["term"], _WORSE[row["worse"]]), []).append(_bound(row))
    return tuple(Scale(criteria, term, worse, tuple(found)) for (term, worse), found in bounds.items())


def _no_criteria(criteria: str) -> NotationError:
    return NotationError(f"there are no criteria '{criteria}'", f"Criteria: {', '.join(CRITERIA)}.")


def _bound(row: dict[str, str]) -> Bound:
    return Bound(
        grade=int(row["grade"]),
        bound=quantity.exact(row["bound"]),
        inclusive=row["inclusive"] == "yes",
        relative_to=_LIMITS[row["relative to"]],
        unit=row["unit"],
        baseline=_BASELINES[row["baseline"]],
        source=row["source"],
        unverified=row["unverified"],
    )
