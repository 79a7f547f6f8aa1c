"""What sums, products and quotients of two intervals can be, against every pair of some values of each."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.model.state import Interval
from protocol.semantics.arithmetic import added, divided, multiplied, negative, within

ends = st.integers(-3, 3).map(F)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted((draw(ends), draw(ends)))
    return Interval(low, high, *(draw(st.booleans()) and low < high for _ in range(2)))


def some(interval: Interval) -> list[F]:
    """Values of the interval: its ends and what is very near to them, and between."""
    near = F(1, 10**6) if interval.low < interval.high else F(0)
    found = [interval.low, interval.low + near, (interval.low + interval.high) / 2, interval.high - near, interval.high, F(0)]
    return [value for value in found if interval.holds(value)]


COMPUTED = {"+": (added, lambda a, b: a + b), "*": (multiplied, lambda a, b: a * b), "/": (divided, lambda a, b: a / b)}


@pytest.mark.parametrize("sign", COMPUTED)
@given(left=intervals(), right=intervals())
def test_every_result_of_two_values_lies_inside_and_the_ends_are_reached_or_nearly(
    sign: str, left: Interval, right: Interval
) -> None:
    compute, exact = COMPUTED[sign]
    result = compute(left, right)
    if result is None:
        assert sign == "/" and right.low <= 0 <= right.high
        return
    found = [exact(one, other) for one in some(left) for other in some(right)]
    assert all(result.holds(value) for value in found)
    assert min(found) - result.low < F(1, 1000) and result.high - max(found) < F(1, 1000)
    assert (result.low in found) != result.open_low and (result.high in found) != result.open_high


@given(intervals())
def test_the_negative_has_its_ends_exchanged(value: Interval) -> None:
    assert [negative(value).holds(-one) for one in some(value)] == [True] * len(some(value))
    assert negative(negative(value)) == value


@given(intervals(), ends, ends)
def test_the_part_within_a_range_is_in_both(value: Interval, one: F, other: F) -> None:
    low, high = sorted((one, other))
    part = within(value, low, high)
    for number in [*some(value), low, high, (low + high) / 2]:
        assert (part is not None and part.holds(number)) == (value.holds(number) and low <= number <= high)
