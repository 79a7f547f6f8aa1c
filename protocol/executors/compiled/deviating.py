"""Was what was given permitted, and if not, how does it differ from what was?"""

from __future__ import annotations

from attrs import frozen

from protocol.executors.compiled.concluding import Concluded, is_silent
from protocol.executors.compiled.ordering import Patient
from protocol.model.course import Given
from protocol.model.decision import DeviationKind
from protocol.model.regimen import NO_DRUG, Dose
from protocol.semantics.effects import rank
from protocol.semantics.given import dose_given, is_it

_NOT_SAID = ("dose above permitted", "dose below permitted", "hold without reason", "stop without reason")


@frozen
class Judged:
    """The verdict on what was given, whether it is what was recommended, and the kind of the deviation if it is one."""

    verdict: str | None = None
    is_recommended: bool = False
    deviation: DeviationKind | None = None


def judged(patient: Patient, found: Concluded, given: Given) -> Judged:
    """The verdict, over all completions of what is missing."""
    protocol = patient.view.frame.protocol
    recommended = is_it(protocol, given, found.effect)
    if patient.place.spot.control.kind == "before treatment" and given.kind == "none":
        return Judged("every", recommended)
    answers = {any(is_it(protocol, given, effect) for effect in result.permitted()) for _, result in found.results}
    if len(answers) > 1:
        return Judged("some", recommended)
    if answers == {True}:
        return Judged("every", recommended)
    return Judged("none", recommended, None if recommended else _deviation(patient, found, given))


def _deviation(patient: Patient, found: Concluded, given: Given) -> DeviationKind | None:
    spot = patient.place.spot
    dose = dose_given(patient.view.frame.protocol, given, spot.level)
    if dose.is_drug and dose == spot.dose and (spot.control.kind == "stopped" or dose.kind == "off ladder"):
        return None
    kind = _kind(patient, found, given, dose)
    is_unsaid = is_silent(patient.place, found) and (found.blocked or kind in _NOT_SAID)
    return "protocol silent" if is_unsaid else kind


def _kind(patient: Patient, found: Concluded, given: Given, dose: Dose) -> DeviationKind:
    spot = patient.place.spot
    if given.kind == "stopped":
        return "stop without reason"
    if not dose.is_drug:
        return "hold without reason"
    if spot.control.kind == "stopped":
        return "treatment after stop"
    if found.effect.dose == NO_DRUG and spot.control.kind == "before treatment":
        return "started too early"
    gives_drug = any(effect.dose.is_drug for _, result in found.results for effect in result.permitted())
    if found.effect.dose == NO_DRUG and not gives_drug:
        return "resumed too early" if spot.dose == NO_DRUG else "hold missed"
    if given.anew:
        return "begun anew without reason"
    if dose.kind == "off ladder":
        return "off the ladder"
    return _by_rung(patient, found, dose)


def _by_rung(patient: Patient, found: Concluded, dose: Dose) -> DeviationKind:
    protocol = patient.view.frame.protocol
    best, here = rank(protocol, found.effect.dose), rank(protocol, dose)
    return "dose above permitted" if best is None or (here or 0) > best else "dose below permitted"
