"""Which states are reached, and how first? From each state every visit is followed, those first that were found first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from attrs import frozen

from protocol.model.verification import INTERRUPTED
from protocol.verification.search.bounds import Ended
from protocol.verification.search.explored import Came, Explored, Options
from protocol.verification.search.kept import Place, first
from protocol.verification.search.watch import MET, why_of

if TYPE_CHECKING:
    from protocol.verification.search.exploring import Exploring

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
        self._led: dict[Options, Led] = {}
        self.found.states.append(begin)
        self.found.came.append(None)
        self.found.depth.append(0)

    def explore(self, ended: Ended, tell: Callable[[int], None]) -> Explored:
        """Everything that is reached, until it has to be ``ended``, or somebody interrupts it."""
        found, number = self.found, 0
        with self.search.diagrams.watch.until(lambda: ended(len(found.states))):
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
            for options in self.search.visits(place, rest, minutes, begins=number == 0):
                led = self._led.get(options)
                if led is None:
                    led = self._led[options] = self._lead(number, minutes, options)
                if found.is_cheaper(number, found.visits[led.kind][0]):
                    found.visits[led.kind] = (number, minutes, options)
                kinds.append((led.kind, minutes))
                found.transitions[0] += len(led.edges)
                watch.count(len(led.edges))
                edges += led.edges
                self._come(number, minutes, options, led)

    def _lead(self, number: int, minutes: int, options: Options) -> Led:
        """Where a visit leads that was not followed before; states that are new are numbered."""
        search, found = self.search, self.found
        kind = self._kinds.setdefault((options.node, options.costs, search.facts(options.kept)), len(found.visits))
        if kind == len(found.visits):
            found.visits.append((number, minutes, options))
        rest, edges = search.successors.rest(options.kept), list[tuple[int, bool]]()
        came = found.came[number]
        for outcome, way, cost, letters in options.moves:
            key = (way.place, search.successors.settled(rest, way))
            state = self._index.setdefault(key, len(found.states))
            if state == len(found.states):
                self.places.append(key)
                found.states.append(search.successors.kept(*key))
                found.came.append(Came(number, minutes, letters, outcome, way, cost + (came.cost if came else 0)))
                found.depth.append(found.depth[number] + 1)
            edges.append((state, search.is_normal(letters)))
        return Led(kind, tuple(edges))

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
