"""What was found of the states of a protocol: how each was first reached, what can come of a visit there, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import field, frozen

from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.diagrams import Choices, Node
from protocol.verification.search.kept import Kept
from protocol.verification.search.outcomes import Outcome, Way


class Costs(tuple[tuple[int | None, ...], ...]):
    """What each letter of each input costs, None where it cannot be had. Each stands once, and is compared by identity."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


Told = tuple[Outcome, int, Choices]
"""A decision with the letters that come to it at the least cost."""
Move = tuple[Outcome, Way, int, Choices]
"""A way to follow it, with the letters that come to what it leads to at the least cost."""


@frozen(eq=False)
class Options:
    """What can come of a visit in a state: each outcome with the letters that come to it at the least cost.

    ``node`` is the diagram over letters, None where another trail is left; ``kept`` the state after the trail.
    """

    kept: Kept
    node: Node
    costs: Costs
    outcomes: tuple[Told, ...]
    moves: tuple[Move, ...]


def moves_of(outcomes: Iterable[Told]) -> tuple[Move, ...]:
    """Of the outcomes that lead to the same the cheapest; what is only permitted costs a little more."""
    found: dict[int, Move] = {}
    for outcome, cost, letters in outcomes:
        for way in outcome.ways:
            total = cost + way.cost
            if way.lead not in found or total < found[way.lead][2]:
                found[way.lead] = outcome, way, total, letters
    return tuple(found.values())


@frozen
class Came:
    """How a state was first reached: from which, after how many minutes, by which letters, and which way was taken."""

    before: int
    minutes: int
    letters: Choices
    outcome: Outcome
    way: Way
    cost: int


@frozen(eq=False)
class Explored:
    """The states in the order in which they were found, how each was, and the first state at which each kind of visit is.

    ``visits`` are a state, the minutes since it and an Options, each Options once, at a state of the least depth. ``edges`` are
    the states that follow on each, with whether they do so by findings that are all normal: one for each move of each of its
    ``kinds`` of visit, which are numbers among the visits, with the minutes until then.
    """

    abstraction: Abstraction
    states: list[Kept] = field(factory=list)
    came: list[Came | None] = field(factory=list)
    depth: list[int] = field(factory=list)
    visits: list[tuple[int, int, Options]] = field(factory=list)
    transitions: list[int] = field(factory=lambda: [0])
    ended: list[str] = field(factory=list)
    edges: list[list[tuple[int, bool]]] = field(factory=list)
    kinds: list[list[tuple[int, int]]] = field(factory=list)
    _ordered: list[int] = field(factory=list)

    def is_cheaper(self, state: int, other: int) -> bool:
        """Whether the way to a state is as short as that to another one and more ordinary."""
        one, two = self.came[state], self.came[other]
        return one is not None and two is not None and self.depth[state] == self.depth[other] and one.cost < two.cost

    def rank(self, state: int) -> tuple[int, int]:
        """States come in this order: those that are reached soonest, and of these those with the most ordinary way to them."""
        return self.depth[state], self.cost(state)

    def cost(self, state: int) -> int:
        """What the way to a state costs."""
        came = self.came[state]
        return came.cost if came else 0

    def in_order(self) -> list[int]:
        """The states that were followed, in their order."""
        return sorted(range(len(self.kinds)), key=self.rank)

    def kinds_in_order(self) -> list[int]:
        """The kinds of visit, in the order of the states at which they are."""
        if len(self._ordered) != len(self.visits):
            places = sorted(range(len(self.kinds)), key=self.in_order().__getitem__)
            self._ordered[:] = sorted(range(len(self.visits)), key=[places[state] for state, _, _ in self.visits].__getitem__)
        return self._ordered

    def path(self, state: int) -> Iterator[Came]:
        """The visits by which a state is reached, from the first one on."""
        found = []
        came = self.came[state]
        while came is not None:
            found.append(came)
            came = self.came[came.before]
        return reversed(found)
