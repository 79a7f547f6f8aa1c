"""The loop that takes patients from visit to visit, many abreast: time passes, trackers move, leaves are found, all move on.

Patients do not depend on each other. So each step is done for all who walk abreast before the next step begins: then nothing
has to be waited for. Whoever has no visit left makes room for the next patient. ``registers`` has a line for each register; only
those are right that anybody asks, of which ``kept`` are moments that leaves set.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.arriving_code import ask, pass_to, read, track
from protocol.executors.columnar.letters_code import GIVEN, IS_LAST, MEASURED
from protocol.executors.columnar.machine_code import (
    ANEW,
    DECISION,
    DONE,
    HELD_ON_DRUG,
    ON_DRUG,
    PLACE,
    SETS_HOLD,
    SETS_STEPPED,
    STARTED,
    STEPPED_ON_DRUG,
    TIME,
    TRACKER,
    compiled,
    decided,
)
from protocol.executors.columnar.memory_code import answer_all, recall, recalled, remember
from protocol.executors.compiled.layout import NONE

AT_ONCE, NEXT, STEP, LANE = range(4)
"""Where it is written how many walk abreast, the first row of nobody yet, with which step to go on, and for whom."""
BEGIN, AGAIN, MISSED = range(3)
"""The steps to go on with: all arrive; one arrives again, from the first visit on; leaves are looked for that were missed."""


@compiled
def follow(
    node: Any, child: Any, root: Any, place: Any, leaf_of: Any, asked: Any, kinds: Any, axes: Any, cuts: Any, codes: Any,
    table: Any, lapse: Any, inputs: Any, moves: Any, ends: Any, memory: Any, start: Any, times: Any, facts: Any, raw: Any,
    kept: Any, dated: Any, coded: Any, keys: Any, classes: Any, truths: Any, registers: Any, live: Any, first: Any, row: Any,
    leaf: Any, words: Any, key: Any, slot: Any, writes: Any, is_on: Any, now: Any, answers: Any, grown: Any, leaves: Any,
    trackers_from: int, state: Any,
) -> Any:  # fmt: skip
    """Takes all patients to the end; or to where something was not grown yet, and says what. ``state`` says where to go on."""
    at_once, step, one = state[AT_ONCE], state[STEP], state[LANE]
    while True:
        if step == BEGIN:
            one, (at_once, state[NEXT]) = 0, begin(live, first, start, registers, row, is_on, at_once, state[NEXT])
            state[AT_ONCE] = at_once
            if at_once == 0:
                return DONE
        if step != MISSED:
            end = at_once if step == BEGIN else one + 1
            pass_to(node, child, axes, cuts, codes, table, lapse, times, registers, row, grown, one, end)
            read(kept, dated, coded, raw, times, facts, registers, row, is_on, now, one, end)
            ask(node, child, axes, cuts, codes, table, keys, truths, registers, row, now, answers, one, end)
            track(axes, table, inputs, moves, ends, raw, registers, row, now, answers, grown, one, end)
            one = not_grown(grown, at_once)
            if one < at_once:
                state[LANE], state[STEP] = one, AGAIN
                return TRACKER
            answer_all(asked, kinds, cuts, codes, registers, now, words, at_once)
            recall(place, memory, classes, registers, now, words, key, slot, leaf, at_once)
        one = missed(
            node, child, root, axes, cuts, codes, memory, keys, registers, row, now, words, key, slot, leaf, at_once,
            step != MISSED,
        )  # fmt: skip
        if one < at_once:
            state[LANE], state[STEP] = one, MISSED
            return DECISION
        move_on(leaf_of, kept, first, registers, row, leaf, writes, is_on, now, leaves, at_once, trackers_from)
        step = BEGIN


@compiled
def not_grown(grown: Any, at_once: int) -> Any:
    """The first patient for whom something was not grown yet, or the number of all."""
    for lane in range(at_once):
        if not grown[lane]:
            return lane
    return at_once


@compiled
def begin(
    live: Any, first: Any, start: Any, registers: Any, row: Any, is_on: Any, at_once: int, next_: int
) -> Any:  # fmt: skip
    """Puts new patients in the place of those who are through; how many are there, and the first row of nobody yet.

    A negative row is one of somebody who is through. At the end those who are last take the places that are left. ``live``: the
    registers that anybody asks.
    """
    lane = 0
    while lane < at_once:
        if row[lane] >= 0:
            lane += 1
        elif next_ < start.shape[0]:
            for register in live:
                registers[register, lane] = first[register]
            row[lane], is_on[lane] = next_, False
            lane, next_ = lane + 1, next_patient(start, next_)
        else:
            at_once -= 1
            row[lane], is_on[lane] = row[at_once], is_on[at_once]
            for register in live:
                registers[register, lane] = registers[register, at_once]
    return at_once, next_


@compiled
def next_patient(start: Any, row: int) -> Any:
    """The first row of the next patient."""
    row += 1
    while row < start.shape[0] and not start[row]:
        row += 1
    return row


@compiled
def missed(
    node: Any, child: Any, root: Any, axes: Any, cuts: Any, codes: Any, memory: Any, keys: Any, registers: Any,
    row: Any, now: Any, words: Any, key: Any, slot: Any, leaf: Any, at_once: int, is_new: bool,
) -> Any:  # fmt: skip
    """Finds by their paths the leaves that were in no memory, and keeps them where the words still say the same (``is_new``); the
    first patient whose path was not grown yet, or the number of all."""
    for lane in range(at_once):
        if leaf[lane] < 0 and is_new:
            leaf[lane] = recalled(memory, slot[lane], key[lane], words[0, lane], words[1, lane])
        if leaf[lane] < 0:
            here, at = registers[:, lane], row[lane]
            given = now[lane] >> GIVEN & (1 << (MEASURED - GIVEN)) - 1
            found = -2 - decided(node, child, axes, cuts, codes, keys, root[here[PLACE]], at, here, here[TIME], given)
            if found < 0:
                return lane
            leaf[lane] = found
            if is_new:
                remember(memory, slot[lane], key[lane], words[0, lane], words[1, lane], found)
    return at_once


@compiled
def move_on(
    leaf_of: Any, kept: Any, first: Any, registers: Any, row: Any, leaf: Any, writes: Any, is_on: Any, now: Any, leaves: Any,
    at_once: int, trackers_from: int,
) -> None:  # fmt: skip
    """All move on as their leaves say, to the next row; whoever has none, or is one for the reference, is through."""
    for lane in range(at_once):
        found = np.uint64(leaf[lane])
        registers[PLACE, lane], writes[lane], is_on[lane] = leaf_of[found, 0], leaf_of[found, 1], leaf_of[found, 2]
    last = kept.shape[0] - 1
    for number in range(last):
        bit, moment = kept[number], registers[kept[number] + STARTED]
        for lane in range(at_once):
            moment[lane] = registers[TIME, lane] if writes[lane] >> bit & 1 else moment[lane]
    for lane in range(at_once if kept[last] else 0):
        drug, one, other = registers[ON_DRUG, lane], registers[HELD_ON_DRUG, lane], registers[STEPPED_ON_DRUG, lane]
        registers[HELD_ON_DRUG, lane] = drug if writes[lane] & SETS_HOLD else one
        registers[STEPPED_ON_DRUG, lane] = drug if writes[lane] & SETS_STEPPED else other
    for lane in range(at_once):
        if writes[lane] & ANEW:
            begin_anew(registers, first, lane, trackers_from)
    for lane in range(at_once):
        is_one = registers[PLACE, lane] >= 0
        leaves[np.uint64(row[lane])] = leaf[lane] if is_one else -1
        row[lane] = row[lane] + 1 if is_one and not now[lane] >> IS_LAST & 1 else -1


@compiled
def begin_anew(registers: Any, first: Any, lane: int, trackers_from: int) -> None:
    """Times, minutes on drug and trackers as of a new patient; what was read stays, and when the last hold began."""
    for register in range(trackers_from, registers.shape[0]):
        registers[register, lane] = first[register]
    for register in (1, 2, 3, 4, 7):
        registers[register, lane] = registers[TIME, lane]
    registers[5, lane] = NONE
    for register in (ON_DRUG, STEPPED_ON_DRUG, HELD_ON_DRUG):
        registers[register, lane] = 0
