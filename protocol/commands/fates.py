"""What becomes of a mutant: is it told by a course that somebody wrote, by a property, by no course at all, or by nobody?

A property tells a mutant if it fails on a course on which it holds in the protocol. It is asked of courses on which the two
differ: those that were written by hand, whatever they expect, those that a search finds, and what can follow on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from attrs import define, evolve, field, frozen

from protocol.adapters.sheet import Example
from protocol.checks.expectations import differences
from protocol.checks.properties_of_course import judged
from protocol.errors import ProtocolError
from protocol.model.course import Course, Visit
from protocol.model.mutation import Ending, Fate, Shown
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace
from protocol.verification.mutation.differing import Differing, differing
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.mutation.nearby import search
from protocol.verification.mutation.shown import of_step, shown, up_to

KINDS = 6
"""Ways to differ that are looked for where no property fails on the shortest course, for at most so many seconds:"""
MORE_SECONDS = 15.0
FURTHER = 2
"""Visits that are added to a course on which a mutant differs, to see whether it keeps to what is asked within a time."""
TRIES = 400


@frozen
class Bounds:
    """How far is looked for each mutant: minutes between two visits, pairs of states, seconds, and MB of memory."""

    every: int
    states: int = 100_000
    seconds: float = 90.0
    memory: int | None = None

    def differing(self, protocol: Protocol, mutant: Mutant, *, kinds: int = 1, seconds: float | None = None) -> Differing:
        """Where a mutant differs, as far as that is looked."""
        most = self.seconds if seconds is None else seconds
        return differing(protocol, mutant.protocol, self.every, kinds=kinds, states=self.states, seconds=most, memory=self.memory)


FREE = ("points", "formula", "validity")
"""Kinds of changes that a search does not see, because it leaves computed values and the age of readings free."""


@frozen
class Told:
    """What the hand-written courses say of a mutant: those on which it differs, and the first that expects something else."""

    courses: tuple[Course, ...] = ()
    by_course: str = ""


@define
class Judge:
    """Judges the mutants of one protocol, one after the other; what its protocol does is worked out once."""

    protocol: Protocol
    examples: tuple[Example, ...]
    bounds: Bounds
    _shown: dict[str, tuple[Shown, ...]] = field(factory=dict)

    def fate(self, mutant: Mutant) -> Fate:
        """What becomes of the mutant."""
        told = self.by_hand(mutant)
        by_property = self.by_property(mutant, told.courses)
        if told.by_course and by_property:
            return self._ended(mutant, "killed", told.by_course, by_property)
        found = self.searched(mutant)
        if found.courses and not by_property:
            by_property = self._by_property_after(mutant, found.courses) or self._by_property_after(mutant, self._more(mutant))
        course = next(iter((*found.courses, *told.courses)), None)
        killed = told.by_course or by_property
        ending: Ending = "killed" if killed else "survives" if course else "equivalent" if found.proved else "unfinished"
        return self._ended(mutant, ending, told.by_course, by_property, course, "" if killed or course else found.why)

    def _ended(
        self, mutant: Mutant, ending: Ending, by_course: str, by_property: str, course: Course | None = None, why: str = ""
    ) -> Fate:
        one, telling = mutant, course if ending == "survives" else None
        apart = self._apart(mutant, telling) if telling else None
        return Fate(one.name, one.kind, one.place, one.says, one.sentence, ending, by_property, by_course, telling, apart, why)

    def _apart(self, mutant: Mutant, course: Course) -> tuple[Shown, Shown] | None:
        """What the protocol and the mutant show where they first differ."""
        try:
            both = zip(shown(self.protocol, course), shown(mutant.protocol, course), strict=False)
            return next(pair for pair in both if pair[0] != pair[1])
        except (ProtocolError, StopIteration):
            return None

    def by_hand(self, mutant: Mutant) -> Told:
        """What the hand-written courses say of it."""
        differ: list[Course] = []
        by_course = ""
        for example in self.examples:
            number = self._difference(mutant, example)
            if number is not None:
                differ.append(example.course)
                by_course = by_course or (example.course.name if self._is_unmet(mutant, example) else "")
        return Told(tuple(differ), by_course)

    def _difference(self, mutant: Mutant, example: Example) -> int | None:
        name = example.course.name
        if name not in self._shown:
            self._shown[name] = shown(self.protocol, example.course)
        try:
            steps = trace(mutant.protocol, example.course).steps
        except ProtocolError:
            return 0
        pairs = zip(self._shown[name], map(of_step, steps), strict=False)
        return next((number for number, pair in enumerate(pairs) if pair[0] != pair[1]), None)

    def _is_unmet(self, mutant: Mutant, example: Example) -> bool:
        pairs = [[(item.column, item.value) for item in items] for items in example.expectations]
        try:
            return bool(differences(example.course, pairs, trace(mutant.protocol, example.course)))
        except ProtocolError:
            return True

    def by_property(self, mutant: Mutant, courses: Iterable[Course]) -> str:
        """The first property of the file that fails on one of the courses, and holds on it in the protocol."""
        for course in courses:
            failing = self._failing(mutant.protocol, course)
            if failing and (new := failing - self._failing(self.protocol, course)):
                return sorted(new)[0]
        return ""

    def _failing(self, protocol: Protocol, course: Course) -> frozenset[str]:
        try:
            found = judged(protocol, course).failures
        except ProtocolError:
            return frozenset()
        return frozenset(one.property.name for one in found if one.certain and not one.property.waiver)

    def _by_property_after(self, mutant: Mutant, courses: tuple[Course, ...]) -> str:
        return self.by_property(mutant, (*courses, *self._followed(courses)))

    def _more(self, mutant: Mutant) -> tuple[Course, ...]:
        """Courses on which it differs in other ways, as far as they are found soon."""
        seconds = min(self.bounds.seconds, MORE_SECONDS)
        return self.bounds.differing(self.protocol, mutant, kinds=KINDS, seconds=seconds).courses

    def searched(self, mutant: Mutant) -> Differing:
        """Where the search finds that it differs; near known courses, where it only finds that what it leaves free does."""
        found = self.bounds.differing(self.protocol, mutant)
        if found.courses or (found.proved and mutant.kind not in FREE):
            return found
        near = search(self.protocol, mutant.protocol, mutant.place)
        course = near.find((one.course for one in self.examples), Random(0), TRIES)
        if course is not None:
            return Differing((course,))
        return evolve(found, proved=False, why=found.why or "computed values are free in the search") if found.proved else found

    def _followed(self, courses: Iterable[Course]) -> Iterator[Course]:
        """The courses with further visits, at which everything is measured as before."""
        for course in courses:
            last = course.visits[-1]
            for more in range(1, FURTHER + 1):
                after = (Visit(last.time + number * self.bounds.every, last.observations) for number in range(1, more + 1))
                yield evolve(course, visits=(*up_to(course, len(course.visits)).visits, *after))
