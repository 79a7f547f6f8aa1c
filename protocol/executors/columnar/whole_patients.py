"""How is a table taken in chunks of whole patients, what was given in it, and who of it is left to the reference?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow

from protocol.executors import by_reference
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.keys import MOST_GIVEN, Crowded
from protocol.executors.columnar.laid_out import encoded, numbers, where
from protocol.executors.columnar.outcome import Outcome
from protocol.executors.compiled.patients import patient_of
from protocol.executors.compiled.windows import has_window
from protocol.executors.plain import Walker

_BACK = 256
"""Rows among which the end of a patient is looked for first."""


def is_fit(ready: Walker) -> bool:
    """Whether columns can take a compiled protocol: it computes nothing from readings, has no window of time, and
    waits for visits."""
    frame = ready.tree.frame
    has_windows = any(has_window(atom) for atoms in frame.atoms.values() for atom in atoms)
    plain = patient_of(ready.tree).kept is None and not frame.dated and not has_windows
    return plain and frame.protocol.between_visits == "wait"


Batch = tuple[int, Any, int, int]


def batches(table: pyarrow.Table, at_once: int) -> Iterator[Batch]:
    """The rows of whole patients, about so many at once: the number of the first, a batch that has them, from where on, how many.

    It is the same batch again and again, if there is only one, and nothing in it has to be made into numbers first.
    """
    found = table.to_batches()
    if len(found) == 1 and pyarrow.string() not in found[0].schema.types:
        owner, begin = numbers(where(found[0].column("patient"))), 0
        while begin < len(owner):
            end = _end(lambda first, last: owner[first:last], len(owner), begin, at_once)
            yield begin, found[0], begin, end - begin
            begin = end
    else:
        for begin, rows in chunks(table, at_once):
            yield begin, rows, 0, rows.num_rows


def chunks(table: pyarrow.Table, at_once: int) -> Iterator[tuple[int, Any]]:
    """The rows of whole patients, about so many at once, with the number of the first."""
    begin, found = 0, table.to_batches()

    def owner(first: int, last: int) -> Any:
        patients = table["patient"].slice(first, last - first).combine_chunks()
        return numbers(where(patients))

    while begin < table.num_rows:
        end = _end(owner, table.num_rows, begin, at_once)
        if len(found) == 1:
            yield begin, found[0].slice(begin, end - begin)
        else:
            yield begin, table.slice(begin, end - begin).combine_chunks().to_batches()[0]
        begin = end


def _end(owners: Callable[[int, int], Any], rows: int, begin: int, size: int) -> int:
    """Where the last patient who begins in the next rows ends; never in the middle of one. It is looked for from behind."""
    back = _BACK
    while begin + size < rows:
        first = max(begin, begin + size - back)
        owner = owners(first, begin + size + 1)
        changes = np.flatnonzero(owner[1:] != owner[:-1])
        if changes.size:
            return int(first + changes[-1] + 1)
        back, size = (back * 8, size) if first > begin else (_BACK, size * 2)
    return rows


def written(forest: Forest, column: Any) -> tuple[Any, Any]:
    """What was given, as numbers into a table, and that table: the codes that the trees know; the last one is of nothing."""
    column = encoded(column)
    return column.indices, numbered(forest, column.dictionary)


def numbered(forest: Forest, texts: Any) -> Any:
    """The codes of doses given, and behind them that of nothing."""
    return np.array([*(_number(forest, text or "") for text in texts.to_pylist()), 0], np.int32)


def _number(forest: Forest, text: str) -> int:
    known = len(forest.tree.givens)
    code = forest.walker.reader.texts[text]
    if code >= MOST_GIVEN:
        raise Crowded
    if len(forest.tree.givens) > known:
        forest.sync()
    return code


def by_slow(outcome: Outcome, table: pyarrow.Table, begin: int, start: Any, leaves: Any, follow: str) -> None:
    """Decides those patients of a chunk who have a row without a leaf: only the reference can."""
    if not (leaves < 0).any():
        return
    starts = [*np.flatnonzero(start).tolist(), len(leaves)]
    for number in sorted({int(np.searchsorted(starts, row, "right")) - 1 for row in np.flatnonzero(leaves < 0).tolist()}):
        first, last = starts[number], starts[number + 1]
        one = table.slice(begin + first, last - first)
        outcome.put(begin + first, by_reference.decisions(outcome.forest.frame.protocol, one, follow))
