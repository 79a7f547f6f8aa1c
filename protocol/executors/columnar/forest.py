"""The trees of a compiled protocol as arrays, which follow the trees as these grow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast, get_args

import numpy as np

from protocol.executors.columnar import keys
from protocol.executors.compiled import layout
from protocol.executors.compiled.asking import answer
from protocol.executors.compiled.passing import lapsing
from protocol.executors.compiled.trackers import Tracking
from protocol.executors.decisions_table import TEXTS, first_texts
from protocol.executors.plain import Walker
from protocol.model.course import Given
from protocol.model.decision import DeviationKind, Effect
from protocol.semantics.identity import is_it

_KINDS = {"episodes": 0, "consecutive": 0, "duration": 1, "since": 2, "lowest": 3, "highest": 4}
_REMEMBERED = 1 << 16
_NOWHERE = np.uint64(2**64 - 1)
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


def roomy(array: Any, size: int) -> Any:
    """The array, or a copy twice as large as needed, so that so much fits into it."""
    if array.shape[0] >= size:
        return array
    wider = np.zeros((2 * size, *array.shape[1:]), array.dtype)
    wider[: array.shape[0]] = array
    return wider


class Forest:
    """A compiled protocol ready for columns. The one class here that changes: it grows where patients come."""

    def __init__(self, walker: Walker, spare: int = 0) -> None:
        self.walker, self.tree, self.frame = walker, walker.tree, walker.tree.frame
        self.trackers = self.frame.moving
        self.keys = keys.Keys(self.frame, spare)
        self.texts = {name: {text: n for n, text in enumerate(texts)} for name, texts in first_texts(self.frame.protocol).items()}
        self.kept: dict[object, object] = {}
        self.effects: dict[Effect, int] = {}
        self.doses: dict[object, int] = {}
        self.asked: dict[int, dict[int, None]] = {}
        self.read: dict[int, None] = {axis: None for one in self.trackers for axis in keys.of_tracker(self.frame, one)}
        self.first = np.array(self.frame.first_registers(), np.int64)
        self.synced: dict[str, Any] = {"node": 0, "child": 0, "leaf": 0, "axes": 0, "places": 0, "effects": (0, 0)}
        self.node: Any = np.zeros((1024, 3), np.int32)
        self.child: Any = np.zeros(8192, np.int32)
        self.leaf: Any = np.zeros((256, 2), np.int32)
        self.columns: Any = np.zeros((256, len(WRITTEN)), np.int32)
        self.judged: Any = np.zeros((256, 5), np.int32)
        self.place: Any = np.zeros((64, 3), np.int32)
        self.asks: Any = np.zeros((64, 8), np.int32)
        self.mask: Any = np.zeros((64, 1), np.uint64)
        self.fits: Any = np.zeros((1, 1), np.bool_)
        self.renew()

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
        if len(self.frame.axes.all) != self.synced["axes"]:
            self._sync_axes()
        self._sync_places()
        self._sync_trackers()
        self._sync_effects()

    def renew(self) -> bool:
        """All nodes anew, after trees were grown whose paths nobody followed; whether readings are asked that were not before."""
        self.synced |= {"node": 0, "child": 0}
        self.sync()
        before = len(self.read)
        for place, root in enumerate(self.tree.root):
            self.asked[place] = dict.fromkeys((*self.asked.get(place, {}), *self._below(root)))
            self._ask(place)
        self.memo[:, 0] = _NOWHERE
        asked = {axis for some in self.asked.values() for axis in some}
        self.read |= {axis: None for axis in asked if self.frame.axes.all[axis].kind in keys.OF_ROWS}
        return len(self.read) > before

    def _below(self, entry: int) -> set[int]:
        """The axes that are asked in a tree."""
        found, seen, waiting = set(), set(), [entry]
        while waiting:
            node = waiting.pop()
            if node >= 0 and node not in seen:
                seen.add(node)
                found.add(self.tree.node_axis[node])
                base = self.tree.node_base[node]
                waiting += self.tree.child[base : base + self.tree.node_size[node]]
        return found

    def laid(self, registers: Sequence[int], time: int, given: int) -> bool:
        """Follows the path of one visit, which was grown; whether it asks readings that nobody asked before."""
        tree, place = self.tree, registers[layout.PLACE]
        entry, new = tree.root[place], []
        while entry >= 0:
            axis, base, size = tree.node_axis[entry], tree.node_base[entry], tree.node_size[entry]
            if base + size <= self.child.shape[0] and entry < self.node.shape[0]:
                self.node[entry] = axis, base, size
                self.child[base : base + size] = tree.child[base : base + size]
            if axis not in self.asked.setdefault(place, {}):
                self.asked[place][axis] = None
                new.append(axis)
            one = self.frame.axes.all[axis]
            code = given if one.kind == layout.GIVEN else answer(one, registers, time, tree.counts)
            entry = tree.child[base + code]
        of_rows = [axis for axis in new if self.frame.axes.all[axis].kind in keys.OF_ROWS and axis not in self.read]
        self.read |= dict.fromkeys(of_rows)
        self.sync()
        if new:
            self._ask(place)
            self.memo[:, 0] = _NOWHERE
        return bool(of_rows) or self._needs_more(new)

    def _needs_more(self, new: list[int]) -> bool:
        return any(self.frame.axes.all[axis].kind in (layout.AFTER, layout.SINCE, layout.SHOWN) for axis in new)

    def _ask(self, place: int) -> None:
        """Follows which axes are asked in a place; what was remembered of it then counts no longer."""
        asked = self.asked[place]
        others = [axis for axis in asked if self.frame.axes.all[axis].kind not in keys.OF_ROWS]
        if len(others) > self.asks.shape[1]:
            self.asks = np.pad(self.asks, ((0, 0), (0, len(others))))
        self.asks[place, : len(others)] = others
        self.place[place, 2] = len(others)
        for axis in asked:
            if axis not in others:
                self.mask[place, self.keys.word[axis]] |= np.uint64(self.keys.bits[axis] << self.keys.shift[axis])

    def _sync_axes(self) -> None:
        self.keys.place_all()
        axes = self.frame.axes.all
        begin = np.cumsum([0, *(len(axis.cuts) for axis in axes)]).astype(np.int64)
        places = zip(begin, begin[1:], self.keys.word, self.keys.shift, self.keys.bits, strict=False)
        table = [(one.kind, one.a, one.b, one.c, one.d, *map(int, rest)) for one, rest in zip(axes, places, strict=True)]
        self.axes, self.cuts = np.array(table, np.int64), np.array([cut for axis in axes for cut in axis.cuts] or [0], np.int64)
        if self.synced["axes"] == 0:
            total = self.keys.words + self.keys.behind
            self.mask = np.zeros((self.mask.shape[0], self.keys.words), np.uint64)
            self.memo: Any = np.full((_REMEMBERED, total + 2), _NOWHERE, np.uint64)
        self.synced["axes"] = len(axes)

    def _sync_places(self) -> None:
        tree, size = self.tree, len(self.tree.root)
        self.place, self.asks, self.mask = (roomy(array, size) for array in (self.place, self.asks, self.mask))
        self.place[:size, 0], self.place[:size, 1] = tree.root, tree.place_drug

    # What a leaf says

    def _sync_leaves(self) -> None:
        first, size = self.synced["leaf"], len(self.tree.leaves)
        self.leaf, self.columns, self.judged = (roomy(array, size) for array in (self.leaf, self.columns, self.judged))
        for number in range(first, size):
            leaf = self.tree.leaves[number]
            self.leaf[number] = self.tree.leaf_next[number], self.tree.leaf_writes[number]
            if leaf is not None:
                row = dict(zip(_ROW, leaf.row, strict=True))
                self.columns[number] = [self._number(name, row[name]) for name in WRITTEN]
                self.judged[number] = self._judged(leaf)
        self.synced["leaf"] = size

    def _number(self, name: str, value: Any) -> int:
        if value is None:
            return -1
        return self.texts[name].setdefault(value, len(self.texts[name])) if name in TEXTS else int(value)

    def _judged(self, leaf: Any) -> tuple[int, ...]:
        after, effect = leaf.moved.spot, self.effects.setdefault(leaf.effect, len(self.effects))
        is_asked = leaf.is_open
        went_on = after.dose == leaf.before and leaf.effect.dose != leaf.before and leaf.deviation in _CAN_BE_LATE
        dose = self.doses.setdefault(after.dose, len(self.doses))
        return is_asked, went_on, effect, dose, after.control.kind == "stopped"

    def _sync_effects(self) -> None:
        """Which of the doses given puts which effect into force."""
        givens: list[Given | None] = self.tree.givens
        if self.synced["effects"] == (len(self.effects), len(givens)):
            return
        self.synced["effects"] = len(self.effects), len(givens)
        protocol = self.frame.protocol
        fits = [[one is not None and is_it(protocol, one, effect) for one in givens] for effect in self.effects]
        self.fits = np.array(fits or [[False]], np.bool_)

    # Trackers

    def _sync_trackers(self) -> None:
        counts = [len(one.counts.sets) if one.counts else 0 for one in self.frame.tracking.values()]
        moves = [len(one.counts.moves) if one.counts else 0 for one in self.frame.tracking.values()]
        state = (tuple(self.tree.tracker_root), tuple(counts), tuple(moves))
        if self.synced.get("trackers") != state:
            self.synced["trackers"] = state
            self._build_trackers(max([1, *counts]))

    def _build_trackers(self, sets: int) -> None:
        all_of, used = list(self.frame.tracking.values()), self.trackers
        if sets > keys.MOST_COUNTS:
            raise keys.Crowded
        codes: Any = np.zeros((max(1, len(all_of)), sets), np.int64)
        for one in all_of:
            if one.counts:
                codes[one.place, : len(one.counts.codes)] = one.counts.codes
        lapses = [sorted({pair for node in keys.conditions(one) for pair in lapsing(self.tree, node)[0]}) for one in used]
        inputs = [self._terms_of(one) for one in used]
        ends, unknown = self._extremes(used)
        table = [
            (_KINDS[one.tracker.kind], one.first, self.tree.tracker_root[one.place], one.tracker.from_baseline,
             one.tracker.measured_only, one.until is not None, self._axis_of(one), len(lapses[n]), unknown[n])
            for n, one in enumerate(used)
        ]  # fmt: skip
        moves = self._moves(used, sets)
        self.codes, self.table, self.ends, self.moves = codes, np.array(table, np.int64).reshape(-1, 9), ends, moves
        self.lapse, self.inputs = _pairs(lapses), _table(inputs, -1)

    def _terms_of(self, one: Tracking) -> list[int]:
        """The first term of each input of which a reading counts as a finding."""
        firsts = {term.input: term.place for term in reversed(list(self.frame.terms.values()))}
        return [firsts[number] for number in range(len(self.frame.inputs)) if one.inputs >> number & 1]

    def _axis_of(self, one: Tracking) -> int:
        return self.frame.reading[one.tracker.input, one.tracker.name] if one.tracker.input else one.axis

    def _moves(self, used: Sequence[Tracking], sets: int) -> Any:
        moves: Any = np.full((len(used), sets * 18), -1, np.int64)
        for number, one in enumerate(used):
            for (before, found, measured), after in (one.counts.moves if one.counts else {}).items():
                moves[number, before * 18 + found * 2 + measured] = after
        return moves

    def _extremes(self, used: Sequence[Tracking]) -> tuple[Any, list[int]]:
        """The lowest and the highest cell of each code, and the code of what is not known, of what a tracker has extremes of."""
        terms = [self.frame.terms[one.tracker.input, one.tracker.name] if one.tracker.input else None for one in used]
        most = max([1, *(len(term.masks) for term in terms if term)])
        ends: Any = np.zeros((len(used), most, 2), np.int64)
        for number, term in enumerate(terms):
            for code, mask in enumerate(term.masks if term else ()):
                ends[number, code] = (mask & -mask).bit_length() - 1, mask.bit_length() - 1
        return ends, [term.unknown if term else 0 for term in terms]


def _table(lists: Sequence[Sequence[int]], empty: int) -> Any:
    longest = max([1, *map(len, lists)])
    return np.array([[*one, *[empty] * (longest - len(one))] for one in lists], np.int64).reshape(len(lists), longest)


def _pairs(lists: Sequence[Sequence[tuple[int, int]]]) -> Any:
    longest = max([1, *map(len, lists)])
    return np.array([[*one, *[(0, 0)] * (longest - len(one))] for one in lists], np.int64).reshape(len(lists), longest, 2)
