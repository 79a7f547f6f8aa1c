"""How is it said in few words what the rules order under some values of what is missing?"""

from __future__ import annotations

from protocol.semantics.applying import is_said
from protocol.semantics.offers import Offer, Result
from protocol.semantics.scene import Scene

SILENT = "silent"
"""What is ordered where no rule covers the visit and the protocol does not say that this means continue."""


def labels(scene: Scene, result: Result, silence: str = SILENT) -> str:
    """What is recommended: ``hold``, ``escalate to escalated``, ``start at dose-18 and 80 U/kg at once``, ``silent``.

    All of it where the cells of a table contradict each other. ``silence`` is what is said where the source says nothing.
    """
    unruled = "continue" if result.used or is_said(scene) or scene.state.control.kind == "stopped" else silence
    if len(result.recommended) == 1:
        return _label(scene, result.recommended[0], unruled)
    said = dict.fromkeys(_label(scene, offer, unruled) for offer in result.recommended)
    return f"{' or '.join(said)}, which the table says both"


def _label(scene: Scene, offer: Offer, unruled: str) -> str:
    if not offer.rule:
        return unruled
    extra = f" and {offer.effect.supplement} at once" if offer.effect.supplement else ""
    return _action(scene, offer) + (" as a new patient" if offer.effect.anew else "") + extra


def _action(scene: Scene, offer: Offer) -> str:
    rule = scene.prepared.rules[scene.prepared.place[offer.rule]]
    kind = rule.action.kind
    if offer.effect.undefined:
        return f"{kind} (no such level)"
    if offer.effect.control.kind == "held":
        return "hold" if scene.state.control.kind != "held" else "continue"
    if offer.effect.control.kind == "stopped":
        return "stop"
    if kind in ("escalate", "reduce"):
        return f"{kind} to {offer.effect.dose}"
    return f"{kind} at {offer.effect.dose}" if kind in ("start", "resume") else kind
