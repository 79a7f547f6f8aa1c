"""What lasts, such as an adverse event, as findings at the visits of its patient: there, not there, or perhaps there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import evolve

from protocol.adapters.mapped.reported import Event
from protocol.adapters.mapped.values import as_value
from protocol.adapters.mapped.visits import rank
from protocol.adapters.times import Times
from protocol.model.course import Observation
from protocol.model.input import Input
from protocol.model.time import FARTHEST

NEVER = Times(FARTHEST)


def findings(
    item: Input, events: list[Event], times: Iterable[Times], outside: str
) -> Iterator[tuple[Times, Observation, list[Event]]]:
    """For each visit what is reported there of one input, and the rows that say it; ``outside``: where none does."""
    for when in times:
        there = [one for one in events if _is_there(one, when)]
        perhaps = [one for one in events if _may_be_there(one, when)]
        if not perhaps:
            if outside:
                yield when, Observation(item.name, as_value(item, outside)), []
            continue
        wrong = next((one for one in perhaps if one.wrong), None)
        worst, certain = (_worst(item, group) for group in (perhaps, there))
        if wrong is not None:
            yield when, evolve(wrong.observation, recorded=None), perhaps
        elif certain is not None and worst is not None and _rank(item, certain) == _rank(item, worst):
            yield when, evolve(certain.observation, recorded=None), there
        else:
            yield when, Observation(item.name, None, row=perhaps[0].observation.row), perhaps


def begins(events: Iterable[Event]) -> Iterator[Times]:
    """The times at which something begins that is known to the minute, or the day: each is a visit."""
    return (one.when for one in events if one.when.latest is None)


def _is_there(event: Event, when: Times) -> bool:
    return event.when.last <= when.time and when.last <= _end(event).time


def _may_be_there(event: Event, when: Times) -> bool:
    last = NEVER if event.until is None else event.until
    return event.when.time <= when.last and when.time <= last.last


def _end(event: Event) -> Times:
    """Until when it lasts for certain."""
    if event.until is not None:
        return event.until
    return NEVER if event.reading.missing_until == "ongoing" else event.when


def _worst(item: Input, events: list[Event]) -> Event | None:
    return max((one for one in events if not one.wrong), key=lambda one: _rank(item, one), default=None)


def _rank(item: Input, event: Event) -> Fraction:
    found = rank(item, event.observation.value)
    return -found if item.worse == "low" else found
