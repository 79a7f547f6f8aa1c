"""What does a protocol say of many courses, one after the other, and how do the doses given differ from it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

from attrs import evolve

from protocol.errors import PROTOCOL, VisitError, check_kind, unfit
from protocol.model.course import Course, with_exposures
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace

Follow = Literal["given", "recommended"]


def replay(protocol: Protocol, courses: Iterable[Course], *, follow: Follow = "given") -> Iterator[Trace]:
    """The trace of each course, as it is asked for; only one is held at a time.

    With ``follow="given"`` the state follows what was given, and each dose given is judged. With ``"recommended"`` it follows
    what the protocol recommends, as if that had been done: what was given is left out, and nothing is judged. The readings stay
    those of the patient as treated, whatever another dose would have made of them.

    Raises VisitError, which names the course, for visits out of order, unknown inputs and levels.
    """
    if follow not in get_args(Follow):
        raise unfit("'follow'", follow, "'given' or 'recommended'")
    check_kind("the protocol", protocol, Protocol, PROTOCOL)
    if isinstance(courses, str) or not isinstance(courses, Iterable):
        raise unfit("what holds the courses", courses, "several of them, as protocol.courses('courses.md', protocol) reads them")
    return (_traced(protocol, course, follow) for course in courses)


def _traced(protocol: Protocol, course: Course, follow: Follow) -> Trace:
    if not isinstance(course, Course):
        raise unfit("one of the courses", course, "values of the type Course")
    try:
        return trace(protocol, course if follow == "given" else untreated(course))
    except VisitError as error:
        if f"'{course.name}'" in error.message:
            raise
        raise VisitError(f"'{course.name}': {error.message}", error.hint) from error


def planned(protocol: Protocol, course: Course) -> Trace:
    """The trace of a course as it would have been if the protocol had been followed, on the readings that there are.

    Where the protocol has started no treatment by the time of the first dose that was given, the course begins with that dose.
    """
    found = trace(protocol, untreated(course))
    first = next((one for one in with_exposures(course) if one.given is not None and one.given.kind == "regimen"), None)
    if first is None or any(one.state.started is not None and one.visit.time <= first.time for one in found.steps):
        return found
    others = (evolve(one, given=None) for one in course.visits if one.time != first.time)
    return trace(protocol, evolve(course, visits=tuple(sorted((first, *others), key=lambda one: one.time)), exposures=()))


def untreated(course: Course) -> Course:
    """The course without what was given, so that the recommendations are followed."""
    return evolve(course, visits=tuple(evolve(visit, given=None) for visit in course.visits), exposures=())
