"""What was given: which permitted effect it is, and the verdict on it.

The state follows what was given, and the recommendation is compared with it, so a deviation does not cascade.
"""

from __future__ import annotations

from protocol.model.course import Given
from protocol.model.decision import Effect, Verdict
from protocol.model.regimen import NO_DRUG, Dose
from protocol.model.state import Control
from protocol.semantics.decide import Finding
from protocol.semantics.identity import dose_given, is_it
from protocol.semantics.missing import what_if
from protocol.semantics.scene import Scene
from protocol.semantics.timing import on_time_until


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
    What is ordered by a time with a window is on time until the window closes.
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
    if len(words) > 1:
        return Verdict(given, "some", recommended, what_if(scene, answers))
    if recommended or words == {"permitted"}:
        return Verdict(given, "every" if words == {"permitted"} else "none", recommended)
    return Verdict(given, "none", False, on_time_until=on_time_until(scene, [result for _, result in finding.results], given))
