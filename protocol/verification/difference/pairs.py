"""Which pairs of states do two protocols reach over the same visits, as long as they decide the same?

Breadth first, so that the first way to a difference is a shortest one. What a visit leads to is worked out once for all pairs of
states in which it is the same visit to both.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from heapq import heappop, heappush, nsmallest
from typing import TYPE_CHECKING

from attrs import field, frozen

from protocol.verification.difference.seen import Move, Shown
from protocol.verification.search.diagrams import Choices
from protocol.verification.search.explored import Options
from protocol.verification.search.exploring import Left
from protocol.verification.search.kept import Place, first
from protocol.verification.search.outcomes import Outcome, Way

if TYPE_CHECKING:
    from protocol.verification.difference.comparing import Comparing

MOST_OF_A_KIND = 12
"""Courses that are kept of one kind of difference, in case the first of them cannot be put into readings."""

_OFTEN = 16
"""At so many pairs of states first, and then at one of so many, it is looked at the bounds, whatever was made there."""

State = tuple[Place, int]
"""A place, and the number of the rest of a state."""


@frozen
class Pair:
    """How two states were reached together: from which pair, after how many minutes, by which letters, and what each decided."""

    before: int
    minutes: int
    letters: Choices
    cost: int
    old: tuple[Outcome, Way]
    new: tuple[Outcome, Way]


@frozen
class _Way:
    """One way to go on after a visit, or to differ at it."""

    letters: Choices
    cost: int
    old: tuple[Outcome, Way]
    new: tuple[Outcome, Way]

    def pair(self, before: int, minutes: int, so_far: int) -> Pair:
        return Pair(before, minutes, self.letters, so_far + self.cost, self.old, self.new)


@frozen(eq=False)
class _Onward:
    """The ways on after a visit, of those that lead to the same the cheapest, and the kinds in which the two differ at it."""

    after: tuple[_Way, ...]
    apart: tuple[tuple[Shown, _Way], ...]


@frozen(eq=False)
class _Led:
    """Where a visit leads, first at this depth: to which pairs of states, and in which kinds the two differ at it."""

    depth: int
    after: tuple[tuple[int, _Way], ...]
    apart: tuple[tuple[Shown, _Way], ...]


@frozen(eq=False)
class Pairs:
    """The pairs of states that were found, how each was first reached, and the differences by their kind."""

    comparing: Comparing
    states: list[tuple[State, State]] = field(factory=list)
    came: list[Pair | None] = field(factory=list)
    depth: list[int] = field(factory=list)
    apart: dict[Shown, list[tuple[int, int, Pair]]] = field(factory=dict)
    _waiting: list[tuple[int, int]] = field(factory=list)
    _index: dict[tuple[State, State], int] = field(factory=dict)
    _led: dict[tuple[Place, Place, Left, Left], _Led] = field(factory=dict)
    _onward: dict[Hashable, _Onward] = field(factory=dict)

    def follow_all(self) -> Iterator[int]:
        """Follows one pair of states after the other; how many kinds of difference there were before each."""
        old, new, watch = self.comparing.old, self.comparing.new, self.comparing.diagrams.watch
        begin = [(one.place, search.successors.rest(one)) for search in (old, new) for one in (first(search.abstraction),)]
        self._reached((begin[0], begin[1]), 0)
        self.came[0] = None
        self._index.clear()  # who is as at the beginning after a visit is another state, from which time passes
        number = 0
        while self._waiting:
            if number < _OFTEN or number % _OFTEN == 0:
                watch.look()
            kinds, number = len(self.apart), number + 1
            self._follow(heappop(self._waiting)[1])
            yield kinds

    def shortest(self) -> dict[Shown, tuple[tuple[Pair, ...], ...]]:
        """Of each kind of difference the shortest ways to it."""
        return {kind: tuple(self._path(pair) for _, _, pair in _shortest(pairs)) for kind, pairs in self.apart.items()}

    def _path(self, last: Pair) -> tuple[Pair, ...]:
        path, one = [last], self.came[last.before]
        while one is not None:
            path.append(one)
            one = self.came[one.before]
        return tuple(reversed(path))

    def _follow(self, number: int) -> None:
        old, new = self.states[number]
        watch, begins = self.comparing.diagrams.watch, number == 0
        for minutes in self.comparing.gaps if number else (0,):
            for one, other in self.comparing.visits(old, new, minutes, begins=begins):
                key = (old[0], new[0], one, other)
                led = self._led.get(key)
                if led is None:
                    led = self._led[key] = self._lead(number, *key)
                watch.count(len(led.after) + 1)
                self._come(number, minutes, led)

    def _lead(self, number: int, place: Place, its: Place, one: Left, other: Left) -> _Led:
        """Where a visit leads that was not followed before; pairs that are new are numbered."""
        places, rests, depth = (place, its), (one[1], other[1]), self.depth[number]
        key = (*places, one[0].node, other[0].node, one[0].costs, other[0].costs)
        onward = self._onward.get(key)
        if onward is None:
            onward = self._onward[key] = self._go_on(places, one[0], other[0])
        after = ((self._reached(self._after(rests, way.old[1], way.new[1]), depth + 1), way) for way in onward.after)
        return _Led(depth, tuple(after), onward.apart)

    def _go_on(self, places: tuple[Place, Place], one: Options, other: Options) -> _Onward:
        """The ways on from every two states at these places at which a visit can have these outcomes."""
        after, apart = dict[tuple[int, int], _Way](), list[tuple[Shown, _Way]]()
        for move, kind, ways in self.comparing.told(places, one, other):
            if kind is not None:
                apart.append((kind, _first_ways(move)))
            for way, same in ways:
                key, cost = (way.lead, same.lead), move[2] + max(way.cost, same.cost)
                if key not in after or cost < after[key].cost:
                    after[key] = _Way(move[3], cost, (move[0], way), (move[1], same))
        return _Onward(tuple(after.values()), tuple(apart))

    def _after(self, rests: tuple[int, int], way: Way, same: Way) -> tuple[State, State]:
        old, new = self.comparing.old.successors, self.comparing.new.successors
        return (way.place, old.settled(rests[0], way)), (same.place, new.settled(rests[1], same))

    def _reached(self, states: tuple[State, State], depth: int) -> int:
        """The number of a pair of states; one that is new waits to be followed."""
        found = self._index.setdefault(states, len(self.states))
        if found == len(self.states):
            self.states.append(states)
            self.came.append(None)
            self.depth.append(depth)
            if not found or not self.comparing.only_ordinary:
                # Of ordinary visits only the first pair waits at once; another one does when it is known how ordinary it is.
                heappush(self._waiting, (0, found))
        return found

    def _come(self, number: int, minutes: int, led: _Led) -> None:
        """How each of what the visit leads to is reached, where it was not reached as soon by something as ordinary."""
        before, depth = self.came[number], self.depth[number]
        so_far = before.cost if before else 0
        for place, way in led.after:
            if place and self.depth[place] == depth + 1:
                known = self.came[place]
                if known is None or so_far + way.cost < known.cost:
                    self.came[place] = way.pair(number, minutes, so_far)
                    if known is None and self.comparing.only_ordinary:
                        # Of too many visits the ordinary courses come first, else the short ones.
                        heappush(self._waiting, (so_far + way.cost, place))
        if depth == led.depth:
            for kind, way in led.apart:
                self._keep(kind, (depth, so_far + way.cost, way.pair(number, minutes, so_far)))

    def _keep(self, kind: Shown, one: tuple[int, int, Pair]) -> None:
        """Notes a difference; of many of a kind the shortest stay."""
        known = self.apart.setdefault(kind, [])
        known.append(one)
        if len(known) > 8 * MOST_OF_A_KIND:
            known[:] = _shortest(known)


def _first_ways(move: Move) -> _Way:
    old, new, cost, letters = move
    return _Way(letters, cost, (old, old.ways[0]), (new, new.ways[0]))


def _shortest(pairs: list[tuple[int, int, Pair]]) -> list[tuple[int, int, Pair]]:
    return nsmallest(MOST_OF_A_KIND, pairs, key=lambda one: one[:2])
