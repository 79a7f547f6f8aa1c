"""Numbers computed from readings: their value, what is missing, what is refused, what they look back to, and when they change."""

from __future__ import annotations

import pytest
from attrs import evolve

from protocol import initial, step
from protocol.errors import VisitError
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.decision import Fact, Step
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen
from protocol.model.time import DAY, WEEK
from protocol.semantics.foresee import next_change
from protocol.semantics.trace import trace
from protocol.semantics.trackers import bounds
from tests.semantics.small import after, said, visit

TEXT = """
protocol: numbers
version: "1"
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
otherwise: {on treatment: continue}
inputs:
  wbc: {unit: 10*9/L, plausible: 0 to 500, valid for: 8 days}
  neutrophils: {unit: "%%", plausible: 0 to 100, valid for: 3 days}
  bands: {unit: "%%", plausible: 0 to 100, valid for: 8 days}
  spleen: {unit: "1", plausible: 0 to 40, valid for: 60 days}
derived:
  anc: {value: "wbc * (neutrophils + bands) / 100", unit: 10*9/L, plausible: 0 to 100, missing: %s}
  per-band: {value: "wbc / bands", unit: 10*9/L, plausible: 0 to 500, missing: unknown}
  growth: {value: "spleen / earlier(spleen, 4 weeks)", unit: "1", plausible: 0 to 40, missing: unknown,
           window: -3 to +2 days}
  gain: {value: "spleen - earlier(spleen, 4 weeks)", unit: "1", plausible: -40 to 40, missing: unknown,
         window: -3 to +2 days}
  rise: {value: "spleen - baseline(spleen)", unit: "1", plausible: -40 to 40, missing: unknown}
trackers:
  nadir: {lowest: anc}
  low-in-a-row: {consecutive: "anc < 1"}
  grown-for: {duration of: "growth >= 1.5"}
rules:
  start: {in: before treatment, when: always, must: start at high}
  step: {in: on treatment, when: "%s", must: "reduce, else stop"}
"""
START = visit(0)


def protocol(guard: str = "anc < 1", missing: str = "unknown") -> Protocol:
    return parse(TEXT % (missing, guard))


def last(*visits: Visit, guard: str = "anc < 1", missing: str = "unknown") -> Step:
    return after(START, *visits, protocol=protocol(guard, missing))


def outcome(*visits: Visit, guard: str = "anc < 1", missing: str = "unknown") -> tuple[str, str]:
    return said(last(*visits, guard=guard, missing=missing))[:2]


def fact(taken: Step) -> Fact:
    return taken.decision.facts[0]


REDUCED, STANDS, OPEN = ("decided", "reduce"), ("decided", "continue"), ("undecided", "continue")
COUNTS = {"wbc": 2, "neutrophils": 40, "bands": 9}


def test_a_number_is_computed_from_the_readings_of_the_visit() -> None:
    assert outcome(visit(7, **COUNTS)) == REDUCED
    assert outcome(visit(7, **{**COUNTS, "bands": 10})) == STANDS


@pytest.mark.parametrize(("day", "found"), [(10, REDUCED), (11, OPEN)])
def test_each_part_counts_as_long_as_it_is_valid_itself(day: int, found: tuple[str, str]) -> None:
    assert outcome(visit(5, wbc=2, bands=9), visit(7, neutrophils=40), visit(day)) == (STANDS if day == 10 else found)
    assert outcome(visit(7, neutrophils=40), visit(day, wbc=2, bands=9)) == found


def test_a_missing_part_makes_it_unknown_and_the_decision_names_it() -> None:
    taken = last(visit(7, wbc=2, neutrophils=40))
    assert said(taken)[:2] == OPEN
    (missing,) = taken.decision.missing
    assert (missing.name, missing.outcomes[0].when, missing.inputs) == ("anc", "anc < 1", ("bands",))


