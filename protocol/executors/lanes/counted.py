"""How often has something happened to a patient? When somebody asks it is counted, over the rows since it was asked last."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import Factory, define

from protocol.executors.compiled import layout
from protocol.executors.compiled.guards import Asks, Every, Knows, Node, Opposite, Points, Some, Sure
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.passing import after_count
from protocol.executors.compiled.trackers import Tracking
from protocol.executors.compiled.tree import Tree
from protocol.executors.compiled.view import View
from protocol.executors.lanes.chunk import Chunk
from protocol.executors.lanes.fields import Fields


@define(eq=False)
class Counter:
    """A tracker that counts, and the truths of its conditions for each key: ``now * 3 + over``."""

    tree: Tree
    one: Tracking
    fields: Fields
    inputs: tuple[int, ...]
    asked: tuple[int, ...]
    drawn: int = -1
    mask: int = 0
    truths: dict[int, int] = Factory(dict)

    def truth(self, key: int) -> int:
        """The truths at a row."""
        if self.drawn != self.fields.drawn:
            self.drawn, self.mask = self.fields.drawn, 0
            for axis in self.asked:
                self.mask |= self.fields.of[axis].mask
            self.truths.clear()
        found = self.truths.get(key & self.mask)
        if found is None:
            view = View(self.tree.frame, (), 0, path={axis: self.fields.of[axis].code(key) for axis in self.asked})
            over = layout.OPEN if self.one.until is None else view.truth(self.one.until)
            found = self.truths[key & self.mask] = view.truth(self.one.when) * 3 + over
        return found


@define(eq=False)
class Count:
    """What one patient has come to: the number of the set of counts that can be, when it changed, and the next row."""

    at: int
    number: int = 0
    changed: int = NONE

    def until(self, counter: Counter, chunk: Chunk, started: int, row: int) -> None:
        """Goes on to a row, and takes that one in too. ``started``: when treatment began."""
        times, keys, always = chunk.times, chunk.keys, counter.one.tracker.from_baseline
        for at in range(self.at, row + 1):
            if always or NONE < started < times[at]:
                measured = any(chunk.is_measured(input_, at) for input_ in counter.inputs)
                after = after_count(counter.tree, counter.one, self.number, counter.truth(keys[at]), measured)
                self.number = after >> 1
                if after & 1:
                    self.changed = times[at]
        self.at = row + 1


def counters(tree: Tree, fields: Fields) -> dict[int, Counter]:
    """The trackers that count what is in the keys, each by both of its registers."""
    found = (_counter(tree, fields, one) for one in tree.frame.moving if one.counts)
    return {register: one for one in found if one for register in (one.one.first, one.one.first + 1)}


def _counter(tree: Tree, fields: Fields, one: Tracking) -> Counter | None:
    asked = tuple(dict.fromkeys(axis for guard in (one.when, one.until) if guard for axis in _axes(tree, guard)))
    inputs = tuple(number for number in range(len(tree.frame.inputs)) if one.inputs >> number & 1)
    if any(axis not in fields.of for axis in asked) or any(tree.frame.fixed[number] for number in inputs):
        return None
    return Counter(tree, one, fields, inputs, asked)


def _axes(tree: Tree, guard: Node) -> Iterator[int]:
    """The axes that a condition asks, those of scores too."""
    match guard:
        case Asks(axis) | Knows(axis):
            yield axis
        case Opposite(part):
            yield from _axes(tree, part)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _axes(tree, part)
        case Points(score):
            for case in tree.frame.prepared.scores[score].guards():
                yield from _axes(tree, tree.frame.nodes[id(case)])
        case Sure():
            return
