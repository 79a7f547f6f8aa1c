"""Was what was given permitted, and if not, how does it differ from what was?"""

from __future__ import annotations

from functools import partial

from attrs import Factory, frozen

from protocol.executors.compiled.concluding import Concluded, is_silent
from protocol.executors.compiled.doses import dose_given, is_it
from protocol.executors.compiled.frame import node
from protocol.executors.compiled.guards import Asks, Every, Node, Opposite, Some, Sure
from protocol.executors.compiled.ordering import Begun, Ordered, Patient, order
from protocol.executors.compiled.view import World
from protocol.executors.compiled.windows import Closing, on_time
from protocol.model.course import Given
from protocol.model.decision import DeviationKind
from protocol.model.guard import Clock, Compare
from protocol.model.regimen import NO_DRUG, Dose
from protocol.model.rule import Rule
from protocol.semantics.effects import effect_of, rank

_NOT_SAID = ("dose above permitted", "dose below permitted", "hold without reason", "stop without reason")


@frozen
class Judged:
    """The verdict on what was given, whether it is what was recommended, and the kind of the deviation if it is one.

    ``closings``: what is ordered instead can still be done in time, until these windows close.
    """

    verdict: str | None = None
    is_recommended: bool = False
    deviation: DeviationKind | None = None
    closings: tuple[Closing, ...] = ()


@frozen(eq=False)
class Waiting(Patient):
    """A patient for whom every time has passed for which one rule waits; whether its readings were used up is not asked."""

    rule: str = ""
    when: Node = Factory(Sure)

    def acts(self, rule: Rule, world: World) -> bool:
        """Whether a rule would act by then."""
        return self.view.holds(self.when, world) if rule.name == self.rule else super().acts(rule, world)


def judged(patient: Patient, found: Concluded, given: Given) -> Judged:
    """The verdict, over all completions of what is missing."""
    protocol = patient.view.frame.protocol
    recommended = is_it(protocol, given, found.effect)
    if patient.place.spot.control.kind == "before treatment" and given.kind == "none":
        return Judged("every", recommended)
    answers = {_is_permitted(patient, given, result) for _, result in found.results}
    if len(answers) > 1:
        return Judged("some", recommended, None if recommended else "not decidable")
    if answers == {True}:
        return Judged("every", recommended)
    if recommended:
        return Judged("none", True)
    told = dict.fromkeys(one.rule for _, result in found.results for one in (*result.recommended, *result.ordered))
    closings = on_time(patient, tuple(told), given)
    return Judged("none", False, None if closings else _deviation(patient, found, given), closings)


def _is_permitted(patient: Patient, given: Given, result: Ordered) -> bool:
    return any(is_it(patient.view.frame.protocol, given, effect) for effect in result.permitted())


def _deviation(patient: Patient, found: Concluded, given: Given) -> DeviationKind | None:
    spot = patient.place.spot
    dose = dose_given(patient.view.frame.protocol, given, spot.level)
    if dose.is_drug and dose == spot.dose and (spot.control.kind == "stopped" or dose.kind == "off ladder"):
        return None
    kind = _kind(patient, found, given, dose)
    is_unsaid = is_silent(patient.place, found) and (found.blocked or kind in _NOT_SAID)
    return "protocol silent" if is_unsaid else kind


def _kind(patient: Patient, found: Concluded, given: Given, dose: Dose) -> DeviationKind:
    kind = _without_drug(patient, found, given, dose)
    if kind is not None:
        return kind
    spot = patient.place.spot
    if given.anew:
        return "begun anew without reason"
    if dose.kind == "off ladder":
        return "off the ladder"
    if spot.control.kind in ("held", "in review") and spot.dose == NO_DRUG:
        return "wrong resume level"
    if dose != spot.dose and _is_too_early(patient, given):
        return "change too early"
    return _by_rung(patient, found, dose)


def _without_drug(patient: Patient, found: Concluded, given: Given, dose: Dose) -> DeviationKind | None:
    """The kind where no drug is given, or none is permitted."""
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
        if spot.dose == NO_DRUG:
            return "resumed too early"
        return "stop missed" if found.effect.control.kind == "stopped" else "hold missed"
    return None


# Whether nothing but time is lacking


def _is_too_early(patient: Patient, given: Given) -> bool:
    """Whether some rule would permit what was given, whatever is missing, if every time had passed for which it waits."""
    protocol, place = patient.view.frame.protocol, patient.place
    for rule in (rule for group in place.rules for rule in group):
        guard = node(patient.view.frame, rule.when)
        if not is_it(protocol, given, effect_of(protocol, place.state, rule)) or not _lacks_time(patient, guard, True):
            continue
        waiting = Waiting(place, patient.view, Begun(), rule.name, _ripe(guard, True))
        found = patient.view.parts(partial(order, waiting))
        if all(_is_permitted(patient, given, result) for _, result in found):
            return True
    return False


def _lacks_time(patient: Patient, guard: Node, wanted: bool) -> bool:
    """Whether time has still to pass so that the guard can be ``wanted``."""
    match guard:
        case Asks():
            return _ripens(guard, wanted) and patient.view.holds(guard, {}) is not wanted
        case Opposite(part):
            return _lacks_time(patient, part, not wanted)
        case Every(parts) | Some(parts):
            return any(_lacks_time(patient, part, wanted) for part in parts)
        case _:
            return False


def _ripens(asked: Asks, wanted: bool) -> bool:
    """Whether time alone makes a comparison of a clock true, or false."""
    atom = asked.atom
    is_clock = isinstance(atom, Compare) and isinstance(atom.term, Clock)
    return is_clock and isinstance(atom, Compare) and atom.operator in ((">", ">=") if wanted else ("<", "<="))


def _ripe(guard: Node, wanted: bool) -> Node:
    """The guard with each comparison of a clock as it is once time has passed, where that helps it to be ``wanted``."""
    match guard:
        case Asks() if _ripens(guard, wanted):
            return Sure() if wanted else Opposite(Sure())
        case Opposite(part):
            return Opposite(_ripe(part, not wanted))
        case Every(parts):
            return Every(tuple(_ripe(part, wanted) for part in parts))
        case Some(parts):
            return Some(tuple(_ripe(part, wanted) for part in parts))
        case _:
            return guard


def _by_rung(patient: Patient, found: Concluded, dose: Dose) -> DeviationKind:
    protocol = patient.view.frame.protocol
    best, here = rank(protocol, found.effect.dose), rank(protocol, dose)
    return "dose above permitted" if best is None or (here or 0) > best else "dose below permitted"
