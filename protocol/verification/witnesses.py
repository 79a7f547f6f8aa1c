"""Which courses show what a protocol says to happen sometimes? One for each of its properties, as short as a search finds it."""

from __future__ import annotations

from time import process_time

from protocol.model.course import Course
from protocol.model.protocol import Protocol
from protocol.model.verification import INTERRUPTED
from protocol.verification.properties.judge import judge
from protocol.verification.properties.judging import Judging
from protocol.verification.search.bounds import MOST_SECONDS, MOST_STATES, Bounds
from protocol.verification.search.levels import levels, sliced
from protocol.verification.search.size import most_megabytes
from protocol.verification.verdicts import Search, fails_on, first_shown
from protocol.verification.verify import searched


def witnesses(
    protocol: Protocol, names: frozenset[str], every: int, *, states: int = MOST_STATES, seconds: float = MOST_SECONDS,
    memory: int | None = None,
) -> dict[str, Course]:  # fmt: skip
    """For each of these properties a course that shows it, as far as one is found with visits every so many minutes."""
    bounds = Bounds(states, seconds, most_megabytes() if memory is None else memory, process_time)
    found: dict[str, Course] = {}
    asked = sliced(protocol, names)
    for free in levels(asked):
        made = searched(sliced(asked, names - found.keys()), every, bounds, lambda text: None, free=free)
        if made.explored.ended == [INTERRUPTED]:
            raise KeyboardInterrupt
        found |= _shown(made, bounds)
        if made.explored.ended or names <= found.keys():
            break
    return found


def _shown(made: Search, bounds: Bounds) -> dict[str, Course]:
    """The courses for those properties of the protocol of a search that it shows."""
    properties, judging, found = made.search.abstraction.protocol.properties, Judging(made.search), dict[str, Course]()
    for item, ended in zip(properties, bounds.shares(len(properties)), strict=False):
        judged = judge(judging, made.explored, item, ended)
        shown = first_shown(made, judged.shows, lambda course, item=item: fails_on(made, item, course), ended)  # type: ignore[misc]
        if shown is not None:
            found[item.name] = shown.course
    return found
