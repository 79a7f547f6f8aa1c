"""When a row was: from a date of ISO 8601, complete or not, a study day or an elapsed time to minutes since the first dose.

A date that is not complete (``2013-07``) is every moment that it can be, as a range; so is ``2013-07-02/2013-07-05``. A date
without a time of day counts as its beginning.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from protocol.adapters.times import Times
from protocol.errors import NotationError
from protocol.model.time import DAY, elapsed

_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}|-)(?:-(?P<day>[0-9]{2}|-))?)?"
    r"(?:T(?P<hour>[0-9]{2}|-)(?::(?P<minute>[0-9]{2}|-)(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?)?)?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_HINT = "Write a date as 2013-07-28 or 2013-07-28T09:30; what is not known is left away at the end: 2013-07."
Span = tuple[datetime, datetime]
"""The first and the last moment that a date can be."""


@lru_cache(maxsize=65_536)
def span(text: str) -> Span:
    """The moments that a date can be; raises NotationError for what is no date."""
    begin, slash, end = text.partition("/")
    try:
        first, last = _one(begin), _one(end) if slash else None
    except NotationError as error:
        raise NotationError(f"'{text[:40]}' {error.message}", error.hint) from None
    found = (first[0], last[1]) if last else first
    if (found[0].tzinfo is None) != (found[1].tzinfo is None) or found[1] < found[0]:
        raise NotationError(f"'{text[:40]}' does not go up", "Write the earlier date first.")
    return found


def _one(text: str) -> Span:
    match = _DATE.fullmatch(text)
    if match is None:
        raise NotationError("is not a date", _HINT)
    said = {part: int(value) for part, value in match.groupdict().items() if value and value.isdigit()}
    try:
        return _ends(said, _zone(match["zone"]))
    except (ValueError, OverflowError):
        raise NotationError("is no day of the calendar", _HINT) from None


def _ends(said: dict[str, int], zone: timezone | None) -> Span:
    """The first and last moment of what is said; what comes after the first part that is missing does not count."""
    known: list[int] = []
    for part in ("year", "month", "day", "hour", "minute"):
        if part not in said:
            break
        known.append(said[part])
    if len(known) == 3:  # a date without a time of day counts as its beginning
        known += [0, 0]
    year, month, day, hour, minute = (*known, *(1, 1, 1, 0, 0)[len(known) :])
    first = datetime(year, month, day, hour, minute, tzinfo=zone)
    if len(known) >= 5:
        return first, first
    month = known[1] if len(known) > 1 else 12
    day = known[2] if len(known) > 2 else monthrange(year, month)[1]
    return first, datetime(year, month, day, known[3] if len(known) > 3 else 23, 59, tzinfo=zone)


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    digits = "+0000" if text == "Z" else text.replace(":", "")
    sign = -1 if digits[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(digits[1:3]), minutes=int(digits[3:])))


def since(found: Span, first_dose: datetime, by_day: bool) -> Times:
    """Minutes from the first dose to a date: of whole days, or of the moments themselves."""
    first, last = (_minutes(moment, first_dose, by_day) for moment in found)
    return Times(first) if first == last else Times(first, last)


def _minutes(moment: datetime, first_dose: datetime, by_day: bool) -> int:
    if by_day:
        return (moment.date() - first_dose.date()).days * DAY
    return elapsed(moment, first_dose)
