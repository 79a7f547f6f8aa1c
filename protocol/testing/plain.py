"""Courses as a form that checks its entries records them: for builds of a protocol that start from such forms."""

from __future__ import annotations

from attrs import evolve
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.course import Course, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.semantics.readings import read_one
from protocol.testing.courses import courses


def plain_courses(
    protocol: Protocol, *, min_visits: int = 1, max_visits: int = 6, given: bool = True
) -> st.SearchStrategy[Course]:
    """As ``courses``, but each input has at most one value at a visit, measured there, exact, in the declared unit and plausible.

    Values lie at and around the thresholds all the same, and some are missing or not done.
    """
    drawn = courses(protocol, min_visits=min_visits, max_visits=max_visits, given=given)
    return drawn.map(lambda course: evolve(course, visits=tuple(_plain(protocol, visit) for visit in course.visits)))


def _plain(protocol: Protocol, visit: Visit) -> Visit:
    found: dict[str, Observation] = {}
    for one in visit.observations:
        if _is_plain(protocol, one, visit):
            found.setdefault(one.input, one)
    return evolve(visit, observations=tuple(found.values()))


def _is_plain(protocol: Protocol, one: Observation, visit: Visit) -> bool:
    if one.censored or one.unit or (one.observed, one.recorded) != (None, None):
        return False
    try:
        read_one(protocol.input(one.input), one, visit)
    except NotationError:
        return False
    return True
