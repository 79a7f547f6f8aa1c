"""By which choices does a diagram come to each of its values at the least cost? The ways from its top are followed once.

Of ways that cost the same the one is taken that has the earlier part where they divide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from protocol.verification.search.nodes import LAST, Node

Choices = tuple[tuple[int, int], ...]
"""Values of some axes, as (axis, place) pairs."""

Cheapest = dict[Any, tuple[int, Choices]]
"""Values of a diagram, with the choices that come to each at the least cost."""

Costs = Mapping[int, Sequence[int | None]]
Ways = dict[Node, tuple[int, int]]
"""The different parts of a node, in their order, each with its least cost and the place that has it."""
Best = dict[Node, tuple[int, Node | None, int, int]]
"""How a node is come to: at what cost, from which node, by which of its different parts, and at which place."""


def cheapest(top: Node, costs: Costs, count: Callable[[int], None]) -> Cheapest:
    """Each value of the diagram with the choices that come to it at the least cost; what costs None is not to be had.

    ``count`` is told how many nodes were looked at.
    """
    ways, leaves = _below(top, costs)
    count(len(ways))
    best: Best = {top: (0, None, 0, 0)}
    for node in sorted(ways, key=lambda one: one.axis):
        so_far = best[node][0]
        for number, (part, (cost, place)) in enumerate(ways[node].items()):
            total, known = so_far + cost, best.get(part)
            if known is None or total < known[0] or (total == known[0] and _is_earlier(best, node, number, known)):
                best[part] = total, node, number, place
    return {leaf.value: (best[leaf][0], tuple(_choices(best, leaf))[::-1]) for leaf in leaves}


def _below(top: Node, costs: Costs) -> tuple[dict[Node, Ways], list[Node]]:
    """The different parts of each node that can be come to, and the leaves; each as it is first met."""
    ways, leaves, waiting = dict[Node, Ways](), dict[Node, None](), [top]
    while waiting:
        node = waiting.pop()
        if node.axis == LAST:
            leaves[node] = None
        elif node not in ways:
            found = ways[node] = _ways_to(node, costs[node.axis])
            waiting.extend(reversed(found))
    return ways, list(leaves)


def _ways_to(node: Node, costs: Sequence[int | None]) -> Ways:
    found: Ways = {}
    for place, part in enumerate(node.parts):
        cost = costs[place]
        if cost is not None and (part not in found or cost < found[part][0]):
            found[part] = cost, place
    return found


def _is_earlier(best: Best, node: Node, number: int, other: tuple[int, Node | None, int, int]) -> bool:
    """Whether the way by this part of a node has the earlier part where it and another way divide."""
    _, its_node, its_number, _ = other
    while its_node is not None and node is not its_node:
        if node.axis > its_node.axis:
            _, above, number, _ = best[node]
            assert above is not None
            node = above
        else:
            _, its_node, its_number, _ = best[its_node]
    return number < its_number


def _choices(best: Best, node: Node) -> Iterator[tuple[int, int]]:
    """The choices that lead to a node, the last one first."""
    _, above, _, place = best[node]
    while above is not None:
        yield _choice(above.axis, place)
        _, above, _, place = best[above]


@cache
def _choice(axis: int, place: int) -> tuple[int, int]:
    """One value of an axis. There are few of them, and millions of choices are made of these."""
    return axis, place
