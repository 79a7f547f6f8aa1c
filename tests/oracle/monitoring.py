"""How often inputs are measured, by brute force: in every completion the first entry that holds, then the most frequent.

Since when the next one is due is found by going through every minute since the last visit that could make a difference.
"""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from attrs import evolve, frozen

from protocol.model.formula import Earlier, parts
from protocol.model.guard import Clock, Compare, CumulativeDose, Known, Named, Tracked, nodes
from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, Where
from protocol.model.state import Lasting, Since, State
from tests.oracle.decide import Case
from tests.oracle.known import Bounds, Patient


@frozen
class Next:
    """Of an input the entry that counts, when the next one is due and overdue, the entries that could hold if there are several.

    ``last`` is the last one, or the start.
    """

    entry: str
    last: int | None
    due: int | None
    overdue: int | None
    could: tuple[str, ...] = ()


def often(
    protocol: Protocol,
    state: State,
    time: int,
    bounds: Bounds,
    counts: Mapping[str, Sequence[int]],
    so_far: Mapping[str, Next],
) -> dict[str, Next]:
    """What counts in a state, for each input that has entries of which one could hold; ``so_far`` is what was so just before."""
    found: dict[str, Next] = {}
    for name in dict.fromkeys(entry.input for entry in protocol.monitoring):
        here = [entry for entry in protocol.monitoring if entry.input == name and stands(entry, state)]
        asked = tuple(Rule(entry.name, (), entry.when, "must", protocol.rules[0].action) for entry in here)
        case = Case(evolve(protocol, rules=asked), state, time, bounds, counts)
        first = {next((n for n, one in enumerate(here) if case.true(one.when, world)), -1) for world in case.completions()}
        could = [here[n] for n in sorted(first - {-1})]
        if could:
            names = tuple(one.name for one in could) + (("",) if -1 in first else ())
            entry = sorted(could, key=lambda one: (one.schedule.latest, one.schedule.earliest, one.origin != "reading"))[0]
            found[name] = following(state, entry, time, so_far.get(name), names if len(names) > 1 else ())
    return found


def stands(entry: Monitoring, state: State) -> bool:
    if not entry.where:
        return state.control.kind != "stopped"
    return any(there(where, state) for where in entry.where)


def there(where: Where, state: State) -> bool:
    if where.control != state.control.kind or (where.levels and state.level.name not in where.levels):
        return False
    if where.levels and state.level.kind != "level":
        return False
    return not where.by or bool(set(where.by) & ({state.control.by} if state.control.kind == "in review" else state.reasons))


def following(state: State, entry: Monitoring, time: int, so_far: Next | None, could: tuple[str, ...]) -> Next:
    held = state.reading(entry.input)
    last = state.started if held is None else held.observed
    if last is None:
        return Next(entry.name, None, None, None, could)
    begun = max(last, state.changed) if entry.origin == "dose change" and state.changed is not None else last
    dates = [begun + entry.schedule.earliest, begun + entry.schedule.latest]
    for place, before in enumerate((so_far.due, so_far.overdue) if so_far else (None, None)):
        if dates[place] >= time:
            continue
        if so_far is not None and so_far.last == last and before is not None and before < time:
            dates[place] = before  # it had passed already, and nothing was measured since
        elif so_far is None or so_far.last == last or so_far.entry != entry.name:
            dates[place] = time  # the entry asks for nothing before it holds
    return Next(entry.name, last, dates[0], dates[1], could)


def turning(protocol: Protocol, state: State, until: int) -> list[int]:
    """The minutes after a state and before another time at which anything could become otherwise by itself.

    Those are all that lie as far behind something remembered as anything that is written in the protocol, and one minute more.
    """
    if state.time is None:
        return []
    sums = {when + length + more for when in remembered(state) for length in lengths(protocol) for more in (-1, 0, 1)}
    sums |= {one + length for one in tuple(sums) for length in lasting(protocol)}  # what begins or ends between visits
    sums |= {minute for node in every_node(protocol) for minute in reached(protocol, state, node, until)}
    return sorted(minute for minute in {state.time + 1, *sums} if state.time < minute < until)


def reached(protocol: Protocol, state: State, node: object, until: int) -> Iterator[int]:
    """When the drug taken so far comes to what it is compared with, and goes beyond it."""
    if isinstance(node, Compare) and isinstance(node.term, CumulativeDose):
        minutes = range(state.time, until)
        for passed in (operator.ge, operator.gt):
            yield state.time + bisect_left(
                minutes,
                True,
                key=lambda now, passed=passed: passed(Patient(protocol, state, now, {}).taken(node.term).low, node.constant),
            )


def remembered(state: State) -> set[int]:
    observed = [held.observed for held in (*state.readings, *state.history)]
    between = [(one + other) // 2 for one, other in combinations(observed, 2)]
    clocks = [
        state.started,
        state.entered,
        state.changed,
        state.raised,
        state.lowered,
        state.hold_began,
        state.time - state.on_drug,
    ]
    tracked = [when for held in state.memory if isinstance(held, Lasting | Since) for when in (held.definite, held.possible)]
    return {when for when in (*observed, *between, *clocks, *tracked) if when is not None}


def lasting(protocol: Protocol) -> set[int]:
    times = {Tracked(tracker.name) for tracker in protocol.trackers if tracker.kind in ("duration", "since")}
    atoms = [node for node in every_node(protocol) if isinstance(node, Compare) and node.term in times]
    return {int(node.constant) + more for node in atoms for more in (0, 1)}


def lengths(protocol: Protocol) -> set[int]:
    found = {item.valid_for for item in protocol.inputs if item.valid_for is not None}
    for number in protocol.numbers:
        for part in parts(number.value):
            if isinstance(part, Earlier):
                before, after = number.window or (0, 0)
                found |= {part.ago, part.ago - after, part.ago + before}
    for node in every_node(protocol):
        if isinstance(node, Known) and node.within is not None:
            found.add(node.within)
        if isinstance(node, Compare) and isinstance(node.term, Clock | Tracked):
            found |= {int(node.constant), int(node.constant - node.early)}
    return found


def every_node(protocol: Protocol) -> Iterator[object]:
    guards = [entry.when for entry in protocol.monitoring]
    guards += [guard for tracker in protocol.trackers for guard in (tracker.when, tracker.until) if guard is not None]
    guards += [guard for score in protocol.scores for guard in score.guards()]
    guards += [derived.when for derived in protocol.derived]
    guards += [one.reading().guard for one in protocol.interpretations if one.reading().guard is not None]
    for guard in guards:
        yield from (node for node in nodes(guard) if not isinstance(node, Named))
