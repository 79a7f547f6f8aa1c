"""How what was reported of one patient becomes visits: duplicates, corrections and repeats are settled, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from protocol.adapters.mapped.account import Account, Fate, Wrong
from protocol.adapters.mapped.reported import Event
from protocol.adapters.times import Times
from protocol.model.input import Choice, Input
from protocol.model.protocol import Protocol

ByTime = dict[Times, dict[str, list[Event]]]


def by_time(events: Iterable[Event]) -> ByTime:
    """The events of one patient by time and input, in order of time."""
    found: ByTime = {}
    for event in sorted(events, key=lambda one: (one.when.time, one.when.last, one.moment)):
        found.setdefault(event.when, {}).setdefault(event.observation.input, []).append(event)
    return found


def settled(protocol: Protocol, account: Account, events: list[Event]) -> list[Event]:
    """Of the values of one input at one time those that the course has; what becomes of each is noted."""
    if len(events) == 1:
        note(account, events[0], "refused" if events[0].wrong else "used")
        return events
    kept: list[list[Event]] = []
    for recorded in sorted({_recorded(one) for one in events}):
        group = list(_as_corrected(account, [one for one in events if _recorded(one) == recorded]))
        group = _chosen(protocol, account, _without_copies(account, group))
        if kept and [one.said for one in group] == [one.said for one in kept[-1]]:
            for one in group:
                note(account, one, "duplicated", f"'{one.observation.input}' is recorded again as it was")
        else:
            kept.append(group)
    for number, group in enumerate(kept, 1):
        fate: Fate = "used" if number == len(kept) else "corrected"
        for one in group:
            note(account, one, "refused" if one.wrong else fate, "" if fate == "used" else CORRECTED)
    return [one for group in kept for one in group]


CORRECTED = "a row that was recorded later says something else"


def _as_corrected(account: Account, events: list[Event]) -> Iterator[Event]:
    """The values of one day of recording without those that were corrected on that day: same moment, recorded later."""
    last: dict[int, int] = {}
    for one in events:
        if one.recorded is not None:
            last[one.moment] = max(one.recorded, last.get(one.moment, one.recorded))
    for one in events:
        if one.moment in last and one.recorded != last[one.moment]:
            note(account, one, "corrected", CORRECTED)
        else:
            yield one


def _recorded(event: Event) -> int:
    return event.when.time if event.observation.recorded is None else event.observation.recorded


def note(account: Account, event: Event, fate: Fate, reason: str = "") -> None:
    """Notes what became of a value, and so of its row."""
    account.of(event.observation.input).fates[fate] += 1
    if event.wrong is not None and fate == "refused":
        account.of(event.observation.input).refused.append((event.wrong, event.observation.row))
        account.hints.setdefault(str(event.wrong), event.wrong.hint)
        column = None if event.wrong == VAGUE else event.reading.value
        reason = reason or f"{event.wrong}{f' ({column})' if column else ''}"
    account.rows[event.table].note(event.row, fate, reason)


def _without_copies(account: Account, events: list[Event]) -> list[Event]:
    """The values without those that say the same as one before them."""
    kept: dict[object, Event] = {}
    for event in events:
        if event.said in kept:
            note(account, event, "duplicated", f"'{event.observation.input}' says the same as another row of the visit")
        else:
            kept[event.said] = event
    return list(kept.values())


def _chosen(protocol: Protocol, account: Account, events: list[Event]) -> list[Event]:
    """The value that counts by the policy of the mapping for repeats; all of them where it has none."""
    policy = events[0].reading.repeats
    if len(events) == 1 or policy == "keep" or any(one.wrong for one in events):
        return events
    item = protocol.input(events[0].observation.input)
    match policy:
        case "first":
            chosen = events[0]
        case "last":
            chosen = events[-1]
        case "lowest":
            chosen = min(events, key=lambda one: rank(item, one.observation.value))
        case _:
            chosen = max(events, key=lambda one: rank(item, one.observation.value))
    for one in events:
        if one is not chosen:
            note(account, one, "duplicated", f"of several values of '{item.name}' at one visit the {policy} counts")
    return [chosen]


def rank(item: Input, value: Fraction | str | None) -> Fraction:
    """Where a value stands among those of its input: a number as it is, an option by its place; ``not done`` below all."""
    if isinstance(value, Fraction):
        return value
    options = item.kind.options if isinstance(item.kind, Choice) else ("no", "yes")
    return Fraction(options.index(value)) if value in options else Fraction(-1)


def without_later_than_baseline(account: Account, events: list[Event]) -> Iterator[Event]:
    """The values without those that would count as the baseline though another one is flagged as it."""
    flagged = {one.observation.input: one.when.time for one in events if one.is_baseline}
    for one in events:
        begun = flagged.get(one.observation.input)
        if begun is not None and one.reading.baseline and not one.is_baseline and begun < one.when.time <= 0:
            note(account, one, "ignored", f"'{one.observation.input}' up to the first dose, later than the flagged baseline")
        else:
            yield one


def spanning(times: Iterable[Times], changes: Iterable[int]) -> Iterator[Times]:
    """The ranges of dates within which another visit lies, or a change of dose: what was first is then not known."""
    everything, moments = tuple(times), tuple(changes)
    for one in everything:
        if one.latest is None:
            continue
        among = any(other != one and one.time <= other.last and other.time <= one.latest for other in everything)
        if among or any(one.time < moment <= one.latest for moment in moments):
            yield one


VAGUE = Wrong(
    "S048",
    "the date is a range over other visits, or over a change of dose",
    "Which was first is not known; complete the date, or leave it out.",
)
