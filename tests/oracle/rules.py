"""Which rules apply at a visit, which of them act, and how the resume rules of a hold work together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import product

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
        return since is not None and not any(self.unused(way, since) for way in self.ways(rule.when, world, since=since))

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

    @cached_property
    def turns(self) -> list[list[Rule]]:
        """The rules that apply, those of one table together."""
        names = dict.fromkeys(rule.table or rule.name for rule in self.rules)
        return [[rule for rule in self.rules if (rule.table or rule.name) == name] for name in names]

    def ends(self, true: Sequence[Sequence[Rule]]) -> list[tuple[Rule, ...]]:
        """Every choice of one rule for each reason of the hold, out of the first of these groups that has one for it."""
        choices = []
        for reason in self.state.reasons:
            able = [[rule for rule in group if self.covers(rule, reason)] for group in true]
            choices.append(next((rules for rules in able if rules), []))
        return [rules for rules in product(*choices) if rules]

    def resumed(self, here: Sequence[Rule], true: Sequence[Sequence[Rule]]) -> list[tuple[tuple[Rule, ...], bool]]:
        """How true resume rules of equal right end the hold, with those before them in ``true``, and whether that is ordered.

        It is ordered where must rules alone cover every reason. Otherwise it is permitted where may rules help to cover them,
        each of these rules before all others, which were offered at their own places.
        """
        musts = [[rule for rule in group if rule.mode == "must"] for group in true]
        ordered = self.ends(musts) if musts[-1] else []
        helped = [rule for rule in here if rule.mode == "may" or not ordered]
        return [(rules, True) for rules in ordered] + [(rules, False) for rule in helped for rules in self.ends([[rule], *true])]

    def joint(self, rules: Sequence[Rule]) -> tuple[Rule, Effect]:
        """The rule that leads lowest and its effect; as in a new patient only if all of them say so."""
        lowest = min(sorted(rules, key=self.rules.index), key=self.target_rung)
        effect = self.effect(lowest)
        return lowest, evolve(effect, anew=False) if not all(rule.action.anew for rule in rules) else effect

    def lowered(self, resumed: Effect, world: World) -> Effect:
        """Drug comes back no higher than a hold lets it that acts at the level kept, or than a reduction there would take it."""
        there = self.on_treatment()
        acting = [rule for rule in there.rules if self.acts(rule, world)]
        resumed = self.held_down(resumed, [rule for rule in acting if there.effect(rule).control.kind == "held"])
        reducing = [[rule for rule in group if rule in acting and _must_reduce(rule)] for group in there.turns]
        for rule in next((rules for rules in reducing if rules), []):
            reduced = there.effect(rule)
            on_ladder = reduced.dose.kind == resumed.dose.kind == "level" and not reduced.undefined
            if on_ladder and resumed.control == reduced.control and self.rank(reduced) < self.rank(resumed):
                resumed = evolve(resumed, level=reduced.level, dose=reduced.dose)
        return resumed

    def on_treatment(self) -> Rules:
        """The same patient on treatment at the level kept."""
        treated = evolve(self.state, control=Control("on treatment"), dose=self.state.level, reasons=frozenset())
        return Rules(self.protocol, treated, self.time, self.bounds)

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


def _must_reduce(rule: Rule) -> bool:
    return rule.mode == "must" and rule.action.kind == "reduce"


def _at(where: Where, level: Dose) -> bool:
    return not where.levels or (level.kind == "level" and level.name in where.levels)
