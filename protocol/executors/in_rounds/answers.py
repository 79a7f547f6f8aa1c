"""What does an axis answer for many patients at once?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.layout import NONE

Array = Any
Asked = Callable[[int], Array]
"""What a register holds, of each patient."""


def answer(axis: Axis, register: Asked, time: Array, counts: Array) -> Array:
    """The codes of an axis that is asked of the registers. ``counts``: the codes of the sets of each tracker that counts."""
    match axis.kind:
        case layout.READING:
            return np.where(time - register(axis.a) <= axis.d, register(axis.b), axis.c)
        case layout.KNOWN:
            return time - register(axis.a) <= axis.d
        case layout.CLOCK:
            return passed(axis.cuts, time - register(axis.a))
        case layout.AMOUNT:
            return passed(axis.cuts, register(axis.a))
        case layout.COUNT:
            return counts[axis.b].take(register(axis.a), mode="clip")
        case layout.AFTER:
            return register(axis.a) + axis.b > register(axis.c)
        case layout.SINCE:
            begun = register(axis.a)
            was = begun != NONE
            return was.view(np.int8) + (was & (begun != time)).view(np.int8)
        case layout.SHOWN:
            return axis.b > register(axis.a)
        case layout.HAS_STARTED:
            return register(layout.STARTED) != NONE
        case layout.NEGATIVE:
            return time < 0
        case layout.SPAN | layout.RANGE:
            return _between(axis, register, time)
        case _:
            raise ValueError(f"{axis} is not asked of the registers")


def passed(cuts: Sequence[int], minutes: Array) -> Array:
    """How many of these cuts are not after so many minutes."""
    found = np.zeros(minutes.shape, np.int8 if len(cuts) < 127 else np.int16)
    for cut in cuts:
        np.add(found, (minutes >= cut).view(np.int8), out=found)
    return found


def _between(axis: Axis, register: Asked, time: Array) -> Array:
    """The code of two ends: of a duration or a time since, or of a lowest or highest value."""
    one, other = register(axis.a), register(axis.b)
    if axis.kind == layout.RANGE:
        low, high = np.where(one == NONE, axis.c, one), np.where(other == NONE, axis.d, other)
    else:
        low, high = (passed(axis.cuts, np.where(end == NONE, axis.c, time - end)) for end in (one, other))
    return low.astype(np.int64) * (len(axis.cuts) + 1) + high
