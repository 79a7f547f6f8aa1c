"""What is remembered of those who came to a place? With the same key, and the same times where they are asked, comes one leaf."""

from __future__ import annotations

from typing import NamedTuple

from attrs import Factory, define

from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.tree import BEYOND, Tree

MOST = 500_000
"""Paths that are remembered; with more all are forgotten."""
WINDOW = 1 << 16
"""Beside what a leaf writes: a window says until when what is ordered there is on time."""


class Home(dict[int, "Known"]):
    """A place, with what is known of each key there, of which only what is asked here counts."""

    __slots__ = ("axes", "mask", "place")

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place, self.mask, self.axes = place, 0, set[int]()

    def ask(self, axis: int, mask: int) -> None:
        """Counts an axis among what is asked here. What was known without it is forgotten."""
        if axis not in self.axes:
            self.axes.add(axis)
            self.mask |= mask
            self.clear()


class Known(NamedTuple):
    """The leaf, what it writes and where it leads; or, where the leaf is -1, what is still to be asked: nothing if not grown."""

    leaf: int
    writes: int
    home: Home
    asks: Asks | None = None


UNKNOWN = Known(-1, 0, Home(0))


@define(eq=False)
class Asks:
    """A question about times or trackers, and what is known after each answer."""

    number: int
    axis: Axis
    after: dict[int, Known] = Factory(dict)


@define(eq=False)
class Memory:
    """The places of one tree, and how many paths are remembered."""

    tree: Tree
    homes: dict[int, Home] = Factory(dict)
    paths: int = 0
    drawn: int = 0

    def home(self, place: int) -> Home:
        """A place by its number."""
        found = self.homes.get(place)
        if found is None:
            found = self.homes[place] = Home(place)
        return found

    def forget(self, drawn: int) -> None:
        """Nothing is known any more, because the bits of the keys have got another meaning."""
        self.paths, self.drawn = 0, drawn
        for home in self.homes.values():
            home.clear()
            home.axes.clear()
            home.mask = 0

    def keep(self, home: Home, key: int, asked: list[tuple[int, int]], leaf: int) -> Known:
        """Remembers a leaf, to which these answers led in this order."""
        if self.paths >= MOST:
            for one in self.homes.values():
                one.clear()
            self.paths = 0
        self.paths += 1
        at: dict[int, Known] = home
        for axis, answer in asked:
            known = at.get(key)
            if known is None or known.asks is None:
                known = at[key] = Known(-1, 0, home, Asks(axis, self.tree.frame.axes.all[axis]))
            assert known.asks is not None
            at, key = known.asks.after, answer
        found = at[key] = self._known(leaf)
        return found

    def _known(self, leaf: int) -> Known:
        place, writes, one = self.tree.leaf_next[leaf], self.tree.leaf_writes[leaf], self.tree.leaves[leaf]
        after = self.home(0 if place == BEYOND else place)
        return Known(leaf, writes | (WINDOW if one is not None and one.closings else 0), after)
