"""On which shortest courses does a mutant differ from its protocol? None where it is proved that it never does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from time import process_time

from attrs import define, evolve, field, frozen

from protocol.model.course import Course
from protocol.model.protocol import Protocol
from protocol.model.verification import INTERRUPTED
from protocol.verification.difference.alike import Searches
from protocol.verification.difference.comparing import ENOUGH, Apart, Compared, Comparing
from protocol.verification.difference.declared import is_computed_otherwise
from protocol.verification.mutation.shown import first_difference
from protocol.verification.patients.courses import concrete
from protocol.verification.search.bounds import Bounds, Ended
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.levels import freely
from protocol.verification.search.size import most_megabytes

COMPUTED = "computed values are free in the search"
MOST_TRIED = 60
"""Courses of the search that are tried before it is said that none could be put into readings."""
MOST_KINDS = 6
"""Kinds of difference of which the first course is tried at once; where none of them is one, all that was found is tried."""


@frozen
class Differing:
    """``courses`` on which the two differ at the last visit, the shortest first, and as many kinds of difference as were asked.

    ``proved``: they are the same on all courses on this grid; else ``why`` there is no course.
    """

    courses: tuple[Course, ...] = ()
    proved: bool = False
    why: str = ""


@define(eq=False)
class Search:
    """A search for the courses on which two protocols differ, at visits every so many minutes; it can be gone on with.

    ``searches`` of the protocol are made once for several others. After so many pairs of states, or ``seconds`` of
    processor time, or with so many MB of ``memory`` in use, it is left open whether they do.
    """

    protocol: Protocol
    other: Protocol
    every: int
    states: int
    seconds: float
    memory: int | None = None
    searches: Searches | None = None
    _comparing: Comparing | None = field(default=None, init=False)
    _tried: set[Apart] = field(factory=set, init=False)

    def first(self, courses: int = 2) -> Differing:
        """The first courses on which they differ. Where something is computed otherwise nothing is proved."""
        otherwise = is_computed_otherwise(self.protocol, self.other)
        if otherwise and evolve(self.other, scores=self.protocol.scores) == self.protocol:
            return Differing(why=COMPUTED)  # a search could not tell them apart
        found = self._looked(courses)
        return Differing(why=COMPUTED) if found.proved and otherwise else found

    def _looked(self, courses: int) -> Differing:
        bounds = self._bounds(self.states, self.seconds)
        found = Differing()
        for free in (*filter(None, freely(self.protocol, self.other)), NOTHING):
            # With less of the history first: that they are the same there is a proof, a course is one.
            found, goes_on = self._at(free, bounds, courses)
            if not goes_on:
                break
        return found

    def more(self, states: int, seconds: float) -> Iterator[tuple[Course, ...]]:
        """Further courses, of each new kind of difference, as long as there are no more than so many pairs of states in all."""
        bounds = self._bounds(states, seconds)
        comparing = self._comparing
        while comparing is not None:
            found = _compared(comparing, bounds.for_pairs())
            if courses := tuple(self._confirmed(comparing, _newest(found))):
                yield courses
            if found.ended != ENOUGH:
                return

    def _bounds(self, states: int, seconds: float) -> Bounds:
        """The bounds of a search that begins now, with the same answer where the machine has other work as well."""
        return Bounds(states, seconds, most_megabytes() if self.memory is None else self.memory, process_time)

    def _at(self, free: Free, bounds: Bounds, courses: int) -> tuple[Differing, bool]:
        """What is found where this is free, and whether it is worth to look with more of the history.

        What differs there differs here, too, at the same visit at the latest. So where nothing does as far as was looked, there
        is nothing to be found with more to follow.
        """
        comparing = self._comparing = Comparing(self.protocol, self.other, (self.every,), free, self.searches, words=True)
        self._tried.clear()
        found, ended = Compared({}, 0), bounds.for_pairs()
        for _ in range(MOST_KINDS):
            found = _compared(comparing, ended)
            if some := tuple(islice(self._confirmed(comparing, _newest(found)), courses)):
                return Differing(some), False
            if found.ended != ENOUGH:
                break
        if some := tuple(islice(self._confirmed(comparing, _rounds(found)), courses)):
            return Differing(some), False
        if found.apart:
            return Differing(why="no course with readings was found on which they differ"), True
        if comparing.only_ordinary and not found.ended:
            return Differing(why="visits at which an input is not measured are too many to be followed"), False
        return Differing(proved=not found.ended, why=found.ended), False

    def _confirmed(self, comparing: Comparing, some: Iterable[Apart]) -> Iterator[Course]:
        """The courses that the reference decides differently in the two, of those that were not tried before."""
        for apart in islice((one for one in some if one not in self._tried), MOST_TRIED):
            self._tried.add(apart)
            paths = ((comparing.old.abstraction, apart.old), (comparing.new.abstraction, apart.new))
            for course in chain.from_iterable(filter(None, [concrete(*one)]) for one in paths):
                if first_difference(self.protocol, self.other, course) is not None:
                    yield course
                    break


def _compared(comparing: Comparing, ended: Ended) -> Compared:
    """What is found up to the next kind of difference; who interrupts that ends all searches."""
    found = comparing.compare(ended, stop=lambda so_far: True)
    if found.ended == INTERRUPTED:
        raise KeyboardInterrupt
    return found


def _newest(found: Compared) -> Iterator[Apart]:
    """Of each kind of difference the shortest course."""
    return (several[0] for several in found.apart.values())


def _rounds(found: Compared) -> Iterator[Apart]:
    """The courses that were found, of each kind one before the second of any."""
    most = max(map(len, found.apart.values()), default=0)
    return (several[turn] for turn in range(most) for several in found.apart.values() if turn < len(several))
