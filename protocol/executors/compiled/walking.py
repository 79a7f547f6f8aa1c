"""Where does a patient come out of a tree?"""

from __future__ import annotations

from collections.abc import Sequence

from protocol.executors.compiled import layout
from protocol.executors.compiled.asking import answer
from protocol.executors.compiled.trackers import Counts, Tracking
from protocol.executors.compiled.tree import Tree


def walk(tree: Tree, entry: int, registers: Sequence[int], time: int, given: int) -> int:
    """The entry at the end of a path: that of a leaf, or -1 where the tree has not grown yet."""
    axes, counts = tree.frame.axes.all, _counts(tree)
    while entry >= 0:
        code = answer(axes[tree.node_axis[entry]], registers, time, given, counts)
        entry = tree.child[tree.node_base[entry] + code] if code < tree.node_size[entry] else layout.NOT_GROWN
    return entry


def _counts(tree: Tree) -> list[Counts | None]:
    return [one.counts for one in tree.frame.tracking.values()]


def truths(tree: Tree, one: Tracking, registers: Sequence[int], time: int) -> int:
    """The truths of the conditions of a tracker at a time, ``now * 3 + over``."""
    entry = walk(tree, tree.tracker_root[one.place], registers, time, 0)
    return tree.truths(one, registers, time) if entry == layout.NOT_GROWN else layout.leaf(entry)


def decision(tree: Tree, registers: Sequence[int], time: int, given: int) -> int:
    """The number of the leaf of a patient at a visit."""
    entry = walk(tree, tree.root[registers[layout.PLACE]], registers, time, given)
    return tree.grow(registers, time, given) if entry == layout.NOT_GROWN else layout.leaf(entry)
