"""What is decided at a place for every letter, and where does each way of following it lead? A diagram for each situation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property, partial, reduce
from itertools import product
from typing import Any

from attrs import evolve, frozen

from protocol.model.decision import Effect
from protocol.model.guard import Clock, Compare, CumulativeDose, Tracked
from protocol.model.regimen import Amount
from protocol.model.rule import ActionKind, Rule, Status
from protocol.model.state import State
from protocol.semantics.applying import acts, applicable, asked, hold_rules
from protocol.semantics.applying import stands as standing
from protocol.semantics.compiled import Ask
from protocol.semantics.decide import Finding, concluded, is_passed_over
from protocol.semantics.effects import in_force
from protocol.semantics.explain import action_of, is_silent, rule_of
from protocol.semantics.offers import Result
from protocol.semantics.scene import Candidates, Scene
from protocol.semantics.step import Holds, moved
from protocol.semantics.truth import Narrowing, World
from protocol.semantics.walk import walk
from protocol.verification.abstraction import DATES, Abstraction, opened, uses_up
from protocol.verification.asking import Situation, diagram
from protocol.verification.diagrams import Diagrams, Node
from protocol.verification.kept import Kept, Place, is_true_of_clock, state_of
from protocol.verification.trails import candidates_of, join


@frozen(cache_hash=True)
class Way:
    """One way to follow a decision: what was done and by which rules, the effect, and where it leads.

    ``resets`` are the dates that are now. ``recommended`` False: it is permitted beside. ``ordered`` False: nothing permits it.
    """

    action: ActionKind
    rules: frozenset[str]
    effect: Effect
    place: Place
    resets: frozenset[str]
    recommended: bool = True
    ordered: bool = True
    supplement: Amount | None = None


@frozen(cache_hash=True)
class Outcome:
    """A decision, without what it rests on: its status, rule and effect, and the ways to follow it, the recommended one first.

    ``broken`` are the laws on missing data that it breaks.
    """

    status: Status
    rule: str
    effect: Effect
    silent: bool
    blocked: str
    conflict: tuple[str, ...]
    broken: tuple[str, ...]
    ways: tuple[Way, ...]


@frozen(eq=False)
class Relevant:
    """What the rules of a place ask beside inputs: comparisons of clocks, trackers by place, what comes due, the dose taken."""

    clocks: tuple[Compare, ...]
    trackers: tuple[int, ...]
    due: int
    moved: int
    dose: bool


class Deciding:
    """The decisions of a protocol. What was once worked out is kept."""

    def __init__(self, abstraction: Abstraction, diagrams: Diagrams, *, any_dose: bool = False) -> None:
        self.abstraction, self.diagrams, self.any_dose = abstraction, diagrams, any_dose
        self._relevant: dict[Place, Relevant] = {}
        self._found: dict[Hashable, Node] = {}
        self._rules: dict[Hashable, Node] = {}
        self._numbers: dict[Result, int] = {}
        self.findings: dict[Hashable, _Found] = {}
        self.alike: dict[Hashable, _Found] = {}
        self.followed: dict[Hashable, Outcome] = {}
        self.results: list[Result] = []
        self._by_rule: dict[str, Relevant] = {}

    def key(self, kept: Kept) -> Hashable:
        """All of a state that a decision can depend on."""
        return kept.place, self._key(kept, self.relevant(kept))

    def relevant(self, kept: Kept) -> Relevant:
        """What the rules of the state's place ask beside inputs."""
        asked = self._relevant.get(kept.place)
        if asked is None:
            asked = self._relevant[kept.place] = self._what_matters(kept)
        return asked

    def _key(self, kept: Kept, asked: Relevant) -> Hashable:
        return (
            tuple([is_true_of_clock(kept, atom) for atom in asked.clocks]),
            tuple([candidates_of(self.abstraction, place, kept.memory[place]) for place in asked.trackers]),
            kept.due & asked.due,
            kept.due_hold & asked.due,
            kept.moved & asked.moved,
            kept.moved_hold & asked.moved,
            kept.age("stepped") is None,
            kept.age("started") is None,
            self._order(kept),
            kept.taken if asked.dose else None,
        )

    def _order(self, kept: Kept) -> object:
        """Whether the last hold was before the last step, where a rule asks both."""
        hold, step = kept.age("hold_began"), kept.age("stepped")
        if not self.abstraction.holds_once or hold is None or step is None:
            return hold is None
        return (step > hold) - (step < hold)

    def _what_matters(self, kept: Kept) -> Relevant:
        abstraction = self.abstraction
        prepared, state = abstraction.prepared, state_of(abstraction, kept)
        waiting = kept.place.control.kind in ("held", "in review")
        return self._relevant_of([rule for rule in prepared.rules if waiting or rule in applicable(prepared, state)])

    def _relevant_of(self, rules: list[Rule]) -> Relevant:
        abstraction = self.abstraction
        prepared = abstraction.prepared
        nodes = list(dict.fromkeys(node for rule in rules for node in opened(prepared, rule.when)))
        stepping = {node for rule in rules if uses_up(rule) for node in opened(prepared, rule.when)}
        names = {node.term.tracker for node in nodes if isinstance(node, Compare) and isinstance(node.term, Tracked)}
        acted = {node.term.tracker for node in stepping if isinstance(node, Compare) and isinstance(node.term, Tracked)}
        return Relevant(
            tuple(node for node in nodes if isinstance(node, Compare) and isinstance(node.term, Clock)),
            tuple(place for place, tracker in enumerate(abstraction.trackers) if tracker.name in names),
            sum(1 << number for number, atom in enumerate(abstraction.due) if atom in stepping),
            sum(1 << place for place, tracker in enumerate(abstraction.trackers) if tracker.name in acted),
            any(isinstance(node, Compare) and isinstance(node.term, CumulativeDose) for node in nodes),
        )

    def number_of(self, result: Result) -> int:
        """The number under which what the rules give is kept; numbers are compared faster."""
        number = self._numbers.get(result)
        if number is None:
            number = self._numbers[result] = len(self.results)
            self.results.append(result)
        return number

    def of_rule(self, kept: Kept, situation: Situation, rule: Rule, narrowed: Narrowing, *, stands: bool = False) -> Node:
        """Over complete values whether a rule acts, or what it ordered stands, as a set of one answer."""
        asked = self._asked_by(rule)
        key = (rule.name, stands, self._key(kept, asked), kept.place if rule.once else None, tuple(narrowed.items()))
        found = self._rules.get(key)
        if found is None:
            ask = standing if stands else acts
            found = diagram(
                self.abstraction, self.diagrams, situation, lambda world: frozenset({ask(world, rule)}), join, narrowed
            )
            self._rules[key] = found
        return found

    def _asked_by(self, rule: Rule) -> Relevant:
        found = self._by_rule.get(rule.name)
        if found is None:
            found = self._by_rule[rule.name] = self._relevant_of([rule])
        return found

    def situation(self, kept: Kept) -> Situation:
        """The situation of a state."""
        abstraction = self.abstraction
        candidates: dict[str, Candidates] = {
            tracker.name: candidates_of(abstraction, place, kept.memory[place])
            for place, tracker in enumerate(abstraction.trackers)
        }

        def atoms(mask: int) -> frozenset[Compare]:
            return frozenset(atom for number, atom in enumerate(abstraction.due) if mask >> number & 1)

        def names(mask: int) -> frozenset[str]:
            return frozenset(tracker.name for place, tracker in enumerate(abstraction.trackers) if mask >> place & 1)

        return Situation(
            state_of(abstraction, kept),
            candidates,
            atoms(kept.due),
            atoms(kept.due_hold),
            names(kept.moved),
            names(kept.moved_hold),
        )

    def outcomes(self, kept: Kept, key: Hashable) -> Node:
        """Over letters the outcome in this state."""
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = _Deciding(self, self.situation(kept), kept).outcomes()
        return found


