"""At which dates is a visit tried whose date is only partly known?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import evolve

from protocol.errors import VisitError
from protocol.model.course import Visit
from protocol.model.guard import Clock, Tracked
from protocol.model.state import State
from protocol.model.time import say_time
from protocol.semantics.moments import moments
from protocol.semantics.prepared import Prepared
from protocol.semantics.remembered import reference_dates
from protocol.semantics.taken import sum_changes


def check_order(name: str, visits: tuple[Visit, ...]) -> None:
    """Raises VisitError for visits of a course that are out of order."""
    for before, after in pairwise(visits):
        if after.time < before.time or (after.latest or after.time) < (before.latest or before.time):
            out_of_order = f"{say_time(after.time)} comes after {say_time(before.time)}"
            raise VisitError(f"'{name}': {out_of_order}. Order the visits by time.")


def dates(prepared: Prepared, state: State, visit: Visit, later: tuple[int, ...]) -> Iterator[Visit]:
    """The visit at each date of its range that can matter after a state: both ends, and each threshold in between.

    ``later`` are the times of the visits after it.
    """
    first = max(visit.time, visit.time if state.time is None else state.time)
    last = visit.time if visit.latest is None else visit.latest
    if first > last:
        return
    inside = _inside(prepared, state, later, first, last) if first < last else set()
    for moment in sorted({first, last} | inside):
        yield evolve(visit, time=moment)


def _inside(prepared: Prepared, state: State, later: tuple[int, ...], first: int, last: int) -> set[int]:
    return set(moments(prepared, state, first, last)) | _seen_from(prepared, state, later, first, last)


def _seen_from(prepared: Prepared, state: State, later: tuple[int, ...], first: int, last: int) -> set[int]:
    """The dates from which a later visit lies just within or just beyond a constant or a validity."""
    times = {Tracked(tracker.name) for tracker in prepared.trackers if tracker.kind in ("duration", "since")}
    timed = (values for term, values in prepared.constants.items() if isinstance(term, Clock) or term in times)
    spans = {int(value) for values in timed for value in values}
    spans |= {item.valid_for for item in prepared.inputs.values() if item.valid_for is not None}
    spans |= set(sum_changes(prepared, state, max(later, default=first) - first))
    reference = reference_dates(prepared, (*later, *(held.observed for held in state.history)), later)
    seen = {
        moment + side for moment in (*(moment - span for moment in later for span in spans), *reference) for side in (-1, 0, 1)
    }
    return {moment for moment in seen if first < moment < last}
