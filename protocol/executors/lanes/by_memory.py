"""Which leaf has each visit of a table, when most visits are decided by what is remembered of others?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.executors.compiled.rows import Columns, Reader
from protocol.executors.compiled.tree import Tree
from protocol.executors.decision_row import Row
from protocol.executors.lanes.chunk import Chunk, chunks
from protocol.executors.lanes.fields import Fields
from protocol.executors.lanes.followed import followers
from protocol.executors.lanes.journey import Journeys
from protocol.executors.lanes.judged import Judge
from protocol.executors.lanes.marks import Marks
from protocol.executors.lanes.memory import Memory
from protocol.executors.lanes.worked_out import can_be_worked_out, numbers

Told = tuple[int, int, Sequence[int], Sequence[Row] | None, Sequence[int]]
"""Of one patient the first row and the first of the next one; the times; what is said, None where only the reference can tell;
and how many readings were refused."""


class ByMemory:
    """One protocol, with all that is remembered. Raises Crowded where a table has too much that is different."""

    def __init__(self, tree: Tree, reader: Reader) -> None:
        self.tree, self.reader = tree, reader
        self.fields, self.memory = Fields(tree.frame, [Marks(one) for one in reader.coders]), Memory(tree)
        self.numbers = numbers(tree.frame)
        self.followers = followers(tree, self.fields, self.numbers)
        self.judge = Judge(tree)

    def told(self, columns: Columns, follow: str) -> Iterator[Told]:
        """One patient of a table that was checked after the other."""
        for begin, chunk in chunks(self.reader, self.fields, columns, follow):
            if self.memory.drawn != self.fields.drawn:
                self.memory.forget(self.fields.drawn)
            yield from self._of_chunk(begin, chunk)

    def _of_chunk(self, begin: int, chunk: Chunk) -> Iterator[Told]:
        journeys = Journeys(self.tree, self.fields, self.memory, chunk, self.followers, self.numbers)
        for first, end in chunk.patients:
            found = journeys.of(first, end)
            if found is None:
                yield begin + first, begin + end, (), None, ()
            else:
                said = self.judge.said(chunk, first, found, journeys.until)
                yield begin + first, begin + end, chunk.times[first:end], said, journeys.refused(first, end)


def fits(tree: Tree) -> bool:
    """Whether what is decided rests on nothing but codes of readings, moments and trackers, and only at visits."""
    frame = tree.frame
    are_there = all(can_be_worked_out(frame, one) for one in frame.computed) and (bool(frame.computed) or not frame.kept)
    return are_there and not frame.dated and frame.protocol.between_visits == "wait"
