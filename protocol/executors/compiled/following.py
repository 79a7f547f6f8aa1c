"""What does what was given make of the state, and was it permitted?

The state follows what was given: as what was recommended, else as what was permitted, else as the dose itself says.
"""

from __future__ import annotations

from itertools import product

from attrs import frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis, bits
from protocol.executors.compiled.concluding import Concluded
from protocol.executors.compiled.doses import dose_given, is_it
from protocol.executors.compiled.frame import Frame, node
from protocol.executors.compiled.guards import Asks, Every, Node, Opposite, Some
from protocol.executors.compiled.ordering import Patient
from protocol.executors.compiled.places import Place, Spot
from protocol.executors.compiled.view import View, World
from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.guard import Clock, Compare, CumulativeDose, Tracked
from protocol.model.regimen import NO_DRUG, Amount
from protocol.model.rule import Rule
from protocol.model.state import UNORDERED, Control
from protocol.semantics.effects import direction, in_force


@frozen
class Moved:
    """Where the patient is afterwards, which registers are set, and what was given at once with it."""

    spot: Spot
    writes: int
    supplement: Amount | None = None


def assumed(patient: Patient, found: Concluded) -> Effect:
    """What is taken to be in force where nothing is said; no drug before the first dose."""
    if found.effect.dose.is_drug and not _has_started(patient) and patient.view.bit(Axis(layout.NEGATIVE)):
        return in_force(patient.place.state)
    return found.effect


def followed(place: Place, found: Concluded, given: Given) -> Effect:
    """The effect that was put into force."""
    permitted = [effect for _, result in found.results for effect in result.permitted()]
    kept = [effect for effect in permitted if effect.control.kind != "stopped"]
    ended = [effect for effect in permitted if effect.control.kind == "stopped"]
    for effect in (found.effect, *kept, *ended):
        if is_it(place.frame.protocol, given, effect):
            return effect
    return _as_given(place, given)


def _as_given(place: Place, given: Given) -> Effect:
    """What a dose makes of the state that nothing permits."""
    spot, dose = place.spot, dose_given(place.frame.protocol, given, place.spot.level)
    if given.kind == "stopped":
        return Effect(Control("stopped"), spot.level, NO_DRUG)
    if spot.control.kind == "stopped":
        return Effect(spot.control, spot.level, dose)
    if dose.is_drug:
        return Effect(Control("on treatment"), dose, dose, anew=given.anew)
    control = Control("held") if spot.control.kind == "on treatment" else spot.control
    return Effect(control, spot.level, NO_DRUG)


def _has_started(patient: Patient) -> bool:
    """Whether there was a first dose. Where a level is kept there was one, so that nobody has to ask."""
    return patient.place.spot.level.is_drug or patient.view.bit(Axis(layout.HAS_STARTED))


# What changes


def moved(patient: Patient, found: Concluded, effect: Effect) -> Moved:
    """The place and the writes once an effect has been put into force."""
    spot, frame = patient.place.spot, patient.view.frame
    if effect.anew:
        return Moved(Spot(effect.control, effect.level, effect.dose), layout.ANEW)
    begins_hold = effect.control.kind == "held" and (spot.control.kind != "held" or _holds_once_more(patient))
    writes = {
        layout.SETS_STARTED: effect.dose.is_drug and not _has_started(patient),
        layout.SETS_ENTERED: effect.control != spot.control,
        layout.SETS_CHANGED: effect.dose != spot.dose,
        layout.SETS_RAISED: _is_asked(frame, "dose raised") and _goes(patient.place, effect, 1),
        layout.SETS_LOWERED: _is_asked(frame, "dose lowered") and _goes(patient.place, effect, -1),
        layout.SETS_HOLD: begins_hold,
        layout.SETS_STEPPED: effect.level != spot.level,
    }
    withheld = found.withheld and effect.dose == NO_DRUG and effect.control == spot.control
    after = Spot(effect.control, effect.level, effect.dose, withheld, _reasons(patient, found, effect))
    return Moved(after, sum(bit for bit, is_so in writes.items() if is_so), effect.supplement)