@pytest.mark.parametrize(
    ("guard", "known", "found"),
    [
        ("anc < 1", {"wbc": 2, "neutrophils": 50}, STANDS),
        ("anc < 1.1", {"wbc": 2, "neutrophils": 50}, OPEN),
        ("anc <= 1", {"wbc": 1}, OPEN),
        ("anc <= 2", {"wbc": 1}, REDUCED),
        ("anc < 2", {"wbc": 1}, OPEN),
        ("per-band < 1", {"wbc": 2}, OPEN),
        ("rise <= 30", {"spleen": 30}, REDUCED),
        ("rise < 30", {"spleen": 30}, OPEN),
        ("rise >= -30", {"spleen": 10}, REDUCED),
    ],
)
def test_a_missing_part_is_anything_plausible(guard: str, known: dict[str, object], found: tuple[str, str]) -> None:
    assert outcome(visit(7, **known), guard=guard) == found


def test_a_missing_earlier_reading_is_anything_plausible_too() -> None:
    assert outcome(visit(28, spleen=30), guard="gain >= -10") == REDUCED
    assert outcome(visit(28, spleen=30), guard="gain > -10") == OPEN
    assert outcome(visit(0, spleen=40), visit(28, spleen=30), guard="gain > -10") == STANDS


def test_what_the_known_parts_leave_is_cut_to_what_is_plausible() -> None:
    # wbc 400 and neutrophils 20 make at least 80, and 100 is the most.
    assert outcome(visit(7, wbc=400, neutrophils=20), guard="anc >= 80") == REDUCED
    assert outcome(visit(7, wbc=400, neutrophils=20), guard="anc > 100") == STANDS
    # At least 120: nothing plausible is left, so that it can be anything plausible.
    assert outcome(visit(7, wbc=400, neutrophils=30), guard="anc >= 80") == OPEN


def test_a_number_that_is_certain_without_a_part_is_still_shown_as_unknown() -> None:
    taken = last(visit(7, wbc=2, neutrophils=50), guard="anc >= 1")
    assert said(taken)[:2] == REDUCED
    assert fact(taken) == Fact("anc", "wbc 2, neutrophils 50, bands not known", "unknown")


def test_a_missing_part_counts_as_measured_at_the_visit() -> None:
    first, second = visit(7, wbc=2, neutrophils=50), visit(8)
    assert outcome(first, second, guard="anc >= 1") == REDUCED
    assert outcome(first, evolve(second, observations=(Observation("bands", 1),)), guard="anc >= 1") == REDUCED
    assert outcome(visit(7, wbc=2, neutrophils=50, bands=1), second, guard="anc >= 1") == STANDS


def test_the_lowest_of_a_number_with_a_missing_part_is_bounded_by_the_parts_that_are_known() -> None:
    taken = last(visit(7, wbc=2, neutrophils=50), guard="rise > 1")
    assert bounds(protocol(), taken.state, WEEK)["nadir"][:2] == (1, 3)


def test_a_stated_default_stands_in_until_there_is_a_reading() -> None:
    assert outcome(visit(7, wbc=2, neutrophils=49), missing="{bands: 0}") == REDUCED
    assert outcome(visit(7, wbc=2, neutrophils=49, bands=1), missing="{bands: 0}") == STANDS
    assert outcome(visit(7, wbc=2, bands=1), missing="{bands: 0}") == OPEN


REFUSED = [
    Observation("bands", 900),
    Observation("bands", 1, "mg"),
    Observation("bands", 1, observed=8 * DAY),
    Observation("bands", "many"),
]


@pytest.mark.parametrize("refused", REFUSED)
@pytest.mark.parametrize("before", [{}, {"bands": 0}])
def test_nothing_stands_in_for_a_reading_that_was_refused(refused: Observation, before: dict[str, object]) -> None:
    course = (visit(6, **before), Visit(WEEK, (*visit(7, wbc=2, neutrophils=49).observations, refused)))
    assert outcome(*course, missing="{bands: 0}") == OPEN
    assert outcome(*course, visit(8), missing="{bands: 0}") == OPEN
    assert outcome(*course, visit(8, bands="nd"), missing="{bands: 0}") == REDUCED
    assert outcome(*course, visit(8, bands=1), missing="{bands: 0}") == STANDS
    (missing,) = last(*course, missing="{bands: 0}").decision.missing
    assert missing.inputs == ("bands",)


