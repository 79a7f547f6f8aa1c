"""Memory over what was observed: counts, durations and extremes, and what they do not know."""

from __future__ import annotations

import pytest
from attrs import evolve

from protocol.language.from_yaml import parse
from protocol.model.course import Visit
from protocol.model.guard import And
from protocol.model.input import Tracker
from protocol.model.protocol import Protocol
from protocol.model.state import Lasting
from protocol.model.time import DAY
from protocol.semantics.foresee import next_change
from protocol.semantics.trackers import bounds
from tests.semantics.small import LOW, PROTOCOL, RECOVERED, RULES, STARTED, WELL, above, after, said, visit

BAD, GOOD = {"anc": 0.5}, {"anc": 4}
LOW_ANC = above("anc", "<", 1)


def tracked(tracker: Tracker, *visits: Visit) -> tuple[float, float]:
    """The bounds of a tracker after these visits; durations in days. No rule acts, so that only the tracker moves."""
    # Compared with 9, so that it counts up to there.
    protocol = _watching(tracker)
    last = after(STARTED, *visits, protocol=protocol)
    low, high, _ = bounds(protocol, last.state, last.visit.time)[tracker.name]
    size = DAY if tracker.kind == "duration" else 1
    return float(low / size), float(high / size)


def _watching(tracker: Tracker) -> Protocol:
    from fractions import Fraction

    from protocol.model.guard import Compare, Tracked

    watch = evolve(RULES[0], name="watch", when=And((Compare(Tracked(tracker.name), ">=", Fraction(9)), RULES[0].when)))
    return evolve(PROTOCOL, rules=(watch,), trackers=(tracker,))


ROW = Tracker("row", "consecutive", LOW_ANC)
EPISODES = Tracker("episodes", "episodes", LOW_ANC, above("anc", ">=", 1.5))
LASTS = Tracker("lasts", "duration", LOW_ANC)
NADIR = Tracker("nadir", "lowest", input="anc")


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ((visit(7, **BAD), visit(14, **BAD), visit(21, **BAD)), (3, 3)),
        ((visit(7, **BAD), visit(14, **GOOD), visit(21, **BAD)), (1, 1)),
        ((visit(7, **BAD), visit(16, anc="nd"), visit(21, **BAD)), (1, 3)),
        ((visit(7, **BAD), visit(16, platelets=100), visit(21, **BAD)), (1, 3)),
        ((visit(7, **BAD), visit(8, platelets=100), visit(14, **BAD)), (2, 2)),
        ((visit(7, **BAD), visit(16), visit(21, **BAD)), (1, 3)),
    ],
    ids=["three", "broken", "not-done", "lapsed", "carried-is-not-counted-again", "lapsed-and-nothing-observed"],
)
def test_consecutive_findings_are_counted_with_bounds(visits: tuple[Visit, ...], expected: tuple[float, float]) -> None:
    assert tracked(ROW, *visits) == expected


def test_measured_only_passes_over_what_is_missing() -> None:
    only = evolve(ROW, measured_only=True)
    assert tracked(only, visit(7, **BAD), visit(14, anc="nd"), visit(21, **BAD)) == (2, 2)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.9, 1.1, 0.9), (1, 1)),
        ((0.9, 1.5, 0.9), (2, 2)),
        ((0.9, "nd", 0.9), (1, 2)),
        ((4, "nd", 4), (0, 1)),
    ],
)
def test_an_episode_lasts_until_its_closing_condition(values: tuple[object, ...], expected: tuple[float, float]) -> None:
    assert tracked(EPISODES, *(visit(7 * (week + 1), anc=value) for week, value in enumerate(values))) == expected


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ((visit(7, **BAD), visit(14, **BAD)), (7, 7)),
        ((visit(7, **BAD), visit(14, **GOOD)), (0, 0)),
        ((visit(7, **BAD), visit(20, **BAD)), (0, 13)),
        ((visit(7, **BAD), visit(10, anc="nd"), visit(12, **BAD)), (0, 5)),
        ((visit(7, **BAD), visit(20, **GOOD)), (0, 0)),
        ((visit(7, **BAD), visit(15)), (8, 8)),
        ((visit(7, **BAD), visit(16)), (0, 9)),
    ],
)
def test_a_duration_knows_since_when_definitely_and_since_when_possibly(
    visits: tuple[Visit, ...], expected: tuple[float, float]
) -> None:
    assert tracked(LASTS, *visits) == expected


def test_the_lowest_value_is_bounded_by_what_was_missed() -> None:
    assert tracked(NADIR, visit(7, anc=2), visit(14, anc=3)) == (2, 2)
    assert tracked(NADIR, visit(7, anc=2), visit(20, anc="nd"), visit(21, anc=3)) == (0, 2)


def test_trackers_begin_with_treatment_unless_they_say_from_baseline() -> None:
    before, dosed = visit(-7, **BAD), visit(0, given="100 mg every day")
    for tracker, expected in ((EPISODES, 0), (evolve(EPISODES, from_baseline=True), 1)):
        protocol = _watching(tracker)
        last = after(before, dosed, protocol=protocol)
        assert bounds(protocol, last.state, 0)["episodes"][:2] == (expected, expected)


def test_two_conditions_at_one_visit_are_two_episodes_whichever_rule_acts() -> None:
    grade = Tracker("grade-3", "episodes", above("toxicity", ">=", 3), above("toxicity", "<=", 1))
    protocol = evolve(PROTOCOL, trackers=(Tracker("episodes", "episodes", LOW, RECOVERED), grade))
    taken = after(STARTED, visit(7, **WELL | {"anc": 0.5, "toxicity": 3}), protocol=protocol)
    assert taken.decision.rule == "hold-low"
    assert {name: low for name, (low, _, _) in bounds(protocol, taken.state, 7 * DAY).items()} == {"episodes": 1, "grade-3": 1}


def test_a_count_that_could_have_reached_its_limit_leaves_the_decision_open() -> None:
    def weeks(*values: object) -> list[Visit]:
        return [visit(7 * (week + 1), **WELL | {"anc": value}) for week, value in enumerate(values)]

    assert said(after(STARTED, *weeks(0.5, 4, 0.5, 4, 0.5, 4)))[1] == "stop"
    assert said(after(STARTED, *weeks(0.5, 4, "nd", 4, 0.5, 4)))[0] == "undecided"


A_RASH_LASTS = parse("""
protocol: small
version: "1"
doses: {only: 50 mg daily}
inputs: {rash: {yes or no, valid for: 2 days}}
trackers: {rash-lasts: {duration of: rash}}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at only}
  hold: {in: on treatment, when: "rash-lasts >= 3 days", must: hold}
  resume: {in: held, when: "rash is no", must: resume at the same level}
""")


def test_a_duration_that_can_have_begun_when_a_value_lapsed_is_seen_to_reach_its_limit() -> None:
    state = after(visit(0), visit(1, rash="no"), protocol=A_RASH_LASTS).state
    found = next_change(A_RASH_LASTS, state)
    assert found is not None
    assert (found[0], found[1].status) == (6 * DAY + 1, "undecided")


def test_a_reading_that_was_not_done_again_ends_nothing_later_when_it_would_have_lapsed() -> None:
    protocol = _watching(LASTS)
    before, asked, later = visit(-8, **BAD), visit(0, anc="nd", given="100 mg every day"), visit(7, **BAD)
    first = after(before, asked, later, protocol=protocol)
    other = after(asked, later, protocol=protocol)
    assert first.state.memory == other.state.memory == (Lasting(7 * DAY, 7 * DAY),)