class _Deciding:
    """The decision in one situation."""

    def __init__(self, deciding: Deciding, situation: Situation, kept: Kept) -> None:
        self.all, self.situation, self.kept = deciding, situation, kept
        self.diagrams, self.abstraction = deciding.diagrams, deciding.abstraction
        self.relevant = deciding.relevant(kept)
        # Of a scene only the protocol, the state and the time are asked below.
        self.scene = Scene(self.abstraction.prepared, situation.state, 0)
        self.here = (kept.place, tuple(date is None for date in kept.dates))
        self._certain: dict[str, Node] = {}

    def outcomes(self) -> Node:
        """The outcome over letters."""
        walked = self._together(lambda narrowed: self._walked(narrowed, {}))
        results = self.diagrams.widened(walked, self.abstraction.ways, join)
        found = self.diagrams.apply(self._concluded, results, self.first_certain)
        found = self.diagrams.substitute(found, self._named)
        return self.diagrams.apply(self._followed, found, self.holding)

    def _together(self, of: Callable[[Narrowing], Node]) -> Node:
        """What is so for everything that the trackers can be, joined."""
        terms = [Tracked(self.abstraction.trackers[place].name) for place in self.relevant.trackers]
        open_terms = [term for term in terms if len(self.situation.candidates[term.tracker]) > 1]
        choices = product(*(self.situation.candidates[term.tracker] for term in open_terms))
        nodes = [of({term: (value,) for term, value in zip(open_terms, one, strict=True)}) for one in choices]
        return reduce(lambda one, other: self.diagrams.apply(join, one, other), nodes)

    def _walked(self, narrowed: Narrowing, known: dict[tuple[str, bool], bool]) -> Node:
        """Over complete values what the rules give, where it is known of some rules whether they act, or stand."""
        world = _Told(self.scene, narrowed, known)
        try:
            return self.diagrams.leaf(frozenset({self.all.number_of(walk(world))}))
        except _AskedRule as asked_rule:
            key = (asked_rule.rule.name, asked_rule.stands)
            acting = self.all.of_rule(self.kept, self.situation, asked_rule.rule, narrowed, stands=asked_rule.stands)
            yes, no = self._walked(narrowed, {**known, key: True}), self._walked(narrowed, {**known, key: False})
            return self.diagrams.apply(_chosen, acting, yes, no)

    def certain(self, rule: Rule) -> Node:
        """Over letters whether a rule acts in every completion."""
        found = self._certain.get(rule.name)
        if found is None:
            acting = self._together(lambda narrowed: self.all.of_rule(self.kept, self.situation, rule, narrowed))
            found = self.diagrams.apply(_always, self.diagrams.widened(acting, self.abstraction.ways, join))
            self._certain[rule.name] = found
        return found

    @cached_property
    def first_certain(self) -> Node:
        """Over letters the first rule, or cells of a table, that acts in every completion."""
        groups, _ = asked(self.abstraction.prepared, self.situation.state)
        found = self.diagrams.leaf(frozenset[str]())
        for equals, _ in reversed(groups):
            rules = [rule for rule in equals if not is_passed_over(self.scene, rule)]
            if rules:
                found = self.diagrams.apply(lambda here, later: here or later, self._names(rules), found)
        return found

    @cached_property
    def holding(self) -> Node:
        """Over letters the hold rules that are true."""
        return self._names(hold_rules(self.scene))

    def _names(self, rules: Iterable[Rule]) -> Node:
        """Over letters the names of those of the rules that act in every completion."""
        found = self.diagrams.leaf(frozenset[str]())
        for rule in rules:
            found = self.diagrams.apply(partial(_with_name, rule.name), self.certain(rule), found)
        return found

    def _concluded(self, numbers: frozenset[int], first: frozenset[str]) -> _Found | frozenset[int]:
        """The finding out of what the rules give; these again where it matters which of several are true."""
        results = [self.all.results[number] for number in numbers]
        effects = {offer.effect for result in results for offer in result.recommended}
        if len(effects) > 1:
            return self._finding(numbers, first)
        rules = {offer.rule for result in results for offer in result.recommended if offer.rule}
        return self._finding(numbers, frozenset()) if len(rules) <= 1 else numbers

    def _named(self, found: _Found | frozenset[int]) -> Node:
        """The finding, where one effect has several rules: those that are true come first."""
        if isinstance(found, _Found):
            return self.diagrams.leaf(found)
        prepared = self.abstraction.prepared
        results = [self.all.results[number] for number in found]
        names = {offer.rule for result in results for offer in result.recommended if offer.rule}
        rules = [prepared.rules[prepared.place[name]] for name in names]
        return self.diagrams.apply(partial(self._finding, found), self._names(rules))

    def _finding(self, numbers: frozenset[int], certain: frozenset[str]) -> _Found:
        key = (*self.here, numbers, certain)
        found = self.all.findings.get(key)
        if found is None:
            parts = tuple((dict[Any, Any](), self.all.results[number]) for number in sorted(numbers))
            concluding = concluded(self.scene, parts, lambda rule: rule.name in certain)
            found = self.all.findings[key] = self._one_of(concluding)
        return found

    def _one_of(self, finding: Finding) -> _Found:
        """The finding, once for all that are followed alike."""
        said = (finding.status, finding.effect, finding.rules[:1], finding.withheld, finding.blocked, finding.conflict)
        offers = (offer for _, result in finding.results for offer in (*result.offered, *result.ordered))
        led = frozenset((offer.effect, offer.rule) for offer in offers)
        effects, silent = self._effects(finding), is_silent(self.scene, finding)
        key = (*self.here, *said, effects, led, silent, broken(self.situation.state, finding))
        waits = any(one.control.kind == "held" or (one.control.kind == "in review" and not one.dose.is_drug) for one in effects)
        return self.all.alike.setdefault(key, _Found(finding, key, effects, waits))

    def _followed(self, found: _Found, holds: frozenset[str]) -> Outcome:
        """The outcome of a decision; where it is followed by no drug, what holds are true matters as well."""
        key = (found.key, holds if found.waits else frozenset())
        outcome = self.all.followed.get(key)
        if outcome is None:
            outcome = self.all.followed[key] = self._made(found.finding, found.effects, key[1])
        return outcome

    def _effects(self, finding: Finding) -> tuple[Effect, ...]:
        """The recommended effect and those that are permitted whatever is missing."""
        permitted = [set(result.permitted()) for _, result in finding.results]
        always = [
            effect for effect in dict.fromkeys(finding.results[0][1].permitted()) if all(effect in one for one in permitted)
        ]
        return tuple(dict.fromkeys([finding.effect, *(effect for effect in always if not effect.undefined)]))

    def _made(self, finding: Finding, effects: tuple[Effect, ...], holds: frozenset[str]) -> Outcome:
        before = in_force(self.situation.state)
        rule = rule_of(self.abstraction.prepared, finding)
        told = frozenset({rule.name if rule else ""})
        first = self._way(finding, finding.effect, holds, action_of(finding, rule, before), told)
        others = [self._other(finding, effect, holds) for effect in effects[1:]]
        return Outcome(
            finding.status,
            rule.name if rule else "",
            finding.effect,
            is_silent(self.scene, finding),
            finding.blocked,
            finding.conflict,
            broken(self.situation.state, finding),
            (first, *others),
        )

    def _other(self, finding: Finding, effect: Effect, holds: frozenset[str]) -> Way:
        """A way that is permitted beside the recommended one."""
        offers = (offer for _, result in finding.results for offer in (*result.offered, *result.ordered))
        names = dict.fromkeys(offer.rule for offer in offers if offer.effect == effect and offer.rule)
        prepared = self.abstraction.prepared
        kinds = (prepared.rules[prepared.place[name]].action.kind for name in names)
        kind = done(self.situation.state, effect, next(kinds, "continue"))
        return evolve(self._way(finding, effect, holds, kind, frozenset(names)), recommended=False)

    def _way(self, finding: Finding, effect: Effect, holds: frozenset[str], action: ActionKind, rules: frozenset[str]) -> Way:
        prepared = self.abstraction.prepared
        once = any(prepared.rules[prepared.place[name]].once for name in holds)
        told = Holds(lambda: holds, lambda: once)
        state = moved(self._dated(), finding, effect, told)
        place = Place(state.control, state.level, state.dose, state.withheld, state.reasons)
        resets = frozenset(name for name in DATES if getattr(state, name) == 0)
        resets |= {"anew"} if effect.anew else frozenset()
        return Way(action, rules, effect, place, resets, supplement=effect.supplement)

    def _dated(self) -> Scene:
        """The scene with every event that has been at a time of its own, so that those of this visit are told from them."""
        state = self.situation.state
        past = {name: -1 for name in DATES if getattr(state, name) is not None}
        return evolve(self.scene, state=state.moved(**past))


