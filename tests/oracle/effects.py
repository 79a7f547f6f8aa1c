"""What an action leads to from where the patient is, and whether that is more or less drug."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import define, evolve

from protocol.model.decision import Effect
from protocol.model.regimen import NO_DRUG, Dose, at_level
from protocol.model.rule import AtMost, Rule, Same, To
from protocol.model.state import Control
from tests.oracle.facts import Facts


@define(slots=False)
class Effects(Facts):
    """The effects that rules have at this visit."""

    def target_rung(self, rule: Rule) -> float:
        """How low a resume leads; lowest is where nobody can say: to a dose off the ladder, or below it without an answer."""
        dose = self.reached(rule)
        if dose is None:
            return -1 if rule.action.off_ladder else -math.inf
        return self.protocol.rung(dose.name) if dose.kind == "level" else -math.inf

    def unchanged(self) -> Effect:
        control, level = self.state.control, self.state.level
        in_force = control.kind == "on treatment"
        if control.kind == "in review":
            in_force = self.protocol.rule(control.by).action.meanwhile == "continue"
        return Effect(control, level, level if in_force else NO_DRUG)

    def reached(self, rule: Rule) -> Dose | None:
        """The dose that a rule's target names from here; None: there is no such rung."""
        target, level = rule.action.target, self.state.level
        if isinstance(target, To):
            return at_level(target.level)
        if isinstance(target, Same):
            return level if level.kind == "level" else None
        if isinstance(target, AtMost):
            return self.no_higher(level, [target]) if level.kind == "level" else None
        if level.kind != "level":
            return None
        rung = self.protocol.rung(level.name) + (target.steps if rule.action.kind == "escalate" else -target.steps)
        return at_level(self.protocol.levels[rung].name) if 0 <= rung < len(self.protocol.levels) else None

    def no_higher(self, dose: Dose, caps: Iterable[AtMost]) -> Dose:
        """The dose, or the lowest of these levels if it is above that."""
        rungs = [self.protocol.rung(dose.name), *(self.protocol.rung(cap.level) for cap in caps)]
        return at_level(self.protocol.levels[min(rungs)].name)

    def effect(self, rule: Rule) -> Effect:
        """What the rule does; drug comes back no higher than any reason of the hold lets it."""
        free = self.free_effect(rule)
        idle = not self.state.dose.is_drug and self.state.control.kind in ("held", "in review")
        if rule.action.kind == "resume" or (idle and rule.action.kind in ("reduce", "escalate", "review")):
            return self.held_down(free, [rule for rule in self.protocol.rules if rule.name in self.state.reasons])
        return free

    def held_down(self, effect: Effect, holds: Iterable[Rule]) -> Effect:
        if effect.undefined or effect.dose.kind != "level":
            return effect
        dose = self.no_higher(effect.dose, [hold.action.target for hold in holds if isinstance(hold.action.target, AtMost)])
        return evolve(effect, level=dose, dose=dose) if dose != effect.dose else effect

    def free_effect(self, rule: Rule) -> Effect:
        level, action = self.state.level, rule.action
        match action.kind:
            case "continue":
                return self.unchanged()
            case "hold":
                return Effect(Control("held"), level, NO_DRUG)
            case "stop":
                return Effect(Control("stopped"), level, NO_DRUG)
            case "review":
                return Effect(Control("in review", rule.name), level, level if action.meanwhile == "continue" else NO_DRUG)
        dose = self.reached(rule)
        if dose is None:
            return self.off_ladder(action.off_ladder)
        if isinstance(action.target, To) and action.kind in ("escalate", "reduce") and level.kind == "level":
            rungs = self.protocol.rung(dose.name) - self.protocol.rung(level.name)
            if rungs <= 0 if action.kind == "escalate" else rungs >= 0:
                return self.unchanged()
        stepped = Effect(Control("on treatment"), dose, dose, anew=action.anew)
        return evolve(stepped, supplement=rule.supplement) if dose != level and self.change(stepped) == 1 else stepped

    def at_own_end(self, rule: Rule | None) -> bool:
        """Whether the rule's step has no rung because the ladder ends there, by our choice, and it does not say what then."""
        if rule is None or rule.action.off_ladder or self.state.level.kind != "level" or self.reached(rule) is not None:
            return False
        ends = self.protocol.ladder_ends
        return (ends.highest if rule.action.kind == "escalate" else ends.lowest) == "ours"

    def undefined(self) -> Effect:
        return Effect(self.state.control, self.state.level, self.state.dose, "undefined")

    def off_ladder(self, instead: str | None) -> Effect:
        if instead is None:
            return self.undefined()
        if instead == "continue":
            return self.unchanged()
        return Effect(Control("held" if instead == "hold" else "stopped"), self.state.level, NO_DRUG)

    def change(self, effect: Effect) -> int:
        """-1 where the effect lowers the dose in force, 1 where it raises it, 0 where it does neither."""
        before, after = self.state.dose, effect.dose
        if effect.undefined:
            return 0
        if NO_DRUG in (before, after):
            return after.is_drug - before.is_drug
        if before.kind == after.kind == "level":
            rungs = self.protocol.rung(after.name) - self.protocol.rung(before.name)
            return (rungs > 0) - (rungs < 0)
        return 0

    def rank(self, effect: Effect) -> int:
        return self.protocol.rung(effect.dose.name) if effect.dose.kind == "level" else -1
