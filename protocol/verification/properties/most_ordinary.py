"""By which visits is a state with a history reached as soon as can be, and of these ways by which one with the fewest findings?

What a visit costs whatever its truths are is known without looking at them, and no visit costs less. So ways are followed back
from the end, those first that can be cheapest, and the truths are looked at only of visits on them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from attrs import define, field, frozen

MOST_STEPS = 100_000
"""Of so many steps it is looked which are the most ordinary; with more a state is reached as it was first."""


@frozen
class Step:
    """How a state with a history is reached: from which, after how many minutes, by which truths (any of these bits), and what
    that costs at least."""

    before: int
    minutes: int
    numbers: int
    least: int = 0


Way = tuple[tuple[int, Step], ...]
"""Numbers of states with a history, each with the step by which it is reached, the first one first."""


@define
class MostOrdinary:
    """The steps into each state with a history that are on a shortest way to it; ``costs`` says what one of them costs."""

    costs: Callable[[Step, int], int]
    into: dict[int, list[Step]] = field(factory=dict)
    least: dict[int, int] = field(factory=lambda: {0: 0})
    steps: int = 0

    def add(self, number: int, step: Step) -> None:
        """A step into a state; all steps into the one from which it comes are there."""
        self.into.setdefault(number, []).append(step)
        self.steps += 1
        cost = self.least[step.before] + step.least
        self.least[number] = min(self.least.get(number, cost), cost)

    def way_to(self, number: int) -> Way:
        """The cheapest way to a state."""
        turn, seen = count(), set[int]()
        waiting: list[tuple[int, int, int, int, Step | None, Way]] = [(self.least[number], 0, number, 0, None, ())]
        while waiting:
            _, _, here, cost, asked, way = heappop(waiting)
            if asked is not None:
                cost += self.costs(asked, way[0][0])
                heappush(waiting, (cost + self.least[here], -next(turn), here, cost, None, way))
            elif here == 0:
                return way
            elif here not in seen:
                seen.add(here)
                for step in self.into[here]:
                    at_least = cost + step.least + self.least[step.before]
                    heappush(waiting, (at_least, -next(turn), step.before, cost, step, ((here, step), *way)))
        raise ValueError(f"no way leads to state {number}")
