"""What is said of the visits of a patient, with what was given later taken in, when the same leaves follow each other often?"""

from __future__ import annotations

from itertools import compress

from attrs import Factory, define

from protocol.executors.compiled import judging
from protocol.executors.compiled.leaves import with_deviation
from protocol.executors.compiled.tree import Tree
from protocol.executors.decision_row import Row
from protocol.executors.lanes.chunk import Chunk

_NOTHING: Row = ("continue", None, "", "", "", "", None, None, False, False, False)
"""In the place of what is said where only the reference can tell."""


@define(eq=False)
class Judge:
    """The rows of all leaves of a tree. ``late``: of those that can be late, what is said if they were."""

    tree: Tree
    rows: list[Row] = Factory(list)
    open: set[int] = Factory(set)
    late: dict[int, Row] = Factory(dict)
    undone: dict[tuple[int, int], bool | None] = Factory(dict)

    def said(self, chunk: Chunk, first: int, found: list[int], until: dict[int, int | None]) -> list[Row]:
        """What is said at each of these leaves, the first of which stands at a row."""
        if len(self.rows) < len(self.tree.leaves):
            self._renew()
        said = list(map(self.rows.__getitem__, found))
        if not self.open.isdisjoint(found):
            if chunk.dosing or until or self.tree.frame.protocol.act_within is not None:
                self._judge(chunk, first, found, said, until)
            else:
                self._see_what_was_late(found, said)
        return said

    def _renew(self) -> None:
        """What is said of leaves that are new."""
        for number in range(len(self.rows), len(self.tree.leaves)):
            leaf = self.tree.leaves[number]
            self.rows.append(leaf.row if leaf else _NOTHING)
            if leaf and leaf.is_open:
                self.open.add(number)
                if judging.can_be_late(leaf) and leaf.deviation is not None:
                    self.late[number] = with_deviation(leaf.row, "change too late")

    def _see_what_was_late(self, found: list[int], said: list[Row]) -> None:
        """Where nothing that is given later is in time, it can only be too late."""
        for number, one in enumerate(found):
            if one in self.late:
                for at in range(number + 1, len(found)):
                    undone = self._undone(one, found[at])
                    if undone is not None:
                        said[number] = self.late[one] if undone else said[number]
                        break

    def _undone(self, one: int, other: int) -> bool | None:
        key = one, other
        if key not in self.undone:
            leaf, later = self.tree.leaves[one], self.tree.leaves[other]
            assert leaf is not None and later is not None
            self.undone[key] = judging.undoes(self.tree.frame.protocol, leaf, later)
        return self.undone[key]

    def _judge(self, chunk: Chunk, first: int, found: list[int], said: list[Row], until: dict[int, int | None]) -> None:
        """What was given later tells whether a change was in time."""
        end = first + len(found)
        times, leaves = chunk.times[first:end], [leaf for number in found if (leaf := self.tree.leaves[number])]
        dosing = set(compress(times, chunk.dosing[first:end]))
        visits = judging.Visits(times, leaves, [until.get(row) for row in range(first, end)], dosing)
        for number, at in enumerate(found):
            if at in self.open:
                said[number] = judging.row(self.tree.frame.protocol, visits, number)
