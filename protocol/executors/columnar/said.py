"""What does each leaf say in each way in which it is written, in few words, and as which texts?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar.asked import roomy
from protocol.executors.columnar.forest import FLAGS, LATE, SMALL, WRITTEN, Forest
from protocol.executors.decisions_table import TEXTS, first_texts

AS_IT_IS, LIFTED, TOO_LATE = range(3)
WAYS = 3
"""In so many ways is each leaf written: as it is, with its deviation lifted, or as a change that came too late."""
BITS = (*FLAGS, "rule", "verdict", "deviation")
"""What is one bit of each row: the columns that are true or false, and of which columns there is a value."""
_RULE, _DEVIATION, _FLAGS = WRITTEN.index("rule"), WRITTEN.index("deviation"), WRITTEN.index(FLAGS[0])
_PERMITTED = WRITTEN.index("permitted")
_OF_PERMITTED = 2


class Said:
    """What the leaves of a compiled protocol say, in three words for each and way. Kept with it, and follows it."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        self.first = first_texts(forest.frame.protocol)
        self.words: Any = np.zeros((0, 3), np.uint64)
        self.known = 0
        self._sorted: dict[str, tuple[int, Any, Any]] = {}

    def of(self, used: Any, begin: int, others: list[tuple[int, ...]]) -> tuple[dict[str, Any], Any]:
        """The texts of each column, and what each number of a table of decisions says, in three words; from ``begin`` on those
        that the reference decided. ``used``: which of the former there are."""
        self._renew()
        leaves, more = used // WAYS, np.array(others, np.int32).reshape(-1, len(WRITTEN))
        said: Any = np.empty((begin + len(others), 3), np.uint64)
        if others or any(len(self.forest.texts[name]) > len(self.first[name]) for name in TEXTS if name != "permitted"):
            found: Any = np.concatenate((_ways(self.forest.columns[leaves], used % WAYS), more))
            texts = {name: self._in_order(name, found[:, n]) for n, name in enumerate(WRITTEN) if name in TEXTS}
            said[used], said[begin:] = _packed(found[: len(used)]), _packed(found[len(used) :])
        else:
            permitted = self.forest.columns[leaves, _PERMITTED].copy()
            texts = {name: self._in_order(name, permitted) for name in TEXTS}
            said[used] = self.words[used]
            said[used, _OF_PERMITTED] = permitted.astype(np.uint64)
        return texts, said

    def _renew(self) -> None:
        """The words of leaves that have come."""
        leaves = len(self.forest.tree.leaves)
        if leaves > self.known:
            self.words = roomy(self.words, WAYS * leaves)
            for way in range(WAYS):
                found = _ways(self.forest.columns[self.known : leaves], np.full(leaves - self.known, way))
                self.words[WAYS * self.known + way : WAYS * leaves : WAYS] = _packed(found)
            self.known = leaves

    def _in_order(self, name: str, numbers: Any) -> Any:
        """The texts of a column; where the trees know more than a table begins with, the numbers follow those of this table."""
        size, begin = len(self.forest.texts[name]), len(self.first[name])
        if self._sorted.get(name, (-1, None, None))[0] != size:
            known = list(self.forest.texts[name])
            order = sorted(range(begin, size), key=known.__getitem__)
            self._sorted[name] = size, np.array(order, np.int64), pyarrow.array(known, pyarrow.string())
        _, order, texts = self._sorted[name]
        if size == begin:
            return texts
        there: Any = np.zeros(size, np.bool_)
        there[numbers[numbers >= 0]] = True
        used = order[there[order]]
        new: Any = np.arange(size, dtype=np.int32)
        new[used] = np.arange(begin, begin + len(used))
        numbers[:] = np.where(numbers < 0, numbers, new[numbers])
        return texts.take(pyarrow.array(np.concatenate((np.arange(begin), used))))


def _ways(leaves: Any, way: Any) -> Any:
    """The numbers of leaves as each is written in a way."""
    found = leaves.copy()
    found[way == LIFTED, _DEVIATION] = -1
    found[way == TOO_LATE, _DEVIATION] = LATE
    return found


def _packed(found: Any) -> Any:
    """Rows of numbers in three words each: the small ones, the rule and bits; the doses before and after; what is permitted."""
    parts = found.astype(np.int64).T
    one = sum((parts[number] & 0xFF) << 8 * number for number in range(len(SMALL))) | (parts[_RULE] & 0xFFFF) << 32
    flags = [*parts[_FLAGS:], *(parts[WRITTEN.index(name)] >= 0 for name in BITS[len(FLAGS) :])]
    one |= sum((flag != 0).astype(np.int64) << 48 + number for number, flag in enumerate(flags))
    before, after, permitted = parts[_RULE + 1 : _FLAGS] & 0xFFFF_FFFF
    return np.stack((one, before | after << 32, permitted), axis=1).view(np.uint64)
