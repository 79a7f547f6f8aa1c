"""A course keeps the abnormal findings that it needs, and no other ones."""

from __future__ import annotations

from protocol.model.course import Course, Observation, Visit
from protocol.model.time import DAY, WEEK
from protocol.semantics.trace import trace
from protocol.verification.abstraction import abstraction
from protocol.verification.fewest_findings import minimised, normal_readings
from tests.verification.small import COUNTS

NORMAL = normal_readings(abstraction(COUNTS, WEEK))


def course(*values: str | None) -> Course:
    """Weekly counts; None is not done."""
    return Course("drawn", tuple(Visit(7 * week * DAY, (Observation("anc", value),)) for week, value in enumerate(values)))


def values(found: Course) -> list[list[str]]:
    return [[str(one.value) for one in visit.observations] for visit in found.visits]


def is_held_at_last(found: Course) -> bool:
    return trace(COUNTS, found).steps[-1].decision.action == "hold"


def test_a_normal_count_is_one_that_neither_holds_nor_keeps_from_resuming() -> None:
    assert NORMAL["anc"].value >= 1.5  # type: ignore[operator]


def test_what_is_abnormal_and_not_needed_becomes_normal() -> None:
    normal = str(NORMAL["anc"].value)
    assert values(minimised(course("2", "1.2", None, "0.9"), NORMAL, is_held_at_last)) == [[normal], [normal], [normal], ["0.9"]]


def test_what_is_needed_stays() -> None:
    def resumed(found: Course) -> bool:
        return trace(COUNTS, found).steps[-1].decision.action == "resume"

    found = minimised(course("2", "0.9", "1.2", "1.6"), NORMAL, resumed)
    assert values(found)[1] == ["0.9"]
    assert resumed(found)


def test_the_reading_is_left_out_where_a_normal_one_would_not_do() -> None:
    def holds_without_reading(found: Course) -> bool:
        return NORMAL["anc"] not in found.visits[1].observations and is_held_at_last(found)

    assert values(minimised(course("2", "1.2", "0.9"), NORMAL, holds_without_reading))[1] == []
