"""Time is whole minutes elapsed since the first dose; this is the one file that converts it.

A week is 7 days. Months and years have no fixed length, so they are refused.
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, date, datetime, timedelta
from math import gcd
from typing import SupportsIndex

from protocol.errors import NotationError, told

MINUTE = 1
HOUR = 60
DAY = 24 * HOUR
WEEK = 7 * DAY

FARTHEST = 10**10
"""Minutes, thousands of years: what is farther from the first dose is no time since it, such as a time stamp of a computer."""

UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": WEEK}
RESOLUTIONS = {"minutes": MINUTE, "hours": HOUR, "days": DAY, "weeks": WEEK}

_DURATION = re.compile(r"\s*(?P<count>[0-9]{1,9})\s*(?P<unit>[A-Za-z]+)\s*")


def whole_minutes(value: SupportsIndex) -> int:
    """A time as a plain whole number, whatever kind of whole number it was; raises NotationError on anything else."""
    if type(value) is not int:
        value = _whole(value)
    if not -FARTHEST <= value <= FARTHEST:
        raise NotationError(f"{told(value)} is too far from the first dose", "Times count from it, in minutes.")
    return value


def _whole(value: object) -> int:
    try:
        if not isinstance(value, bool):
            return int(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        pass
    raise NotationError(f"{told(value)} is not a time", "A time is a whole number of minutes since the first dose.") from None


def duration(text: str) -> int:
    """Minutes in a duration such as ``4 weeks`` or ``30 minutes``; raises NotationError on anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise NotationError(f"'{text}' is not a duration", "Write a whole number and a unit, such as '8 days'.")
    return int(match["count"]) * _minutes_in(match["unit"].lower(), text)


def _minutes_in(unit: str, text: str) -> int:
    singular = unit.removesuffix("s")
    if singular in UNITS:
        return UNITS[singular]
    if singular in ("month", "year"):
        raise NotationError(f"a {singular} has no fixed length in '{text}'", "Write it in days or weeks, such as '13 weeks'.")
    raise NotationError(f"'{unit}' is not a unit of time in '{text}'", "Units are minutes, hours, days and weeks.")


def say_duration(minutes: int) -> str:
    """The duration in its largest whole unit: 40320 is ``4 weeks``, 1500 is ``25 hours``."""
    if minutes < 0:
        return "-" + say_duration(-minutes)
    for name, size in (("week", WEEK), ("day", DAY), ("hour", HOUR)):
        if minutes and minutes % size == 0:
            return _plural(minutes // size, name)
    return _plural(minutes, "minute")


def say_durations(shortest: int, longest: int) -> str:
    """``7 days``, or with both ends in the largest unit that both are whole in: ``28 to 31 days``."""
    if shortest == longest:
        return say_duration(longest)
    unit = say_duration(gcd(shortest, longest)).split()[1].removesuffix("s")
    return f"{shortest // UNITS[unit]} to {longest // UNITS[unit]} {unit}s"


def say_time(minutes: int) -> str:
    """A moment, counted from the first dose: ``day 28``, ``day 1 02:30``, ``day -7``."""
    days, rest = divmod(minutes, DAY)
    return f"day {days}" if not rest else f"day {days} {rest // HOUR:02d}:{rest % HOUR:02d}"


def _plural(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def study_day(day: int) -> int:
    """Elapsed minutes of a study day: study day 1 is the day of the first dose, and there is no study day 0."""
    if day == 0:
        raise NotationError("there is no study day 0", "Study day 1 is the day of the first dose, day -1 the day before.")
    return (day - 1 if day > 0 else day) * DAY


def study_day_of(minutes: int) -> int:
    """The study day in which a time lies: 1 is the day of the first dose, -1 the day before it."""
    day = minutes // DAY
    return day + 1 if day >= 0 else day


def elapsed(moment: date | datetime, first_dose: date | datetime) -> int:
    """Whole minutes from the first dose to a moment; both with a time zone or both without.

    A date without a time counts as its midnight. Two moments with time zones are compared as instants,
    so a change to summer time does not move a visit.
    """
    later, earlier = _as_datetime(moment), _as_datetime(first_dose)
    if (later.tzinfo is None) != (earlier.tzinfo is None):
        raise NotationError(f"'{moment}' and '{first_dose}' are not comparable", "Give both a time zone, or neither.")
    if later.tzinfo is not None:
        later, earlier = later.astimezone(UTC), earlier.astimezone(UTC)
    return (later - earlier) // timedelta(minutes=1)


def _as_datetime(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
