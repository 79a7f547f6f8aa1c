"""The minutes at which time alone changes what a guard asks: clocks that come due and readings that stop being valid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocol.model.guard import Clock, CumulativeDose, Guard, Tracked
from protocol.model.state import Lasting, Since, State
from protocol.semantics import clocks
from protocol.semantics.observing import expiries
from protocol.semantics.prepared import Prepared
from protocol.semantics.taken import taken_moments
from protocol.semantics.trackers import memory_of

FAR = 10**9
"""Minutes; further than any course reaches, so that every reading that can stop being valid is found."""


def moments(prepared: Prepared, state: State, after: int, until: int, guards: Iterable[Guard] = ()) -> list[int]:
    """Every minute in between (both ends left out) at which something that a rule asks, or one of the guards, can change."""
    asked = (*guards, *(rule.when for rule in prepared.rules))
    found = {moment for moment in (*_clock_moments(prepared, state), *_readings_lapse(prepared, state, asked))}
    # What is missing counts as newer than what was acted on from the minute after it on.
    found |= {begun + 1 for begun in (state.stepped, state.hold_began) if begun is not None}
    return sorted(moment for moment in found if after < moment < until)


def _clock_moments(prepared: Prepared, state: State) -> Iterator[int]:
    for term, constants in prepared.constants.items():
        match term:
            case Clock("treatment"):
                origins = [(state.time or 0) - state.on_drug] if state.dose.is_drug else []
            case Clock(name):
                begun = clocks.origin(state, name)
                origins = [] if begun is None else [begun]
            case Tracked(name):
                origins = list(_tracked_since(prepared, state, name))
            case CumulativeDose():
                yield from taken_moments(prepared, state, term, state.time or 0)
                continue
            case _:
                continue
        for begun in origins:
            for constant in constants:
                # Both sides of the threshold: ``>=`` comes due at it, ``>`` one minute later.
                yield begun + int(constant)
                yield begun + int(constant) + 1


def _tracked_since(prepared: Prepared, state: State, name: str) -> Iterator[int]:
    """The moments from which a tracker counts time, also those to come: when what is so now may cease to be, or the contrary."""
    memory, tracker = memory_of(prepared, state, name), next(one for one in prepared.trackers if one.name == name)
    if isinstance(memory, Lasting | Since):
        yield from (begun for begun in (memory.definite, memory.possible) if begun is not None)
    guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
    lapses = [moment for guard in guards for moment in expiries(prepared, state, guard, FAR)]
    if isinstance(memory, Lasting):
        yield from lapses
    if isinstance(memory, Since):
        yield from (moment - 1 for moment in lapses)


def _readings_lapse(prepared: Prepared, state: State, asked: Iterable[Guard]) -> Iterator[int]:
    closing = (tracker.until for tracker in prepared.trackers if tracker.kind == "since" and tracker.until is not None)
    for guard in (*asked, *(tracker.when for tracker in prepared.trackers), *closing):
        yield from expiries(prepared, state, guard, FAR)
