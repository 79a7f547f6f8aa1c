"""Where the decisions of a protocol change: every constant it compares with, and every time at which something lapses."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from protocol.model.formula import Earlier, parts
from protocol.model.guard import (
    Clock,
    Compare,
    Guard,
    Known,
    Term,
    Tracked,
    nodes,
)  # fmt: skip
from protocol.model.protocol import (
    Protocol,
)
from protocol.model.time import DAY, WEEK


@lru_cache(maxsize=256)
def thresholds(protocol: Protocol) -> dict[Term, tuple[Fraction, ...]]:
    """Every term that a guard of the protocol compares, with all the constants it is compared with, lowest first."""
    found: dict[Term, set[Fraction]] = {}
    for guard in _guards(protocol):
        for node in nodes(guard):
            if isinstance(node, Compare):
                found.setdefault(node.term, set()).update({node.constant, node.constant - node.early})
    return {term: tuple(sorted(constants)) for term, constants in found.items()}


def _guards(protocol: Protocol) -> Iterator[Guard]:
    yield from (rule.when for rule in protocol.rules)
    yield from (derived.when for derived in protocol.derived)
    yield from (guard for score in protocol.scores for guard in score.guards())
    yield from (entry.when for entry in protocol.monitoring)
    yield from (guard for tracker in protocol.trackers for guard in (tracker.when, tracker.until) if guard)
    readings = (reading for interpretation in protocol.interpretations for reading in interpretation.readings)
    yield from (reading.guard for reading in readings if reading.guard)


@lru_cache(maxsize=256)
def gaps(protocol: Protocol) -> tuple[int, ...]:
    """Minutes between two visits at which something can change: each validity, clock and duration, one less and one more."""
    periods = {item.valid_for for item in protocol.inputs if item.valid_for}
    periods |= {node.within for guard in _guards(protocol) for node in nodes(guard) if isinstance(node, Known) and node.within}
    periods |= set(_looks_back(protocol))
    durations = {Tracked(tracker.name) for tracker in protocol.trackers if tracker.kind in ("duration", "since")}
    for term, constants in thresholds(protocol).items():
        if isinstance(term, Clock) or term in durations:
            periods |= {int(constant) for constant in constants}
    return (WEEK, DAY, *sorted({gap for period in periods for gap in (period - 1, period, period + 1) if gap > 0}))


def _looks_back(protocol: Protocol) -> Iterator[int]:
    """How long ago the readings are that formulas look back to: both ends of each window, and between."""
    for number in protocol.numbers:
        before, after = number.window or (0, 0)
        for part in parts(number.value):
            if isinstance(part, Earlier):
                yield from (part.ago - after, part.ago, part.ago + before)
