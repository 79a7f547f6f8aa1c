"""Which numbers does a proof follow of a patient? Ages in minutes, without an end; all else of a state is its location.

A *location* is a state in which each age is 0: where the patient is, which events have been, what is counted, which readings are
kept. The numbers of a location are named, each by the event, tracker or reading whose age it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from protocol.model.guard import Clock, Compare, Tracked
from protocol.model.state import Lasting, Memory, Since
from protocol.verification.search.abstraction import CLOCKS, DATES, Abstraction
from protocol.verification.search.asked import opened, uses_up
from protocol.verification.search.kept import Kept

WATCH, WATCH_AT_STEP, WATCH_AT_HOLD = "treatment", "treatment at step", "treatment at hold"


@frozen(eq=False)
class Ages:
    """Which ages matter in a protocol: of events, of the time on treatment, of what trackers and readings hold."""

    abstraction: Abstraction
    dates: frozenset[str]
    present: frozenset[str]
    stepping: bool
    moved: int

    def names(self, location: Kept) -> tuple[str, ...]:
        """The numbers that are followed at a location."""
        return tuple(self._names(location))

    def _names(self, location: Kept) -> Iterator[str]:
        dated = zip(DATES, location.dates, strict=True)
        yield from (name for name, age in dated if age is not None and name in self.dates)
        if self.abstraction.stopwatch is not None:
            yield WATCH
            if self.stepping:
                yield WATCH_AT_STEP
            if self.stepping and self.abstraction.holds_once:
                yield WATCH_AT_HOLD
        for place, memory in enumerate(location.memory):
            yield from (f"tracker {place} {part}" for part, age in parts(memory) if age is not None)
        yield from (f"reading {place}" for place, held in enumerate(location.readings) if held and self.limits(place))

    def limits(self, place: int) -> tuple[int, ...]:
        """The ages at which something becomes of a reading that is kept: it is no longer young enough, or no longer counts."""
        axis = self.abstraction.axes[self.abstraction.remembered[place]]
        return (*axis.withins, *([] if axis.item.valid_for is None else [axis.item.valid_for]))

    def location(self, kept: Kept) -> Kept:
        """The location of a state."""
        named = zip(DATES, kept.dates, strict=True)
        dates = tuple(None if age is None or name not in self.present else 0 for name, age in named)
        memory = tuple(with_parts(one, {part: 0 for part, age in parts(one) if age is not None}) for one in kept.memory)
        readings = tuple(held and (held[0], 0, held[2]) for held in kept.readings)
        return kept._replace(
            dates=dates, watch=0, due=0, due_hold=0, memory=memory, moved=kept.moved & self.moved,
            moved_hold=kept.moved_hold & self.moved, readings=readings,
        )  # fmt: skip

    def filled(self, location: Kept, values: Mapping[str, int]) -> Kept:
        """The state at a location whose numbers are these."""
        dates = tuple(None if age is None else values.get(name, 0) for name, age in zip(DATES, location.dates, strict=True))
        memory = tuple(
            with_parts(one, {part: -values[f"tracker {place} {part}"] for part, age in parts(one) if age is not None})
            for place, one in enumerate(location.memory)
        )
        readings = tuple(
            held and (held[0], values.get(f"reading {place}", 0), held[2]) for place, held in enumerate(location.readings)
        )
        return location._replace(dates=dates, watch=values.get(WATCH, 0), memory=memory, readings=readings)


def ages_of(abstraction: Abstraction) -> Ages:
    """The ages that matter in a protocol."""
    acting = [node for rule in abstraction.prepared.rules if uses_up(rule) for node in opened(abstraction.prepared, rule.when)]
    names = {node.term.tracker for node in acting if isinstance(node, Compare) and isinstance(node.term, Tracked)}
    moved = sum(1 << place for place, tracker in enumerate(abstraction.trackers) if tracker.name in names)
    dates = set(abstraction.caps) & abstraction.dated
    if not abstraction.due and not abstraction.cares:
        dates -= {"stepped"}
    stepping = any(atom.term == Clock("treatment") for atom in abstraction.due)
    return Ages(abstraction, frozenset(dates), abstraction.dated, stepping, moved)


def parts(memory: Memory) -> tuple[tuple[str, Any], ...]:
    """The dates that a tracker holds, by name."""
    if isinstance(memory, Lasting | Since):
        return ("definite", memory.definite), ("possible", memory.possible)
    return ()


def with_parts(memory: Memory, values: Mapping[str, Any]) -> Memory:
    """What a tracker holds, with other dates; without the date on which it moved, which is kept apart."""
    if isinstance(memory, Since):
        return evolve(memory, **values, found=None)
    return evolve(memory, **values)


def clock_of(atom: Compare) -> str:
    """The number that a comparison of a clock asks."""
    assert isinstance(atom.term, Clock)
    return WATCH if atom.term.name == "treatment" else CLOCKS[atom.term.name]
