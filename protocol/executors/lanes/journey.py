"""How do the patients of a chunk go through their visits? Mostly by what is remembered of those who came there with the same key.

Where a time is asked it is answered from the moments of the patient. Where more is asked, such as a tracker, or nobody has been
there, the patient is taken there as one alone is, which costs as much as it does without a memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import Factory, define, field

from protocol.executors.compiled import layout
from protocol.executors.compiled.asking import answer
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.patients import Patient, patient_of, set_moments_anew
from protocol.executors.compiled.trackers import registers as how_many
from protocol.executors.compiled.tree import BEYOND, Tree
from protocol.executors.compiled.windows import until
from protocol.executors.lanes.chunk import Chunk
from protocol.executors.lanes.fields import GIVEN_MASK, Fields
from protocol.executors.lanes.followed import Followed, Follower
from protocol.executors.lanes.memory import UNKNOWN, Asks, Home, Known, Memory, of_moments
from protocol.executors.lanes.worked_out import Numbers, WorkedOut

_OF_TRACKERS = (layout.COUNT, layout.SPAN, layout.RANGE)
_MOMENTS = [NONE] * layout.ON_DRUG + [0] * 3


@define(eq=False)
class Journeys:
    """All patients of a chunk, one after the other."""

    tree: Tree
    fields: Fields
    memory: Memory
    chunk: Chunk
    followers: dict[int, Follower]
    numbers: Numbers
    moments: list[int] = Factory(list)
    alone: Alone | None = None
    until: dict[int, int | None] = Factory(dict)
    followed: Followed | None = None
    worked_out: WorkedOut | None = None
    found: list[int] = Factory(list)
    counted: int = 0
    anew: int = 0
    learned: bool = False
    measured: range = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.measured = range(layout.FIRST_FREE, layout.FIRST_FREE + len(self.tree.frame.protocol.inputs))

    def of(self, begin: int, end: int) -> list[int] | None:
        """The leaf at each row of one patient; None where only the reference can tell."""
        home, due, stage, self.counted = self.memory.home(0), NONE, dict[int, Known](), 0
        found = self.found = list[int]()
        moments = self.moments = _MOMENTS.copy()
        self.worked_out = None
        self.alone, self.followed, self.anew, mask, keep = None, None, 0, home.mask, found.append
        for key, time in zip(self.chunk.keys[begin:end], self.chunk.times[begin:end], strict=True):
            if time >= due:
                stage, due = home.stage(moments, time)
            leaf, after, writes, more = known = stage.get(key & mask, UNKNOWN)
            if leaf < 0:
                leaf, after, writes, more = self._asked(home, stage, known, key, begin, begin + len(found))
                if self.learned:
                    mask, due, self.learned = home.mask, NONE, False
                    if self.tree.leaf_next[leaf] == BEYOND:
                        return None
            if after is not None:
                if more:
                    self._special(leaf, time, begin, begin + len(found))
                for register in writes:
                    moments[register] = time
                home, mask, due = after, after.mask, NONE
            keep(leaf)
        return found

    def _special(self, leaf: int, time: int, begin: int, row: int) -> None:
        """Until when it is on time, where a window says that, and a course that begins anew."""
        one = self.tree.leaves[leaf]
        assert one is not None
        if one.closings:
            self.until[row] = until(one.closings, self._with_drug(begin, row), time)
        if one.moved.writes & layout.ANEW:
            set_moments_anew(self.moments, time)
            self.followed, self.anew = None, row + 1

    # What a key does not say

    def _asked(self, home: Home, stage: dict[int, Known], known: Known, key: int, begin: int, row: int) -> Known:
        """What is known of a patient at a row where more is asked than moments, or nobody has been."""
        if known is UNKNOWN:
            known = home.get(key & home.mask, UNKNOWN)
            while isinstance(known.more, Asks) and known.more.is_of_moments:
                known = known.more.after.get(answer(known.more.axis, self.moments, self.chunk.times[row], ()), UNKNOWN)
            if known is not UNKNOWN:
                stage[key & home.mask] = known
                self.memory.paths += 1
        while known.leaf < 0 and isinstance(known.more, Asks):
            asks, axis = known.more, known.more.axis
            if asks.is_after and axis.a in self.measured:
                observed = self.chunk.observed(axis.a - layout.FIRST_FREE, begin, row)
                known = asks.after.get(observed + axis.b > self.moments[axis.c], UNKNOWN)
            else:
                known = asks.after.get(self._answer(home, axis, begin, row), UNKNOWN)
        return self._learned(home, key, begin, row) if known is UNKNOWN else known

    def _answer(self, home: Home, axis: Axis, begin: int, row: int) -> int:
        a, kind = axis.a, axis.kind
        if kind == layout.AFTER and (since := self._moment(a, begin, row)) is not None:
            return since + axis.b > self.moments[axis.c]
        if kind in (layout.HELD, layout.KNOWN) and a in self.numbers.by_register:
            return self._worked_out(begin).code(axis, row, self.chunk.times[row])
        if layout.ON_DRUG <= a < layout.PLACE:
            return answer(axis, self._with_drug(begin, row), self.chunk.times[row], ())
        if kind in _OF_TRACKERS and a in self.followers:
            return answer(axis, self._followed(a, begin, row), self.chunk.times[row], self.tree.counts)
        if of_moments(axis):
            return answer(axis, self.moments, self.chunk.times[row], ())
        return answer(axis, self._registers(home, begin, row), self.chunk.times[row], self.tree.counts)

    def _moment(self, register: int, begin: int, row: int) -> int | None:
        """What a register holds that has a moment; None where only somebody who goes alone can tell."""
        if register < layout.ON_DRUG:
            return self.moments[register]
        if register in self.numbers.by_register:
            return self._worked_out(begin).register(register, row, self.chunk.times[row])
        if register in self.measured:
            return self.chunk.observed(register - layout.FIRST_FREE, begin, row)
        return self._followed(register, begin, row)[register] if register in self.followers else None

    def _with_drug(self, begin: int, row: int) -> list[int]:
        """The moments, with the minutes with drug in force until a row, and until the last step and hold."""
        tree, times, moments = self.tree, self.chunk.times, self.moments
        for at in range(max(self.counted, begin), row):
            leaf = self.found[at - begin]
            writes = tree.leaf_writes[leaf]
            if writes & layout.ANEW:
                moments[layout.ON_DRUG : layout.PLACE] = [0] * 3
            else:
                if writes & layout.SETS_HOLD:
                    moments[layout.HELD_ON_DRUG] = moments[layout.ON_DRUG]
                if writes & layout.SETS_STEPPED:
                    moments[layout.STEPPED_ON_DRUG] = moments[layout.ON_DRUG]
            if tree.place_drug[tree.leaf_next[leaf]]:
                moments[layout.ON_DRUG] += times[at + 1] - times[at]
        self.counted = row
        return moments

    def _followed(self, register: int, begin: int, row: int) -> list[int]:
        """Registers of which those of the tracker count to which one belongs."""
        if self.followed is None:
            registers = self.tree.frame.first_registers()
            self.followed = Followed(self.chunk, begin, self.anew or begin, registers, self._worked_out(begin))
        return self.followed.until(self.followers[register], self.moments[layout.STARTED], row)

    def _worked_out(self, begin: int) -> WorkedOut:
        if self.worked_out is None:
            self.worked_out = WorkedOut(self.numbers, self.chunk, begin)
        return self.worked_out

    def refused(self, begin: int, end: int) -> Sequence[int]:
        """How many readings are refused at each row of the patient who was the last one."""
        if not self.numbers.all:
            return self.chunk.refused[begin:end]
        worked_out = self._worked_out(begin)
        return [self.chunk.refused[row] + worked_out.refused(row) for row in range(begin, end)]

    def _registers(self, home: Home, begin: int, row: int) -> list[int]:
        """All registers of the patient, who has arrived at a row."""
        frame = self.tree.frame
        if not all(one.first in self.followers for one in frame.moving):
            if self.alone is None:
                self.alone = Alone(patient_of(self.tree), self.chunk, begin)
            return self.alone.arrived(row)
        time, registers = self.chunk.times[row], frame.first_registers()
        registers[: layout.PLACE] = self._with_drug(begin, row)
        registers[layout.TIME], registers[layout.PLACE] = time, home.place
        self.chunk.put(registers, begin, row)
        for register in self.numbers.by_register:
            registers[register] = self._worked_out(begin).register(register, row, time)
        for one in frame.moving:
            end = one.first + how_many(one.tracker)
            registers[one.first : end] = self._followed(one.first, begin, row)[one.first : end]
        return registers

    def _learned(self, home: Home, key: int, begin: int, row: int) -> Known:
        self.learned = True
        leaf, asked = self._walked(home, key, begin, row)
        if leaf < 0:
            self.tree.grow(self._registers(home, begin, row), self.chunk.times[row], self.chunk.given[row])
            leaf, asked = self._walked(home, key, begin, row)
        if self.tree.leaf_next[leaf] == BEYOND:
            return Known(leaf)
        return self.memory.keep(home, key & home.mask, asked, leaf)

    def _walked(self, home: Home, key: int, begin: int, row: int) -> tuple[int, list[tuple[int, int]]]:
        """The leaf, -1 if it was not grown, and the answers that are in no key, in the order in which they were asked."""
        tree, entry, asked = self.tree, self.tree.root[home.place], list[tuple[int, int]]()
        while entry >= 0:
            number = tree.node_axis[entry]
            one, axis = self.fields.of.get(number), tree.frame.axes.all[number]
            if one is not None:
                home.ask(number, one.mask)
                code = one.code(key)
            elif axis.kind == layout.GIVEN:
                home.ask(number, GIVEN_MASK)
                code = key & GIVEN_MASK
            else:
                if of_moments(axis):
                    home.ask_moments(number, axis)
                code = self._answer(home, axis, begin, row)
                asked.append((number, code))
            there = code < tree.node_size[entry]
            entry = tree.child[tree.node_base[entry] + code] if there else layout.NOT_GROWN
        return (-1 if entry == layout.NOT_GROWN else layout.leaf(entry)), asked


@define(eq=False)
class Alone:
    """One patient on the way from row to row, who is taken further where more is asked than a key says."""

    patient: Patient
    chunk: Chunk
    at: int
    has_arrived: bool = False

    def arrived(self, row: int) -> list[int]:
        """The registers at a row, before anything is decided there."""
        while self.at < row or not self.has_arrived:
            one = self.chunk.row(self.at)
            if self.has_arrived:
                self.patient.leave(one)
                self.at += 1
            else:
                self.patient.arrive(one)
            self.has_arrived = not self.has_arrived
        return self.patient.registers
