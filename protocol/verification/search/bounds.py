"""How long may a search go on, how much may it find, and how much memory may it take?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

from attrs import frozen

from protocol.verification.search.size import megabytes

MOST_STATES = 200_000
MOST_SECONDS = 600.0
MOST_MEMORY = 4_000
"""MB."""
_REMEMBERED = 5
"""So many times as many states may be told apart by what one property remembers of them."""

Ended = Callable[[int], str]
"""Why a search that has found so many states ends now; empty where it goes on."""


@frozen
class Bounds:
    """After how many states, seconds and MB of memory a search ends."""

    states: int = MOST_STATES
    seconds: float = MOST_SECONDS
    memory: int = MOST_MEMORY

    def shares(self, count: int) -> Iterator[Ended]:
        """For each of so many properties when the search for it ends; all of them together have ``seconds`` from now on.

        What one does not need is there for those after it.
        """
        until = monotonic() + self.seconds
        for left in range(count, 0, -1):
            now = monotonic()
            yield self._until(now + max(0.0, until - now) / left)

    def _until(self, end: float) -> Ended:
        def ended(states: int) -> str:
            if states > _REMEMBERED * self.states:
                return f"with what it remembers there are more than {_REMEMBERED * self.states:,} states"
            if monotonic() > end:
                return f"it took more than its share of {self.seconds:g} seconds for all properties"
            return f"it needs more than {self.memory:,} MB of memory" if self.memory and megabytes() > self.memory else ""

        return ended


def never(states: int) -> str:
    """No bound."""
    return ""
