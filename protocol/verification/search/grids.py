"""On which visits is a protocol looked at? On those that it schedules, else often enough to see each of its times come due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd

from protocol.model.guard import Clock, Compare, Tracked
from protocol.model.input import Grade, Number
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, HOUR, MINUTE, WEEK
from protocol.semantics.claims import watched
from protocol.semantics.prepared import prepare
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.asked import opened

RESOLUTIONS = {"minutes": MINUTE, "hours": HOUR, "days": DAY, "weeks": WEEK}


def visit_grid(protocol: Protocol) -> int:
    """Minutes between two visits: as often as the rules need a reading, by its schedule, or else by how long it counts.

    What is found at once, such as an event that counts on its day, needs no schedule. From a week on they are whole weeks. A
    protocol that acts between visits is looked at whenever it can act as well, so that every length of a clock is a multiple.
    """
    asked = [axis.item for axis in abstraction(protocol, DAY).axes]
    schedules = [item.schedule.earliest for item in asked if item.schedule is not None]
    entries = [entry.schedule.earliest for entry in protocol.monitoring if entry.schedule is not None]
    counted = [item for item in asked if isinstance(item.kind, Number | Grade)] or asked
    valid = [item.valid_for or 0 for item in counted if item.schedule is None]
    spans = [span for span in (*schedules, *entries, *valid) if span]
    if protocol.between_visits == "act":
        return gcd(*times_of(protocol), *schedules, *entries, *_shortest(spans)) or RESOLUTIONS[protocol.resolution]
    return next(_shortest(spans), WEEK)


def _shortest(spans: Iterable[int]) -> Iterator[int]:
    """The shortest of these, in whole weeks from a week on; nothing of none."""
    for span in sorted(spans)[:1]:
        yield span - span % WEEK if span >= WEEK else span


def times_of(protocol: Protocol) -> tuple[int, ...]:
    """Every length of time with which a clock or a tracker of time is compared by a rule in force."""
    prepared = prepare(watched(protocol))
    timed = {one.name for one in prepared.trackers if one.kind in ("duration", "since")}
    nodes = (node for rule in prepared.rules for node in opened(prepared, rule.when) if isinstance(node, Compare))
    found = (one for one in nodes if isinstance(one.term, Clock) or (isinstance(one.term, Tracked) and one.term.tracker in timed))
    return tuple(sorted({int(one.constant) for one in found if one.constant > 0}))
