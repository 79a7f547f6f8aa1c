"""How much of a patient's history does a search follow first, and how much where that does not settle a property?

How long something has been so, and how long ago it was, has a value for each visit, and so has each reading that has to be kept
for it. Where several of them would multiply, they are left free first, then they are followed roughly, and only at last as they
are. What holds or fails with less is settled: the rest is asked again, by itself, with more.
"""

from __future__ import annotations

from attrs import evolve

from protocol.model import said
from protocol.model.guard import Clock, Compare, Known, Term, Tracked
from protocol.model.input import Score, Tracker
from protocol.model.protocol import Protocol
from protocol.model.verification import Report
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.asked import AskedBy, asked_by, opened
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.rough import NO_EARLIER

MOST_FOLLOWED = 1
"""Where the last readings of more inputs than these have to be kept, a search begins with less of the history."""
MOST_KEPT = 4
"""Where those of more inputs have to be kept, all of them are never kept: there would be thousands of kinds of visit in each
state."""


def levels(protocol: Protocol, followed: int = MOST_FOLLOWED) -> tuple[Free, ...]:
    """What is left free in one search after the other; in the last nothing is, where it can come to an end.

    Nothing is left free where no more inputs have to be ``followed``.
    """
    asked = asked_by(protocol)
    kept = asked.kept - {item.name for item in protocol.inputs if item.fixed}
    if len(kept) <= followed:
        return (NOTHING,)
    long = _of_time(asked)
    trackers = frozenset(Tracked(one.name) for one in long) | _clocks(asked)
    roughly = frozenset(Tracked(one.name) for one in long if _can_be_rough(asked, one))
    both = (trackers | _counts(asked), trackers)
    alone = tuple(frozenset({term}) for term in sorted(roughly, key=str))
    found = dict.fromkeys(Free(terms, rough) for terms in both for rough in (frozenset[Term](), *alone, roughly))
    return (*found, NOTHING) if len(kept) <= MOST_KEPT else (*found,)


def freely(old: Protocol, new: Protocol) -> tuple[Free, ...]:
    """What can be left free where two protocols are compared, first more and then less: what both leave free, and is the same."""
    asked, other = (asked_by(one.unclaimed()) for one in (old, new))
    # A score that follows from a visit makes no difference to what is free; what it is made of is asked of both.
    if (old.levels, old.numbers, _free_scores(old, asked)) != (new.levels, new.numbers, _free_scores(new, other)):
        return ()
    of_new = {term for free in levels(other.protocol) for term in free.terms}
    found = dict.fromkeys(
        Free(*(frozenset(term for term in some & of_new if _meaning(asked, term) == _meaning(other, term)) for some in both))
        for both in ((free.terms, free.roughly) for free in levels(asked.protocol))
    )
    return tuple(free for free in found if free)


def _free_scores(protocol: Protocol, asked: AskedBy) -> tuple[Score, ...]:
    return tuple(score for score in protocol.scores if score not in asked.scores)


def _meaning(asked: AskedBy, term: Term) -> object:
    """All that a tracker stands on."""
    if not isinstance(term, Tracked):
        return term
    tracker = next(one for one in asked.prepared.trackers if one.name == term.tracker)
    guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
    inside = tuple(node for guard in guards for node in opened(asked.prepared, guard))
    return tracker, inside, tuple(asked.prepared.inputs[name] for guard in guards for name in asked.prepared.inputs_of(guard))


def open_names(found: Report) -> frozenset[str]:
    """The properties that were not confirmed."""
    return frozenset(one.name for one in found.verdicts if one.outcome == "not confirmed")


def sliced(protocol: Protocol, names: frozenset[str]) -> Protocol:
    """The protocol with those properties only: what others ask is not told apart."""
    own = tuple(one for one in protocol.properties if one.name in names)
    return evolve(protocol, properties=own, expectations=tuple(one for one in protocol.expectations if one.name in names))


def carried_over(abstraction: Abstraction) -> tuple[str, ...]:
    """The inputs of which a reading can be carried over, so that its last one can be kept."""
    carried = [axis.name for axis in abstraction.axes if any(letter.kind == "carried" for letter in axis.letters)]
    return tuple(item.name for item in abstraction.protocol.inputs if item.name in carried and not item.fixed)


def said_of(free: Free) -> str:
    """What is free and what is followed roughly, in words."""
    names = sorted(_said(term) for term in free.terms - free.roughly)
    rough = sorted(_said(term) for term in free.roughly)
    parts = [f"{', '.join(names)} could be anything at each visit"] if names else []
    parts += [f"of {', '.join(rough)} it was followed whether, and not how long ago"] if rough else []
    return " and ".join(parts) or "the whole history was followed"


def _said(term: Term) -> str:
    return said.CLOCKS[term.name] if isinstance(term, Clock) else term.tracker if isinstance(term, Tracked) else str(term)


def _of_time(asked: AskedBy) -> list[Tracker]:
    """The trackers of time that can be free: a step may rest on one comparison of each only, as that has one date."""
    return [one for one in asked.trackers if one.kind in ("duration", "since") and _steps(asked, Tracked(one.name)) <= 1]


def _counts(asked: AskedBy) -> frozenset[Term]:
    """The trackers that count and can be free."""
    counts = (Tracked(one.name) for one in asked.trackers if one.kind in ("episodes", "consecutive"))
    return frozenset(term for term in counts if _steps(asked, term) <= 1)


def _clocks(asked: AskedBy) -> frozenset[Term]:
    """The clocks that can be free: no step rests on them, and they run no longer than that of the start."""
    clocks = dict.fromkeys(node.term for node in asked.compared() if isinstance(node.term, Clock))
    return frozenset(term for term in clocks if term.name in NO_EARLIER and not _steps(asked, term))


def _steps(asked: AskedBy, term: Clock | Tracked) -> int:
    """On how many comparisons of a clock or tracker a step of the dose rests."""
    return len({node for node in asked.stepping if isinstance(node, Compare) and node.term == term})


def _can_be_rough(asked: AskedBy, tracker: Tracker) -> bool:
    """Whether a reading that lapses makes nothing true of it."""
    return tracker.until is None and not any(isinstance(node, Known) for node in opened(asked.prepared, tracker.when))
