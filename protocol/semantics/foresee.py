"""When time alone would change the decision: clocks that come due and readings that stop being valid."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.course import Visit
from protocol.model.decision import Decision, Step
from protocol.model.guard import Clock, CumulativeDose, Tracked
from protocol.model.protocol import Protocol
from protocol.model.state import Lasting, Since, State
from protocol.semantics import clocks
from protocol.semantics.observing import expiries
from protocol.semantics.prepared import Prepared, prepare
from protocol.semantics.step import look, step
from protocol.semantics.taken import taken_moments
from protocol.semantics.trackers import memory_of

FAR = 10**9
"""Minutes; further than any course reaches, so that every reading that can stop being valid is found."""


def next_change(protocol: Protocol, state: State) -> tuple[int, Decision] | None:
    """The first time after the state's at which the decision would differ from what it is now if nothing more were observed.

    None if it never would. Times are minutes since the first dose.
    """
    if state.time is None:
        return None
    now = look(protocol, state, state.time)
    for time in moments(prepare(protocol), state, state.time, FAR):
        later = look(protocol, state, time)
        if (later.status, later.after, later.rule, later.conflict) != (now.status, now.after, now.rule, now.conflict):
            return time, later
    return None


def acted(protocol: Protocol, state: State, until: int) -> tuple[Step, ...]:
    """The steps that a protocol which acts between visits takes by itself from a state on, before the time ``until``.

    Empty for a protocol that waits for the next visit.
    """
    taken: list[Step] = []
    change = next_change(protocol, state) if protocol.between_visits == "act" else None
    while change is not None and change[0] < until:
        taken.append(step(protocol, state, Visit(change[0])))
        state = taken[-1].state
        change = next_change(protocol, state)
    return tuple(taken)


def moments(prepared: Prepared, state: State, after: int, until: int) -> list[int]:
    """Every minute in between (both ends left out) at which something that a guard asks can change by time alone."""
    found = {moment for moment in (*_clock_moments(prepared, state), *_readings_lapse(prepared, state))}
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
    """The moments from which a tracker counts time; that includes those at which what is so now may cease to be."""
    memory, tracker = memory_of(prepared, state, name), next(one for one in prepared.trackers if one.name == name)
    if isinstance(memory, Lasting | Since):
        yield from (begun for begun in (memory.definite, memory.possible) if begun is not None)
    if isinstance(memory, Since):
        guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
        yield from (moment - 1 for guard in guards for moment in expiries(prepared, state, guard, FAR))


def _readings_lapse(prepared: Prepared, state: State) -> Iterator[int]:
    closing = (tracker.until for tracker in prepared.trackers if tracker.kind == "since" and tracker.until is not None)
    guards = (*(rule.when for rule in prepared.rules), *(tracker.when for tracker in prepared.trackers), *closing)
    for guard in guards:
        yield from expiries(prepared, state, guard, FAR)
