"""What an action does here: the control state and dose it leads to, and whether that is less drug or more.

Doses are compared by rung, never by amount. No drug is below every rung; a dose off the ladder has no rung.

A supplement is given with the step of its own rule, and only where that raises the dose in force. The step uses its reading
up, so that the reading does not order the supplement anew at the next visit. If the step is not given, it and its supplement
are ordered again: a course does not say whether a supplement was given.

A hold can say how high drug may come back after it (``hold then at most LEVEL``). That caps whatever brings drug back: a resume
from the hold or from the review that it went over to, a step out of that review, and a review in which the dose goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import evolve

from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.model.quick import quickly
from protocol.model.regimen import NO_DRUG, Dose, at_level
from protocol.model.rule import AtMost, By, ControlKind, Rule, Same, To
from protocol.model.state import Control, State

_Effect = quickly(Effect)


def in_force(state: State) -> Effect:
    """What is so before the decision."""
    return _Effect(state.control, state.level, state.dose)


def no_change(protocol: Protocol, state: State) -> Effect:
    """What the control state itself gives. While withheld on treatment that is the level: only missing data stand in its way."""
    return _Effect(state.control, state.level, _dose_of(protocol, state.control, state.level))


def _dose_of(protocol: Protocol, control: Control, level: Dose) -> Dose:
    if control.kind == "on treatment":
        return level
    if control.kind == "in review" and protocol.rule(control.by).action.meanwhile != "withhold":
        return level
    return NO_DRUG


def effect_of(protocol: Protocol, state: State, rule: Rule) -> Effect:
    """What the rule's action does in this state; ``undefined`` where its step has no rung to reach and nothing is said."""
    effect = uncapped(protocol, state, rule)
    return capped(protocol, effect, caps(protocol, state, rule))[0] if state.reasons else effect


def caps(protocol: Protocol, state: State, rule: Rule) -> tuple[Rule, ...]:
    """The reasons of the hold that say how high this rule may let drug come back."""
    waiting = state.control.kind in ("held", "in review") and not state.dose.is_drug
    if rule.action.kind != "resume" and not (waiting and rule.action.kind in ("escalate", "reduce", "review")):
        return ()
    return tuple(one for one in protocol.rules if one.name in state.reasons and isinstance(one.action.target, AtMost))


def capped(protocol: Protocol, effect: Effect, holds: Iterable[Rule]) -> tuple[Effect, str]:
    """The effect at the level of the lowest of these caps, with the hold that has it, if it is lower; else as it is."""
    by = ""
    if effect.dose.kind == "level" and not effect.undefined:
        for hold in holds:
            assert isinstance(hold.action.target, AtMost)
            if protocol.rung(hold.action.target.level) < protocol.rung(effect.dose.name):
                level = at_level(hold.action.target.level)
                effect, by = evolve(effect, level=level, dose=level), hold.name
    return effect, by


def uncapped(protocol: Protocol, state: State, rule: Rule) -> Effect:
    """The effect whatever the reasons of the hold say of how high drug may come back."""
    match rule.action.kind:
        case "continue":
            return no_change(protocol, state)
        case "hold" | "stop" as kind:
            return _without_drug(state, kind)
        case "review":
            control = Control("in review", rule.name)
            return Effect(control, state.level, _dose_of(protocol, control, state.level))
        case "start" | "escalate" | "reduce" | "resume":
            return _supplemented(protocol, state, rule, _anew(rule, _step(protocol, state, rule)))


def _anew(rule: Rule, effect: Effect) -> Effect:
    return evolve(effect, anew=True) if rule.action.anew and effect.control.kind == "on treatment" else effect


def _supplemented(protocol: Protocol, state: State, rule: Rule, effect: Effect) -> Effect:
    if rule.supplement is None or effect.level == state.level or direction(protocol, state.dose, effect) != 1:
        return effect
    return evolve(effect, supplement=rule.supplement)


def _without_drug(state: State, kind: Literal["hold", "stop"]) -> Effect:
    return _Effect(Control("held" if kind == "hold" else "stopped"), state.level, NO_DRUG)


