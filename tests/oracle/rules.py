"""Which rules apply at a visit, which of them act, and how the resume rules of a hold work together."""

from __future__ import annotations

from functools import cached_property

from attrs import define, evolve

from protocol.model.decision import Effect
from protocol.model.regimen import Dose
from protocol.model.rule import Rule, Where
from protocol.model.state import UNORDERED, Control
from tests.oracle.effects import Effects
from tests.oracle.known import World


@define(slots=False)
class Rules(Effects):
    """The rules at this visit, each asked in one completion."""

    def acts(self, rule: Rule, world: World) -> bool:
        """The guard is true and, for what counts once, something that makes it true is later than what was acted on."""
        return self.true(rule.when, world) and not self.used(rule, world)

    def used(self, rule: Rule, world: World) -> bool:
        """A true guard of a step, or of a hold that one reading causes once, rests on nothing new."""
        since = None
        if rule.action.kind in ("escalate", "reduce") and not rule.again:
            since = self.state.stepped
        if rule.once and (self.state.control.kind == "held" or not self.state.reasons):
            since = self.state.hold_began
        return since is not None and not any(self.unused(way, since) for way in self.ways(rule.when, world))

    def stands(self, world: World) -> bool:
        """What a must rule ordered on what is there still stands."""
        return any(rule.mode == "must" and self.true(rule.when, world) and self.used(rule, world) for rule in self.rules)

    def orders(self, rule: Rule) -> bool:
        """A must rule that is not a resume, and not a hold of one who is held."""
        repeated = rule.action.kind == "hold" and self.state.control.kind == "held"
        return rule.mode == "must" and rule.action.kind != "resume" and not repeated

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that apply in this control state, in their order."""
        return [rule for rule in self.protocol.in_force() if any(self.applies(rule, where) for where in rule.where)]

    def applies(self, rule: Rule, where: Where) -> bool:
        control, kind = self.state.control, rule.action.kind
        if control.kind == "stopped" or not _at(where, self.state.level):
            return False
        if where.control == control.kind == "held":
            return not where.by or any(self.names(rule, where, reason) for reason in self.state.reasons)
        if where.control == control.kind == "in review":
            return not where.by or control.by in where.by
        if where.control == "on treatment" and control.kind == "held":
            return kind == "stop" and rule.on_hold
        if where.control == "on treatment" and control.kind == "in review":
            return kind in ("hold", "stop")
        return where.control == control.kind

    def names(self, rule: Rule, where: Where, reason: str) -> bool:
        return not where.by or reason in where.by or (rule.action.kind == "resume" and reason == UNORDERED)

    def covers(self, rule: Rule, reason: str) -> bool:
        return any(
            where.control == "held" and self.applies(rule, where) and self.names(rule, where, reason) for where in rule.where
        )

    def resumes(self, true: list[Rule]) -> tuple[Rule | None, bool]:
        """Of the true resume rules so far, the one that acts at the place of the last of them, and whether it is ordered.

        It is ordered where must rules alone cover every reason. Otherwise it is permitted where may rules help to cover them,
        the last one before those above it, which were offered at their own places.
        """
        musts = [rule for rule in true if rule.mode == "must"]
        ordered = self.lowest(musts) if true[-1].mode == "must" else None
        return (ordered, True) if ordered else (self.lowest([true[-1], *true[:-1]]), False)

    def lowest(self, true: list[Rule]) -> Rule | None:
        """None until every reason is covered; then, of the first rules that cover them, the one with the lowest target."""
        first = self.covering(true)
        if not true or None in first:
            return None
        return min(sorted(first or true[:1], key=self.rules.index), key=self.target_rung)

    def covering(self, true: list[Rule]) -> list[Rule | None]:
        return [next((rule for rule in true if self.covers(rule, reason)), None) for reason in self.state.reasons]

    def lowered(self, resumed: Effect, world: World) -> Effect:
        """Drug comes back no higher than where a reduction takes it that must be made at the level kept."""
        treated = evolve(self.state, control=Control("on treatment"), dose=self.state.level)
        there = Rules(self.protocol, treated, self.time, self.bounds)
        reducing = (rule for rule in self.protocol.in_force() if rule.mode == "must" and rule.action.kind == "reduce")
        for rule in reducing:
            at_level = any(where.control == "on treatment" and _at(where, self.state.level) for where in rule.where)
            if at_level and self.acts(rule, world):
                reduced = there.effect(rule)
                on_ladder = reduced.dose.kind == resumed.dose.kind == "level" and not reduced.undefined
                lower = on_ladder and resumed.control == reduced.control and self.rank(reduced) < self.rank(resumed)
                return reduced if lower else resumed
        return resumed

    def blocked(self, level: Dose, world: World) -> bool:
        """A hold or stop of the level to which the rule returns acts; a step that would leave the ladder may be one."""
        return any(
            self.acts(other, world)
            for other in self.protocol.in_force()
            if other.mode == "must" and self.interrupts(other, level)
            if any(where.control == "on treatment" and _at(where, level) for where in other.where)
        )

    def interrupts(self, rule: Rule, level: Dose) -> bool:
        there = Rules(self.protocol, evolve(self.state, level=level), self.time, self.bounds)
        return rule.action.kind in ("hold", "stop") or (
            rule.action.off_ladder in ("hold", "stop") and there.reached(rule) is None
        )


def _at(where: Where, level: Dose) -> bool:
    return not where.levels or (level.kind == "level" and level.name in where.levels)
