"""What is given where an effect is put into force, whatever protocols call their levels and rules?"""

from __future__ import annotations

from typing import Literal

from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose

Giving = tuple[Literal["stopped", "none", "given"], str, str, bool]
"""That treatment ended, no drug or a dose; the dose, what is given at once with it, and whether the course begins anew."""


def given(protocol: Protocol, dose: Dose) -> str:
    """The regimen of a dose; empty for no drug."""
    if not dose.is_drug:
        return ""
    return str(protocol.level(dose.name).regimen) if dose.kind == "level" else dose.name or dose.kind


def giving(protocol: Protocol, effect: Effect) -> Giving:
    """What somebody sees given: two protocols that permit the same permit this."""
    drug, at_once = given(protocol, effect.dose), str(effect.supplement or "")
    if drug:
        return "given", drug, at_once, effect.anew
    return "stopped" if effect.control.kind == "stopped" else "none", "", at_once, effect.anew
