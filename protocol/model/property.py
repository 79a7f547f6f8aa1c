"""A property: a sentence about all courses that follow a protocol, to be proved or refuted.

A course *follows* the protocol up to the first visit at which what was given is permitted for no value of what is missing; of
later visits the protocol does not answer for anything. At each visit it answers for what it recommends and for what it
permits whatever is missing. Where something else was given, which some missing value would permit, the visit is judged as
if the recommendation had been followed, and the course goes on from what was given. Where nothing is said of what was
given, the recommendation counts as followed.

A sentence is made of *claims*. A claim is true, false or unknown at one visit. It looks at three moments of the visit:

- what is known at the visit, *before* the decision: conditions as rules ask them, and ``was`` with a place;
- the decision: its action and rule (of what was done on it: the recommended action, or the permitted one that was taken
  instead), its status, and whether it was silent;
- the state *after* the visit: places without ``was``, the dose in force, and whether it is withheld.

An unknown value makes a claim unknown unless the claim comes out the same for everything that the value could be. The
decision is part of what is judged and does not vary with it: ``escalate while toxicity >= 3`` is unknown, not false, where
the dose was raised and nobody graded the toxicity. So a sentence fails *for certain* or *for some value of what is missing*.

*Past claims* look back as well: ``held since hold``, ``at least 2 times hold``. They count the visits of this course, all of
them, and what was unknown at an earlier visit stays unknown: it does not vary together with what is unknown now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from protocol.model.guard import Always, Compare, Guard, Is, Known, Named
from protocol.model.rule import ActionKind, Citation, Status, Where
from protocol.model.verification import Family

Relation = Literal["above", "below", "at least", "at most", "is"]
RELATIONS: tuple[Relation, ...] = ("above", "below", "at least", "at most", "is")
Move = Literal["raised", "lowered", "unchanged"]
MOVES: tuple[Move, ...] = ("raised", "lowered", "unchanged")


@frozen
class Asks:
    """A condition as a rule could ask it at this visit, with its readings, the trackers after them, and the clocks before the
    decision (``time on hold`` of a hold that begins now does not run yet)."""

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

    While held or in review the level is the one in force before. A patient whose drug is withheld because of missing data stays
    on treatment. ``held by`` is true if one of the rules is among the reasons of the hold.
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


@frozen
class Since:
    """``begin`` was true at this visit or an earlier one, and ``what`` at every visit after that one, this one included."""

    what: Claim
    begin: Claim


@frozen
class Times:
    """``what`` has been true at so many visits or more, this one included; each visit counts, not each episode."""

    count: int
    what: Claim


Past = Since | Times
"""What looks back over the visits of a course. What a past claim is made of looks at one visit only."""
Claim = (
    Asks
    | Acts
    | At
    | DoseIs
    | DoseMoves
    | NoDrug
    | Withheld
    | HasStatus
    | Silent
    | ByRule
    | No
    | All
    | Any
    | While
    | Since
    | Times
)


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
        case Since(what, begin):
            yield from claims(what)
            yield from claims(begin)
        case Times(_, what):
            yield from claims(what)
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
class Until:
    """The visits before the first one at which the claim is true, be it the same visit; all visits if none comes."""

    claim: Claim


@frozen
class Response:
    """Whenever ``after`` is true at a visit: from that visit on, ``within`` a span of visits that begins with it, the claim
    is ``always`` true, ``never`` true, or ``sometimes`` true.

    ``sometimes`` within a time is judged when somebody looks: if no visit falls on the end, the first one after it counts too.
    """

    after: Claim
    within: Visits | Minutes | Until
    family: Literal["always", "never", "sometimes"]
    claim: Claim


Sentence = OfVisits | Response


@frozen
class Property:
    """A sentence about all courses, with its exceptions and its source.

    ``exceptions``: a visit at which one of these claims is true does not count; after it nothing more is asked for what
    came before it. ``expected``: what the protocol is expected to make of it; a sentence that the source's own text
    breaks is written down as one that fails, and ``course`` is the name of an example course that shows it.
    ``waiver`` is the reason why it need not hold. ``family`` is empty where the sentence says it (``family_of``).
    """

    name: str
    sentence: Sentence
    exceptions: tuple[Claim, ...] = ()
    expected: Literal["holds", "fails"] = "holds"
    waiver: str = ""
    source: Citation | None = None
    note: str = ""
    unverified: str = ""
    course: str = ""
    family: Family | Literal[""] = ""

    def claims(self) -> Iterator[Claim]:
        """Every claim of the property and everything in it."""
        sentence = self.sentence
        roots: tuple[Claim, ...] = (sentence.claim,)
        if isinstance(sentence, Response):
            ends = (sentence.within.claim,) if isinstance(sentence.within, Until) else ()
            roots = (sentence.after, *ends, sentence.claim)
        for root in (*roots, *self.exceptions):
            yield from claims(root)

    def guards(self) -> Iterator[Guard]:
        """Every condition that the property asks."""
        return (claim.condition for claim in self.claims() if isinstance(claim, Asks))


def family_of(item: Property) -> Family:
    """The family that the property says it belongs to, else the one of its sentence.

    What always goes on unchanged is the frame; what is never done but for exceptions is done only in those cases.
    """
    if item.family:
        return item.family
    sentence = item.sentence
    if sentence.family == "never":
        return "only if" if item.exceptions else "must not"
    goes_on = (Acts("continue"), DoseMoves("unchanged"))
    if sentence.family == "always" and any(claim in goes_on for claim in claims(sentence.claim)):
        return "frame"
    return "must act" if isinstance(sentence, Response) or sentence.family == "sometimes" else "must not"
