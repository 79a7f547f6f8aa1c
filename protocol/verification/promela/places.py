"""Where does each rule apply, and where does its action lead: as Promela over the control state, the level and the reasons."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from protocol.model.rule import CONTROLS, By, ControlKind, Rule, Same, To, Where
from protocol.model.state import UNORDERED
from protocol.verification.promela.asked import Asked, NotInPromela
from protocol.verification.promela.words import both, either, one_of

BEFORE, ON, HELD, REVIEW, STOPPED = range(len(CONTROLS))
ANEW, UNDEFINED = 1 << 17, 1 << 18
NOTHING = 1 << 30
"""The place of what no rule gives, behind every rule."""


def packed(control: int, by: int, level: int, dose: int, flags: int = 0) -> int:
    """An effect as one number."""
    return control | by << 3 | level << 9 | dose << 13 | flags


@frozen(eq=False)
class Places:
    """The rules of a protocol as bits of a word, and the questions about where a patient is."""

    asked: Asked

    @property
    def levels(self) -> range:
        """The levels of the ladder, from 1; 0 is before the first dose."""
        return range(1, len(self.asked.protocol.levels) + 1)

    def bit(self, rule: Rule) -> int:
        """The bit of a rule."""
        return 1 << self.asked.rules.index(rule)

    def bits(self, wanted: Callable[[Rule], bool]) -> int:
        """The bits of the rules that are so."""
        return sum(self.bit(rule) for rule in self.asked.rules if wanted(rule))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that can be a reason of a hold, in the order of its bits."""
        return (*(rule.name for rule in self.asked.rules if self.can_hold(rule)), UNORDERED)

    def reason_bits(self, names: tuple[str, ...]) -> int:
        """The bits of these reasons; a rule that is not in force is none."""
        return sum(1 << place for place, name in enumerate(self.reasons) if name in names)

    def can_hold(self, rule: Rule) -> bool:
        """Whether the rule can lead to a hold."""
        return rule.action.kind == "hold" or rule.action.off_ladder == "hold"

    # Where a rule applies

    def is_at(self, where: Where) -> str:
        """That the level is one of a place."""
        named = {self.asked.protocol.rung(name) + 1 for name in where.levels}
        return "1" if not named else one_of("lev", [level in named for level in (0, *self.levels)])

    def on_treatment(self, rule: Rule) -> str:
        """That the rule is one of those on treatment at the level kept."""
        return either(self.is_at(where) for where in rule.where if where.control == "on treatment")

    def applies(self, rule: Rule, control: ControlKind) -> str:
        """That the rule applies in this control state."""
        if control == "stopped":
            return "0"
        found = [both((self.is_at(where), self._is_by(where, rule, control))) for where in rule.where if where.control == control]
        stands = {"held": rule.action.kind == "stop" and rule.on_hold, "in review": rule.action.kind in ("hold", "stop")}
        return either([*found, *([self.on_treatment(rule)] if stands.get(control, False) else [])])

    def _is_by(self, where: Where, rule: Rule, control: ControlKind) -> str:
        if not where.by:
            return "1"
        if control == "in review":
            return either(f"by == {self.place_of(name)}" for name in where.by if self.is_in_force(name))
        mask = self.reason_bits(where.by) | (self.reason_bits((UNORDERED,)) if rule.action.kind == "resume" else 0)
        return f"(rs & {mask}) != 0"

    def is_in_force(self, name: str) -> bool:
        """Whether a rule is in force."""
        return any(rule.name == name for rule in self.asked.rules)

    def place_of(self, name: str) -> int:
        """The number of a rule that asked for a review, from 1."""
        return next(place for place, rule in enumerate(self.asked.rules, 1) if rule.name == name)

    def covers(self, rule: Rule, reason: str) -> str:
        """That a resume rule answers a reason."""
        if reason == UNORDERED:
            return "1"
        named = (where for where in rule.where if where.control == "held")
        return either(self.is_at(where) for where in named if not where.by or reason in where.by)

    # Where its action leads

    def effect(self, rule: Rule, level: int) -> str:
        """The effect of a rule at a level: a number, what changes nothing (``nochg``), or a step that cannot be taken."""
        action = rule.action
        match action.kind:
            case "continue":
                return "nochg"
            case "hold":
                return str(packed(HELD, 0, level, 0))
            case "stop":
                return str(packed(STOPPED, 0, level, 0))
            case "review":
                by = self.place_of(rule.name)
                return str(packed(REVIEW, by, level, 0 if action.meanwhile == "withhold" else level))
            case _:
                return self._step(rule, level)

    def _step(self, rule: Rule, level: int) -> str:
        reached = self.reached(rule, level)
        anew = ANEW if rule.action.anew else 0
        match reached:
            case None:
                return "nochg"
            case int():
                return str(packed(ON, 0, reached, reached, anew))
            case "hold":
                return str(packed(HELD, 0, level, 0))
            case "stop":
                return str(packed(STOPPED, 0, level, 0))
            case _:
                return "undef"

    def reached(self, rule: Rule, level: int) -> int | str | None:
        """The level that a step reaches; None where it changes nothing, a word where it leaves the ladder."""
        action = rule.action
        match action.target:
            case To(name):
                there = self.asked.protocol.rung(name) + 1
                wrong = {"escalate": level and there <= level, "reduce": level and there >= level}.get(action.kind)
                return None if wrong else there
            case Same() if level:
                return level
            case By(steps):
                there = level + (steps if action.kind == "escalate" else -steps)
            case None:
                there = level + (1 if action.kind == "escalate" else -1)
            case Same():
                there = 0
            case _:
                raise NotInPromela(f"rule '{rule.name}' steps in a way that the Promela model has not")
        if level and there in self.levels:
            return there
        return {"continue": None, "hold": "hold", "stop": "stop"}.get(action.off_ladder or "", "undefined")

    def leads_to(self, rule: Rule, level: int) -> int:
        """The control state to which a rule leads on treatment at a level."""
        effect = self.effect(rule, level)
        return ON if effect in ("nochg", "undef") else int(effect) & 7

    def is_on_treatment_at(self, rule: Rule, level: int) -> bool:
        """Whether the rule is one of those on treatment at this level."""
        names = {where.levels for where in rule.where if where.control == "on treatment"}
        here = self.asked.protocol.levels[level - 1].name if level else ""
        return any(not levels or here in levels for levels in names)

    def holds_at(self, level: int) -> int:
        """The rules that hold on treatment at a level."""
        return self.bits(lambda rule: self.is_on_treatment_at(rule, level) and self.leads_to(rule, level) == HELD)

    def ends_at(self, level: int) -> int:
        """The rules that must hold or stop on treatment at a level, so that resuming there would not last."""
        return self.bits(
            lambda rule: (
                rule.mode == "must" and self.is_on_treatment_at(rule, level) and self.leads_to(rule, level) in (HELD, STOPPED)
            )
        )

    def by_level(self, said: Callable[[int], int | str], variable: str = "lev") -> str:
        """What depends on the level, as one expression."""
        found = [str(said(level)) for level in (0, *self.levels)]
        text = found[-1]
        for level in reversed(range(len(found) - 1)):
            if any(one != found[level] for one in found[level + 1 :]) or text != found[level]:
                text = f"({variable} == {level} -> {found[level]} : {text})"
        return text
