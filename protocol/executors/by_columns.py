"""Which way is the fastest that can take a protocol, and which courses are left to a slower one?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

import pyarrow

from protocol.executors import by_reference
from protocol.executors.columnar.keys import Crowded
from protocol.executors.decisions_table import Written, written
from protocol.executors.plain import Walker, decided, walker
from protocol.model.protocol import Protocol, fingerprint

Way = Callable[[Any, pyarrow.Table, str], tuple[pyarrow.Table, int]]
_MOST_KEPT = 4
_READY: dict[str, Any] = {}
_ALONE = Lock()
"""The trees grow while they are walked, so one table at a time."""


def decisions(protocol: Protocol, table: pyarrow.Table, follow: str = "given") -> pyarrow.Table:
    """The decisions at all visits of a table that was checked."""
    with _ALONE:
        ready = _ready(protocol)
        if ready is None:
            return _told(by_reference.decisions(protocol, table, follow), "by the reference, because of what the protocol asks")
        if not isinstance(ready, Walker) and not has_loops() and _has_few(table):
            one_by_one = _by_plain(protocol, ready.walker, table, follow)
            ready.renew()  # the trees have grown beside it
            return _told(*one_by_one)
        if not isinstance(ready, Walker):
            way, name = (_by_loops, "in loops over columns") if has_loops() else (_by_rounds, "in rounds over columns")
            found = _in_columns(way, ready, table, follow)
            if found is not None:
                return _told(found[0], name, found[1])
            ready = _READY[fingerprint(protocol)] = ready.walker
        return _told(*_by_plain(protocol, ready, table, follow))


def _told(table: pyarrow.Table, way: str, slow: int = 0) -> pyarrow.Table:
    """The table with the way in which it was decided among its metadata."""
    slowly = f"; {slow} patients by the reference" if slow else ""
    return table.replace_schema_metadata({"decided": f"{way}{slowly}"})


def _ready(protocol: Protocol) -> Any:
    """The protocol as trees, with all that was grown before: for columns, for one row after the other, or None for neither."""
    key = fingerprint(protocol)
    if key not in _READY:
        while len(_READY) >= _MOST_KEPT:
            _READY.pop(next(iter(_READY)))
        _READY[key] = _made(protocol)
    return _READY[key]


def _made(protocol: Protocol) -> Any:
    ready = walker(protocol)
    if ready is None:
        return None
    from protocol.executors.columnar.whole_patients import is_fit

    if not is_fit(ready):
        return ready
    from protocol.executors.columnar.forest import Forest

    try:
        return Forest(ready)
    except Crowded:
        return ready


@cache
def has_loops() -> bool:
    """Whether the library of loops is there, and can be loaded with the NumPy that is there."""
    try:
        import numba  # noqa: F401 - only whether it can be
    except ImportError:
        return False
    return True


def _by_loops(forest: Any, table: pyarrow.Table, follow: str) -> tuple[pyarrow.Table, int]:
    from protocol.executors.columnar import replayed

    return replayed.decisions(forest, table, follow)


def _by_rounds(forest: Any, table: pyarrow.Table, follow: str) -> tuple[pyarrow.Table, int]:
    from protocol.executors.in_rounds import replayed

    return replayed.decisions(forest, table, follow)


def _has_few(table: pyarrow.Table) -> bool:
    from protocol.executors.in_rounds.replayed import has_few

    return has_few(table)


def _in_columns(way: Way, forest: Any, table: pyarrow.Table, follow: str) -> tuple[pyarrow.Table, int] | None:
    """The decisions by a way over columns; None where there is no room for all that is asked."""
    try:
        return way(forest, table, follow)
    except Crowded:
        return None


# One row after the other


def _by_plain(protocol: Protocol, ready: Walker, table: pyarrow.Table, follow: str) -> tuple[pyarrow.Table, str, int]:
    rows: list[tuple[int, bool]] = []
    times: list[int] = []
    found = written(protocol)
    slowly = 0
    for numbers, patient in decided(ready, table.to_pydict(), follow):
        if patient is None:
            slowly += 1
            part = table.slice(numbers.start, len(numbers))
            slow = by_reference.decisions(protocol, part, follow)
            _copy(slow, found)
            times += slow["elapsed"].to_pylist()
            rows += by_reference.places(part["elapsed"].to_pylist(), slow["elapsed"].to_pylist(), numbers.start)
        else:
            index = numbers.start
            times += patient.times
            for number, (said, refused) in enumerate(zip(patient.said, patient.refused, strict=True)):
                found.add((*said[:10], refused, said[10]))
                rows.append((index, number not in patient.by_itself))
                index += rows[-1][1]
    return by_reference.joined(table, rows, times, found), "one row after the other", slowly


def _copy(slow: pyarrow.Table, found: Written) -> None:
    """Rows that were decided elsewhere."""
    for row in slow.select(list(found.values)).to_pylist():
        found.add(tuple(row.values()))
