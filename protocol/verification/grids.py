"""On which visits is a protocol looked at? On those that it schedules, else often enough to see each of its times come due."""

from __future__ import annotations

from math import gcd

from protocol.model.guard import Clock, Compare, Tracked
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, HOUR, MINUTE, WEEK
from protocol.semantics.claims import watched
from protocol.semantics.prepared import prepare
from protocol.verification.abstraction import abstraction, opened

RESOLUTIONS = {"minutes": MINUTE, "hours": HOUR, "days": DAY, "weeks": WEEK}


def visit_grid(protocol: Protocol) -> int:
    """Minutes between two visits: the shortest schedule of what the rules ask; without one what divides all times that are asked.

    A protocol that acts between visits is looked at whenever it can act, so that every length of a clock is a multiple.
    """
    asked = abstraction(protocol, DAY)
    schedules = [axis.item.schedule.earliest for axis in asked.axes if axis.item.schedule is not None]
    times = times_of(protocol)
    if protocol.between_visits == "act":
        return gcd(*times, *schedules) if times or schedules else RESOLUTIONS[protocol.resolution]
    if schedules:
        return min(schedules)
    valid = [axis.item.valid_for for axis in asked.axes if axis.item.valid_for]
    return gcd(*times) if times else min(valid, default=WEEK)


def times_of(protocol: Protocol) -> tuple[int, ...]:
    """Every length of time with which a clock or a tracker of time is compared by a rule in force."""
    prepared = prepare(watched(protocol))
    timed = {one.name for one in prepared.trackers if one.kind in ("duration", "since")}
    nodes = (node for rule in prepared.rules for node in opened(prepared, rule.when) if isinstance(node, Compare))
    found = (one for one in nodes if isinstance(one.term, Clock) or (isinstance(one.term, Tracked) and one.term.tracker in timed))
    return tuple(sorted({int(one.constant) for one in found if one.constant > 0}))
