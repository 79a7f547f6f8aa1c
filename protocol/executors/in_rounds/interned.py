"""Which number has each of many keys? The same keys have the same number, from 1 on, in the order in which they were met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LOOSE = 6
"""So many slots for each key, at least, that few keys stand beside their place."""


class Interned:
    """Keys of a few words of 64 bits each, in a table with open places; it grows with the keys that it meets."""

    def __init__(self, words: int, bits: int = 12) -> None:
        self.size = 1
        self.words: list[Array] = [np.zeros(1 << bits, np.uint64) for _ in range(words)]
        self._empty(bits)

    def _empty(self, bits: int) -> None:
        self.slots: Array = np.zeros(1 << bits, np.int32)
        self.shift = np.uint64(64 - bits)

    def find(self, words: Sequence[Array]) -> tuple[Array, Array]:
        """The number of each key, and where those stand that were never met before, one of each."""
        place = self._place(words)
        found: Array = np.take(self.slots, place, mode="clip")
        left = np.flatnonzero(~self._are(found, words))
        new = [left[found[left] == 0]]
        while left.size:
            left = left[found[left] != 0]
            place[left] = (place[left] + 1) % len(self.slots)
            found[left] = self.slots[place[left]]
            left = left[~self._are(found[left], [word[left] for word in words])]
            new.append(left[found[left] == 0])
        every = np.concatenate(new)
        return found, self._added(words, every, found) if every.size else every

    def _place(self, words: Sequence[Array]) -> Array:
        mixed = words[0] * _SPREAD
        for word in words[1:]:
            mixed ^= mixed >> _HALF
            mixed += word
            mixed *= _SPREAD
        mixed ^= mixed >> _HALF
        mixed *= _SPREAD
        mixed >>= self.shift
        return mixed.view(np.int64)

    def _are(self, numbers: Array, words: Sequence[Array]) -> Array:
        """Whether these are the numbers of these keys."""
        same = numbers != 0
        for mine, word in zip(self.words, words, strict=True):
            same &= np.take(mine, numbers, mode="clip") == word
        return same

    def _added(self, words: Sequence[Array], new: Array, found: Array) -> Array:
        """Gives numbers to keys that were never met; where each stands first."""
        distinct, first, which = _distinct([word[new] for word in words])
        begin, end = self.size, self.size + len(first)
        while end > len(self.words[0]):
            self.words = [np.concatenate((mine, np.zeros_like(mine))) for mine in self.words]
        for mine, word in zip(self.words, distinct, strict=True):
            mine[begin:end] = word
        found[new], self.size = begin + which, end
        if end * _LOOSE > len(self.slots):
            self._empty((2 * end * _LOOSE).bit_length())
            begin = 1
        self._put(begin, end)
        return new[first]

    def _put(self, begin: int, end: int) -> None:
        """Puts these numbers into the first free slots from their places on."""
        numbers: Array = np.arange(begin, end, dtype=np.int32)
        place = self._place([mine[begin:end] for mine in self.words])
        while numbers.size:
            free = self.slots[place] == 0
            self.slots[place[free]] = numbers[free]  # of several for one slot the last one gets it
            left = self.slots[place] != numbers
            numbers, place = numbers[left], (place[left] + 1) % len(self.slots)


def _distinct(words: Sequence[Array]) -> tuple[list[Array], Array, Array]:
    """Each key once, where it stands first, and which of them each one is."""
    order = np.lexsort(tuple(words))
    ordered = [word[order] for word in words]
    begins: Array = np.ones(len(order), np.bool_)
    begins[1:] = np.logical_or.reduce([word[1:] != word[:-1] for word in ordered])
    which: Array = np.empty(len(order), np.int64)
    which[order] = np.cumsum(begins) - 1
    return [word[begins] for word in ordered], order[begins], which
