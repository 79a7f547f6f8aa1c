"""The loops over single columns: a value becomes a code, a code counts for as long as it is valid, a leaf becomes a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.machine_code import compiled, short
from protocol.executors.compiled.layout import NO_VALUE, NONE, NOT_OBSERVED

ASK = -3
"""The code of a value for which exact numbers are needed."""


@short
def is_there(bits: Any, offset: int, row: int) -> Any:
    place = offset + row
    return bits.shape[0] == 0 or (bits[place >> 3] >> (place & 7)) & 1 != 0


@compiled
def code_numbers(values: Any, bits: Any, offset: int, range_: Any, cuts: Any, out: Any) -> None:
    """The cells of plain numbers; ``range_`` is the first float that is plausible, and the first beyond."""
    least, beyond = range_[0], range_[1]
    for row in range(out.shape[0]):
        value = values[row]
        cell = 0
        for number in range(cuts.shape[0]):
            cell += value >= cuts[number]
        cell = cell if least <= value < beyond else ASK
        out[row] = cell if is_there(bits, offset, row) else NOT_OBSERVED


@compiled
def code_grades(values: Any, bits: Any, offset: int, cuts: Any, out: Any) -> None:
    """The cells of grades, which are whole numbers from 0 to 5."""
    for row in range(out.shape[0]):
        value = values[row]
        cell = 0
        for number in range(cuts.shape[0]):
            cell += value >= cuts[number]
        cell = cell if 0 <= value <= 5 and value == np.floor(value) else ASK
        out[row] = cell if is_there(bits, offset, row) else NOT_OBSERVED


@compiled
def code_multiples(
    plain: Any, values: Any, limits: Any, bits: Any, offset: int, range_: Any, around: Any, without: int, out: Any
) -> None:
    """The cells of multiples of a limit of normal, ``around`` which a quotient has to be computed exactly."""
    least, beyond = range_[0], range_[1]
    for row in range(out.shape[0]):
        if plain[row] < 0:
            out[row] = plain[row]
            continue
        if not is_there(bits, offset, row):
            out[row] = without
            continue
        limit = limits[row]
        times = values[row] / limit
        cell, other = 0, 0
        for number in range(around.shape[1]):
            cell += times >= around[0, number]
            other += times >= around[1, number]
        out[row] = cell if cell == other and least <= limit < beyond and limit > 0 else ASK


@compiled
def code_options(values: Any, bits: Any, offset: int, codes: Any, out: Any) -> None:
    """The codes of options, by the number of each in its dictionary."""
    for row in range(out.shape[0]):
        out[row] = codes[values[row]] if is_there(bits, offset, row) else NOT_OBSERVED


@compiled
def code_flags(values: Any, start: int, bits: Any, offset: int, out: Any) -> None:
    """The codes of a yes or no."""
    for row in range(out.shape[0]):
        place = start + row
        out[row] = (values[place >> 3] >> (place & 7)) & 1 if is_there(bits, offset, row) else NOT_OBSERVED


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
