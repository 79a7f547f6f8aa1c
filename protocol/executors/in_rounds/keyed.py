"""How does the key of a patient at a visit look: the letter, where the patient is, what was given, and what else is asked?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen

from protocol.executors.in_rounds.packed import Part, bits_of, packed

Array = Any
_WORD, _LETTER = 8, 4
_WHOLE = {1: np.uint8, 2: np.uint16, 4: np.uint32}


@frozen
class Layout:
    """Where the parts of a key stand, in bytes: the letter first, then the place and what was given, which have so many.

    ``axes``: how many bits the codes of all other axes have; they stand behind.
    """

    axes: tuple[int, ...] = ()
    place: int = 1
    given: int = 1

    def follows(self, other: Layout) -> bool:
        """Whether keys as another one has them mean the same in this one, which has a few axes more."""
        has_same = (self.place, self.given, self.words) == (other.place, other.given, other.words)
        return has_same and other.axes == self.axes[: len(other.axes)]

    @cached_property
    def units(self) -> tuple[list[Part], ...]:
        """The axes, byte after byte."""
        return tuple(packed(self.axes, 8))

    @property
    def at_given(self) -> int:
        """The first byte of what was given."""
        return _LETTER + max(self.place, self.given)

    @property
    def at_axes(self) -> int:
        """The first byte of the axes."""
        return self.at_given + self.given

    @cached_property
    def words(self) -> int:
        """How many words of eight bytes there are."""
        return -(-(self.at_axes + len(self.units)) // _WORD)

    def mask(self, lines: Collection[int], is_given: bool) -> Array:
        """The bits of a key where these axes are asked, and what was given."""
        room: Array = np.zeros(self.words * _WORD, np.uint8)
        room[: _LETTER + self.place] = 255
        room[self.at_given : self.at_axes] = 255 if is_given else 0
        room[self.at_axes : self.at_axes + len(self.units)] = bits_of(self.units, lines)
        return room.view(np.uint64)

    def places_of(self, keys: Array) -> Array:
        """The place in each key."""
        return keys.view(_WHOLE[self.place]).reshape(len(keys), -1)[:, _LETTER // self.place]

    def keys(self, letter: Array, place: Array, given: Array, code: Callable[[int], Array]) -> Array:
        """The words of many keys; ``code`` answers the axis of a line."""
        room: Array = np.zeros((len(place), self.words * _WORD), np.uint8)
        room.view(np.uint32)[:, 0] = letter
        room.view(_WHOLE[self.place])[:, _LETTER // self.place] = place
        room.view(_WHOLE[self.given])[:, self.at_given // self.given] = given
        answers = [code(line) for line in range(len(self.axes))]
        for number, parts in enumerate(self.units, self.at_axes):
            room[:, number] = _byte(parts, answers)
        return room.view(np.uint64)


def _byte(parts: Sequence[Part], answers: Sequence[Array]) -> Array:
    rows: Array = np.empty((len(parts), len(answers[0])), np.uint8)
    for row, part in zip(rows, parts, strict=True):
        np.multiply(part.of(answers[part.line]), 1 << part.shift, out=row, casting="unsafe")
    return np.bitwise_or.reduce(rows, axis=0)
