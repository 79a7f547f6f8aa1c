"""What is known when a patient arrives at a visit: time has passed, readings are in, trackers have moved, nothing is decided."""

from __future__ import annotations

from protocol.errors import VisitError
from protocol.model.course import Visit
from protocol.model.quick import quickly
from protocol.model.state import State
from protocol.model.time import say_time
from protocol.semantics.computed import with_numbers
from protocol.semantics.observing import observe
from protocol.semantics.prepared import Prepared
from protocol.semantics.readings import Accepted, accept
from protocol.semantics.scene import Scene

_Scene = quickly(Scene)


def arrive(prepared: Prepared, state: State, visit: Visit) -> tuple[Scene, Accepted]:
    """Steps 1 and 2: what is known at the visit, before any decision."""
    if state.time is not None and visit.time < state.time:
        hint = "Add a forgotten reading to the next visit, with the time it was made at: Observation(..., observed=time)."
        raise VisitError(f"a visit on {say_time(visit.time)} cannot follow one on {say_time(state.time)}", hint)
    accepted = with_numbers(prepared, state, accept(prepared, state, visit), visit.time)
    return _Scene(prepared, observe(prepared, state, accepted, visit.time), visit.time), accepted
