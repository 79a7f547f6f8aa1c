"""How it is said how often an input is measured, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protocol.adapters.phrases import listed
from protocol.model.input import Schedule
from protocol.model.protocol import Protocol
from protocol.model.time import say_durations, say_time

if TYPE_CHECKING:  # `protocol check` says no decision, and starts faster without them
    from protocol.model.decision import Decision, Step
    from protocol.model.monitoring import Monitored
    from protocol.model.state import State


def say_schedule(one: Monitored) -> str:
    """``anc: every 2 to 3 days (thrice)``."""
    return f"{one.input}: {_every(one.schedule)} ({one.entry})"


def _every(schedule: Schedule) -> str:
    return f"every {say_durations(schedule.earliest, schedule.latest).removeprefix('1 ')}"


def say_next(one: Monitored, now: int) -> str:
    """``next anc on day 9 to day 10 (thrice)``, ``anc overdue since day 10 (thrice)``."""
    depends = f", unless {listed(one.needs, 3)} says otherwise" if one.possible else ""
    lapsed = "" if one.lapsed is None else f"; that of {say_time(one.lapsed)} no longer counts"
    return f"{_when(one, now)} ({one.entry}{depends}{lapsed})"


def _when(one: Monitored, now: int) -> str:
    if one.since is None or one.latest is None:
        return f"{one.input} {_every(one.schedule)}"
    dated = _dated(one.since, one.latest, now)
    return f"next {one.input} {dated.removeprefix('next ')}" if one.since > now else f"{one.input} {dated}"


def _dated(since: int, latest: int, now: int) -> str:
    """``next on day 9 to day 10``, ``due since day 9``, ``overdue since day 10``."""
    if now < since:
        return f"next on {say_time(since)}" + ("" if since == latest else f" to {say_time(latest)}")
    if now <= latest:
        return "due now" if since == now else f"due since {say_time(since)}"
    return f"overdue since {say_time(latest)}"


def overdue_clauses(decision: Decision, limit: int) -> Iterator[str]:
    """What is overdue of the inputs that have no entries: ``wbc, aec and 2 more overdue since day 14``."""
    told = {one.input for one in decision.monitoring}
    late: dict[int, list[str]] = {}
    for item in decision.due:
        if item.status == "overdue" and item.input not in told:
            late.setdefault(item.latest, []).append(item.input)
    yield from (f"{listed(names, limit)} overdue since {say_time(latest)}" for latest, names in late.items())


def measuring_lines(step: Step, protocol: Protocol) -> Iterator[str]:
    """How often each input is measured from a visit on, and when next: by its entries, or by a schedule of its own."""
    yield from _own_lines(step.state, protocol, step.decision.time)
    yield from _entry_lines(step.decision, protocol)


def _own_lines(state: State, protocol: Protocol, now: int) -> Iterator[str]:
    """``wbc and aec: every week, next on day 14``; those of one schedule and date together."""
    alike: dict[str, list[str]] = {}
    for item in () if state.control.kind == "stopped" else protocol.inputs:
        if item.schedule is None:
            continue
        since, latest = item.schedule.dates(state.measured(item.name))
        never = ", never measured" if state.reading(item.name) is None else ""
        if since is not None and latest is not None:
            alike.setdefault(f"{_every(item.schedule)}{never}, {_dated(since, latest, now)}", []).append(item.name)
    yield from (f"{listed(names)}: {said}" for said, names in alike.items())


def _entry_lines(decision: Decision, protocol: Protocol) -> Iterator[str]:
    """For each input that has entries: how often it is measured, by which entry and source, and what leaves that open."""
    entries = {entry.name: entry for entry in protocol.monitoring}
    found = {one.input: one for one in decision.monitoring}
    for name in dict.fromkeys(entry.input for entry in protocol.monitoring):
        one = found.get(name)
        if one is None:
            yield f"{name}: no entry holds here, so nothing is due"
            continue
        entry = entries[one.entry]
        source = f"; {entry.source}" if entry.source else ""
        dated = "" if one.since is None or one.latest is None else f", {_dated(one.since, one.latest, decision.time)}"
        yield f"{say_schedule(one)}{dated}{source}{_lapsed(one)}{_open(one)}"


def _lapsed(one: Monitored) -> str:
    return "" if one.lapsed is None else f"; no {one.input} counts any more, the last one is of {say_time(one.lapsed)}"


def _open(one: Monitored) -> str:
    """What else could hold, where that is not settled."""
    if not one.possible:
        return ""
    others = [name or "none" for name in one.possible if name != one.entry]
    depends = f", depending on {listed(one.needs)}" if one.needs else ""
    return f"; it could also be {' or '.join(others)}{depends}: the one that measures most often counts"
