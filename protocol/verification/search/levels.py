"""How much of a patient's history does a search follow first, and how much where that does not settle a property?

How long something has been so, and how long ago it was, has a value for each visit, and so has each reading that has to be kept
for it. Where several of them would multiply, they are left free first, then they are followed roughly, and only at last as they
are. What holds or fails with less is settled: the rest is asked again, by itself, with more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from protocol.model import said
from protocol.model.formula import Current, parts
from protocol.model.guard import Clock, Compare, Known, Term, Tracked
from protocol.model.input import DerivedNumber, Score, Tracker
from protocol.model.protocol import Protocol
from protocol.model.verification import Report
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.asked import AskedBy, asked_by, opened
from protocol.verification.search.freed import Free
from protocol.verification.search.rough import NO_EARLIER

MOST_FOLLOWED = 1
"""Where the last readings of more inputs than these have to be kept, a search begins with less of the history."""
MOST_KEPT = 4
"""Where those of more inputs have to be kept, all of them are never kept: there would be thousands of kinds of visit in each
state."""


def levels(protocol: Protocol, followed: int = MOST_FOLLOWED) -> tuple[Free, ...]:
    """What is left free in one search after the other; in the last nothing is, where it can come to an end.

    Nothing is left free where no more inputs have to be ``followed``, but for what lapses in parts: that is free throughout.
    """
    return _levels((asked_by(protocol),), followed)


def freely(old: Protocol, new: Protocol, followed: int = MOST_FOLLOWED) -> tuple[Free, ...]:
    """What is left free where two protocols are compared in one search after the other: what only one of them asks, and what is
    the same in both and left free by both. None where they have something that is computed in two ways, or other doses."""
    both = tuple(asked_by(one.unclaimed()) for one in (old, new))
    # A score that follows from a visit makes no difference to what is free; what it is made of is asked of both.
    scores = tuple(score for score in old.scores if not all(score.name in {each.name for each in one.scores} for one in both))
    if old.levels != new.levels or _defined_otherwise(old.numbers, new.numbers) or _defined_otherwise(scores, new.scores):
        return ()
    return _levels(both, followed)


def _levels(asking: tuple[AskedBy, ...], followed: int) -> tuple[Free, ...]:
    kept = max(len(one.kept - {item.name for item in one.protocol.inputs if item.fixed}) for one in asking)
    least = Free(_in_all(asking, _lapsing_in_parts))
    if kept <= followed:
        return (least,)
    trackers = _in_all(asking, lambda one: frozenset(Tracked(tracker.name) for tracker in _of_time(one)) | _clocks(one))
    roughly = (trackers & _in_all(asking, _roughly)) - least.terms
    both = (trackers | _in_all(asking, _counts), trackers)
    alone = tuple(frozenset({term}) for term in sorted(roughly, key=str))
    found = dict.fromkeys(Free(terms, rough) for terms in both for rough in (frozenset[Term](), *alone, roughly))
    return (*dict.fromkeys((*found, least)),) if kept <= MOST_KEPT else (*found,)


def _in_all(asking: tuple[AskedBy, ...], of: Callable[[AskedBy], frozenset[Term]]) -> frozenset[Term]:
    """The clocks and trackers that can be free in each protocol that asks them, and mean the same in all of these."""
    free = [(one, of(one)) for one in asking]
    some = frozenset(term for _, terms in free for term in terms)
    can = (term for term in some if all(term in terms for one, terms in free if _asks(one, term)))
    return frozenset(term for term in can if _is_one([_meaning(one, term) for one in asking if _asks(one, term)]))


def _is_one(several: list[object]) -> bool:
    return all(one == several[0] for one in several)


def _asks(asked: AskedBy, term: Term) -> bool:
    if isinstance(term, Tracked):
        return any(one.name == term.tracker for one in asked.trackers)
    return any(node.term == term for node in asked.compared())


def _defined_otherwise(some: Sequence[DerivedNumber | Score], others: Sequence[DerivedNumber | Score]) -> bool:
    """Whether something of one name is computed in two ways."""
    by_name = {one.name: one for one in others}
    return any(by_name.get(one.name, one) != one for one in some)


def _meaning(asked: AskedBy, term: Term) -> object:
    """All that a tracker stands on; where it asks what is computed, all inputs."""
    if not isinstance(term, Tracked):
        return term
    tracker = next(one for one in asked.trackers if one.name == term.tracker)
    guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
    inside = tuple(node for guard in guards for node in opened(asked.prepared, guard))
    names = {name for guard in guards for name in asked.prepared.inputs_of(guard)}
    computed = {one.name for one in asked.protocol.numbers} | {one.name for one in asked.protocol.scores}
    inputs = asked.protocol.inputs if names & computed else ()
    return tracker, inside, tuple(asked.prepared.inputs[name] for name in sorted(names)), inputs


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


def _roughly(asked: AskedBy) -> frozenset[Term]:
    """The trackers of time that can be followed roughly."""
    return frozenset(Tracked(one.name) for one in _of_time(asked) if _can_be_rough(asked, one))


def _lapsing_in_parts(asked: AskedBy) -> frozenset[Term]:
    """The trackers of time of something computed that can be another between two visits, when part of it lapses."""
    return frozenset(Tracked(one.name) for one in _of_time(asked) if _lapses_in_parts(asked, one))


def _lapses_in_parts(asked: AskedBy, tracker: Tracker) -> bool:
    guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
    names = {name for guard in guards for name in asked.prepared.inputs_of(guard)}
    numbers = [number for number in asked.protocol.numbers if number.name in names]
    several = any(sum(isinstance(part, Current) for part in parts(number.value)) > 1 for number in numbers)
    return several or any(number.defaults for number in numbers) or any(score.name in names for score in asked.protocol.scores)


def _can_be_rough(asked: AskedBy, tracker: Tracker) -> bool:
    """Whether a reading that lapses makes nothing true of it."""
    return tracker.until is None and not any(isinstance(node, Known) for node in opened(asked.prepared, tracker.when))
