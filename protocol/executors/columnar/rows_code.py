"""The loops over single columns: a value becomes a code, a code counts for as long as it is valid, a leaf becomes a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.exact import ASK
from protocol.executors.columnar.machine_code import compiled
from protocol.executors.compiled.layout import NO_VALUE, NONE, NOT_OBSERVED


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


@compiled
def carry(raw: Any, start: Any, time: Any, unknown: int, valid: int, shift: Any, out: Any) -> None:
    """Puts into each row's key the code that counts then: the last one that was read, for as long as it is valid."""
    observed, code = NONE, 0
    for row in range(raw.shape[0]):
        now, read = time[row], raw[row]
        observed = NONE if start[row] or read == NO_VALUE else observed
        observed = now if read >= 0 else observed
        code = read if read >= 0 else code
        counts = code if now - observed <= valid else unknown
        out[row] |= np.uint64(counts) << shift


@compiled
def carry_known(raw: Any, start: Any, time: Any, valid: int, shift: Any, out: Any) -> None:
    """The same of whether anything counts at all."""
    observed = NONE
    for row in range(raw.shape[0]):
        now, read = time[row], raw[row]
        observed = NONE if start[row] or read == NO_VALUE else observed
        observed = now if read >= 0 else observed
        out[row] |= np.uint64(now - observed <= valid) << shift


@compiled
def keep(raw: Any, start: Any, time: Any, observed: Any, code: Any) -> None:
    """When the last value was observed, and its code, however old."""
    seen, last = NONE, 0
    for row in range(raw.shape[0]):
        read = raw[row]
        seen = NONE if start[row] or read == NO_VALUE else seen
        seen = time[row] if read >= 0 else seen
        last = read if read >= 0 else last
        observed[row] = seen
        code[row] = last


@compiled
def write(leaves: Any, columns: Any, small: Any, rule: Any, large: Any, flags: Any) -> None:
    """The columns of each row from the table of leaves."""
    for row in range(leaves.shape[0]):
        leaf = leaves[row]
        for number in range(4):
            small[number, row] = columns[leaf, number]
        rule[row] = columns[leaf, 4]
        for number in range(3):
            large[number, row] = columns[leaf, 5 + number]
            flags[number, row] = columns[leaf, 8 + number]


@compiled
def judge(
    start: Any, time: Any, given: Any, only: Any, leaves: Any, of: Any, effects: Any, within: int, late: int, kinds: Any
) -> None:
    """Takes back a deviation of what was done in time after all, and says which change came too late.

    ``of``: of each leaf whether it is to be judged, whether it can be late, its effect, the dose after it, whether treatment is
    over then. ``within``: minutes in which a recommendation is to be met, or -1 for before the next visit.
    """
    rows = leaves.shape[0]
    for row in range(rows):
        leaf = leaves[row]
        if leaf < 0 or not of[leaf, 0]:
            continue
        effect, other = of[leaf, 2], row + 1
        while other < rows and not start[other] and (only[other] if within < 0 else time[other] <= time[row] + within):
            if given[other] and effects[effect, given[other]]:
                kinds[row] = -1
                break
            other += 1
        if kinds[row] < 0 or not of[leaf, 1]:
            continue
        other = row + 1
        while other < rows and not start[other] and given[other]:
            after = leaves[other]
            if of[after, 3] != of[leaf, 3] or of[after, 4]:
                kinds[row] = late if effects[effect, given[other]] else kinds[row]
                break
            other += 1
