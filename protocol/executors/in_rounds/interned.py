"""What is known of each of many keys? A key is a few words of 64 bits; a table keeps a value for each that was ever met."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.keys import Crowded

Array = Any
NEW = -1
"""The value of a key that was never met before."""
_EMPTY = np.uint64(2**64 - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LOOSE = 3
"""So many rows for each key, at least, so that few keys stand beside their place."""


class Table:
    """Keys with their values, each in a row where anybody finds it, or in one of the next ones. It grows with what it meets."""

    def __init__(self, words: int, bits: int = 14) -> None:
        self.size, self.words = 0, words
        self._empty(bits)

    def _empty(self, bits: int) -> None:
        self.rows: Array = np.full((1 << bits, self.words + 1), _EMPTY, np.uint64)
        self.values: Array = self.rows.view(np.int64)[:, -1]
        self.shift = np.uint64(64 - bits)

    def find(self, keys: Array) -> tuple[Array, Array]:
        """The value of each key, which is a line of words, and its row; the value may be set there."""
        place = self._place(keys)
        found = self.rows.take(place, axis=0, mode="clip")
        left = self._others(found, keys)
        new = []
        while left.size:
            is_empty = found[left, 0] == _EMPTY
            new.append(left[is_empty])
            left = left[~is_empty]
            place[left] = (place[left] + 1) % len(self.rows)
            found[left] = self.rows[place[left]]
            left = left[self._others(found[left], keys[left])]
        if any(some.size for some in new):
            self._add(np.unique(keys[np.concatenate(new)], axis=0))
            return self.find(keys)
        return found.view(np.int64)[:, -1], place

    def _place(self, keys: Array) -> Array:
        mixed = keys[:, 0] * _SPREAD
        for word in range(1, self.words):
            mixed ^= mixed >> _HALF
            mixed += keys[:, word]
            mixed *= _SPREAD
        mixed ^= mixed >> _HALF
        mixed *= _SPREAD
        mixed >>= self.shift
        return mixed.view(np.int64)

    def _others(self, found: Array, keys: Array) -> Array:
        """Where a row is not that of a key."""
        other = found[:, 0] != keys[:, 0]
        for word in range(1, self.words):
            other |= found[:, word] != keys[:, word]
        return other.nonzero()[0]

    def _add(self, keys: Array) -> None:
        """Keys that were never met, each once."""
        if (keys[:, 0] == _EMPTY).any():
            raise Crowded
        rows = np.column_stack((keys, np.full(len(keys), NEW).view(np.uint64)))
        self.size += len(rows)
        if self.size * _LOOSE > len(self.rows):
            rows = np.concatenate((self.rows[self.rows[:, 0] != _EMPTY], rows))
            self._empty((2 * self.size * _LOOSE).bit_length())
        place = self._place(rows)
        while place.size:
            free = self.rows[place, 0] == _EMPTY
            self.rows[place[free]] = rows[free]  # of several for one row the last one gets it
            left = self._others(self.rows[place], rows)
            rows, place = rows[left], (place[left] + 1) % len(self.rows)
