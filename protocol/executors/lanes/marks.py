"""As which small number is each value of a plain column read, so that one byte of a row says what was observed there?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import define, field

from protocol.executors.compiled.coding import NO_CODES, REFUSED, Coder, Update

MOST = 255
"""Different readings of one input that a byte can tell apart."""
_MOST_VALUES = 100_000


class Crowded(Exception):
    """Raised where a byte is too small: the rows are decided one after the other."""


class _Known(dict[Any, int]):
    """The mark of each value met so far."""

    def __init__(self, marks: Marks, known: Any) -> None:
        super().__init__({None: 0})
        self._marks, self._known = marks, known

    def __missing__(self, value: Any) -> int:
        found = self._marks.mark(self._known[value])
        if len(self) < _MOST_VALUES:
            self[value] = found
        return found


@define(eq=False)
class Marks:
    """The readings of one input that were met, each with a mark from 1 on. Mark 0: nothing was observed.

    ``is_value`` and ``refused`` are tables of bytes by mark: 255 where a value counts from then on, 1 where it was refused.
    ``moves``: where it does so whatever was read before.
    """

    coder: Coder
    updates: list[Update | None] = field(factory=lambda: [None])
    numbers: dict[Update, int] = field(factory=dict)
    is_value: bytearray = field(factory=lambda: bytearray(256))
    refused: bytearray = field(factory=lambda: bytearray(256))
    moves: bytearray = field(factory=lambda: bytearray(256))
    values: _Known = field(init=False)
    records: _Known = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.values, self.records = _Known(self, self.coder.values), _Known(self, self.coder.records)

    def mark(self, update: Update | None) -> int:
        """The mark of a reading; raises Crowded where there are too many."""
        if update is None:
            return 0
        found = self.numbers.get(update)
        if found is None:
            found = self.numbers[update] = len(self.updates)
            if found > MOST:
                raise Crowded
            self.updates.append(update)
            self.is_value[found] = 0 if update[4] in (NO_CODES, REFUSED) else 255
            self.moves[found] = self.is_value[found] and not self.coder.item.fixed
            self.refused[found] = update[4] == REFUSED
        return found

    def column(self, values: Sequence[Any], parts: list[Sequence[Any]]) -> bytes:
        """The mark of each row. ``parts``: whether each was not done, the sign of a bound, and both limits; or nothing."""
        if parts:
            return bytes(map(self.records.__getitem__, zip(values, *parts, strict=True)))
        return bytes(map(self.values.__getitem__, values))
