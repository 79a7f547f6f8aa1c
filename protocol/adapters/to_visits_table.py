"""From courses to a table of visits, the input of ``replay_table``: a row for each visit, and for each dose changed in between.

A table has one time for a visit and one value for an input at it. A course that needs more is left out, and said aloud: its
date is a range, or something was recorded later than its visit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from protocol.adapters.mapped.absent import needs
from protocol.adapters.one_value import one_value
from protocol.model.course import ANEW, Course, Given, Observation, Visit, with_exposures
from protocol.model.input import Choice, Grade, Input, Number
from protocol.model.protocol import Protocol

if TYPE_CHECKING:
    import pyarrow


@frozen
class VisitsTable:
    """The table, and the courses that could not be put into it: the name of each, and why."""

    table: pyarrow.Table
    left_out: tuple[tuple[str, str], ...]


Row = dict[str, Any]


def to_visits_table(courses: Iterable[Course], protocol: Protocol) -> VisitsTable:
    """The visits of courses as a table; the inputs that no course has are no columns of it."""
    with needs("pyarrow", "bulk", "a table of visits"):
        import pyarrow

    rows: list[Row] = []
    left_out: list[tuple[str, str]] = []
    for course in courses:
        why = _why_not(course)
        if why:
            left_out.append((course.name, why))
        else:
            rows += _rows(course, protocol)
    columns = _columns(protocol, pyarrow)
    said = {name for row in rows for name, value in row.items() if value is not None}
    kept = [name for name in columns if name in said or name in ("patient", "elapsed")]
    arrays = {name: pyarrow.array([row.get(name) for row in rows], columns[name]) for name in kept}
    return VisitsTable(pyarrow.table(arrays), tuple(left_out))


def _columns(protocol: Protocol, arrow: Any) -> dict[str, Any]:
    """The columns that there can be, with their types."""
    text, number = arrow.dictionary(arrow.int32(), arrow.string()), arrow.float64()
    found = {"patient": arrow.string(), "elapsed": arrow.int64()}
    for item in protocol.inputs:
        found[item.name] = number if _is_number(item) else text if isinstance(item.kind, Choice) else arrow.bool_()
        found |= {f"{item.name}.lower": number, f"{item.name}.upper": number}
        found |= {f"{item.name}.censored": text, f"{item.name}.not done": arrow.bool_()}
    return found | {"given": text, "dose only": arrow.bool_(), "source": text, "row": arrow.int64()}


def _is_number(item: Input) -> bool:
    return isinstance(item.kind, Number | Grade)


def _why_not(course: Course) -> str:
    if any(visit.latest is not None for visit in course.visits):
        return "a date is a range"
    late = (one for visit in course.visits for one in visit.observations if _is_elsewhere(one, visit))
    if any(late):
        return "a value was observed or recorded at another time than its visit"
    times = [visit.time for visit in course.visits]
    return "two visits have one time" if len(set(times)) < len(times) else ""


def _is_elsewhere(one: Observation, visit: Visit) -> bool:
    return any(time is not None and time != visit.time for time in (one.observed, one.recorded))


def _rows(course: Course, protocol: Protocol) -> Iterator[Row]:
    inputs = {item.name: item for item in protocol.inputs}
    met = {visit.time for visit in course.visits}
    for visit in with_exposures(course):
        row: Row = {"patient": course.name, "elapsed": visit.time, "given": given_text(visit.given)}
        row["dose only"] = True if visit.time not in met else None
        row["source"], row["row"] = place(visit.row)
        by_input: dict[str, list[Observation]] = {}
        for one in visit.observations:
            by_input.setdefault(one.input, []).append(one)
        for name, observations in by_input.items():
            row |= _cells(inputs[name], tuple(observations))
        yield row


def _cells(item: Input, observations: tuple[Observation, ...]) -> Row:
    cell = one_value(item, observations)
    if cell.value is None:
        return {f"{item.name}.not done": True}
    plain: Callable[[Any], Any] = as_double if _is_number(item) else lambda value: value
    found = {item.name: plain(cell.value), f"{item.name}.censored": cell.censored or None}
    sides = (("lower", cell.lower), ("upper", cell.upper))
    return found | {f"{item.name}.{side}": None if limit is None else as_double(limit) for side, limit in sides}


def as_double(value: Fraction) -> float:
    """The number as a table has it; beyond all doubles infinity, which is refused as the number itself is."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def given_text(given: Given | None) -> str | None:
    """What was given as a table of visits has it."""
    if given is None:
        return None
    if given.regimen is None:
        return given.kind
    return f"{given.level or given.regimen}{ANEW if given.anew else ''}"


def place(row: str) -> tuple[str | None, int | None]:
    """The file and the number of a row that is called ``lb.xpt:12``."""
    file, _, number = row.rpartition(":")
    return (file, int(number)) if number.isdigit() else (row or None, None)


def write_parquet(made: VisitsTable, path: Path) -> None:
    """Writes the table; raises OSError where it cannot be written."""
    with needs("pyarrow", "bulk", "a Parquet file"):
        from pyarrow import parquet
    with path.open("wb") as file:
        parquet.write_table(made.table, file)
