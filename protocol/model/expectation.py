"""What does a file say of a property that every protocol is asked: that it fails, as its source has it, or need not hold?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from protocol.model.guard import Guard
from protocol.model.property import Asks, Claim, claims
from protocol.model.rule import Citation


@frozen
class Expectation:
    """What is expected of a property that is built in, of this name (``BUILT_IN``).

    With ``expected`` "fails" it fails because of what the source prints, and ``note`` says where; if it ever holds, somebody has
    to look. With a ``waiver`` it need not hold, and that is why. That is so only of visits at which a claim of ``where`` is true
    for certain, and of each of these claims it has to fail at some such visit; everywhere else it holds. With no claim it is so
    of all visits.
    """

    name: str
    expected: Literal["holds", "fails"] = "holds"
    waiver: str = ""
    source: Citation | None = None
    note: str = ""
    unverified: str = ""
    where: tuple[Claim, ...] = ()

    def claims(self) -> Iterator[Claim]:
        """Every claim of ``where`` and everything in it."""
        for root in self.where:
            yield from claims(root)

    def guards(self) -> Iterator[Guard]:
        """Every condition that ``where`` asks."""
        return (claim.condition for claim in self.claims() if isinstance(claim, Asks))
