"""Where does a patient come out of a tree?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from protocol.executors.compiled.asking import answer
from protocol.executors.compiled.layout import AFTER, CLOCK, COUNT, GIVEN, KNOWN, NOT_GROWN, PLACE, READING, leaf
from protocol.executors.compiled.trackers import Tracking
from protocol.executors.compiled.tree import Tree


def walk(tree: Tree, entry: int, registers: Sequence[int], time: int, given: int) -> int:
    """The entry at the end of a path: that of a leaf, or -1 where the tree has not grown yet."""
    steps, base, child = tree.steps, tree.node_base, tree.child
    while entry >= 0:
        kind, a, b, c, d, cuts = steps[entry]
        if kind == READING:
            code = registers[b] if time - registers[a] <= d else c
        elif kind == CLOCK:
            code = bisect_right(cuts, time - registers[a])
        elif kind == KNOWN:
            code = 1 if time - registers[a] <= d else 0
        elif kind == AFTER:
            code = 1 if registers[a] + b > registers[c] else 0
        else:
            code = given if kind == GIVEN else answer(tree.frame.axes.all[tree.node_axis[entry]], registers, time, tree.counts)
            if kind in (COUNT, GIVEN) and code >= tree.node_size[entry]:
                return NOT_GROWN
        entry = child[base[entry] + code]
    return entry


def truths(tree: Tree, one: Tracking, registers: Sequence[int], time: int) -> int:
    """The truths of the conditions of a tracker at a time, ``now * 3 + over``."""
    entry = walk(tree, tree.tracker_root[one.place], registers, time, 0)
    return tree.truths(one, registers, time) if entry == NOT_GROWN else leaf(entry)


def decision(tree: Tree, registers: Sequence[int], time: int, given: int) -> int:
    """The number of the leaf of a patient at a visit."""
    entry = walk(tree, tree.root[registers[PLACE]], registers, time, given)
    return tree.grow(registers, time, given) if entry == NOT_GROWN else leaf(entry)
