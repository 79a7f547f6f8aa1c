"""Each dose that a patient has had since the last visit, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from protocol.model.protocol import Protocol
from protocol.model.regimen import MASSES, Regimen, regimen
from protocol.model.state import State
from protocol.model.time import DAY

Dose = tuple[str, str, Fraction]
"""The unit, what it is per, and how much."""


def given_since(protocol: Protocol, state: State, now: int) -> Iterator[Dose]:
    """The doses from the last visit on and before ``now``."""
    if state.time is None or not state.dose.is_drug:
        return
    named = {level.name: level.regimen for level in protocol.levels}
    given = named[state.dose.name] if state.dose.kind == "level" else regimen(state.dose.name)
    for first, last in _runs(given, state.changed, now):
        if given.rate:
            minutes = min(last, now) - max(first, state.time)
            if minutes > 0:
                yield given.unit, given.per, given.amount * minutes / given.every
            continue
        due = first
        while due < min(last, now):
            if due >= state.time and given.amount:
                yield given.unit, given.per, given.amount
            due = last if given.is_once else due + given.every


def _runs(given: Regimen, begun: int, now: int) -> Iterator[tuple[int, int]]:
    """From when until when drug is given without a pause: all the time, or on the days of each cycle."""
    if given.days is None:
        yield begun, now
        return
    while begun < now:
        yield begun + (given.days.first - 1) * DAY, begun + given.days.last * DAY
        begun += given.days.of * DAY


def counts_as(protocol: Protocol, unit: str, per: str) -> bool:
    """Whether an amount in this unit can be added to those of the ladder."""
    levels = [level.regimen for level in protocol.levels if level.regimen.amount]
    return all(one.per == per and (one.unit == unit or {one.unit, unit} <= set(MASSES)) for one in levels)
