"""Into which pieces is a lowest or highest value cut? At its constants; where it matters whether it moved, at others too."""

from __future__ import annotations

from fractions import Fraction

from protocol.model.guard import Term, Tracked, Value
from protocol.model.input import Tracker
from protocol.semantics.trackers import plausible
from protocol.verification.search.abstraction import Abstraction


def piece(abstraction: Abstraction, tracker: Tracker, value: Fraction, *, may_move: bool) -> Fraction:
    """One value of the piece in which this one lies, between the constants of a lowest or highest value."""
    cuts = cuts_of(abstraction, tracker, may_move=may_move)
    if value in cuts:
        return value
    low, high = plausible(abstraction.prepared, tracker.input)
    below, above = [cut for cut in cuts if cut < value], [cut for cut in cuts if cut > value]
    return ((below[-1] if below else low) + (above[0] if above else high)) / 2


def cuts_of(abstraction: Abstraction, tracker: Tracker, *, may_move: bool) -> tuple[Fraction, ...]:
    """Its constants; where it is asked whether it moved those of its input too, because of two cells one is the lower."""
    constants = abstraction.prepared.constants
    terms: list[Term] = [Tracked(tracker.name)]
    if may_move:
        others = (one.name for one in abstraction.trackers if one.input == tracker.input)
        terms = [Value(tracker.input), *map(Tracked, others)]
    return tuple(sorted({constant for term in terms for constant in constants.get(term, ())}))
