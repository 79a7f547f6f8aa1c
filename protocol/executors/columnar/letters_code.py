"""What counts at each row, and the number of what counts there: as long as it is valid, the last code that was read.

The codes of one row stand side by side, as the lanes of its key. Rows with the same key have the same number, their letter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.machine_code import compiled, short
from protocol.executors.compiled.layout import NO_VALUE, NONE

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


@compiled
def carry(raw: Any, start: Any, time: Any, valid: int, unknown: int, is_known: bool, out: Any) -> None:
    """The code that counts at each row: the last one that was read, for as long as it is valid; or 1 where it is only asked
    whether one is known."""
    until, code = NONE, unknown
    for row in range(raw.shape[0]):
        now, read = time[row], raw[row]
        until = NONE if start[row] or read == NO_VALUE else until
        until = now + valid if read >= 0 else until
        code = (1 if is_known else read) if read >= 0 else code
        out[row] = code if until >= now else unknown


@compiled
def pack(counts: Any, width: int, keys: Any) -> None:
    """The keys of all rows, from columns of codes of so many bits, of which there are eight, or sixteen, and so on."""
    per_word = 64 // width
    for first in range(0, counts.shape[0], 4):
        word, shift = first // per_word, np.uint64(first % per_word * width)
        some = counts[first], counts[first + 1], counts[first + 2], counts[first + 3]
        one, two, three = np.uint64(width), np.uint64(2 * width), np.uint64(3 * width)
        for row in range(keys.shape[0]):
            bits = np.uint64(some[0][row]) | np.uint64(some[1][row]) << one
            bits |= np.uint64(some[2][row]) << two | np.uint64(some[3][row]) << three
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
