"""What does the reference decide on a table of visits? Slow, and right by definition; every faster way is held to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow
from attrs import frozen

from protocol.executors.decisions_table import Written, said, written
from protocol.model.course import Course, Observation, Visit
from protocol.model.dose_text import dose_written
from protocol.model.protocol import Protocol
from protocol.semantics.trace import of_visits

_AT_ONCE = 8_192
"""Rows that are plain Python values at one time."""


@frozen
class Rows:
    """The rows of one patient: the index of the first one, the visits, and the times at which the patient was seen."""

    begin: int
    course: Course
    met: frozenset[int]


def courses(protocol: Protocol, table: pyarrow.Table, follow: str = "given") -> Iterator[Rows]:
    """The courses in a table of visits that was checked, one after the other."""
    names = tuple(item.name for item in protocol.inputs if item.name in table.column_names)
    begin = 0
    for patient, group in groupby(_rows(table), key=itemgetter("patient")):
        rows = tuple(group)
        visits = tuple(_visit(protocol, names, row, follow) for row in rows)
        seen = frozenset(row["elapsed"] for row in rows if not row.get("dose only"))
        yield Rows(begin, Course(patient, visits), seen)
        begin += len(rows)


def _rows(table: pyarrow.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=_AT_ONCE):
        yield from batch.to_pylist()


def _visit(protocol: Protocol, names: tuple[str, ...], row: dict[str, Any], follow: str) -> Visit:
    observed = (_observation(name, row) for name in names)
    dose = dose_written((row.get("given") or "").strip(), protocol) if follow == "given" else None
    place = ":".join(str(row[part]) for part in ("source", "row") if row.get(part) is not None)
    return Visit(row["elapsed"], tuple(one for one in observed if one is not None), dose, row=place)


def _observation(name: str, row: dict[str, Any]) -> Observation | None:
    """What a row says of an input; None where it says nothing."""
    if row.get(f"{name}.not done"):
        return Observation(name, None)
    value = row[name]
    if value is None:
        return None
    sign, lower, upper = (row.get(f"{name}.{part}") for part in ("censored", "lower", "upper"))
    return Observation(name, value, censored=sign or "", lower=lower, upper=upper)


def decisions(protocol: Protocol, table: pyarrow.Table, follow: str = "given") -> pyarrow.Table:
    """The decisions at all visits of a table that was checked."""
    rows, times, found = list[tuple[int, bool]](), list[int](), written(protocol)
    for patient in courses(protocol, table, follow):
        steps = of_visits(protocol, patient.course, patient.met).steps
        moments = [step.visit.time for step in steps]
        rows += places([visit.time for visit in patient.course.visits], moments, patient.begin)
        times += moments
        for step in steps:
            found.add(said(protocol, step))
    return joined(table, rows, times, found)


def places(visits: Sequence[int], moments: Sequence[int], begin: int) -> list[tuple[int, bool]]:
    """For each moment at which something is decided the number of its visit, or of the next one, and whether it is that."""
    found, index = [], 0
    for moment in moments:
        is_row = moment == visits[index]
        found.append((begin + index, is_row))
        index += is_row
    return found


def joined(table: pyarrow.Table, rows: list[tuple[int, bool]], times: list[int], found: Written) -> pyarrow.Table:
    """The table of decisions, with whose and from which row each is."""
    return pyarrow.table({**_origin(table, rows, times), **dict(found.arrays())})


def _origin(table: pyarrow.Table, rows: list[tuple[int, bool]], times: list[int]) -> dict[str, Any]:
    """Whose each decision is, when it was, and from which row; from none where an order fell due by itself."""
    every = pyarrow.array([index for index, _ in rows], pyarrow.int64())
    from_row = pyarrow.array([index if is_row else None for index, is_row in rows], pyarrow.int64())
    origin = {name: table[name].take(from_row) for name in ("source", "row") if name in table.column_names}
    return {"patient": table["patient"].take(every), "elapsed": pyarrow.array(times, pyarrow.int64()), **origin}
