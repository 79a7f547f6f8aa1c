"""What is decided in one situation for every letter? The walk through the rules, asked rule by rule, then concluded."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property, partial, reduce
from itertools import product
from typing import Any

from attrs import evolve

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.guard import Tracked
from protocol.model.rule import Rule
from protocol.semantics.applying import asked, hold_rules
from protocol.semantics.claims import happened
from protocol.semantics.decide import Finding, concluded, is_passed_over
from protocol.semantics.effects import in_force
from protocol.semantics.explain import action_of, is_silent, rule_of, surely_permitted
from protocol.semantics.given import followed
from protocol.semantics.reasons import reasons
from protocol.semantics.scene import Scene
from protocol.semantics.step import Holds, moved
from protocol.semantics.truth import Narrowing
from protocol.semantics.walk import walk
from protocol.verification.search.abstraction import DATES
from protocol.verification.search.asking import Situation
from protocol.verification.search.baselines import supposed
from protocol.verification.search.deciding import Deciding
from protocol.verification.search.diagrams import Node
from protocol.verification.search.kept import Kept, Place
from protocol.verification.search.outcomes import Followed, Found, Led, Outcome, Said, Way, broken
from protocol.verification.search.recalled import Question
from protocol.verification.search.rule_by_rule import AskedRule, Told
from protocol.verification.search.trails import join


def decided(deciding: Deciding, kept: Kept, key: Hashable) -> Node:
    """Over letters the outcome in a state, of which the key is all that a decision can depend on."""
    found = deciding.decided.get(key)
    if found is None:
        found = deciding.decided[key] = Concluding(deciding, deciding.situation(kept), kept).recalled()
    return found


class Concluding:
    """The decision in one situation."""

    def __init__(self, deciding: Deciding, situation: Situation, kept: Kept) -> None:
        self.all, self.situation, self.kept = deciding, situation, kept
        self.diagrams, self.abstraction = deciding.diagrams, deciding.abstraction
        self.relevant = deciding.relevant(kept.place)
        # Of a scene only the protocol, the state and the time are asked below.
        self.scene = Scene(self.abstraction.prepared, situation.state, 0)
        self.here = (kept.place, tuple(date is None for date in kept.dates))
        self._certain: dict[str, Node] = {}
        self._asked: list[tuple[Question, Node]] = []
        names = (self.abstraction.trackers[place].name for place in self.relevant.trackers)
        still_open = [Tracked(name) for name in names if len(situation.candidates[name]) > 1]
        choices = product(*(situation.candidates[term.tracker] for term in still_open))
        self.choices: list[Narrowing] = [{term: (value,) for term, value in zip(still_open, one, strict=True)} for one in choices]

    def recalled(self) -> Node:
        """The outcome over letters, found again where the rules answer as they did in another situation at the place."""
        here = (self.here, tuple(tuple(narrowed.items()) for narrowed in self.choices))
        found = self.all.recalled.found(here, partial(self.all.of_rule, self.kept, self.situation))
        if found is None:
            found = self.outcomes()
            self.all.recalled.keep(here, self._asked, found)
        return found

    def _answer(self, rule: Rule, narrowed: Narrowing, stands: bool = False) -> Node:
        """Over complete values whether a rule acts, or stands."""
        found = self.all.of_rule(self.kept, self.situation, rule, narrowed, stands)
        self._asked.append(((rule, narrowed, stands), found))
        return found

    def outcomes(self) -> Node:
        """The outcome over letters."""
        walked = self._together(lambda narrowed: self._walked(narrowed, {}))
        results = self.diagrams.widened(walked, self.abstraction.ways, join)
        # What follows depends on nothing but the place, so that it is found again in other situations there.
        found = self.diagrams.kept(("concluded", self.all, self.here), self._concluded, results, self.first_certain)
        found = self.diagrams.substitute(found, self._named)
        return self.diagrams.kept(("followed", self.all), self._followed, found, self.holding)

    def _together(self, of: Callable[[Narrowing], Node]) -> Node:
        """What is so for everything that the trackers can be, joined."""
        return reduce(lambda one, other: self.diagrams.kept("join", join, one, other), map(of, self.choices))

    def _walked(self, narrowed: Narrowing, known: dict[tuple[str, bool], bool], where: Node | None = None) -> Node:
        """Over complete values what the rules give, where it is known of some rules whether they act, or stand.

        ``where`` is true of the values of which that is so; nobody has to look at what is so of none.
        """
        world = Told(self.scene, narrowed, known)
        try:
            return self.diagrams.leaf(frozenset({self.all.number_of(walk(world))}))
        except AskedRule as asked_rule:
            acting = self._answer(asked_rule.rule, narrowed, asked_rule.stands)
            key = (asked_rule.rule.name, asked_rule.stands)
            here = self.diagrams.leaf(True) if where is None else where
            found = []
            for answer in (True, False):
                there = self.diagrams.kept(("so", answer), partial(_so, answer), here, acting)
                if there is not self.diagrams.leaf(False):
                    found.append((answer, self._walked(narrowed, {**known, key: answer}, there)))
            if len(found) == 1:
                return found[0][1]
            return self.diagrams.kept("chosen", _chosen, acting, found[0][1], found[1][1])

    def certain(self, rule: Rule) -> Node:
        """Over letters whether a rule acts in every completion."""
        found = self._certain.get(rule.name)
        if found is None:
            found = self._certain[rule.name] = self._always(rule, lambda node: node)
        return found

    def _always(self, rule: Rule, part: Callable[[Node], Node]) -> Node:
        """Over letters whether a rule acts in every completion, of a part of them."""
        acting = self._together(lambda narrowed: part(self._answer(rule, narrowed)))
        return self.diagrams.kept("always", _always, self.diagrams.widened(acting, self.abstraction.ways, join))

    @cached_property
    def first_certain(self) -> Node:
        """Over letters the first rule, or cells of a table, that acts in every completion."""
        groups, _ = asked(self.abstraction.prepared, self.situation.state)
        found = self.diagrams.leaf(frozenset[str]())
        for equals, _ in reversed(groups):
            rules = [rule for rule in equals if not is_passed_over(self.scene, rule)]
            if rules:
                found = self.diagrams.kept("first", _first, self._names(rules), found)
        return found

    @cached_property
    def holding(self) -> Node:
        """Over letters the hold rules that are true."""
        return self._names(hold_rules(self.scene), self._is_true)

    def _is_true(self, hold: Rule) -> Node:
        """Over letters whether a hold acts in every completion, or in every one of something that a baseline can have been."""
        found = self.certain(hold)
        for choices, possible in supposed(self.abstraction, self.diagrams, hold):
            acting = self._always(hold, lambda node, choices=choices: self.diagrams.restricted(node, choices))  # type: ignore[misc]
            found = self.diagrams.apply(lambda one, other, can: one or (other and can), found, acting, possible)
        return found

    def _names(self, rules: Iterable[Rule], are_so: Callable[[Rule], Node] | None = None) -> Node:
        """Over letters the names of those of the rules that act in every completion."""
        found = self.diagrams.leaf(frozenset[str]())
        for rule in rules:
            found = self.diagrams.kept(("name", rule.name), partial(_with_name, rule.name), (are_so or self.certain)(rule), found)
        return found

    def _concluded(self, numbers: frozenset[int], first: frozenset[str]) -> Found | frozenset[int]:
        """The finding out of what the rules give; these again where it matters which of several are true."""
        results = [self.all.results[number] for number in numbers]
        effects = {offer.effect for result in results for offer in result.recommended}
        if len(effects) > 1:
            return self._finding(numbers, first)
        rules = {offer.rule for result in results for offer in result.recommended if offer.rule}
        return self._finding(numbers, frozenset()) if len(rules) <= 1 else numbers

    def _named(self, found: Found | frozenset[int]) -> Node:
        """The finding, where one effect has several rules: those that are true come first."""
        if isinstance(found, Found):
            return self.diagrams.leaf(found)
        prepared = self.abstraction.prepared
        results = [self.all.results[number] for number in found]
        names = {offer.rule for result in results for offer in result.recommended if offer.rule}
        rules = [prepared.rules[prepared.place[name]] for name in names]
        return self.diagrams.apply(partial(self._finding, found), self._names(rules))

    def _finding(self, numbers: frozenset[int], certain: frozenset[str]) -> Found:
        key = (*self.here, numbers, certain)
        found = self.all.findings.get(key)
        if found is None:
            parts = tuple((dict[Any, Any](), self.all.results[number]) for number in sorted(numbers))
            concluding = concluded(self.scene, parts, lambda rule: rule.name in certain)
            found = self.all.findings[key] = self._one_of(concluding)
        return found

    def _one_of(self, finding: Finding) -> Found:
        """The finding, once for all that are followed alike."""
        said = (finding.status, finding.effect, finding.rules[:1], finding.withheld, finding.blocked, finding.conflict)
        offers = (offer for _, result in finding.results for offer in (*result.offered, *result.ordered))
        led = frozenset((offer.effect, offer.rule) for offer in offers)
        givens, silent = self._givens(finding), is_silent(self.scene, finding)
        offered = frozenset(surely_permitted(self.abstraction.prepared, finding))
        key = (*self.here, *said, givens, led, offered, silent, broken(self.situation.state, finding))
        effects = (finding.effect, *(effect for effect, _ in givens))
        waits = any(one.control.kind in ("held", "in review") and not one.dose.is_drug for one in effects)
        return self.all.alike.setdefault(key, Found(finding, key, givens, offered, waits))

    def _followed(self, found: Found, holds: frozenset[str]) -> Outcome:
        """The outcome of a decision; where it is followed by no drug, what holds are true matters as well."""
        key = (found.key, holds if found.waits else frozenset())
        outcome = self.all.followed.get(key)
        if outcome is None:
            outcome = self.all.followed[key] = self._made(found, key[1])
        return outcome

    def _givens(self, finding: Finding) -> tuple[tuple[Effect, bool], ...]:
        """What else can be given than what is recommended: the effect that follows, and whether it is permitted for certain.

        A course says what was given, not which rule that follows; so it is one of each level, no drug, and no drug ever again.
        What nothing permits is among them only where any dose may be given.
        """
        found, before = dict[Effect, bool](), self.situation.state.control.kind == "before treatment"
        permitted = [result.permitted() for _, result in finding.results]
        for given, is_it in self.all.givens(any(effect.anew for effects in permitted for effect in effects)):
            allowed = [any(map(is_it, effects)) for effects in permitted]
            waits = before and given.kind == "none"
            if not is_it(finding.effect) and (waits or any(allowed) or self.all.any_dose):
                for effect in self._following(finding, given, permitted, is_it):
                    found[effect] = found.get(effect, False) or waits or all(allowed)
        return tuple(found.items())

    def _following(
        self, finding: Finding, given: Given, permitted: list[tuple[Effect, ...]], is_it: Callable[[Effect], bool]
    ) -> Iterable[Effect]:
        """What can follow where this was given: each permitted effect that it is, a stop only where it can be nothing else."""
        fitting = dict.fromkeys(effect for effects in permitted for effect in effects if is_it(effect))
        going_on = [effect for effect in fitting if effect.control.kind != "stopped"]
        return going_on or list(fitting) or [followed(self.scene, finding, given)]

    def _made(self, found: Found, holds: frozenset[str]) -> Outcome:
        said = self.all.said.get(found)
        if said is None:
            said = self.all.said[found] = self._said(found)
        return self.all.once(Outcome, *said.decision, tuple([self._way(found.finding, one, holds) for one in said.ways]))

    def _said(self, found: Found) -> Said:
        """What of an outcome is so whatever holds are true."""
        finding, before = found.finding, in_force(self.situation.state)
        rule = rule_of(self.abstraction.prepared, finding)
        name, silent = rule.name if rule else "", is_silent(self.scene, finding)
        first = Followed(action_of(finding, rule, before), frozenset({name}), finding.effect)
        rest = silent, finding.blocked, finding.conflict, broken(self.situation.state, finding), found.offered
        others = (self._other(finding, effect, every) for effect, every in found.givens)
        return Said((finding.status, name, finding.effect, *rest), (first, *others))

    def _other(self, finding: Finding, effect: Effect, every: bool) -> Followed:
        """What is followed beside the recommendation."""
        offers = (offer for _, result in finding.results for offer in (*result.offered, *result.ordered))
        names = dict.fromkeys(offer.rule for offer in offers if offer.effect == effect and offer.rule)
        prepared = self.abstraction.prepared
        kinds = (prepared.rules[prepared.place[name]].action.kind for name in names)
        kind = happened(self.situation.state, effect, next(kinds, "continue"))
        return Followed(kind, frozenset(names), effect, recommended=False, ordered=every)

    def _way(self, finding: Finding, one: Followed, holds: frozenset[str]) -> Way:
        led = self._led(finding, one.effect, holds)
        to = led.place, led.resets, one.recommended, one.ordered, led.lead
        return self.all.once(Way, one.action, one.rules, one.effect, *to)

    def _led(self, finding: Finding, effect: Effect, holds: frozenset[str]) -> Led:
        """Where an effect leads: that depends on what is kept as reasons of a hold, and not on what else was true."""
        prepared = self.abstraction.prepared
        once = any(prepared.rules[prepared.place[name]].once for name in holds)
        kept = reasons(self.dated, finding, effect, lambda: holds)
        key = (self.here, effect, finding.withheld, kept, once)
        found = self.all.led.get(key)
        if found is None:
            state = moved(self.dated, finding, effect, Holds(lambda: holds, lambda: once))
            place = self.all.once(Place, state.control, state.level, state.dose, state.withheld, state.reasons)
            resets = frozenset(name for name in DATES if getattr(state, name) == 0)
            resets |= {"anew"} if effect.anew else frozenset()
            found = self.all.led[key] = Led(place, resets, self.all.lead(place, resets, effect.supplement))
        return found

    @cached_property
    def dated(self) -> Scene:
        """The scene with every event that has been at a time of its own, so that those of this visit are told from them."""
        state = self.situation.state
        past = {name: -1 for name in DATES if getattr(state, name) is not None}
        return evolve(self.scene, state=state.moved(**past))


def _so(answer: bool, here: bool, answers: frozenset[bool]) -> bool:
    return here and answer in answers


def _first(here: frozenset[str], later: frozenset[str]) -> frozenset[str]:
    return here or later


def _with_name(name: str, acts_here: bool, others: frozenset[str]) -> frozenset[str]:
    return others | {name} if acts_here else others


def _chosen(acting: frozenset[bool], yes: frozenset[int], no: frozenset[int]) -> frozenset[int]:
    return (yes if True in acting else frozenset()) | (no if False in acting else frozenset())


def _always(answers: frozenset[bool]) -> bool:
    return answers == {True}
