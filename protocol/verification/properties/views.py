"""What of a visit can one property tell? The truths of what it asks, for each way in which the visit can be followed.

Of most decisions a property knows the truths already, whatever was measured. Only of the others it is looked up which truths the
letters give, and together with which decision they can come. What is so of a place, what is asked and the letters that can be had
is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import chain, product, repeat
from typing import cast

from attrs import evolve, frozen

from protocol.semantics.monitors import Monitor
from protocol.verification.properties.judging import Judging, Truths
from protocol.verification.search.diagrams import LAST, Node
from protocol.verification.search.explored import Costs, Explored, Options
from protocol.verification.search.kept import Kept
from protocol.verification.search.outcomes import Outcome, Way

Label = Hashable
Told = frozenset[tuple[Label, int]]
"""Labels of ways, each with the number of the truths that can come with it."""
NOTHING: Told = frozenset()


@frozen
class Of:
    """What a decision tells in a situation: what it tells always, and diagrams of truths, each with the labels that it is of."""

    always: Told
    open: tuple[tuple[Node, frozenset[Label]], ...]


class View:
    """What one property can tell of the visits that were explored; ``label`` says which ways are one to whoever asks."""

    def __init__(self, judging: Judging, explored: Explored, monitor: Monitor, label: Callable[[Way], Label]) -> None:
        self.judging, self.explored, self.label = judging, explored, label
        self.diagrams, self.parts = judging.diagrams, judging.parts(monitor)
        self.truths: list[Truths] = []
        self._numbers: dict[Truths, int] = {}
        self._facts, self._situations = judging.facts(explored), self._told_apart()
        self._told: dict[tuple[int, Node, int], Told] = {}
        self._of: dict[tuple[int, Outcome], Of] = {}
        self._truths: dict[tuple[Node, ...], Node] = {}
        self._labelled: dict[int, dict[Node, Node]] = {}
        self._met: dict[tuple[Node, Node, int, Node], Told] = {}
        self._reached: dict[tuple[Node, int], frozenset[Hashable]] = {}

    def key(self, kind: int) -> tuple[int, Node, int]:
        """All of a kind of visit that the property can tell apart."""
        options = self.explored.visits[kind][2]
        return self._situations[self._facts[kind]], options.node, id(options.costs)

    def told(self, kind: int) -> Told:
        """Every label of a way in which a visit can be followed, with every number of truths that can come with it."""
        options = self.explored.visits[kind][2]
        key = self.key(kind)
        found = self._told.get(key)
        if found is None:
            found = self._told[key] = self._made(key[0], options)
        return found

    def _told_apart(self) -> list[int]:
        """For all facts of a visit a number, the same one for those that the property does not tell apart."""
        asked, numbers = self.judging.asked(self.parts), dict[Hashable, int]()
        return [
            numbers.setdefault(
                (place, tuple([clocks[one] for one in asked.clocks]), tuple([shown[one] for one in asked.trackers]), taken),
                len(numbers),
            )
            for (place, clocks, shown), taken in self.judging.all_facts
        ]

    def leading(self, kind: int, wanted: Callable[[int], bool]) -> Options:
        """A kind of visit with those decisions only that can come with truths of a wanted number."""
        options = self.explored.visits[kind][2]
        situation = self.key(kind)[0]

        def can(outcome: Outcome) -> bool:
            of = self._of_outcome(situation, options.kept, outcome)
            numbers = chain((number for _, number in of.always), *(self.diagrams.values(node) for node, _ in of.open))
            return any(map(wanted, numbers))

        return evolve(options, outcomes=tuple(one for one in options.outcomes if can(one[0])))

    def _made(self, situation: int, options: Options) -> Told:
        found, still_open = set[tuple[Label, int]](), dict[Node, None]()
        for outcome, _, _ in options.outcomes:
            of = self._of_outcome(situation, options.kept, outcome)
            found |= of.always
            still_open.update(dict.fromkeys(node for node, _ in of.open))
        if still_open:
            labelled = self._with_labels(situation, options)
            for truths in still_open:
                found |= self._meeting(labelled, truths, options.costs)
        return frozenset(found)

    def _of_outcome(self, situation: int, kept: Kept, outcome: Outcome) -> Of:
        key = (situation, outcome)
        found = self._of.get(key)
        if found is None:
            labels: dict[Node, set[Label]] = {}
            for number, way in enumerate(outcome.ways):
                labels.setdefault(self._over_letters(kept, outcome, outcome.judged(number)), set()).add(self.label(way))
            always = frozenset((one, node.value) for node, several in labels.items() if node.axis == LAST for one in several)
            still_open = tuple((node, frozenset(several)) for node, several in labels.items() if node.axis != LAST)
            found = self._of[key] = Of(always, still_open)
        return found

    def _over_letters(self, kept: Kept, outcome: Outcome, way: Way) -> Node:
        """Over letters the number of the truths of what the property asks, where a decision is followed this way."""
        claims = tuple(self.judging.claim(part, kept, outcome, way) for part in self.parts)
        found = self._truths.get(claims)
        if found is None:
            found = self.diagrams.apply(self._number, *claims) if claims else self.diagrams.leaf(self._number())
            self._truths[claims] = found
        return found

    def _number(self, *truths: bool | None) -> int:
        number = self._numbers.setdefault(truths, len(self.truths))
        if number == len(self.truths):
            self.truths.append(truths)
        return number

    # Over letters

    def _with_labels(self, situation: int, options: Options) -> Node:
        """Over letters the open diagrams of the decision there, each with the labels that it is of."""
        memo = self._labelled.setdefault(situation, {})

        def of(one: Node) -> Node:
            found = memo.get(one)
            if found is None:
                if one.axis != LAST:
                    found = self.diagrams.split(one.axis, [of(part) for part in one.parts])
                else:
                    told = () if one.value is None else self._of_outcome(situation, options.kept, one.value).open
                    found = self.diagrams.leaf(frozenset(told))
                memo[one] = found
            return found

        return of(options.node)

    def _meeting(self, labelled: Node, truths: Node, costs: Costs) -> Told:
        """The labels that a diagram of truths has there, with those of its numbers that can come with them."""
        memo, own, allowed = self._met, truths, id(costs)

        def of(one: Node, other: Node) -> Told:
            key = (one, other, allowed, own)
            found = memo.get(key)
            if found is None:
                if other.axis == LAST:
                    values = cast(Iterable[frozenset[tuple[Node, frozenset[Label]]]], self._values(one, costs))
                    here = {label for value in values for node, several in value if node is own for label in several}
                    found = frozenset((label, other.value) for label in here)
                elif one.axis == LAST:
                    labels = (label for node, several in one.value if node is own for label in several)
                    numbers = cast(Iterable[int], self._values(other, costs))
                    found = frozenset(product(labels, numbers))
                else:
                    self.diagrams.watch.count()
                    found = frozenset().union(*(of(*parts) for parts in _parts(one, other, costs)))
                memo[key] = found
            return found

        return of(labelled, truths)

    def _values(self, node: Node, costs: Costs) -> frozenset[Hashable]:
        """The values of a diagram that some letters lead to."""
        key = (node, id(costs))
        found = self._reached.get(key)
        if found is None:
            if node.axis == LAST:
                found = frozenset((node.value,))
            else:
                parts = {part for part, cost in zip(node.parts, costs[node.axis], strict=True) if cost is not None}
                found = frozenset().union(*(self._values(part, costs) for part in parts))
                self.diagrams.watch.count(len(found))
            self._reached[key] = found
        return found


def _parts(one: Node, other: Node, costs: Costs) -> set[tuple[Node, Node]]:
    """The parts of two diagrams at the first axis that one of them asks, together, for each letter that can be had."""
    axis = min(one.axis, other.axis)
    columns = [each.parts if each.axis == axis else repeat(each) for each in (one, other)]
    pairs = zip(*columns, costs[axis], strict=False)
    return {(mine, its) for mine, its, cost in pairs if cost is not None}
