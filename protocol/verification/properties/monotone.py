"""At which visits is one of two patients, who differ in one finding, worse and given more?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, repeat

from protocol.model.input import Grade, Number
from protocol.semantics.effects import rank
from protocol.verification.properties.failing import Beside, Shown
from protocol.verification.search.axes import Axis
from protocol.verification.search.diagrams import LAST, Node
from protocol.verification.search.explored import Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.outcomes import Outcome

Height = Callable[[Outcome | None], int | None]


class Heights:
    """The visits at which one worse finding, everything else being the same, is given more.

    What is not decided says nothing of the finding: the dose stands because something else is missing. Most visits are seen to be
    in order by a diagram of the doses alone, which is much smaller than that of the decisions.
    """

    def __init__(self, search: Exploring) -> None:
        self.search = search
        self._doses: dict[Node, Node] = {}
        self._wrong: dict[Node, bool] = {}
        self._pairs: dict[tuple[Node, Node], bool] = {}

    def not_monotone(self, options: Options) -> Shown:
        """Those among the visits of a kind."""
        if self._is_wrong(self._of_doses(options.node)):
            yield from _compared(self.search, options, options.node, self.height, {})

    def height(self, outcome: Outcome | None) -> int | None:
        """The rung of the dose that is given; None where that is not decided, or not on the ladder."""
        decided = outcome is not None and outcome.status == "decided"
        return rank(self.search.abstraction.protocol, outcome.ways[0].effect.dose) if outcome is not None and decided else None

    def _of_doses(self, node: Node) -> Node:
        """The diagram of the heights."""
        found = self._doses.get(node)
        if found is None:
            diagrams = self.search.diagrams
            if node.axis == LAST:
                found = diagrams.leaf(self.height(node.value))
            else:
                found = diagrams.split(node.axis, [self._of_doses(part) for part in node.parts])
            self._doses[node] = found
        return found

    def _is_wrong(self, node: Node) -> bool:
        """Whether a worse letter somewhere in a diagram of heights has more."""
        found = self._wrong.get(node)
        if found is None:
            found = node.axis != LAST and (
                any(
                    self._has_more(node.parts[one], node.parts[other])
                    for one, other in _worse(self.search.abstraction.axes[node.axis])
                )
                or any(map(self._is_wrong, node.parts))
            )
            self._wrong[node] = found
        return found

    def _has_more(self, better: Node, worse: Node) -> bool:
        """Whether the second of two diagrams of heights is somewhere above the first."""
        if better is worse:
            return False
        key = (better, worse)
        found = self._pairs.get(key)
        if found is None:
            axis = min(better.axis, worse.axis)
            if axis == LAST:
                found = _is_more(better.value, worse.value)
            else:
                columns = [each.parts if each.axis == axis else repeat(each) for each in key]
                found = any(self._has_more(*parts) for parts in zip(*columns, strict=False))
            self._pairs[key] = found
        return found


def _compared(search: Exploring, options: Options, node: Node, height: Height, seen: dict[Node, None]) -> Shown:
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
