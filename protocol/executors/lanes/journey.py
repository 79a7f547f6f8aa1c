"""How do the patients of a chunk go through their visits? Mostly by what is remembered of those who came there with the same key.

Where a time is asked it is answered from the moments of the patient. Where more is asked, such as a tracker, or nobody has been
there, the patient is taken there as one alone is, which costs as much as it does without a memory.
"""

from __future__ import annotations

from bisect import bisect_right

from attrs import Factory, define

from protocol.executors.compiled import layout
from protocol.executors.compiled.asking import answer
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.patients import Patient, patient_of, set_moments, set_moments_anew
from protocol.executors.compiled.tree import BEYOND, Tree
from protocol.executors.compiled.windows import Closing, until
from protocol.executors.lanes.chunk import Chunk
from protocol.executors.lanes.fields import GIVEN_MASK, Fields
from protocol.executors.lanes.memory import UNKNOWN, WINDOW, Home, Known, Memory

_MOMENTS = [NONE] * layout.ON_DRUG
_OF_MOMENTS = (layout.AFTER, layout.SINCE, layout.HAS_STARTED)


@define(eq=False)
class Journeys:
    """All patients of a chunk, one after the other."""

    tree: Tree
    fields: Fields
    memory: Memory
    chunk: Chunk
    moments: list[int] = Factory(list)
    alone: Alone | None = None
    until: dict[int, int | None] = Factory(dict)

    def of(self, begin: int, end: int) -> list[int] | None:
        """The leaf at each row of one patient; None where only the reference can tell."""
        home, found = self.memory.home(0), list[int]()
        self.moments, self.alone, self.until, keep = _MOMENTS.copy(), None, {}, found.append
        for key, time in zip(self.chunk.keys[begin:end], self.chunk.times[begin:end], strict=True):
            known = home.get(key & home.mask, UNKNOWN)
            leaf, writes, after, _ = known
            if leaf < 0:
                leaf, writes, after, _ = self._asked(home, known, key, begin, begin + len(found))
                if self.tree.leaf_next[leaf] == BEYOND:
                    return None
            if writes:
                self._write(leaf, writes, time, begin, begin + len(found))
            keep(leaf)
            home = after
        return found

    def _write(self, leaf: int, writes: int, time: int, begin: int, row: int) -> None:
        if writes & WINDOW:
            one = self.tree.leaves[leaf]
            assert one is not None
            registers = self._registers(begin, row) if _minutes_on_drug(one.closings) else self.moments
            self.until[row] = until(one.closings, registers, time)
        if writes & layout.ANEW:
            set_moments_anew(self.moments, time)
        else:
            set_moments(self.moments, writes, time)

    # What a key does not say

    def _asked(self, home: Home, known: Known, key: int, begin: int, row: int) -> Known:
        """What is known of a patient at a row where times are asked, or nobody has been."""
        while known.leaf < 0 and known.asks is not None:
            code = self._answer(known.asks.axis, begin, row)
            known = known.asks.after.get(code, UNKNOWN)
        return known if known.leaf >= 0 else self._learned(home, key, begin, row)

    def _answer(self, axis: Axis, begin: int, row: int) -> int:
        moments, time, a = self.moments, self.chunk.times[row], axis.a
        if a < layout.ON_DRUG:
            if axis.kind == layout.CLOCK:
                return bisect_right(axis.cuts, time - moments[a])
            if axis.kind in _OF_MOMENTS:
                return answer(axis, moments, time, ())
        elif axis.kind == layout.AFTER and a < layout.FIRST_FREE + len(self.tree.frame.inputs):
            observed = self.chunk.observed(a - layout.FIRST_FREE, begin, row)
            return int(observed + axis.b > moments[axis.c])
        return answer(axis, self._registers(begin, row), time, self.tree.counts)

    def _registers(self, begin: int, row: int) -> list[int]:
        """All registers of the patient, who has arrived at a row."""
        if self.alone is None:
            self.alone = Alone(patient_of(self.tree), self.chunk, begin)
        return self.alone.arrived(row)

    def _learned(self, home: Home, key: int, begin: int, row: int) -> Known:
        leaf, asked = self._walked(home, key, begin, row)
        if leaf < 0:
            self.tree.grow(self._registers(begin, row), self.chunk.times[row], self.chunk.given[row])
            leaf, asked = self._walked(home, key, begin, row)
        if self.tree.leaf_next[leaf] == BEYOND:
            return Known(leaf, 0, home)
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
                code = self._answer(axis, begin, row)
                asked.append((number, code))
            there = code < tree.node_size[entry]
            entry = tree.child[tree.node_base[entry] + code] if there else layout.NOT_GROWN
        return (-1 if entry == layout.NOT_GROWN else layout.leaf(entry)), asked


def _minutes_on_drug(closings: tuple[Closing, ...]) -> bool:
    return any(register == layout.ON_DRUG for register, _ in closings)


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
