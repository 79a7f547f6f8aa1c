"""What does a protocol become if its grades are meant by another version of the criteria?

Only what is computed from a value can be regraded. A grade that somebody reports is that of the new criteria from then on, and
what the same patient's grade would be by them cannot be computed: only its criteria are named anew.
"""

from __future__ import annotations

import attrs
from attrs import define, field

from protocol.errors import NotationError
from protocol.model.guard import And, Compare, GradeOf, Guard, Is, Not, Or, Tracked, Value, nodes
from protocol.model.input import Grade, Input, YesNo
from protocol.model.protocol import Protocol
from protocol.model.regrading import AsGrade, Kept, Regraded, Regrading
from protocol.semantics.grading import Says, compare_grade
from protocol.semantics.scales import Baseline, named, scale, scales
from protocol.verification.regrading.graded import (
    OTHER,
    Grading,
    as_grade,
    each_comparison,
    grades_asked,
    grades_behind,
    gradings,
    of_value,
)

_WAS = {"high": "above the upper limit of normal", "low": "below the lower limit of normal"}
_WITHOUT_LIMITS = "the lowest or highest value is remembered without its limits of normal and the baseline"
_IN_A_TABLE = "it stands in a table, which is printed as its source has it"


def regraded(protocol: Protocol, criteria: str, as_grades: str = "") -> Protocol:
    """The protocol with its grades meant by other criteria; see ``regrade``."""
    return regrade(protocol, criteria, as_grades).protocol


def regrade(protocol: Protocol, criteria: str, as_grades: str = "") -> Regrading:
    """The protocol with its grades meant by other criteria, and what of it is asked otherwise.

    With ``as_grades`` thresholds such as ``anc < 1.0`` are regraded too, if they are grades: by the criteria that their input
    is graded by, or by those named, if they have a term of its name. Raises NotationError for criteria that there are not.
    """
    meant, by_name = named(criteria), named(as_grades) if as_grades else ""
    work = _Work(protocol, meant, by_name)
    changed = each_comparison(protocol, work.replaced)
    inputs = tuple(map(work.input, protocol.inputs))
    needed = {node.input for one in work.conditions for node in nodes(one.after) if isinstance(node, Is)}
    added = tuple(item for name, item in work.added.items() if name in needed)
    unverified = next((bound.unverified for graded in scales(meant) for bound in graded.bounds if bound.unverified), "")
    version = f"{protocol.version}, graded by {meant}{' (unverified)' if unverified else ''}"
    changed = attrs.evolve(changed, version=version, inputs=(*inputs, *added))
    reported = tuple(item.name for item in protocol.inputs if isinstance(item.kind, Grade))
    names = tuple(item.name for item in added)
    return Regrading(changed, meant, tuple(work.conditions), tuple(work.kept), reported, names, unverified)


