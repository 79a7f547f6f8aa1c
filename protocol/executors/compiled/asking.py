"""What does an axis answer for a patient at a time?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.trackers import Counts


def answer(axis: Axis, registers: Sequence[int], time: int, counts: Sequence[Counts | None]) -> int:
    """The code of an axis, from the registers of a patient. What was given is in none of them."""
    a = registers[axis.a]
    match axis.kind:
        case layout.READING:
            return registers[axis.b] if time - a <= axis.d else axis.c
        case layout.KNOWN:
            return int(time - a <= axis.d)
        case layout.CLOCK:
            return bisect_right(axis.cuts, time - a)
        case layout.AMOUNT:
            return bisect_right(axis.cuts, a)
        case layout.COUNT:
            known = counts[axis.b]
            assert known is not None
            return known.codes[a]
        case layout.HELD:
            return a
        case layout.AFTER:
            return int(a + axis.b > registers[axis.c])
        case layout.SINCE:
            return 0 if a == layout.NONE else 1 if a == time else 2
        case layout.SHOWN:
            return int(axis.b > a)
        case layout.HAS_STARTED:
            return int(registers[layout.STARTED] != layout.NONE)
        case layout.NEGATIVE:
            return int(time < 0)
        case _:
            return _between(axis, registers, time)


def _between(axis: Axis, registers: Sequence[int], time: int) -> int:
    """The code of two ends: of a duration or a time since, or of a lowest or highest value."""
    a, b = registers[axis.a], registers[axis.b]
    size = len(axis.cuts) + 1
    if axis.kind == layout.RANGE:
        low, high = axis.c if a == layout.NONE else a, axis.d if b == layout.NONE else b
    else:
        low, high = (bisect_right(axis.cuts, axis.c if end == layout.NONE else time - end) for end in (a, b))
    return low * size + high
