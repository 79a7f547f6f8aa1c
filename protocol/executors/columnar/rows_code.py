"""The loops over single columns: a value becomes a code, whatever the input is."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.exact import ASK
from protocol.executors.columnar.machine_code import compiled, short
from protocol.executors.compiled.layout import NOT_OBSERVED

_NEAR = -4
"""The code of a quotient that is so near to a constant that it has to be found exactly."""
_FEW = 32
_PARTS, _MOST = 1e4, 1e12
"""A number with at most four decimals is a whole number of such parts; more of them are not counted."""


@short
def pass_cuts(values: Any, cuts: Any, out: Any) -> None:
    """How many cuts each value has passed: once over all rows for each, because a processor compares several at once."""
    for row in range(out.shape[0]):
        out[row] = 0
    for number in range(cuts.shape[0]):
        cut = cuts[number]
        for row in range(out.shape[0]):
            out[row] += values[row] >= cut


@compiled
def code_numbers(values: Any, there: Any, range_: Any, cuts: Any, out: Any) -> Any:
    """The cells of plain numbers, and how many are to be asked. ``range_``: the first plausible float, and the first beyond."""
    least, beyond, asked = range_[0], range_[1], 0
    pass_cuts(values, cuts, out)
    for row in range(out.shape[0]):
        value = values[row]
        is_odd = not (least <= value < beyond)
        out[row] = (ASK if is_odd else out[row]) if there[row] else NOT_OBSERVED
        asked += is_odd and there[row]
    return asked


@compiled
def code_grades(values: Any, there: Any, cuts: Any, out: Any) -> Any:
    """The cells of grades, which are whole numbers from 0 to 5; how many are to be asked."""
    asked = 0
    pass_cuts(values, cuts, out)
    for row in range(out.shape[0]):
        value = values[row]
        is_odd = not ((value >= 0) & (value <= 5) & (value == np.floor(value)))
        out[row] = (ASK if is_odd else out[row]) if there[row] else NOT_OBSERVED
        asked += is_odd and there[row]
    return asked


@compiled
def code_multiples(
    plain: Any, values: Any, limits: Any, there: Any, range_: Any, around: Any, exact: Any, without: int, times: Any, others: Any,
    out: Any,
) -> Any:  # fmt: skip
    """The cells of multiples of a limit of normal, ``around`` which a quotient has to be found exactly; how many are to be asked.

    ``plain``: the cells of the values. ``around``: from where on constants can be passed, and from where on they are.
    ``times``, ``others``: room for the quotients, and for their cells.
    """
    asked, near = 0, divide(values, limits, range_, around, times, others, out)
    near += choose(plain, there, without, out)
    for row in range(out.shape[0] if near else 0):
        if out[row] == _NEAR:
            out[row] = exactly(values[row], limits[row], exact)
        asked += out[row] == ASK
    return asked


@compiled
def divide(values: Any, limits: Any, range_: Any, around: Any, times: Any, others: Any, cells: Any) -> Any:
    """The cells of quotients; ``ASK`` where a limit is none, ``_NEAR`` where two ways to compare differ, which are counted."""
    least, beyond, near, half = range_[0], range_[1], 0, around.shape[0] >> 1
    for row in range(cells.shape[0]):
        times[row] = values[row] / limits[row]
        cells[row], others[row] = 0, 0
    for number in range(half):
        below, above = around[number], around[half + number]
        for row in range(cells.shape[0]):
            cells[row] += times[row] >= below
            others[row] += times[row] >= above
    for row in range(cells.shape[0]):
        limit = limits[row]
        is_one = (limit >= least) & (limit < beyond) & (limit > 0)
        found = cells[row] if cells[row] == others[row] else _NEAR
        near += found == _NEAR
        cells[row] = found if is_one else ASK
    return near


@compiled
def choose(plain: Any, there: Any, without: int, cells: Any) -> Any:
    """Puts in what is said where there is no value, or no limit; how many are to be asked."""
    asked = 0
    for row in range(cells.shape[0]):
        found = cells[row] if there[row] else without
        cells[row] = plain[row] if plain[row] < 0 else found
        asked += cells[row] == ASK
    return asked


@compiled
def exactly(value: float, limit: float, exact: Any) -> Any:
    """The cell of a quotient beside a constant, if both numbers have few decimals and are not too large, else ``ASK``.

    What is a whole number of parts, and is that float, is that decimal; then whole numbers are compared.
    """
    parts, unit = np.rint(value * _PARTS), np.rint(limit * _PARTS)
    if parts / _PARTS != value or unit / _PARTS != limit or not (abs(parts) < _MOST and abs(unit) < _MOST):
        return ASK
    cell = 0
    for number in range(exact.shape[0]):
        above, below = np.int64(parts) * exact[number, 1], np.int64(unit) * exact[number, 0]
        if exact[number, 1] == 0:
            return ASK
        cell += above > below or (above == below and exact[number, 2] == 0)
    return cell


@compiled
def code_options(values: Any, there: Any, codes: Any, out: Any) -> Any:
    """The codes of options, by the number of each in its dictionary; how many are to be asked. The last code is of nothing.

    One pass for each option, if there are few.
    """
    asked, last = 0, codes.shape[0] - 1
    if last <= _FEW:
        for row in range(out.shape[0]):
            out[row] = codes[0]
        for number in range(1, last):
            code = codes[number]
            for row in range(out.shape[0]):
                out[row] = code if values[row] == number else out[row]
        for row in range(out.shape[0]):
            out[row] = out[row] if there[row] else codes[last]
    else:
        for row in range(out.shape[0]):
            out[row] = codes[values[row] if there[row] else last]
    for row in range(out.shape[0]):
        asked += out[row] == ASK
    return asked


@compiled
def code_flags(values: Any, there: Any, out: Any) -> None:
    """The codes of a yes or no."""
    for row in range(out.shape[0]):
        out[row] = values[row] if there[row] else NOT_OBSERVED
