"""How trackers follow what is observed: step 2 of a visit, and the passing of time before it.

Counts move at visits. A finding carried over from an earlier visit is not counted again as one more in a row, and a visit
at which the condition is unknown widens the count: it could have been a finding. Durations also see the moments between
visits at which a reading stops being valid, and times since every minute between: until the visit that finds it otherwise,
or until its validity ends, a value counts as what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import evolve

from protocol.model.guard import Guard
from protocol.model.input import Tracker
from protocol.model.state import Counted, Extreme, Interval, Lasting, Memory, Since, State
from protocol.semantics.clocks import on_drug
from protocol.semantics.computed import guard_changes, possible, valid_reading
from protocol.semantics.evidence import newest
from protocol.semantics.prepared import Prepared
from protocol.semantics.readings import Accepted
from protocol.semantics.scene import Scene
from protocol.semantics.taken import counted
from protocol.semantics.trackers import first_memory, saturation
from protocol.semantics.truth import truth


def observe(prepared: Prepared, state: State, accepted: Accepted, time: int) -> State:
    """The state at the visit's time, with its readings in place and every tracker moved on."""
    after = accepted.into(state).moved(on_drug=on_drug(state, time), taken=counted(prepared, state, time), time=time)
    if not prepared.trackers:
        return after
    memory = state.memory or tuple(first_memory(tracker) for tracker in prepared.trackers)
    moved = []
    for tracker, held in zip(prepared.trackers, memory, strict=True):
        tracking = tracker.from_baseline or state.started is not None
        moved.append(_moved(prepared, tracker, held, state, after, accepted, time) if tracking else held)
    return after.moved(memory=tuple(moved))


def passing(prepared: Prepared, state: State, time: int) -> State:
    """The state at a time after the last visit at which there is none: counts and extremes, which move at visits, stay."""
    after = state.moved(on_drug=on_drug(state, time), taken=counted(prepared, state, time), time=time)
    memory = list(state.memory)
    for place, tracker in enumerate(prepared.trackers if memory else ()):
        if isinstance(memory[place], Lasting | Since) and (tracker.from_baseline or state.started is not None):
            memory[place] = _moved(prepared, tracker, memory[place], state, after, Accepted((), frozenset(), ()), time)
    return after.moved(memory=tuple(memory))


def _moved(
    prepared: Prepared, tracker: Tracker, held: Memory, before: State, after: State, accepted: Accepted, time: int
) -> Memory:
    scene = Scene(prepared, after, time)
    match held:
        case Lasting():
            passed = _over_time(prepared, tracker, held, before, time)
            return lasting(tracker, passed, truth(scene, tracker.when), time)
        case Since():
            return _since(tracker, _so_until(prepared, tracker, held, before, time), scene)
        case Extreme():
            return _extreme(prepared, tracker, held, scene)
        case Counted():
            return _counted(prepared, tracker, held, scene, accepted)


def _over_time(prepared: Prepared, tracker: Tracker, held: Lasting, before: State, time: int) -> Lasting:
    """The duration after the moments, between the last visit and this one, at which a reading stopped being valid."""
    for moment in expiries(prepared, before, tracker.when, time):
        held = lasting(tracker, held, truth(Scene(prepared, before, moment), tracker.when), moment)
    return held


def _so_until(prepared: Prepared, tracker: Tracker, held: Since, before: State, time: int) -> Since:
    """The time since after the minutes from the last visit up to this one, which still had the readings of the last one."""
    if before.time is None or before.time == time:
        return held
    guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
    changing = {moment for guard in guards for moment in expiries(prepared, before, guard, time + 1)}
    for begin, end in pairwise((*sorted({before.time + 1, *changing}), time + 1)):
        held = last_so(tracker, held, *_asked(tracker, Scene(prepared, before, begin)), end - 1)
    return held


def _since(tracker: Tracker, held: Since, scene: Scene) -> Since:
    moved = last_so(tracker, held, *_asked(tracker, scene), scene.time)
    found = newest(scene, tracker.when, True) if truth(scene, tracker.when) else None
    return moved if found is None else evolve(moved, found=found if moved.found is None else max(found, moved.found))


def _asked(tracker: Tracker, scene: Scene) -> tuple[bool | None, bool | None]:
    """Whether the condition of a tracker is true, and the one that ends it."""
    return truth(scene, tracker.when), None if tracker.until is None else truth(scene, tracker.until)


