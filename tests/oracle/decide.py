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
from protocol.model.rule import Rule
from protocol.model.state import State
from tests.oracle.known import Bounds, World
from tests.oracle.rules import Rules

Said = tuple[Rule | None, Effect]


@frozen
class Walk:
    """What the rules give in one completion, each effect with its rule: several are recommended where cells of a table differ."""

    recommended: tuple[Said, ...]
    ordered: tuple[Said, ...]
    offered: tuple[Said, ...] = ()
    stands: bool = False
    """What was ordered on these very readings stands, so that the source is not silent."""

    @property
    def effects(self) -> set[Effect]:
        """All that is recommended."""
        return {effect for _, effect in self.recommended}

    @property
    def beside(self) -> tuple[Said, ...]:
        """What a rule permits: what is offered, and where that is recommended what a rule orders instead."""
        instead = self.ordered if set(self.recommended) != set(self.ordered) else ()
        return (*self.offered, *((rule, effect) for rule, effect in instead if rule is not None))

    @property
    def permitted(self) -> tuple[Effect, ...]:
        return tuple(effect for _, effect in (*self.ordered, *self.offered))


@frozen
class Answer:
    status: str
    after: Effect
    withheld: bool
    certainty: dict[Effect, tuple[str, frozenset[str]]]
    """Of each effect that rules permit whether it is permitted whatever is missing, and the rules."""
    walks: tuple[Walk, ...]
    first_certain: tuple[Effect, ...]
    """The effects of the first must rules, of equal right, that act whatever is missing."""
    waiting: bool
    """Before treatment, where nobody has to be started."""
    silent: bool
    """The source says nothing: of this visit, or of a dose beyond an end of the ladder that it does not print."""
    conflict: tuple[str, ...]
    """The cells of a table that contradict each other, where they do whatever is missing."""

    def verdict(self, protocol: Protocol, given: Given) -> str:
        """Whether the dose given is permitted in every, in some or in no completion."""
        if self.waiting and given.kind == "none":
            return "every"
        found = [any(_gives(protocol, effect, given) for effect in walk.permitted) for walk in self.walks]
        return "every" if all(found) else "some" if any(found) else "none"


def decide(
    protocol: Protocol, state: State, time: int, bounds: Bounds, counts: Mapping[str, Sequence[int]] | None = None
) -> Answer:
    """The decision at ``time``; ``state`` is the one before it, with the readings and trackers of this visit."""
    case = Case(protocol, state, time, bounds, counts or {})
    worlds = case.completions()
    walks = tuple(case.walk(world) for world in worlds)
    certain = [[rule for rule in turn if case.orders(rule) and all(case.acts(rule, w) for w in worlds)] for turn in case.turns]
    first_certain = tuple(case.effect(rule) for rule in next((rules for rules in certain if rules), []))
    status, after, withheld = case.judge(walks, first_certain)
    certainty = {effect: _certainty(walks, effect) for effect in {effect for walk in walks for _, effect in walk.beside}}
    waiting = state.control.kind == "before treatment"
    conflict = _conflict(protocol, walks)
    return Answer(status, after, withheld, certainty, walks, first_certain, waiting, case.silent(walks), conflict)


def _certainty(walks: Sequence[Walk], effect: Effect) -> tuple[str, frozenset[str]]:
    some = {rule.name for walk in walks for rule, other in walk.beside if rule and other == effect}
    saying = [{rule.name for rule, other in (*walk.ordered, *walk.offered) if rule and other == effect} for walk in walks]
    always = some.intersection(*saying)
    return "permitted" if all(effect in walk.permitted for walk in walks) else "unknown", frozenset(always or some)


def _conflict(protocol: Protocol, walks: Sequence[Walk]) -> tuple[str, ...]:
    if any(len(walk.effects) == 1 for walk in walks):
        return ()
    names = {rule.name for walk in walks for rule, _ in walk.recommended if rule}
    return tuple(rule.name for rule in protocol.rules if rule.name in names)


def _gives(protocol: Protocol, effect: Effect, given: Given) -> bool:
    if given.regimen is None:
        return effect.control.kind == "stopped" if given.kind == "stopped" else effect.dose == NO_DRUG
    if given.anew > effect.anew:
        return False
    if given.level or effect.dose.kind not in ("level", "off ladder"):
        return effect.dose == Dose("level", given.level)
    dose = effect.dose
    return given.regimen.same_as(protocol.level(dose.name).regimen if dose.kind == "level" else regimen(dose.name))


