"""The loops over leaves: a deviation is taken back where what was ordered came in time after all, and rows are written."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.machine_code import compiled, short
from protocol.executors.columnar.said import AS_IT_IS, LIFTED, TOO_LATE, WAYS


@short
def way(
    start: Any, time: Any, given: Any, only: Any, leaves: Any, of: Any, effects: Any, within: int, row: int, leaf: int
) -> Any:  # fmt: skip
    """In which way the leaf of a row is written that can still change."""
    rows, effect, other = leaves.shape[0], of[leaf, 2], row + 1
    while other < rows and not start[other] and (only[other] if within < 0 else time[other] <= time[row] + within):
        if given[other] and effects[effect, given[other]]:
            return LIFTED
        other += 1
    if not of[leaf, 1]:
        return AS_IT_IS
    other = row + 1
    while other < rows and not start[other] and given[other]:
        after = leaves[other]
        if of[after, 3] != of[leaf, 3] or of[after, 4]:
            return TOO_LATE if effects[effect, given[other]] else AS_IT_IS
        other += 1
    return AS_IT_IS


@compiled
def judge(
    start: Any, time: Any, given: Any, only: Any, leaves: Any, open_: Any, of: Any, effects: Any, within: int, used: Any
) -> None:  # fmt: skip
    """Puts in the place of each leaf the number of the leaf and the way in which it is written, and marks that this is used.

    ``of``: of each leaf whether it is to be judged, whether it can be late, its effect, the dose after it, whether treatment is
    over then. ``within``: minutes in which a recommendation is to be met, or -1 for before the next visit.
    """
    for row in range(leaves.shape[0]):
        leaf = leaves[row]
        if leaf >= 0:
            found = leaf * WAYS
            if open_[leaf]:
                found += way(start, time, given, only, leaves, of, effects, within, row, leaf)
            leaves[row] = found
            used[found] = True


@compiled
def write(
    rows: Any, said: Any, begin: int, action: Any, status: Any, verdict: Any, deviation: Any, rule: Any, before: Any, after: Any,
    permitted: Any, bits: Any,
) -> None:  # fmt: skip
    """All columns from the rows of a table: ``said`` holds in three words what each number of ``rows`` says.

    Negative numbers count backwards from ``begin``. ``bits`` are columns of which each row is one bit.
    """
    size = rows.shape[0]
    for first in range(0, size, 8):
        flags = np.uint64(0)
        for row in range(first, min(first + 8, size)):
            number = rows[row] if rows[row] >= 0 else begin - 2 - rows[row]
            one, two = said[number, 0], said[number, 1]
            action[row], status[row] = np.int8(one), np.int8(one >> np.uint64(8))
            verdict[row], deviation[row] = np.int8(one >> np.uint64(16)), np.int8(one >> np.uint64(24))
            rule[row] = np.int16(one >> np.uint64(32))
            before[row], after[row], permitted[row] = np.int32(two), np.int32(two >> np.uint64(32)), np.int32(said[number, 2])
            flags |= (one >> np.uint64(48) & np.uint64(0xFF)) << np.uint64(8 * (row - first))
        for number in range(bits.shape[0]):
            bits[number, first >> 3] = together(flags >> np.uint64(number))


@short
def together(flags: Any) -> Any:
    """The lowest bits of eight bytes as one byte."""
    return np.uint8((flags & np.uint64(0x0101010101010101)) * np.uint64(0x0102040810204080) >> np.uint64(56))
