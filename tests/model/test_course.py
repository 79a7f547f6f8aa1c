"""A visit keeps what was reported in one form, so that equal reports are equal values."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from protocol.errors import NotationError
from protocol.model.course import Observation, Reported, Visit

NOT_A_NUMBER, INFINITE = float("nan"), float("inf")
KEPT: tuple[tuple[Reported, Fraction | str | None], ...] = (
    # reported, kept
    (4, Fraction(4)),
    (0.1, Fraction(1, 10)),
    (0.1 + 0.2, Fraction(3, 10)),
    (Fraction(1, 3), Fraction(1, 3)),
    ("4.0", "4.0"),
    ("partial", "partial"),
    (True, "yes"),
    (False, "no"),
    (None, None),
    (NOT_A_NUMBER, "nan"),
    (INFINITE, "inf"),
)


@pytest.mark.parametrize(("reported", "kept"), KEPT)
def test_a_value_is_kept_exactly_whatever_kind_of_number_it_was(reported: Reported, kept: Fraction | str | None) -> None:
    observation = Observation("anc", reported, lower=reported, upper=reported)
    assert (observation.value, observation.lower, observation.upper) == (kept, kept, kept)
    assert type(observation.value) is type(kept)


def test_a_decimal_is_kept_exactly() -> None:
    assert Observation("anc", Decimal("0.10")).value == Fraction(1, 10)


@pytest.mark.parametrize("time", [1.5, 1.0, "1", None, Fraction(1)])
def test_a_time_that_is_no_whole_number_is_refused_where_it_is_written(time: object) -> None:
    with pytest.raises(NotationError, match="is not a time"):
        Visit(time)  # type: ignore[arg-type]
    if time is not None:
        with pytest.raises(NotationError, match="is not a time"):
            Observation("anc", 1, observed=time)  # type: ignore[arg-type]


def test_any_kind_of_whole_number_is_a_time() -> None:
    class Counted:
        def __index__(self) -> int:
            return 60

    assert Visit(Counted()) == Visit(60)
    assert type(Visit(Counted()).time) is int
