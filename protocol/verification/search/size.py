"""What makes a search large: how much memory it has, and which parts of its states have the most values?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import islice
from pathlib import Path

from protocol.model import said
from protocol.verification.search.abstraction import CLOCKS, DATES, Abstraction
from protocol.verification.search.kept import Kept

MOST_NAMED = 3
MOST_MEMORY = 4_000
"""MB that a search may take, where there is enough."""
_MB = 1024 * 1024
_OF_CONTAINER = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_SAID = {date: said.CLOCKS[clock] for clock, date in CLOCKS.items()} | {"stepped": "time since the last step"}


def megabytes() -> int:
    """The memory, in MB, that this process has now; where the system does not tell the most that it has had, or 0."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return _most_so_far()
    return pages * _page() // _MB


def _most_so_far() -> int:
    try:
        resource = import_module("resource")
    except ImportError:
        return 0
    most = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return most // _MB if sys.platform == "darwin" else most // 1024


def most_megabytes(processes: int = 1) -> int:
    """The memory, in MB, that a search may take where nobody says otherwise, where so many go on at once: MOST_MEMORY, or less
    where that is more than its share of half of what this process, container or machine has."""
    shared = [some // (2 * processes * _MB) for some in _all_there_is()]
    return max(1, min(MOST_MEMORY, *shared)) if shared else MOST_MEMORY


def _all_there_is() -> Iterator[int]:
    """Bytes of memory that there are, by whoever tells."""
    if hasattr(os, "sysconf"):
        with suppress(OSError, ValueError):
            yield os.sysconf("SC_PHYS_PAGES") * _page()
    for file in _OF_CONTAINER:
        with suppress(OSError, ValueError):
            yield int(Path(file).read_text(encoding="ascii"))  # "max" where there is no limit
    with suppress(ImportError, OSError, ValueError):
        resource = import_module("resource")
        limit = int(resource.getrlimit(resource.RLIMIT_AS)[0])
        if limit != resource.RLIM_INFINITY:
            yield limit


def _page() -> int:
    return int(os.sysconf("SC_PAGE_SIZE"))


def largest_parts(abstraction: Abstraction, states: Sequence[Kept]) -> tuple[str, ...]:
    """The parts of the states that have the most values, such as ``time since start (58 values)``, the largest first."""
    counted = sorted(_parts(abstraction, states), key=lambda part: -part[1])
    return tuple(f"{name} ({count} values)" for name, count in islice(counted, MOST_NAMED) if count > 1)


def said_letters(abstraction: Abstraction) -> str:
    """How much can be told apart at one visit, such as ``12 inputs, most of all of anc (9 ways), platelets (7 ways)``."""
    said = abstraction.free.keys() | abstraction.scores.keys()
    inputs = (axis for place, axis in enumerate(abstraction.axes) if place not in said)
    by_size = sorted(inputs, key=lambda axis: -len(axis.letters))
    most = ", ".join(f"{axis.name} ({len(axis.letters)} ways)" for axis in by_size[:MOST_NAMED])
    return f"{len(by_size)} inputs, most of all of {most}" if most else "nothing"


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
