"""What of a column takes exact numbers, or is refused, or counts only once? Row by row, because it is rare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.inputs import Compared
from protocol.executors.compiled import layout
from protocol.executors.compiled.coding import NO_CODES, REFUSED, Codes
from protocol.model.input import Choice, YesNo

ASK = -3
"""The code of a value for which exact numbers are needed."""


Way = Callable[[Compared, Any, Collection[str], Any], int]
"""How a column of one kind is read as codes, from a table that has columns with these names; whether something is to be asked."""


def read(ways: Mapping[type, Way], one: Compared, rows: Any, names: Collection[str], out: Any, refused: Any) -> None:
    """The codes of all terms of an input, read as its kind says; ``refused`` counts up."""
    is_odd = False
    if one.name in names:
        is_odd = bool(ways[type(one.item.kind)](one, rows, names, out))
    else:
        for term in one.terms:
            out[term.place] = layout.NOT_OBSERVED
    settle(one, rows, names, is_odd, out, refused)


def is_special(one: Compared, names: Collection[str]) -> bool:
    """Whether more is said of an input than its value and the limits that are asked."""
    return f"{one.name}.not done" in names or (one.name in names and _may_be_odd(one, names))


def settle(one: Compared, rows: Any, names: Collection[str], is_odd: bool, out: Any, refused: Any) -> None:
    """Puts right what was read of an input, where something is to be asked (``is_odd``), or more is said of it."""
    if one.name in names and (is_odd or _may_be_odd(one, names)):
        _ask(one, rows, names, out, refused)
    if f"{one.name}.not done" in names:
        done = np.flatnonzero(rows.column(f"{one.name}.not done").fill_null(False).to_numpy(zero_copy_only=False))
        for term in one.terms:
            # What is said to be not done has no value, whatever stands beside it, and none was refused.
            out[term.place, done] = layout.NO_VALUE


def _may_be_odd(one: Compared, names: Collection[str]) -> bool:
    """Whether there is a bound, or a limit of normal at which nobody has looked yet."""
    signs, lower, upper = (name in names for name in _beside(one))
    asked = {term.limit for term in one.terms}
    return signs or (lower and upper) or (lower and "LLN" not in asked) or (upper and "ULN" not in asked)


def _ask(one: Compared, rows: Any, names: Collection[str], out: Any, refused: Any) -> None:
    """Reads exactly whatever is marked, and what has a bound or limits that are unusual; ``refused`` counts up."""
    asked = np.zeros(rows.num_rows, np.bool_)
    for term in one.terms:
        asked |= out[term.place] == ASK
    if _may_be_odd(one, names):
        asked |= _are_bounds(one, rows) | _are_unusual(one, rows)
    asked &= out[one.terms[0].place] != layout.NOT_OBSERVED
    where = np.flatnonzero(asked)
    if not where.size:
        return
    beside = (f"{one.name}.not done", *_beside(one))
    some = rows.select([name for name in (one.name, *beside) if name in names]).take(pyarrow.array(where))
    nothing = [None] * len(where)
    values = (some.column(name).to_pylist() if name in names else nothing for name in (one.name, *beside))
    for index, record in zip(where.tolist(), zip(*values, strict=True), strict=True):
        codes: Codes = (one.coder.records[record] or (NO_CODES,))[-1]
        for number, term in enumerate(one.terms):
            out[term.place, index] = codes[number] if codes and codes is not REFUSED else layout.NO_VALUE
        refused[index] += codes is REFUSED


def _beside(one: Compared) -> tuple[str, str, str]:
    return f"{one.name}.censored", f"{one.name}.lower", f"{one.name}.upper"


def _are_bounds(one: Compared, rows: Any) -> Any:
    name = f"{one.name}.censored"
    if name not in rows.schema.names:
        return False
    return np.array([bool(text) for text in rows.column(name).to_pylist()], np.bool_)


def _are_unusual(one: Compared, rows: Any) -> Any:
    """Where the limits of normal are such that it takes a closer look, or asked by no term."""
    unusual: Any = False
    limits = {}
    for side in ("lower", "upper"):
        name = f"{one.name}.{side}"
        if name in rows.schema.names and rows.column(name).null_count < rows.num_rows:
            limits[side] = rows.column(name).to_numpy(zero_copy_only=False)
    for limit in limits.values():
        with np.errstate(invalid="ignore"):
            unusual = unusual | ~(np.isnan(limit) | ((limit >= one.range[0]) & (limit < one.range[1]) & (limit > 0)))
            unusual = unusual | _is_nan(one, rows, limit, limits)
    if len(limits) == 2:
        with np.errstate(invalid="ignore"):
            unusual = unusual | (limits["lower"] >= limits["upper"])
    return unusual


def _is_nan(one: Compared, rows: Any, limit: Any, limits: dict[str, Any]) -> Any:
    """Where a limit is no number although one is there."""
    side = next(side for side, other in limits.items() if other is limit)
    column = rows.column(f"{one.name}.{side}")
    return np.isnan(limit) & column.is_valid().to_numpy(zero_copy_only=False)


# What stands for ever


def without_repeats(inputs: Iterable[Compared], start: Any, raw: Any, refused: Any) -> Any:
    """Of an input that is fixed only the first value counts; the rows from which on only the reference can tell."""
    left_out: Any = np.zeros(len(start), np.bool_)
    for one in inputs:
        if one.item.fixed:
            _fix(one, start, raw, refused, left_out)
    return left_out


def _fix(one: Compared, start: Any, raw: Any, refused: Any, left_out: Any) -> None:
    places, kept = [term.place for term in one.terms], None
    is_option = isinstance(one.item.kind, Choice | YesNo)
    for row in np.flatnonzero((raw[places[0]] != layout.NOT_OBSERVED) | start).tolist():
        read = raw[places, row].tolist()
        kept = None if start[row] else kept
        if kept is None:
            kept = read if read[0] >= 0 else None
        elif read[0] != layout.NOT_OBSERVED:
            if read[0] >= 0:
                refused[row] += is_option and read != kept
                left_out[row] |= not is_option
            raw[places, row] = layout.NOT_OBSERVED
