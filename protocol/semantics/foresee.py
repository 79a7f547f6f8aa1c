"""When time alone would change the decision: clocks that come due and readings that stop being valid."""

from __future__ import annotations

from protocol.errors import STATE, check_kind
from protocol.model.course import Visit
from protocol.model.decision import Decision, Step
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.semantics.moments import FAR, moments
from protocol.semantics.prepared import prepare
from protocol.semantics.step import look, step


def next_change(protocol: Protocol, state: State) -> tuple[int, Decision] | None:
    """The first time after the state's at which the decision would differ from what it is now if nothing more were observed.

    None if it never would. Times are minutes since the first dose.
    """
    check_kind("the state", state, State, STATE)
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
