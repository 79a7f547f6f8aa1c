"""When is it looked whether a search goes too far? Every so often while it works, also in the middle of one state.

One state can take longer, and more memory, than all others of another protocol. So whoever makes something counts it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_OFTEN = 2_000
"""After so many small things that were made it is looked."""

NO_MEMORY = "there was no more memory to be had"


class BoundMet(Exception):
    """Raised where a bound is met; its text says which."""


MET = (BoundMet, MemoryError)
"""What ends a search that may not go on. What it had found by then is as good as it was."""


def why_of(met: BaseException) -> str:
    """Which bound was met."""
    return NO_MEMORY if isinstance(met, MemoryError) else str(met)


def _never() -> str:
    return ""


class Watch:
    """Counts what is made, and asks now and then whether that is enough."""

    __slots__ = ("ended", "left")

    def __init__(self) -> None:
        self.left, self.ended = _OFTEN, _never

    def count(self, made: int = 1) -> None:
        """So much was made; raises BoundMet where a bound is met."""
        self.left -= made
        if self.left < 0:
            self.look()

    def look(self) -> None:
        """Raises BoundMet where a bound is met."""
        self.left = _OFTEN
        if why := self.ended():
            raise BoundMet(why)

    @contextmanager
    def until(self, ended: Callable[[], str]) -> Iterator[None]:
        """Until this is left that is asked, which says why it has to end; empty where it need not."""
        before, self.ended = self.ended, ended
        try:
            yield
        finally:
            self.ended = before
