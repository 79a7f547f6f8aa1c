"""Which leaf was found before for the same letter, in the same place, under the same answers to all else that is asked there?

For all patients who walk abreast. What is asked of a visit, but for readings, are two words, in which each answer has its bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.letters_code import GIVEN, LETTER, MEASURED
from protocol.executors.columnar.machine_code import (
    AFTER,
    AMOUNT,
    BEGIN,
    CLOCK,
    COUNT,
    END,
    HAS_STARTED,
    LANE,
    NEGATIVE,
    P_NUMBER,
    P_ONE,
    P_STAGE,
    P_TWO,
    PLACE,
    RANGE,
    SHOWN,
    SINCE,
    SPAN,
    STARTED,
    TIME,
    A,
    B,
    C,
    between,
    compiled,
    short,
)
from protocol.executors.compiled.layout import NONE

BITS = 17
"""As many places in memory as there are numbers of so many bits."""
NOWHERE = np.uint64(2**64 - 1)
"""The first word of a place in memory where nothing is kept."""
Q_WORD, Q_SHIFT = LANE + 1, LANE + 2
"""The last columns of the table of questions, behind those of axes: the word and the first bit of the code."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9)
_NUMBER = np.uint64(32)
_OF_GIVEN = (1 << (MEASURED - GIVEN)) - 1
_PLACES = 8


@compiled
def answer_all(
    asked: Any, kinds: Any, cuts: Any, codes: Any, registers: Any, now: Any, words: Any, at_once: int
) -> None:  # fmt: skip
    """The answers to all that anybody asks but readings. ``kinds``: where the questions of each kind begin."""
    for lane in range(at_once):
        words[0, lane], words[1, lane] = now[lane] >> GIVEN & _OF_GIVEN, 0
    compare(asked, kinds, cuts, registers, words, at_once)
    times = registers[TIME]
    for n in range(kinds[COUNT], kinds[SPAN]):
        word, shift, register, code = (
            words[asked[n, Q_WORD]],
            np.uint64(asked[n, Q_SHIFT]),
            registers[asked[n, A]],
            codes[asked[n, B]],
        )
        for lane in range(at_once):
            word[lane] |= np.uint64(code[np.uint64(register[lane])]) << shift
    for n in range(kinds[SPAN], kinds[RANGE + 1]):
        word, shift = words[asked[n, Q_WORD]], np.uint64(asked[n, Q_SHIFT])
        for lane in range(at_once):
            word[lane] |= np.uint64(between(asked, cuts, n, registers[:, lane], times[lane])) << shift
    for n in range(kinds[SINCE], kinds[SHOWN]):
        word, shift, register = words[asked[n, Q_WORD]], np.uint64(asked[n, Q_SHIFT]), registers[asked[n, A]]
        for lane in range(at_once):
            code = 1 if register[lane] == times[lane] else 2
            word[lane] |= np.uint64(0 if register[lane] == NONE else code) << shift


@compiled
def compare(asked: Any, kinds: Any, cuts: Any, registers: Any, words: Any, at_once: int) -> None:
    """The answers that one comparison gives, and those that are the number of cuts that were passed."""
    times = registers[TIME]
    for n in range(kinds[CLOCK], kinds[COUNT]):
        word, shift, register = words[asked[n, Q_WORD]], np.uint64(asked[n, Q_SHIFT]), registers[asked[n, A]]
        for number in range(asked[n, BEGIN], asked[n, END]):
            cut = cuts[number]
            if n < kinds[AMOUNT]:
                for lane in range(at_once):
                    word[lane] += np.uint64(times[lane] - register[lane] >= cut) << shift
            else:
                for lane in range(at_once):
                    word[lane] += np.uint64(register[lane] >= cut) << shift
    for n in range(kinds[AFTER], kinds[SINCE]):
        word, shift = words[asked[n, Q_WORD]], np.uint64(asked[n, Q_SHIFT])
        register, more, other = registers[asked[n, A]], asked[n, B], registers[asked[n, C]]
        for lane in range(at_once):
            word[lane] |= np.uint64(register[lane] + more > other[lane]) << shift
    for n in range(kinds[SHOWN], kinds[HAS_STARTED]):
        word, shift, register, limit = words[asked[n, Q_WORD]], np.uint64(asked[n, Q_SHIFT]), registers[asked[n, A]], asked[n, B]
        for lane in range(at_once):
            word[lane] |= np.uint64(limit > register[lane]) << shift
    for n in range(kinds[HAS_STARTED], kinds[NEGATIVE + 1]):
        word, shift, is_time = words[asked[n, Q_WORD]], np.uint64(asked[n, Q_SHIFT]), n >= kinds[NEGATIVE]
        for lane in range(at_once):
            word[lane] |= np.uint64(times[lane] < 0 if is_time else registers[STARTED, lane] != NONE) << shift


@compiled
def recall(
    place: Any, memory: Any, classes: Any, registers: Any, now: Any, words: Any, key: Any, slot: Any, leaf: Any, at_once: int
) -> None:  # fmt: skip
    """The leaf of each patient from memory, if it is kept at the first place, or -1."""
    for lane in range(at_once):
        here = np.uint64(registers[PLACE, lane])
        words[0, lane] &= place[here, P_ONE]
        words[1, lane] &= place[here, P_TWO]
        same = classes[np.uint64(now[lane] & LETTER), place[here, P_STAGE]]
        key[lane] = np.uint64(same) | place[here, P_NUMBER] << _NUMBER
    for lane in range(at_once):
        mixed = key[lane] * _SPREAD[0] + words[0, lane] * _SPREAD[1] + words[1, lane] * _SPREAD[2]
        slot[lane] = mixed >> np.uint64(64 - BITS)
    for lane in range(at_once):
        at = slot[lane]
        is_kept = (memory[at, 0] == key[lane]) & (memory[at, 1] == words[0, lane]) & (memory[at, 2] == words[1, lane])
        leaf[lane] = np.int64(memory[at, 3]) if is_kept else -1


@short
def recalled(memory: Any, slot: Any, key: Any, one: Any, two: Any) -> Any:
    """The leaf of one patient, if it is kept at one of the next places, or -1."""
    for other in range(_PLACES):
        at = slot ^ np.uint64(other)
        if memory[at, 0] == key and memory[at, 1] == one and memory[at, 2] == two:
            return np.int64(memory[at, 3])
    return -1


@short
def remember(memory: Any, slot: Any, key: Any, one: Any, two: Any, leaf: int) -> None:
    """Keeps a leaf at one of its places: the first one that is free, else the last one."""
    at = slot
    for other in range(_PLACES):
        at = slot ^ np.uint64(other)
        if memory[at, 0] == NOWHERE:
            break
    memory[at, 0], memory[at, 1], memory[at, 2], memory[at, 3] = key, one, two, np.uint64(leaf)
