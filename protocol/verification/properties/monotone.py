"""At which visits is one of two patients, who differ in one finding, worse and given more?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise, product, repeat

from attrs import frozen

from protocol.model.guard import Compare, Guard, Is, Tracked
from protocol.model.input import Grade, Number
from protocol.semantics.effects import rank
from protocol.verification.properties.failing import Beside, Shown
from protocol.verification.properties.instances import Instances
from protocol.verification.search.asked import axes_asked, opened
from protocol.verification.search.axes import Axis
from protocol.verification.search.diagrams import LAST, Choices, Node
from protocol.verification.search.explored import Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Kept
from protocol.verification.search.outcomes import Outcome

Height = Callable[[Outcome | None], frozenset[int]]


@frozen
class _Part:
    """What is left of a kind of visit where some axes have these letters, which cost so much."""

    node: Node
    letters: Choices
    cost: int


class Heights:
    """The visits at which one worse finding, everything else being the same, is given more.

    What is not decided says nothing of the finding: the dose stands because something else is missing. Most visits are seen to be
    in order by a diagram of the doses alone, which is much smaller than that of the decisions. Of the ``instances`` are those
    at which the visit of the worse one is.
    """

    def __init__(self, search: Exploring, instances: Instances) -> None:
        self.search, self.instances = search, instances
        self._doses: dict[Node, Node] = {}
        self._wrong: dict[Node, bool] = {}
        self._projected: dict[tuple[Node, tuple[int, ...]], Node] = {}
        self._pairs: dict[tuple[Node, Node], bool] = {}
        self._left: dict[tuple[int, int], dict[Node, Node]] = {}
        self._meant: dict[Options, Node] = {}

    def not_monotone(self, options: Options) -> Shown:
        """Those among the visits of a kind."""
        if not self._is_wrong(self._of_doses(options.node)):
            return
        if not self.instances.parts:
            yield from _compared(self.search, options, options.node, self.heights, {})
            return
        for axis, asked in enumerate(self.search.abstraction.axes):
            for pair in _worse(asked):
                yield from self._pairs_apart((options,), axis, pair, ())

    def heights(self, outcome: Outcome | None) -> frozenset[int]:
        """The rung of the dose that is given; none where that is not decided, or not on the ladder."""
        if outcome is None or outcome.status != "decided":
            return frozenset()
        height = rank(self.search.abstraction.protocol, outcome.ways[0].effect.dose)
        return frozenset() if height is None else frozenset({height})

    def not_monotone_apart(self, several: Sequence[Options], *, loosely: bool = False) -> Shown:
        """Those at which the finding moves a tracker, so that the two are in different ones of all kinds of visit to one state.

        Where that tracker is free it is the same in both; ``loosely``, it can be anything in both.
        """
        nodes = frozenset(self._of_doses(options.node) for options in several)
        if len(nodes) < 2 and not loosely:
            return
        joined = reduce(self._together, nodes)
        for axis, asked in enumerate(self.search.abstraction.axes):
            for better, worse in _worse(asked):
                free = self._moved(several[0], axis, better, worse) if loosely else ()
                if loosely and not free:
                    continue
                whole = self._whatever(joined, free)
                if self._has_more(*(self._where(whole, axis, letter) for letter in (better, worse))):
                    yield from self._pairs_apart(several, axis, (better, worse), free)

    def _where(self, node: Node, axis: int, letter: int) -> Node:
        """What is left of a diagram of heights where an axis has a letter."""
        return self.search.diagrams.restricted(node, {axis: letter}, self._left.setdefault((axis, letter), {}))

    def _moved(self, options: Options, axis: int, better: int, worse: int) -> tuple[int, ...]:
        """The axes of free trackers to which a finding says something else if it is worse."""
        abstraction, found = self.search.abstraction, []
        for place, term in abstraction.free.items():
            if isinstance(term, Tracked):
                tracker = abstraction.protocol.tracker(term.tracker)
                guards = [guard for guard in (tracker.when, tracker.until) if guard is not None]
                told = any(self._tells_apart(guard, options.kept, axis, better, worse) for guard in guards)
                if told or tracker.input == abstraction.axes[axis].name:
                    found.append(place)
        return tuple(found)

    def _tells_apart(self, guard: Guard, kept: Kept, axis: int, better: int, worse: int) -> bool:
        abstraction = self.search.abstraction
        values = [node for node in opened(abstraction.prepared, guard) if isinstance(node, Compare | Is)]
        if abstraction.axes[axis].name not in axes_asked(abstraction.prepared, values):
            # Both findings are measured now, so that what asks only whether they are known is the same of both.
            return False
        if not abstraction.tells(guard):
            # What a free tracker asks and nothing else does has no axis, or no cells and ages of its own on one.
            return True
        node = self.search.trails.condition(guard, kept)
        one, other = (self.search.diagrams.restricted(node, {axis: letter}) for letter in (better, worse))
        return one is not other

    def _together(self, one: Node, other: Node) -> Node:
        return self.search.diagrams.kept("heights", frozenset.union, one, other)

    def _whatever(self, node: Node, free: tuple[int, ...]) -> Node:
        """The heights, whatever the letters of these axes are."""
        if node.axis == LAST or not free:
            return node
        key = (node, free)
        found = self._projected.get(key)
        if found is None:
            parts = [self._whatever(part, free) for part in node.parts]
            joined = reduce(self._together, parts) if node.axis in free else self.search.diagrams.split(node.axis, parts)
            found = self._projected[key] = joined
        return found

    def _pairs_apart(self, several: Sequence[Options], axis: int, pair: tuple[int, int], free: tuple[int, ...]) -> Shown:
        """Of all kinds of visit two of which the one has the better letter and the other one the worse one, and more."""
        better, worse = ([(one, part) for one in several for part in self._parts(one, axis, letter, free)] for letter in pair)
        for (one, left), (other, right) in product(better, worse):
            if self._has_more(self._of_doses(left.node), self._of_doses(right.node)):
                yield from self._apart((one, left), (other, right))

    def _parts(self, options: Options, axis: int, letter: int, free: tuple[int, ...]) -> Iterator[_Part]:
        """What is left of a kind of visit where an axis has a letter, and of what is free each that gives other doses."""
        axes, found = self.search.abstraction.axes, dict[Node, _Part]()
        for one in product(*(range(len(axes[place].letters)) for place in free)):
            self.search.diagrams.watch.count()
            letters = (*zip(free, one, strict=True), (axis, letter))
            costs = [options.costs[place][number] for place, number in letters]
            if None not in costs:
                node = self.search.diagrams.restricted(options.node, dict(letters))
                found.setdefault(self._of_doses(node), _Part(node, letters, sum(cost or 0 for cost in costs)))
        return iter(found.values())

    def _apart(self, better: tuple[Options, _Part], worse: tuple[Options, _Part]) -> Shown:
        """The visits that differ in some letters only, of which the one that is worse has more."""
        diagrams, (one, left), (other, right) = self.search.diagrams, better, worse
        those = diagrams.restricted(self._among(other), dict(right.letters)) if self.instances.parts else right.node
        both = diagrams.apply(lambda mine, its: (mine, its) if self._has(mine, its) else None, left.node, those)
        costs = {place: tuple(map(_dearer, *pair)) for place, pair in enumerate(zip(one.costs, other.costs, strict=True))}
        for outcomes, (cost, letters) in diagrams.cheapest(both, costs).items():
            if outcomes is not None:
                shown, beside = (tuple(sorted((*letters, *part.letters))) for part in (right, left))
                yield outcomes[1], outcomes[1].ways[0], cost + right.cost, shown, Beside(beside, outcomes[0])

    def _among(self, options: Options) -> Node:
        """The decisions of a kind of visit at which the worse one may be."""
        found = self._meant.get(options)
        if found is None:
            ways = {one: one.ways[0] for one, _, _ in options.outcomes if self.heights(one)}
            found = self._meant[options] = self.instances.among(options, options.node, ways)
        return found

    def _has(self, better: Outcome | None, worse: Outcome | None) -> bool:
        return _is_more(self.heights(better), self.heights(worse))

    def _of_doses(self, node: Node) -> Node:
        """The diagram of the heights."""
        found = self._doses.get(node)
        if found is None:
            diagrams = self.search.diagrams
            if node.axis == LAST:
                found = diagrams.leaf(self.heights(node.value))
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
        if better is worse and all(len(heights) < 2 for heights in self.search.diagrams.values(better)):
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


def _is_more(better: frozenset[int], worse: frozenset[int]) -> bool:
    """Whether the worse one can be given more; several heights are those of one visit that can leave different things behind."""
    return bool(better and worse) and max(worse) > min(better)


def _dearer(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


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
