"""How do the trackers of many patients move: over the time between two visits, and with the readings of a visit?"""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.forest import Forest
from protocol.executors.compiled import layout
from protocol.executors.compiled.layout import FALSE, NONE, OPEN, TRUE
from protocol.executors.compiled.passing import lapsing, move
from protocol.executors.compiled.trackers import Tracking
from protocol.executors.in_rounds.patients import Patients
from protocol.executors.in_rounds.truths import Truths

Array = Any
_LATEST = 2**62
_INVERSE: Array = np.array([TRUE, FALSE, OPEN])
_BOTH: Array = np.array(
    [[min(one, other) if FALSE in (one, other) else max(one, other) for other in range(3)] for one in range(3)]
)


class Trackers:
    """The trackers that are followed. ``measured``: of each that counts, whether what it asks was read at each visit."""

    def __init__(self, forest: Forest, patients: Patients, truths: Truths, measured: dict[int, Array]) -> None:
        self.forest, self.patients, self.truths, self.measured = forest, patients, truths, measured
        self.registers, self.followed = patients.registers, list(enumerate(forest.trackers))
        self.nobody: Array = np.zeros(0, np.int64)
        self.lapses = [
            sorted({pair for node in one.conditions for pair in lapsing(forest.tree, node)[0]}) for one in forest.trackers
        ]

    def are_followed(self, one: Tracking, width: int) -> Array:
        """Of whom a tracker is followed: before treatment only where it says so."""
        return np.ones(width, np.bool_) if one.tracker.from_baseline else self.registers[layout.STARTED][:width] != NONE

    def who(self, one: Tracking, width: int) -> Array:
        """The patients of whom a tracker is followed."""
        return np.flatnonzero(self.are_followed(one, width))

    # Between two visits

    def pass_time(self, begin: int, width: int, time: Array) -> None:
        """From the last visits, which begin there, to these, with what was read up to the last ones."""
        for number, one in self.followed:
            if one.tracker.kind == "duration":
                self._lasts(number, one, begin, self.who(one, width), time)
            elif one.tracker.kind == "since":
                self._is_so(number, one, begin, self.who(one, width), time)

    def _lasts(self, number: int, one: Tracking, begin: int, who: Array, time: Array) -> None:
        moment = self._next(number, begin, who, self.registers[layout.TIME][who])
        while True:
            still = moment < time[who]
            who, moment = who[still], moment[still]
            if not who.size:
                return
            self._last(one, who, self.truths.between(number, begin, who, moment) // 3, moment)
            moment = self._next(number, begin, who, moment)

    def _is_so(self, number: int, one: Tracking, begin: int, who: Array, time: Array) -> None:
        first: Array = self.registers[layout.TIME][who] + 1
        while who.size:
            end = np.minimum(self._next(number, begin, who, first), time[who] + 1)
            self._so(one, who, self.truths.between(number, begin, who, first), end - 1)
            still = end <= time[who]
            who, first = who[still], end[still]

    def _next(self, number: int, begin: int, who: Array, after: Array) -> Array:
        """The first minutes later than these at which something that a tracker asks stops being valid."""
        soonest, register = np.full(len(who), _LATEST), self.patients.asked(begin, who)
        for place, minutes in self.lapses[number]:
            observed = register(place)
            moment = observed + (minutes + 1)
            np.minimum(soonest, moment, out=soonest, where=(observed != NONE) & (moment > after))
        return soonest

    # At a visit

    def move(self, begin: int, width: int, time: Array) -> None:
        """With the readings of the visits that begin there. All are asked before the first one moves."""
        asked = list[tuple[int, Tracking, Array, Array]]()
        for number, one in self.followed:
            who = self.who(one, width) if one.counts is None else self.nobody
            if one.counts:  # of everybody, because they move for nearly all
                found = self.truths.of_all(number, begin, width, time)
            else:
                found = self.truths.at_visit(number, begin, who, time[who]) if one.lasts else who
            asked.append((number, one, who, found))
        for number, one, who, found in asked:
            match one.tracker.kind:
                case "duration":
                    self._last(one, who, found // 3, time[who])
                case "since":
                    self._so(one, who, found, time[who])
                case "episodes" | "consecutive":
                    self._count(number, one, begin, found, time)
                case "lowest" | "highest":
                    self._reach(number, one, begin, who, time[who])

    def _last(self, one: Tracking, who: Array, now: Array, time: Array) -> None:
        """A duration, when these are the truths of its condition from these times on."""
        if one.tracker.measured_only:
            is_known = now != OPEN
            who, now, time = who[is_known], now[is_known], time[is_known]
        definite, possible = self.registers[one.first], self.registers[one.first + 1]
        begun = np.where(possible[who] == NONE, time, possible[who])
        sure = np.where(definite[who] == NONE, time, definite[who])
        possible[who] = np.where(now == FALSE, NONE, begun)
        definite[who] = np.where(now == TRUE, sure, NONE)

    def _so(self, one: Tracking, who: Array, found: Array, time: Array) -> None:
        """A time since, at times up to which these were the truths of its conditions since the last one."""
        now, over = np.divmod(found, 3)
        if one.tracker.measured_only:
            now, over = np.where(now == OPEN, FALSE, now), np.where(over == OPEN, FALSE, over)
        if one.until is not None:
            was, ends = self.registers[one.first + 3][who], _INVERSE[over]
            begun = _either(now, was)
            now = _either(now, _BOTH[was, ends])
            self.registers[one.first + 3][who] = _BOTH[begun, ends]
        self.registers[one.first + 1][who[now != FALSE]] = time[now != FALSE]
        self.registers[one.first][who[now == TRUE]] = time[now == TRUE]

    def _reach(self, number: int, one: Tracking, begin: int, who: Array, time: Array) -> None:
        """The lowest or highest values, after those that are known, or that can be anything."""
        axis = self.forest.frame.axes.all[self.forest.frame.reading[one.tracker.input, one.tracker.name]]
        codes = self.patients.answer(axis, begin, who, time)
        if one.tracker.measured_only:
            is_known = time - self.patients.asked(begin, who)(axis.a) <= axis.d
            who, codes = who[is_known], codes[is_known]
        pick = np.minimum if one.tracker.kind == "lowest" else np.maximum
        for side in range(2):
            held, value = self.registers[one.first + side], self.forest.tracked.ends[number, codes, side]
            held[who] = np.where(held[who] == NONE, value, pick(held[who], value))

    def _count(self, number: int, one: Tracking, begin: int, found: Array, time: Array) -> None:
        """The numbers of the sets of counts that can be now."""
        measured = self.measured[number][begin : begin + len(time)].view(np.int8)
        before = self.registers[one.first][: len(time)]
        steps = found * np.int8(2) + measured
        place = before * 18 + steps
        after, followed = self._moved(number, place), self.are_followed(one, len(time))
        for index in ((after < 0) & followed).nonzero()[0].tolist():
            registers = [0] * (one.first + 2)
            registers[one.first] = int(before[index])
            move(self.forest.tree, one, registers, int(found[index]), one.inputs if measured[index] else 0, 0)
            self.truths.has_grown = True
        if self.truths.has_grown:
            self.forest.sync()
            after = self._moved(number, place)
        np.copyto(before, after >> 1, where=followed)
        changed = (after & 1).astype(np.bool_) & followed
        np.copyto(self.registers[one.first + 1][: len(time)], time, where=changed)

    def _moved(self, number: int, place: Array) -> Array:
        """Where counts go; they are numbers below 0 where nobody knows yet."""
        return self.forest.tracked.moves[number].take(place, mode="clip")


def _either(one: Array, other: Array) -> Array:
    return _INVERSE[_BOTH[_INVERSE[one], _INVERSE[other]]]
