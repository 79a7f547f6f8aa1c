"""What the ordered rules of a protocol give at a place, as formulas for the solver cvc5, in one completion of what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from attrs import define, field, frozen

from protocol.model.rule import AtMost, Rule, Same, To, Where
from protocol.model.state import UNORDERED
from tests.oracle.formulas import Facts, Term

OFF = "off ladder"


@frozen
class Place:
    """``level`` is a rung, OFF, or empty where there was none; ``by`` is the rule that asked for the review."""

    control: str
    level: str = ""
    by: str = ""


class Does(NamedTuple):
    """Where an action leads, and at which dose; ``undefined`` where its step has no rung and nothing is said."""

    control: str
    level: str
    dose: str
    by: str = ""
    undefined: str = ""


Turn = tuple[Term, Does, bool, Term]
"""When a rule gives it, what, whether it orders it, and whether it recommends it."""


@define(eq=False, slots=False)
class Rules:
    """The rules of a protocol at a place, in one completion."""

    facts: Facts
    place: Place
    reasons: tuple[str, ...]
    """What can be a reason of a hold, in either protocol."""
    rules: tuple[Rule, ...] = field(init=False)
    _acts: dict[str, Term] = field(factory=dict)
    _treated: dict[str, list[tuple[Rule, Does]]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.protocol, self.words = self.facts.protocol, self.facts.words
        self.rungs = [level.name for level in self.protocol.levels]
        self.rules = tuple(rule for rule in self.facts.rules if self.applies(rule) != self.words.no)

    # Which rules act

    def reason(self, name: str) -> Term:
        return self.words.truth(f"held by {name}")

    def for_a_reason(self) -> Term:
        """Who is held is held for something."""
        return self.words.any(map(self.reason, self.reasons)) if self.place.control == "held" else self.words.yes

    def applies(self, rule: Rule) -> Term:
        return self.words.any([self._applies(rule, where) for where in rule.where])

    def _applies(self, rule: Rule, where: Where) -> Term:
        w, here, kind = self.words, self.place, rule.action.kind
        if not at(where, here.level):
            return w.no
        if where.control == here.control == "held":
            names = [*where.by, *([UNORDERED] if kind == "resume" else [])]
            return w.any([self.reason(name) for name in names]) if where.by else w.yes
        if where.control == here.control:
            return w.yes if here.control != "in review" or not where.by or here.by in where.by else w.no
        stands = {"held": kind == "stop" and rule.on_hold, "in review": kind in ("hold", "stop")}
        return w.yes if where.control == "on treatment" and stands.get(here.control) else w.no

    def acts(self, rule: Rule) -> Term:
        if rule.name not in self._acts:
            self._acts[rule.name] = self.words.all([self.facts.true(rule.when), self.words.isnt(self.used(rule))])
        return self._acts[rule.name]

    def used(self, rule: Rule) -> Term:
        """Whether what makes a step, or a hold that one reading causes once, true was acted on before."""
        w = self.words
        if rule.action.kind in ("escalate", "reduce") and not rule.again:
            return w.all([w.truth("stepped before"), w.isnt(self.facts.newer(rule.when, True, "step"))])
        if rule.action.kind == "hold" and rule.once:
            kept = w.yes if self.place.control == "held" else w.isnt(w.any(map(self.reason, self.reasons)))
            return w.all([w.truth("held before"), kept, w.isnt(self.facts.newer(rule.when, True, "hold"))])
        return w.no

    def on_treatment(self, level: str) -> list[tuple[Rule, Does]]:
        """The rules that apply on treatment at a level, with where they lead there."""
        if level not in self._treated:
            there = Rules(self.facts, Place("on treatment", level), self.reasons)
            found = [rule for rule in self.facts.rules if any(w.control == "on treatment" and at(w, level) for w in rule.where)]
            self._treated[level] = [(rule, there.does(rule)) for rule in found]
        return self._treated[level]

    def holding(self, level: str) -> list[Rule]:
        return [rule for rule, does in self.on_treatment(level) if does.control == "held"]

    # Where they lead

    def stay(self) -> Does:
        here = self.place
        continues = here.by and self.protocol.rule(here.by).action.meanwhile != "withhold"
        return Does(here.control, here.level, here.level if here.control == "on treatment" or continues else "", here.by)

    def does(self, rule: Rule) -> Does:
        action, level = rule.action, self.place.level
        if rule.supplement or rule.table or action.anew or isinstance(action.target, AtMost):
            raise NotImplementedError(f"cvc5 is not told what {rule.name} does")
        match action.kind:
            case "continue":
                return self.stay()
            case "hold" | "stop" as kind:
                return Does({"hold": "held", "stop": "stopped"}[kind], level, "")
            case "review":
                return Does("in review", level, "" if action.meanwhile == "withhold" else level, rule.name)
        if isinstance(action.target, To):
            wrong = {"escalate": (-1, 0), "reduce": (0, 1)}.get(action.kind, ())
            return self.stay() if self.towards(action.target.level) in wrong else self.on(action.target.level)
        if isinstance(action.target, Same):
            return self.on(level) if level in self.rungs else self.beyond(rule)
        steps = (action.target.steps if action.target else 1) * (1 if action.kind == "escalate" else -1)
        reached = self.rungs.index(level) + steps if level in self.rungs else -1
        return self.on(self.rungs[reached]) if 0 <= reached < len(self.rungs) else self.beyond(rule)

    def towards(self, level: str) -> int | None:
        """1 if a rung is above the level here, -1 below; None where there is none here."""
        if self.place.level not in self.rungs:
            return None
        here, there = self.rungs.index(self.place.level), self.rungs.index(level)
        return (there > here) - (there < here)

    def on(self, level: str) -> Does:
        return Does("on treatment", level, level)

    def beyond(self, rule: Rule) -> Does:
        match rule.action.off_ladder:
            case "continue":
                return self.stay()
            case "hold" | "stop" as kind:
                return Does({"hold": "held", "stop": "stopped"}[kind], self.place.level, "")
        ends = self.protocol.ladder_ends
        ours = self.place.level in self.rungs and "ours" in (ends.highest if rule.action.kind == "escalate" else ends.lowest)
        return self.stay()._replace(undefined="beyond our own end" if ours else "beyond")

    def lowers(self, does: Does) -> bool:
        lower = does.dose in self.rungs and self.place.level in self.rungs and self.towards(does.dose) == -1
        return not does.undefined and self.place.control in ("on treatment", "in review") and (not does.dose or lower)

    # What they give together

    @cached_property
    def said(self) -> dict[tuple[object, ...], Term]:
        """All that can be told of what the ordered rules give here, each with when it is so."""
        w, found, resumes = self.words, dict[tuple[object, ...], list[Term]](), list[tuple[Rule, Term]]()
        unordered, unadvised = w.yes, w.yes
        for rule in self.rules:
            turns = list(self.turns(rule, resumes))
            for when, does, ordered, advised in turns:
                here = w.all([unordered, when])
                ends = rule.action.kind in ("resume", *(("escalate", "reduce") if self.place.control == "in review" else ()))
                found.setdefault(("orders" if ordered else "permits", does, ends), []).append(here)
                found.setdefault(("recommends", does), []).append(w.all([here, unadvised, advised]))
                if does.control == "held":
                    found.setdefault(("holds by", rule.name), []).append(here)
            unadvised = w.all([unadvised, *(w.isnt(w.all([unordered, when, advised])) for when, _, _, advised in turns)])
            unordered = w.all([unordered, *(w.isnt(when) for when, _, ordered, _ in turns if ordered)])
        found.setdefault(("orders", self.stay(), False), []).append(unordered)
        found.setdefault(("recommends", self.stay()), []).append(w.all([unordered, unadvised]))
        found["silent",] = [w.all([unordered, *(w.isnt(one) for one in self.standing())])]
        return {what: w.any(when) for what, when in found.items()}

    def standing(self) -> Iterator[Term]:
        """Why nothing being ordered is no silence."""
        if self.place.control in self.protocol.otherwise and self.place.level != OFF:
            yield self.words.yes
        for rule in self.rules:
            if rule.mode == "must":
                yield self.words.all([self.applies(rule), self.facts.true(rule.when), self.used(rule)])

    def turns(self, rule: Rule, resumes: list[tuple[Rule, Term]]) -> Iterator[Turn]:
        w, held = self.words, self.place.control == "held"
        acting = w.all([self.applies(rule), self.acts(rule)])
        if held and rule.action.kind == "hold":
            return
        if not (held and rule.action.kind == "resume"):
            does, ordered = self.does(rule), rule.mode == "must"
            blocked = self.blocked(does.level) if rule.action.kind == "resume" else w.no
            yield w.all([acting, w.isnt(blocked)]), does, ordered, w.yes if ordered or rule.recommended else w.no
            return
        resumes.append((rule, acting))
        musts = [one for one in resumes if one[0].mode == "must"]
        by_musts = self.answered(musts) if rule.mode == "must" else w.no
        for when, does, _ in self.ends(musts) if rule.mode == "must" else ():
            yield w.all([acting, by_musts, when]), does, True, w.yes
        helped = [(rule, acting), *resumes]
        with_help = w.all([acting, w.isnt(by_musts), self.answered(helped)])
        for when, does, advised in self.ends(helped):
            yield w.all([with_help, when]), does, False, advised

    # How a hold ends

    def answered(self, resumes: Sequence[tuple[Rule, Term]]) -> Term:
        """Whether each reason of the hold has a rule that answers it."""
        w, reasons = self.words, self.reasons
        answers = {name: [acts for rule, acts in resumes if self.covers(rule, name)] for name in reasons}
        each = [w.any([w.isnt(self.reason(name)), *acts]) for name, acts in answers.items()]
        return w.all([*each, w.any(map(self.reason, reasons))])

    def covers(self, rule: Rule, reason: str) -> bool:
        held = [where for where in rule.where if where.control == "held" and at(where, self.place.level)]
        return reason == UNORDERED or any(not where.by or reason in where.by for where in held)

    def ends(self, resumes: Sequence[tuple[Rule, Term]]) -> Iterator[tuple[Term, Does, Term]]:
        """Each level to which the rules that answer lead together, the lowest, as it is given at last; and if it is advised."""
        w, taken = self.words, dict[str, list[Term]]()
        for reason in self.reasons:
            left = self.reason(reason)
            for rule, acts in resumes:
                if self.covers(rule, reason):
                    taken.setdefault(rule.name, []).append(w.all([left, acts]))
                    left = w.all([left, w.isnt(acts)])
        answering = [(rule, w.any(taken.get(rule.name, ()))) for rule in self.rules if rule in [one for one, _ in resumes]]
        advised = w.all([w.isnt(when) for rule, when in answering if rule.mode == "may" and not rule.recommended])
        left = w.yes
        for rule, when in sorted(answering, key=lambda one: self.resumed_rung(self.does(one[0]))):
            for lowered, does in self.lowered(self.does(rule)):
                yield w.all([left, when, lowered, w.isnt(self.blocked(does.level))]), does, advised
            left = w.all([left, w.isnt(when)])

    def resumed_rung(self, does: Does) -> int:
        if does.undefined:
            return -2
        return -1 if not does.dose else self.rungs.index(does.dose) if does.dose in self.rungs else len(self.rungs)

    def lowered(self, does: Does) -> Iterator[tuple[Term, Does]]:
        """Where a reduction at the level kept must be made too, drug comes back no higher than that."""
        w, left = self.words, self.words.yes
        treated = self.on_treatment(self.place.level) if does.control == "on treatment" else ()
        for rule, to in ((rule, to) for rule, to in treated if (rule.mode, rule.action.kind) == ("must", "reduce")):
            low = to.control == "on treatment" and not to.undefined and self.resumed_rung(to) < self.resumed_rung(does)
            yield w.all([left, self.acts(rule)]), to if low else does
            left = w.all([left, w.isnt(self.acts(rule))])
        yield left, does

    def blocked(self, level: str) -> Term:
        """Whether a hold or a stop that must be taken at this level would act at once."""
        rules = [rule for rule, does in self.on_treatment(level) if rule.mode == "must" and does.control in ("held", "stopped")]
        return self.words.any(map(self.acts, rules))

    @cached_property
    def firsts(self) -> dict[str, tuple[Term, Does]]:
        """Of the rules of which the first that acts in every completion decides, when each acts, in their order."""
        passed = {"resume", "hold"} if self.place.control == "held" else {"resume"}
        rules = [rule for rule in self.rules if rule.mode == "must" and rule.action.kind not in passed]
        return {rule.name: (self.words.all([self.applies(rule), self.acts(rule)]), self.does(rule)) for rule in rules}


def at(where: Where, level: str) -> bool:
    return not where.levels or level in where.levels