def _step(protocol: Protocol, state: State, rule: Rule) -> Effect:
    action = rule.action
    match action.target:
        case To(level):
            return _to_level(protocol, state, rule, at_level(level))
        case Same() if state.level.kind == "level":
            return _on(state.level)
        case AtMost(level) if state.level.kind == "level":
            return _on(min(state.level, at_level(level), key=lambda dose: protocol.rung(dose.name)))
        case Same() | AtMost():
            return _beyond(protocol, state, rule, f"no level was in force before, but {state.level}")
        case By(steps):
            return _by(protocol, state, rule, steps if action.kind == "escalate" else -steps)
        case None:
            return _by(protocol, state, rule, 1 if action.kind == "escalate" else -1)


def _to_level(protocol: Protocol, state: State, rule: Rule, level: Dose) -> Effect:
    """To a named level. Escalating to one that is not above, or reducing to one that is not below, changes nothing."""
    here, there = rank(protocol, state.level), rank(protocol, level)
    assert there is not None
    wrong_way = {"escalate": here is not None and there <= here, "reduce": here is not None and there >= here}
    return no_change(protocol, state) if wrong_way.get(rule.action.kind) else _on(level)


def _by(protocol: Protocol, state: State, rule: Rule, steps: int) -> Effect:
    if state.level.kind != "level":
        return _beyond(protocol, state, rule, f"a step needs a rung to start from, and the dose is {state.level}")
    reached = protocol.rung(state.level.name) + steps
    if 0 <= reached < len(protocol.levels):
        return _on(at_level(protocol.levels[reached].name))
    side = "above" if steps > 0 else "below"
    beyond = f"{side} '{state.level.name}'"
    why = f"there is no level {beyond}" if abs(steps) == 1 else f"no level is {abs(steps)} rungs {beyond}"
    if rule.action.off_ladder is None and protocol.end_beyond(reached) == "ours":
        said = "and this end of the ladder is ours: the source says nothing of what lies beyond it"
        return evolve(in_force(state), undefined=f"{why}, {said}")
    return _beyond(protocol, state, rule, why)


def meets_own_end(protocol: Protocol, state: State, rule: Rule) -> bool:
    """Whether the rule's step leads beyond an end of the ladder that is ours, and its author does not say what happens there."""
    target, kind = rule.action.target, rule.action.kind
    if not isinstance(target, By) or rule.action.off_ladder is not None or state.level.kind != "level":
        return False
    reached = protocol.rung(state.level.name) + (target.steps if kind == "escalate" else -target.steps)
    return protocol.end_beyond(reached) == "ours"


def _beyond(protocol: Protocol, state: State, rule: Rule, why: str) -> Effect:
    match rule.action.off_ladder:
        case "continue":
            return no_change(protocol, state)
        case "hold" | "stop" as kind:
            return _without_drug(state, kind)
        case None:
            return evolve(in_force(state), undefined=f"{why}, and rule '{rule.name}' does not say what happens then")


def _on(level: Dose) -> Effect:
    return _Effect(Control("on treatment"), level, level)


def leads_to(protocol: Protocol, rule: Rule, level: Dose) -> ControlKind:
    """The control state to which the rule takes a patient on treatment at this level; a step off the ladder may hold or stop."""
    on_level = State(control=Control("on treatment"), level=level, dose=level)
    return effect_of(protocol, on_level, rule).control.kind


def rank(protocol: Protocol, dose: Dose) -> int | None:
    """The place of a dose in the order of exposure: no drug -1, a level its rung; None off the ladder."""
    if dose.kind == "none":
        return -1
    return protocol.rung(dose.name) if dose.kind == "level" else None


def direction(protocol: Protocol, before: Dose, effect: Effect) -> int | None:
    """-1 if the effect lowers what is in force, 1 if it raises it, 0 if neither, None if the two have no order."""
    if effect.undefined or before == effect.dose:
        return 0
    if effect.dose == NO_DRUG:
        return -1
    here, there = rank(protocol, before), rank(protocol, effect.dose)
    if here is None or there is None:
        return 1 if before == NO_DRUG else None
    return (there > here) - (there < here)
