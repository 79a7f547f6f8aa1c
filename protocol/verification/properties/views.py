"""What of a visit can one property tell? The truths of what it asks, for each way in which the visit can be followed.

Of most decisions a property knows the truths already, whatever was measured. Only of the others it is looked up which truths the
letters give, and together with which decision they can come. What is so of a place, what is asked and the letters that can be had
is worked out once, and of visits that are alike to the property one is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product, repeat
from typing import cast

from attrs import evolve, frozen

from protocol.semantics.monitors import Monitor
from protocol.verification.properties.judging import Judging, Part, Truths
from protocol.verification.properties.sketches import Done, Label, Seen
from protocol.verification.search.diagrams import LAST, Diagrams, Node
from protocol.verification.search.explored import Costs, Explored, Options
from protocol.verification.search.kept import Kept

Told = frozenset[tuple[Label, int]]
"""Labels of ways, each with the number of the truths that can come with it."""


@frozen(eq=False)
class Of:
    """What a decision tells in a situation: what it tells always, and diagrams of truths, each with the labels that it is of."""

    always: Told
    open: dict[Node, frozenset[Label]]


class View:
    """What one property can tell of the visits that were explored; ``with_leads``: where a way leads is its label."""

    def __init__(self, judging: Judging, explored: Explored, monitor: Monitor, *, with_leads: bool) -> None:
        self.judging, self.explored, self.parts = judging, explored, judging.parts(monitor)
        # What is made here nothing else asks, so that it is forgotten with the property.
        self.diagrams = Diagrams(judging.diagrams.watch)
        self.sketches = judging.sketches(self.parts, with_leads=with_leads)
        self.alike = judging.alike(explored, self.sketches, judging.asked(self.parts))
        self.truths: list[Truths] = []
        self._numbers: dict[Truths, int] = {}
        self._asks = tuple((part, tuple(self.sketches.places[claim] for claim in part.done)) for part in self.parts)
        self._told: dict[int, Told] = {}
        self._of: dict[tuple[int, int], Of] = {}
        self._truths: dict[tuple[Node, ...], Node] = {}
        self._labelled: dict[int, dict[Node, Node]] = {}
        self._met: dict[tuple[Node, Node, Costs, Node], Told] = {}

    def told(self, group: int) -> Told:
        """Every label of a way to follow visits that are alike, with every number of truths that can come with it."""
        found = self._told.get(group)
        if found is None:
            situation, node, _ = self.alike.keys[group]
            options = self.explored.visits[self.alike.members[group][0]][2]
            found = self._told[group] = self._made(situation, node, options)
        return found

    def leading(self, kind: int, wanted: Iterable[int]) -> Options:
        """A kind of visit with those decisions only that can come with truths of a wanted number."""
        options, numbers = self.explored.visits[kind][2], frozenset(wanted)
        situation = self.alike.keys[self.alike.groups[kind]][0]
        can: dict[int, bool] = {}

        def leads(seen: int) -> bool:
            of = self._of_seen(situation, options.kept, seen)
            always = any(number in numbers for _, number in of.always)
            return always or any(not numbers.isdisjoint(self.diagrams.values(node)) for node in of.open)

        outcomes = []
        for one in options.outcomes:
            seen = self.sketches.number(options.kept, one[0])
            if seen not in can:
                can[seen] = leads(seen)
            if can[seen]:
                outcomes.append(one)
        return evolve(options, outcomes=tuple(outcomes))

    def _made(self, situation: int, node: Node, options: Options) -> Told:
        found, still_open = set[tuple[Label, int]](), set[Node]()
        for seen in cast(frozenset[int | None], self.judging.diagrams.possible(node, options.costs)):
            if seen is not None:
                of = self._of.get((situation, seen)) or self._of_seen(situation, options.kept, seen)
                found |= of.always
                still_open |= of.open.keys()
        if still_open:
            labelled = self._with_labels(situation, node, options.kept)
            for truths in still_open:
                found |= self._meeting(labelled, truths, options.costs)
        return frozenset(found)

    def _of_seen(self, situation: int, kept: Kept, number: int) -> Of:
        key = (situation, number)
        found = self._of.get(key)
        if found is None:
            seen, labels = self.sketches.all_seen[number], dict[Node, set[Label]]()
            for place, done in enumerate(seen.ways):
                labels.setdefault(self._over_letters(kept, seen, place, done), set()).add(done.label)
            always = frozenset((one, node.value) for node, several in labels.items() if node.axis == LAST for one in several)
            still_open = {node: frozenset(several) for node, several in labels.items() if node.axis != LAST}
            found = self._of[key] = Of(always, still_open)
        return found

    def _over_letters(self, kept: Kept, seen: Seen, place: int, done: Done) -> Node:
        """Over letters the number of the truths of what the property asks, where a decision is followed this way."""

        def claim(part: Part, places: tuple[int, ...]) -> Node:
            so = tuple([done.truths[one] for one in places])
            return self.judging.claim_where(part, kept, so, *seen.samples[place])

        claims = tuple([claim(*one) for one in self._asks])
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

    def _with_labels(self, situation: int, node: Node, kept: Kept) -> Node:
        """Over letters the open diagrams of the decision there, each with the labels that it is of."""
        memo = self._labelled.setdefault(situation, {})
        found = memo.get(node)
        if found is None:
            if node.axis != LAST:
                parts = [memo.get(part) or self._with_labels(situation, part, kept) for part in node.parts]
                found = self.diagrams.split(node.axis, parts)
            else:
                told = {} if node.value is None else self._of_seen(situation, kept, node.value).open
                found = self.diagrams.leaf(frozenset(told.items()))
            memo[node] = found
        return found

    def _meeting(self, labelled: Node, truths: Node, costs: Costs) -> Told:
        """The labels that a diagram of truths has there, with those of its numbers that can come with them."""
        return self._meet(labelled, truths, costs, truths)

    def _meet(self, one: Node, other: Node, costs: Costs, own: Node) -> Told:
        """The same of a part of each of them; ``own`` is the whole one."""
        key = (one, other, costs, own)
        found = self._met.get(key)
        if found is None:
            if other.axis == LAST:
                values = cast(Iterable[frozenset[tuple[Node, frozenset[Label]]]], self.diagrams.possible(one, costs))
                here = {label for value in values for node, several in value if node is own for label in several}
                found = frozenset((label, other.value) for label in here)
            elif one.axis == LAST:
                labels = (label for node, several in one.value if node is own for label in several)
                numbers = cast(Iterable[int], self.diagrams.possible(other, costs))
                found = frozenset(product(labels, numbers))
            else:
                self.diagrams.watch.count()
                found = frozenset().union(*(self._meet(*parts, costs, own) for parts in _parts(one, other, costs)))
            self._met[key] = found
        return found


def _parts(one: Node, other: Node, costs: Costs) -> set[tuple[Node, Node]]:
    """The parts of two diagrams at the first axis that one of them asks, together, for each letter that can be had."""
    axis = min(one.axis, other.axis)
    columns = [each.parts if each.axis == axis else repeat(each) for each in (one, other)]
    pairs = zip(*columns, costs[axis], strict=False)
    return {(mine, its) for mine, its, cost in pairs if cost is not None}
