"""On which shortest courses does a mutant differ from its protocol? None where it is proved that it never does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from attrs import frozen

from protocol.model.course import Course
from protocol.model.protocol import Protocol
from protocol.verification.difference.alike import Searches
from protocol.verification.difference.comparing import Apart, Compared, Comparing
from protocol.verification.mutation.shown import first_difference
from protocol.verification.patients.courses import concrete
from protocol.verification.search.bounds import Bounds
from protocol.verification.search.levels import freely
from protocol.verification.search.size import most_megabytes

_MANY = 6
"""So many times as many kinds of difference are looked for where something is free, as some of them need not be."""
MOST_TRIED = 60
"""Courses of the search that are tried before it is said that none could be put into readings."""


@frozen
class Differing:
    """``courses`` on which the two differ at the last visit, the shortest first, and as many kinds of difference as were asked.

    ``proved``: they are the same on all courses on this grid; else ``why`` there is no course.
    """

    courses: tuple[Course, ...] = ()
    proved: bool = False
    why: str = ""


def differing(
    protocol: Protocol, other: Protocol, every: int, *, kinds: int = 1, states: int, seconds: float, memory: int | None = None,
    searches: Searches | None = None,
) -> Differing:  # fmt: skip
    """Where they differ, at visits every so many minutes. ``searches`` of the protocol are made once for several others.

    After so many pairs of states, or ``seconds``, or with so many MB of ``memory`` in use, that is left open.
    """
    bounds = Bounds(states, seconds, most_megabytes() if memory is None else memory)
    for free in freely(protocol, other):
        # With less of the history first, in part of the time: that they are the same there is a proof, a course is one.
        found = _differing(Comparing(protocol, other, (every,), free, searches), bounds.sooner(seconds / 4), _MANY * kinds, kinds)
        if found.courses or found.proved:
            return found
    return _differing(Comparing(protocol, other, (every,), searches=searches), bounds, kinds, kinds)


def _differing(comparing: Comparing, bounds: Bounds, most: int, kinds: int) -> Differing:
    found = comparing.compare(bounds.for_pairs(), stop=lambda so_far: len(so_far.apart) >= most)
    both = comparing.old.abstraction.protocol, comparing.new.abstraction.protocol
    courses = tuple(islice(_confirmed(*both, comparing, found), 2 * kinds))
    if courses:
        return Differing(courses)
    if found.apart:
        return Differing(why="no course with readings was found on which they differ")
    return Differing(proved=not found.ended, why=found.ended)


def _confirmed(protocol: Protocol, other: Protocol, comparing: Comparing, found: Compared) -> Iterator[Course]:
    """The courses that the reference decides differently in the two, of each kind one before the second of any."""
    rounds = (one for turn in range(max(map(len, found.apart.values()), default=0)) for one in _turn(found, turn))
    for apart in islice(rounds, MOST_TRIED):
        paths = ((comparing.old.abstraction, apart.old), (comparing.new.abstraction, apart.new))
        for course in chain.from_iterable(filter(None, [concrete(*one)]) for one in paths):
            if first_difference(protocol, other, course) is not None:
                yield course
                break


def _turn(found: Compared, turn: int) -> Iterator[Apart]:
    return (several[turn] for several in found.apart.values() if turn < len(several))
