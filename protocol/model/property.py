"""A property: a sentence about all courses that follow a protocol, to be proved or refuted.

A course *follows* the protocol up to the first visit at which what was given is permitted for no value of what is missing; of
later visits the protocol does not answer for anything. At each visit it answers for what it recommends and for what it
permits whatever is missing. Where something else was given, which some missing value would permit, the visit is judged as
if the recommendation had been followed, and the course goes on from what was given. Where nothing is said of what was
given, the recommendation counts as followed.

A sentence is made of *claims*. A claim is about one visit and is true, false or unknown there. It looks at three moments:

- what is known at the visit, *before* the decision: conditions as rules ask them, and ``was`` with a place;
- the decision: its action and rule (of what was done on it: the recommended action, or the permitted one that was taken
  instead), its status, and whether it was silent;
- the state *after* the visit: places without ``was``, the dose in force, and whether it is withheld.

An unknown value makes a claim unknown unless the claim comes out the same for everything that the value could be. The
decision is part of what is judged and does not vary with it: ``escalate while toxicity >= 3`` is unknown, not false, where
the dose was raised and nobody graded the toxicity. So a sentence fails *for certain* or *for some value of what is missing*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from protocol.model.guard import Always, Compare, Guard, Is, Known, Named
from protocol.model.rule import ActionKind, Citation, Status, Where

Relation = Literal["above", "below", "at least", "at most", "is"]
RELATIONS: tuple[Relation, ...] = ("above", "below", "at least", "at most", "is")
Move = Literal["raised", "lowered", "unchanged"]
MOVES: tuple[Move, ...] = ("raised", "lowered", "unchanged")


@frozen
class Asks:
    """A condition as a rule could ask it at this visit: with the readings of the visit, the trackers after them, and the
    clocks as they stand before the decision (``time on hold`` of a hold that begins now does not run yet)."""

    condition: Always | Compare | Is | Known | Named


@frozen
class Acts:
    """What was done at this visit has this name: the recommended action, or the permitted one that was taken instead.

    It is the name of what happens: a ``reduce, else stop`` below the lowest level is a stop, a stop that only withholds
    drug until missing values are there is a hold, a step that cannot be taken is continue.
    """

    kind: ActionKind


@frozen
class At:
    """The control state after this visit; with ``before``, the one in which the patient came to it.

    While held or in review the level is the one that was in force before. A patient whose drug is withheld because of
    missing data stays on treatment. ``held by`` is true if one of the rules is among the reasons of the hold.
    """

    where: Where
    before: bool = False


@frozen
class DoseIs:
    """The dose in force after this visit, compared by rung: no drug is below every level; off the ladder it is unknown."""

    relation: Relation
    level: str


@frozen
class DoseMoves:
    """The dose in force after this visit against the one in force when the patient came to it, by rung."""

    move: Move


@frozen
class NoDrug:
    """No drug is in force after this visit."""


@frozen
class Withheld:
    """Drug is withheld after this visit because missing data left a stop open."""


@frozen
class HasStatus:
    """The decision has this status."""

    status: Status


@frozen
class Silent:
    """No rule covers this visit, and the protocol does not say that nothing covered means continue."""


@frozen
class ByRule:
    """What was done at this visit rests on this rule."""

    rule: str


@frozen
class No:
    """Not the part."""

    part: Claim


@frozen
class All:
    """Every part."""

    parts: tuple[Claim, ...]


@frozen
class Any:
    """Some part."""

    parts: tuple[Claim, ...]


@frozen
class While:
    """Both: ``what`` is claimed of the visits at which ``condition`` is true."""

    what: Claim
    condition: Claim


Claim = Asks | Acts | At | DoseIs | DoseMoves | NoDrug | Withheld | HasStatus | Silent | ByRule | No | All | Any | While


def claims(claim: Claim) -> Iterator[Claim]:
    """The claim and everything in it, outermost first, left to right."""
    yield claim
    match claim:
        case No(part):
            yield from claims(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from claims(part)
        case While(what, condition):
            yield from claims(what)
            yield from claims(condition)
        case _:
            return


@frozen
class OfVisits:
    """``never``: the claim is true at no visit of any course. ``always``: it is true at every visit of every course.
    ``sometimes``: there is a course with a visit at which it is true."""

    family: Literal["never", "always", "sometimes"]
    claim: Claim


@frozen
class Visits:
    """The visit itself and so many visits after it; 0 is the same visit."""

    count: int


@frozen
class Minutes:
    """The visit itself and the visits at most so many minutes later."""

    count: int


@frozen
class Response:
    """Whenever ``after`` is true at a visit: from that visit on, ``within`` a span of visits that begins with it, the claim
    is ``always`` true, ``never`` true, or ``sometimes`` true.

    ``sometimes`` within a time is judged when somebody looks: if no visit falls on the end of the time, the first one
    after it belongs to the span as well.
    """

    after: Claim
    within: Visits | Minutes
    family: Literal["always", "never", "sometimes"]
    claim: Claim


Sentence = OfVisits | Response


@frozen
class Property:
    """A sentence about all courses, with its exceptions and its source.

    ``exceptions``: a visit at which one of these claims is true does not count; after it nothing more is asked for what
    came before it. ``expected``: what the protocol is expected to make of it; a sentence that the source's own text
    breaks is written down as one that fails. ``waiver`` is the reason why it need not hold.
    """

    name: str
    sentence: Sentence
    exceptions: tuple[Claim, ...] = ()
    expected: Literal["holds", "fails"] = "holds"
    waiver: str = ""
    source: Citation | None = None
    note: str = ""
    unverified: str = ""

    def guards(self) -> Iterator[Guard]:
        """Every condition that the property asks."""
        sentence = self.sentence
        roots = (sentence.after, sentence.claim) if isinstance(sentence, Response) else (sentence.claim,)
        for root in (*roots, *self.exceptions):
            for claim in claims(root):
                if isinstance(claim, Asks):
                    yield claim.condition