def test_nothing_stands_in_for_contradictory_readings() -> None:
    both = (*visit(7, wbc=2, neutrophils=49).observations, Observation("bands", 0), Observation("bands", 1))
    assert outcome(Visit(WEEK, both), missing="{bands: 0}") == OPEN


def test_a_reading_that_was_corrected_to_not_done_is_missing() -> None:
    corrected = (Observation("bands", 900), Observation("bands", None, recorded=WEEK + 1))
    assert outcome(Visit(WEEK, (*visit(7, wbc=2, neutrophils=49).observations, *corrected)), missing="{bands: 0}") == REDUCED


@pytest.mark.parametrize(
    ("wbc", "sign", "found"), [(2, "<", REDUCED), (2, "<=", OPEN), (2, ">", STANDS), (2, ">=", STANDS), (1, ">", OPEN)]
)
def test_a_censored_part_decides_where_every_value_of_it_does(wbc: int, sign: str, found: tuple[str, str]) -> None:
    rest = visit(7, neutrophils=40, bands=10)
    censored = Observation("wbc", wbc, censored=sign)
    assert outcome(evolve(rest, observations=(*rest.observations, censored))) == found


def test_a_divisor_that_may_be_zero_makes_it_unknown() -> None:
    taken = last(visit(7, wbc=2, bands=0), guard="per-band < 1")
    assert said(taken)[:2] == OPEN
    below = Visit(WEEK, (Observation("wbc", 2), Observation("bands", 2, censored="<")))
    assert outcome(below, guard="per-band < 1") == OPEN
    assert outcome(visit(7, wbc=2, bands=4), guard="per-band < 1") == REDUCED


def test_an_implausible_result_is_reported_at_its_visit_and_unknown() -> None:
    taken = last(visit(7, wbc=400, neutrophils=30, bands=5))
    assert said(taken)[:2] == OPEN
    assert [(refusal.observation.input, refusal.why) for refusal in taken.refused] == [
        (
            "anc",
            "140 10*9/L is not plausible, computed from wbc 400, neutrophils 30, bands 5. Plausible: 0 to 100 10*9/L.",
        )
    ]
    assert last(visit(7, wbc=400, neutrophils=30, bands=5), visit(8, spleen=3)).refused == ()


def test_of_a_result_that_is_in_part_implausible_the_plausible_part_counts() -> None:
    above = Visit(WEEK, (Observation("wbc", 100, censored=">"), Observation("neutrophils", 45), Observation("bands", 5)))
    assert last(above).refused == ()
    assert outcome(above, guard="anc > 50") == REDUCED


def test_strictly_an_implausible_result_is_an_error() -> None:
    state = step(protocol(), initial(protocol()), START).state
    with pytest.raises(VisitError, match="anc: 140"):
        step(protocol(), state, visit(7, wbc=400, neutrophils=30, bands=5), strict=True)


def test_nobody_reports_a_computed_number() -> None:
    with pytest.raises(VisitError, match="'anc' is computed by numbers"):
        last(visit(7, anc=1))


# Evidence and facts


def test_the_same_parts_step_a_dose_once_and_one_newer_part_steps_it_again() -> None:
    first = visit(7, **COUNTS)
    assert outcome(first, visit(8)) == STANDS
    assert outcome(first, visit(8, bands=8)) == REDUCED


def test_a_fact_shows_the_value_and_the_parts_it_came_from() -> None:
    taken = last(visit(7, **COUNTS))
    assert fact(taken) == Fact("anc", "0.98 (wbc 2, neutrophils 40, bands 9)", "measured", WEEK)
    default = fact(last(visit(7, wbc=1, neutrophils=40), missing="{bands: 0}"))
    assert default.value == "0.4 (wbc 1, neutrophils 40, bands not known, taken as 0)"


