"""Which dose of the ladder is what was given, and is giving it putting an effect into force? Both are asked often, so kept."""

from __future__ import annotations

from functools import lru_cache

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.semantics import identity

_given = lru_cache(maxsize=65_536)(identity.dose_given)


def dose_given(protocol: Protocol, given: Given, in_force: Dose) -> Dose:
    """The dose on the ladder, or off it, that a given regimen is."""
    return _given(protocol, given, in_force)


def is_it(protocol: Protocol, given: Given, effect: Effect) -> bool:
    """Whether giving this is putting the effect into force; drug that nobody knows is none of them."""
    if given.kind == "unknown":
        return False
    if given.kind == "stopped":
        return effect.control.kind == "stopped"
    return not (given.anew and not effect.anew) and effect.dose == _given(protocol, given, effect.dose)