def last_so(tracker: Tracker, held: Since, now: bool | None, over: bool | None, time: int) -> Since:
    """What it is at a time up to which its conditions have been ``now`` and ``over`` since the last one."""
    now = _settled(tracker, now)
    if tracker.until is not None:
        over = _settled(tracker, over)
        begun = _either(now, held.open)
        now, still = _either(now, _both(held.open, _not(over))), _both(begun, _not(over))
        held = evolve(held, open=still)
    return held if now is False else evolve(held, definite=time if now else held.definite, possible=time)


def _settled(tracker: Tracker, answer: bool | None) -> bool | None:
    """The answer, where what is not measured is passed over: it neither begins nor ends anything."""
    return False if answer is None and tracker.measured_only else answer


def _not(one: bool | None) -> bool | None:
    return None if one is None else not one


def _both(one: bool | None, other: bool | None) -> bool | None:
    return False if False in (one, other) else None if None in (one, other) else True


def _either(one: bool | None, other: bool | None) -> bool | None:
    return _not(_both(_not(one), _not(other)))


def expiries(prepared: Prepared, state: State, guard: Guard, until: int) -> list[int]:
    """After the state's time and before ``until``: the first minute at which each value that the guard asks lapses or changes."""
    moments = set(guard_changes(prepared, state, guard))
    return sorted(moment for moment in moments if (state.time is None or moment > state.time) and moment < until)


def lasting(tracker: Tracker, held: Lasting, now: bool | None, time: int) -> Lasting:
    """How long its condition has lasted, when this is its truth from a time on."""
    if now is None and tracker.measured_only:
        return held
    if now is False:
        return Lasting()
    possible = time if held.possible is None else held.possible
    definite = (time if held.definite is None else held.definite) if now else None
    return Lasting(definite, possible)


def _extreme(prepared: Prepared, tracker: Tracker, held: Extreme, scene: Scene) -> Extreme:
    reading = valid_reading(prepared, scene.state, tracker.input, scene.time)
    if reading is None and tracker.measured_only:
        return held
    value = reading.value if reading is not None and isinstance(reading.value, Interval) else None
    value = value or possible(prepared, scene.state, tracker.input, scene.time)
    return extreme(tracker, held, value, scene.time)


def extreme(tracker: Tracker, held: Extreme, value: Interval, time: int) -> Extreme:
    """The lowest or highest value once one in this interval has been seen. It has changed where every such value is beyond it.

    Where the value is missing it can be beyond, and then nobody knows that anything has changed.
    """
    lowest = tracker.kind == "lowest"
    pick = min if lowest else max
    low = value.low if held.low is None else pick(held.low, value.low)
    high = value.high if held.high is None else pick(held.high, value.high)
    is_beyond = high != held.high if lowest else low != held.low
    return Extreme(low, high, time if is_beyond else held.changed)


def _counted(prepared: Prepared, tracker: Tracker, held: Counted, scene: Scene, accepted: Accepted) -> Counted:
    measured = any(name in accepted.measured for name in prepared.inputs_of(tracker.when))
    return counting(tracker, held, *_asked(tracker, scene), measured, scene.time, saturation(prepared, tracker.name))


def counting(
    tracker: Tracker, held: Counted, now: bool | None, over: bool | None, measured: bool, time: int, top: int
) -> Counted:
    """The count after a visit at which these are the truths of its conditions; ``measured``: something of them was read then.

    It has changed where it is another one whatever it was, and whatever is missing.
    """
    if tracker.measured_only and (now is None or not measured):
        return held
    if tracker.kind == "consecutive":
        if now is not None and not measured:
            return held
        moves = {one: tuple(_row(one, now)) for one in held.possible}
    else:
        over = (None if now is None else not now) if tracker.until is None else over
        moves = {one: tuple(_episode(one, now, over)) for one in held.possible}
    changed = held.changed if any(one in after for one, after in moves.items()) else time
    moved = {(is_open, min(count, top)) for after in moves.values() for is_open, count in after}
    return Counted(tuple(sorted(moved)), changed)


def _row(one: tuple[bool, int], now: bool | None) -> Iterator[tuple[bool, int]]:
    """What a number of findings in a row can become: one more, or none."""
    if now is not False:
        yield (False, one[1] + 1)
    if now is not True:
        yield (False, 0)


def _episode(one: tuple[bool, int], now: bool | None, over: bool | None) -> Iterator[tuple[bool, int]]:
    """What an open or closed episode with its count can become: a closed one opens, an open one closes, or it stays."""
    is_open, count = one
    if is_open:
        if over is not False:
            yield (False, count)
        if over is not True:
            yield (True, count)
    else:
        if now is not False:
            yield (True, count + 1)
        if now is not True:
            yield (False, count)
