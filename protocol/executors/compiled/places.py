"""Where can a patient be, apart from readings and times, and which rules have their turn there, in which order?"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby

from attrs import define, field, frozen

from protocol.executors.compiled.frame import Frame
from protocol.model.decision import Effect
from protocol.model.regimen import NO_DRUG, Dose
from protocol.model.rule import AtMost, Rule, Where
from protocol.model.state import UNORDERED, Control, State
from protocol.semantics.effects import effect_of, no_change

Equals = tuple[Rule, ...]
"""A rule that stands alone, or the cells of one table, which have equal right."""


BEFORE = Control("before treatment")


@frozen(cache_hash=True)
class Spot:
    """Control state, level kept, dose in force, whether it is withheld, and the reasons of a hold."""

    control: Control = BEFORE
    level: Dose = NO_DRUG
    dose: Dose = NO_DRUG
    withheld: bool = False
    reasons: frozenset[str] = frozenset()


@define(eq=False)
class Place:
    """A spot with what can be said of it for all patients who are there. ``number`` is what the register PLACE holds."""

    number: int
    spot: Spot
    frame: Frame
    state: State = field(init=False)

    def __attrs_post_init__(self) -> None:
        one = self.spot
        self.state = State(one.control, one.level, one.dose, one.withheld, one.reasons)

    @cached_property
    def rules(self) -> tuple[Equals, ...]:
        """The rules that apply, in order, those of equal right together."""
        found = [rule for rule in self.frame.prepared.rules if _applies(rule, self.spot)]
        return equals(found)

    @cached_property
    def nothing(self) -> Effect:
        """What is so where no rule acts."""
        return no_change(self.frame.protocol, self.state)

    @cached_property
    def is_said(self) -> bool:
        """Whether the protocol says itself that nothing covered means continue."""
        return self.spot.control.kind in self.frame.protocol.otherwise and self.spot.level.kind != "off ladder"

    @cached_property
    def holds(self) -> Equals:
        """The rules that can be a reason of a hold here: those that would hold on treatment at the level kept."""
        return tuple(rule for rule in _of_treatment(self.frame, self.spot.level) if _leads(self, rule) == "held")

    @cached_property
    def capping(self) -> Equals:
        """Those of the holds that say how high drug may come back."""
        return tuple(rule for rule in self.holds if isinstance(rule.action.target, AtMost))

    @cached_property
    def asked(self) -> tuple[Rule, ...]:
        """All rules whose guards anything can ask here: where drug can come back, those of treatment at every level too."""
        found = [*(rule for group in self.rules for rule in group), *self.holds]
        if self.spot.control.kind in ("held", "in review") or any(rule.action.kind == "resume" for rule in found):
            found += [rule for rule in self.frame.prepared.rules if any(where.control == "on treatment" for where in rule.where)]
        return tuple(found)

    @cached_property
    def reducing(self) -> tuple[Equals, ...]:
        """The rules that must reduce on treatment at the level kept."""
        rules = _of_treatment(self.frame, self.spot.level)
        return equals([rule for rule in rules if rule.mode == "must" and rule.action.kind == "reduce"])


def equals(rules: list[Rule]) -> tuple[Equals, ...]:
    """The rules in their order, the cells of a table together."""
    return tuple(tuple(group) for _, group in groupby(rules, key=lambda rule: rule.table or rule.name))


def ending(frame: Frame, level: Dose) -> Equals:
    """The rules that must hold or stop on treatment at a level: while one of them acts, drug would not stay there."""
    rules = (rule for rule in _of_treatment(frame, level) if rule.mode == "must")
    return tuple(rule for rule in rules if _kind_at(frame, rule, level) in ("held", "stopped"))


def _leads(place: Place, rule: Rule) -> str:
    return _kind_at(place.frame, rule, place.spot.level)


def _kind_at(frame: Frame, rule: Rule, level: Dose) -> str:
    treated = State(control=Control("on treatment"), level=level, dose=level)
    return effect_of(frame.protocol, treated, rule).control.kind


def _of_treatment(frame: Frame, level: Dose) -> list[Rule]:
    return [rule for rule in frame.prepared.rules if _is_of_treatment(rule, level)]


def _is_of_treatment(rule: Rule, level: Dose) -> bool:
    return any(where.control == "on treatment" and _names(where, level) for where in rule.where)


def _names(where: Where, level: Dose) -> bool:
    """Whether a place, as far as it names levels, names this one."""
    return not where.levels or (level.kind == "level" and level.name in where.levels)


def _applies(rule: Rule, spot: Spot) -> bool:
    kind = spot.control.kind
    if kind == "stopped":
        return False
    here = (where for where in rule.where if where.control == kind and _names(where, spot.level))
    if any(_is_by(where, rule, spot) for where in here):
        return True
    stays = (kind == "held" and rule.action.kind == "stop" and rule.on_hold) or (
        kind == "in review" and rule.action.kind in ("hold", "stop")
    )
    return stays and _is_of_treatment(rule, spot.level)


def _is_by(where: Where, rule: Rule, spot: Spot) -> bool:
    if not where.by:
        return True
    if spot.control.kind == "in review":
        return spot.control.by in where.by
    return (rule.action.kind == "resume" and UNORDERED in spot.reasons) or not spot.reasons.isdisjoint(where.by)


def answers(rule: Rule, reason: str, level: Dose) -> bool:
    """Whether a resume rule that acts answers a reason of the hold; ``unordered`` is answered by any."""
    held = (where for where in rule.where if where.control == "held" and _names(where, level))
    return reason == UNORDERED or any(not where.by or reason in where.by for where in held)
