"""What does somebody see of a decision of a search, and which decisions of two protocols are the same to who sees them?

Doses are compared by what is given, not by the names of levels, and rules by what they do. Who compares a build with a protocol
sees more: what the action is called, and the name of the level that it leads to. So the ``words`` can be compared as well.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from protocol.model.giving import giving
from protocol.model.regimen import Dose
from protocol.verification.search.diagrams import Choices
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Place
from protocol.verification.search.outcomes import Outcome, Way

Shown = tuple[Hashable, ...]
"""What somebody sees of a decision, in words that do not depend on the names of levels and rules."""
Move = tuple[Outcome, Outcome, int, Choices]
"""What two protocols decide at a visit, with the letters that come to it at the least cost."""
Told = tuple[Shown | None, tuple[tuple[Way, Way], ...]]
"""The kind in which two decisions differ, None where they do not; then the ways of both that are the same."""


class Seen:
    """The decisions of two searches as somebody sees them. What was once worked out is kept."""

    def __init__(self, old: Exploring, new: Exploring, *, words: bool = False) -> None:
        self.old, self.new, self.words = old, new, words
        self._decisions: dict[Hashable, Shown] = {}
        self._ways: dict[Hashable, Shown] = {}
        self._told: dict[Hashable, Told] = {}

    def told(self, places: tuple[Place, Place], old: Outcome, new: Outcome) -> Told:
        """In what the two decisions differ, or how both can go on."""
        key = (*places, old, new)
        found = self._told.get(key)
        if found is None:
            one, other = self.decision(self.old, places[0], old), self.decision(self.new, places[1], new)
            found = ((one, other), ()) if one != other else (None, tuple(self._aligned(places, old, new)))
            self._told[key] = found
        return found

    def decision(self, search: Exploring, place: Place, outcome: Outcome) -> Shown:
        """What somebody sees of a decision: its status, what is ordered and permitted beside, and whether it is silent."""
        key = (search is self.old, place, outcome)
        found = self._decisions.get(key)
        if found is None:
            ordered, *beside = (self._way(search, place, way) for way in outcome.ways if way.ordered)
            rest = outcome.silent, bool(outcome.conflict), _permitted(search, outcome)
            found = (outcome.status, ordered, frozenset(beside), *rest)
            found = self._decisions[key] = (*found, *_words(outcome)) if self.words else found
        return found

    def _way(self, search: Exploring, place: Place, way: Way) -> Shown:
        key = (search is self.old, place, way)
        found = self._ways.get(key)
        if found is None:
            given = _regimen(search, way.effect.dose)
            at_once = str(way.effect.supplement) if way.effect.supplement else ""
            found = (_action(place, way), given, way.effect.control.kind, at_once, way.effect.anew)
            self._ways[key] = found
        return found

    def _aligned(self, places: tuple[Place, Place], old: Outcome, new: Outcome) -> Iterator[tuple[Way, Way]]:
        """The ways of both that are the same to who follows them."""
        others = {self._way(self.new, places[1], way): way for way in reversed(new.ways)}
        for way in old.ways:
            same = others.get(self._way(self.old, places[0], way))
            if same is not None:
                yield way, same


def _permitted(search: Exploring, outcome: Outcome) -> Hashable:
    """What rules permit beside what is ordered; a hold beside a stop too, though a course says of both that no drug was given."""
    protocol = search.abstraction.protocol
    ordered = giving(protocol, outcome.effect)
    return frozenset(giving(protocol, effect) for _, effect in outcome.offered if not effect.undefined) - {ordered}


def _words(outcome: Outcome) -> Iterator[Hashable]:
    """What is permitted and ordered is called, and the level that it leads to; where nothing is decided none is shown."""
    yield frozenset((action, one.dose.kind, one.dose.name, str(one.supplement or "")) for action, one in outcome.offered)
    yield outcome.ways[0].action
    if outcome.status != "undecided":
        yield outcome.effect.dose.name


def _regimen(search: Exploring, dose: Dose) -> str:
    return str(search.abstraction.protocol.level(dose.name).regimen) if dose.kind == "level" else dose.kind


def _action(before: Place, way: Way) -> str:
    """What happens to the patient: a resume and a start raise, so what the rule calls it makes no difference."""
    after = way.effect
    if after.control.kind == "stopped":
        return "stopped"
    if not after.dose.is_drug:
        return "none"
    return "goes on" if before.dose == after.dose else "given"
