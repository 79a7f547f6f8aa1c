"""How does a course say what was given? It says doses, not control states, so of two effects with one dose it can say only one.

That is the recommended one, or else the first that is permitted: no drug, where a stop is recommended, is the stop. So of all
that is permitted only that is followed which somebody can give.
"""

from __future__ import annotations

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.semantics.decide import Finding
from protocol.semantics.given import followed
from protocol.semantics.scene import Scene


def given_as(protocol: Protocol, effect: Effect) -> Given | None:
    """What a course says that was given where this effect was put into force; None where it has no words for it."""
    if effect.control.kind == "stopped":
        return Given("stopped")
    if not effect.dose.is_drug:
        return Given("none")
    if effect.dose.kind != "level":
        return None
    level = protocol.level(effect.dose.name)
    several = sum(one.regimen.same_as(level.regimen) for one in protocol.levels) > 1
    return Given("regimen", level.regimen, level.name if several else "", effect.anew)


def can_be_given(scene: Scene, finding: Finding, effect: Effect) -> bool:
    """Whether a course can say that this effect was put into force, and not another one."""
    given = given_as(scene.prepared.protocol, effect)
    return given is not None and followed(scene, finding, given) == effect
