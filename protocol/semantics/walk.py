"""What the ordered rules give in one world: the first must decides, each may before it is offered.

Resuming goes to the lowest level that anything orders: the levels of the resume rules of all reasons, and the one that a
reduction would order at the level kept. Otherwise a patient whose counts recover on the day of a grade 2 would be given the
higher dose until the next visit. For the same reason a hold that acts at the level kept, and says how high drug may come back
after it, says so from this visit on.

Cells of one table have equal right, so they have their turn together: the order in which a table prints them changes nothing.
Where two that order have different effects, all of these are recommended, and the decision is made between them.

A step whose reading was acted on before orders nothing, and neither is nothing said of its visit: what it ordered stands.

The walk reads as if everything were known. Where something is not, asking the world raises, and the world is split.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from attrs import evolve, frozen

from protocol.model.quick import quickly
from protocol.model.rule import AtMost, Rule
from protocol.model.state import Control, State
from protocol.semantics.applying import (
    Equals,
    acts,
    asked,
    covered,
    ends_again,
    hold_rules,
    is_said,
    of_equal_right,
    rules_of_treatment,
    stands,
)
from protocol.semantics.effects import capped, caps, direction, effect_of, rank, uncapped
from protocol.semantics.offers import Offer, Result
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Scene
from protocol.semantics.truth import World


@frozen
class Turn:
    """What a rule gives when its turn comes: ordered or only permitted, and whether what is permitted is recommended too."""

    offer: Offer
    ordered: bool
    recommended: bool
    resumes: bool = False


_Offer, _Result, _Turn = quickly(Offer), quickly(Result), quickly(Turn)


def walk(world: World) -> Result:
    """What the ordered rules give in this world; raises Open where that is not settled."""
    scene = world.scene
    rules, nothing = asked(scene.prepared, scene.state)
    offered: list[Offer] = []
    recommended: tuple[Offer, ...] = ()
    resumes: list[Equals] = []
    for equals, ask in rules:
        if world.rules_out(ask):
            continue
        turns = _turns(world, equals, resumes)
        if not turns:
            continue
        permits = [turn.offer for turn in turns if not turn.ordered]
        orders = _agreed([turn.offer for turn in turns if turn.ordered])
        recommended = recommended or _agreed([turn.offer for turn in turns if turn.recommended and not turn.ordered])
        offered += permits
        if orders:
            return _Result(recommended or orders, orders, tuple(offered))
    used = not is_said(scene) and any(stands(world, rule) for equals, ask in rules if not world.rules_out(ask) for rule in equals)
    if not offered and not used:
        return nothing
    return Result(recommended or nothing.recommended, nothing.ordered, tuple(offered), used)


def _agreed(offers: list[Offer]) -> tuple[Offer, ...]:
    """The first offer where all have one effect; all of them where they contradict each other."""
    return tuple(offers[:1] if all(offer.effect == offers[0].effect for offer in offers[1:]) else offers)


def _turns(world: World, equals: Equals, resumes: list[Equals]) -> list[Turn]:
    """What rules of equal right give here, those that act; ``resumes`` are the true resume rules of a hold so far."""
    held = world.scene.state.control.kind == "held"
    acting = [rule for rule in equals if not (held and rule.action.kind == "hold") and acts(world, rule)]
    if not acting:
        return []
    resuming = tuple([rule for rule in acting if rule.action.kind == "resume"]) if held else ()
    turns = [_turn_of(world.scene, (rule,)) for rule in acting if rule not in resuming]
    if resuming:
        resumes.append(resuming)
        turns += [_lowered(world, turn) for turn in _resumed(world.scene, resuming, resumes)]
    return [turn for turn in turns if not _is_blocked(world, turn)]


def _resumed(scene: Scene, resuming: Equals, resumes: Sequence[Equals]) -> list[Turn]:
    """How a hold ends when these rules and those before them are true: each reason needs a rule that answers it.

    It is ordered where must rules alone answer every reason. Where may rules have to help it is permitted, and each may
    rule stands for the reasons that it answers itself, so that two of them offer two levels.
    """
    musts = [tuple(rule for rule in equals if rule.mode == "must") for equals in resumes]
    ordered = _answers(scene.state, musts) if any(rule.mode == "must" for rule in resuming) else ()
    turns = [_turn_of(scene, rules) for rules in ordered]
    for rule in resuming:
        if rule.mode == "may" or not ordered:
            turns += [_turn_of(scene, rules) for rules in _answers(scene.state, [(rule,), *resumes])]
    return turns


def _lowered(world: World, turn: Turn) -> Turn:
    """The turn no higher than a hold that acts at the level kept lets drug come back, nor than a reduction that must be made."""
    return _reduced(world, _held_down(world, turn))


def _held_down(world: World, turn: Turn) -> Turn:
    holds = [rule for rule in hold_rules(world.scene) if isinstance(rule.action.target, AtMost) and acts(world, rule)]
    return _at_most(world.scene, turn, holds)


def _reduced(world: World, turn: Turn) -> Turn:
    """The turn at the level that the first must reduction that acts at the level kept reaches, if that is lower."""
    protocol, state = world.scene.prepared.protocol, world.scene.state
    if turn.offer.effect.control.kind != "on treatment":
        return turn
    on_level = evolve(state, control=Control("on treatment"), dose=state.level)
    reducing = [rule for rule, _ in rules_of_treatment(world.scene.prepared, state.level) if _must_reduce(rule)]
    for equals in of_equal_right(reducing):
        acting = [rule for rule in equals if acts(world, rule)]
        for rule in acting:
            reduced = effect_of(protocol, on_level, rule)
            if reduced.control.kind == "on treatment" and direction(protocol, turn.offer.effect.dose, reduced) == -1:
                effect = evolve(turn.offer.effect, level=reduced.level, dose=reduced.dose)
                turn = evolve(turn, offer=evolve(turn.offer, effect=effect, lowered_by=rule.name))
        if acting:
            break
    return turn


def _must_reduce(rule: Rule) -> bool:
    return rule.mode == "must" and rule.action.kind == "reduce"


def _answers(state: State, resumes: Sequence[Equals]) -> tuple[Equals, ...]:
    """Each way to answer every reason of the hold: by the first of these that does, by any of its cells if it is a table."""
    found = [_answering(resumes, reason, state) for reason in sorted(state.reasons)]
    return tuple(dict.fromkeys(rules for rules in product(*found) if rules))


def _answering(resumes: Sequence[Equals], reason: str, state: State) -> Equals:
    for equals in resumes:
        if answering := tuple(rule for rule in equals if reason in covered(rule, state)):
            return answering
    return ()


def _turn_of(scene: Scene, rules: Equals) -> Turn:
    """The turn of one rule, or of several that resume together: the lowest level wins, and the weakest of must and may.

    The course begins anew only if every one of them says so.
    """
    offers = [_Offer(uncapped(scene.prepared.protocol, scene.state, rule), rule.name) for rule in rules]
    ordered = all(rule.mode == "must" for rule in rules)
    recommended = all(rule.mode == "must" or rule.recommended for rule in rules)
    lowest = _lowest(scene.prepared, offers) if len(offers) > 1 else offers[0]
    if lowest.effect.anew and not all(rule.action.anew for rule in rules):
        lowest = evolve(lowest, effect=evolve(lowest.effect, anew=False))
    turn = _Turn(lowest, ordered, recommended, rules[0].action.kind == "resume")
    return _at_most(scene, turn, caps(scene.prepared.protocol, scene.state, rules[0])) if scene.state.reasons else turn


def _at_most(scene: Scene, turn: Turn, holds: Iterable[Rule]) -> Turn:
    effect, by = capped(scene.prepared.protocol, turn.offer.effect, holds)
    return evolve(turn, offer=evolve(turn.offer, effect=effect, lowered_by=by)) if by else turn


def _lowest(prepared: Prepared, offers: list[Offer]) -> Offer:
    """The offer that resumes lowest, the first in rule order among equals; one that cannot be taken outweighs all."""
    in_order = sorted(offers, key=lambda offer: prepared.place[offer.rule])
    return min(in_order, key=lambda offer: _resume_rank(prepared, offer))


def _resume_rank(prepared: Prepared, offer: Offer) -> int:
    if offer.effect.undefined:
        return -2
    place = rank(prepared.protocol, offer.effect.dose)
    return len(prepared.protocol.levels) if place is None else place


def _is_blocked(world: World, turn: Turn) -> bool:
    """Whether it is a resume after which a hold or stop that must be taken at its level would act, so that it would not last."""
    if not turn.resumes:
        return False
    return any(acts(world, rule) for rule in ends_again(world.scene.prepared, turn.offer.effect.level))
