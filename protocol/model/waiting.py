"""Why a hold goes on: for each of its reasons the rules that could answer it, and what keeps them from acting."""

from __future__ import annotations

from attrs import frozen

from protocol.model.decision import Fact
from protocol.model.guard import Guard


@frozen
class Way:
    """A resume rule that answers a reason of a hold, and whether its condition is so at a visit (None: for some values).

    ``facts`` are what the condition asks. ``blocked_by`` are the rules that would hold or stop treatment again at the level
    that comes back, ``may_block`` those that would for some values of what is missing. A rule that is only ``permitted`` (may)
    does not end a hold by itself.
    """

    rule: str
    when: Guard
    truth: bool | None
    facts: tuple[Fact, ...] = ()
    blocked_by: tuple[str, ...] = ()
    may_block: tuple[str, ...] = ()
    permitted: bool = False


@frozen
class Elsewhere:
    """A resume rule that answers a reason of a hold at other levels only, and whether its condition is so at a visit."""

    rule: str
    levels: tuple[str, ...]
    truth: bool | None


@frozen
class Waiting:
    """A reason of a hold and the rules that answer it here, in order; none where no rule does.

    ``level`` is where the patient is held, and ``elsewhere`` are the rules that answer the reason at other levels only.
    ``anew`` is what the reason asks, where a new reading of this visit began the hold once more by it.
    """

    reason: str
    ways: tuple[Way, ...] = ()
    level: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    anew: tuple[Fact, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether a rule that answers the reason is true, so that it is not this reason that keeps the hold."""
        return any(way.truth is True for way in self.ways)
