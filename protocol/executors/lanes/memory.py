"""What is remembered of those who came to a place? With the same key, and the same times where they are asked, comes one leaf."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from attrs import Factory, define, field

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.patients import WRITTEN
from protocol.executors.compiled.tree import Tree

MOST = 200_000
"""Paths that are remembered; with more all are forgotten."""


class Home(dict[int, "Known"]):
    """A place, with what is known of each key there, of which only what is asked here counts.

    ``stages`` are the same for patients for whom all that is asked here about moments has the same answers.
    """

    __slots__ = ("asked", "mask", "moments", "place", "stages")

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place, self.mask, self.asked = place, 0, set[int]()
        self.moments: list[tuple[int, int, int, int, tuple[int, ...], int]] = []
        self.stages: dict[int, dict[int, Known]] = {}

    def ask(self, axis: int, mask: int) -> None:
        """Counts an axis among what is asked here. What was known without it is forgotten."""
        if axis not in self.asked:
            self.asked.add(axis)
            self.mask |= mask
            self.clear()
            self.stages.clear()

    def ask_moments(self, number: int, axis: Axis) -> None:
        """The same of an axis that asks moments only."""
        if number not in self.asked:
            self.asked.add(number)
            self.moments.append((axis.kind, axis.a, axis.b, axis.c, axis.cuts, len(axis.cuts) + 1))
            self.stages.clear()

    def stage(self, moments: list[int], time: int) -> tuple[dict[int, Known], int]:
        """What is known of those with the same answers about moments, and the first minute at which these are others."""
        number, due = 0, _LATEST
        for kind, register, minutes, since, cuts, last in self.moments:
            begun = moments[register]
            if kind == layout.CLOCK:
                code = bisect_right(cuts, time - begun)
                number = number * last + code
                if code < last - 1 and begun + cuts[code] < due:
                    due = begun + cuts[code]
            elif kind == layout.AFTER:
                number = number * 2 + (begun + minutes > moments[since])
            elif kind == layout.NEGATIVE:
                number, due = number * 2 + (time < 0), 0 if time < 0 else due
            else:  # of a step or a hold, or of the start: whether there was one before this visit
                number = number * 2 + (moments[register or layout.STARTED] != NONE)
        found = self.stages.get(number)
        if found is None:
            found = self.stages[number] = {}
        return found, due

    def forget(self) -> None:
        """Nothing is known any more, nor what is asked here."""
        self.clear()
        self.stages.clear()
        self.asked.clear()
        self.moments.clear()
        self.mask = 0


def of_moments(axis: Axis) -> bool:
    """Whether an axis asks moments of the patient only."""
    return axis.a < layout.ON_DRUG and axis.kind in _OF_MOMENTS


_OF_MOMENTS = (layout.CLOCK, layout.AFTER, layout.SINCE, layout.HAS_STARTED, layout.NEGATIVE)
_LATEST = 2**62


class Known(NamedTuple):
    """The leaf; where it leads, None where all stays as it is; and the moments that it writes.

    ``more`` says whether it does more than that; where the leaf is -1, what is still to be asked: nothing if not grown.
    """

    leaf: int
    after: Home | None = None
    writes: tuple[int, ...] = ()
    more: Asks | bool = False


UNKNOWN = Known(-1)


@define(eq=False)
class Asks:
    """A question about times or trackers, and what is known after each answer."""

    axis: Axis
    after: dict[int, Known] = Factory(dict)
    is_of_moments: bool = field(init=False)
    is_after: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.is_of_moments, self.is_after = of_moments(self.axis), self.axis.kind == layout.AFTER


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
            home.forget()

    def keep(self, home: Home, key: int, asked: list[tuple[int, int]], leaf: int) -> Known:
        """Remembers a leaf, to which these answers led in this order."""
        if self.paths >= MOST:
            for one in self.homes.values():
                one.clear()
                one.stages.clear()
            self.paths = 0
        self.paths += 1
        at: dict[int, Known] = home
        for axis, code in asked:
            known = at.get(key)
            if known is None or not isinstance(known.more, Asks):
                known = at[key] = Known(-1, more=Asks(self.tree.frame.axes.all[axis]))
            assert isinstance(known.more, Asks)
            at, key = known.more.after, code
        found = at[key] = self._known(home, leaf)
        return found

    def _known(self, home: Home, leaf: int) -> Known:
        place, writes, one = self.tree.leaf_next[leaf], self.tree.leaf_writes[leaf], self.tree.leaves[leaf]
        more = bool(writes & layout.ANEW) or (one is not None and bool(one.closings))
        if place == home.place and not writes and not more:
            return Known(leaf)
        return Known(leaf, self.home(place), registers(writes), more)


def registers(writes: int) -> tuple[int, ...]:
    """The moments that a leaf writes, but for those of a course that begins anew."""
    return () if writes & layout.ANEW else tuple(register for bit, register in WRITTEN if writes & bit)
