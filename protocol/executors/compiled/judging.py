"""Was what was ordered at a visit done in time after all, or only too late? That is seen from what was given later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from protocol.executors.compiled.doses import is_it
from protocol.executors.compiled.leaves import Leaf, with_deviation
from protocol.executors.decision_row import Row
from protocol.model.protocol import Protocol


class Visits(NamedTuple):
    """The visits of a course: their times and leaves, until when what is ordered there is on time where a window says so, and the
    times at which nobody was seen and only the dose changed."""

    times: Sequence[int]
    leaves: Sequence[Leaf]
    until: Sequence[int | None]
    dosing: Collection[int] = ()


_LATE = ("dose above permitted", "dose below permitted", "hold without reason")
"""A hold, or the end of treatment, that comes later does not undo that drug was given until then."""


def rows(protocol: Protocol, visits: Visits) -> list[Row]:
    """The rows of a course."""
    return [row(protocol, visits, number) if leaf.is_open else leaf.row for number, leaf in enumerate(visits.leaves)]


def row(protocol: Protocol, visits: Visits, number: int) -> Row:
    """The row of a visit of which it is still open whether what was ordered there was done in time."""
    one = visits.leaves[number]
    if _is_met(protocol, visits, number):
        return with_deviation(one.row, None)
    return with_deviation(one.row, "change too late") if _is_late(protocol, visits, number) else one.row


def _is_met(protocol: Protocol, visits: Visits, number: int) -> bool:
    """Whether what was recommended came into force in time."""
    time, within, until = visits.times[number], protocol.act_within, visits.until[number]
    for at in range(number + 1, len(visits.times)):
        other = visits.times[at]
        in_window = until is not None and other <= until
        too_late = other not in visits.dosing if within is None else other > time + within
        if too_late and not in_window:
            return False
        given = visits.leaves[at].given
        if given is not None and is_it(protocol, given, visits.leaves[number].effect):
            return True
    return False


def _is_late(protocol: Protocol, visits: Visits, number: int) -> bool:
    """Whether the dose went on although another one was ordered, and that is the next one that was given.

    While a window is open nothing is late: only the visit after it tells.
    """
    one = visits.leaves[number]
    if not can_be_late(one):
        return False
    last = len(visits.leaves) if one.deviation is not None else number + 2
    later = (undoes(protocol, one, other) for other in visits.leaves[number + 1 : last])
    return next((undone for undone in later if undone is not None), False)


def can_be_late(one: Leaf) -> bool:
    """Whether the dose went on although another one was ordered."""
    if one.moved.spot.dose != one.before or one.effect.dose == one.before:
        return False
    return one.deviation is None or one.deviation in _LATE


def undoes(protocol: Protocol, one: Leaf, other: Leaf) -> bool | None:
    """Whether what came into force later is what was ordered; None where the dose still goes on."""
    if other.given is None:
        return False
    if other.moved.spot.dose != one.moved.spot.dose or other.moved.spot.control.kind == "stopped":
        return is_it(protocol, other.given, one.effect)
    return None
