"""What else is to be known of a decision: the rules that permit something beside it, and what other readings would order."""

from __future__ import annotations

from attrs import frozen

from protocol.model.decision import Decision, Fact
from protocol.model.rule import Citation


@frozen
class Ground:
    """A rule that permits, or may permit, something at a visit: where it stands, why it may not be relied on, what it asks."""

    rule: str
    source: Citation | None = None
    says: str = ""
    unverified: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@frozen
class OtherReading:
    """A reading of an open question that is not the chosen one, and what would be decided under it."""

    reading: str
    means: str
    decision: Decision


@frozen
class OpenQuestion:
    """A question that the source leaves open and that matters at a visit.

    ``chosen`` is the reading that the decision rests on, ``unverified`` why that may be wrong, ``others`` those under which
    something else would be ordered or permitted.
    """

    name: str
    question: str
    chosen: str
    means: str
    unverified: str
    others: tuple[OtherReading, ...]
