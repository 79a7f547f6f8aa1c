"""What becomes of a mutant: is it told by a course that somebody wrote, by a property, by no course at all, or by nobody?

A property tells a mutant if it fails on a course on which it holds in the protocol. It is asked of courses on which the two
differ: those that were written by hand, whatever they expect, those that told another mutant, those that a search finds, what
can follow on them, and those on which somebody does what only the mutant permits. It tells it as well if what it says to happen
sometimes no longer does, or if it was to fail on a course that it names and does not.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from time import process_time

from attrs import define, evolve, field, frozen

from protocol.adapters.sheet import Example
from protocol.commands.recorded import Recorded
from protocol.model.course import Course, Visit
from protocol.model.mutation import Ending, Fate, Shown
from protocol.model.property import OfVisits
from protocol.model.protocol import Protocol
from protocol.verification.difference.alike import Searches
from protocol.verification.mutation.differing import Differing, Search
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.mutation.nearby import search as search_near
from protocol.verification.mutation.shown import apart, up_to
from protocol.verification.mutation.taken import taken
from protocol.verification.search.levels import sliced
from protocol.verification.search.size import megabytes, most_megabytes
from protocol.verification.verify import verify
from protocol.verification.witnesses import witnesses

KINDS = 6
"""Further ways to differ that are looked for where no property fails on the shortest course, among so many pairs of states."""
MORE_STATES, MORE_SECONDS = 2_000, 15.0
FURTHER = 2
"""Visits that are added to a course on which a mutant differs, to see whether it keeps to what is asked within a time."""
TRIES = 400


@frozen
class Bounds:
    """How far is looked for each mutant: minutes between two visits, pairs of states, seconds, and MB of memory."""

    every: int
    states: int = 100_000
    seconds: float = 240.0
    memory: int | None = None

    def search(self, protocol: Protocol, mutant: Mutant, searches: Searches) -> Search:
        """The search for where a mutant differs; ``searches`` are those of other mutants of the protocol."""
        return Search(protocol, mutant.protocol, self.every, self.states, self.seconds, self.memory, searches)


_SHARED = 1 / 2
"""The share of its memory that a process may have before it begins its searches anew."""
FREE = "validity"
"""The kind of change that a search does not see, because it leaves the age of readings free."""


@define
class Judge:
    """Judges the mutants of one protocol, one after the other; what its protocol does is worked out once."""

    protocol: Protocol
    examples: tuple[Example, ...]
    bounds: Bounds
    _recorded: Recorded = field(init=False)
    _searches: Searches = field(factory=Searches)
    _looked_for: frozenset[str] = frozenset()
    _shown: dict[str, Course] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._recorded = Recorded(self.protocol, self.examples)

    def fates(self, mutants: Iterable[Mutant]) -> tuple[Fate, ...]:
        """What becomes of mutants that were changed at one place, one after the other: what told one may tell the next."""
        self._recorded.forget()
        return tuple(map(self.fate, mutants))

    def fate(self, mutant: Mutant) -> Fate:
        """What becomes of the mutant."""
        by_course = self._recorded.by_course(mutant)
        by_property = self._recorded.by_property(mutant)
        if by_course and not by_property:
            by_property = self._no_longer_sometimes(mutant)  # dear, but less so than a search
        if by_course and (by_property or mutant.kind == FREE):
            return self._ended(mutant, "killed", by_course, by_property)
        search = self._search(mutant)
        found = self._found(mutant, search)
        if found.courses and not by_property:
            by_property = self._by_property_after(mutant, found.courses)
        course = next(iter((*found.courses, *self._recorded.differing(mutant))), None)
        if course and not by_property:
            by_property = self._by_property_further(mutant, search) or ("" if by_course else self._no_longer_sometimes(mutant))
        killed = by_course or by_property
        ending: Ending = "killed" if killed else "survives" if course else "equivalent" if found.proved else "unfinished"
        return self._ended(mutant, ending, by_course, by_property, course, "" if killed or course else found.why)

    def _ended(
        self, mutant: Mutant, ending: Ending, by_course: str, by_property: str, course: Course | None = None, why: str = ""
    ) -> Fate:
        one, telling = mutant, course if ending == "survives" else None
        shows = self._apart(mutant, telling) if telling else None
        return Fate(one.name, one.kind, one.place, one.says, one.sentence, ending, by_property, by_course, telling, shows, why)

    def _apart(self, mutant: Mutant, course: Course) -> tuple[Shown, Shown] | None:
        """What the protocol and the mutant show where they first differ."""
        return apart(self.protocol, mutant.protocol, course)

    def _by_property_after(self, mutant: Mutant, courses: Sequence[Course]) -> str:
        permitted = (one for course in courses for one in taken(self.protocol, mutant.protocol, course))
        return self._recorded.by_property_on(mutant, (*courses, *permitted, *self._followed(courses)))

    def _by_property_further(self, mutant: Mutant, search: Search) -> str:
        """The same on courses on which it differs in other ways, as far as they are found soon."""
        for courses in islice(search.more(MORE_STATES, min(self.bounds.seconds, MORE_SECONDS)), KINDS):
            if found := self._by_property_after(mutant, courses):
                return found
        return ""

    def _no_longer_sometimes(self, mutant: Mutant) -> str:
        """A property of which no known course shows any more what is to happen sometimes; a search proves that none does."""
        lost = self._recorded.no_longer_shown(mutant, self._sometimes(), self._witnesses)
        if not lost:
            return ""
        most = self.bounds
        self._make_room()
        alone = sliced(mutant.protocol, frozenset(lost))
        found = verify(
            alone, only=lost, every=most.every, states=most.states, seconds=most.seconds, memory=most.memory, clock=process_time
        )
        if found.is_interrupted:
            raise KeyboardInterrupt
        return next((one.name for one in found.verdicts if one.outcome == "fails"), "")

    def _sometimes(self) -> tuple[str, ...]:
        """The properties that say what happens sometimes, and are not expected to fail."""
        properties = (one for one in self.protocol.properties if one.expected == "holds" and not one.waiver)
        return tuple(one.name for one in properties if isinstance(one.sentence, OfVisits) and one.sentence.family == "sometimes")

    def _witnesses(self, names: frozenset[str]) -> dict[str, Course]:
        """Courses on which the protocol shows what these properties say to happen sometimes, as far as they are found."""
        if names - self._looked_for:
            self._looked_for |= names
            most = self.bounds
            self._shown |= witnesses(
                self.protocol, names, most.every, states=most.states, seconds=most.seconds, memory=most.memory
            )
        return self._shown

    def searched(self, mutant: Mutant) -> Differing:
        """Where it differs: as the search finds, else near known courses, where that leaves something free."""
        return self._found(mutant, self._search(mutant))

    def _found(self, mutant: Mutant, search: Search) -> Differing:
        found = search.first()
        if found.courses or (found.proved and mutant.kind != FREE):
            return found
        near = search_near(self.protocol, mutant.protocol, mutant.place)
        course = near.find((one.course for one in self.examples), Random(0), TRIES)
        if course is not None:
            return Differing((course,))
        return Differing(why="the age of readings is free in the search") if found.proved else found

    def _search(self, mutant: Mutant) -> Search:
        """The search for where it differs."""
        self._make_room()
        return self.bounds.search(self.protocol, mutant, self._searches)

    def _make_room(self) -> None:
        """Gives up what searches of other mutants share before it takes too much of the memory."""
        if megabytes() > _SHARED * (self.bounds.memory or most_megabytes()):
            self._searches = Searches()
            gc.collect()  # what stands in a circle

    def _followed(self, courses: Iterable[Course]) -> Iterator[Course]:
        """The courses with further visits, at which everything is measured as before."""
        for course in courses:
            last = course.visits[-1]
            for more in range(1, FURTHER + 1):
                after = (Visit(last.time + number * self.bounds.every, last.observations) for number in range(1, more + 1))
                yield evolve(course, visits=(*up_to(course, len(course.visits)).visits, *after))
