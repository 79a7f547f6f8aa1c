"""How does a course say what was given? It says doses, not control states, so of effects with one dose it can say only one."""

from __future__ import annotations

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.protocol import Protocol


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