def _is_asked(frame: Frame, name: str) -> bool:
    return any(isinstance(term, Clock) and term.name == name for term in frame.prepared.constants)


def _goes(place: Place, effect: Effect, towards: int) -> bool:
    return direction(place.frame.protocol, place.spot.dose, effect) in (towards, None)


def _holds_once_more(patient: Patient) -> bool:
    return any(rule.once and patient.always(rule) for rule in patient.place.holds)


def _reasons(patient: Patient, found: Concluded, effect: Effect) -> frozenset[str]:
    """Why drug is interrupted: all hold rules that were true since, until a rule gives drug again."""
    before = patient.place.spot.reasons
    if effect.control.kind == "stopped":
        return frozenset()
    if effect.control.kind == "held":
        return before | _true_holds(patient) or _possible_reasons(found, effect) or frozenset({UNORDERED})
    if effect.control.kind == "in review" and not effect.dose.is_drug:
        return before | _true_holds(patient)
    return frozenset() if _ends_hold(patient.place, found, effect) else before


def _true_holds(patient: Patient) -> frozenset[str]:
    """The hold rules that are true now, beside those that are reasons already."""
    asked = (rule for rule in patient.place.holds if rule.name not in patient.place.spot.reasons)
    return frozenset(rule.name for rule in asked if patient.always(rule) or _acts_within_a_bound(patient, rule))


def _acts_within_a_bound(patient: Patient, rule: Rule) -> bool:
    """Whether the rule acts for something that a value which was read as a bound only leaves open."""
    view = patient.view
    bounds = [axis for axis, name in _read_axes(node(view.frame, rule.when)) if _is_bound(view, axis, name)]
    choices = product(*(_single(view.cells(axis)) for axis in bounds)) if bounds else ()
    return any(_acts_in(patient, rule, dict(zip(bounds, one, strict=True))) for one in choices)


def _acts_in(patient: Patient, rule: Rule, world: World) -> bool:
    return all(answer for _, answer in patient.view.completions(lambda inner: patient.acts(rule, inner), world))


def _read_axes(guard: Node) -> tuple[tuple[int, str], ...]:
    """The axes of readings that a guard asks, in order, each once, with the name of the input."""
    match guard:
        case Asks(axis, _, atom):
            is_other = isinstance(atom, Compare) and isinstance(atom.term, Clock | CumulativeDose | Tracked)
            name = getattr(atom.term if isinstance(atom, Compare) else atom, "input", "")
            return () if is_other else ((axis, name),)
        case Opposite(part):
            return _read_axes(part)
        case Every(parts) | Some(parts):
            return tuple(dict.fromkeys(one for part in parts for one in _read_axes(part)))
        case _:
            return ()


def _is_bound(view: View, axis: int, name: str) -> bool:
    """Whether it was read, and still leaves more than one cell."""
    return view.is_read(axis, name) and view.cells(axis).bit_count() > 1


def _single(cells: int) -> list[int]:
    return [1 << cell for cell in range(cells.bit_length()) if cells & bits(cell, cell)]


def _ends_hold(place: Place, found: Concluded, effect: Effect) -> bool:
    """Whether the effect is what ends an interruption by rule: a resume, or a step out of a review."""
    ends = {"resume", "escalate", "reduce"} if place.spot.control.kind == "in review" else {"resume"}
    prepared = place.frame.prepared
    rules = (offer.rule for _, result in found.results for offer in (*result.ordered, *result.offered) if offer.effect == effect)
    return any(name and prepared.rules[prepared.place[name]].action.kind in ends for name in rules)


def _possible_reasons(found: Concluded, effect: Effect) -> frozenset[str]:
    offers = (offer for _, result in found.results for offer in (*result.ordered, *result.offered))
    return frozenset(offer.rule for offer in offers if offer.rule and offer.effect == effect)
