"""Where does a column of a table stand in memory, and what texts are behind its numbers?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow

_TEXT = pyarrow.string()


class Where(NamedTuple):
    """A column in memory, which stays there as long as this. ``numbers``: the address of the values, their first bit, how many
    bytes wide they are; the address of whether there are any, 0 where all are, and its first bit."""

    column: Any
    numbers: tuple[int, int, int, int, int]

    @property
    def texts(self) -> list[str | None]:
        """The texts of its dictionary, without blanks around them."""
        return [text if text is None else str(text).strip() for text in self.column.dictionary.to_pylist()]


def encoded(column: Any) -> Any:
    """A column of texts as numbers into a dictionary."""
    return column if isinstance(column.type, pyarrow.DictionaryType) else column.dictionary_encode()


def where(column: Any) -> Where:
    """The place of a column; texts that are not encoded become numbers."""
    column = encoded(column) if column.type == _TEXT else column
    kind = column.type
    width = (kind.index_type if isinstance(kind, pyarrow.DictionaryType) else kind).bit_width >> 3
    valid, values = column.buffers()[:2]
    begin = column.offset
    there = valid.address if valid is not None and column.null_count else 0
    return Where(column, (values.address + begin * width if values is not None else 0, begin, width, there, begin))


def as_numpy(kind: Any) -> Any:
    """What NumPy calls whole numbers that Arrow calls this; asked of Arrow it can need another library."""
    return np.dtype(str(kind))


def numbers(place: Where) -> Any:
    """The numbers of a column as an array, of which nothing is copied."""
    column, (_, begin, width, _, _) = place.column, place.numbers
    values, size = column.buffers()[1], len(column)
    kind = np.dtype(f"i{width}")
    return np.frombuffer(values, kind)[begin : begin + size] if values is not None and size else np.empty(0, kind)
