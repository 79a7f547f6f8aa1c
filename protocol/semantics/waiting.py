"""Why a hold goes on after a visit: which rules would answer its reasons, and what keeps them from acting."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.decision import Fact, Step
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.model.state import UNORDERED
from protocol.model.waiting import Elsewhere, Waiting, Way
from protocol.semantics.applying import acts, applicable, covered, ends_again, hold_rules
from protocol.semantics.decide import acts_always
from protocol.semantics.effects import effect_of
from protocol.semantics.explain import facts
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from protocol.semantics.truth import completions, truth


def waiting(protocol: Protocol, one: Step) -> tuple[Waiting, ...]:
    """The reasons of a hold that the decision of this visit does not end, sorted; empty where there is no such hold.

    The state after the visit holds all that was known at it, with every reason that the visit added.
    """
    held = (one.decision.before.control.kind, one.decision.after.control.kind, one.state.control.kind)
    if held != ("held", "held", "held"):
        return ()
    scene = Scene(prepare(protocol), one.state, one.decision.time)
    return tuple(_waiting(scene, reason) for reason in sorted(scene.state.reasons))


def _waiting(scene: Scene, reason: str) -> Waiting:
    rules = [rule for rule in applicable(scene.prepared, scene.state) if rule.action.kind == "resume"]
    ways = tuple(_way(scene, rule) for rule in rules if reason in covered(rule, scene.state))
    return Waiting(reason, ways, scene.state.level.name, tuple(_elsewhere(scene, reason)), _begun_anew(scene, reason))


def _elsewhere(scene: Scene, reason: str) -> Iterator[Elsewhere]:
    """The resume rules that name the reason, and levels without that of the patient."""
    here = scene.state.level.name
    for rule in scene.prepared.rules:
        named = [where for where in rule.where if where.control == "held" and (not where.by or reason in where.by)]
        if rule.action.kind == "resume" and named and reason != UNORDERED and all(where.levels for where in named):
            levels = tuple(dict.fromkeys(level for where in named for level in where.levels))
            if here not in levels:
                yield Elsewhere(rule.name, levels, truth(scene, rule.when))


def _begun_anew(scene: Scene, reason: str) -> tuple[Fact, ...]:
    """What the reason asks, where evidence of this very visit began the hold once more by it.

    The state after the visit knows that it did; that the hold began before is what its rule was asked with.
    """
    if scene.state.hold_began != scene.time:
        return ()
    before = Scene(scene.prepared, scene.state.moved(hold_began=scene.time - 1), scene.time)
    found = (rule for rule in hold_rules(before) if rule.name == reason and rule.once and acts_always(before, rule))
    return next((facts(scene, rule.when, _measured(scene)) for rule in found), ())


def _measured(scene: Scene) -> frozenset[str]:
    return frozenset(held.input for held in scene.state.readings if held.observed == scene.time)


def _way(scene: Scene, rule: Rule) -> Way:
    state = scene.state
    level = effect_of(scene.prepared.protocol, state, rule).level
    blocking = [(other.name, _answers(scene, other)) for other in ends_again(scene.prepared, level)]
    return Way(
        rule.name,
        rule.when,
        truth(scene, rule.when),
        facts(scene, rule.when, _measured(scene)),
        tuple(name for name, answers in blocking if answers == {True}),
        tuple(name for name, answers in blocking if len(answers) > 1),
        rule.mode == "may",
    )


def _answers(scene: Scene, rule: Rule) -> set[bool]:
    """Whether the rule would act, for everything that missing values can be."""
    return {answer for _, answer in completions(scene, lambda world: acts(world, rule))}
