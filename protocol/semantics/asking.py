"""Which inputs does a decision wait for?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.decision import Decision
from protocol.model.guard import Guard
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import Prepared, prepare


def asked_for(protocol: Protocol, decision: Decision) -> tuple[str, ...]:
    """The inputs whose values the decision, or a permission beside it, depends on: those of the decision first, each once.

    A missing limit of normal asks for its input, and a tracker for the inputs of its condition.
    """
    prepared = prepare(protocol)
    missing = [item.name for item in decision.missing]
    needs = [name for permission in decision.permitted for name in permission.needs]
    return tuple(dict.fromkeys(one for name in (*missing, *needs) for one in _behind(prepared, name.split(" / ")[0])))


def _behind(prepared: Prepared, name: str) -> Iterator[str]:
    if name in prepared.inputs:
        yield name
    for tracker in prepared.trackers:
        if tracker.name == name:
            yield from filter(None, (tracker.input,))
            yield from _of(prepared, tracker.when)
            yield from _of(prepared, tracker.until) if tracker.until else ()


def _of(prepared: Prepared, guard: Guard) -> Iterator[str]:
    yield from prepared.inputs_of(guard)
