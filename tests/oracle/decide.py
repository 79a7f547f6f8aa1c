"""One decision by brute force: every completion of what is missing is written out, and the rules are walked in each.

This is the slow second opinion on the reference semantics. It shares the model with it, and no line of code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from attrs import define, evolve, frozen

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.protocol import Protocol, Rule, Same, Where
from protocol.model.regimen import NO_DRUG, Dose, regimen
from protocol.model.state import UNORDERED, State
from tests.oracle.effects import Effects
from tests.oracle.facts import Bounds, World


@frozen
class Walk:
    """What the rules give in one completion: what is recommended (and by which rule), and all that is permitted."""

    rule: Rule | None
    effect: Effect
    permitted: tuple[tuple[Rule | None, Effect], ...]
    offered: tuple[Rule, ...]
    """The rules that permit and do not order."""


@frozen
class Answer:
    status: str
    after: Effect
    withheld: bool
    certainty: dict[str, str]
    walks: tuple[Walk, ...]
    first_certain: Effect | None
    """The effect of the first must rule that acts whatever is missing."""

    def verdict(self, protocol: Protocol, given: Given) -> str:
        """Whether the dose given is permitted in every, in some or in no completion."""
        found = [any(_gives(protocol, effect, given) for _, effect in walk.permitted) for walk in self.walks]
        return "every" if all(found) else "some" if any(found) else "none"


def decide(
    protocol: Protocol, state: State, time: int, bounds: Bounds, counts: Mapping[str, Sequence[int]] | None = None
) -> Answer:
    """The decision at ``time``; ``state`` is the one before it, with the readings and trackers of this visit."""
    case = Case(protocol, state, time, bounds, counts or {})
    worlds = case.completions()
    walks = tuple(case.walk(world) for world in worlds)
    certain = next((rule for rule in case.rules if case.orders(rule) and all(case.acts(rule, w) for w in worlds)), None)
    first_certain = case.effect(certain) if certain else None
    status, after, withheld = case.judge(walks, first_certain)
    offered = [{rule.name for rule in walk.offered} for walk in walks]
    certainty = {name: "permitted" if all(name in names for names in offered) else "unknown" for name in set().union(*offered)}
    return Answer(status, after, withheld, certainty, walks, first_certain)


def _gives(protocol: Protocol, effect: Effect, given: Given) -> bool:
    if given.regimen is None:
        return effect.control.kind == "stopped" if given.kind == "stopped" else effect.dose == NO_DRUG
    if effect.dose.kind not in ("level", "off ladder"):
        return False
    dose = effect.dose
    return given.regimen.same_as(protocol.level(dose.name).regimen if dose.kind == "level" else regimen(dose.name))


@define(slots=False)
class Case(Effects):
    """The rules at this visit, walked in one completion or judged over all."""

    def acts(self, rule: Rule, world: World) -> bool:
        """The guard is true and, for a step, something that makes it true is later than the last step."""
        if not self.true(rule.when, world):
            return False
        if rule.action.kind not in ("escalate", "reduce") or rule.again or self.state.stepped is None:
            return True
        return any(date > self.state.stepped for date in self.dates(rule.when, world))

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

    def blocked(self, rule: Rule, world: World) -> bool:
        """A hold or stop of the state to which the rule returns is true; a step that would leave the ladder may be one."""
        level = self.reached(rule) or self.state.level
        return any(
            self.acts(other, world)
            for other in self.protocol.in_force()
            if other.mode == "must" and self.interrupts(other, level)
            if any(where.control == "on treatment" and _at(where, level) for where in other.where)
        )

    def interrupts(self, rule: Rule, level: Dose) -> bool:
        there = Case(self.protocol, evolve(self.state, level=level), self.time, self.bounds)
        return rule.action.kind in ("hold", "stop") or (rule.action.off_ladder == "hold" and there.reached(rule) is None)

    def walk(self, world: World) -> Walk:
        permitted: list[tuple[Rule | None, Effect]] = []
        recommended: tuple[Rule | None, Effect] | None = None
        resuming: list[Rule] = []
        held = self.state.control.kind == "held"
        for rule in self.rules:
            if not self.acts(rule, world) or (held and rule.action.kind == "hold"):
                continue
            acting, ordered = rule, rule.mode == "must"
            if rule.action.kind == "resume":
                resuming.append(rule)
                acting, ordered = self.resumes(resuming) if held else (rule, ordered)
                if acting is None or self.blocked(acting, world):
                    continue
            here = (acting, self.joint(acting, resuming))
            if ordered:
                return Walk(*(recommended or here), (*permitted, here), tuple(rule for rule, _ in permitted))
            recommended = recommended or (here if self.advised(acting, resuming) else None)
            permitted.append(here)
        here = (None, self.unchanged())
        return Walk(*(recommended or here), (*permitted, here), tuple(rule for rule, _ in permitted))

    def joint(self, acting: Rule, resuming: list[Rule]) -> Effect:
        """The effect of the rule that acts; back to a dose off the ladder only where no other level is asked for as well."""
        others = {rule.action.target for rule in self.covering(resuming) if rule} if self.state.control.kind == "held" else set()
        lost = isinstance(acting.action.target, Same) and self.state.level.kind == "off ladder" and len(others) > 1
        return self.undefined() if lost and acting.action.kind == "resume" else self.effect(acting)

    def advised(self, acting: Rule, resuming: list[Rule]) -> bool:
        """Whether what is permitted is recommended too; of a resume that takes several rules, whether none only permits."""
        if self.state.control.kind != "held" or acting.action.kind != "resume":
            return acting.recommended
        first = self.covering([resuming[-1], *resuming[:-1]])
        return all(rule.recommended or rule.mode == "must" for rule in first or resuming[-1:])

    def judge(self, walks: Sequence[Walk], first_certain: Effect | None) -> tuple[str, Effect, bool]:
        stays = Effect(self.state.control, self.state.level, self.state.dose)
        effects = {walk.effect for walk in walks}
        if len(effects) == 1:
            only = walks[0].effect
            return ("undecided", stays, self.state.withheld) if only.undefined else ("decided", only, False)
        safe = {"less": -1, "more": 1, "none": None}[self.protocol.safe_side]
        if all(self.change(effect) == safe for effect in effects):
            order = [*self.rules, None]
            place = {effect: min(order.index(walk.rule) for walk in walks if walk.effect == effect) for effect in effects}
            undoable = [effect for effect in effects if effect.control.kind != "stopped"]
            return "provisional", min(undoable, key=lambda e: (-safe * self.rank(e), place[e])), self.state.withheld
        if first_certain is not None and self.change(first_certain) == safe:
            if first_certain.control.kind == "stopped":
                return "provisional", Effect(self.state.control, self.state.level, NO_DRUG), True
            return "provisional", first_certain, self.state.withheld
        return "undecided", stays, self.state.withheld


def _at(where: Where, level: Dose) -> bool:
    return not where.levels or (level.kind == "level" and level.name in where.levels)
