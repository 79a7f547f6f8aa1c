"""The loops over rows, compiled to machine code when they are first used, and kept for the next time.

Every function works on plain arrays. ``keys`` hold, for each row, the codes of all axes that need nothing but readings, side by
side in its bits. What depends on the decisions before is asked of ``registers``, which belong to one patient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from protocol.executors.compiled import layout
from protocol.executors.compiled.layout import NONE

DONE, DECISION, TRACKER = range(3)
"""Why a walk stops: at the end, or because a decision, or what a tracker asks, was not grown yet."""

Loop = TypeVar("Loop", bound=Callable[..., Any])


_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""No array is made in any of these functions, so that none has to be counted, which would take longer than all the rest."""


def compiled(loop: Loop) -> Loop:
    """A function as machine code, which is kept beside the file. What it is made of is looked for in its own file only: where
    another one of these files is changed by hand, what is kept has to be thrown away."""
    try:
        return cast(Loop, numba.njit(cache=True, **_OPTIONS)(loop))
    except RuntimeError:  # nowhere on this machine can anything be kept
        return cast(Loop, numba.njit(**_OPTIONS)(loop))


def short(loop: Loop) -> Loop:
    """A part of such functions, which is put into each."""
    return cast(Loop, numba.njit(inline="always", **_OPTIONS)(loop))


READING, KNOWN, CLOCK, AMOUNT, COUNT, SPAN, RANGE, AFTER, SINCE, SHOWN, HAS_STARTED, NEGATIVE, _, GIVEN = range(14)
TIME, STARTED, PLACE = layout.TIME, layout.STARTED, layout.PLACE
ON_DRUG, STEPPED_ON_DRUG, HELD_ON_DRUG = layout.ON_DRUG, layout.STEPPED_ON_DRUG, layout.HELD_ON_DRUG
SETS_HOLD, SETS_STEPPED, ANEW = layout.SETS_HOLD, layout.SETS_STEPPED, layout.ANEW
NOT_GROWN = layout.NOT_GROWN
UNASKED = 1 << 30
"""The code of an axis that no key has: no tree has grown so far."""


KIND, A, B, C, D, BEGIN, END, LANE = range(8)
"""The columns of the table of axes: what ``Axis`` has, where its cuts stand, and its place in the key of a row, or -1."""

T_KIND, T_FIRST, T_ROOT, T_ALWAYS, T_MEASURED, T_PHASE, T_AXIS, T_LAPSES, T_UNKNOWN = range(9)
"""The columns of the table of trackers. Kinds: 0 a count, 1 a duration, 2 a time since, 3 a lowest, 4 a highest value."""

N_AXIS, N_BASE, N_SIZE = range(3)
"""The columns of the table of nodes."""
P_ONE, P_TWO, P_NUMBER, P_STAGE = range(4)
"""The columns of the table of places: the bits of what is asked there in two words, the number by which it is remembered, and its
stage."""


@short
def passed(cuts: Any, begin: int, end: int, minutes: int) -> Any:
    """How many of these cuts are not after so many minutes."""
    found = 0
    for number in range(begin, end):
        found += cuts[number] <= minutes
    return found


@short
def answer(axes: Any, cuts: Any, codes: Any, axis: int, registers: Any, time: int, given: int) -> Any:
    """The code of an axis that is asked of the registers."""
    kind = axes[axis, KIND]
    a, b = axes[axis, A], axes[axis, B]
    if kind == GIVEN:
        return given
    if kind == AFTER:
        return np.int64(registers[a] + b > registers[axes[axis, C]])
    if kind == CLOCK:
        return passed(cuts, axes[axis, BEGIN], axes[axis, END], time - registers[a])
    if kind == READING:
        return registers[b] if time - registers[a] <= axes[axis, D] else axes[axis, C]
    if kind == KNOWN:
        return np.int64(time - registers[a] <= axes[axis, D])
    if kind == COUNT:
        return codes[b, registers[a]]
    if kind == AMOUNT:
        return passed(cuts, axes[axis, BEGIN], axes[axis, END], registers[a])
    if kind == HAS_STARTED:
        return np.int64(registers[STARTED] != NONE)
    if kind == NEGATIVE:
        return np.int64(time < 0)
    if kind == SINCE:
        return 0 if registers[a] == NONE else 1 if registers[a] == time else 2
    if kind == SHOWN:
        return np.int64(b > registers[a])
    return between(axes, cuts, axis, registers, time)


@compiled
def between(axes: Any, cuts: Any, axis: int, registers: Any, time: int) -> Any:
    """The code of two ends: of a duration or a time since, or of a lowest or highest value."""
    one, other = registers[axes[axis, A]], registers[axes[axis, B]]
    begin, end = axes[axis, BEGIN], axes[axis, END]
    if axes[axis, KIND] == RANGE:
        low = axes[axis, C] if one == NONE else one
        high = axes[axis, D] if other == NONE else other
    else:
        never = axes[axis, C]
        low = passed(cuts, begin, end, never if one == NONE else time - one)
        high = passed(cuts, begin, end, never if other == NONE else time - other)
    return low * (end - begin + 1) + high


@compiled
def answer_apart(axes: Any, cuts: Any, codes: Any, axis: int, registers: Any, time: int, given: int) -> Any:
    """The same where it is seldom asked."""
    return answer(axes, cuts, codes, axis, registers, time, given)


@compiled
def walked(node: Any, child: Any, axes: Any, cuts: Any, codes: Any, entry: int, registers: Any, time: int) -> Any:
    """The end of a path that asks the registers only, of a time between visits: the answers of a tracker."""
    while entry >= 0:
        code = answer(axes, cuts, codes, node[entry, N_AXIS], registers, time, 0)
        entry = child[node[entry, N_BASE] + code] if code < node[entry, N_SIZE] else NOT_GROWN
    return entry


@compiled
def decided(
    node: Any, child: Any, axes: Any, cuts: Any, codes: Any, keys: Any, entry: int, row: int, registers: Any, time: int,
    given: int,
) -> Any:  # fmt: skip
    """The end of the path of a visit."""
    while entry >= 0:
        axis = node[entry, N_AXIS]
        if axes[axis, KIND] <= KNOWN:
            code = code_of_key(keys, row, axes[axis, LANE])
        else:
            code = answer_apart(axes, cuts, codes, axis, registers, time, given)
        entry = child[node[entry, N_BASE] + code] if code < node[entry, N_SIZE] else NOT_GROWN
    return entry


@short
def code_of_key(keys: Any, row: int, lane: int) -> Any:
    """The code of an axis that is in the key of a row; ``lane`` says in which word, from which bit on, and in how many."""
    found: Any = UNASKED
    if lane >= 0:
        bits = keys[row, lane >> 16] >> np.uint64(lane >> 8 & 0xFF)
        found = np.int64(bits & ((np.uint64(1) << np.uint64(lane & 0xFF)) - np.uint64(1)))
    return found
