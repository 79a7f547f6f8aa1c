"""Courses as a table of visits, written a second time for the tests, and what of a trace a table of decisions says."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from protocol.model.course import Course, Observation, Visit
from protocol.model.decision import Trace
from protocol.model.input import Choice, YesNo
from protocol.model.protocol import Protocol


def fits_a_table(course: Course) -> bool:
    """Whether a course can be a table of visits: without ranges of dates, corrections, exposures, other units and repeats."""
    times = [visit.time for visit in course.visits]
    return not course.exposures and len(set(times)) == len(times) and all(map(_fits, course.visits))


def _fits(visit: Visit) -> bool:
    names = [one.input for one in visit.observations]
    plain = all(_plain(one) for one in visit.observations)
    given = visit.given
    return plain and len(set(names)) == len(names) and visit.latest is None and not (given and given.level and given.anew)


def _plain(one: Observation) -> bool:
    number = isinstance(one.value, Fraction) or one.value is None or one.value in ("yes", "no") or not one.value[:1].isdigit()
    exact = all(not isinstance(part, str) and float_is_it(part) for part in (one.lower, one.upper))
    value = float_is_it(one.value) if isinstance(one.value, Fraction) else number
    return value and exact and not one.unit and one.observed is None and one.recorded is None


def float_is_it(value: Fraction | None) -> bool:
    return value is None or Fraction(f"{float(value):.15g}") == value


def rows(protocol: Protocol, courses: Iterable[Course]) -> list[dict[str, Any]]:
    """The visits of all courses, one row each."""
    kinds = {item.name: item.kind for item in protocol.inputs}
    found: list[dict[str, Any]] = []
    for course in courses:
        for number, visit in enumerate(course.visits, 1):
            row: dict[str, Any] = {"patient": course.name, "elapsed": visit.time, "row": number, "given": _given(visit)}
            for one in visit.observations:
                row |= _cells(one, isinstance(kinds[one.input], YesNo), isinstance(kinds[one.input], Choice))
            found.append(row)
    return found


def _given(visit: Visit) -> str | None:
    if visit.given is None or visit.given.regimen is None:
        return None if visit.given is None else visit.given.kind
    return visit.given.level or str(visit.given)


def _cells(one: Observation, yes_or_no: bool, choice: bool) -> dict[str, Any]:
    if one.value is None:
        return {f"{one.input}.not done": True}
    if yes_or_no:
        return {one.input: one.value == "yes"}
    if choice:
        return {one.input: one.value}
    cells: dict[str, Any] = {one.input: float(one.value)}
    cells |= {f"{one.input}.{side}": float(limit) for side in ("lower", "upper") if (limit := getattr(one, side)) is not None}
    return cells | ({f"{one.input}.censored": one.censored} if one.censored else {})


def table(protocol: Protocol, courses: Iterable[Course]) -> Any:
    """The visits of all courses as an Arrow table."""
    import pyarrow

    found = rows(protocol, courses)
    names = dict.fromkeys(name for row in found for name in row)
    return pyarrow.table({name: [row.get(name) for row in found] for name in names})


def decided(trace: Trace) -> list[dict[str, Any]]:
    """What a table of decisions says of a trace, but for the set of permitted doses."""
    return [
        {
            "patient": trace.course,
            "elapsed": step.visit.time,
            "action": step.decision.action,
            "rule": step.decision.rule or None,
            "status": step.decision.status,
            "withheld": step.decision.withheld,
            "silent": step.decision.silent,
            "verdict": step.verdict.permitted if step.verdict else None,
            "deviation": next((one.kind for one in step.deviations), None),
            "refused": len(step.refused),
            "assumed": step.assumed,
        }
        for step in trace.steps
    ]
