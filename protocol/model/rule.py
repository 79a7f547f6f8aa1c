"""A rule: in which states, when, what must or may be done, and from which source. With the fixed words of decisions."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from protocol.model.guard import Guard
from protocol.model.regimen import Amount

ControlKind = Literal["before treatment", "on treatment", "held", "in review", "stopped"]
ActionKind = Literal["continue", "start", "escalate", "reduce", "hold", "resume", "stop", "review"]
CONTROLS: tuple[ControlKind, ...] = ("before treatment", "on treatment", "held", "in review", "stopped")
ACTIONS: tuple[ActionKind, ...] = ("continue", "start", "escalate", "reduce", "hold", "resume", "stop", "review")
Status = Literal["decided", "provisional", "undecided"]
STATUSES: tuple[Status, ...] = ("decided", "provisional", "undecided")


@frozen
class Where:
    """A control state, narrowed to some levels (empty: all) or to holds and reviews by some rules (empty: all).

    While held or in review the level is the one that was in force before.
    """

    control: ControlKind
    levels: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


@frozen
class To:
    """To a named level."""

    level: str


@frozen
class By:
    """By so many rungs, up for escalate and down for reduce and resume."""

    steps: int = 1


@frozen
class Same:
    """At the level that was in force before."""


@frozen
class AtMost:
    """Of a resume: at the level that was in force before, but no higher than this one. Of a hold: whichever rule resumes it,
    drug comes back no higher than this level; with several reasons the lowest counts."""

    level: str


Target = To | By | Same | AtMost


@frozen
class Action:
    """What a rule does. ``off_ladder`` is what happens when its step has no rung to reach; None: the protocol does not say.

    ``meanwhile`` says of a review whether the dose continues or is withheld until the outcome is recorded.
    ``anew``: drug is resumed as in a new patient; the course begins anew with it.
    """

    kind: ActionKind
    target: Target | None = None
    off_ladder: Literal["continue", "hold", "stop"] | None = None
    meanwhile: Literal["continue", "withhold", ""] = ""
    anew: bool = False


@frozen
class Citation:
    """The place in a source that a rule rests on."""

    source: str
    place: str = ""

    def __str__(self) -> str:
        """``label, row of 100 mg``; the source alone where no place is said."""
        return f"{self.source}, {self.place}" if self.place else self.source


@frozen
class Rule:
    """An ordered line: in these states, when this holds, this action must (or may) be taken, from this source.

    ``under`` names the readings of interpretations under which the rule is in force (all of them).
    ``again`` lets a step be taken twice on one reading. ``once`` lets one reading hold only once: when the hold is over it does
    not hold again, and a new one during the hold begins the hold again. ``on_hold`` False takes a stop on treatment out of
    force on hold.
    ``supplement`` is given once, with a start or an escalation that raises the dose in force (and is no ``again``): these use
    their reading up, so that it orders one supplement. A continue or a resume can come again on the reading that it had, and
    a supplement with a reduction would be a raise that the laws on missing data do not see; they may have none.
    ``table`` names the table of which the rule is a cell; it is empty for a rule that stands alone.
    """

    name: str
    where: tuple[Where, ...]
    when: Guard
    mode: Literal["must", "may"]
    action: Action
    recommended: bool = False
    again: bool = False
    on_hold: bool = True
    under: tuple[tuple[str, str], ...] = ()
    supplement: Amount | None = None
    source: Citation | None = None
    says: str = ""
    note: str = ""
    unverified: str = ""
    waiver: str = ""
    table: str = ""
    once: bool = False
