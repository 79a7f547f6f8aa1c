"""How does what was given differ from what was permitted, in the field's terms?

What is known at the visit alone gives the kind. Whether a change that was ordered came too late is seen from what was given
later, so that is for ``in_time``.
"""

from __future__ import annotations

from protocol.model.course import Given
from protocol.model.decision import Decision, Deviation, DeviationKind, Verdict
from protocol.model.regimen import NO_DRUG, Dose
from protocol.semantics.decide import Finding
from protocol.semantics.effects import rank
from protocol.semantics.identity import dose_given
from protocol.semantics.scene import Scene
from protocol.semantics.timing import waited_for

# Nobody can give more or less than a source says that says nothing. Drug where none is in force still needs its rule, and
# a dose that is on no rung is on none here either.
_NOT_SAID: tuple[DeviationKind, ...] = (
    "dose above permitted",
    "dose below permitted",
    "hold without reason",
    "stop without reason",
)


def deviations(scene: Scene, finding: Finding, decision: Decision, found: Verdict) -> tuple[Deviation, ...]:
    """What was given although nothing permits it, or although it depends on what is missing whether anything does.

    What is ordered within a window that is still open can be given in time. Dosing after a stop, or off the ladder, is reported
    once, where it begins.
    """
    state, protocol = scene.state, scene.prepared.protocol
    dose = dose_given(protocol, found.given, state.level)
    if found.recommended or found.permitted == "every" or found.on_time_until is not None:
        return ()
    if found.permitted == "some":
        return (not_decidable(found, shown(found.given, dose)),)
    if dose.is_drug and dose == state.dose and (state.control.kind == "stopped" or dose.kind == "off ladder"):
        return ()
    kind, why = _kind(scene, finding, found.given, dose)
    if decision.silent and (finding.blocked or kind in _NOT_SAID):
        return (Deviation("protocol silent", f"given {shown(found.given, dose)}, where the source does not say what to give"),)
    return (Deviation(kind, f"given {shown(found.given, dose)}, recommended {recommended(decision)}{why}"),)


def not_decidable(found: Verdict, given: str) -> Deviation:
    """That it depends on what is missing, or on a date that is a range, whether what was given was permitted."""
    needs = [*(["the date"] if found.depends_on_date else []), *(need.name for need in found.needs)]
    return Deviation("not decidable", f"given {given}, permitted or not, depending on {', '.join(needs) or 'what is missing'}")


def recommended(decision: Decision) -> str:
    """What a decision recommends, in a few words."""
    return f"{decision.action} ({decision.after.dose})" if decision.action != "continue" else f"{decision.after.dose}"


def shown(given: Given, dose: Dose) -> str:
    """What was given, with the level that it is."""
    return str(given) if dose.kind != "level" else f"{given} ({dose.name})"


def _kind(scene: Scene, finding: Finding, given: Given, dose: Dose) -> tuple[DeviationKind, str]:
    """The kind, and what it rests on beside what was given and what is recommended."""
    control = scene.state.control.kind
    if given.kind == "stopped":
        return "stop without reason", ""
    if not dose.is_drug:
        return "hold without reason", ""
    if control == "stopped":
        return "treatment after stop", ""
    if finding.effect.dose == NO_DRUG and control == "before treatment":
        return "started too early", ""
    permitted = [effect.dose for _, result in finding.results for effect in result.permitted() if effect.dose.is_drug]
    if finding.effect.dose == NO_DRUG and not permitted:
        if scene.state.dose == NO_DRUG:
            return "resumed too early", ""
        return "stop missed" if finding.effect.control.kind == "stopped" else "hold missed", ""
    if given.anew:
        return "begun anew without reason", ""
    if dose.kind == "off ladder":
        return "off the ladder", ""
    if control in ("held", "in review") and scene.state.dose == NO_DRUG:
        return "wrong resume level", ""
    return _by_time_or_rung(scene, finding, given, dose)


def _by_time_or_rung(scene: Scene, finding: Finding, given: Given, dose: Dose) -> tuple[DeviationKind, str]:
    """A dose on the ladder, given on treatment, that nothing permits: only before its time, or more or less than permitted."""
    waiting = waited_for(scene, given) if dose != scene.state.dose else None
    if waiting is not None:
        rule, times = waiting
        return "change too early", f"; {rule.name} waits for {times}"
    best, here = rank(scene.prepared.protocol, finding.effect.dose), rank(scene.prepared.protocol, dose)
    return "dose above permitted" if best is None or (here or 0) > best else "dose below permitted", ""
