"""Which codes of a reading does nothing tell apart that is asked in a place, so that what follows from one follows from all?

Where only ``alt > 5 x ULN`` is asked, it is all one whether it was once or four times the limit, and whether it is not known or
its limit is not. A value that was read as a bound, and so may lie in several cells, stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from protocol.executors.compiled import layout
from protocol.executors.compiled.frame import Frame, asked
from protocol.executors.compiled.guards import Asks, Node

Same = dict[int, dict[int, tuple[int, ...]]]
"""Of each axis the codes that are the same as a code, itself too; of a code that stands alone nothing."""


def told_apart(frame: Frame, guards: Iterable[Node]) -> Same:
    """The codes that no comparison in these guards tells apart."""
    found: dict[int, set[int]] = {}
    for guard in guards:
        for one in asked(frame, guard):
            if isinstance(one, Asks):
                found.setdefault(one.axis, set()).add(one.true)
    return {axis: _alike(frame, axis, trues) for axis, trues in found.items() if _is_reading(frame, axis)}


def _is_reading(frame: Frame, axis: int) -> bool:
    return frame.axes.all[axis].kind == layout.READING


def _alike(frame: Frame, axis: int, trues: set[int]) -> dict[int, tuple[int, ...]]:
    """By code those that are the same: of the codes of single cells, and of what is not known, or not its limit."""
    masks, unknown = frame.axes.masks[axis], frame.axes.all[axis].c
    groups: dict[tuple[bool, ...], list[int]] = {}
    for code in range(unknown):
        groups.setdefault(tuple(bool(masks[code] & true) for true in sorted(trues)), []).append(code)
    every = [*groups.values(), [unknown, unknown + 1]]
    return {code: tuple(group) for group in every if len(group) > 1 for code in group}
