"""How trackers move in columns: over the time between two visits, and with the readings of a visit."""

from __future__ import annotations

from typing import Any

from protocol.executors.columnar.machine_code import (
    T_AXIS,
    T_FIRST,
    T_KIND,
    T_LAPSES,
    T_MEASURED,
    T_PHASE,
    T_ROOT,
    T_UNKNOWN,
    TIME,
    A,
    B,
    D,
    compiled,
    short,
    walked,
)
from protocol.executors.compiled.layout import FALSE, NONE, NOT_GROWN, OPEN, TRUE

COUNTS, LASTS, SINCE, LOWEST, HIGHEST = range(5)
_LATEST = 2**62


@short
def inverse(one: int) -> Any:
    return one if one == OPEN else 1 - one


@short
def both(one: int, other: int) -> Any:
    return FALSE if one == FALSE or other == FALSE else OPEN if one == OPEN or other == OPEN else TRUE


@short
def either(one: int, other: int) -> Any:
    return inverse(both(inverse(one), inverse(other)))


@compiled
def last(table: Any, one: int, registers: Any, now: int, time: int) -> None:
    """A duration, when this is the truth of its condition from a time on."""
    definite = table[one, T_FIRST]
    possible = definite + 1
    if now == OPEN and table[one, T_MEASURED]:
        return
    if now == FALSE:
        registers[definite] = registers[possible] = NONE
        return
    if registers[possible] == NONE:
        registers[possible] = time
    if now == OPEN:
        registers[definite] = NONE
    elif registers[definite] == NONE:
        registers[definite] = time


@compiled
def so(table: Any, one: int, registers: Any, answers: int, time: int) -> None:
    """A time since, at a time up to which these were the truths of its conditions since the last one."""
    first, now, over = table[one, T_FIRST], answers // 3, answers % 3
    if table[one, T_MEASURED]:
        now, over = (FALSE if now == OPEN else now), (FALSE if over == OPEN else over)
    if table[one, T_PHASE]:
        was = registers[first + 3]
        begun = either(now, was)
        still = both(begun, inverse(over))
        now = either(now, both(was, inverse(over)))
        registers[first + 3] = still
    if now != FALSE:
        registers[first + 1] = time
        if now == TRUE:
            registers[first] = time


@compiled
def next_lapse(table: Any, lapse: Any, one: int, registers: Any, after: int) -> Any:
    """The first minute later than this at which something that a tracker asks stops being valid."""
    soonest = _LATEST
    for number in range(table[one, T_LAPSES]):
        observed = registers[lapse[one, number, 0]]
        moment = observed + lapse[one, number, 1] + 1
        if observed != NONE and after < moment < soonest:
            soonest = moment
    return soonest


@compiled
def pass_time(
    node: Any, child: Any, axes: Any, cuts: Any, codes: Any, table: Any, lapse: Any, one: int, registers: Any, time: int
) -> Any:
    """From the last visit to this one, which still has the readings of the last one; whether the tree was grown enough."""
    before = registers[TIME]
    if table[one, T_KIND] == LASTS:
        moment = next_lapse(table, lapse, one, registers, before)
        while moment < time:
            entry = walked(node, child, axes, cuts, codes, table[one, T_ROOT], registers, moment)
            if entry == NOT_GROWN:
                return False
            last(table, one, registers, (-2 - entry) // 3, moment)
            moment = next_lapse(table, lapse, one, registers, moment)
    elif table[one, T_KIND] == SINCE and before != NONE and before != time:
        begin = before + 1
        while begin <= time:
            end = min(next_lapse(table, lapse, one, registers, begin), time + 1)
            entry = walked(node, child, axes, cuts, codes, table[one, T_ROOT], registers, begin)
            if entry == NOT_GROWN:
                return False
            so(table, one, registers, -2 - entry, end - 1)
            begin = end
    return True


@compiled
def reach(table: Any, axes: Any, ends: Any, one: int, registers: Any, time: int) -> None:
    """The lowest or highest value, after one that is known, or that can be anything."""
    axis, first = table[one, T_AXIS], table[one, T_FIRST]
    known = time - registers[axes[axis, A]] <= axes[axis, D]
    if not known and table[one, T_MEASURED]:
        return
    code = registers[axes[axis, B]] if known else table[one, T_UNKNOWN]
    for side in range(2):
        value, held = ends[one, code, side], registers[first + side]
        if held == NONE:
            registers[first + side] = value
        elif table[one, T_KIND] == LOWEST:
            registers[first + side] = min(held, value)
        else:
            registers[first + side] = max(held, value)


@short
def moved(table: Any, axes: Any, ends: Any, one: int, registers: Any, answers: int, time: int) -> None:
    """A tracker, but a count, with the truths of its conditions at a visit."""
    if table[one, T_KIND] == LASTS:
        last(table, one, registers, answers // 3, time)
    elif table[one, T_KIND] == SINCE:
        so(table, one, registers, answers, time)
    else:
        reach(table, axes, ends, one, registers, time)
