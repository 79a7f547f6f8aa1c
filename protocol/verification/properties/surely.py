"""From which holds does a way lead onward whatever the free clocks and trackers are?

Where something is free there are more courses than there are, so a way that leads onward need not be one. Here what is found at a
visit has to lead onward whatever a free clock or tracker is then, visit after visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce

from protocol.model import verification
from protocol.verification.properties.built_in import NO_DEAD_END, WAY_OUT, BuiltIn
from protocol.verification.properties.instances import Instances
from protocol.verification.properties.onward import After, waits
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.diagrams import LAST, Node
from protocol.verification.search.explored import Costs, Explored, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.outcomes import Outcome
from protocol.verification.search.watch import MET, why_of

Needs = frozenset[frozenset[int]]
"""Of each of these sets one lead has to go onward: they are where a visit can lead with one finding."""


def leads_onward(
    search: Exploring, explored: Explored, item: BuiltIn, instances: Instances, ended: Ended = never
) -> tuple[verification.Outcome, str]:
    """Whether a way leads onward from each hold after which a visit is one of the ``instances``, also as far as something is
    free, and why not; what is not about ways holds."""
    if item not in (WAY_OUT, NO_DEAD_END) or not search.abstraction.free:
        return "holds", ""
    try:
        with search.diagrams.watch.until(partial(ended, 0)):
            sure = Surely(search, explored, instances, only_normal=item == NO_DEAD_END).is_everywhere()
    except MET as met:
        return "unfinished", why_of(met)
    return ("holds", "") if sure else ("not confirmed", "whether a way leads onward depends on what was left free")


class Surely:
    """The holds from which a way leads onward, of a search in which something is free."""

    def __init__(self, search: Exploring, explored: Explored, instances: Instances, *, only_normal: bool) -> None:
        self.search, self.explored, self.only_normal = search, explored, only_normal
        self.after, self.free = After(search, explored, instances, only_normal), frozenset(search.abstraction.free)
        self._needs: dict[int, tuple[Needs, ...]] = {}
        self._quantified: dict[Costs, dict[Node, Node]] = {}

    def is_everywhere(self) -> bool:
        """Whether there is one from each hold, and review without drug, after which somebody asks for one."""
        states = self.explored.states
        waiting = [number for number, kept in enumerate(states) if waits(kept.place)]
        onward = set(range(len(states))) - set(waiting)
        left = list(reversed(waiting))
        while left:
            still = [number for number in left if not self._leads(number, onward)]
            if len(still) == len(left):
                return all(self.after.visit(number) is None for number in left)
            left = still
        return True

    def _leads(self, number: int, onward: set[int]) -> bool:
        edges = iter(self.explored.edges[number])
        for kind, _ in self.explored.kinds[number]:
            moves = self.explored.visits[kind][2].moves
            after = {way.lead: next(edges)[0] for _, way, _, _ in moves}
            good = {lead for lead, state in after.items() if state in onward}
            if any(all(not good.isdisjoint(leads) for leads in needs) for needs in self._of(kind)):
                onward.add(number)
                return True
        return False

    def _of(self, kind: int) -> tuple[Needs, ...]:
        """For the findings of a kind of visit what each needs to lead onward."""
        found = self._needs.get(kind)
        if found is None:
            found = self._needs[kind] = tuple(self._made(self.explored.visits[kind][2]))
        return found

    def _made(self, options: Options) -> Iterator[Needs]:
        diagrams, costs = self.search.diagrams, options.costs
        leads = diagrams.kept("leads", _leads, options.node)
        wanted = self.search.as_normal(costs) if self.only_normal else dict(enumerate(costs))
        yield from diagrams.cheapest(self._whatever(leads, costs), wanted)

    def _whatever(self, node: Node, costs: Costs) -> Node:
        """What is needed whatever is free: where a diagram asks that, what is needed in all of its parts."""
        diagrams, memo = self.search.diagrams, self._quantified.setdefault(costs, {})

        def of(one: Node) -> Node:
            found = one if one.axis == LAST else memo.get(one)
            if found is None:
                parts = [of(part) if cost is not None else None for part, cost in zip(one.parts, costs[one.axis], strict=True)]
                can = dict.fromkeys(part for part in parts if part is not None) or {diagrams.leaf(_leads(None)): None}
                if one.axis in self.free:
                    found = reduce(lambda some, other: diagrams.kept("needs", _both, some, other), can)
                else:
                    found = diagrams.split(one.axis, [part or next(iter(can)) for part in parts])
                memo[one] = found
            return found

        return of(node)


def _leads(outcome: Outcome | None) -> Needs:
    return frozenset({frozenset(way.lead for way in outcome.ways) if outcome else frozenset()})


def _both(some: Needs, others: Needs) -> Needs:
    """What is in both; of a set that is in another one that other need not be said."""
    needs = some | others
    return frozenset(one for one in needs if not any(other < one for other in needs))