def test_a_number_of_which_no_part_was_measured_is_carried_from_its_newest_part() -> None:
    held = "anc < 1 or spleen > 30"
    taken = last(visit(6, wbc=2, bands=9), visit(7, neutrophils=40), visit(8, spleen=31), guard=held)
    assert (fact(taken).status, fact(taken).observed) == ("carried", WEEK)


def test_an_unknown_number_says_which_part_is_missing() -> None:
    guard = "anc < 1 or spleen > 30"
    assert fact(last(visit(7, wbc=2, spleen=31), guard=guard)) == Fact(
        "anc", "wbc 2, neutrophils not known, bands not known", "unknown"
    )
    implausible = fact(last(visit(7, wbc=400, neutrophils=30, bands=5, spleen=31), guard=guard))
    assert implausible.value == "140 is not plausible: wbc 400, neutrophils 30, bands 5"
    assert fact(last(visit(7, wbc=2, bands=0, spleen=31), guard="per-band < 1 or spleen > 30")).value == (
        "the divisor may be 0: wbc 2, bands 0"
    )


def test_a_result_without_end_is_shown_rounded_and_compared_exactly() -> None:
    taken = last(visit(7, wbc=1, bands=3), guard="per-band < 0.3334")
    assert (said(taken)[:2], fact(taken).value) == (REDUCED, "about 0.3333 (wbc 1, bands 3)")


# The past


@pytest.mark.parametrize(
    ("day", "found"),
    [(25, OPEN), (26, REDUCED), (28, REDUCED), (31, REDUCED), (32, OPEN)],
)
def test_an_earlier_reading_counts_within_its_window_ends_included(day: int, found: tuple[str, str]) -> None:
    assert outcome(visit(0, spleen=10), visit(day, spleen=20), guard="growth >= 1.5") == found


@pytest.mark.parametrize(("minutes", "found"), [(-1, OPEN), (0, REDUCED)])
def test_the_window_is_exact_to_the_minute(minutes: int, found: tuple[str, str]) -> None:
    early = Visit(26 * DAY + minutes, (Observation("spleen", 20),))
    late = Visit(31 * DAY - minutes, (Observation("spleen", 20),))
    assert outcome(visit(0, spleen=10), early, guard="growth >= 1.5") == found
    assert outcome(visit(0, spleen=10), late, guard="growth >= 1.5") == found


@pytest.mark.parametrize(
    ("days", "factor"), [({1: 10, 3: 20}, 3), ({0: 10, 3: 20}, 1.5), ({1: 10, 2: 15}, 2), ({0: 10, 1: 15, 3: 20}, 2)]
)
def test_of_several_earlier_readings_the_nearest_counts_and_of_equals_the_earlier(days: dict[int, int], factor: float) -> None:
    # Asked on day 30 for day 2.
    visits = [visit(day, spleen=value) for day, value in days.items()]
    taken = last(*visits, visit(30, spleen=30), guard=f"growth == {factor}")
    assert said(taken)[1] == "reduce"


def test_an_earlier_reading_that_was_not_done_or_taken_back_is_none() -> None:
    assert outcome(visit(0, spleen="nd"), visit(28, spleen=20), guard="growth >= 1.5") == OPEN
    back = Visit(2 * DAY, (Observation("spleen", None, observed=0, recorded=2 * DAY),))
    assert outcome(visit(0, spleen=10), back, visit(28, spleen=20), guard="growth >= 1.5") == OPEN
    corrected = Visit(2 * DAY, (Observation("spleen", 20, observed=0, recorded=2 * DAY),))
    assert outcome(visit(0, spleen=10), corrected, visit(28, spleen=20), guard="growth >= 1.5") == STANDS
    assert outcome(visit(0, spleen=10), visit(2, spleen="nd"), visit(28, spleen=20), guard="growth >= 1.5") == REDUCED


