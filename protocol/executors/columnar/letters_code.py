"""What counts at each row, and the number of what counts there: as long as it is valid, the last code that was read.

The codes of one row stand side by side, as the lanes of its key. Rows with the same key have the same number, their letter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.asked import AT_ONCE
from protocol.executors.columnar.machine_code import compiled, short
from protocol.executors.columnar.vector_code import count

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


@compiled
def carry(lanes: Any, start: Any, time: Any, until: Any, codes: Any, valid: Any, unknown: Any, instead: Any) -> None:
    """Puts in the place of what was read at each row what counts there: the last code, for as long as it is valid."""
    size = unknown.shape[0]
    for row in range(start.shape[0]):
        for first in range(0, size, AT_ONCE):
            count(lanes, row * size + first, until, codes, valid, unknown, instead, first, time[row], start[row])


@compiled
def pack(raw: Any, source: Any, width: int, keys: Any) -> None:
    """What was read at each row, side by side: ``source`` says which line of ``raw`` each lane is, which has so many bits."""
    per_word = 64 // width
    for first in range(0, source.shape[0], 4):
        word, shift = first // per_word, np.uint64(first % per_word * width)
        a, b, c, d = raw[source[first]], raw[source[first + 1]], raw[source[first + 2]], raw[source[first + 3]]
        one, two, three = np.uint64(width), np.uint64(2 * width), np.uint64(3 * width)
        for row in range(keys.shape[0]):
            bits = np.uint64(a[row]) | np.uint64(b[row]) << one | np.uint64(c[row]) << two | np.uint64(d[row]) << three
            keys[row, word] = bits if shift == 0 else keys[row, word] | bits << shift


@short
def is_key(keys: Any, row: int, letters: Any, letter: int) -> Any:
    """Whether a letter has the key of a row."""
    same = True
    for word in range(keys.shape[1]):
        same &= letters[letter, word] == keys[row, word]
    return same


@compiled
def intern(keys: Any, slots: Any, letters: Any, used: int, out: Any) -> Any:
    """The letter of each row; how many there are then. New ones are written down; ``slots`` finds them by what is mixed of a
    key."""
    last = slots.shape[0] - 1
    for row in range(keys.shape[0]):
        mixed = np.uint64(0)
        for word in range(keys.shape[1]):
            mixed = (mixed ^ keys[row, word]) * _SPREAD
            mixed ^= mixed >> _HALF
        slot = np.int64(mixed) & last
        letter = slots[slot]
        while letter >= 0 and not is_key(keys, row, letters, letter):
            slot = (slot + 1) & last
            letter = slots[slot]
        if letter < 0:
            letter = used
            slots[slot] = used
            for word in range(keys.shape[1]):
                letters[used, word] = keys[row, word]
            used += 1
        out[row] = letter
    return used
