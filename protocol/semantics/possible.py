"""Which rules can be followed at a visit at which none is for certain, because something is missing?"""

from __future__ import annotations

from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.semantics.arriving import arrive
from protocol.semantics.decide import conclude
from protocol.semantics.prepared import prepare


def possible(protocol: Protocol, before: State, one: Step) -> tuple[str, ...]:
    """The rules that are followed for some values of what is missing, in their order; an empty name where for others none is.

    ``before``: the state before the visit. Nothing where the decision is the same whatever is missing.
    """
    if one.decision.status == "decided":
        return ()
    scene, _ = arrive(prepare(protocol), before, one.visit)
    names = {offer.rule for _, result in conclude(scene).results for offer in result.recommended}
    place = {**scene.prepared.place, "": len(scene.prepared.place)}
    return tuple(sorted(names, key=place.__getitem__))
