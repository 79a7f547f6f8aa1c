"""How do the columns of decisions come from one number for each row?"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any
_AT_ONCE = 1 << 15
"""Rows that are written at once: a number of whole bytes of bits."""


def write(rows: Array, said: Array, begin: int, *columns: Array) -> None:
    """All columns from the rows of a table, as ``columnar/writing_code`` has them; the last ones are columns of bits."""
    *numbers, bits = columns
    one, two, three = said.T
    tables = [(one >> np.uint64(8 * place)).astype(np.int8) for place in range(4)]
    tables += [(one >> np.uint64(32)).astype(np.int16)]
    tables += [part.astype(np.uint32).view(np.int32) for part in (two, two >> np.uint64(32), three)]
    flags = (one >> np.uint64(48)).astype(np.uint8)
    for first in range(0, len(rows), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        number = np.where(rows[part] < 0, begin - 2 - rows[part], rows[part])
        for column, table in zip(numbers, tables, strict=True):
            np.take(table, number, out=column[part], mode="clip")
        found: Array = np.take(flags, number, mode="clip")
        for bit, line in enumerate(bits):
            line[first // 8 : (first + len(number) + 7) // 8] = np.packbits(found >> bit & 1, bitorder="little")
