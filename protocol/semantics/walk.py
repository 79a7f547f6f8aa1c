"""What the ordered rules give in one world: the first must decides, each may before it is offered.

Resuming goes to the lowest level that anything orders: the levels of the resume rules of all reasons, and the one that a
reduction would order at the level kept. Otherwise a patient whose counts recover on the day of a grade 2 would be given the
higher dose until the next visit.

The walk reads as if everything were known. Where something is not, asking the world raises, and the world is split.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import evolve, frozen

from protocol.model.decision import Effect
from protocol.model.quick import quickly
from protocol.model.regimen import Dose, DoseKind
from protocol.model.rule import ControlKind, Rule, Where
from protocol.model.state import UNORDERED, Control, State
from protocol.semantics.compiled import Ask, ask_of
from protocol.semantics.effects import direction, effect_of, leads_to, no_change, rank
from protocol.semantics.evidence import is_fresh
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Scene
from protocol.semantics.truth import World


@frozen
class Offer:
    """An effect and the rule that gives it; no rule where nothing covers this visit.

    ``lowered_by`` is the reduction that takes a resumed dose to a lower level than its own rule.
    """

    effect: Effect
    rule: str = ""
    lowered_by: str = ""


@frozen
class Result:
    """What the rules give in one world: the recommended effect, the must effect (or no change), and what is offered beside."""

    recommended: Offer
    ordered: Offer
    offered: tuple[Offer, ...] = ()

    def permitted(self) -> tuple[Effect, ...]:
        """Every effect that is permitted here."""
        return (self.ordered.effect, *(offer.effect for offer in self.offered))


def applicable(prepared: Prepared, state: State) -> tuple[Rule, ...]:
    """The rules of the control state, in order. A hold leaves the stop rules of treatment in force, a review its holds too."""
    return tuple(rule for rule, _ in asked(prepared, state)[0])


Asked = tuple[tuple[tuple[Rule, Ask], ...], Result]


def asked(prepared: Prepared, state: State) -> Asked:
    """The applicable rules, in order, each with the function that settles its guard; and the result where none of them acts."""
    control, level = state.control, state.level
    return _asked(prepared, control.kind, control.by, level.kind, level.name, state.reasons)


# Where a patient is seldom changes, and there are few places to be. Texts are hashed once, values anew each time.
@lru_cache(maxsize=4_096)
def _asked(prepared: Prepared, control: ControlKind, by: str, kind: DoseKind, level: str, reasons: frozenset[str]) -> Asked:
    state = State(control=Control(control, by), level=Dose(kind, level), reasons=reasons)
    nothing = Offer(no_change(prepared.protocol, state))
    rules = tuple((rule, ask_of(prepared, rule)) for rule in prepared.rules if _applies(rule, state))
    return rules, Result(nothing, nothing)


def _applies(rule: Rule, state: State) -> bool:
    control = state.control
    if control.kind == "stopped":
        return False
    if any(_is_at(where, state) and _is_by(where, rule, state) for where in rule.where if where.control == control.kind):
        return True
    stands = {"held": rule.action.kind == "stop" and rule.on_hold, "in review": rule.action.kind in ("hold", "stop")}
    return stands.get(control.kind, False) and on_treatment(rule, state.level)


def _is_at(where: Where, state: State) -> bool:
    return not where.levels or (state.level.kind == "level" and state.level.name in where.levels)


def _is_by(where: Where, rule: Rule, state: State) -> bool:
    if not where.by:
        return True
    if state.control.kind == "in review":
        return state.control.by in where.by
    unordered = rule.action.kind == "resume" and UNORDERED in state.reasons
    return unordered or not state.reasons.isdisjoint(where.by)


def on_treatment(rule: Rule, level: Dose) -> bool:
    """Whether the rule is one of those that apply on treatment at this level."""
    return any(
        where.control == "on treatment" and (not where.levels or (level.kind == "level" and level.name in where.levels))
        for where in rule.where
    )


@frozen
class Turn:
    """What a rule gives when its turn comes: ordered or only permitted, and whether what is permitted is recommended too."""

    offer: Offer
    ordered: bool
    recommended: bool


_Offer, _Result, _Turn = quickly(Offer), quickly(Result), quickly(Turn)


def walk(world: World) -> Result:
    """What the ordered rules give in this world; raises Open where that is not settled."""
    scene = world.scene
    rules, nothing = asked(scene.prepared, scene.state)
    offered: list[Offer] = []
    recommended: Offer | None = None
    true_resumes: list[Rule] = []
    for rule, ask in rules:
        if ask(scene) is False:
            continue
        turn = _turn(world, rule, true_resumes)
        if turn is None:
            continue
        if turn.recommended:
            recommended = recommended or turn.offer
        if turn.ordered:
            return _Result(recommended or turn.offer, turn.offer, tuple(offered))
        offered.append(turn.offer)
    if not offered:
        return nothing
    return Result(recommended or nothing.recommended, nothing.ordered, tuple(offered))


def _turn(world: World, rule: Rule, true_resumes: list[Rule]) -> Turn | None:
    """What the rule gives here, or None if it does not act."""
    held = world.scene.state.control.kind == "held"
    if (held and rule.action.kind == "hold") or not acts(world, rule):
        return None
    if held and rule.action.kind == "resume":
        true_resumes.append(rule)
        turn = _lowered(world, _resume(world.scene, rule, true_resumes))
    else:
        turn = _turn_of(world.scene, (rule,))
    if turn is None or (rule.action.kind == "resume" and _blocked(world, turn.offer.effect.level)):
        return None
    return turn


def _resume(scene: Scene, rule: Rule, true_resumes: list[Rule]) -> Turn | None:
    """How a hold ends when this rule and those before it are true: each reason needs a rule that answers it.

    It is ordered where must rules alone answer every reason. Where may rules have to help it is permitted, and each may
    rule stands for the reasons that it answers itself, so that two of them offer two levels.
    """
    musts = [one for one in true_resumes if one.mode == "must"]
    answers = _answers(scene.state, musts) if rule.mode == "must" else None
    return _turn_of(scene, answers or _answers(scene.state, [rule, *true_resumes]))


def _lowered(world: World, turn: Turn | None) -> Turn | None:
    """The turn at the level that the first must reduction that acts at the level kept reaches, if that is lower."""
    protocol, state = world.scene.prepared.protocol, world.scene.state
    if turn is None or turn.offer.effect.control.kind != "on treatment":
        return turn
    for rule, _ in _on_treatment_at(world.scene.prepared, state.level):
        if rule.mode == "must" and rule.action.kind == "reduce" and acts(world, rule):
            on_level = evolve(state, control=Control("on treatment"), dose=state.level)
            reduced = effect_of(protocol, on_level, rule)
            if reduced.control.kind == "on treatment" and direction(protocol, turn.offer.effect.dose, reduced) == -1:
                return evolve(turn, offer=evolve(turn.offer, effect=reduced, lowered_by=rule.name))
            return turn
    return turn


def _answers(state: State, rules: list[Rule]) -> tuple[Rule, ...] | None:
    """For each reason of the hold the first rule that answers it; None while one has none."""
    found = [next((rule for rule in rules if reason in covered(rule, state)), None) for reason in sorted(state.reasons)]
    answers = tuple(rule for rule in found if rule is not None)
    return answers if len(answers) == len(found) else None


def _turn_of(scene: Scene, rules: tuple[Rule, ...] | None) -> Turn | None:
    """The turn of one rule, or of several that resume together: the lowest level wins, and the weakest of must and may."""
    if not rules:
        return None
    offers = [_Offer(effect_of(scene.prepared.protocol, scene.state, rule), rule.name) for rule in rules]
    ordered = all(rule.mode == "must" for rule in rules)
    recommended = all(rule.mode == "must" or rule.recommended for rule in rules)
    return _Turn(_lowest(scene.prepared, offers), ordered, recommended)


def acts(world: World, rule: Rule) -> bool:
    """Whether the rule's guard is true and, if it steps the dose, the evidence for it has not been used yet."""
    if not world.holds(rule.when):
        return False
    steps = rule.action.kind in ("escalate", "reduce") and not rule.again
    return not steps or is_fresh(world, rule.when)


