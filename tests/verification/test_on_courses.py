"""Two protocols on the courses of a data set: what neither takes, what only one does by itself, and levels of other names."""

from __future__ import annotations

from attrs import evolve

from protocol.model.course import Course, Given, Visit
from protocol.model.guard import Clock, Compare
from protocol.model.protocol import Level
from protocol.model.regimen import regimen
from protocol.model.rule import Action, By, Rule
from protocol.model.time import DAY
from protocol.verification.difference.on_courses import compared, fitted
from tests.semantics.small import ON, PROTOCOL, RULES, STARTED, WELL, visit


def test_a_course_that_is_refused_says_why() -> None:
    found = compared(PROTOCOL, PROTOCOL, Course("backwards", (STARTED, visit(9), visit(7))))
    assert (found.apart, found.differs) == ((), False)
    assert found.refused == "'backwards': day 7 comes after day 9. Order the visits by time."


def test_what_only_one_of_them_does_by_itself_is_decided_otherwise() -> None:
    later = Rule("later", ON, Compare(Clock("start"), ">=", 5 * DAY), "must", Action("reduce", By(1)))
    waits = evolve(PROTOCOL, rules=(later, *RULES))
    course = Course("one", (STARTED, visit(9, given="100 mg every 2 days", **WELL)))
    found = compared(waits, evolve(waits, between_visits="act"), course)
    (alone,) = (one for one in found.apart if one.old is None)
    assert (alone.time, alone.decided, alone.judged, alone.meaning) == (5 * DAY, True, False, None)
    assert found.visits == 3


def test_a_level_of_another_name_is_the_same_where_its_regimen_is() -> None:
    renamed = evolve(PROTOCOL, levels=tuple(Level(f"{level.name}-2", level.regimen) for level in PROTOCOL.levels), rules=())
    given = Given("regimen", regimen("100 mg every day"), "starting")
    course = fitted(PROTOCOL, renamed, Course("one", (Visit(0, given=given),)))
    assert course.visits[0].given == evolve(given, level="")
    assert fitted(PROTOCOL, PROTOCOL, course) == course
