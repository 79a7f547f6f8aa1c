"""Was what was ordered at a visit done in time after all, or only too late? That is seen from what was given later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from protocol.executors.compiled.doses import is_it
from protocol.executors.compiled.leaves import Leaf, with_deviation
from protocol.executors.decision_row import Row
from protocol.model.protocol import Protocol


class Seen(NamedTuple):
    """A visit: its time, its leaf, and until when what is ordered there is on time, where a window says so."""

    time: int
    leaf: Leaf
    until: int | None = None


Visits = Sequence[Seen]

_LATE = ("dose above permitted", "dose below permitted", "hold without reason")
"""A hold, or the end of treatment, that comes later does not undo that drug was given until then."""


def rows(protocol: Protocol, visits: Visits, dosing: Collection[int] = ()) -> list[Row]:
    """The rows of a course; ``dosing`` are the times at which nobody was seen and only the dose changed."""
    return [_row(protocol, visits, number, dosing) for number in range(len(visits))]


def _row(protocol: Protocol, visits: Visits, number: int, dosing: Collection[int]) -> Row:
    one = visits[number].leaf
    if not one.is_open:
        return one.row
    if _is_met(protocol, visits, number, dosing):
        return with_deviation(one.row, None)
    return with_deviation(one.row, "change too late") if _is_late(protocol, visits, number) else one.row


def _is_met(protocol: Protocol, visits: Visits, number: int, dosing: Collection[int]) -> bool:
    """Whether what was recommended came into force in time."""
    one, within = visits[number], protocol.act_within
    for other in visits[number + 1 :]:
        in_window = one.until is not None and other.time <= one.until
        too_late = other.time not in dosing if within is None else other.time > one.time + within
        if too_late and not in_window:
            return False
        if other.leaf.given is not None and is_it(protocol, other.leaf.given, one.leaf.effect):
            return True
    return False


def _is_late(protocol: Protocol, visits: Visits, number: int) -> bool:
    """Whether the dose went on although another one was ordered, and that is the next one that was given.

    While a window is open nothing is late: only the visit after it tells.
    """
    one = visits[number].leaf
    if one.moved.spot.dose != one.before or one.effect.dose == one.before:
        return False
    if one.deviation is not None and one.deviation not in _LATE:
        return False
    later = visits[number + 1 :] if one.deviation is not None else visits[number + 1 : number + 2]
    for other in (visit.leaf for visit in later):
        if other.given is None:
            return False
        if other.moved.spot.dose != one.moved.spot.dose or other.moved.spot.control.kind == "stopped":
            return is_it(protocol, other.given, one.effect)
    return False
