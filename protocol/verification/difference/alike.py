"""Where do two protocols decide alike because nothing that differs is asked? There the one does what the other does.

Two searches whose states and letters are made alike share them, and what moves them. What a rule says that stands in both is
asked once; a place at which only such rules are asked is followed once.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from attrs import define, field

from protocol.model.guard import CumulativeDose, Guard, Tracked
from protocol.model.rule import Rule
from protocol.model.state import State
from protocol.semantics.applying import applicable
from protocol.semantics.truth import Narrowing
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.asked import opened, trackers_acted_on
from protocol.verification.search.asking import Situation
from protocol.verification.search.deciding import Deciding
from protocol.verification.search.diagrams import Diagrams, Node
from protocol.verification.search.exploring import Exploring, Left
from protocol.verification.search.kept import Kept, Place
from protocol.verification.search.trails import Trail

_OF_RULES = ("rules", "derived", "interpretations", "properties", "sources", "tables", "note", "title")
"""What of a protocol shows in its rules only, and what decides nothing."""
_COUNTED = (Tracked, CumulativeDose)
_MOVE_ON_HOLD = ("hold", "stop", "reduce", "escalate")
"""Rules of treatment that matter to who is held, or in review: nobody resumes where they act, or higher than they let him."""


class AskedRules(Deciding):
    """Decisions of which it is noted at which place which rules were asked."""

    def __init__(self, abstraction: Abstraction, diagrams: Diagrams) -> None:
        super().__init__(abstraction, diagrams)
        self.asked: dict[Place, set[str]] = {}

    def of_rule(self, kept: Kept, situation: Situation, rule: Rule, narrowed: Narrowing, stands: bool = False) -> Node:
        self.asked.setdefault(kept.place, set()).add(rule.name)
        return super().of_rule(kept, situation, rule, narrowed, stands)


class First(Exploring):
    """A search that notes what was asked, so that others can be told from it by what differs."""

    def __init__(self, abstraction: Abstraction, gaps: tuple[int, ...], diagrams: Diagrams, ordinary: int | None) -> None:
        super().__init__(abstraction, gaps, diagrams=diagrams, ordinary=ordinary)
        self.deciding: AskedRules = AskedRules(abstraction, diagrams)


@define(eq=False)
class Searches:
    """The first searches that were made over one store of diagrams, to be shared by those that are made alike.

    What is kept in the store is found again by which search it belongs to, so that none is forgotten before all are.
    """

    diagrams: Diagrams = field(factory=Diagrams)
    _firsts: list[First] = field(factory=list)
    _others: list[Exploring] = field(factory=list)

    def first(self, abstraction: Abstraction, gaps: tuple[int, ...], ordinary: int | None) -> First:
        """The search of a protocol; one that was made before, where it is of the same."""
        protocol = abstraction.protocol
        for one in self._firsts:
            if one.gaps == gaps and one.abstraction.protocol == protocol and is_made_as(one.abstraction, abstraction):
                return one
        self._firsts.append(First(abstraction, gaps, self.diagrams, ordinary))
        return self._firsts[-1]

    def second(self, first: First, abstraction: Abstraction) -> Exploring:
        """The search of another protocol over the same visits."""
        alike = is_made_as(first.abstraction, abstraction)
        self._others.append(Second(first, abstraction) if alike else _beside(first, abstraction))
        return self._others[-1]


@define(eq=False)
class Differing:
    """Where two protocols that share their states can differ: by rules that were changed, left out, or put elsewhere."""

    old: First
    new: Abstraction
    changed: frozenset[str] = field(init=False)
    only_guards: bool = field(init=False)
    _alike: dict[Place, bool] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        mine, its = self.old.abstraction.prepared, self.new.prepared
        one, other = ({rule.name: rule for rule in some.rules} for some in (mine, its))
        names = one.keys() | other.keys()
        self.changed = frozenset(
            name
            for name in names
            if one.get(name) != other.get(name)
            or _opened(self.old.abstraction, one[name].when) != _opened(self.new, other[name].when)
        )
        self.only_guards = [_but_guard(rule) for rule in mine.rules] == [_but_guard(rule) for rule in its.rules]

    def is_alike(self, place: Place) -> bool:
        """Whether at a place nothing is asked that differs, as far as was asked there."""
        if self.only_guards:
            return self.changed.isdisjoint(self.old.deciding.asked.get(place, ()))
        found = self._alike.get(place)
        if found is None:
            found = self._alike[place] = self._of(self.old.abstraction, place) == self._of(self.new, place)
        return found

    def _of(self, abstraction: Abstraction, place: Place) -> list[tuple[Rule, bool]]:
        """The rules that can matter at a place, with whether each was changed."""
        state = State(place.control, place.level, place.dose, reasons=place.reasons)
        here = list(applicable(abstraction.prepared, state))
        if place.control.kind in ("held", "in review"):
            here += [rule for rule in abstraction.prepared.rules if rule.action.kind in _MOVE_ON_HOLD]
        return [(rule, abstraction is self.new and rule.name in self.changed) for rule in here]


class AskedAgain(Deciding):
    """The decisions of another protocol; what a rule says that stands in both is what it says in the first."""

    def __init__(self, first: AskedRules, differing: Differing) -> None:
        super().__init__(differing.new, first.diagrams)
        self._first, self._differing = first, differing
        # Outcomes and ways that are the same are one, and so are the numbers of what they lead to.
        self._once, self._leads = first._once, first._leads

    def of_rule(self, kept: Kept, situation: Situation, rule: Rule, narrowed: Narrowing, stands: bool = False) -> Node:
        if rule.name in self._differing.changed:
            return super().of_rule(kept, situation, rule, narrowed, stands)
        return Deciding.of_rule(self._first, kept, situation, rule, narrowed, stands)


def _beside(first: First, abstraction: Abstraction) -> Exploring:
    """The search of a protocol whose states are made otherwise, over the same letters.

    What letters cost, and outcomes, are values: equal ones are one for both, so that what is decided alike is seen to be.
    """
    found = Exploring(abstraction, first.gaps, diagrams=first.diagrams, ordinary=first.ordinary)
    found.deciding._once, found.deciding._leads = first.deciding._once, first.deciding._leads
    found._same, found._same_told = first._same, first._same_told
    return found


class Second(Exploring):
    """The search of a protocol whose states are made as those of a first one."""

    def __init__(self, first: First, abstraction: Abstraction) -> None:
        super().__init__(abstraction, first.gaps, diagrams=first.diagrams, ordinary=first.ordinary)
        self.first, self.differing = first, Differing(first, abstraction)
        self.deciding = AskedAgain(first.deciding, self.differing)
        self.trails, self.successors = first.trails, first.successors
        self._costs, self._same, self._trails, self._facts = first._costs, first._same, first._trails, first._facts

    def by_trail(self, place: Place, rest: int, minutes: int, *, begins: bool = False) -> tuple[Node, dict[Trail, list[Left]]]:
        """What the first one says where nothing is asked that differs; asked first, so that it is known what it asks."""
        found = self.first.by_trail(place, rest, minutes, begins=begins)
        if self.differing.is_alike(place):
            return found
        return super().by_trail(place, rest, minutes, begins=begins)


def _but_guard(rule: Rule) -> list[object]:
    return [getattr(rule, one.name) for one in attrs.fields(Rule) if one.name != "when"]


def _opened(abstraction: Abstraction, guard: Guard) -> tuple[Guard, ...]:
    return tuple(opened(abstraction.prepared, guard))


def is_made_as(one: Abstraction, other: Abstraction) -> bool:
    """Whether the states and letters of two abstractions are made of the same."""
    return one is other or _made_of(one) == _made_of(other)


def _made_of(abstraction: Abstraction) -> list[object]:
    """All that the states and letters of an abstraction, and what moves them, are made of."""
    prepared = abstraction.prepared
    guards = (guard for one in prepared.trackers for guard in (one.when, one.until) if guard is not None)
    axes = [[getattr(axis, one.name) for one in attrs.fields(type(axis))] for axis in abstraction.axes]
    one, remembered = abstraction, {term: prepared.constants[term] for term in prepared.constants if isinstance(term, _COUNTED)}
    return [
        one.every, axes, one.trackers, one.caps, one.stopwatch, one.due, one.remembered, one.cares, one.holds_once, one.clocks,
        one.free, one.roughly, one.bases, one.dated, prepared.trackers, prepared.inputs, prepared.counts_dose, remembered,
        trackers_acted_on(prepared), [_opened(abstraction, guard) for guard in guards], _scores(abstraction),
        list(_rest(abstraction)),
    ]  # fmt: skip


def _scores(abstraction: Abstraction) -> list[object]:
    """What the scores that follow from a visit ask there, and what is asked of them."""
    followed = abstraction.scores.items()
    return [(place, one.atoms, [_opened(abstraction, guard) for guard in one.score.guards()]) for place, one in followed]


def _rest(abstraction: Abstraction) -> Iterator[object]:
    """What a protocol says beside its rules."""
    protocol = abstraction.protocol
    return (getattr(protocol, one.name) for one in attrs.fields(type(protocol)) if one.name not in _OF_RULES)
