"""One decision by brute force: every completion of what is missing is written out, and the rules are walked in each.

This is the slow second opinion on the reference semantics. It shares the model with it, and no line of code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, frozen

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose, regimen
from protocol.model.rule import Rule, Same
from protocol.model.state import State
from tests.oracle.known import Bounds, World
from tests.oracle.rules import Rules


@frozen
class Walk:
    """What the rules give in one completion: what is recommended (and by which rule), and all that is permitted."""

    rule: Rule | None
    effect: Effect
    permitted: tuple[tuple[Rule | None, Effect], ...]
    offered: tuple[Rule, ...]
    """The rules that permit and do not order."""
    stands: bool = False
    """What was ordered on these very readings stands, so that the source is not silent."""


@frozen
class Answer:
    status: str
    after: Effect
    withheld: bool
    certainty: dict[str, str]
    walks: tuple[Walk, ...]
    first_certain: Effect | None
    """The effect of the first must rule that acts whatever is missing."""
    waiting: bool
    """Before treatment, where nobody has to be started."""
    silent: bool
    """The source says nothing: of this visit, or of a dose beyond an end of the ladder that it does not print."""

    def verdict(self, protocol: Protocol, given: Given) -> str:
        """Whether the dose given is permitted in every, in some or in no completion."""
        if self.waiting and given.kind == "none":
            return "every"
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
    waiting = state.control.kind == "before treatment"
    return Answer(status, after, withheld, certainty, walks, first_certain, waiting, case.silent(walks))


def _gives(protocol: Protocol, effect: Effect, given: Given) -> bool:
    if given.regimen is None:
        return effect.control.kind == "stopped" if given.kind == "stopped" else effect.dose == NO_DRUG
    if given.level or effect.dose.kind not in ("level", "off ladder"):
        return effect.dose == Dose("level", given.level)
    dose = effect.dose
    return given.regimen.same_as(protocol.level(dose.name).regimen if dose.kind == "level" else regimen(dose.name))


@define(slots=False)
class Case(Rules):
    """The rules at this visit, walked in one completion or judged over all."""

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
                if acting is None:
                    continue
            effect = self.joint(acting, resuming)
            if rule.action.kind == "resume":
                effect = self.lowered(effect, world) if held else effect
                if self.blocked(effect.level, world):
                    continue
            here = (acting, effect)
            if ordered:
                return Walk(*(recommended or here), (*permitted, here), tuple(rule for rule, _ in permitted))
            recommended = recommended or (here if self.advised(acting, resuming) else None)
            permitted.append(here)
        here = (None, self.unchanged())
        return Walk(*(recommended or here), (*permitted, here), tuple(rule for rule, _ in permitted), self.stands(world))

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

    def silent(self, walks: Sequence[Walk]) -> bool:
        control, off_ladder = self.state.control.kind, self.state.level.kind == "off ladder"
        uncovered = any(walk.permitted[-1][0] is None and not walk.stands for walk in walks)
        if uncovered and control != "stopped" and (off_ladder or control not in self.protocol.otherwise):
            return True
        return all(walk.effect.undefined for walk in walks) and any(self.at_own_end(walk.rule) for walk in walks)

    def judge(self, walks: Sequence[Walk], first_certain: Effect | None) -> tuple[str, Effect, bool]:
        stays = Effect(self.state.control, self.state.level, self.state.dose)
        effects = {walk.effect for walk in walks}
        if len(effects) == 1:
            only = walks[0].effect
            return ("undecided", stays, self.state.withheld) if only.undefined else ("decided", only, False)
        safe = {"less": -1, "more": 1, "none": None}[self.protocol.safe_side]
        if all(self.change(effect) == safe and effect.supplement is None for effect in effects):
            order = [*self.rules, None]
            place = {effect: min(order.index(walk.rule) for walk in walks if walk.effect == effect) for effect in effects}
            undoable = [effect for effect in effects if effect.control.kind != "stopped"]
            return "provisional", min(undoable, key=lambda e: (-safe * self.rank(e), place[e])), self.state.withheld
        if first_certain is not None and self.change(first_certain) == safe and first_certain.supplement is None:
            if first_certain.control.kind == "stopped":
                return "provisional", Effect(self.state.control, self.state.level, NO_DRUG), True
            return "provisional", first_certain, self.state.withheld
        return "undecided", stays, self.state.withheld
