"""Which conditions of a protocol are grades, and where is each asked?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import attrs
from attrs import frozen

from protocol.errors import NotationError
from protocol.model.guard import And, Compare, GradeOf, Guard, Not, Operator, Or, Ratio, Tracked, Value
from protocol.model.input import Input, Number
from protocol.model.property import All, Any, Asks, Claim, No
from protocol.model.protocol import Protocol
from protocol.model.regrading import AsGrade, Threshold
from protocol.semantics.grading import compare_grade
from protocol.semantics.scales import scale

OTHER: dict[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
"""What is so where the comparison is not."""
_TURNED: dict[Operator, Operator] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}

Part = TypeVar("Part")


@frozen
class Grading:
    """By which criteria and term the values of an input, in its unit, are graded."""

    input: str
    unit: str
    criteria: str
    term: str

    def guard(self, operator: Operator, grade: int, turned: bool = False) -> Guard:
        """What the comparison of the grade asks; raises NotationError where the criteria cannot say."""
        return compare_grade(self.criteria, self.term, self.input, self.unit, operator, grade, turned=turned)


def gradings(protocol: Protocol, criteria: str = "") -> dict[str, Grading]:
    """How the values of each input are graded: as it says, or, if it does not, by ``criteria`` that have a term of its name."""
    found = {}
    for item in protocol.inputs:
        if isinstance(item.kind, Number) and (by := item.graded_by or _by_name(item, criteria)):
            found[item.name] = Grading(item.name, item.kind.unit, *by)
    return found


def _by_name(item: Input, criteria: str) -> tuple[str, str] | None:
    try:
        return (criteria, scale(criteria, item.name.replace("-", " ")).term) if criteria else None
    except NotationError:
        return None


def grades_behind(protocol: Protocol, criteria: str = "") -> tuple[Threshold, ...]:
    """Each threshold of a value that is graded, in order, with the grade that it is, if it is one.

    Inputs that do not say how they are graded are graded by ``criteria``, if these have a term of their name.
    """
    graded, found = gradings(protocol, criteria), []
    for place, asks in comparisons(protocol):
        about = of_value(protocol, asks)
        name = getattr(about.term, "input", "") if about else ""
        if about and name in graded:
            found.append(Threshold(place, name, asks, as_grade(graded[name], about)))
    return tuple(found)


def of_value(protocol: Protocol, asks: Compare) -> Compare | None:
    """The comparison as one of a value: itself, or, of the lowest or highest value of an input, that of the input."""
    match asks.term:
        case Value() | Ratio():
            return asks
        case Tracked(name) if (tracker := protocol.tracker(name)).input:
            return attrs.evolve(asks, term=Value(tracker.input))
        case _:
            return None


def as_grade(grading: Grading, asks: Compare) -> AsGrade | None:
    """The grade that a threshold is: the one that begins at its bound; None if none does."""
    for grade in range(1, 5):
        try:
            begins = grading.guard(">=", grade)
        except NotationError:
            continue
        if isinstance(begins, Compare) and (begins.term, begins.constant) == (asks.term, asks.constant):
            same = asks.operator in (begins.operator, OTHER[begins.operator])
            for beyond in (begins.operator, _TURNED[begins.operator]):
                if asks.operator == beyond:
                    return AsGrade(grading.criteria, grading.term, ">=", grade, same)
                if asks.operator == OTHER[beyond]:
                    return AsGrade(grading.criteria, grading.term, "<=", grade - 1, same)
    return None


def comparisons(protocol: Protocol) -> Iterator[tuple[str, Compare]]:
    """Each comparison of a protocol with the place at which it is asked, such as ``rule hold-cytopenia``."""
    found: list[tuple[str, Compare]] = []

    def note(place: str, asks: Compare) -> Guard:
        found.append((place, asks))
        return asks

    each_comparison(protocol, note)
    return iter(found)


def each_comparison(protocol: Protocol, change: Callable[[str, Compare], Guard]) -> Protocol:
    """The protocol with each of its comparisons, at its place, replaced by what ``change`` makes of it."""

    def all_of(kind: str, items: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(_changed(item, partial(change, f"{kind} {getattr(item, 'name', '')}")) for item in items)

    return attrs.evolve(
        protocol,
        rules=all_of("rule", protocol.rules),
        derived=all_of("derived input", protocol.derived),
        scores=all_of("score", protocol.scores),
        trackers=all_of("tracker", protocol.trackers),
        interpretations=all_of("interpretation", protocol.interpretations),
        monitoring=all_of("monitoring", protocol.monitoring),
        properties=all_of("property", protocol.properties),
        expectations=all_of("property", protocol.expectations),
    )


def _changed(value: Part, change: Callable[[Compare], Guard]) -> Part:
    """The value with each comparison in it, however deep, replaced; the same value if that changes nothing."""
    if isinstance(value, Compare):
        return change(value)  # type: ignore[return-value]
    if isinstance(value, Asks) and isinstance(value.condition, Compare):
        return _claim(change(value.condition))  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(_changed(part, change) for part in value)  # type: ignore[return-value]
    if not attrs.has(type(value)):
        return value
    names = (item.name for item in attrs.fields(type(value)))  # type: ignore[arg-type]
    parts = {name: getattr(value, name) for name in names}
    changed = {name: after for name, part in parts.items() if (after := _changed(part, change)) != part}
    return attrs.evolve(value, **changed) if changed else value  # type: ignore[misc]


def _claim(guard: Guard) -> Claim:
    match guard:
        case And(parts):
            return All(tuple(map(_claim, parts)))
        case Or(parts):
            return Any(tuple(map(_claim, parts)))
        case Not(part):
            return No(_claim(part))
        case _:
            return Asks(guard)


def grades_asked(protocol: Protocol, name: str) -> Iterator[tuple[str, Compare]]:
    """Each comparison of ``grade(name)``, with its place."""
    return ((place, asks) for place, asks in comparisons(protocol) if asks.term == GradeOf(name))
