"""Where does a column of a table stand in memory, and what texts are behind its numbers?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow
from attrs import frozen


@frozen(eq=False)
class Where:
    """A column in memory, which stays there as long as this. ``numbers``: the address of the values, their first bit, how many
    bytes wide they are; the address of whether there are any, 0 where all are, and its first bit."""

    column: Any
    numbers: tuple[int, int, int, int, int]

    @property
    def texts(self) -> list[str | None]:
        """The texts of its dictionary, without blanks around them."""
        return [text if text is None else str(text).strip() for text in self.column.dictionary.to_pylist()]


def where(batch: Any, name: str) -> Where:
    """The place of a column; texts that are not encoded become numbers."""
    column = batch.column(name)
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        width = kind.index_type.bit_width
    elif pyarrow.types.is_string(kind):
        column, width = column.dictionary_encode(), 32
    else:
        width = kind.bit_width
    valid, values = column.buffers()[:2]
    begin, width = column.offset, width // 8
    address = values.address + begin * width if values else 0
    return Where(column, (address, begin, width, valid.address if valid and column.null_count else 0, begin))


def numbers(place: Where) -> Any:
    """The numbers of a column as an array, of which nothing is copied."""
    column, (_, begin, width, _, _) = place.column, place.numbers
    values, size = column.buffers()[1], len(column)
    kind = np.dtype(f"i{width}")
    return np.frombuffer(values, kind)[begin : begin + size] if values else np.empty(0, kind)
