"""At which visits is one of two patients, who differ in one finding, worse and given more?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from protocol.model.input import Grade, Number
from protocol.semantics.effects import rank
from protocol.verification.properties.failing import Beside, Shown
from protocol.verification.search.axes import Axis
from protocol.verification.search.diagrams import LAST, Node
from protocol.verification.search.explored import Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.outcomes import Outcome


def not_monotone(search: Exploring, options: Options) -> Shown:
    """The visits at which one worse finding, everything else being the same, is given more.

    What is not decided says nothing of the finding: the dose stands because something else is missing.
    """
    protocol = search.abstraction.protocol

    def height(outcome: Outcome | None) -> int | None:
        decided = outcome is not None and outcome.status == "decided"
        return rank(protocol, outcome.ways[0].effect.dose) if outcome is not None and decided else None

    yield from _compared(search, options, options.node, height, {})


def _compared(
    search: Exploring, options: Options, node: Node, height: Callable[[Outcome | None], int | None], seen: dict[Node, None]
) -> Shown:
    if node.axis == LAST or node in seen:
        return
    seen[node] = None
    axis = search.abstraction.axes[node.axis]
    for better, worse in _worse(axis):
        if node.parts[better] is not node.parts[worse]:
            found = search.diagrams.apply(
                lambda one, other: (one, other) if _is_more(height(one), height(other)) else None,
                node.parts[better],
                node.parts[worse],
            )
            yield from _led_to(search, options, node, (better, worse), found)
    for part in node.parts:
        yield from _compared(search, options, part, height, seen)


def _is_more(better: int | None, worse: int | None) -> bool:
    return better is not None and worse is not None and worse > better


def _worse(axis: Axis) -> Iterator[tuple[int, int]]:
    """Pairs of letters of which the second shows the worse value of a number or grade, next to the first."""
    kind = axis.item.kind
    sign = 1 if isinstance(kind, Grade) or axis.item.worse == "high" else -1 if axis.item.worse == "low" else 0
    if not sign or not isinstance(kind, Grade | Number) or any(cell.upper or cell.lower for cell in axis.cells):
        return
    measured = [number for number, letter in enumerate(axis.letters) if letter.kind == "measured"]
    ordered = sorted(measured, key=lambda number: sign * float(axis.cells[axis.letters[number].cell].value))
    yield from pairwise(ordered)


def _led_to(search: Exploring, options: Options, node: Node, pair: tuple[int, int], found: Node) -> Shown:
    """The visits at which the node is reached and the worse letter shown, with the visit that shows the better one."""
    diagrams, (better, worse) = search.diagrams, pair
    for both, (cost, letters) in diagrams.cheapest(found, dict(enumerate(options.costs))).items():
        if both is None:
            continue
        other, outcome = both
        marked = diagrams.substitute(_mark(search, options.node, node), diagrams.leaf)
        for is_there, (more, before) in diagrams.cheapest(marked, dict(enumerate(options.costs))).items():
            if is_there:
                beside = Beside((*before, (node.axis, better), *letters), other)
                yield outcome, outcome.ways[0], cost + more, (*before, (node.axis, worse), *letters), beside


def _mark(search: Exploring, whole: Node, wanted: Node) -> Node:
    """The diagram that is true where a node of another one is come to."""
    memo: dict[Node, Node] = {}

    def marked(one: Node) -> Node:
        if one is wanted:
            return search.diagrams.leaf(True)
        if one.axis >= wanted.axis:
            return search.diagrams.leaf(False)
        if one not in memo:
            memo[one] = search.diagrams.split(one.axis, [marked(part) for part in one.parts])
        return memo[one]

    return marked(whole)
