"""Where each rule leads: from every control state and level that a patient can be in, to the next."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.model.rule import ControlKind, Rule
from protocol.model.state import Control, State
from protocol.semantics.applying import applicable
from protocol.semantics.effects import effect_of, in_force
from protocol.semantics.prepared import prepare


@frozen
class Place:
    """A control state, with its level, or the level that was in force before it; empty where that does not matter."""

    control: ControlKind
    level: str = ""

    def __str__(self) -> str:
        return f"{self.control} at {self.level}" if self.level else self.control


@frozen
class Way:
    """A rule that leads, if it is true, from one place to another (or to the same: it orders to continue)."""

    before: Place
    after: Place
    rule: Rule


def ways(protocol: Protocol) -> tuple[Way, ...]:
    """Every way that the rules in force open from ``before treatment`` on, each once, in the order of the rules.

    Whether the conditions of several rules can be true one after the other is not asked. Steps that have no rung to reach
    and are not said to do anything then are left out.
    """
    found: dict[Way, None] = {}
    waiting, seen = [State()], {State()}
    while waiting:
        state = waiting.pop(0)
        for rule, effect in _effects(protocol, state):
            found[Way(_place(in_force(state)), _place(effect), rule)] = None
            after = _after(state, rule, effect)
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    order = {rule.name: number for number, rule in enumerate(protocol.rules)}
    return tuple(sorted(found, key=lambda way: order[way.rule.name]))


def _effects(protocol: Protocol, state: State) -> Iterator[tuple[Rule, Effect]]:
    for rule in applicable(prepare(protocol), state):
        effect = effect_of(protocol, state, rule)
        stays = effect == in_force(state) and rule.action.kind != "continue"
        holds_again = rule.action.kind == "hold" and state.control.kind == "held"
        if not (effect.undefined or stays or holds_again):
            yield rule, effect


def _after(state: State, rule: Rule, effect: Effect) -> State:
    """The state as far as the choice of rules goes: by which rule it is held, and by which it is in review."""
    if effect.control == Control("stopped"):
        return State(control=effect.control)
    begins = effect.control.kind == "held" and state.control.kind != "held"
    reasons = frozenset({rule.name}) if begins else state.reasons if effect.control.kind == "held" else frozenset()
    return evolve(State(), control=effect.control, level=effect.level, dose=effect.dose, reasons=reasons)


def _place(effect: Effect) -> Place:
    shows_level = effect.control.kind in ("on treatment", "held", "in review") and effect.level.kind == "level"
    return Place(effect.control.kind, effect.level.name if shows_level else "")
