"""A date of ISO 8601, complete or not, is the moments that it can be; time counts from the first dose."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from protocol.adapters.mapped.dates import since, span
from protocol.adapters.mapped.visits import spanning
from protocol.adapters.times import Times
from protocol.errors import NotationError

DAY = 1440


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013", "2013-01-01 00:00", "2013-12-31 23:59"),
        ("2012-02", "2012-02-01 00:00", "2012-02-29 23:59"),
        ("2013---15", "2013-01-01 00:00", "2013-12-31 23:59"),  # the month is not known
        ("2013-07-28", "2013-07-28 00:00", "2013-07-28 00:00"),
        ("2013-07-28T09", "2013-07-28 09:00", "2013-07-28 09:59"),
        ("2013-07-28T09:30", "2013-07-28 09:30", "2013-07-28 09:30"),
        ("2013-07-28T09:30:59.5", "2013-07-28 09:30", "2013-07-28 09:30"),
        ("2013-07-28T-:30", "2013-07-28 00:00", "2013-07-28 00:00"),
        ("2013-07-02/2013-07-05", "2013-07-02 00:00", "2013-07-05 00:00"),
        ("2013-07/2013-08", "2013-07-01 00:00", "2013-08-31 23:59"),
    ],
)
def test_what_is_not_known_is_every_moment_that_it_can_be(text: str, first: str, last: str) -> None:
    assert [f"{one:%Y-%m-%d %H:%M}" for one in span(text)] == [first, last]


@pytest.mark.parametrize(
    "text",
    ["28JUL2013", "07/28/2013", "28.07.2013", "2013-13-01", "2013-02-30", "2013-07-28 09:30", "13-07-28", "2013-7-28", "x" * 999,
     "2013-07-05/2013-07-02", "2013-07-02/", "--12-15", "2013-07-28T25:00", "2013-07-28Z/2013-07-29", "2013-07-28T09:30+99:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_and_said_whole(text: str) -> None:
    with pytest.raises(NotationError) as caught:
        span(text)
    assert text[:40] in caught.value.message


@pytest.mark.parametrize(
    ("text", "by_day", "time", "latest"),
    [
        ("2013-07-28T23:59", True, 0, None),
        ("2013-07-27", True, -DAY, None),
        ("2013-07-29T00:01", True, DAY, None),
        ("2013-07-28T23:59", False, 14 * 60 + 29, None),
        ("2013-07-28", False, -9 * 60 - 30, None),
        ("2013-08", True, 4 * DAY, 34 * DAY),
        ("2013-08", False, 4 * DAY - 570, 35 * DAY - 571),
    ],
)
def test_time_counts_from_the_first_dose_by_days_or_by_minutes(text: str, by_day: bool, time: int, latest: int | None) -> None:
    found = since(span(text), datetime(2013, 7, 28, 9, 30), by_day)
    assert (found.time, found.latest) == (time, latest)


def test_moments_with_a_time_zone_are_counted_as_instants_and_not_with_those_without_one() -> None:
    first = datetime(2013, 7, 28, 9, 30, tzinfo=UTC)
    assert since(span("2013-07-28T12:30+02:00"), first, False).time == 60
    assert since(span("2013-07-28T04:00-0530"), first, False).time == 0
    assert since(span("2013-07-28T23:30Z"), first, True).time == 0
    with pytest.raises(NotationError, match="not comparable"):
        since(span("2013-07-28T12:30"), first, False)


@pytest.mark.parametrize(
    ("others", "changes", "is_vague"),
    [
        ([], [], False),
        ([Times(9)], [], False),
        ([Times(10)], [], True),
        ([Times(20)], [], True),
        ([Times(21)], [], False),
        ([Times(0, 10)], [], True),
        ([], [10], False),  # what is in force from the first moment on is so at each of them
        ([], [11], True),
        ([], [20], True),
        ([], [21], False),
    ],
)
def test_a_range_over_another_visit_or_a_change_of_dose_does_not_say_which_was_first(
    others: list[Times], changes: list[int], is_vague: bool
) -> None:
    vague = Times(10, 20)
    assert (vague in spanning([vague, *others], changes)) is is_vague
