"""How patients who walk abreast arrive at their next visits: time passes, readings are there, and trackers move."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.letters_code import LETTER
from protocol.executors.columnar.machine_code import (
    ON_DRUG,
    STARTED,
    T_ALWAYS,
    T_FIRST,
    T_KIND,
    T_ROOT,
    TIME,
    compiled,
    decided,
)
from protocol.executors.columnar.tracking_code import COUNTS, SINCE, moved, pass_time
from protocol.executors.compiled.layout import NO_VALUE, NONE


@compiled
def pass_to(
    node: Any, child: Any, axes: Any, cuts: Any, codes: Any, table: Any, lapse: Any, times: Any, registers: Any, row: Any,
    grown: Any, begin: int, end: int,
) -> None:  # fmt: skip
    """What happens between two visits: readings stop being valid."""
    for lane in range(np.uint64(begin), np.uint64(end)):
        grown[lane] = True
    for one in range(table.shape[0]):
        if COUNTS < table[one, T_KIND] <= SINCE:
            for lane in range(np.uint64(begin), np.uint64(end)):
                if registers[STARTED, lane] != NONE or table[one, T_ALWAYS]:
                    here = registers[:, lane]
                    grown[lane] &= pass_time(node, child, axes, cuts, codes, table, lapse, one, here, times[np.uint64(row[lane])])


@compiled
def read(
    kept: Any, dated: Any, coded: Any, raw: Any, times: Any, facts: Any, registers: Any, row: Any, is_on: Any, now: Any,
    begin: int, end: int,
) -> None:  # fmt: skip
    """The time of the visit, what the row says (``now``), and its readings: when each was observed, and its code."""
    if kept[kept.shape[0] - 1]:
        for lane in range(np.uint64(begin), np.uint64(end)):
            time, before = times[np.uint64(row[lane])], registers[TIME, lane]
            registers[ON_DRUG, lane] += time - before if is_on[lane] and before != NONE else 0
    for lane in range(np.uint64(begin), np.uint64(end)):
        at = np.uint64(row[lane])
        registers[TIME, lane], now[lane] = times[at], facts[at]
    for number in range(dated.shape[0]):
        register, shift = registers[dated[number, 0]], dated[number, 2]
        if shift >= 0:
            for lane in range(np.uint64(begin), np.uint64(end)):
                kept = registers[TIME, lane] if now[lane] >> shift & 1 else register[lane]
                register[lane] = NONE if now[lane] >> shift & 2 else kept
        else:
            date(register, raw[dated[number, 1]], registers, row, begin, end)
    for number in range(coded.shape[0]):
        register, column = registers[coded[number, 0]], raw[coded[number, 1]]
        for lane in range(np.uint64(begin), np.uint64(end)):
            found = np.int64(column[np.uint64(row[lane])])
            register[lane] = found if found >= 0 else register[lane]


@compiled
def date(register: Any, column: Any, registers: Any, row: Any, begin: int, end: int) -> None:
    """The same of what has no place among the facts of a row."""
    for lane in range(np.uint64(begin), np.uint64(end)):
        found = column[np.uint64(row[lane])]
        kept = registers[TIME, lane] if found >= 0 else register[lane]
        register[lane] = NONE if found == NO_VALUE else kept


@compiled
def ask(
    node: Any, child: Any, axes: Any, cuts: Any, codes: Any, table: Any, keys: Any, truths: Any, registers: Any, row: Any,
    now: Any, answers: Any, begin: int, end: int,
) -> None:  # fmt: skip
    """How the conditions of each tracker come out: as they did for the letter before, or by their tree; else negative."""
    for one in range(table.shape[0]):
        for lane in range(np.uint64(begin), np.uint64(end)):
            answers[one, lane] = truths[np.uint64(now[lane] & LETTER), one]
        for lane in range(np.uint64(begin), np.uint64(end)):
            if answers[one, lane] < 0:
                here, at = registers[:, lane], row[lane]
                found = -2 - decided(node, child, axes, cuts, codes, keys, table[one, T_ROOT], at, here, here[TIME], 0)
                answers[one, lane] = truths[np.uint64(now[lane] & LETTER), one] = found


@compiled
def track(
    axes: Any, table: Any, inputs: Any, moves: Any, ends: Any, raw: Any, registers: Any, row: Any, now: Any, answers: Any,
    grown: Any, begin: int, end: int,
) -> None:  # fmt: skip
    """Trackers move."""
    for one in range(table.shape[0]):
        if table[one, T_KIND] == COUNTS:
            count(table, inputs, moves, one, raw, registers, row, now, answers, grown, begin, end)
        else:
            for lane in range(np.uint64(begin), np.uint64(end)):
                if registers[STARTED, lane] != NONE or table[one, T_ALWAYS]:
                    here, found = registers[:, lane], answers[one, lane]
                    grown[lane] &= found >= 0
                    if found >= 0:
                        moved(table, axes, ends, one, here, found, here[TIME])


@compiled
def count(
    table: Any, inputs: Any, moves: Any, one: int, raw: Any, registers: Any, row: Any, now: Any, answers: Any, grown: Any,
    begin: int, end: int,
) -> None:  # fmt: skip
    """The numbers of the sets of counts that can be now. The first number of ``inputs`` says where among the facts of a row it
    stands whether one of them was measured."""
    sets, changed, always = registers[table[one, T_FIRST]], registers[table[one, T_FIRST] + 1], table[one, T_ALWAYS] != 0
    shift, most = inputs[one, 0], moves.shape[1]
    for lane in range(np.uint64(begin), np.uint64(end)):
        is_one = now[lane] >> shift & 1 if shift >= 0 else is_measured(inputs, one, raw, row[lane])
        is_moving, found = registers[STARTED, lane] != NONE or always, answers[one, lane]
        place = sets[lane] * 18 + found * 2 + is_one
        after = moves[one, np.uint64(place if (found >= 0) & (place < most) else 0)]
        after = after if (found >= 0) & (place < most) else -1
        grown[lane] &= after >= 0 or not is_moving
        is_moving &= after >= 0
        sets[lane] = after >> 1 if is_moving else sets[lane]
        changed[lane] = registers[TIME, lane] if is_moving and after & 1 else changed[lane]


@compiled
def is_measured(inputs: Any, one: int, raw: Any, row: int) -> Any:
    """Whether one of the inputs of a count was measured at a row."""
    found = 0
    for number in range(1, inputs.shape[1]):
        term = inputs[one, number]
        found |= term >= 0 and raw[term, row] >= 0
    return found
