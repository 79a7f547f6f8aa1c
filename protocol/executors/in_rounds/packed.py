"""Where do the codes of several axes stand side by side in bytes, so that all of them are one key?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from attrs import frozen

Array = Any
BYTE = 8


@frozen
class Part:
    """Some bits of a code, from a bit on, and where in a byte they stand. ``line`` is that of the code."""

    line: int
    begin: int
    bits: int
    shift: int


def packed(widths: Sequence[int]) -> Iterator[list[Part]]:
    """The bits of codes that are so wide, byte after byte. One code more changes nothing of those before it."""
    parts: list[Part] = []
    free = BYTE
    for line, width in enumerate(widths):
        for begin in range(0, width, BYTE):
            bits = min(BYTE, width - begin)
            if bits > free:
                yield parts
                parts, free = [], BYTE
            parts.append(Part(line, begin, bits, BYTE - free))
            free -= bits
    if parts:
        yield parts


def byte_of(parts: Sequence[Part], codes: Sequence[Array | int]) -> Array | int:
    """A byte of many keys."""
    byte: Array | int = 0
    for part in parts:
        byte = _bits(codes[part.line], part) | byte
    return byte


def bits_of(places: Sequence[Sequence[Part]], lines: Collection[int]) -> list[int]:
    """The bits of some of the codes, byte after byte."""
    return [sum(((1 << part.bits) - 1) << part.shift for part in parts if part.line in lines) for parts in places]


def _bits(code: Array | int, part: Part) -> Array | int:
    """Some bits of a code at their place in a byte."""
    if isinstance(code, int):
        return (code >> part.begin & 255) << part.shift & 255
    is_narrow = code.dtype.itemsize == 1
    byte = code.view(np.uint8) if is_narrow else (code >> part.begin & 255).astype(np.uint8)
    return byte * np.uint8(1 << part.shift) if part.shift else byte
