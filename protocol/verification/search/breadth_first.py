"""Which states does a protocol reach, and how first? From each state every visit is followed, those first that were found first.

So the first way to anything is a shortest one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from attrs import frozen

from protocol.model.verification import INTERRUPTED
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.explored import Came, Explored, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.garbage import seldom_collected
from protocol.verification.search.kept import Place, first
from protocol.verification.search.outcomes import Way
from protocol.verification.search.watch import MET, why_of

_OFTEN = 16
"""At so many states first, and then at one of so many, it is looked at the bounds, whatever was made there."""


@frozen(eq=False)
class Led:
    """Where a visit leads: the number of its kind, and for each of its moves the state, with whether all findings are normal."""

    kind: int
    edges: tuple[tuple[int, bool], ...]


class BreadthFirst:
    """One search, with what it has found so far."""

    def __init__(self, search: Exploring) -> None:
        self.search, self.found = search, Explored(search.abstraction)
        begin = first(search.abstraction)
        self.places: list[tuple[Place, int]] = [(begin.place, search.successors.rest(begin))]
        # Who is as at the beginning after a visit is another state: there are readings that can be carried over, and time passes.
        self._index: dict[tuple[Place, int], int] = {}
        self._kinds: dict[Hashable, int] = {}
        self._led: dict[tuple[Options, int], Led] = {}
        self._states: dict[tuple[int, int], int] = {}
        self._normal: dict[Options, tuple[bool, ...]] = {}
        self.found.states.append(begin)
        self.found.came.append(None)
        self.found.depth.append(0)

    def explore(self, ended: Ended = never, tell: Callable[[int], None] = lambda states: None) -> Explored:
        """Follows every visit from every state until it has to be ``ended``, or somebody interrupts it.

        Where it ended early it says why. ``tell`` is told now and then how many states have been found.
        """
        found, number = self.found, 0
        with seldom_collected(), self.search.diagrams.watch.until(lambda: ended(len(found.states))):
            while number < len(found.states) and not found.ended:
                self._followed(number)
                number += 1
                if number % _OFTEN == 0:
                    tell(len(found.states))
        return found

    def _followed(self, number: int) -> None:
        """Follows every visit from one state, also a part of them: a bound is met wherever it is."""
        try:
            if number < _OFTEN or number % _OFTEN == 0:
                self.search.diagrams.watch.look()
            self._follow(number)
        except MET as met:
            self.found.ended.append(why_of(met))
        except KeyboardInterrupt:
            self.found.ended.append(INTERRUPTED)

    def _follow(self, number: int) -> None:
        found, watch = self.found, self.search.diagrams.watch
        edges, kinds = list[tuple[int, bool]](), list[tuple[int, int]]()
        found.edges.append(edges)
        found.kinds.append(kinds)
        place, rest = self.places[number]
        for minutes in self.search.gaps if number else (0,):
            for options, after in self.search.visits(place, rest, minutes, begins=number == 0):
                led = self._led.get((options, after))
                if led is None:
                    led = self._led[(options, after)] = self._lead(number, minutes, options, after)
                if found.is_cheaper(number, found.visits[led.kind][0]):
                    found.visits[led.kind] = (number, minutes, self.search.of(place, options, after))
                kinds.append((led.kind, minutes))
                found.transitions[0] += len(led.edges)
                watch.count(len(led.edges))
                edges += led.edges
                self._come(number, minutes, options, led)

    def _lead(self, number: int, minutes: int, options: Options, after: int) -> Led:
        """Where a visit leads that was not followed before; states that are new are numbered."""
        search, found, place = self.search, self.found, self.places[number][0]
        kind = self._kinds.setdefault((options.node, options.costs, place, search.told(after)), len(found.visits))
        if kind == len(found.visits):
            found.visits.append((number, minutes, search.of(place, options, after)))
        edges = []
        for (outcome, way, cost, letters), normal in zip(options.moves, self._are_normal(options), strict=True):
            state = self._states.get((after, way.lead))
            if state is None:
                state = self._states[(after, way.lead)] = self._state(after, way)
                if state == len(found.came):
                    so_far = found.came[number]
                    found.came.append(Came(number, minutes, letters, outcome, way, cost + (so_far.cost if so_far else 0)))
                    found.depth.append(found.depth[number] + 1)
            edges.append((state, normal))
        return Led(kind, tuple(edges))

    def _state(self, after: int, way: Way) -> int:
        """The number of the state to which a way leads from a rest."""
        key = (way.place, self.search.successors.settled(after, way))
        state = self._index.setdefault(key, len(self.found.states))
        if state == len(self.found.states):
            self.places.append(key)
            self.found.states.append(self.search.successors.kept(*key))
        return state

    def _are_normal(self, options: Options) -> tuple[bool, ...]:
        """Of each move whether all its findings are normal."""
        found = self._normal.get(options)
        if found is None:
            found = self._normal[options] = tuple([self.search.is_normal(letters) for _, _, _, letters in options.moves])
        return found

    def _come(self, number: int, minutes: int, options: Options, led: Led) -> None:
        """Where a state was reached as soon by something less ordinary, this is how it is reached."""
        came, depth, deeper = self.found.came, self.found.depth, self.found.depth[number] + 1
        before = came[number]
        so_far = before.cost if before else 0
        for (state, _), (outcome, way, cost, letters) in zip(led.edges, options.moves, strict=True):
            if depth[state] == deeper:
                known = came[state]
                if known is not None and so_far + cost < known.cost:
                    came[state] = Came(number, minutes, letters, outcome, way, so_far + cost)
