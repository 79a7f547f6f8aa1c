"""The trees of a compiled protocol as arrays, which follow the trees as these grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast, get_args

import numpy as np

from protocol.executors.columnar.asked import Asked, roomy
from protocol.executors.columnar.tracked import Tracked
from protocol.executors.compiled import layout
from protocol.executors.compiled.asking import answer
from protocol.executors.decisions_table import TEXTS, first_texts
from protocol.executors.plain import Walker
from protocol.model.course import Given
from protocol.model.decision import DeviationKind, Effect
from protocol.semantics.identity import is_it

LATE = get_args(DeviationKind).index("change too late")
_CAN_BE_LATE = ("dose above permitted", "dose below permitted", "hold without reason")
_ROW = ("action", "rule", "before", "after", "status", "permitted", "verdict", "deviation", "withheld", "silent", "assumed")
SMALL, LARGE, FLAGS = (
    ("action", "status", "verdict", "deviation"),
    ("before", "after", "permitted"),
    ("withheld", "silent", "assumed"),
)
WRITTEN = (*SMALL, "rule", *LARGE, *FLAGS)
"""The columns in the order in which a leaf has them as numbers."""


Made = TypeVar("Made")


class Forest:
    """A compiled protocol ready for columns. It grows where patients come. Raises Crowded where more is asked than fits."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.tree, self.frame = walker, walker.tree, walker.tree.frame
        self.trackers = self.frame.moving
        self.asks = Asked(self.frame, self.trackers)
        self.tracked = Tracked(self.tree, self.trackers)
        self.texts = {name: {text: n for n, text in enumerate(texts)} for name, texts in first_texts(self.frame.protocol).items()}
        self.kept: dict[object, object] = {}
        self.effects: dict[Effect, int] = {}
        self.doses: dict[object, int] = {}
        self.first = np.array(self.frame.first_registers(), np.int64)
        self.synced: dict[str, Any] = {"node": 0, "child": 0, "leaf": 0, "effects": (0, 0)}
        self.node: Any = np.zeros((1024, 3), np.int32)
        self.child: Any = np.zeros(8192, np.int32)
        self.leaf: Any = np.zeros((256, 3), np.int32)
        self.columns: Any = np.zeros((256, len(WRITTEN)), np.int32)
        self.judged: Any = np.zeros((256, 5), np.int32)
        self.open: Any = np.zeros(256, np.bool_)
        self.root: Any = np.zeros(64, np.int64)
        self.place: Any = np.zeros((64, 4), np.uint64)
        self.fits: Any = np.zeros((1, 1), np.bool_)
        self.renew()

    @property
    def asked(self) -> dict[int, dict[int, None]]:
        """The axes that are asked in each place."""
        return self.asks.of_place

    @property
    def read(self) -> dict[int, None]:
        """The axes of readings that anybody asks."""
        return self.asks.read

    def once(self, made: Callable[[Forest], Made]) -> Made:
        """What is made of the protocol once, and kept with it."""
        if made not in self.kept:
            self.kept[made] = made(self)
        return cast(Made, self.kept[made])

    # What follows the trees

    def sync(self) -> None:
        """All that has come anew since the last time."""
        tree, nodes = self.tree, len(self.tree.node_axis)
        self.node = roomy(self.node, nodes)
        for column, values in enumerate((tree.node_axis, tree.node_base, tree.node_size)):
            self.node[self.synced["node"] : nodes, column] = values[self.synced["node"] :]
        self.child = roomy(self.child, len(tree.child))
        self.child[self.synced["child"] : len(tree.child)] = tree.child[self.synced["child"] :]
        self.synced |= {"node": nodes, "child": len(tree.child)}
        self._sync_leaves()
        if len(self.frame.axes.all) != len(self.asks.axes):
            self.asks.sync()
        self._sync_places()
        self.tracked.sync()
        self._sync_effects()

    def renew(self) -> bool:
        """All nodes anew, after trees were grown whose paths nobody followed; whether readings are asked that were not before."""
        self.synced |= {"node": 0, "child": 0}
        more = [self._ask(place, self._below(root)) for place, root in enumerate(self.tree.root)]
        self.sync()
        return any(more)

    def _below(self, entry: int) -> list[int]:
        """The axes that are asked in a tree."""
        found, seen, waiting = dict[int, None](), set(), [entry]
        while waiting:
            node = waiting.pop()
            if node >= 0 and node not in seen:
                seen.add(node)
                found[self.tree.node_axis[node]] = None
                base = self.tree.node_base[node]
                waiting += self.tree.child[base : base + self.tree.node_size[node]]
        return sorted(found)

    def laid(self, registers: Sequence[int], time: int, given: int) -> bool:
        """Follows the path of one visit, which was grown; whether it asks readings that nobody asked before."""
        tree, place = self.tree, registers[layout.PLACE]
        entry, path = tree.root[place], []
        while entry >= 0:
            axis, base, size = tree.node_axis[entry], tree.node_base[entry], tree.node_size[entry]
            if base + size <= self.child.shape[0] and entry < self.node.shape[0]:
                self.node[entry] = axis, base, size
                self.child[base : base + size] = tree.child[base : base + size]
            path.append(axis)
            one = self.frame.axes.all[axis]
            code = given if one.kind == layout.GIVEN else answer(one, registers, time, tree.counts)
            entry = tree.child[base + code]
        more = self._ask(place, path)
        self.sync()
        return more

    def _ask(self, place: int, axes: Iterable[int]) -> bool:
        """Notes what is asked in a place. Its stage is the kind of control: there the same is asked, more or less."""
        one = self.tree.places[place]
        return self.asks.add(place, one.spot.control.kind, axes, self.tree.same_in(one))

    def _sync_places(self) -> None:
        tree, size = self.tree, len(self.tree.root)
        self.place, self.root = roomy(self.place, size), roomy(self.root, size)
        self.asks.mask, self.asks.place = roomy(self.asks.mask, size), roomy(self.asks.place, size)
        self.root[:size], self.place[:size, :2], self.place[:size, 2:] = tree.root, self.asks.mask[:size], self.asks.place[:size]

    # What a leaf says

    def _sync_leaves(self) -> None:
        first, size = self.synced["leaf"], len(self.tree.leaves)
        self.leaf, self.columns, self.judged = (roomy(array, size) for array in (self.leaf, self.columns, self.judged))
        self.open = roomy(self.open, size)
        for number in range(first, size):
            leaf = self.tree.leaves[number]
            after = self.tree.leaf_next[number]
            self.leaf[number] = after, self.tree.leaf_writes[number], after >= 0 and self.tree.place_drug[after]
            if leaf is not None:
                row = dict(zip(_ROW, leaf.row, strict=True))
                self.columns[number] = [self.text(name, row[name]) for name in WRITTEN]
                self.judged[number], self.open[number] = self._judged(leaf), leaf.is_open
        self.synced["leaf"] = size

    def text(self, name: str, value: Any) -> int:
        """The number of a text in a column, which is new or the one that it had before; of nothing -1."""
        if value is None:
            return -1
        return self.texts[name].setdefault(value, len(self.texts[name])) if name in TEXTS else int(value)

    def _judged(self, leaf: Any) -> tuple[int, ...]:
        after, effect = leaf.moved.spot, self.effects.setdefault(leaf.effect, len(self.effects))
        went_on = after.dose == leaf.before and leaf.effect.dose != leaf.before and leaf.deviation in _CAN_BE_LATE
        dose = self.doses.setdefault(after.dose, len(self.doses))
        return leaf.is_open, went_on, effect, dose, after.control.kind == "stopped"

    def _sync_effects(self) -> None:
        """Which of the doses given puts which effect into force."""
        givens: list[Given | None] = self.tree.givens
        if self.synced["effects"] == (len(self.effects), len(givens)):
            return
        self.synced["effects"] = len(self.effects), len(givens)
        protocol = self.frame.protocol
        fits = [[one is not None and is_it(protocol, one, effect) for one in givens] for effect in self.effects]
        self.fits = np.array(fits or [[False]], np.bool_)
