"""Days of a cycle are one run of its days, and not all of them."""

from __future__ import annotations

import pytest

from protocol.errors import NotationError
from protocol.model.cycle import Days, days
from protocol.model.time import DAY


@pytest.mark.parametrize(
    ("text", "read", "run", "cycle"),
    [
        ("on days 1 to 21 of 28", Days(1, 21, 28), 21, 28),
        ("on days 8 to 14 of 21", Days(8, 14, 21), 7, 21),
        ("on days 20 to 28 of 28", Days(20, 28, 28), 9, 28),
        ("on day 1 of 21", Days(1, 1, 21), 1, 21),
    ],
)
def test_days_of_a_cycle_are_counted_from_one(text: str, read: Days, run: int, cycle: int) -> None:
    assert days(text) == read
    assert str(read) == text
    assert (read.run, read.cycle) == (run * DAY, cycle * DAY)


@pytest.mark.parametrize(
    ("first", "last", "of"), [(0, 1, 2), (2, 1, 3), (1, 4, 3), (1, 3, 3), (1, 1, 1), (True, 2, 3), ("1", 2, 3), (1, 2.0, 3)]
)
def test_other_days_are_refused(first: int, last: int, of: int) -> None:
    with pytest.raises(NotationError):
        Days(first, last, of)


@pytest.mark.parametrize(
    "text", ["on days 1 to 21", "days 1 to 21 of 28", "on day 1 to 21 of 28", "on days 1 of 28", "on days -1 to 2 of 3"]
)
def test_what_is_not_said_as_days_of_a_cycle_is_refused(text: str) -> None:
    with pytest.raises(NotationError, match="does not say the days of a cycle"):
        days(text)
