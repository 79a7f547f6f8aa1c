"""What is so at each visit on what is known now: the visits as corrected, the decisions on them, and the states between.

The journal says what was done and what was issued; this is what follows from it. Everything here is a pure function: a
correction gives new moments and leaves the old ones as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from protocol.executors.journal import Mapping
from protocol.executors.migration import migrated
from protocol.model.course import Visit
from protocol.model.decision import Decision, Revision, Step
from protocol.model.protocol import Protocol
from protocol.model.quick import quickly
from protocol.model.state import State
from protocol.semantics.foresee import acted
from protocol.semantics.step import look, step


@frozen
class Visited:
    """A visit as it is known now, its decision and the state after it; ``issued`` are the steps as they were issued."""

    visit: Visit
    acted: tuple[Step, ...]
    step: Step
    issued: tuple[Step, ...]

    @property
    def state(self) -> State:
        """The state after the visit."""
        return self.step.state


@frozen
class Migrated:
    """A change to another protocol; ``protocol`` is the one in force from here on."""

    protocol: Protocol
    mapping: Mapping
    state: State


Moment = Visited | Migrated
_Visited = quickly(Visited)


def visited(protocol: Protocol, state: State, visit: Visit, *, strict: bool = False) -> Visited:
    """The visit decided, after the moments before it at which the protocol acts by itself. ``strict`` as for ``step``."""
    before = acted(protocol, state, visit.time)
    taken = step(protocol, before[-1].state if before else state, visit, strict=strict)
    return _Visited(visit, before, taken, (*before, taken))


def refolded(protocol: Protocol, state: State, moments: Iterable[Moment]) -> Iterator[Moment]:
    """The moments once more, decided again one after the other from this state on; what was issued is kept."""
    for moment in moments:
        match moment:
            case Visited(visit, issued=issued):
                again: Moment = evolve(visited(protocol, state, visit), issued=issued)
            case Migrated(into, mapping):
                again = Migrated(into, mapping, migrated(protocol, into, state, mapping))
                protocol = into
        state = again.state
        yield again


def revisions(
    protocol: Protocol, before: State, were: Sequence[Moment], after: State, now: Sequence[Moment]
) -> Iterator[Revision]:
    """The decisions that differ between two foldings of the same moments, each with the decision as it was issued."""
    for old, new in zip(were, now, strict=True):
        if isinstance(old, Visited) and isinstance(new, Visited):
            issued = {one.visit.time: one.decision for one in old.issued}
            for time in sorted({one.visit.time for one in (*old.acted, *new.acted)}):
                was, becomes = _said(protocol, before, old.acted, time), _said(protocol, after, new.acted, time)
                if was != becomes:
                    yield Revision(time, issued.get(time, was), becomes)
            if old.step.decision != new.step.decision:
                yield Revision(old.visit.time, old.issued[-1].decision, new.step.decision)
        elif isinstance(new, Migrated):
            protocol = new.protocol
        before, after = old.state, new.state


def _said(protocol: Protocol, state: State, acting: Iterable[Step], time: int) -> Decision:
    """What the protocol said at a moment between visits: what it did there by itself, or else what it would have said."""
    for one in acting:
        if one.visit.time == time:
            return one.decision
        if one.visit.time < time:
            state = one.state
    return look(protocol, state, time)
