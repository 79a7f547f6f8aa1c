"""What a tracker holds and what it can be: counts, durations and extremes, with bounds for what was not observed.

A count keeps every number it can be, so its bounds are the least and the greatest of them. A duration keeps two
beginnings: since when its condition has *definitely* been true, and since when it has *possibly* been. A time since keeps
two ends: when its condition was last definitely true, and when it was last possibly true. An extreme keeps the interval in
which it lies.
"""

from __future__ import annotations

from fractions import Fraction

from protocol.model.guard import Atom, Compare, Tracked
from protocol.model.input import Number, Tracker
from protocol.model.protocol import Protocol
from protocol.model.state import Counted, Extreme, Interval, Lasting, Memory, Since, State
from protocol.semantics.cells import cells
from protocol.semantics.prepared import Prepared, prepare

NEVER = Fraction(10**15)
"""Minutes since what never happened: more than lie between any two times of a course, and more than any constant."""


def first_memory(tracker: Tracker) -> Memory:
    """What a tracker holds before anything was observed."""
    match tracker.kind:
        case "episodes" | "consecutive":
            return Counted()
        case "duration":
            return Lasting()
        case "since":
            return Since()
        case "lowest" | "highest":
            return Extreme()


def memory_of(prepared: Prepared, state: State, name: str) -> Memory:
    """What the tracker of that name holds in a state."""
    for number, tracker in enumerate(prepared.trackers):
        if tracker.name == name:
            return state.memory[number] if state.memory else first_memory(tracker)
    raise KeyError(name)


def saturation(prepared: Prepared, name: str) -> int:
    """The count above which a tracker no longer counts: one more than the largest constant it is compared with."""
    return int(max(prepared.constants.get(Tracked(name), (Fraction(0),)))) + 1


def bounds(protocol: Protocol, state: State, time: int) -> dict[str, tuple[Fraction, Fraction, int | None]]:
    """For each tracker the least and greatest it can be at a time, and its date: when it last changed.

    Of a duration that is when it began for certain, of a time since when the newest reading was observed that made it so.
    """
    prepared = prepare(protocol)
    return {tracker.name: _bound(prepared, state, tracker, time) for tracker in prepared.trackers}


def _bound(prepared: Prepared, state: State, tracker: Tracker, time: int) -> tuple[Fraction, Fraction, int | None]:
    memory = memory_of(prepared, state, tracker.name)
    low, high = _range(prepared, tracker, memory, time)
    match memory:
        case Lasting(definite):
            return low, high, definite
        case Since(_, _, found):
            return low, high, found
        case Counted() | Extreme():
            return low, high, memory.changed


def _range(prepared: Prepared, tracker: Tracker, memory: Memory, time: int) -> tuple[Fraction, Fraction]:
    match memory:
        case Counted(possible):
            counts = [Fraction(count) for _, count in possible]
            return min(counts), max(counts)
        case Lasting(definite, possible):
            return _minutes(definite, time), _minutes(possible, time)
        case Since(definite, possible):
            return _minutes(possible, time, NEVER), _minutes(definite, time, NEVER)
        case Extreme(low, high):
            least, greatest = plausible(prepared, tracker.input)
            return (least if low is None else low), (greatest if high is None else high)


def _minutes(since: int | None, time: int, never: Fraction = Fraction(0)) -> Fraction:
    return never if since is None else Fraction(time - since)


def plausible(prepared: Prepared, name: str) -> tuple[Fraction, Fraction]:
    """The least and greatest value that an input can have: its plausible range, or the grades 0 to 5."""
    kind = prepared.inputs[name].kind
    return (kind.low, kind.high) if isinstance(kind, Number) else (Fraction(0), Fraction(5))


def possible_values(
    prepared: Prepared, state: State, name: str, time: int, constants: tuple[Fraction, ...]
) -> tuple[Fraction, ...]:
    """One value of each piece into which the constants cut what the tracker can be."""
    tracker = prepared.protocol.tracker(name)
    memory = memory_of(prepared, state, name)
    if isinstance(memory, Counted):
        return tuple(sorted({Fraction(count) for _, count in memory.possible}))
    low, high = _range(prepared, tracker, memory, time)
    return cells(Interval(low, high), constants)


def tracker_date(prepared: Prepared, state: State, name: str, atom: Atom, truth: bool) -> int | None:
    """When what a tracker shows arose: a time when it reached its constant, anything else when it last changed.

    That something was so not long ago arose with the newest reading that made it so.
    """
    memory = memory_of(prepared, state, name)
    match memory:
        case Lasting(definite):
            return _came_due(definite, atom) if truth and _is_long(atom, truth) else None
        case Since(_, possible, found):
            return _came_due(possible, atom) if _is_long(atom, truth) else found
        case Counted() | Extreme():
            return memory.changed


def _is_long(atom: Atom, truth: bool) -> bool:
    """Whether the comparison, being true or being false, says that a time is long."""
    return isinstance(atom, Compare) and (atom.operator in (">", ">=")) is truth


def _came_due(begun: int | None, atom: Atom) -> int | None:
    assert isinstance(atom, Compare)  # no other atom asks a tracker
    return None if begun is None else begun + int(atom.constant)