def covered(rule: Rule, state: State) -> Iterator[str]:
    """The hold reasons that a true resume rule answers; ``unordered`` is answered by any."""
    for reason in state.reasons:
        named = (where for where in rule.where if where.control == "held" and _is_at(where, state))
        if reason == UNORDERED or any(not where.by or reason in where.by for where in named):
            yield reason


def _lowest(prepared: Prepared, offers: list[Offer]) -> Offer:
    """The offer that resumes lowest, the first in rule order among equals; one that cannot be taken outweighs all."""
    in_order = sorted(offers, key=lambda offer: prepared.place[offer.rule])
    return min(in_order, key=lambda offer: _resume_rank(prepared, offer))


def _resume_rank(prepared: Prepared, offer: Offer) -> int:
    if offer.effect.undefined:
        return -2
    place = rank(prepared.protocol, offer.effect.dose)
    return len(prepared.protocol.levels) if place is None else place


def _blocked(world: World, target: Dose) -> bool:
    """Whether a hold or stop that must be taken on treatment at this level would act, so that resuming would not last."""
    return any(acts(world, rule) for rule in ends_again(world.scene.prepared, target))


@lru_cache(maxsize=4_096)
def ends_again(prepared: Prepared, level: Dose) -> tuple[Rule, ...]:
    """The rules that must hold or stop on treatment at this level: while one acts, resuming there would not last."""
    found = _on_treatment_at(prepared, level)
    return tuple(rule for rule, control in found if rule.mode == "must" and control in ("held", "stopped"))


def hold_rules(scene: Scene) -> tuple[Rule, ...]:
    """The rules that can be a reason of a hold of this patient: must and may holds on treatment at the level kept."""
    return tuple(rule for rule, control in _on_treatment_at(scene.prepared, scene.state.level) if control == "held")


@lru_cache(maxsize=4_096)
def _on_treatment_at(prepared: Prepared, level: Dose) -> tuple[tuple[Rule, ControlKind], ...]:
    """The rules that apply on treatment at this level, each with the control state to which it leads from there."""
    rules = (rule for rule in prepared.rules if on_treatment(rule, level))
    return tuple((rule, leads_to(prepared.protocol, rule, level)) for rule in rules)
