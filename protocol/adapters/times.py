"""How a time is written in a table: ``28``, ``27 to 28``, ``2 weeks``, as elapsed time or as a study day."""

from __future__ import annotations

import re

from attrs import frozen

from protocol.adapters.problems import Cell, Problems, quoted
from protocol.errors import NotationError
from protocol.model.protocol import Protocol
from protocol.model.quantity import exact
from protocol.model.time import RESOLUTIONS, UNITS, WEEK, duration, study_day

_RANGE = re.compile(r"(?P<first>\S+(?:\s+[a-zA-Z]+)?)\s+to\s+(?P<last>\S+(?:\s+[a-zA-Z]+)?)")
_DASHED = re.compile(r"(?P<first>[0-9]+)\s*[-\u2010-\u2015]\s*(?P<last>[0-9]+)")
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_WORD = re.compile(r"[a-zA-Z]+$")
_FARTHEST = 200 * 53 * WEEK


@frozen
class Times:
    """A moment in minutes since the first dose, or with ``latest`` a range of them."""

    time: int
    latest: int | None = None

    @property
    def last(self) -> int:
        """The last moment that it can be."""
        return self.time if self.latest is None else self.latest


def times(cell: Cell, kind: str, protocol: Protocol, problems: Problems) -> Times | None:
    """The time in a cell of a column ``elapsed`` or ``study day``; None after a problem was reported."""
    match = _RANGE.fullmatch(cell.text)
    first, last = (match["first"], match["last"]) if match else (cell.text, "")
    if last and (unit := _WORD.search(last)) and not _WORD.search(first):
        first = f"{first} {unit[0]}"  # "27 to 28 days" says its unit once
    try:
        begin = _minutes(first, kind, protocol)
        end = _minutes(last, kind, protocol) if last else None
    except NotationError as error:
        problems.report("C021" if "study day 0" in error.message else "C020", cell, error.message, error.hint)
        return None
    if end is not None and end <= begin:
        problems.report("C020", cell, f"the range {quoted(cell.text)} does not go up", "Write the earlier time first.")
        return None
    return Times(begin, end)


def _minutes(text: str, kind: str, protocol: Protocol) -> int:
    minutes = _study_day(text) if kind == "study day" else _elapsed(text, protocol)
    if abs(minutes) > _FARTHEST:
        raise NotationError(f"{quoted(text)} is centuries from the first dose", "Times count from the first dose.")
    return minutes


def _study_day(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise NotationError(f"{quoted(text)} is not a study day", _advice(text) or "Write a whole number, such as 1 or -7.")
    return study_day(int(text))


def _elapsed(text: str, protocol: Protocol) -> int:
    if text[-1:].isalpha() and any(char.isdigit() for char in text):
        sign, bare = (-1, text[1:]) if text.startswith("-") else (1, text)
        return sign * duration(bare)
    try:
        count = exact(text) * RESOLUTIONS[protocol.resolution]
    except NotationError:
        advice = _advice(text) or f"Write {protocol.resolution} since the first dose, or a duration such as '2 weeks'."
        raise NotationError(f"{quoted(text)} is not a time", advice) from None
    if count.denominator != 1:
        raise NotationError(f"{quoted(text)} {protocol.resolution} are not whole minutes", f"Units: {', '.join(UNITS)}s.")
    return count.numerator


def _advice(text: str) -> str:
    if match := _DASHED.fullmatch(text):
        return f"Write a range as '{match['first']} to {match['last']}'."
    if re.fullmatch(r"[0-9]{2,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}", text):
        return "Times are counted from the first dose; calendar dates are not read."
    return ""
