"""From which holds does no way lead onward, to drug or to the end of treatment?"""

from __future__ import annotations

from collections.abc import Hashable
from itertools import islice

from attrs import field, frozen

from protocol.verification.properties.failing import MOST_TRIED, Failing
from protocol.verification.properties.instances import Instances
from protocol.verification.search.explored import Came, Costs, Explored, Move, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Place


def stuck(search: Exploring, explored: Explored, instances: Instances, *, only_normal: bool) -> tuple[Failing, ...]:
    """The holds and reviews that are reached soonest, of these those reached most ordinarily, from which no way leads to drug or
    to the end of treatment, each with a visit more, which is one of the ``instances``."""
    if explored.ended:
        return ()
    before: list[list[int]] = [[] for _ in explored.states]
    for state, following in enumerate(explored.edges):
        for after, normal in following:
            if normal or not only_normal:
                before[after].append(state)
    reached = {number for number, kept in enumerate(explored.states) if not waits(kept.place)}
    waiting = list(reached)
    while waiting:
        for state in before[waiting.pop()]:
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    visits = After(search, explored, instances, only_normal)
    found = (one for number in explored.in_order() if number not in reached and (one := visits.visit(number)))
    best = sorted(islice(found, MOST_TRIED), key=lambda one: (explored.depth[one.before], explored.cost(one.before) + one.cost))
    return tuple(Failing((*explored.path(one.before), one), True) for one in best)


@frozen
class After:
    """The visits after a state that are some of the ``instances``; what is so of visits that are alike is worked out once."""

    search: Exploring
    explored: Explored
    instances: Instances
    only_normal: bool
    known: dict[Hashable, tuple[Move, ...]] = field(factory=dict)

    def visit(self, number: int) -> Came | None:
        """The most ordinary one, which shows what is decided where nothing leads onward; None where there is none."""
        came = (
            Came(number, minutes, letters, outcome, way, cost)
            for minutes in self.search.gaps
            for options in self.search.options(self.explored.states[number], minutes)
            for outcome, way, cost, letters in self._moves(options)
        )
        return min(came, key=lambda one: one.cost, default=None)

    def _moves(self, options: Options) -> tuple[Move, ...]:
        self.search.diagrams.watch.count()
        key = (options.node, options.costs, options.kept.place, self.instances.told_apart(options))
        found = self.known.get(key)
        if found is None:
            costs = self._as_normal(options.costs) if self.only_normal else None
            found = self.known[key] = tuple(self.instances.moves(options, costs))
        return found

    def _as_normal(self, costs: Costs) -> dict[int, tuple[int | None, ...]]:
        """The costs of what is normal; of an input that cannot be all of them."""
        normal = self.search.as_normal(costs).items()
        return {place: one if any(cost is not None for cost in one) else costs[place] for place, one in normal}


def waits(place: Place) -> bool:
    """Whether drug is withheld in a hold or a review."""
    return place.control.kind in ("held", "in review") and not place.dose.is_drug
