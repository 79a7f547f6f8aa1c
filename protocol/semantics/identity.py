"""Which dose of the ladder is what was given, and which effect of a rule is it?"""

from __future__ import annotations

from protocol.errors import VisitError
from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose, Regimen, at_level


def dose_given(protocol: Protocol, given: Given, in_force: Dose = NO_DRUG) -> Dose:
    """The dose on the ladder, or off it, that a given regimen is: the level that was named, else the first of those that have it.

    ``in_force``: the level before, which goes on where it has that regimen and no other level was named. Raises VisitError
    where the level that was named is none, or has another regimen.
    """
    if given.regimen is None:
        return NO_DRUG
    if given.level:
        return _named(protocol, given.level, given.regimen)
    if in_force.kind == "level" and protocol.level(in_force.name).regimen.same_as(given.regimen):
        return in_force
    for level in protocol.levels:
        if level.regimen.same_as(given.regimen):
            return at_level(level.name)
    return Dose("off ladder", str(given.regimen))


def _named(protocol: Protocol, name: str, regimen: Regimen) -> Dose:
    """The level under which a regimen was given."""
    if any(level.name == name and level.regimen.same_as(regimen) for level in protocol.levels):
        return at_level(name)
    fitting = [level.name for level in protocol.levels if level.regimen.same_as(regimen)]
    hint = f"Levels with that regimen: {', '.join(fitting)}." if fitting else "No level has that regimen: leave the level out."
    raise VisitError(f"what was given, {regimen}, is not the level '{name}'", hint)


def is_it(protocol: Protocol, given: Given, effect: Effect) -> bool:
    """Whether giving this is putting the effect into force. No drug is a hold, a stop or any effect without drug.

    Where a step is ordered that cannot be taken the dose in force stands, so giving that is not a deviation. Where several
    levels have the regimen and none of them was named, it is each of them. A dose that is given as in a new patient is only what
    begins the course anew; of one of which that is not said it may do so. Drug that nobody knows is none of them.
    """
    if given.kind == "unknown":
        return False
    if given.kind == "stopped":
        return effect.control.kind == "stopped"
    if given.anew and not effect.anew:
        return False
    return effect.dose == dose_given(protocol, given, effect.dose)