@define(slots=False)
class Case(Rules):
    """The rules at this visit, walked in one completion or judged over all."""

    def walk(self, world: World) -> Walk:
        offered: list[Said] = []
        recommended: tuple[Said, ...] = ()
        resuming: list[list[Rule]] = []
        for turn in self.turns:
            given = self.given(turn, world, resuming)
            permits = [(rules, effect) for rules, effect, ordered in given if not ordered]
            orders = _told([(rules[0], effect) for rules, effect, ordered in given if ordered])
            recommended = recommended or _told([(rules[0], effect) for rules, effect in permits if all(map(_is_advised, rules))])
            offered += [(rules[0], effect) for rules, effect in permits]
            if orders:
                return Walk(recommended or orders, orders, tuple(offered))
        nothing = ((None, self.unchanged()),)
        return Walk(recommended or nothing, nothing, tuple(offered), self.stands(world))

    def given(
        self, turn: Sequence[Rule], world: World, resuming: list[list[Rule]]
    ) -> list[tuple[tuple[Rule, ...], Effect, bool]]:
        """What rules of equal right give: each effect with the rules that it takes, the deciding one first; if it is ordered."""
        held = self.state.control.kind == "held"
        acting = [rule for rule in turn if self.acts(rule, world) and not (held and rule.action.kind == "hold")]
        back = [rule for rule in acting if rule.action.kind == "resume"]
        found = [((rule,), self.effect(rule), rule.mode == "must") for rule in acting if not (held and rule in back)]
        if held and back:
            resuming.append(back)
            for rules, ordered in self.resumed(back, resuming):
                rule, effect = self.joint(rules)
                found.append(((rule, *rules), self.lowered(effect, world), ordered))
        return [one for one in found if one[0][0].action.kind != "resume" or not self.blocked(one[1].level, world)]

    def silent(self, walks: Sequence[Walk]) -> bool:
        control, off_ladder = self.state.control.kind, self.state.level.kind == "off ladder"
        uncovered = any(walk.ordered[0][0] is None and not walk.stands for walk in walks)
        if uncovered and control != "stopped" and (off_ladder or control not in self.protocol.otherwise):
            return True
        said = [one for walk in walks for one in walk.recommended]
        return all(effect.undefined for _, effect in said) and any(self.at_own_end(rule) for rule, _ in said)

    def judge(self, walks: Sequence[Walk], first_certain: Sequence[Effect]) -> tuple[str, Effect, bool]:
        stays = Effect(self.state.control, self.state.level, self.state.dose)
        said = [one for walk in walks for one in walk.recommended]
        effects = {effect for _, effect in said}
        if len(effects) == 1:
            only = said[0][1]
            return ("undecided", stays, self.state.withheld) if only.undefined else ("decided", only, False)
        order = [*self.rules, None]
        place = {effect: min(order.index(rule) for rule, other in said if other == effect) for effect in effects}
        undoable = [effect for effect in sorted(effects, key=place.__getitem__) if effect.control.kind != "stopped"]
        if all(self.is_safe(effect) for effect in effects) and undoable:
            return "provisional", min(undoable, key=self.exposure), self.state.withheld
        if any(self.is_safe(effect) for effect in first_certain):
            undoable = [effect for effect in first_certain if self.is_safe(effect) and effect.control.kind != "stopped"]
            if not undoable:
                return "provisional", Effect(self.state.control, self.state.level, NO_DRUG), True
            return "provisional", min(undoable, key=self.exposure), self.state.withheld
        return "undecided", stays, self.state.withheld

    def is_safe(self, effect: Effect) -> bool:
        """It leads to the safe side, and nothing of it cannot be taken back."""
        safe = {"less": -1, "more": 1, "none": None}[self.protocol.safe_side]
        return self.change(effect) == safe and effect.supplement is None and not effect.anew

    def exposure(self, effect: Effect) -> float:
        """A dose off the ladder counts as the lowest level, with which it cannot be compared; the first rule then decides."""
        if effect.dose.kind == "off ladder":
            return 0
        return self.rank(effect) if self.protocol.safe_side == "less" else -self.rank(effect)


def _is_advised(rule: Rule) -> bool:
    return rule.recommended or rule.mode == "must"


def _told(said: Sequence[Said]) -> tuple[Said, ...]:
    """One of them where they agree."""
    return tuple(said[:1] if len({effect for _, effect in said}) == 1 else said)
