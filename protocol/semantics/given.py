"""What was given: which permitted effect it is, the verdict on it, and the field's name for a deviation.

The state follows what was given, and the recommendation is compared with it, so a deviation does not cascade.
"""

from __future__ import annotations

from protocol.errors import VisitError
from protocol.model.course import Given
from protocol.model.decision import Decision, Deviation, DeviationKind, Effect, Verdict
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose, Regimen, at_level
from protocol.model.state import Control
from protocol.semantics.decide import Finding
from protocol.semantics.effects import rank
from protocol.semantics.missing import what_if
from protocol.semantics.scene import Scene


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
    begins the course anew; of one of which that is not said it may do so.
    """
    if given.kind == "stopped":
        return effect.control.kind == "stopped"
    if given.anew and not effect.anew:
        return False
    return effect.dose == dose_given(protocol, given, effect.dose)


def followed(scene: Scene, finding: Finding, given: Given) -> Effect:
    """The effect that was put into force: the recommended one, else a permitted one, else what the dose itself says.

    No drug is a hold rather than the end of treatment where either is permitted: nobody said that treatment is over.
    """
    protocol = scene.prepared.protocol
    permitted = [effect for _, result in finding.results for effect in result.permitted()]
    for effect in (finding.effect, *sorted(permitted, key=lambda effect: effect.control.kind == "stopped")):
        if is_it(protocol, given, effect):
            return effect
    return _unordered(scene, given, dose_given(protocol, given, scene.state.level))


def _unordered(scene: Scene, given: Given, dose: Dose) -> Effect:
    """What a dose makes of the state that nothing permits: drug means on treatment, no drug a hold that nobody ordered."""
    state = scene.state
    if given.kind == "stopped":
        return Effect(Control("stopped"), state.level, NO_DRUG)
    if state.control.kind == "stopped":
        return Effect(state.control, state.level, dose)
    if dose.is_drug:
        return Effect(Control("on treatment"), dose, dose, anew=given.anew)
    control = Control("held") if state.control.kind == "on treatment" else state.control
    return Effect(control, state.level, NO_DRUG)


def verdict(scene: Scene, finding: Finding, given: Given) -> Verdict:
    """Whether what was given is permitted under every completion of what is missing, under some, or under none.

    Nobody has to be started on the day on which that could be done: before treatment no drug is always permitted.
    """
    protocol = scene.prepared.protocol
    recommended = is_it(protocol, given, finding.effect)
    # What was recommended, or stands while it is undecided, is no deviation, whatever the missing values turn out to be.
    otherwise = "another dose is ordered" if recommended else "a deviation"
    answers = [
        (narrowed, "permitted" if any(is_it(protocol, given, effect) for effect in result.permitted()) else otherwise)
        for narrowed, result in finding.results
    ]
    words = {answer for _, answer in answers}
    if scene.state.control.kind == "before treatment" and given.kind == "none":
        return Verdict(given, "every", recommended)
    if len(words) == 1:
        return Verdict(given, "every" if words == {"permitted"} else "none", recommended)
    return Verdict(given, "some", recommended, what_if(scene, answers))


def deviations(scene: Scene, finding: Finding, decision: Decision, found: Verdict) -> tuple[Deviation, ...]:
    """What was given although nothing permits it. Dosing after a stop, or off the ladder, is reported once, where it begins."""
    state, protocol = scene.state, scene.prepared.protocol
    dose = dose_given(protocol, found.given, state.level)
    if found.permitted != "none" or found.recommended:
        return ()
    if dose.is_drug and dose == state.dose and (state.control.kind == "stopped" or dose.kind == "off ladder"):
        return ()
    kind = _kind(scene, finding, found.given, dose)
    if decision.silent and (finding.blocked or kind in _NOT_SAID):
        return (Deviation("protocol silent", f"given {_shown(found.given, dose)}, where the source does not say what to give"),)
    said = f"{decision.action} ({decision.after.dose})" if decision.action != "continue" else f"{decision.after.dose}"
    return (Deviation(kind, f"given {_shown(found.given, dose)}, recommended {said}"),)


# Nobody can give more or less than a source says that says nothing. Drug where none is in force still needs its rule, and
# a dose that is on no rung is on none here either.
_NOT_SAID: tuple[DeviationKind, ...] = (
    "dose above permitted",
    "dose below permitted",
    "hold without reason",
    "stop without reason",
)


def _shown(given: Given, dose: Dose) -> str:
    return str(given) if dose.kind != "level" else f"{given} ({dose.name})"


def _kind(scene: Scene, finding: Finding, found: Given, dose: Dose) -> DeviationKind:
    control, protocol = scene.state.control.kind, scene.prepared.protocol
    if found.kind == "stopped":
        return "stop without reason"
    if not dose.is_drug:
        return "hold without reason"
    if control == "stopped":
        return "treatment after stop"
    if finding.effect.dose == NO_DRUG and control == "before treatment":
        return "started too early"
    permitted = [effect.dose for _, result in finding.results for effect in result.permitted() if effect.dose.is_drug]
    if finding.effect.dose == NO_DRUG and not permitted:
        return "resumed too early" if scene.state.dose == NO_DRUG else "hold missed"
    if found.anew:
        return "begun anew without reason"
    if dose.kind == "off ladder":
        return "off the ladder"
    recommended = rank(protocol, finding.effect.dose)
    given = rank(protocol, dose)
    return "dose above permitted" if recommended is None or (given or 0) > recommended else "dose below permitted"
