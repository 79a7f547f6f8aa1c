"""What makes a search large: how much memory it has, and which parts of its states have the most values?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import islice

from protocol.model import said
from protocol.verification.search.abstraction import CLOCKS, DATES, Abstraction
from protocol.verification.search.kept import Kept

MOST_NAMED = 3
_SAID = {date: said.CLOCKS[clock] for clock, date in CLOCKS.items()} | {"stepped": "time since the last step"}


def megabytes() -> int:
    """The most memory, in MB, that this process has had; 0 where the system does not tell."""
    try:
        resource = import_module("resource")
    except ImportError:
        return 0
    most = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return most // (1024 * 1024) if sys.platform == "darwin" else most // 1024


def largest_parts(abstraction: Abstraction, states: Sequence[Kept]) -> tuple[str, ...]:
    """The parts of the states that have the most values, such as ``time since start (58 values)``, the largest first."""
    counted = sorted(_parts(abstraction, states), key=lambda part: -part[1])
    return tuple(f"{name} ({count} values)" for name, count in islice(counted, MOST_NAMED) if count > 1)


def _parts(abstraction: Abstraction, states: Sequence[Kept]) -> Iterator[tuple[str, int]]:
    yield "places: states, levels and hold reasons together", len({state.place for state in states})
    yield "time on treatment", len({state.watch for state in states})
    yield "cumulative dose", len({state.taken for state in states})
    for number, name in enumerate(DATES):
        yield _SAID[name], len({state.dates[number] for state in states})
    for number, tracker in enumerate(abstraction.trackers):
        yield f"tracker {tracker.name}", len({state.memory[number] for state in states})
    for number, place in enumerate(abstraction.remembered):
        yield f"last reading of {abstraction.axes[place].name}", len({state.readings[number] for state in states})
