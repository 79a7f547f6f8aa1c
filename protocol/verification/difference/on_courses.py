"""At which visits of a data set do two protocols decide otherwise, or judge otherwise what was given?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.errors import VisitError
from protocol.model.course import Course, Exposure, Given, Observation, Visit
from protocol.model.decision import Step
from protocol.model.difference import Apart, Compared
from protocol.model.input import Number
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace
from protocol.verification.difference.meanings import look_at, meaning_of


def compared(old: Protocol, new: Protocol, course: Course, source: Protocol | None = None) -> Compared:
    """The visits of a course at which both decide differently, or judge differently what was given.

    ``source`` is the protocol for which the course was read, with the inputs of both; without it that is the old one.

    The state of each follows what was given, so that they do not part for good where they differ once. An input that one of
    them does not have is left out there. A course that one of them does not take is not compared, and says why.
    """
    try:
        one, other = (trace(protocol, fitted(source or old, protocol, course)) for protocol in (old, new))
    except VisitError as error:
        return Compared(course.name, 0, (), error.message)
    theirs = {step.visit.time: step for step in other.steps}
    apart = [_apart(old, new, step, theirs.pop(step.visit.time, None)) for step in one.steps]
    apart += [_apart(old, new, None, step) for step in theirs.values()]
    found = sorted((item for item in apart if item is not None), key=lambda item: item.time)
    return Compared(course.name, len(apart), tuple(found))


def _apart(old: Protocol, new: Protocol, one: Step | None, other: Step | None) -> Apart | None:
    """How two steps of one time differ; where only one protocol acts, by itself, it is decided otherwise."""
    here = one or other
    assert here is not None
    if one is None or other is None:
        return Apart(here.visit.time, one, other, None, True, False)
    meaning = meaning_of(look_at(old, one), look_at(new, other))
    judged = _judged(one) != _judged(other)
    by_rule = one.decision.rule != other.decision.rule
    if meaning is None and not judged and not by_rule:
        return None
    return Apart(here.visit.time, one, other, meaning, meaning is not None, judged)


def _judged(step: Step) -> tuple[str, ...]:
    """Whether what was given was permitted, and which deviation it is; what was recommended is permitted."""
    kinds = (one.kind for one in step.deviations)
    verdict = step.verdict
    return ("" if verdict is None else "every" if verdict.recommended else verdict.permitted, *kinds)


def fitted(source: Protocol, target: Protocol, course: Course) -> Course:
    """A course that was read for one protocol, as another one takes it: its inputs only, in the units in which they were read."""
    visits = (_visit(source, target, visit) for visit in course.visits)
    exposures = (Exposure(one.start, one.end, _given(target, one.given)) for one in course.exposures)
    return evolve(course, visits=tuple(visits), exposures=tuple(exposures))


def _visit(source: Protocol, target: Protocol, visit: Visit) -> Visit:
    given = None if visit.given is None else _given(target, visit.given)
    return evolve(visit, observations=tuple(_observations(source, target, visit)), given=given)


def _observations(source: Protocol, target: Protocol, visit: Visit) -> Iterator[Observation]:
    declared = {item.name: item.kind.unit for item in source.inputs if isinstance(item.kind, Number)}
    asked = {item.name for item in target.inputs}
    for one in visit.observations:
        if one.input in asked:
            yield one if one.unit else evolve(one, unit=declared.get(one.input, ""))


def _given(target: Protocol, given: Given) -> Given:
    """What was given without the name of a level that the protocol does not have."""
    names = {level.name for level in target.levels if given.regimen is not None and level.regimen.same_as(given.regimen)}
    return evolve(given, level="") if given.level not in names else given
