"""How long may a search go on, how much may it find, and how much memory may it take?"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from fractions import Fraction
from time import monotonic

from attrs import Factory, evolve, field, frozen

from protocol.model.quantity import how_many
from protocol.verification.search.size import megabytes, most_megabytes

MOST_STATES = 200_000
MOST_SECONDS = 1_200.0
MOST_LOCATIONS = 20_000
_REMEMBERED = 5
"""So many times as many states may be told apart by what one property remembers of them."""
_AT_ONCE = 8
"""One property may take this part of the time that is left, or an equal part of it, where that is more."""
_OF_TIME, _OF_MEMORY = Fraction(2, 3), Fraction(3, 4)
"""What the search through the states may take, so that something is left to say what it found."""
_MUCH = Fraction(3, 4)
_BRIEFLY = 2.0
"""Seconds in which what was found is put into courses, though the time is over."""

Ended = Callable[[int], str]
"""Why a search that has found so many states ends now; empty where it goes on."""


@frozen
class Bounds:
    """After how many states, seconds and MB of memory a search ends; the seconds run from when the bounds were made.

    ``clock``: whose seconds, such as those that this process has been at work, whatever else the machine does.
    """

    states: int = MOST_STATES
    seconds: float = MOST_SECONDS
    memory: int = field(factory=most_megabytes)
    clock: Callable[[], float] = monotonic
    until: float = Factory(lambda self: self.clock() + self.seconds, takes_self=True)

    def for_states(self) -> Ended:
        """When the search through the states ends, so that time and memory are left to ask what it found."""
        return self._part("it has", "state")

    def for_pairs(self) -> Ended:
        """The same of a search through pairs of states, whose differences are put into courses afterwards."""
        return self._part("there are", "pair of states")

    def for_locations(self) -> Ended:
        """The same of a search through the locations of a proof, of which fewer can be put to a solver."""
        return evolve(self, states=min(self.states, MOST_LOCATIONS))._part("it has", "location")

    def whole(self) -> Ended:
        """When a search ends after which nothing comes."""
        return self._bound(self.until, self.memory, self.states, "it has")

    def shares(self, count: int) -> Iterator[Ended]:
        """For each of so many properties when the search for it ends: all of them together have the time that is left.

        Few need much, so one may take more than an equal part. What it does not need is there for those after it.
        """
        for left in range(count, 0, -1):
            now = self.clock()
            end = now + max(0.0, self.until - now) / min(left, _AT_ONCE)
            yield self._bound(end, self.memory, _REMEMBERED * self.states, "with what it remembers there are")

    def sooner(self, seconds: float) -> Bounds:
        """The same bounds, at most so many seconds from now."""
        return evolve(self, until=min(self.until, self.clock() + seconds))

    def left(self) -> float:
        """The seconds that are left."""
        return max(0.0, self.until - self.clock())

    def _part(self, there_are: str, what: str) -> Ended:
        """What a search may take that begins now; what earlier ones left lying about is cleared away, where it is much."""
        now, memory = self.clock(), int(self.memory * _OF_MEMORY)
        if megabytes() > memory * _MUCH:
            gc.collect()
        return self._bound(now + float(_OF_TIME) * (self.until - now), memory, self.states, there_are, what)

    def _bound(self, until: float, memory: int, states: int, there_are: str, what: str = "state") -> Ended:
        def ended(found: int) -> str:
            if found > states:
                return f"{there_are} more than {how_many(states, what)}"
            if self.clock() > until:
                return f"it took more than its share of {self.seconds:g} seconds"
            if self.memory and megabytes() > memory:
                share = "its share of " if memory < self.memory else ""
                return f"it needs more than {share}{self.memory:,} MB of memory"
            return ""

        return ended


def briefly() -> Ended:
    """When putting what was found into courses ends, though the time is over."""
    until = monotonic() + _BRIEFLY
    return lambda states: "the time was over" if monotonic() > until else ""


def never(states: int) -> str:
    """No bound."""
    return ""
