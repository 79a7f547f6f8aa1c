"""The loops over single columns: a value becomes a code, whatever the input is."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.exact import ASK
from protocol.executors.columnar.machine_code import compiled
from protocol.executors.compiled.layout import NOT_OBSERVED


@compiled
def code_numbers(values: Any, there: Any, range_: Any, cuts: Any, out: Any) -> Any:
    """The cells of plain numbers, and how many are to be asked. ``range_``: the first plausible float, and the first beyond.

    One pass for each constant, because a processor compares several numbers at once.
    """
    least, beyond, asked = range_[0], range_[1], 0
    for row in range(out.shape[0]):
        out[row] = 0
    for number in range(cuts.shape[0]):
        cut = cuts[number]
        for row in range(out.shape[0]):
            out[row] += values[row] >= cut
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
    for row in range(out.shape[0]):
        value = values[row]
        cell = 0
        for number in range(cuts.shape[0]):
            cell += value >= cuts[number]
        is_odd = not (0 <= value <= 5 and value == np.floor(value))
        out[row] = (ASK if is_odd else cell) if there[row] else NOT_OBSERVED
        asked += is_odd and there[row]
    return asked


@compiled
def code_multiples(plain: Any, values: Any, limits: Any, there: Any, range_: Any, around: Any, without: int, out: Any) -> Any:
    """The cells of multiples of a limit of normal, ``around`` which a quotient has to be computed exactly; how many are to be."""
    least, beyond, asked = range_[0], range_[1], 0
    for row in range(out.shape[0]):
        if plain[row] < 0 or not there[row]:
            out[row] = plain[row] if plain[row] < 0 else without
            continue
        limit = limits[row]
        times = values[row] / limit
        cell, other = 0, 0
        for number in range(around.shape[1]):
            cell += times >= around[0, number]
            other += times >= around[1, number]
        is_odd = cell != other or not (least <= limit < beyond) or limit <= 0
        out[row] = ASK if is_odd else cell
        asked += is_odd
    return asked


@compiled
def code_options(values: Any, there: Any, codes: Any, out: Any) -> Any:
    """The codes of options, by the number of each in its dictionary; how many are to be asked."""
    asked, none = 0, codes[codes.shape[0] - 1]
    for row in range(out.shape[0]):
        code = codes[values[row]] if there[row] else none
        out[row] = code
        asked += code == ASK
    return asked


@compiled
def code_flags(values: Any, there: Any, out: Any) -> None:
    """The codes of a yes or no."""
    for row in range(out.shape[0]):
        out[row] = values[row] if there[row] else NOT_OBSERVED
