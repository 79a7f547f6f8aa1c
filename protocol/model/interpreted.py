"""What a protocol's open questions come to: properties under every reading, and patients on whom two readings differ."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from protocol.model.difference import Difference
from protocol.model.verification import Outcome

Combination = tuple[tuple[str, str], ...]
"""Of each open question whose reading is not the chosen one, the question and the reading."""

How = Literal["all", "near"]
"""Which combinations of readings were looked at: all, or those that differ from the chosen ones in one question or two."""


@frozen
class Told:
    """Two readings of one question, all other questions being read as chosen, and what tells them apart.

    ``difference`` is None where it was not looked at.
    """

    question: str
    one: str
    other: str
    difference: Difference | None = None


@frozen
class Under:
    """What is so of a property under one combination of readings."""

    readings: Combination
    outcome: Outcome


@frozen
class PropertyRead:
    """A property under the combinations that were looked at, the chosen one first."""

    name: str
    origin: Literal["spec", "built in"]
    under: tuple[Under, ...]

    @property
    def holds(self) -> bool:
        """Whether it was proved under each of them."""
        return all(one.outcome == "holds" for one in self.under)

    @property
    def failing(self) -> tuple[Under, ...]:
        """The combinations under which it does not hold."""
        return tuple(one for one in self.under if one.outcome == "fails")

    @property
    def open(self) -> tuple[Under, ...]:
        """The combinations under which it was neither proved nor refuted."""
        return tuple(one for one in self.under if one.outcome in ("unfinished", "not confirmed"))


@frozen
class Interpreted:
    """What the readings of a protocol's open questions come to.

    ``wanted`` are the combinations that were to be looked at, ``seen`` those that were, out of ``possible``. ``ended`` says why
    it was not finished.
    """

    protocol: str
    version: str
    fingerprint: str
    how: How
    possible: int
    wanted: int
    seen: tuple[Combination, ...]
    properties: tuple[PropertyRead, ...]
    pairs: tuple[Told, ...]
    ended: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether all that was wanted was looked at, and each pair of readings was told apart or proved equivalent."""
        done = len(self.seen) == self.wanted and not any(one.open for one in self.properties)
        return done and not self.ended and all(is_settled(one) for one in self.pairs)


def is_settled(pair: Told) -> bool:
    """Whether two readings have a patient who tells them apart, or are proved equivalent."""
    found = pair.difference
    return found is not None and (bool(found.kinds) or found.is_equivalent)
