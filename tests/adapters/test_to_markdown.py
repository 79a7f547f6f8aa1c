"""A course written as a Markdown table reads back as the same course."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.to_markdown import to_markdown
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.semantics.trace import trace
from protocol.testing import courses
from tests.soak.readers import SMALL

PROTOCOL = parse(SMALL)


def plain(course: Course) -> Course:
    """The course without what this table has no column for."""
    visits = (
        evolve(visit, latest=None, row="", observations=tuple(one for one in visit.observations if _is_plain(one)))
        for visit in course.visits
    )
    return Course("Drawn", tuple({visit.time: visit for visit in visits}.values()))


def _is_plain(one: Observation) -> bool:
    return (one.observed, one.recorded) == (None, None) and one.value != "maybe"


@given(st.data())
def test_a_course_reads_back_with_the_same_decisions(data: st.DataObject) -> None:
    course = plain(data.draw(courses(PROTOCOL)))
    (back,) = from_markdown(to_markdown(course, PROTOCOL), PROTOCOL).examples
    was, now = trace(PROTOCOL, course), trace(PROTOCOL, back.course)
    assert [(one.visit.time, one.decision, one.deviations) for one in was.steps] == [
        (one.visit.time, one.decision, one.deviations) for one in now.steps
    ]


def test_a_time_that_is_not_whole_days_is_written_in_a_smaller_unit() -> None:
    assert "| 90 minutes | 2 |" in to_markdown(Course("One", (Visit(90, (Observation("anc", 2),)),)), PROTOCOL)


def test_what_has_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match="holds times that this table has no place for"):
        to_markdown(Course("One", (Visit(0, latest=3),)), PROTOCOL)
