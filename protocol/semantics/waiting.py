"""Why a hold goes on after a visit: which rules would answer its reasons, and what keeps them from acting."""

from __future__ import annotations

from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.model.waiting import Waiting, Way
from protocol.semantics.applying import acts, applicable, covered, ends_again
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
    rules = [rule for rule in applicable(scene.prepared, scene.state) if rule.action.kind == "resume"]
    return tuple(
        Waiting(reason, tuple(_way(scene, rule) for rule in rules if reason in covered(rule, scene.state)))
        for reason in sorted(scene.state.reasons)
    )


def _way(scene: Scene, rule: Rule) -> Way:
    state = scene.state
    measured = frozenset(held.input for held in state.readings if held.observed == scene.time)
    level = effect_of(scene.prepared.protocol, state, rule).level
    blocking = [(other.name, _answers(scene, other)) for other in ends_again(scene.prepared, level)]
    return Way(
        rule.name,
        rule.when,
        truth(scene, rule.when),
        facts(scene, rule.when, measured),
        tuple(name for name, answers in blocking if answers == {True}),
        tuple(name for name, answers in blocking if len(answers) > 1),
        rule.mode == "may",
    )


def _answers(scene: Scene, rule: Rule) -> set[bool]:
    """Whether the rule would act, for everything that missing values can be."""
    return {answer for _, answer in completions(scene, lambda world: acts(world, rule))}
