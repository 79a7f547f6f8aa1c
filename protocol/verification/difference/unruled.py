"""What is there at the last visit of a course where no rule is followed: rules that can be, and what a hold waits for?"""

from __future__ import annotations

from protocol.model.decision import Step
from protocol.model.difference import RULED, Unruled
from protocol.model.protocol import Protocol
from protocol.semantics.foresee import acted
from protocol.semantics.possible import possible
from protocol.semantics.step import initial
from protocol.semantics.waiting import waiting


def unruled(protocol: Protocol, steps: tuple[Step, ...]) -> Unruled:
    """What there is instead of a rule at the last of these steps; nothing where one is followed there."""
    *before, last = steps
    if last.decision.rule or last.decision.conflict:
        return RULED
    state = before[-1].state if before else initial(protocol)
    between = acted(protocol, state, last.visit.time) if before else ()
    names = possible(protocol, between[-1].state if between else state, last)
    return Unruled(tuple(name for name in names if name), "" in names, waiting(protocol, last))
