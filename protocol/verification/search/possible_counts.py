"""Between which counts can it be open what a free count is? Most are always certain, as they move only where all is known."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.guard import Clock, Compare, Tracked
from protocol.model.input import Tracker
from protocol.model.state import Counted
from protocol.semantics.observing import counting
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.abstraction import abstraction as whole
from protocol.verification.search.asked import opened
from protocol.verification.search.axes import Letter
from protocol.verification.search.diagrams import Diagrams
from protocol.verification.search.kept import first
from protocol.verification.search.trails import Trails, Truth

COUNTS = ("episodes", "consecutive")
Truths = tuple[Truth, Truth]
Sets = frozenset[frozenset[int]]
"""Sets of counts, of each of which one is the true one."""


def possible_counts(abstraction: Abstraction) -> dict[int, Sets]:
    """For the axis of each free count the sets between which it can be open; those are left out that ask more than a visit."""
    places = {place: term.tracker for place, term in abstraction.free.items() if isinstance(term, Tracked)}
    counted = {place: one for place, name in places.items() if (one := abstraction.protocol.tracker(name)).kind in COUNTS}
    if not counted:
        return {}
    # What the counts ask is told apart only where they are followed.
    trails = Trails(whole(abstraction.protocol, abstraction.every), Diagrams())
    return {
        place: _sets(tracker, frozenset(_truths(trails, tracker)), len(abstraction.axes[place].cells) - 1)
        for place, tracker in counted.items()
        if _is_of_a_visit(trails, tracker)
    }


def can_be(letter: Letter, sets: Sets) -> bool:
    """Whether what is free can be what a letter says."""
    return frozenset(letter.among or (letter.cell,)) in sets


def _is_of_a_visit(trails: Trails, tracker: Tracker) -> bool:
    """Whether what a tracker counts is settled by what one visit shows."""
    guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
    inside = (node for guard in guards for node in opened(trails.abstraction.prepared, guard))
    return not any(isinstance(node, Compare) and isinstance(node.term, Clock | Tracked) for node in inside)


def _truths(trails: Trails, tracker: Tracker) -> Iterator[Truths]:
    """What the conditions of a tracker can be at one visit."""
    begin, diagrams = first(trails.abstraction), trails.diagrams
    now = trails.condition(tracker.when, begin)
    over = diagrams.leaf(None) if tracker.until is None else trails.condition(tracker.until, begin)
    yield from diagrams.values(diagrams.apply(lambda *both: both, now, over))


def _sets(tracker: Tracker, truths: frozenset[Truths], top: int) -> Sets:
    found, waiting = {Counted()}, [Counted()]
    while waiting:
        held = waiting.pop()
        for now, over in truths:
            after = Counted(counting(tracker, held, now, over, True, 0, top).possible)
            if after not in found:
                found.add(after)
                waiting.append(after)
    return frozenset(frozenset(count for _, count in one.possible) for one in found)
