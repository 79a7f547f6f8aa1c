"""What if somebody does what a mutant permits, and the protocol does not? Whoever looks at decisions alone sees nobody do it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.errors import ProtocolError
from protocol.model.course import Course
from protocol.model.decision import Permission, Step
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace
from protocol.verification.mutation.shown import permitted
from protocol.verification.patients.giving import given_as


def taken(protocol: Protocol, mutant: Protocol, course: Course) -> Iterator[Course]:
    """The courses that end with a visit at which is given what only the mutant permits there."""
    if course.exposures:
        return
    visits = {visit.time: number for number, visit in enumerate(course.visits)}
    try:
        pairs = tuple(zip(trace(protocol, course).steps, trace(mutant, course).steps, strict=False))
    except ProtocolError:
        return
    for one, other in pairs:
        number = visits.get(other.visit.time)
        if number is not None:
            for permission in _only_its(one, other):
                given = given_as(mutant, permission.effect)
                if given not in (None, other.visit.given):
                    last = evolve(course.visits[number], given=given)
                    yield evolve(course, name="", visits=(*course.visits[:number], last))


def _only_its(one: Step, other: Step) -> Iterator[Permission]:
    known = {said for said, _ in permitted(one.decision)}
    return (permission for said, permission in permitted(other.decision) if said not in known)
