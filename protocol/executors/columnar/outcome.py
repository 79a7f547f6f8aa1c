"""What is decided at each row, as one number each, and the table that these numbers become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.asked import roomy
from protocol.executors.columnar.forest import FLAGS, LARGE, LATE, SMALL, WRITTEN, Forest
from protocol.executors.decisions_table import COLUMNS, PLAIN, TEXTS, first_texts, ordered

AS_IT_IS, LIFTED, TOO_LATE = range(3)
WAYS = 3
"""In so many ways is each leaf written: as it is, with its deviation lifted, or as a change that came too late."""
Write = Callable[..., None]

_BITS = (*FLAGS, "rule", "verdict", "deviation")
"""What is one bit of each row: the columns that are true or false, and of which columns there is a value."""
_RULE, _DEVIATION, _FLAGS = WRITTEN.index("rule"), WRITTEN.index("deviation"), WRITTEN.index(FLAGS[0])
_AS_NUMPY = {name: kind.to_pandas_dtype() for name, kind in {**TEXTS, **PLAIN}.items()}


class Outcome:
    """Room for what is decided at each row of a table.

    ``rows``: three times the number of a leaf, and the way in which it is written; or -2 minus the number of a decision of the
    reference. ``used``: which of the former there are.
    """

    def __init__(self, forest: Forest, table: pyarrow.Table) -> None:
        self.forest, self.visits = forest, table
        self.rows: Any = np.empty(table.num_rows, np.int32)
        self.refused: Any = np.zeros(table.num_rows, np.int32)
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
        texts, said, begin = self._said()
        size = len(self.rows)
        columns = {name: np.empty(size, _AS_NUMPY[name]) for name in TEXTS}
        bits: Any = np.empty((len(_BITS), -(-size // 8)), np.uint8)
        write(self.rows, said, begin, *(columns[name] for name in (*SMALL, "rule", *LARGE)), bits)
        arrays = {name: self._array(name, columns, bits, texts) for name in COLUMNS}
        origin = ("patient", "elapsed", "source", "row")
        return pyarrow.table({**{name: self.visits[name] for name in origin if name in self.visits.column_names}, **arrays})

    def _array(self, name: str, columns: dict[str, Any], bits: Any, texts: dict[str, list[str]]) -> Any:
        size, valid = len(self.rows), pyarrow.py_buffer(bits[_BITS.index(name)]) if name in _BITS else None
        if name in FLAGS:
            return pyarrow.Array.from_buffers(pyarrow.bool_(), size, [None, valid], 0)
        if name not in TEXTS:
            return pyarrow.array(self.refused)
        numbers = pyarrow.Array.from_buffers(TEXTS[name], size, [valid, pyarrow.py_buffer(columns[name])])
        return pyarrow.DictionaryArray.from_arrays(numbers, pyarrow.array(texts[name], pyarrow.string()), safe=False)

    def _said(self) -> tuple[dict[str, list[str]], Any, int]:
        """The texts of each column, what each number of ``rows`` says, in three words, and from where those of the reference are
        counted."""
        used, begin = np.flatnonzero(self.used), len(self.used)
        leaf, way = np.divmod(used, WAYS)
        found: Any = np.concatenate((self.forest.columns[leaf], np.array(list(self.others), np.int32).reshape(-1, len(WRITTEN))))
        found[: len(used), _DEVIATION][way == LIFTED] = -1
        found[: len(used), _DEVIATION][way == TOO_LATE] = LATE
        first = first_texts(self.forest.frame.protocol)
        texts = {name: self._in_order(name, first[name], found[:, n]) for n, name in enumerate(WRITTEN) if name in TEXTS}
        said: Any = np.zeros((begin + len(self.others), 3), np.uint64)
        said[used] = _packed(found[: len(used)])
        said[begin:] = _packed(found[len(used) :])
        return texts, said, begin

    def _in_order(self, name: str, first: list[str], numbers: Any) -> list[str]:
        """The texts of a column; where the trees know more than a table begins with, the numbers follow those of this table."""
        known = list(self.forest.texts[name])
        if len(known) == len(first):
            return known
        texts = ordered(first, (known[number] for number in set(numbers.tolist()) if number >= 0))
        place = {text: number for number, text in enumerate(texts)}
        new: Any = np.array([place.get(text, 0) for text in known], np.int32)
        numbers[:] = np.where(numbers < 0, numbers, new[numbers])
        return texts


def _packed(found: Any) -> Any:
    """Rows of numbers in three words each: the small ones, the rule and bits; the doses before and after; what is permitted."""
    parts = found.astype(np.int64).T
    one = sum((parts[number] & 0xFF) << 8 * number for number in range(len(SMALL))) | (parts[_RULE] & 0xFFFF) << 32
    flags = [*parts[_FLAGS:], *(parts[WRITTEN.index(name)] >= 0 for name in _BITS[len(FLAGS) :])]
    one |= sum((flag != 0).astype(np.int64) << 48 + number for number, flag in enumerate(flags))
    before, after, permitted = parts[_RULE + 1 : _FLAGS] & 0xFFFF_FFFF
    return np.stack((one, before | after << 32, permitted), axis=1).view(np.uint64)