@define
class _Work:
    """What is found out while a protocol is regraded."""

    protocol: Protocol
    criteria: str
    as_grades: str
    conditions: list[Regraded] = field(factory=list)
    kept: list[Kept] = field(factory=list)
    added: dict[str, Input] = field(factory=dict)
    gradings: dict[str, Grading] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for name, grading in gradings(self.protocol, self.as_grades).items():
            if why := self._why_not(grading):
                self.kept.append(Kept(f"input {name}", why, is_grade=self._is_asked(grading)))
            else:
                self.gradings[name] = grading

    def _why_not(self, grading: Grading) -> str:
        """Why nothing that is asked of the grade of an input can be regraded: the term, the unit or a grade is missing."""
        try:
            scale(self.criteria, grading.term).bounds_for(grading.unit)
            for place, asks in grades_asked(self.protocol, grading.input):
                grade = _grade_asked(grading, asks)
                _, after = grading.guard(grade.operator, grade.grade), self._by_new(grading, grade)
                if _is_cell(place) and _is_new(after):
                    return f"grade {grade.grade} depends on the baseline by {self.criteria}, and {_IN_A_TABLE}"
        except NotationError as error:
            return error.message
        return ""

    def _is_asked(self, grading: Grading) -> bool:
        """Whether some condition is a grade of the input."""
        thresholds = (one for one in grades_behind(self.protocol, self.as_grades) if self.as_grades)
        return any(grades_asked(self.protocol, grading.input)) or any(
            one.grade is not None for one in thresholds if one.input == grading.input
        )

    def input(self, item: Input) -> Input:
        """The input with the new criteria, where they are meant."""
        if isinstance(item.kind, Grade):
            return attrs.evolve(item, kind=Grade(self.criteria))
        if item.graded_by is None or item.name not in self.gradings:
            return item
        return attrs.evolve(item, graded_by=(self.criteria, scale(self.criteria, item.graded_by[1]).term))

    def replaced(self, place: str, asks: Compare) -> Guard:
        """What is asked instead of a comparison; the same, if it is no grade, or one whose criteria stand with its input."""
        about = asks if isinstance(asks.term, GradeOf) else of_value(self.protocol, asks)
        grading = self.gradings.get(getattr(about.term, "input", "")) if about else None
        if about is None or grading is None:
            return asks
        if isinstance(asks.term, GradeOf):
            after = self._noted(place, asks, grading, _grade_asked(grading, asks))
            return after if _is_new(after) else asks
        return self._threshold(place, asks, about, grading) if self.as_grades else asks

    def _threshold(self, place: str, asks: Compare, about: Compare, grading: Grading) -> Guard:
        grade = as_grade(grading, about)
        try:
            why = _why_kept(place, asks, grading, grade, self._by_new(grading, grade) if grade else None)
        except NotationError as error:
            why = error.message
        if grade and not why:
            return self._noted(place, asks, grading, grade)
        self.kept.append(Kept(place, why, asks, is_grade=grade is not None))
        return asks

    def _noted(self, place: str, asks: Compare, grading: Grading, grade: AsGrade) -> Guard:
        """What the new criteria ask for the same grade, which is noted."""
        before, after = (
            _of_term(asks, _plain(guard))
            for guard in (grading.guard(grade.operator, grade.grade, not grade.exact), self._by_new(grading, grade))
        )
        self.conditions.append(Regraded(place, asks, grade, before, after))
        return after

    def _by_new(self, grading: Grading, grade: AsGrade) -> Guard:
        says: Says = {"high": self._says(grading.input, "high"), "low": self._says(grading.input, "low")}
        number, turned = grade.grade, not grade.exact
        return compare_grade(self.criteria, grading.term, grading.input, grading.unit, grade.operator, number, says, turned)

    def _says(self, name: str, was: Baseline) -> Guard:
        """That the baseline was high or low, as an input that the protocol gets if it is asked."""
        says = f"{name}-was-{was}"
        label = f"Whether the last value of {name} up to the first dose was {_WAS[was]}"
        self.added[says] = Input(says, YesNo(), None, label=label, note=f"Asked by {self.criteria}.", fixed=True)
        return Is(says, "yes")


def _why_kept(place: str, asks: Compare, grading: Grading, grade: AsGrade | None, after: Guard | None) -> str:
    """Why a threshold is not regraded; empty if it is."""
    if grade is None or after is None:
        return f"it is no grade of {grading.term} by {grading.criteria}"
    if _is_cell(place):
        return _IN_A_TABLE
    alone = _plain(after)
    is_number = isinstance(alone, Compare) and isinstance(alone.term, Value)
    return "" if is_number or not isinstance(asks.term, Tracked) else _WITHOUT_LIMITS


def _of_term(asks: Compare, guard: Guard) -> Guard:
    """The guard about what was asked: the lowest or highest value instead of the value."""
    return attrs.evolve(guard, term=asks.term) if isinstance(guard, Compare) and isinstance(asks.term, Tracked) else guard


def _grade_asked(grading: Grading, asks: Compare) -> AsGrade:
    return AsGrade(grading.criteria, grading.term, asks.operator, int(asks.constant))


def _is_cell(place: str) -> bool:
    """Whether it is a rule in a cell of a table, by its name."""
    return place.startswith("rule ") and "." in place


def _is_new(guard: Guard) -> bool:
    """Whether the guard asks what the baseline was."""
    return any(isinstance(node, Is) for node in nodes(guard))


def _plain(guard: Guard) -> Guard:
    """The guard with each ``not`` taken into the comparisons."""
    match guard:
        case Not(Or((And((Not(was), normal)), And((again, high))))) if was == again:
            return Or((And((Not(was), _plain(Not(normal)))), And((was, _plain(Not(high))))))
        case Not(Compare() as asks):
            return attrs.evolve(asks, operator=OTHER[asks.operator])
        case Not(And(parts)):
            return Or(tuple(_plain(Not(part)) for part in parts))
        case Not(Or(parts)):
            return And(tuple(_plain(Not(part)) for part in parts))
        case Not(Not(part)):
            return _plain(part)
        case And(parts):
            return And(tuple(map(_plain, parts)))
        case Or(parts):
            return Or(tuple(map(_plain, parts)))
        case _:
            return guard
