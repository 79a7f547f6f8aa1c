"""What do two protocols define differently: conditions, computed numbers, scores, trackers, readings of open questions?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from protocol.model.difference import Declared, Definition
from protocol.model.input import Derived, DerivedNumber, Item, Score, Tracker
from protocol.model.protocol import Interpretation, Protocol
from protocol.model.quantity import say_number
from protocol.model.said import TRACKER_KEYS, duration_trackers, say_formula, say_guard, say_window

Some = TypeVar("Some", Derived, DerivedNumber, Score, Tracker, Interpretation)
Durations = frozenset[str]


def defined(old: Protocol, new: Protocol) -> Iterator[Declared]:
    """Definitions that only one has, or that say something different; each in its words, as it is written."""
    both = (old, new)
    yield from _apart("condition", both, lambda one: one.derived, lambda one, time: say_guard(one.when, time))
    yield from _apart("number", both, lambda one: one.numbers, _number)
    yield from _apart("score", both, lambda one: one.scores, _score)
    yield from _apart("tracker", both, lambda one: one.trackers, _tracker)
    yield from _apart("reading", both, lambda one: one.interpretations, _reading)


def _apart(
    what: Definition,
    both: tuple[Protocol, Protocol],
    items: Callable[[Protocol], Iterable[Some]],
    say: Callable[[Some, Durations], str],
) -> Iterator[Declared]:
    before: dict[str, str] = {item.name: say(item, duration_trackers(both[0])) for item in items(both[0])}
    after: dict[str, str] = {item.name: say(item, duration_trackers(both[1])) for item in items(both[1])}
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield Declared(what, name, "", before.get(name), after.get(name))


def _number(one: DerivedNumber, durations: Durations) -> str:
    parts = [
        f"{say_formula(one.value)} from {say_number(one.kind.low)} to {say_number(one.kind.high)} {one.kind.unit}",
        *([f"window {say_window(*one.window)}"] if one.window is not None else []),
        *(f"{name} {say_number(value)} where it is missing" for name, value in one.defaults),
    ]
    return ", ".join(parts)


def _score(one: Score, durations: Durations) -> str:
    return "; ".join(f"{item.name} {_points(item, durations)}" for item in one.items)


def _points(item: Item, durations: Durations) -> str:
    cases = (f"{case.points} where {say_guard(case.when, durations)}" for case in item.cases)
    return ", ".join((*cases, f"{item.otherwise} otherwise", f"{item.unknown} where that is not known"))


def _tracker(one: Tracker, durations: Durations) -> str:
    of = one.input if one.kind in ("lowest", "highest") else say_guard(one.when, durations)
    parts = [
        f"{TRACKER_KEYS.get(one.kind, one.kind)} {of}",
        *([f"until {say_guard(one.until, durations)}"] if one.until is not None else []),
        *(["measured only"] if one.measured_only else []),
        *(["from baseline"] if one.from_baseline else []),
    ]
    return ", ".join(parts)


def _reading(one: Interpretation, durations: Durations) -> str:
    """The chosen reading, with what it says where that is a condition."""
    guard = one.reading().guard
    return one.chosen if guard is None else f"{one.chosen} ({say_guard(guard, durations)})"
