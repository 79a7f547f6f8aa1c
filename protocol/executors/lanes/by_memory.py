"""Which leaf has each visit of a table, when most visits are decided by what is remembered of others?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from protocol.executors.compiled import judging
from protocol.executors.compiled.rows import Columns, Reader
from protocol.executors.compiled.tree import Tree
from protocol.executors.decision_row import Row
from protocol.executors.lanes.chunk import Chunk, chunks
from protocol.executors.lanes.fields import Fields
from protocol.executors.lanes.journey import Journeys
from protocol.executors.lanes.marks import Marks
from protocol.executors.lanes.memory import Memory


class Told(NamedTuple):
    """What is said of one patient, whose rows begin at a number; nothing where only the reference can tell."""

    begin: int
    end: int
    times: Sequence[int] = ()
    said: Sequence[Row] | None = None
    refused: Sequence[int] = ()


class ByMemory:
    """One protocol, with all that is remembered. Raises Crowded where a table has too much that is different."""

    def __init__(self, tree: Tree, reader: Reader) -> None:
        self.tree, self.reader = tree, reader
        self.fields, self.memory = Fields(tree.frame, [Marks(one) for one in reader.coders]), Memory(tree)
        self.rows: list[Row] = []
        self.open: set[int] = set()

    def told(self, columns: Columns, follow: str) -> Iterator[Told]:
        """One patient of a table that was checked after the other."""
        for begin, chunk in chunks(self.reader, self.fields, columns, follow):
            if self.memory.drawn != self.fields.drawn:
                self.memory.forget(self.fields.drawn)
            yield from self._of_chunk(begin, chunk)

    def _of_chunk(self, begin: int, chunk: Chunk) -> Iterator[Told]:
        journeys = Journeys(self.tree, self.fields, self.memory, chunk)
        for first, end in chunk.patients:
            found = journeys.of(first, end)
            if found is None:
                yield Told(begin + first, begin + end)
                continue
            self._renew()
            times = chunk.times[first:end]
            said = list(map(self.rows.__getitem__, found))
            if not self.open.isdisjoint(found):
                self._judge(chunk, first, found, said, journeys.until)
            yield Told(begin + first, begin + end, times, said, chunk.refused[first:end])

    def _renew(self) -> None:
        """What is said of leaves that are new."""
        for number in range(len(self.rows), len(self.tree.leaves)):
            leaf = self.tree.leaves[number]
            self.rows.append(leaf.row if leaf else _NOTHING)
            if leaf and leaf.is_open:
                self.open.add(number)

    def _judge(self, chunk: Chunk, first: int, found: list[int], said: list[Row], until: dict[int, int | None]) -> None:
        """What was given later tells whether a change was in time."""
        end = first + len(found)
        times, leaves = chunk.times[first:end], [leaf for number in found if (leaf := self.tree.leaves[number])]
        dosing = set(compress(times, chunk.dosing[first:end]))
        visits = judging.Visits(times, leaves, [until.get(row) for row in range(first, end)], dosing)
        for number, at in enumerate(found):
            if at in self.open:
                said[number] = judging.row(self.tree.frame.protocol, visits, number)


_NOTHING: Row = ("continue", None, "", "", "", "", None, None, False, False, False)
"""In the place of what is said where only the reference can tell."""


def fits(tree: Tree) -> bool:
    """Whether what is decided rests on nothing but codes of readings, moments and trackers, and only at visits."""
    frame = tree.frame
    return not (frame.computed or frame.kept or frame.dated) and frame.protocol.between_visits == "wait"
