"""Random properties of a protocol: every family, every kind of claim, with exceptions and spans."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.model.guard import Always, Compare, Guard, Is, Known, Named
from protocol.model.property import (
    MOVES,
    RELATIONS,
    Acts,
    All,
    Any,
    Asks,
    At,
    ByRule,
    Claim,
    DoseIs,
    DoseMoves,
    HasStatus,
    Minutes,
    No,
    NoDrug,
    OfVisits,
    Property,
    Response,
    Sentence,
    Silent,
    Since,
    Times,
    Until,
    Visits,
    While,
    Withheld,
)
from protocol.model.protocol import Protocol
from protocol.model.rule import ACTIONS, STATUSES, Citation, ControlKind, Where
from protocol.model.table import table_of
from protocol.model.time import DAY, WEEK
from protocol.testing.choosing import Choose
from protocol.testing.tables import of_kind

_SPANS = (Visits(0), Visits(1), Visits(2), Minutes(2 * WEEK), Minutes(3 * DAY), None)


def any_properties(choose: Choose, protocol: Protocol, conditions: Sequence[Guard]) -> tuple[Property, ...]:
    """Up to three properties of a protocol, whose claims ask some of the conditions."""
    asked = tuple(Asks(one) for one in conditions if isinstance(one, Always | Compare | Is | Known | Named))
    return tuple(_property(choose, protocol, asked, number) for number in range(choose((0, 0, 1, 1, 2, 3))))


def _property(choose: Choose, protocol: Protocol, asked: Sequence[Asks], number: int) -> Property:
    sentence = _sentence(choose, protocol, asked)
    possible = not (isinstance(sentence, OfVisits) and sentence.family == "sometimes")
    count = choose((0, 0, 0, 1, 2)) if possible else 0
    expected = choose(("holds", "holds", "holds", "fails"))
    return Property(
        f"property-{number}",
        sentence,
        tuple(_claim(choose, protocol, asked) for _ in range(count)),
        expected,
        course=choose(("", "a course that shows it")) if expected == "fails" else "",
        family=choose(("", "", "", "must not", "frame")),
        waiver=choose(("", "", "", "nobody minds")) if expected == "holds" else "",
        source=choose((None, Citation("paper", "p. 2"))),
        note=choose(("", "drawn")),
        unverified=choose(("", "", "", "not looked up")),
    )


def _sentence(choose: Choose, protocol: Protocol, asked: Sequence[Asks]) -> Sentence:
    claim = _looking_back(choose, protocol, asked)
    if choose((True, False)):
        return OfVisits(choose(("never", "never", "always", "sometimes")), claim)
    within = choose(_SPANS) or Until(_claim(choose, protocol, asked))
    lasting = within == Visits(0) or isinstance(within, Until)
    family = choose(("always", "never") if lasting else ("always", "never", "sometimes", "sometimes"))
    return Response(_looking_back(choose, protocol, asked), within, family, claim)


def _looking_back(choose: Choose, protocol: Protocol, asked: Sequence[Asks]) -> Claim:
    """A claim that looks back now and then, in two ways at most."""

    def one() -> Claim:
        return _claim(choose, protocol, asked)

    match choose((*("one",) * 9, "since", "times", "both")):
        case "since":
            return While(one(), Since(one(), one()))
        case "times":
            return Any((one(), No(Times(choose((1, 2, 3)), one()))))
        case "both":
            return All((Since(one(), one()), one(), Times(2, one())))
    return one()


def _claim(choose: Choose, protocol: Protocol, asked: Sequence[Asks]) -> Claim:
    def one() -> Claim:
        return choose(asked) if asked and choose((True, False)) else _done(choose, protocol)

    match choose(("one", "one", "not", "and", "or", "while", "mixed")):
        case "not":
            return No(one())
        case "and":
            return All((one(), one()))
        case "or":
            return Any((one(), one()))
        case "while":
            return While(one(), choose((one(), Any((one(), No(one()))))))
        case "mixed":
            return Any((All((one(), No(All((one(), one()))))), While(one(), one()), one()))
    return one()


def _done(choose: Choose, protocol: Protocol) -> Claim:
    level = choose(protocol.levels).name
    claims: tuple[Claim, ...] = (
        Acts(choose(ACTIONS)), At(_where(choose, protocol), choose((False, True))), DoseIs(choose(RELATIONS), level),
        DoseMoves(choose(MOVES)), NoDrug(), Withheld(), HasStatus(choose(STATUSES)), Silent(),
        ByRule(table_of(choose(protocol.rules).name)),
    )  # fmt: skip
    return choose(claims)  # type: ignore[no-any-return]


def _where(choose: Choose, protocol: Protocol) -> Where:
    control: ControlKind = choose(("before treatment", "on treatment", "on treatment", "held", "held", "in review", "stopped"))
    if control in ("before treatment", "stopped"):
        return Where(control)
    names = tuple(level.name for level in protocol.levels)
    kind = {"held": "hold", "in review": "review"}.get(control, "")
    return Where(control, choose(((), (), names[:1], names[-2:])), of_kind(protocol, kind, choose((0, 1, 2))) if kind else ())
