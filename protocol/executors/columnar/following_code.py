"""The loop that takes patients from visit to visit: time passes, trackers move, the visit is decided, the state moves on."""

from __future__ import annotations

from typing import Any

from protocol.executors.columnar.machine_code import (
    DECISION,
    ON_DRUG,
    P_DRUG,
    P_ROOT,
    PLACE,
    STARTED,
    T_ALWAYS,
    T_KIND,
    T_ROOT,
    TIME,
    TRACKER,
    asked,
    compiled,
    decided,
    load,
    move_on,
    recalled,
    remember,
    short,
    walked,
)
from protocol.executors.columnar.tracking_code import moved, pass_time
from protocol.executors.compiled.layout import NONE, NOT_GROWN


@short
def arrive(
    node: Any, child: Any, place: Any, axes: Any, cuts: Any, codes: Any, table: Any, lapse: Any, inputs: Any, moves: Any,
    ends: Any, raw: Any, loaded: Any, observed: Any, read: Any, code: Any, registers: Any, row: int, time: int, answers: Any,
) -> Any:  # fmt: skip
    """Time passes up to a row, its readings are there, and trackers move; whether the trees were grown enough for that."""
    before, started, grown = registers[TIME], registers[STARTED] != NONE, True
    for one in range(table.shape[0]):
        if (started or table[one, T_ALWAYS]) and 1 <= table[one, T_KIND] <= 2:
            grown &= pass_time(node, child, axes, cuts, codes, table, lapse, one, registers, time)
    if place[registers[PLACE], P_DRUG] and before != NONE:
        registers[ON_DRUG] += time - before
    registers[TIME] = time
    load(loaded, observed, registers, row)
    load(read, code, registers, row)
    for one in range(table.shape[0]):
        answers[one] = -2 - walked(node, child, axes, cuts, codes, table[one, T_ROOT], registers, time)
    for one in range(table.shape[0]):
        if started or table[one, T_ALWAYS]:
            grown &= answers[one] >= 0 and moved(table, axes, ends, inputs, moves, one, registers, answers[one], raw, row, time)
    return grown


@short
def leaf_at(
    node: Any, child: Any, place: Any, mask: Any, asks: Any, axes: Any, cuts: Any, codes: Any, memo: Any, keys: Any, row: int,
    registers: Any, time: int, given: int, words: Any,
) -> Any:  # fmt: skip
    """The leaf of a visit, from memory or by its path; or an entry that is none."""
    here = registers[PLACE]
    mixed = asked(place, mask, asks, axes, cuts, codes, keys, row, registers, time, given, words)
    slot = mixed & (memo.shape[0] - 1)
    found = recalled(memo, slot, here, words)
    if found < 0:
        entry = decided(node, child, axes, cuts, codes, keys, place[here, P_ROOT], row, registers, time, given)
        if entry != NOT_GROWN:
            found = -2 - entry
            remember(memo, slot, here, words, found)
    return found


@compiled
def follow(
    node: Any, child: Any, place: Any, leaf_of: Any, mask: Any, asks: Any, axes: Any, cuts: Any, codes: Any, table: Any,
    lapse: Any, inputs: Any, moves: Any, ends: Any, memo: Any, start: Any, times: Any, given: Any, raw: Any, keys: Any,
    loaded: Any, observed: Any, read: Any, code: Any, registers: Any, first: Any, at: int, leaf: int, trackers_from: int,
    leaves: Any, words: Any, answers: Any,
) -> Any:  # fmt: skip
    """Takes all patients from row ``at`` on; returns the row at which something was not grown yet, and what.

    With a ``leaf`` the row ``at`` has arrived already, and this is its leaf. A leaf of -1 sends a patient to the reference.
    """
    row, rows = at, times.shape[0]
    while row < rows:
        if leaf < 0:
            if start[row]:
                for register in range(first.shape[0]):
                    registers[register] = first[register]
            if not arrive(
                node, child, place, axes, cuts, codes, table, lapse, inputs, moves, ends, raw, loaded, observed, read, code,
                registers, row, times[row], answers,
            ):  # fmt: skip
                return row, TRACKER
            leaf = leaf_at(
                node, child, place, mask, asks, axes, cuts, codes, memo, keys, row, registers, times[row], given[row], words
            )
            if leaf < 0:
                return row, DECISION
        leaves[row] = leaf
        if leaf_of[leaf, 0] < 0:
            leaves[row] = -1
            row = next_patient(start, row)
        else:
            move_on(registers, first, times[row], leaf_of[leaf, 0], leaf_of[leaf, 1], trackers_from)
            row += 1
        leaf = -1
    return rows, 0


@short
def next_patient(start: Any, row: int) -> Any:
    """The first row of the next patient."""
    row += 1
    while row < start.shape[0] and not start[row]:
        row += 1
    return row