class _AskedRule(Exception):
    """Raised where it matters whether a rule acts, or whether what it ordered stands."""

    def __init__(self, rule: Rule, stands: bool) -> None:
        super().__init__(rule.name)
        self.rule, self.stands = rule, stands


@frozen(eq=False)
class _Told(World):
    """A world in which it is known of each rule whether it acts, or asked."""

    known: Mapping[tuple[str, bool], bool]

    def rules_out(self, ask: Ask) -> bool:
        return False

    def acting(self, rule: Rule) -> bool | None:
        return self._of(rule, False)

    def standing(self, rule: Rule) -> bool | None:
        return rule.mode == "must" and uses_up(rule) and self._of(rule, True)

    def _of(self, rule: Rule, stands: bool) -> bool:
        found = self.known.get((rule.name, stands))
        if found is None:
            raise _AskedRule(rule, stands)
        return found


def _with_name(name: str, acts_here: bool, others: frozenset[str]) -> frozenset[str]:
    return others | {name} if acts_here else others


def _chosen(acting: frozenset[bool], yes: frozenset[int], no: frozenset[int]) -> frozenset[int]:
    return (yes if True in acting else frozenset()) | (no if False in acting else frozenset())


def _always(answers: frozenset[bool]) -> bool:
    return answers == {True}


