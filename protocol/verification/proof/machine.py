"""Between which locations does a protocol go, under which conditions on the ages of what was?

A location that cannot be left to another is found for every choice of ages that can be at all, whether or not a course leads to
them: that is left to the proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from protocol.verification.proof.ages import WATCH, WATCH_AT_HOLD, WATCH_AT_STEP, Ages
from protocol.verification.proof.anytime import Anytime, Kind, Numbers
from protocol.verification.proof.solvers import not_said
from protocol.verification.search.bounds import Ended
from protocol.verification.search.followed import settled
from protocol.verification.search.kept import Kept, first
from protocol.verification.search.outcomes import Way
from protocol.verification.search.watch import MET, why_of

_LONG = 100
"""Putting a condition to the solver takes about as long as making so many nodes."""
START = 0
"""The place of the location before the first visit, to which nothing leads."""


@frozen(eq=False)
class Edge:
    """A way from one location to another: under any of some conditions, and what the numbers there become."""

    before: int
    after: int
    numbers: Numbers
    where: dict[int, Any] = field(factory=dict)


@frozen(eq=False)
class Machine:
    """The locations of a protocol, what leads from one to another, and the kinds of visits at each.

    ``ended`` says why not all were found.
    """

    anytime: Anytime
    locations: list[Kept] = field(factory=list)
    kinds: list[tuple[int, Kind]] = field(factory=list)
    edges: dict[Any, Edge] = field(factory=dict)
    ended: list[str] = field(factory=list)

    @property
    def ages(self) -> Ages:
        """Which ages its locations have."""
        return self.anytime.ages


def machine(anytime: Anytime, ended: Ended) -> Machine:
    """All locations to which some visits can lead, until it has to be ``ended``."""
    found = Machine(anytime)
    begin = anytime.ages.location(first(anytime.abstraction))
    found.locations.append(begin)
    index: dict[Kept, int] = {}
    try:
        with anytime.search.diagrams.watch.until(lambda: ended(len(found.locations))):
            _find_all(anytime, found, index)
    except MET as met:
        found.ended.append(why_of(met))
    except anytime.z3.Z3Exception as met:
        found.ended.append(not_said(met.args[0]))
    return found


def _find_all(anytime: Anytime, found: Machine, index: dict[Kept, int]) -> None:
    watch, number = anytime.search.diagrams.watch, START
    while number < len(found.locations):
        watch.look()
        for kind in anytime.kinds(found.locations[number], begins=number == START):
            found.kinds.append((number, kind))
            for after, numbers, where in _following(anytime, kind):
                place = index.setdefault(after, len(found.locations))
                if place == len(found.locations):
                    found.locations.append(after)
                watch.count(_LONG)
                join(found, number, place, numbers, where)
        number += 1


def join(found: Machine, before: int, after: int, numbers: Numbers, where: Any) -> None:
    """Puts a way from one location to another into a machine."""
    key = (before, after, tuple((name, one.get_id()) for name, one in sorted(numbers.items())))
    edge = found.edges.setdefault(key, Edge(before, after, numbers))
    edge.where[where.get_id()] = where


def _following(anytime: Anytime, kind: Kind) -> Iterator[tuple[Kept, Numbers, Any]]:
    """The locations after a visit of this kind, with their numbers, and where it is so."""
    for outcome, needs in anytime.needed(kind.options.node, kind.letters).items():
        where = anytime.where(kind, needs)
        for way in outcome.ways if outcome else ():
            after = anytime.ages.location(settled(anytime.abstraction, kind.options.kept, way))
            yield after, numbers_after(anytime, after, kind.numbers, way), where


def numbers_after(anytime: Anytime, after: Kept, numbers: Numbers, way: Way) -> Numbers:
    """The numbers of a location after a visit that was followed this way."""
    return {name: _after(anytime, name, numbers, way) for name in anytime.ages.names(after)}


def _after(anytime: Anytime, name: str, numbers: Numbers, way: Way) -> Any:
    """A number after a visit that was followed this way."""
    is_now = name in way.resets or ("anew" in way.resets and name.startswith(WATCH))
    if is_now:
        return anytime.z3.IntVal(0)
    if (name == WATCH_AT_STEP and "stepped" in way.resets) or (name == WATCH_AT_HOLD and "hold_began" in way.resets):
        return numbers[WATCH]
    return numbers[name]
