"""What is a number that is computed from readings, at a row or between two? It is worked out when somebody asks.

What comes of the same values is remembered with the number, for all patients and however they are replayed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from attrs import Factory, define, frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.computed import Computed
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.numbers import Found, OfNumber
from protocol.executors.lanes.chunk import Chunk
from protocol.model.course import Visit
from protocol.model.formula import Baseline, Earlier, Part
from protocol.model.state import Held, Interval, State
from protocol.semantics.readings import read_one


def can_be_worked_out(frame: Frame, one: Computed) -> bool:
    """Whether something is computed from readings that are in the table, and from nothing else."""
    if not isinstance(one, OfNumber) or any(isinstance(part, Baseline) for part in one.parts):
        return False
    items = [frame.inputs[frame.numbers[part.input]] for part in one.parts if part.input in frame.numbers]
    measured = {item.name for item in frame.protocol.inputs if not item.fixed}
    return len(items) == len(one.parts) and measured.issuperset(item.name for item in items)


@frozen(eq=False)
class Numbers:
    """The numbers of a protocol, by the registers that are asked of them."""

    frame: Frame
    all: tuple[OfNumber, ...]
    by_register: dict[int, tuple[OfNumber, int]]
    """Of the register of a term the number and the place of the code; of the time at which it is known -1; of its date -2."""
    values: dict[str, dict[object, Interval | str]] = Factory(dict)

    def parts_of(self, input_: int) -> tuple[int, ...]:
        """The inputs that are measured when one is: of a number those it is computed from."""
        for one in self.all:
            if one.place == input_:
                return tuple(self.frame.numbers[name] for name in sorted(one.measured))
        return (input_,)


_VALID, _DATE = -1, -2
_NOTHING = frozenset[str]()
_MOST = 20_000


def numbers(frame: Frame) -> Numbers:
    """The numbers of a protocol all of which can be worked out."""
    every = tuple(one for one in frame.computed if isinstance(one, OfNumber))
    by_register: dict[int, tuple[OfNumber, int]] = {}
    for one in every:
        by_register |= {one.valid: (one, _VALID), one.date: (one, _DATE)}
        by_register |= {register: (one, place) for place, (_, register) in enumerate(one.terms)}
    return Numbers(frame, every, by_register)


@define(eq=False)
class WorkedOut:
    """The numbers of one patient, whose rows begin at one."""

    numbers: Numbers
    chunk: Chunk
    begin: int
    known: dict[tuple[int, int, int], Found] = Factory(dict)
    held: dict[tuple[str, int], Held] = Factory(dict)

    def at(self, one: OfNumber, row: int, time: int) -> Found:
        """A number at a time, with what was read up to a row."""
        key = one.place, row, time
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._worked_out(one, row, time)
        return found

    def register(self, register: int, row: int, time: int) -> int:
        """What a register of a number holds then."""
        one, place = self.numbers.by_register[register]
        found = self.at(one, row, time)
        if place >= 0:
            return found.codes[place]
        if place == _VALID:
            return time if found.is_known else NONE
        held, _, stand_in = self._parts(one, row, time)
        date = one.date_of(found, held, stand_in, time)
        return NONE if date is None else date

    def code(self, axis: Axis, row: int, time: int) -> int:
        """The answer of an axis of a number."""
        value = self.register(axis.a, row, time)
        return value if axis.kind == layout.HELD else int(time - value <= axis.d)

    def changes(self, register: int, row: int) -> Iterator[int]:
        """The minutes after a row at which a number may be another one by time alone."""
        one, _ = self.numbers.by_register[register]
        frame, times = self.numbers.frame, self.chunk.times
        for part in one.parts:
            input_ = frame.numbers[part.input]
            if isinstance(part, Earlier):
                before, after = one.number.window or (0, 0)
                oldest = bisect_left(times, times[row] - part.ago - before, self.begin, row)
                observed = [times[at] for at in range(oldest, row + 1) if self.chunk.is_measured(input_, at)]
                for moment in observed:
                    yield moment + part.ago - after
                    yield moment + part.ago + before + 1
                yield from (part.ago + (first + second) // 2 + 1 for first, second in pairwise(observed))
            elif (valid_for := frame.inputs[input_].valid_for) is not None:
                at = self.chunk.last_read(input_, self.begin, row)
                yield from [times[at] + valid_for + 1] if at >= 0 else ()

    def refused(self, row: int) -> int:
        """How many numbers cannot be at a row at which one of their parts was measured."""
        time, found = self.chunk.times[row], 0
        for one in self.numbers.all:
            if any(self.chunk.is_measured(self.numbers.frame.numbers[name], row) for name in one.measured):
                found += self.at(one, row, time).is_refused
        return found

    def _worked_out(self, one: OfNumber, row: int, time: int) -> Found:
        held, refused, stand_in = self._parts(one, row, time)
        known = one.known.get(one.key(held, stand_in))
        return known[0] if known else self._computed(one, held, refused, stand_in, time)

    def _parts(self, one: OfNumber, row: int, time: int) -> tuple[list[Held | None], tuple[Held, ...], frozenset[str]]:
        """The readings of its parts, what was refused last, and the inputs for which something stands in if they are missing."""
        held = [self._held(one, part, row, time) for part in one.parts]
        if not one.number.defaults:
            return held, (), _NOTHING
        refused = tuple(Held(name, None, time, "") for name, _ in one.number.defaults if self._was_refused(name, row))
        return held, refused, frozenset(name for name, _ in one.number.defaults) - {reading.input for reading in refused}

    def _computed(
        self, one: OfNumber, held: list[Held | None], refused: tuple[Held, ...], stand_in: frozenset[str], time: int
    ) -> Found:
        """What comes of values that were not met together before."""
        parts = [(part, reading) for part, reading in zip(one.parts, held, strict=True) if reading is not None]
        state = State(
            readings=tuple(reading for part, reading in parts if not isinstance(part, Earlier)),
            history=tuple(reading for part, reading in parts if isinstance(part, Earlier)),
            refused_last=refused,
        )
        return one.found(self.numbers.frame.prepared, state, held, stand_in, time)

    def _held(self, one: OfNumber, part: Part, row: int, time: int) -> Held | None:
        """The reading of a part; of several earlier ones the nearest to the time that is named, of two as near the older one."""
        frame, times = self.numbers.frame, self.chunk.times
        input_ = frame.numbers[part.input]
        if not isinstance(part, Earlier):
            at, valid_for = self.chunk.last_read(input_, self.begin, row), frame.inputs[input_].valid_for
            is_young = at >= 0 and (valid_for is None or time - times[at] <= valid_for)
            return self._reading(part.input, at) if is_young else None
        before, after = one.number.window or (0, 0)
        named, best = time - part.ago, -1
        for at in range(row, self.begin - 1, -1):
            if times[at] < named - before:
                break
            if times[at] <= named + after and self.chunk.is_measured(input_, at):
                best = at if best < 0 or abs(times[at] - named) <= abs(times[best] - named) else best
        return self._reading(part.input, best) if best >= 0 else None

    def _reading(self, name: str, row: int) -> Held:
        """The value that was read at a row, observed then."""
        found = self.held.get((name, row))
        if found is None:
            found = self.held[name, row] = Held(name, self._value(name, row), self.chunk.times[row], "")
        return found

    def _value(self, name: str, row: int) -> Interval | str | None:
        """The value that was read at a row; the same object for what is reported alike."""
        known = self.numbers.values.setdefault(name, {})
        key = self.chunk.reported(name, row)
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            frame, said = self.numbers.frame, self.chunk.observation(name, row)
            read = read_one(frame.inputs[frame.numbers[name]], said, Visit(0)) if said else None
            assert read is not None and read.value is not None
            found = known[key] = read.value
        return found

    def _was_refused(self, name: str, row: int) -> bool:
        return self.chunk.was_refused(self.numbers.frame.numbers[name], self.begin, row)
