"""As which tables do the loops have the trackers of a protocol?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from protocol.executors.columnar import keys
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.passing import lapsing
from protocol.executors.compiled.trackers import Tracking
from protocol.executors.compiled.tree import Tree

_KINDS = {"episodes": 0, "consecutive": 0, "duration": 1, "since": 2, "lowest": 3, "highest": 4}


class Tracked:
    """The tables of the trackers that are followed.

    ``table``: one row for each. ``codes``: of each set of counts the code of its axis. ``moves``: to which set a set goes.
    ``ends``: the lowest and the highest cell of each code. ``lapse``: when what a tracker asks is no longer valid. ``inputs``:
    the terms of which a reading counts as a finding.
    """

    def __init__(self, tree: Tree, used: Sequence[Tracking]) -> None:
        self.tree, self.frame, self.used = tree, tree.frame, used
        self._state: Any = None
        self.sync()

    def sync(self) -> None:
        """The tables anew, where a tree, or what a count can be, has grown."""
        counts = [one.counts for one in self.frame.tracking.values() if one.counts]
        state = (tuple(self.tree.tracker_root), [(len(one.sets), len(one.moves)) for one in counts])
        if state != self._state:
            self._state = state
            self._build(max([1, *(len(one.sets) for one in counts)]))

    def _build(self, sets: int) -> None:
        all_of, used = list(self.frame.tracking.values()), self.used
        if sets > keys.MOST_COUNTS:
            raise keys.Crowded
        self.codes: Any = np.zeros((max(1, len(all_of)), sets), np.int64)
        for one in all_of:
            if one.counts:
                self.codes[one.place, : len(one.counts.codes)] = one.counts.codes
        lapses = [sorted({pair for node in one.conditions for pair in lapsing(self.tree, node)[0]}) for one in used]
        self.ends, unknown = _extremes(self.frame, used)
        table = [
            (_KINDS[one.tracker.kind], one.first, self.tree.tracker_root[one.place], one.tracker.from_baseline,
             one.tracker.measured_only, one.until is not None, _axis_of(self.frame, one), len(lapses[n]), unknown[n])
            for n, one in enumerate(used)
        ]  # fmt: skip
        self.table: Any = np.array(table, np.int64).reshape(-1, 9)
        self.moves, self.lapse = _moves(used, sets), _pairs(lapses)
        self.inputs = _table([_terms_of(self.frame, one) for one in used], -1)


def _terms_of(frame: Frame, one: Tracking) -> list[int]:
    """The first term of each input of which a reading counts as a finding."""
    firsts = {term.input: term.place for term in reversed(list(frame.terms.values()))}
    return [firsts[number] for number in range(len(frame.inputs)) if one.inputs >> number & 1]


def _axis_of(frame: Frame, one: Tracking) -> int:
    return frame.reading[one.tracker.input, one.tracker.name] if one.tracker.input else one.axis


def _moves(used: Sequence[Tracking], sets: int) -> Any:
    moves: Any = np.full((len(used), sets * 18), -1, np.int64)
    for number, one in enumerate(used):
        for (before, found, measured), after in (one.counts.moves if one.counts else {}).items():
            moves[number, before * 18 + found * 2 + measured] = after
    return moves


def _extremes(frame: Frame, used: Sequence[Tracking]) -> tuple[Any, list[int]]:
    """The lowest and the highest cell of each code, and the code of what is not known, of what a tracker has extremes of."""
    terms = [frame.terms[one.tracker.input, one.tracker.name] if one.tracker.input else None for one in used]
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
