"""What counts at each row, and the number of what counts there: as long as it is valid, the last code that was read.

The codes of one row stand side by side, bit by bit, as its key. Rows with the same key have the same number, their letter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.keys import AT_ONCE
from protocol.executors.columnar.machine_code import compiled, short
from protocol.executors.columnar.vector_code import carry_lanes
from protocol.executors.compiled.layout import NO_VALUE

LETTER, IS_LAST, GIVEN, MEASURED, END = (1 << 24) - 1, 24, 25, 45, 63
"""The bits of the letter in the facts of a row, and where the others begin and end."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF, _FIRST = np.uint64(32), np.uint64(40)


@compiled
def carry(
    raw: Any, size: int, source: Any, words: Any, start: Any, time: Any, valid: Any, unknown: Any, instead: Any, shifts: Any,
    keys: Any,
) -> None:  # fmt: skip
    """The key of each row, of what counts there: the last code of each lane, for as long as it is valid.

    ``raw``: what was read, line by line, each as long as ``size``. ``source``: which line each lane is. ``words``: the first
    lane of each word.
    """
    apart = keys.shape[1]
    for row in range(keys.shape[0]):
        for word in range(apart):
            keys[row, word] = 0
    for word in range(apart):
        for lane in range(words[word], words[word + 1], AT_ONCE):
            carry_lanes(raw, size, source, lane, start, time, valid, unknown, instead, shifts, word, apart, keys)


@short
def is_key(keys: Any, row: int, letters: Any, letter: int) -> Any:
    """Whether a letter has the key of a row."""
    same = True
    for word in range(keys.shape[1]):
        same &= letters[np.uint64(letter), word] == keys[row, word]
    return same


@short
def slot_of(keys: Any, row: int) -> Any:
    """What is mixed of a key; all its bits are in the first ones."""
    mixed = np.uint64(0)
    for word in range(keys.shape[1]):
        mixed = (mixed ^ mixed >> _HALF ^ keys[row, word]) * _SPREAD
    return mixed >> _FIRST


@compiled
def intern(keys: Any, slots: Any, letters: Any, used: int, out: Any, at: int) -> Any:
    """The letter of each row from ``at`` on; how far that went, and how many there are then. ``slots`` finds them; it ends
    where there are too few slots for one more letter."""
    last = np.uint64(slots.shape[0] - 1)
    for row in range(at, keys.shape[0]):
        slot = slot_of(keys, row) & last
        letter = slots[slot]
        while letter >= 0 and not is_key(keys, row, letters, letter):
            slot = (slot + np.uint64(1)) & last
            letter = slots[slot]
        if letter < 0:
            if 2 * used >= slots.shape[0]:
                return row, used
            letter = used
            slots[slot] = used
            for word in range(keys.shape[1]):
                letters[used, word] = keys[row, word]
            used += 1
        out[row] = letter
    return keys.shape[0], used


@compiled
def fill(slots: Any, letters: Any, used: int) -> None:
    """Puts all letters into slots that are empty."""
    last = np.uint64(slots.shape[0] - 1)
    for letter in range(used):
        slot = slot_of(letters, letter) & last
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & last
        slots[slot] = letter


@compiled
def tell(letter: Any, given: Any, start: Any, raw: Any, measured: Any, facts: Any) -> None:
    """What each row says in one number: its letter, whether it is the last of a patient, what was given, and of some terms
    whether a code was read, and whether it is said that there is none. ``measured``: these terms, and their first bits."""
    last = facts.shape[0] - 1
    for row in range(facts.shape[0]):
        is_last = row == last or start[min(row + 1, last)]
        facts[row] = np.int64(letter[row]) | np.int64(is_last) << IS_LAST | np.int64(given[row]) << GIVEN
    for number in range(measured.shape[0]):
        column, shift = raw[measured[number, 0]], measured[number, 1]
        for row in range(facts.shape[0]):
            facts[row] |= (np.int64(column[row] >= 0) | np.int64(column[row] == NO_VALUE) << 1) << shift
