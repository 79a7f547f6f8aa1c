"""How it is said how often an input is measured, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protocol.adapters.phrases import listed
from protocol.model.protocol import Protocol
from protocol.model.time import say_durations, say_time

if TYPE_CHECKING:  # `protocol check` says no decision, and starts faster without them
    from protocol.model.decision import Decision
    from protocol.model.monitoring import Monitored


def say_schedule(one: Monitored) -> str:
    """``anc: every 2 to 3 days (thrice)``."""
    every = say_durations(one.schedule.earliest, one.schedule.latest)
    return f"{one.input}: every {every.removeprefix('1 ')} ({one.entry})"


def say_next(one: Monitored, now: int) -> str:
    """``next anc in 2 to 3 days (thrice)``, ``anc due (thrice)``."""
    depends = f", unless {listed(one.needs, 3)} says otherwise" if one.possible else ""
    return f"{_when(one, now)} ({one.entry}{depends})"


def _when(one: Monitored, now: int) -> str:
    if one.since is None or one.latest is None:
        return f"{one.input} every {say_durations(one.schedule.earliest, one.schedule.latest).removeprefix('1 ')}"
    if one.since > now:
        return f"next {one.input} in {say_durations(one.since - now, one.latest - now)}"
    return f"{one.input} {'due' if one.latest >= now else 'overdue'}"


def monitoring_lines(decision: Decision, protocol: Protocol) -> Iterator[str]:
    """For each input that has entries: how often it is measured, by which entry and source, and what leaves that open."""
    entries = {entry.name: entry for entry in protocol.monitoring}
    found = {one.input: one for one in decision.monitoring}
    for name in dict.fromkeys(entry.input for entry in protocol.monitoring):
        one = found.get(name)
        if one is None:
            yield f"{name}: no entry holds here, so nothing is due"
            continue
        entry = entries[one.entry]
        source = f"; {', '.join(part for part in (entry.source.source, entry.source.place) if part)}" if entry.source else ""
        yield f"{say_schedule(one)}{_next(one)}{source}{_open(one)}"


def _next(one: Monitored) -> str:
    if one.since is None or one.latest is None:
        return ""
    until = "" if one.since == one.latest else f" to {say_time(one.latest)}"
    return f", next on {say_time(one.since)}{until}"


def _open(one: Monitored) -> str:
    """What else could hold, where that is not settled."""
    if not one.possible:
        return ""
    others = [name or "none" for name in one.possible if name != one.entry]
    depends = f", depending on {listed(one.needs)}" if one.needs else ""
    return f"; it could also be {' or '.join(others)}{depends}: the one that measures most often counts"
