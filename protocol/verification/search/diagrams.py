"""How is a function of many inputs kept without listing all their combinations? As an ordered decision diagram.

A node asks one axis (an input) and has one part for each value of it; equal parts are one node, and a node whose parts are all
the same is left out. Axes are asked in one order everywhere, so that two diagrams of the same function are the same node.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import repeat
from typing import Any

from protocol.verification.search.cheapest import Cheapest, Choices, cheapest
from protocol.verification.search.nodes import LAST, Node, value_at
from protocol.verification.search.watch import Watch

__all__ = ["LAST", "Cheapest", "Choices", "Diagrams", "Node", "value_at"]

_IS = "is"
"""What stands for the question whether a diagram has one of its values."""

Made = dict[tuple[Node, ...], Node]
"""Diagrams by those that they were made of."""
Ways = Mapping[int, Sequence[tuple[int, ...]]]
"""For each axis the values that each of its letters stands for."""
Wide = tuple[Ways, dict[Node, Node], dict[frozenset[Node], Node]]
"""Ways, and what was worked out for them."""
Letters = tuple[tuple[int | None, ...], ...]
"""What each letter of each axis costs, None where it cannot be had."""


class Diagrams:
    """A store in which each diagram stands once; what is made in it is counted by its ``watch``."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.watch = watch or Watch()
        self._leaves: dict[Hashable, Node] = {}
        self._splits: dict[int, dict[tuple[Node, ...], Node]] = {}
        self._chosen: dict[tuple[int, tuple[Node, ...]], Node] = {}
        self._values: dict[Node, frozenset[Any]] = {}
        self._possible: dict[Letters, dict[Node, frozenset[Any]]] = {}
        self._sets: dict[frozenset[Any], frozenset[Any]] = {}
        self._kept: dict[Hashable, Made] = {}
        self._narrow: dict[tuple[Node, frozenset[Any]], Node] = {}
        self.scores: dict[Hashable, dict[int, Node]] = {}
        self._wide: dict[tuple[int, object], Wide] = {}

    def leaf(self, value: Hashable) -> Node:
        """The diagram that has this value everywhere."""
        key = (value.__class__, value)
        found = self._leaves.get(key)
        if found is None:
            found = self._leaves[key] = Node(LAST, (), value)
        return found

    def split(self, axis: int, parts: Sequence[Node]) -> Node:
        """The diagram that asks an axis that comes before those of its parts."""
        watch = self.watch
        watch.left -= 1
        if watch.left < 0:
            watch.look()
        first = parts[0]
        if parts[-1] is first and _are_all(parts, first):
            return first
        key = tuple(parts)
        known = self._splits.get(axis)
        if known is None:
            known = self._splits[axis] = {}
        found = known.get(key)
        if found is None:
            found = known[key] = Node(axis, key, None)
        return found

    def choose(self, axis: int, parts: Sequence[Node]) -> Node:
        """The diagram that has one of the parts for each value of the axis, whatever axes these ask."""
        first = parts[0]
        if parts[-1] is first and _are_all(parts, first):
            return first
        least = min(part.axis for part in parts)
        if least > axis:
            return self.split(axis, parts)
        key = (axis, tuple(parts))
        found = self._chosen.get(key)
        if found is None:
            if least == axis:
                found = self.split(axis, [part.at(axis, place) for place, part in enumerate(parts)])
            else:
                size = next(len(part.parts) for part in parts if part.axis == least)
                inner = [self.choose(axis, [part.at(least, place) for part in parts]) for place in range(size)]
                found = self.split(least, inner)
            self._chosen[key] = found
        return found

    def kept(self, key: Hashable, operation: Callable[..., Hashable], *nodes: Node) -> Node:
        """What ``apply`` gives; what was worked out is found again under a key, which stands for the operation."""
        return self._applied(operation, nodes, self._kept.setdefault(key, {}))

    def apply(self, operation: Callable[..., Hashable], *nodes: Node) -> Node:
        """The diagram of an operation on the values of others."""
        self.watch.count()
        return self._applied(operation, nodes, {})

    def narrowed(self, node: Node, wanted: frozenset[Any]) -> Node:
        """The diagram where it has a value that is wanted, and None elsewhere."""
        found = self._narrow.get((node, wanted))
        if found is None:
            found = self._narrow[(node, wanted)] = self._narrowed(node, wanted, {}, self.leaf(None))
        return found

    def _narrowed(self, node: Node, wanted: frozenset[Any], memo: dict[Node, Node], nothing: Node) -> Node:
        found = memo.get(node)
        if found is None:
            if node.axis == LAST:
                found = node if node.value in wanted else nothing
            else:
                parts = [memo.get(part) or self._narrowed(part, wanted, memo, nothing) for part in node.parts]
                found = self.split(node.axis, parts)
            memo[node] = found
        return found

    def apply_to(self, operation: Callable[..., Hashable], node: Node, *others: Node, key: Hashable = None) -> Node:
        """What ``apply`` gives, and None where the first diagram has None; kept under a key where there is one."""
        memo = {} if key is None else self._kept.setdefault(key, {})
        return self._applied(operation, (node, *others), memo, self.leaf(None))

    def _applied(
        self, operation: Callable[..., Hashable], nodes: tuple[Node, ...], memo: Made, nothing: Node | None = None
    ) -> Node:
        """What ``apply`` gives; where the first diagram is ``nothing``, so is the answer."""
        if len(nodes) == 2:
            return self._of_two(operation, nodes, memo, nothing)
        return self._of_all(operation, nodes, memo, nothing)

    def _of_two(self, operation: Callable[..., Hashable], nodes: tuple[Node, ...], memo: Made, nothing: Node | None) -> Node:
        one, other = nodes
        if one is nothing:
            return one
        found = memo.get(nodes)
        if found is None:
            axis, there = one.axis, other.axis
            if axis == there == LAST:
                found = self.leaf(operation(one.value, other.value))
            else:
                parts = [memo.get(both) or self._of_two(operation, both, memo, nothing) for both in _parts(one, other)]
                found = self.split(min(axis, there), parts)
            memo[nodes] = found
        return found

    def _of_all(self, operation: Callable[..., Hashable], nodes: tuple[Node, ...], memo: Made, nothing: Node | None) -> Node:
        if nodes[0] is nothing:
            return nodes[0]
        found = memo.get(nodes)
        if found is None:
            axis = min([node.axis for node in nodes])
            if axis == LAST:
                found = self.leaf(operation(*[node.value for node in nodes]))
            else:
                columns = [node.parts if node.axis == axis else repeat(node) for node in nodes]
                every = zip(*columns, strict=False)
                found = self.split(axis, [memo.get(one) or self._of_all(operation, one, memo, nothing) for one in every])
            memo[nodes] = found
        return found

    def where(self, wanted: Hashable, condition: Node, node: Node) -> Node:
        """The diagram where another one has the wanted value, and None elsewhere."""
        nothing = self.leaf(None)
        is_wanted = self._kept.setdefault((_IS, wanted), {})
        there = self._applied(lambda value: True if value == wanted else None, (condition,), is_wanted)
        return self._only(there, node, self._kept.setdefault(_IS, {}), nothing)

    def _only(self, there: Node, node: Node, memo: Made, nothing: Node) -> Node:
        if there.axis == LAST:
            return there if there is nothing else node
        found = memo.get((there, node))
        if found is None:
            parts = [memo.get(both) or self._only(*both, memo, nothing) for both in _parts(there, node)]
            found = memo[(there, node)] = self.split(min(there.axis, node.axis), parts)
        return found

    def values(self, node: Node) -> frozenset[Any]:
        """Every value that a diagram has somewhere."""
        found = self._values.get(node)
        if found is None:
            inside = (self.values(part) for part in set(node.parts))
            found = self._values[node] = frozenset({node.value}) if node.axis == LAST else frozenset().union(*inside)
            self.watch.count(len(found))
        return found

    def possible(self, node: Node, costs: Letters) -> frozenset[Any]:
        """Every value of a diagram that some letters lead to; of equal sets one is kept."""
        return self._possible_in(node, costs, self._possible.setdefault(costs, {}))

    def _possible_in(self, node: Node, costs: Letters, memo: dict[Node, frozenset[Any]]) -> frozenset[Any]:
        found = memo.get(node)
        if found is None:
            if node.axis == LAST:
                found = frozenset((node.value,))
            else:
                parts = {part for part, cost in zip(node.parts, costs[node.axis], strict=True) if cost is not None}
                found = frozenset().union(*[memo.get(part) or self._possible_in(part, costs, memo) for part in parts])
                self.watch.count(len(found))
            found = memo[node] = self._sets.setdefault(found, found)
        return found

    def substitute(self, node: Node, by: Callable[[Any], Node]) -> Node:
        """The diagram with each leaf replaced by a diagram that its value gives."""
        return self._substituted(node, by, {})

    def _substituted(self, node: Node, by: Callable[[Any], Node], memo: dict[Node, Node]) -> Node:
        found = memo.get(node)
        if found is None:
            inside = [self._substituted(part, by, memo) for part in node.parts]
            found = memo[node] = self.choose(node.axis, inside) if inside else by(node.value)
        return found

    def restricted(self, node: Node, places: Mapping[int, int], memo: dict[Node, Node] | None = None) -> Node:
        """What is left of the diagram where some axes have these values; ``memo`` keeps what was worked out for these."""
        return self._restricted(node, places, max(places, default=-1), {} if memo is None else memo)

    def _restricted(self, node: Node, places: Mapping[int, int], last: int, memo: dict[Node, Node]) -> Node:
        if node.axis > last:
            return node
        found = memo.get(node)
        if found is None:
            place = places.get(node.axis)
            parts = node.parts if place is None else node.parts[place:][:1]
            found = memo[node] = self.split(node.axis, [self._restricted(part, places, last, memo) for part in parts])
        return found

    def widened(self, node: Node, ways: Ways, join: Callable[[Any, Any], Hashable]) -> Node:
        """The diagram over letters: each letter of an axis stands for several of its values, and what these give is joined."""
        # The ways of an abstraction are one value, so that what was worked out for them is found again; it is kept with them, so
        # that no other value ever has their number.
        _, memo, joined = self._wide.setdefault((id(ways), join), (ways, {}, {}))
        return self._widened(node, ways, join, memo, joined)

    def _widened(
        self,
        node: Node,
        ways: Ways,
        join: Callable[[Any, Any], Hashable],
        memo: dict[Node, Node],
        joined: dict[frozenset[Node], Node],
    ) -> Node:
        if node.axis == LAST:
            return node
        found = memo.get(node)
        if found is None:
            parts = [self._widened(part, ways, join, memo, joined) for part in node.parts]
            letters = [self._joined(frozenset([parts[place] for place in way]), join, joined) for way in ways[node.axis]]
            found = memo[node] = self.split(node.axis, letters)
        return found

    def _joined(self, some: frozenset[Node], join: Callable[[Any, Any], Hashable], joined: dict[frozenset[Node], Node]) -> Node:
        found = joined.get(some)
        if found is None:
            found = joined[some] = reduce(lambda one, other: self.apply(join, one, other), some)
        return found

    def cheapest(self, node: Node, costs: Mapping[int, Sequence[int | None]]) -> Cheapest:
        """Each value of the diagram with the choices that come to it at the least cost; what costs None is not to be had."""
        return cheapest(node, costs, self.watch.count)


def _parts(one: Node, other: Node) -> Iterable[tuple[Node, Node]]:
    """The parts of two diagrams, or a diagram itself again and again where only the other one asks the axis."""
    mine, its = one.axis, other.axis
    return zip(one.parts if mine <= its else repeat(one), other.parts if its <= mine else repeat(other), strict=False)


def _are_all(parts: Sequence[Node], first: Node) -> bool:
    return all(part is first for part in parts)
