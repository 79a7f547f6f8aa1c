"""What is decided at each row, as one number each, and the table that these numbers become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.asked import roomy
from protocol.executors.columnar.forest import FLAGS, LARGE, SMALL, WRITTEN, Forest
from protocol.executors.columnar.laid_out import as_numpy
from protocol.executors.columnar.said import BITS, WAYS, Said
from protocol.executors.decisions_table import COLUMNS, PLAIN, TEXTS

Write = Callable[..., None]

_AS_NUMPY = {name: as_numpy(kind) for name, kind in TEXTS.items()}
_ENCODED = {name: pyarrow.dictionary(kind, pyarrow.string()) for name, kind in TEXTS.items()}
_ORIGIN = ("patient", "elapsed", "source", "row")


def pooled(size: int, kind: Any) -> tuple[Any, Any]:
    """An array in memory that Arrow gives and takes back, and keeps at hand in between; with what it stands in."""
    buffer = pyarrow.allocate_buffer(size * np.dtype(kind).itemsize)
    return np.frombuffer(buffer, kind) if size else np.empty(0, kind), buffer


class Outcome:
    """Room for what is decided at each row of a table.

    ``rows``: three times the number of a leaf, and the way in which it is written; or -2 minus the number of a decision of the
    reference. ``used``: which of the former there are.
    """

    def __init__(self, forest: Forest, table: pyarrow.Table) -> None:
        self.forest, self.visits = forest, table
        self.rows, _ = pooled(table.num_rows, np.int32)
        self.refused, self._refused = pooled(table.num_rows, np.int32)
        self.refused[:] = 0
        self.used: Any = np.zeros(0, np.bool_)
        self.others: dict[tuple[int, ...], int] = {}
        self.slow = 0

    def make_room(self) -> Any:
        """``used``, with room for all leaves that there are by now."""
        self.used = roomy(self.used, WAYS * len(self.forest.tree.leaves))
        return self.used

    def put(self, begin: int, decided: pyarrow.Table) -> None:
        """The rows of a patient who was decided by the reference."""
        self.slow += 1
        for row, said in enumerate(decided.select(list(COLUMNS)).to_pylist(), begin):
            numbers = tuple(self.forest.text(name, said[name]) for name in WRITTEN)
            self.rows[row] = -2 - self.others.setdefault(numbers, len(self.others))
            self.refused[row] = said["refused"]

    def table(self, write: Write) -> pyarrow.Table:
        """The table of decisions, with the patient, time and place of each. ``write`` fills columns, as in ``writing_code``."""
        begin, size = len(self.used), len(self.rows)
        texts, said = self.forest.once(Said).of(np.flatnonzero(self.used), begin, list(self.others))
        columns = {name: pooled(size, _AS_NUMPY[name]) for name in TEXTS}
        wide = -(-size // 8)
        bits, whole = pooled(len(BITS) * wide, np.uint8)
        write(self.rows, said, begin, *(columns[name][0] for name in (*SMALL, "rule", *LARGE)), bits.reshape(len(BITS), wide))
        of_bits = {name: whole.slice(number * wide, wide) for number, name in enumerate(BITS)}
        arrays = {name: self._array(name, columns, of_bits.get(name), texts) for name in COLUMNS}
        names = self.visits.schema.names
        return pyarrow.table({**{name: self.visits[name] for name in _ORIGIN if name in names}, **arrays})

    def _array(self, name: str, columns: dict[str, Any], valid: Any, texts: dict[str, Any]) -> Any:
        size = len(self.rows)
        if name in FLAGS:
            return pyarrow.Array.from_buffers(pyarrow.bool_(), size, [None, valid], 0)
        if name not in TEXTS:
            return pyarrow.Array.from_buffers(PLAIN[name], size, [None, self._refused], 0)
        return pyarrow.DictionaryArray.from_buffers(_ENCODED[name], size, [valid, columns[name][1]], texts[name])
