"""What does one patient answer when guards are asked of axes, and what was asked on the way?

An axis that is asked is written down with its answer: what follows depends on these answers alone, so the next patient who
gives the same ones is decided alike. What is not known leaves a comparison open; then the world is split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import TypeVar

from attrs import Factory, define

from protocol.executors.compiled import layout
from protocol.executors.compiled.asking import answer
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.frame import Frame, known_axis, node
from protocol.executors.compiled.guards import Asks, Every, Knows, Node, Opposite, Points, Some, Sure
from protocol.model.guard import Atom, Compare
from protocol.model.input import Item
from protocol.semantics.clocks import holds as compared

World = dict[int, int]
"""Of some axes the cells, as bits, to which what they can be has been narrowed."""
Answer = TypeVar("Answer")

MOST_PARTS = 1_000
"""Parts into which the completions of one visit are split; with more, the reference is asked."""


class TooManyParts(Exception):
    """Raised where the completions of what is missing are too many to be told apart here."""


class Open(Exception):
    """Raised where an answer depends on an axis that can lie on both sides of a comparison."""

    def __init__(self, axis: int, yes: int, no: int) -> None:
        super().__init__(axis)
        self.axis, self.yes, self.no = axis, yes, no


@define(eq=False)
class View:
    """One patient at one visit, and the path of what was asked."""

    frame: Frame
    registers: Sequence[int]
    time: int
    given: int = 0
    path: dict[int, int] = Factory(dict)
    totals: dict[str, int] = Factory(dict)

    def code(self, axis: int) -> int:
        """The answer of an axis."""
        found = self.path.get(axis)
        if found is None:
            found = self.path[axis] = self._answer(self.frame.axes.all[axis])
        return found

    def _answer(self, axis: Axis) -> int:
        if axis.kind == layout.GIVEN:
            return self.given
        return answer(axis, self.registers, self.time, [one.counts for one in self.frame.tracking.values()])

    def bit(self, axis: Axis) -> bool:
        """The answer of an axis that is yes or no."""
        return bool(self.code(self.frame.axes.number(axis)))

    def is_read(self, axis: int, name: str) -> bool:
        """Whether the value of an input was read and still counts, with the limit of normal that is asked."""
        one = self.frame.axes.all[axis]
        if one.kind == layout.HELD:
            return bool(self.code(known_axis(self.frame, name)))
        return self.code(axis) not in (one.c, one.c + 1)

    def cells(self, axis: int) -> int:
        """The cells in which the term of an axis can lie."""
        return self.frame.axes.masks[axis][self.code(axis)]

    def holds(self, node: Node, world: World) -> bool:
        """Whether a guard is true in a world; raises Open where that is not settled."""
        match node:
            case Asks(axis, true):
                return self._settle(axis, true, world)
            case Every(parts):
                return not self._any(parts, False, world)
            case Some(parts):
                return self._any(parts, True, world)
            case Opposite(part):
                return not self.holds(part, world)
            case Knows(axis):
                return bool(self.code(axis))
            case Points(score, atom):
                return self.is_total(score, atom)
            case Sure():
                return True

    def _settle(self, axis: int, true: int, world: World) -> bool:
        cells = world.get(axis) or self.cells(axis)
        yes = cells & true
        if yes and yes != cells:
            raise Open(axis, yes, cells & ~true)
        return bool(yes)

    def _any(self, parts: Sequence[Node], wanted: bool, world: World) -> bool:
        """Whether some part has that truth; one that has it outweighs the open ones before it."""
        first: Open | None = None
        for part in parts:
            try:
                if self.holds(part, world) is wanted:
                    return True
            except Open as still_open:
                first = first or still_open
        if first is not None:
            raise first
        return False

    def completions(self, ask: Callable[[World], Answer], world: World | None = None) -> Iterator[tuple[World, Answer]]:
        """The answer in every completion of what is missing, as parts that agree on it."""
        world = world or {}
        try:
            found = ask(world)
        except Open as still_open:
            for part in (still_open.yes, still_open.no):
                yield from self.completions(ask, {**world, still_open.axis: part})
        else:
            yield world, found

    def parts(self, ask: Callable[[World], Answer]) -> list[tuple[World, Answer]]:
        """All completions at once; raises TooManyParts."""
        found = list(islice(self.completions(ask), MOST_PARTS + 1))
        if len(found) > MOST_PARTS:
            raise TooManyParts
        return found

    def truth(self, node: Node) -> int:
        """Whether a guard is true, false, or open."""
        answers = set()
        for _, found in self.completions(lambda world: self.holds(node, world)):
            answers.add(found)
            if len(answers) > 1:
                return layout.OPEN
        return layout.TRUE if answers.pop() else layout.FALSE

    # Scores

    def is_total(self, score: str, atom: Atom) -> bool:
        """Whether a comparison of a score is true."""
        assert isinstance(atom, Compare)
        if score not in self.totals:
            items = self.frame.prepared.scores[score].items
            self.totals[score] = sum(self._points(item) for item in items)
        return compared(atom.operator, Fraction(self.totals[score]), atom.constant)

    def _points(self, item: Item) -> int:
        """The points of an item if they are the same whatever is missing, else those that it has when it is not known."""
        found = {points for _, points in self.parts(lambda world: self.first_points(item, world))}
        return found.pop() if len(found) == 1 else item.unknown

    def first_points(self, item: Item, world: World) -> int:
        """The points of the first case of an item that holds in a world."""
        case = self.first_case(item, world)
        return item.otherwise if case is None else item.cases[case].points

    def first_case(self, item: Item, world: World) -> int | None:
        """The place of the first case of an item that holds in a world."""
        guards = (node(self.frame, case.when) for case in item.cases)
        return next((place for place, guard in enumerate(guards) if self.holds(guard, world)), None)
