"""What becomes of a mutant: is it told by a course that somebody wrote, by a property, by no course at all, or by nobody?

A property tells a mutant if it fails on a course on which it holds in the protocol. It is asked of courses on which the two
differ: those that were written by hand, whatever they expect, those that told another mutant, those that a search finds, what
can follow on them, and those on which somebody does what only the mutant permits. It tells it as well if what it says to happen
sometimes no longer does, or if it was to fail on a course that it names and does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from attrs import define, evolve, field, frozen

from protocol.adapters.sheet import Example
from protocol.commands.recorded import Recorded
from protocol.model.course import Course, Visit
from protocol.model.mutation import Ending, Fate, Shown
from protocol.model.property import OfVisits
from protocol.model.protocol import Protocol
from protocol.verification.difference.alike import Searches
from protocol.verification.mutation.differing import Differing, differing
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.mutation.nearby import search
from protocol.verification.mutation.shown import apart, up_to
from protocol.verification.mutation.taken import taken
from protocol.verification.search.size import megabytes, most_megabytes
from protocol.verification.verify import verify

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

    def differing(
        self, protocol: Protocol, mutant: Mutant, searches: Searches, *, kinds: int = 1, seconds: float | None = None
    ) -> Differing:
        """Where a mutant differs, as far as that is looked; ``searches`` are those of other mutants of the protocol."""
        most = self.seconds if seconds is None else seconds
        return differing(
            protocol, mutant.protocol, self.every,
            kinds=kinds, states=self.states, seconds=most, memory=self.memory, searches=searches,
        )  # fmt: skip


_SHARED = 1 / 4
"""The share of its memory that a process may have before it begins its searches anew."""
FREE = ("points", "formula", "validity")
"""Kinds of changes that a search does not see, because it leaves computed values and the age of readings free."""


@define
class Judge:
    """Judges the mutants of one protocol, one after the other; what its protocol does is worked out once."""

    protocol: Protocol
    examples: tuple[Example, ...]
    bounds: Bounds
    _recorded: Recorded = field(init=False)
    _searches: Searches = field(factory=Searches)

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
        if by_course and by_property:
            return self._ended(mutant, "killed", by_course, by_property)
        found = self.searched(mutant)
        if found.courses and not by_property:
            by_property = self._by_property_after(mutant, found.courses)
        course = next(iter((*found.courses, *self._recorded.differing(mutant))), None)
        if course and not by_property:
            by_property = self._by_property_after(mutant, self._more(mutant)) or self._no_longer_sometimes(mutant)
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

    def _more(self, mutant: Mutant) -> tuple[Course, ...]:
        """Courses on which it differs in other ways, as far as they are found soon."""
        seconds = min(self.bounds.seconds, MORE_SECONDS)
        return self._differing(mutant, kinds=KINDS, seconds=seconds).courses

    def _no_longer_sometimes(self, mutant: Mutant) -> str:
        """A property of which no known course shows any more what is to happen sometimes; a search proves that none does."""
        lost = self._recorded.no_longer_shown(mutant, self._sometimes())
        if not lost:
            return ""
        most = self.bounds
        found = verify(mutant.protocol, only=lost, every=most.every, states=most.states, seconds=most.seconds, memory=most.memory)
        return next((one.name for one in found.verdicts if one.outcome == "fails"), "")

    def _sometimes(self) -> tuple[str, ...]:
        """The properties that say what happens sometimes, and are not expected to fail."""
        properties = (one for one in self.protocol.properties if one.expected == "holds" and not one.waiver)
        return tuple(one.name for one in properties if isinstance(one.sentence, OfVisits) and one.sentence.family == "sometimes")

    def searched(self, mutant: Mutant) -> Differing:
        """Where the search finds that it differs; near known courses, where it only finds that what it leaves free does."""
        found = self._differing(mutant)
        if found.courses or (found.proved and mutant.kind not in FREE):
            return found
        near = search(self.protocol, mutant.protocol, mutant.place)
        course = near.find((one.course for one in self.examples), Random(0), TRIES)
        if course is not None:
            return Differing((course,))
        return evolve(found, proved=False, why=found.why or "computed values are free in the search") if found.proved else found

    def _differing(self, mutant: Mutant, *, kinds: int = 1, seconds: float | None = None) -> Differing:
        """Where the search finds that it differs. What searches of other mutants share is given up before it takes too much."""
        if megabytes() > _SHARED * (self.bounds.memory or most_megabytes()):
            self._searches = Searches()
        return self.bounds.differing(self.protocol, mutant, self._searches, kinds=kinds, seconds=seconds)

    def _followed(self, courses: Iterable[Course]) -> Iterator[Course]:
        """The courses with further visits, at which everything is measured as before."""
        for course in courses:
            last = course.visits[-1]
            for more in range(1, FURTHER + 1):
                after = (Visit(last.time + number * self.bounds.every, last.observations) for number in range(1, more + 1))
                yield evolve(course, visits=(*up_to(course, len(course.visits)).visits, *after))
