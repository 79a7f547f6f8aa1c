"""Which decision follows from what the rules order in all completions of what is missing?

One effect is decided. Else, if all lower exposure, the least that can be undone; else the first rule that acts in every one of
them, if it lowers; else what is in force stands. Where that would end treatment, drug is withheld instead.
"""

from __future__ import annotations

from functools import cached_property

from attrs import evolve, frozen

from protocol.executors.compiled.ordering import Ordered, Patient, order
from protocol.executors.compiled.places import Equals, Place
from protocol.executors.compiled.view import World
from protocol.model.decision import Effect
from protocol.model.regimen import NO_DRUG
from protocol.model.rule import ActionKind, Rule, Status
from protocol.semantics.effects import direction, effect_of, in_force, meets_own_end, rank

Results = list[tuple[World, Ordered]]
_SAFE = {"less": -1, "more": 1}


@frozen(eq=False)
class Concluded:
    """The decision: its status, effect and rules, whether drug is withheld, what blocks it, and the completions behind it."""

    status: Status
    effect: Effect
    rules: tuple[str, ...]
    results: Results
    withheld: bool = False
    blocked: str = ""
    conflict: tuple[str, ...] = ()

    @cached_property
    def outline(self) -> tuple[object, ...]:
        """All of it that matters after the decision: two with the same are followed, judged and said alike."""
        permitted = {offer.rule: offer for _, result in self.results for offer in result.offered}
        given = tuple(dict.fromkeys(result for _, result in self.results))
        return self.status, self.effect, self.rules, self.withheld, self.blocked, self.conflict, given, tuple(permitted.values())


def conclude(patient: Patient) -> Concluded:
    """The decision at a visit; raises TooManyParts."""
    results = patient.view.parts(lambda world: order(patient, world))
    possible = _possible(patient.place, results)
    if len(possible) == 1:
        ((effect, rules),) = possible.items()
        return _decided(patient, effect, rules, results)
    return evolve(_between(patient, possible, results), conflict=_conflict(patient.place, results))


def _conflict(place: Place, results: Results) -> tuple[str, ...]:
    """The rules that contradict each other, in order, where they do so whatever is missing."""
    if not all(len(result.recommended) > 1 for _, result in results):
        return ()
    names = {offer.rule for _, result in results for offer in result.recommended}
    return tuple(sorted(names, key=place.frame.prepared.place.__getitem__))


def _between(patient: Patient, possible: dict[Effect, tuple[str, ...]], results: Results) -> Concluded:
    """The decision between several possible effects."""
    if all(_is_safe(patient.place, effect) for effect in possible):
        least = _least(patient.place, possible)
        if least is not None:
            return Concluded("provisional", least, possible[least], results)
    first = _effects(patient.place, _first_certain(patient))
    lowering = {effect: rules for effect, rules in first.items() if _is_safe(patient.place, effect)}
    if not lowering:
        return _undecided(patient.place, (), results)
    least = _least(patient.place, lowering)
    if least is not None:
        return Concluded("provisional", least, lowering[least], results)
    withheld = evolve(in_force(patient.place.state), dose=NO_DRUG)
    return Concluded("provisional", withheld, next(iter(lowering.values())), results, True)


def _possible(place: Place, results: Results) -> dict[Effect, tuple[str, ...]]:
    """Each possible effect with the rules that give it, in the order of the rules; what no rule gives is last."""
    number = {**place.frame.prepared.place, "": len(place.frame.prepared.place)}
    found: dict[Effect, set[str]] = {}
    for _, result in results:
        for offer in result.recommended:
            found.setdefault(offer.effect, set()).add(offer.rule)
    ordered = {effect: tuple(sorted(rules, key=number.__getitem__)) for effect, rules in found.items()}
    return dict(sorted(ordered.items(), key=lambda item: number[item[1][0]]))


def _decided(patient: Patient, effect: Effect, rules: tuple[str, ...], results: Results) -> Concluded:
    if len(rules) > 1:
        always = [name for name in rules if name and patient.always(_rule(patient.place, name))]
        rules = tuple(dict.fromkeys([*always, *rules]))
    if effect.undefined:
        return evolve(_undecided(patient.place, rules, results), blocked=effect.undefined)
    return Concluded("decided", effect, rules, results)


def _undecided(place: Place, rules: tuple[str, ...], results: Results) -> Concluded:
    return Concluded("undecided", in_force(place.state), rules, results, place.spot.withheld)


def _is_safe(place: Place, effect: Effect) -> bool:
    """Whether the effect goes to the safe side; what cannot be taken back does not."""
    if effect.supplement is not None or effect.anew or place.frame.protocol.safe_side == "none":
        return False
    return direction(place.frame.protocol, place.spot.dose, effect) == _SAFE[place.frame.protocol.safe_side]


def _least(place: Place, possible: dict[Effect, tuple[str, ...]]) -> Effect | None:
    protocol = place.frame.protocol
    sign = -1 if protocol.safe_side == "more" else 1
    undoable = [effect for effect in possible if effect.control.kind != "stopped"]
    return min(undoable, key=lambda effect: sign * (rank(protocol, effect.dose) or 0), default=None)


def _first_certain(patient: Patient) -> Equals:
    """The first must rule that acts whatever is missing, or all cells of a table that do."""
    held = patient.place.spot.control.kind == "held"
    for group in patient.rules:
        counted = (rule for rule in group if rule.mode == "must" and rule.action.kind != "resume")
        acting = tuple(rule for rule in counted if not (held and rule.action.kind == "hold") and patient.always(rule))
        if acting:
            return acting
    return ()


def _effects(place: Place, rules: Equals) -> dict[Effect, tuple[str, ...]]:
    found: dict[Effect, tuple[str, ...]] = {}
    for rule in rules:
        effect = effect_of(place.frame.protocol, place.state, rule)
        found[effect] = (*found.get(effect, ()), rule.name)
    return found


def _rule(place: Place, name: str) -> Rule:
    return place.frame.prepared.rules[place.frame.prepared.place[name]]


# What is said of it


def rule_of(place: Place, found: Concluded) -> Rule | None:
    """The rule that gave the decision; None where it rests on none."""
    if (found.status == "undecided" and not found.blocked) or not found.rules or not found.rules[0]:
        return None
    return _rule(place, found.rules[0])


def action_of(place: Place, found: Concluded) -> ActionKind:
    """What is done: an end of treatment that is only withheld is a hold, a step that cannot be taken is no change."""
    rule, control = rule_of(place, found), found.effect.control
    if found.withheld:
        return "hold" if found.status == "provisional" else "continue"
    if rule is None or found.blocked:
        return "continue"
    if rule.action.off_ladder is None:
        return rule.action.kind
    if control != place.spot.control and control.kind in ("held", "stopped"):
        return "hold" if control.kind == "held" else "stop"
    return "continue" if found.effect.dose == place.spot.dose else rule.action.kind


def is_silent(place: Place, found: Concluded) -> bool:
    """Whether the source says nothing, in some completion at least."""
    if place.spot.control.kind == "stopped" or (place.is_said and not found.blocked):
        return False
    recommended = (offer.rule for _, result in found.results for offer in result.recommended if offer.rule)
    if found.blocked and any(meets_own_end(place.frame.protocol, place.state, _rule(place, name)) for name in recommended):
        return True
    return not place.is_said and any(not result.ordered[0].rule and not result.used for _, result in found.results)