def test_what_is_kept_of_the_past_does_not_grow_with_the_course() -> None:
    visits = [visit(day, spleen=10, **COUNTS) for day in range(0, 700, 7)]
    kept = [len(last(*visits[:count]).state.history) for count in (20, 50, 100)]
    assert kept == [5, 5, 5]


def test_a_baseline_in_a_formula_is_that_of_the_first_dose() -> None:
    first = visit(0, spleen=10)
    assert outcome(visit(7, spleen=20), guard="rise >= 5") == OPEN
    state = step(protocol("rise >= 5"), initial(protocol("rise >= 5")), first).state
    assert said(step(protocol("rise >= 5"), state, visit(7, spleen=15)))[:2] == REDUCED
    assert said(step(protocol("rise >= 5"), state, visit(7, spleen=14)))[:2] == STANDS


def test_time_alone_changes_what_an_earlier_reading_is() -> None:
    state = last(visit(0, spleen=10), visit(20, spleen=20), guard="growth >= 1.5").state
    change = next_change(protocol("growth >= 1.5"), state)
    assert change is not None and (change[0], change[1].rule) == (26 * DAY, "step")
    not_followed = step(protocol("growth >= 1.5"), state, Visit(26 * DAY, given=Given("regimen", regimen("200 mg daily")))).state
    lapses = next_change(protocol("growth >= 1.5"), not_followed)
    assert lapses is not None and (lapses[0], lapses[1].status) == (31 * DAY + 1, "undecided")


def test_an_earlier_reading_that_leaves_its_window_does_not_make_a_used_reading_new() -> None:
    reduced = last(visit(0, spleen=10), visit(20, spleen=20), visit(26), guard="growth >= 1.5").state
    lapses = next_change(protocol("growth >= 1.5"), reduced)
    assert lapses is not None and (lapses[0], lapses[1].status) == (80 * DAY + 1, "undecided")


def test_a_duration_sees_an_earlier_reading_come_into_its_window_and_leave_it() -> None:
    def grown_for(day: int) -> tuple[object, object]:
        taken = last(visit(0, spleen=10), visit(20, spleen=20), visit(day))
        low, high, _ = bounds(protocol(), taken.state, taken.visit.time)["grown-for"]
        return low, high

    assert grown_for(25) == (0, 25 * DAY)
    assert grown_for(30) == (4 * DAY, 30 * DAY)
    assert grown_for(40) == (0, 40 * DAY)


def test_a_date_range_is_tried_at_every_date_from_which_another_reading_is_looked_back_to() -> None:
    ranged = Visit(1 * DAY, (Observation("spleen", 10),), latest=6 * DAY)
    course = Course("ranged", (START, ranged, visit(33, spleen=20)))
    taken = trace(protocol("growth >= 1.5"), course).steps[-1]
    assert taken.depends_on_date
    certain = Course("ranged", (START, evolve(ranged, time=3 * DAY), visit(33, spleen=20)))
    assert not trace(protocol("growth >= 1.5"), certain).steps[-1].depends_on_date


# Trackers


def test_the_lowest_of_a_number_is_kept() -> None:
    taken = last(visit(7, **COUNTS), visit(8, wbc=9, neutrophils=50), guard="rise > 1")
    assert bounds(protocol(), taken.state, 8 * DAY)["nadir"][1] == pytest.approx(0.98)


def test_a_finding_counts_once_for_each_visit_at_which_a_part_was_measured() -> None:
    def in_a_row(*visits: Visit) -> object:
        counted = "low-in-a-row >= 5"
        return bounds(protocol(counted), last(*visits, guard=counted).state, visits[-1].time)["low-in-a-row"][:2]

    first = (visit(0, **COUNTS),)
    assert in_a_row(*first) == (1, 1)
    assert in_a_row(*first, visit(1, spleen=3)) == (1, 1)
    assert in_a_row(*first, visit(1, bands=8)) == (2, 2)
