"""Time is whole minutes since the first dose, in weeks of seven days and in no months."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.time import DAY, HOUR, RESOLUTIONS, UNITS, WEEK, duration, elapsed, say_duration, say_time, study_day

DURATIONS = [
    ("30 minutes", 30),
    ("1 minute", 1),
    ("6 hours", 360),
    ("8 days", 11520),
    ("8 DAYS", 11520),
    ("  8   days ", 11520),
    ("8days", 11520),
    ("1 week", 10080),
    ("4 weeks", 40320),
    ("0 days", 0),
]


@pytest.mark.parametrize(("text", "minutes"), DURATIONS)
def test_a_duration_is_a_whole_number_of_minutes(text: str, minutes: int) -> None:
    assert duration(text) == minutes


@pytest.mark.parametrize(("text", "unit"), [("3 months", "month"), ("1 month", "month"), ("2 years", "year")])
def test_a_month_or_year_is_refused_because_it_has_no_fixed_length(text: str, unit: str) -> None:
    with pytest.raises(NotationError) as raised:
        duration(text)
    assert raised.value.message == f"a {unit} has no fixed length in '{text}'"
    assert raised.value.hint == "Write it in days or weeks, such as '13 weeks'."


NOT_DURATIONS = [
    ("", "'' is not a duration"),
    ("8", "'8' is not a duration"),
    ("days", "'days' is not a duration"),
    ("1.5 days", "'1.5 days' is not a duration"),
    ("-3 days", "'-3 days' is not a duration"),
    ("3 to 4 days", "'3 to 4 days' is not a duration"),
    ("\u0663 days", "is not a duration"),
    ("9" * 5000 + " days", "is not a duration"),
    ("5 fortnights", "'fortnights' is not a unit of time in '5 fortnights'"),
    ("4 weekss", "'weekss' is not a unit of time"),
    ("30 s", "'s' is not a unit of time"),
]


@pytest.mark.parametrize(("text", "message"), NOT_DURATIONS)
def test_what_is_not_a_duration_is_refused(text: str, message: str) -> None:
    with pytest.raises(NotationError) as raised:
        duration(text)
    assert message in raised.value.message
    assert raised.value.hint


SAID = [
    (40320, "4 weeks"),
    (10080, "1 week"),
    (11520, "8 days"),
    (1440, "1 day"),
    (1500, "25 hours"),
    (60, "1 hour"),
    (61, "61 minutes"),
    (1, "1 minute"),
    (0, "0 minutes"),
    (-4320, "-3 days"),
]


@pytest.mark.parametrize(("minutes", "said"), SAID)
def test_a_duration_is_said_in_its_largest_whole_unit(minutes: int, said: str) -> None:
    assert say_duration(minutes) == said


MOMENTS = [
    (0, "day 0"),
    (28 * DAY, "day 28"),
    (DAY + 150, "day 1 02:30"),
    (-7 * DAY, "day -7"),
    (-1, "day -1 23:59"),
]


@pytest.mark.parametrize(("minutes", "said"), MOMENTS)
def test_a_moment_is_said_by_its_day(minutes: int, said: str) -> None:
    assert say_time(minutes) == said


@pytest.mark.parametrize(("day", "days_elapsed"), [(1, 0), (2, 1), (28, 27), (-1, -1), (-7, -7)])
def test_study_day_1_is_the_day_of_the_first_dose(day: int, days_elapsed: int) -> None:
    assert study_day(day) == days_elapsed * DAY


def test_there_is_no_study_day_0() -> None:
    with pytest.raises(NotationError, match="there is no study day 0"):
        study_day(0)


def test_the_units_are_one_set_of_lengths() -> None:
    assert {f"{name}s": size for name, size in UNITS.items()} == RESOLUTIONS


# Dates

ELAPSED = [
    (date(2001, 11, 29), date(2001, 11, 1), 28 * DAY),
    (date(2001, 10, 25), date(2001, 11, 1), -7 * DAY),
    (date(2004, 3, 1), date(2004, 2, 28), 2 * DAY),
    (date(2001, 11, 2), datetime(2001, 11, 1, 12), 12 * HOUR),
    (datetime(2001, 11, 1, 8, 30), date(2001, 11, 1), 8 * HOUR + 30),
    (datetime(2001, 11, 1, 8, 0, 59), datetime(2001, 11, 1, 8), 0),
    (datetime(2001, 11, 1, 7, 59, 59), datetime(2001, 11, 1, 8), -1),
]


@pytest.mark.parametrize(("moment", "first_dose", "minutes"), ELAPSED)
def test_elapsed_time_counts_whole_minutes_from_the_first_dose(moment: date, first_dose: date, minutes: int) -> None:
    assert elapsed(moment, first_dose) == minutes


@pytest.mark.parametrize("moment", [date(2001, 11, 2), datetime(2001, 11, 2)])
def test_a_moment_with_a_time_zone_is_not_compared_with_one_without(moment: date) -> None:
    for pair in ((moment, datetime(2001, 11, 1, tzinfo=UTC)), (datetime(2001, 11, 1, tzinfo=UTC), moment)):
        with pytest.raises(NotationError, match="Give both a time zone, or neither"):
            elapsed(*pair)


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        pytest.skip(f"no time zone data here, so {name} is unknown")


def test_a_night_of_changed_clocks_is_as_long_as_it_was() -> None:
    new_york = zone("America/New_York")
    spring = elapsed(datetime(2002, 4, 7, 8, tzinfo=new_york), datetime(2002, 4, 6, 8, tzinfo=new_york))
    autumn = elapsed(datetime(2002, 10, 27, 8, tzinfo=new_york), datetime(2002, 10, 26, 8, tzinfo=new_york))
    assert (spring, autumn) == (23 * HOUR, 25 * HOUR)


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    new_york = zone("America/New_York")
    first, second = (datetime(2002, 10, 27, 1, 30, tzinfo=new_york, fold=fold) for fold in (0, 1))
    assert elapsed(second, first) == HOUR


def test_one_instant_in_two_zones_is_no_time_apart() -> None:
    noon = datetime(2002, 7, 1, 12, tzinfo=UTC)
    assert elapsed(noon.astimezone(zone("Asia/Seoul")), noon.astimezone(zone("America/Chicago"))) == 0


# Laws

minutes = st.integers(0, 10**6)
days = st.integers(-5000, 5000)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda offset: timezone(timedelta(minutes=offset)))


@given(minutes)
def test_a_duration_reads_back_as_it_was_said(length: int) -> None:
    assert duration(say_duration(length)) == length


@given(st.integers(0, 10**4), st.sampled_from(sorted(UNITS)))
def test_a_duration_is_never_said_in_a_smaller_unit_than_it_was_written_in(count: int, name: str) -> None:
    said_in = say_duration(duration(f"{count} {name}s")).split()[1].removesuffix("s")
    assert count == 0 or UNITS[said_in] >= UNITS[name]


@given(days.filter(bool), days.filter(bool))
def test_study_days_keep_their_order_and_none_is_missing_or_counted_twice(one: int, other: int) -> None:
    gap = other - one - (1 if one < 0 < other else -1 if other < 0 < one else 0)
    assert study_day(other) - study_day(one) == gap * DAY


@given(moments, moments, moments)
def test_elapsed_time_in_whole_minutes_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    one, two, three = (moment.replace(second=0, microsecond=0) for moment in (one, two, three))
    assert elapsed(three, two) + elapsed(two, one) == elapsed(three, one)


@given(moments, moments, offsets, offsets)
def test_the_zone_in_which_an_instant_is_written_does_not_move_it(
    moment: datetime, first_dose: datetime, here: timezone, there: timezone
) -> None:
    moment, first_dose = moment.replace(tzinfo=UTC), first_dose.replace(tzinfo=UTC)
    assert elapsed(moment.astimezone(here), first_dose.astimezone(there)) == elapsed(moment, first_dose)


@given(moments, st.integers(-60, 60), st.sampled_from(["America/New_York", "Europe/Paris", "Australia/Lord_Howe"]))
def test_across_daylight_saving_elapsed_time_is_what_a_stopwatch_shows(start: datetime, shift: int, name: str) -> None:
    here, first_dose = zone(name), start.replace(tzinfo=UTC)
    later = first_dose + timedelta(days=shift)
    assert elapsed(later.astimezone(here), first_dose.astimezone(here)) == shift * DAY


@given(st.integers(-(10**6), 10**6))
def test_a_moment_is_said_on_the_day_that_it_falls_on(time: int) -> None:
    assert int(say_time(time).split()[1]) == time // DAY


def test_a_week_is_seven_days() -> None:
    assert WEEK == 7 * DAY
