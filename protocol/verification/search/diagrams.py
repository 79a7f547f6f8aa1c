"""How is a function of many inputs kept without listing all their combinations? As an ordered decision diagram.

A node asks one axis (an input) and has one part for each value of it; equal parts are one node, and a node whose parts are all
the same is left out. Axes are asked in one order everywhere, so that two diagrams of the same function are the same node.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import repeat
from typing import Any

from protocol.verification.search.cheapest import LAST, Cheapest, Choices, cheapest
from protocol.verification.search.watch import Watch

__all__ = ["LAST", "Cheapest", "Choices", "Diagrams", "Node", "value_at"]


class Node:
    """A leaf with its value, or a question: the axis, and a part for each of its values. Compared by identity."""

    __slots__ = ("axis", "parts", "value")

    def __init__(self, axis: int, parts: tuple[Node, ...], value: Any) -> None:
        self.axis, self.parts, self.value = axis, parts, value

    def at(self, axis: int, place: int) -> Node:
        """What is left of the diagram where this axis, before which it asks none, has this value."""
        return self.parts[place] if self.axis == axis else self


class Diagrams:
    """A store in which each diagram stands once; what is made in it is counted by its ``watch``."""

    def __init__(self) -> None:
        self.watch = Watch()
        self._leaves: dict[Hashable, Node] = {}
        self._splits: dict[tuple[int, tuple[Node, ...]], Node] = {}
        self._chosen: dict[tuple[int, tuple[Node, ...]], Node] = {}
        self._values: dict[Node, frozenset[Any]] = {}
        self._kept: dict[Hashable, dict[tuple[Node, ...], Node]] = {}
        self._wide: dict[tuple[int, object], tuple[dict[Node, Node], dict[frozenset[Node], Node]]] = {}

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
        if all(part is first for part in parts):
            return first
        key = (axis, tuple(parts))
        found = self._splits.get(key)
        if found is None:
            found = self._splits[key] = Node(axis, tuple(parts), None)
        return found

    def choose(self, axis: int, parts: Sequence[Node]) -> Node:
        """The diagram that has one of the parts for each value of the axis, whatever axes these ask."""
        first = parts[0]
        if all(part is first for part in parts):
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

    def narrowed(self, node: Node, wanted: Callable[[Any], bool]) -> Node:
        """The diagram where it has a value that is wanted, and None elsewhere."""
        return self._applied(lambda value: value if wanted(value) else None, (node,), {})

    def apply_to(self, operation: Callable[..., Hashable], node: Node, *others: Node) -> Node:
        """What ``apply`` gives, and None where the first diagram has None."""
        return self._applied(operation, (node, *others), {}, self.leaf(None))

    def _applied(
        self,
        operation: Callable[..., Hashable],
        nodes: tuple[Node, ...],
        memo: dict[tuple[Node, ...], Node],
        nothing: Node | None = None,
    ) -> Node:
        """What ``apply`` gives; where the first diagram is ``nothing``, so is the answer."""

        def applied(some: tuple[Node, ...]) -> Node:
            if some[0] is nothing:
                return some[0]
            found = memo.get(some)
            if found is None:
                axis = min([node.axis for node in some])
                if axis == LAST:
                    found = self.leaf(operation(*[node.value for node in some]))
                else:
                    # Each diagram as its parts, or itself again and again where it does not ask this axis.
                    columns = [node.parts if node.axis == axis else repeat(node) for node in some]
                    found = self.split(axis, [applied(parts) for parts in zip(*columns, strict=False)])
                memo[some] = found
            return found

        return applied(nodes)

    def where(self, wanted: Hashable, condition: Node, node: Node) -> Node:
        """The diagram where another one has the wanted value, and None elsewhere."""
        memo = self._kept.setdefault(("where", wanted), {})
        nothing = self.leaf(None)

        def of(one: Node, other: Node) -> Node:
            if wanted not in self.values(one):
                return nothing
            if one.axis == LAST:
                return other
            found = memo.get((one, other))
            if found is None:
                axis = min(one.axis, other.axis)
                columns = [each.parts if each.axis == axis else repeat(each) for each in (one, other)]
                found = memo[(one, other)] = self.split(axis, [of(*parts) for parts in zip(*columns, strict=False)])
            return found

        return of(condition, node)

    def values(self, node: Node) -> frozenset[Any]:
        """Every value that a diagram has somewhere."""
        found = self._values.get(node)
        if found is None:
            inside = (self.values(part) for part in set(node.parts))
            found = self._values[node] = frozenset({node.value}) if node.axis == LAST else frozenset().union(*inside)
            self.watch.count(len(found))
        return found

    def substitute(self, node: Node, by: Callable[[Any], Node]) -> Node:
        """The diagram with each leaf replaced by a diagram that its value gives."""
        memo: dict[Node, Node] = {}

        def replaced(one: Node) -> Node:
            found = memo.get(one)
            if found is None:
                found = by(one.value) if one.axis == LAST else self.choose(one.axis, [replaced(part) for part in one.parts])
                memo[one] = found
            return found

        return replaced(node)

    def restricted(self, node: Node, places: Mapping[int, int]) -> Node:
        """What is left of the diagram where some axes have these values."""
        memo: dict[Node, Node] = {}

        def left(one: Node) -> Node:
            found = memo.get(one)
            if found is None:
                place = places.get(one.axis)
                if one.axis == LAST:
                    found = one
                else:
                    found = self.split(one.axis, [left(part) for part in one.parts]) if place is None else left(one.parts[place])
                memo[one] = found
            return found

        return left(node)

    def widened(self, node: Node, ways: Mapping[int, Sequence[tuple[int, ...]]], join: Callable[[Any, Any], Hashable]) -> Node:
        """The diagram over letters: each letter of an axis stands for several of its values, and what these give is joined."""
        # The ways of an abstraction are one value, so that what was worked out for them is found again.
        memo, joined = self._wide.setdefault((id(ways), join), ({}, {}))

        def of(one: Node) -> Node:
            found = memo.get(one)
            if found is None:
                found = one if one.axis == LAST else self._letters(one, [of(part) for part in one.parts], ways, together)
                memo[one] = found
            return found

        def together(some: frozenset[Node]) -> Node:
            found = joined.get(some)
            if found is None:
                found, *rest = some
                for other in rest:
                    found = self.apply(join, found, other)
                joined[some] = found
            return found

        return of(node)

    def cheapest(self, node: Node, costs: Mapping[int, Sequence[int | None]]) -> Cheapest:
        """Each value of the diagram with the choices that come to it at the least cost; what costs None is not to be had."""
        return cheapest(node, costs, self.watch.count)

    def _letters(
        self,
        node: Node,
        parts: Sequence[Node],
        ways: Mapping[int, Sequence[tuple[int, ...]]],
        together: Callable[[frozenset[Node]], Node],
    ) -> Node:
        return self.split(node.axis, [together(frozenset([parts[place] for place in way])) for way in ways[node.axis]])


def value_at(node: Node, choices: Mapping[int, int]) -> Any:
    """The value of a diagram where every axis that it asks is chosen."""
    while node.axis != LAST:
        node = node.parts[choices[node.axis]]
    return node.value
