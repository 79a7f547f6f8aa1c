"""Where do the codes of several axes stand side by side in a few bits, so that all of them are one key?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.frame import Frame

Array = Any
_TWO = (layout.KNOWN, layout.AFTER, layout.SHOWN, layout.HAS_STARTED, layout.NEGATIVE)


@frozen
class Part:
    """A code, or so many bits of it from one on, and the bit of a unit at which they stand. ``line`` is that of the code."""

    line: int
    begin: int
    bits: int
    shift: int

    def of(self, code: Array) -> Array:
        """These bits of many codes, not yet at their place."""
        if code.dtype.itemsize == 1:
            return code.view(np.uint8)
        return code >> self.begin & (1 << self.bits) - 1


def width(frame: Frame, number: int) -> int:
    """How many bits the codes of an axis need that there are by now."""
    axis = frame.axes.all[number]
    match axis.kind:
        case layout.READING:
            return _bits(len(frame.axes.masks[number]))
        case layout.COUNT:  # with room for some that were not met yet
            return max(4, _bits(len(frame.axes.masks[number])))
        case layout.SPAN | layout.RANGE:
            return _bits((len(axis.cuts) + 1) ** 2)
        case layout.CLOCK | layout.AMOUNT:
            return _bits(len(axis.cuts) + 1)
        case _:
            return 1 if axis.kind in _TWO else 2


def _bits(codes: int) -> int:
    return max(1, (codes - 1).bit_length())


def packed(widths: Sequence[int], unit: int) -> Iterator[list[Part]]:
    """Codes that are so wide in units of so many bits. One code more changes nothing of those before it."""
    parts: list[Part] = []
    free = unit
    for line, whole in enumerate(widths):
        for begin in range(0, whole, unit):
            bits = min(unit, whole - begin)
            if bits > free:
                yield parts
                parts, free = [], unit
            parts.append(Part(line, begin, bits, unit - free))
            free -= bits
    if parts:
        yield parts


def bits_of(units: Sequence[Sequence[Part]], lines: Collection[int]) -> list[int]:
    """The bits of some of the codes, unit after unit."""
    return [sum(((1 << part.bits) - 1) << part.shift for part in parts if part.line in lines) for parts in units]
