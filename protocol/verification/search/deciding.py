"""What is decided at a place for every letter, and where does each way of following it lead? Worked out once for a situation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import TypeVar, cast

from attrs import frozen

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.guard import Clock, Compare, CumulativeDose, Tracked
from protocol.model.regimen import NO_DRUG, Dose, at_level
from protocol.model.rule import Rule
from protocol.model.state import State
from protocol.semantics.applying import acts, applicable
from protocol.semantics.applying import stands as standing
from protocol.semantics.offers import Result
from protocol.semantics.scene import Candidates
from protocol.semantics.truth import Narrowing
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.asked import opened, uses_up
from protocol.verification.search.asking import Situation, diagram
from protocol.verification.search.diagrams import Diagrams, Node
from protocol.verification.search.kept import Kept, Place, is_true_of_clock, state_of
from protocol.verification.search.outcomes import Found, Led, Outcome, Said
from protocol.verification.search.recalled import Recalled
from protocol.verification.search.trails import candidates_of, join


@frozen(eq=False)
class Relevant:
    """What the rules of a place ask beside inputs: comparisons of clocks, trackers by place, what comes due, the dose taken."""

    clocks: tuple[Compare, ...]
    trackers: tuple[int, ...]
    due: int
    moved: int
    dose: bool


One = TypeVar("One")


class Deciding:
    """The decisions of a protocol. What was once worked out is kept."""

    def __init__(self, abstraction: Abstraction, diagrams: Diagrams, *, any_dose: bool = False) -> None:
        self.abstraction, self.diagrams, self.any_dose = abstraction, diagrams, any_dose
        self._relevant: dict[Place, Relevant] = {}
        self._keys: dict[tuple[Relevant, int], int] = {}
        self._situations: dict[Hashable, int] = {}
        self.decided: dict[Hashable, Node] = {}
        self.recalled = Recalled()
        self._rules: dict[Hashable, Node] = {}
        self._numbers: dict[Result, int] = {}
        self.findings: dict[Hashable, Found] = {}
        self.alike: dict[Hashable, Found] = {}
        self.followed: dict[Hashable, Outcome] = {}
        self.said: dict[Found, Said] = {}
        self.led: dict[Hashable, Led] = {}
        self.results: list[Result] = []
        self._by_rule: dict[str, Relevant] = {}
        self._once: dict[Hashable, object] = {}
        self._leads: dict[Hashable, int] = {}

    def lead(self, *parts: Hashable) -> int:
        """The number of all ways that come to the same place, dates and supplement."""
        return self._leads.setdefault(parts, len(self._leads))

    def once(self, kind: Callable[..., One], *parts: Hashable) -> One:
        """The value of this kind that has these parts, which is made only once."""
        key = (kind, parts)
        found = self._once.get(key)
        if found is None:
            found = self._once[key] = kind(*parts)
        return cast(One, found)

    def key(self, place: Place, kept: Kept, rest: int) -> int:
        """The number of all of a state that a decision at a place can depend on; ``rest`` is the number of its rest."""
        asked = self.relevant(place)
        found = self._keys.get((asked, rest))
        if found is None:
            found = self._keys[(asked, rest)] = self._situations.setdefault(self._key(kept, asked), len(self._situations))
        return found

    def relevant(self, place: Place) -> Relevant:
        """What the rules of a place ask beside inputs."""
        asked = self._relevant.get(place)
        if asked is None:
            asked = self._relevant[place] = self._relevant_of(self.rules_of(place))
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
            return "no hold" if hold is None else "a hold"
        return (step > hold) - (step < hold)

    def rules_of(self, place: Place) -> list[Rule]:
        """The rules that can be asked at a place."""
        prepared, state = self.abstraction.prepared, State(place.control, place.level, place.dose, reasons=place.reasons)
        waiting = place.control.kind in ("held", "in review")
        return [rule for rule in prepared.rules if waiting or rule in applicable(prepared, state)]

    def _relevant_of(self, rules: list[Rule]) -> Relevant:
        abstraction = self.abstraction
        prepared = abstraction.prepared
        nodes = list(dict.fromkeys(node for rule in rules for node in opened(prepared, rule.when)))
        stepping = {node for rule in rules if uses_up(rule) for node in opened(prepared, rule.when)}
        names = {node.term.tracker for node in nodes if isinstance(node, Compare) and isinstance(node.term, Tracked)}
        acted = {node.term.tracker for node in stepping if isinstance(node, Compare) and isinstance(node.term, Tracked)}
        return self.once(
            Relevant,
            tuple(node for node in nodes if isinstance(node, Compare) and isinstance(node.term, Clock)),
            tuple(place for place, tracker in enumerate(abstraction.trackers) if tracker.name in names),
            sum(1 << number for number, atom in enumerate(abstraction.due) if atom in stepping),
            sum(1 << place for place, tracker in enumerate(abstraction.trackers) if tracker.name in acted),
            any(isinstance(node, Compare) and isinstance(node.term, CumulativeDose) for node in nodes),
        )

    def givens(self, anew: bool) -> Iterator[tuple[Given, Callable[[Effect], bool]]]:
        """What can be given, with whether an effect is that: each level (also as in a new patient), no drug, and a stop."""
        for level in self.abstraction.protocol.levels:
            dose = at_level(level.name)
            yield Given("regimen", level.regimen, level.name), partial(_is_dose, dose, False)
            if anew:
                yield Given("regimen", level.regimen, level.name, True), partial(_is_dose, dose, True)
        yield Given("none"), partial(_is_dose, NO_DRUG, False)
        yield Given("stopped"), lambda effect: effect.control.kind == "stopped"

    def number_of(self, result: Result) -> int:
        """The number under which what the rules give is kept; numbers are compared faster."""
        number = self._numbers.get(result)
        if number is None:
            number = len(self.results)
            self.results.append(result)
            self._numbers[result] = number
        return number

    def of_rule(self, kept: Kept, situation: Situation, rule: Rule, narrowed: Narrowing, stands: bool = False) -> Node:
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


def _is_dose(dose: Dose, anew: bool, effect: Effect) -> bool:
    return effect.dose == dose and (effect.anew or not anew)
