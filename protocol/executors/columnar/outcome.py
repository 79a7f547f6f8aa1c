"""The columns of decisions as they are filled, and the table that they become."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.forest import FLAGS, LARGE, SMALL, Forest
from protocol.executors.decisions_table import COLUMNS, TEXTS, first_texts, ordered


class Outcome:
    """Room for the decision at each row of a table."""

    def __init__(self, forest: Forest, table: pyarrow.Table) -> None:
        rows = table.num_rows
        self.forest, self.visits = forest, table
        self.small = np.empty((4, rows), np.int8)
        self.rule = np.empty(rows, np.int16)
        self.large = np.empty((3, rows), np.int32)
        self.flags = np.empty((3, rows), np.bool_)
        self.refused = np.zeros(rows, np.int32)
        self.slow = 0

    def column(self, name: str) -> Any:
        """The numbers of one column."""
        if name in SMALL:
            return self.small[SMALL.index(name)]
        if name in LARGE:
            return self.large[LARGE.index(name)]
        if name in FLAGS:
            return self.flags[FLAGS.index(name)]
        return self.rule if name == "rule" else self.refused

    def put(self, begin: int, decided: pyarrow.Table) -> None:
        """The rows of a patient who was decided elsewhere."""
        self.slow += 1
        for name in COLUMNS:
            values = decided[name].to_pylist()
            if name in TEXTS:
                known = self.forest.texts[name]
                values = [-1 if text is None else known.setdefault(text, len(known)) for text in values]
            self.column(name)[begin : begin + len(values)] = values

    def table(self) -> pyarrow.Table:
        """The table of decisions, with the patient, time and place of each."""
        origin = ("patient", "elapsed", "source", "row")
        columns = {name: self.visits[name] for name in origin if name in self.visits.column_names}
        return pyarrow.table({**columns, **{name: self._array(name) for name in COLUMNS}})

    def _array(self, name: str) -> Any:
        values = self.column(name)
        if name in FLAGS:
            bits = pyarrow.py_buffer(np.packbits(values, bitorder="little"))
            return pyarrow.Array.from_buffers(pyarrow.bool_(), len(values), [None, bits], 0)
        if name not in TEXTS:
            return pyarrow.array(values)
        texts = pyarrow.array(self._in_order(name, values), pyarrow.string())
        return pyarrow.DictionaryArray.from_arrays(_nullable(values, name in _CAN_BE_NULL), texts)

    def _in_order(self, name: str, values: Any) -> list[str]:
        """The texts of a column; where the trees know more than a table begins with, the numbers follow those of this table."""
        known, first = list(self.forest.texts[name]), first_texts(self.forest.frame.protocol)[name]
        if len(known) == len(first):
            return known
        # In parts, because numbers that are looked up become twice as wide meanwhile.
        parts = [values[begin : begin + _AT_ONCE] for begin in range(0, len(values), _AT_ONCE)]
        used = {known[number] for part in parts for number in np.flatnonzero(np.bincount(part)).tolist()}
        texts = ordered(first, used)
        place = {text: number for number, text in enumerate(texts)}
        new: Any = np.array([place.get(text, 0) for text in known], values.dtype)
        for part in parts:
            part[:] = new[part]
        return texts


_AT_ONCE = 1 << 16
_CAN_BE_NULL = ("rule", "verdict", "deviation")


def _nullable(values: Any, can_be_null: bool) -> Any:
    """Numbers as an Arrow array that is null where they are negative; the numbers are not copied."""
    valid = np.packbits(values >= 0, bitorder="little") if can_be_null else None
    kind = pyarrow.from_numpy_dtype(values.dtype)
    whole = None if valid is None else pyarrow.py_buffer(valid)
    return pyarrow.Array.from_buffers(kind, len(values), [whole, pyarrow.py_buffer(values)])
