"""What does a tracker remember of a patient? When somebody asks it is followed over the rows since it was asked last.

It moves at each row with what its conditions are there, which the key says, and between two rows where a reading lapses.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import Factory, define

from protocol.executors.compiled import frame as frames
from protocol.executors.compiled import layout
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.passing import after_count, lasting, reach, so
from protocol.executors.compiled.trackers import Tracking
from protocol.executors.compiled.trackers import registers as how_many
from protocol.executors.compiled.tree import Tree
from protocol.executors.compiled.view import View
from protocol.executors.lanes.chunk import Chunk
from protocol.executors.lanes.fields import Fields
from protocol.executors.lanes.worked_out import Numbers, WorkedOut

Read = dict[int, tuple[int, int]]
"""Of inputs that were read when that was last, and its mark."""


@define(eq=False)
class Follower:
    """A tracker of whose conditions keys say all, with the truths of these, ``now * 3 + over``, for keys and for codes."""

    tree: Tree
    one: Tracking
    fields: Fields
    inputs: tuple[int, ...]
    asked: tuple[int, ...]
    lapsing: tuple[tuple[int, int], ...]
    computed: tuple[int, ...]
    reading: int = -1
    drawn: int = -1
    mask: int = 0
    by_key: dict[int, int] = Factory(dict)
    by_codes: dict[tuple[int, ...], int] = Factory(dict)

    def truth_at(self, worked_out: WorkedOut, key: int, row: int, time: int) -> int:
        """The truths at a row, or after it as long as nothing lapses."""
        if not self.computed:
            return self.truth(key)
        axes = self.tree.frame.axes.all
        codes = [self.fields.of[axis].code(key) for axis in self.asked]
        return self._of_codes((*codes, *[worked_out.code(axes[axis], row, time) for axis in self.computed]))

    def truth(self, key: int) -> int:
        """The truths at a row, where nothing is computed."""
        if self.drawn != self.fields.drawn:
            self.drawn, self.mask = self.fields.drawn, 0
            for axis in self.asked:
                self.mask |= self.fields.of[axis].mask
            self.by_key.clear()
        found = self.by_key.get(key & self.mask)
        if found is None:
            codes = tuple(self.fields.of[axis].code(key) for axis in self.asked)
            found = self.by_key[key & self.mask] = self._of_codes(codes)
        return found

    def truth_between(self, worked_out: WorkedOut, read: Read, row: int, time: int) -> int:
        """The truths at a time between two rows, with what was read up to the first of them."""
        axes = self.tree.frame.axes.all
        codes = [self._code(axis, read, time) for axis in self.asked]
        return self._of_codes((*codes, *[worked_out.code(axes[axis], row, time) for axis in self.computed]))

    def _code(self, axis: int, read: Read, time: int) -> int:
        one = self.fields.of[axis]
        input_, minutes = one.source
        if input_ not in read or time - read[input_][0] > minutes:
            return one.codes[0]
        return one.codes[one.id_of(self.fields.marks[input_], read[input_][1])]

    def _of_codes(self, codes: tuple[int, ...]) -> int:
        found = self.by_codes.get(codes)
        if found is None:
            view = View(self.tree.frame, (), 0, path=dict(zip((*self.asked, *self.computed), codes, strict=True)))
            over = layout.OPEN if self.one.until is None else view.truth(self.one.until)
            found = self.by_codes[codes] = view.truth(self.one.when) * 3 + over
        return found


@define(eq=False)
class Followed:
    """One patient, whose rows begin at ``begin``, followed from ``first`` on: the registers, and of each tracker the next row."""

    chunk: Chunk
    begin: int
    first: int
    registers: list[int]
    worked_out: WorkedOut
    at: dict[int, int] = Factory(dict)

    def until(self, follower: Follower, started: int, row: int) -> list[int]:
        """The registers after a row. ``started``: when treatment began."""
        times, always, place = self.chunk.times, follower.one.tracker.from_baseline, follower.one.place
        for at in range(self.at.get(place, self.first), row + 1):
            if always or NONE < started < times[at]:
                if follower.one.lasts and at > self.begin:
                    self._pass_time(follower, at)
                self._move(follower, at)
        self.at[place] = row + 1
        return self.registers

    def _move(self, follower: Follower, row: int) -> None:
        """With the readings of a row."""
        one, registers, time, key = follower.one, self.registers, self.chunk.times[row], self.chunk.keys[row]
        found = follower.truth_at(self.worked_out, key, row, time) if one.counts or one.lasts else 0
        if one.counts:
            measured = any(self.chunk.is_measured(input_, row) for input_ in follower.inputs)
            after = after_count(follower.tree, one, registers[one.first], found, measured)
            registers[one.first] = after >> 1
            if after & 1:
                registers[one.first + 1] = time
        elif one.tracker.kind == "duration":
            lasting(one, registers, found // 3, time)
        elif one.tracker.kind == "since":
            so(one, registers, found, time)
        else:
            code = follower.fields.of[follower.reading].code(key)
            reach(follower.tree, one, registers, code, code != follower.tree.frame.axes.all[follower.reading].c)

    def _pass_time(self, follower: Follower, row: int) -> None:
        """From the row before to this one."""
        one, registers, since, time = follower.one, self.registers, self.chunk.times[row - 1], self.chunk.times[row]
        is_since = one.tracker.kind == "since"
        end = time + 1 if is_since else time
        moments = {moment for moment in self._lapses(follower, row - 1) if since < moment < end}
        if not moments:
            if is_since:
                so(one, registers, follower.truth_at(self.worked_out, self.chunk.keys[row - 1], row - 1, since + 1), time)
            return
        read = self._read(follower, row - 1)
        if is_since:
            for begin, after in pairwise((*sorted({since + 1, *moments}), end)):
                so(one, registers, follower.truth_between(self.worked_out, read, row - 1, begin), after - 1)
        else:
            for moment in sorted(moments):
                lasting(one, registers, follower.truth_between(self.worked_out, read, row - 1, moment) // 3, moment)

    def _lapses(self, follower: Follower, row: int) -> Iterator[int]:
        """When what is asked and was read up to a row ceases to be valid, or is another reading by time alone."""
        for axis in follower.computed:
            yield from self.worked_out.changes(follower.tree.frame.axes.all[axis].a, row)
        for input_, minutes in follower.lapsing:
            at = self.chunk.last_read(input_, self.begin, row)
            if at >= 0:
                yield self.chunk.times[at] + minutes + 1

    def _read(self, follower: Follower, row: int) -> Read:
        found = {}
        for input_ in {follower.fields.of[axis].source[0] for axis in follower.asked}:
            at = self.chunk.last_read(input_, self.begin, row)
            if at >= 0:
                found[input_] = self.chunk.times[at], self.chunk.marks[input_][at]
        return found


def followers(tree: Tree, fields: Fields, numbers: Numbers) -> dict[int, Follower]:
    """The trackers whose conditions are in the keys, each by all of its registers."""
    found = (_follower(tree, fields, numbers, one) for one in tree.frame.moving)
    return {one.one.first + more: one for one in found if one for more in range(how_many(one.one.tracker))}


def _follower(tree: Tree, fields: Fields, numbers: Numbers, one: Tracking) -> Follower | None:
    frame = tree.frame
    asked = tuple(dict.fromkeys(part.axis for guard in one.conditions for part in frames.asked(frame, guard)))
    reading = frame.reading[one.tracker.input, one.tracker.name] if one.tracker.input else -1
    inputs = tuple(part for number in range(len(frame.inputs)) if one.inputs >> number & 1 for part in numbers.parts_of(number))
    computed = tuple(axis for axis in asked if _is_of_number(tree, numbers, axis))
    asked = tuple(axis for axis in asked if axis not in computed)
    if any(axis not in fields.of for axis in (*asked, *((reading,) if one.tracker.input else ()))):
        return None
    if any(frame.fixed[number] for number in {*inputs, *(fields.of[axis].source[0] for axis in asked)}):
        return None
    sources = {fields.of[axis].source for axis in asked}
    lapsing = tuple(sorted(source for source in sources if source[1] < layout.EVER))
    return Follower(tree, one, fields, inputs, asked, lapsing, computed, reading)


def _is_of_number(tree: Tree, numbers: Numbers, axis: int) -> bool:
    one = tree.frame.axes.all[axis]
    return one.kind in (layout.HELD, layout.KNOWN) and one.a in numbers.by_register
