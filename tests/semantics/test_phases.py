"""A time since with an end of its own: how long ago a phase was last on that begins with one condition and ends with another."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from protocol.model.course import Visit
from protocol.model.guard import And, Compare, Tracked
from protocol.model.input import Tracker
from protocol.model.time import DAY
from protocol.semantics.trackers import NEVER, bounds
from tests.semantics.small import PROTOCOL, RULES, STARTED, above, after, visit

PHASE = Tracker("phase", "since", above("anc", "<", 1), until=above("anc", ">=", 1.5))
LOW, BETWEEN, NORMAL = {"anc": 0.5}, {"anc": 1.2}, {"anc": 2}
never = float(NEVER / DAY)


def since(tracker: Tracker, *visits: Visit) -> tuple[float, float]:
    """The least and greatest time since the phase, in days, after these visits. Counts are valid for 8 days."""
    asks = Compare(Tracked(tracker.name), ">=", Fraction(28 * DAY))
    watch = evolve(RULES[0], name="watch", when=And((asks, RULES[0].when)))
    protocol = evolve(PROTOCOL, rules=(watch,), trackers=(tracker,))
    last = after(STARTED, visit(0, **NORMAL), *visits, protocol=protocol)
    low, high, _ = bounds(protocol, last.state, last.visit.time)[tracker.name]
    return float(low / DAY), float(high / DAY)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ((visit(7, **BETWEEN),), (never, never)),
        ((visit(7, **LOW),), (0, 0)),
        ((visit(7, **LOW), visit(14, **BETWEEN)), (0, 0)),
        ((visit(7, **LOW), visit(14, **BETWEEN), visit(21, **NORMAL)), (0, 0)),
        ((visit(7, **LOW), visit(14, **NORMAL), visit(21, **NORMAL)), (7, 7)),
        ((visit(7, **LOW), visit(14, **NORMAL), visit(21, **BETWEEN), visit(28, **BETWEEN)), (14, 14)),
        ((visit(7, **LOW), visit(14, **NORMAL), visit(21, **LOW), visit(28, **BETWEEN)), (0, 0)),
    ],
)
def test_a_phase_goes_on_until_its_end_also_where_what_began_it_is_over(
    visits: tuple[Visit, ...], expected: tuple[float, float]
) -> None:
    assert since(PHASE, *visits) == expected


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        # Of a count that is not valid any more it is not known whether the phase has ended.
        ((visit(7, **LOW), visit(20)), (0, 5)),
        ((visit(7, **LOW), visit(20), visit(21, **BETWEEN)), (0, 6)),
        ((visit(7, anc="nd"), visit(14, **BETWEEN)), (0, never)),
        ((visit(7, anc="nd"), visit(14, **NORMAL), visit(21, **NORMAL)), (7, never)),
    ],
)
def test_a_phase_knows_whether_it_may_have_begun_or_ended(visits: tuple[Visit, ...], expected: tuple[float, float]) -> None:
    assert since(PHASE, *visits) == expected


def test_with_measured_only_a_missing_count_neither_begins_nor_ends_a_phase() -> None:
    only = evolve(PHASE, measured_only=True)
    assert since(only, visit(7, **LOW), visit(30)) == (0, 0)
    assert since(only, visit(7, anc="nd"), visit(14, **NORMAL), visit(21, anc="nd")) == (never, never)