@frozen(eq=False)
class _Found:
    """A finding, once for all that are followed alike; ``waits``: it may be followed by no drug."""

    finding: Finding
    key: Hashable
    effects: tuple[Effect, ...]
    waits: bool


def broken(state: State, finding: Finding) -> tuple[str, ...]:
    """Which laws on missing data a decision breaks: it raises, ends treatment, or holds back what all completions lower."""
    orders = [{offer.effect for offer in result.recommended} for _, result in finding.results]
    effects = {effect for one in orders for effect in one}
    raises = finding.effect.dose.is_drug and finding.effect.dose != state.dose and finding.status != "provisional"
    found = []
    if raises and len(effects) > 1:
        found.append("raises")
    if finding.effect.control.kind == "stopped" and any(one.control.kind != "stopped" for one in effects):
        found.append("ends")
    without = all(not one.dose.is_drug and not one.undefined for one in effects)
    if without and state.dose.is_drug and finding.effect.dose.is_drug:
        found.append("holds back")
    return tuple(found)


def done(before: State, after: Effect, kind: ActionKind) -> ActionKind:
    """The name of what happened, where a step that leaves the ladder turned into something else."""
    if after.control != before.control and after.control.kind in ("held", "stopped"):
        return "hold" if after.control.kind == "held" else "stop"
    steps = kind in ("escalate", "reduce", "resume")
    return "continue" if steps and (after.control, after.dose) == (before.control, before.dose) else kind
