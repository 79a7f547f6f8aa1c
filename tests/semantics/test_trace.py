"""Whole courses: exposure intervals, verdicts, dates that are ranges, corrections, acting between visits."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol import fingerprint, next_change, trace
from protocol.errors import VisitError
from protocol.model.course import Course, Exposure, Given, Observation, Visit
from protocol.model.decision import Trace
from protocol.model.guard import And, Clock, Compare, Known
from protocol.model.regimen import regimen
from protocol.model.rule import Action, By, Rule, To, Where
from protocol.model.time import DAY, HOUR
from protocol.semantics.step import look
from tests.semantics.small import ESCALATED, ON, PROTOCOL, RULES, STARTED, WELL, after, visit, with_rules

DAILY = Given("regimen", regimen("100 mg every day"))
HIGH = Given("regimen", regimen("400 mg every day"))
ELIGIBLE = visit(0, eligible="yes", died="no")
NO_RESPONSE = WELL | {"response": "none"}


def traced(*visits: Visit, exposures: tuple[Exposure, ...] = ()) -> Trace:
    return trace(PROTOCOL, Course("a patient", visits, exposures))


def test_a_trace_carries_the_fingerprint_of_its_protocol() -> None:
    assert traced(STARTED).fingerprint == fingerprint(PROTOCOL)


@pytest.mark.parametrize(
    ("day", "values", "given", "permitted"),
    [
        (28, NO_RESPONSE, "400 mg every day", "every"),
        (27, NO_RESPONSE, "400 mg every day", "none"),
        (28, WELL, "400 mg every day", "none"),
        (28, WELL | {"response": "nd"}, "400 mg every day", "some"),
        (28, NO_RESPONSE, "100 mg every day", "every"),
        (28, WELL | {"anc": 0.5}, "none", "every"),
        (28, WELL | {"anc": "nd"}, "none", "some"),
        (28, WELL, "200 mg every day", "none"),
        (28, WELL | {"died": "yes"}, "stopped", "every"),
        (28, WELL, "stopped", "none"),
    ],
)
def test_what_was_given_is_permitted_under_every_some_or_no_completion(
    day: int, values: dict[str, object], given: str, permitted: str
) -> None:
    verdict = after(STARTED, visit(day, given=given, **values)).verdict
    assert verdict is not None and verdict.permitted == permitted


def test_a_verdict_names_the_facts_it_needs() -> None:
    verdict = after(STARTED, visit(28, given="400 mg every day", **WELL | {"response": "nd"})).verdict
    assert verdict is not None
    (need,) = verdict.needs
    assert [(one.when, one.then) for one in need.outcomes] == [
        ("response is none", ("permitted",)),
        ("response is partial or complete", ("a deviation",)),
    ]


@pytest.mark.parametrize(("given", "provisional"), [("none", True), ("100 mg every 2 days", False)])
def test_what_was_recommended_is_no_deviation_under_a_value_for_which_another_dose_is_ordered(
    given: str, provisional: bool
) -> None:
    # Grade 2 reduces, and a low count, which is missing, would hold: no drug is the lower of the two.
    taken = after(STARTED, visit(7, given=given, **WELL | {"anc": "nd", "toxicity": 2}))
    assert taken.decision.status == "provisional" and taken.verdict is not None
    assert [one.kind for one in taken.deviations] == ([] if provisional else ["not decidable"])
    (need,) = taken.verdict.needs
    otherwise = "another dose is ordered" if provisional else "a deviation"
    assert {text for one in need.outcomes for text in one.then} == {"permitted", otherwise}


@pytest.mark.parametrize(
    ("given", "values", "kind"),
    [
        ("400 mg every day", WELL, "dose above permitted"),
        ("100 mg every 2 days", WELL, "dose below permitted"),
        ("100 mg every day", WELL | {"anc": 0.5}, "hold missed"),
        ("none", WELL, "hold without reason"),
        ("stopped", WELL, "stop without reason"),
        ("250 mg every day", WELL, "off the ladder"),
    ],
)
def test_a_deviation_has_the_fields_name(given: str, values: dict[str, object], kind: str) -> None:
    (deviation,) = after(STARTED, visit(7, given=given, **values)).deviations
    assert deviation.kind == kind


SILENT = evolve(PROTOCOL, otherwise=("held",), silent=("on treatment",))


@pytest.mark.parametrize("given", ["400 mg every day", "100 mg every 2 days", "none", "stopped"])
@pytest.mark.parametrize("silent", [("on treatment",), ()])
def test_what_is_given_where_the_source_is_silent_is_neither_above_nor_below_it(given: str, silent: tuple[str, ...]) -> None:
    taken = after(STARTED, visit(7, given=given, **WELL), protocol=evolve(SILENT, silent=silent))
    assert taken.decision.silent
    (deviation,) = taken.deviations
    assert deviation.kind == "protocol silent"
    assert deviation.message.endswith(", where the source does not say what to give")


@pytest.mark.parametrize(
    ("given", "values", "kind"),
    [
        ("400 mg every day", WELL | {"anc": 0.5}, "hold missed"),
        ("100 mg every day", WELL | {"toxicity": 2}, "dose above permitted"),
        ("250 mg every day", WELL, "off the ladder"),
    ],
)
def test_what_a_rule_orders_is_deviated_from_although_the_source_is_silent_elsewhere(
    given: str, values: dict[str, object], kind: str
) -> None:
    (deviation,) = after(STARTED, visit(7, given=given, **values), protocol=SILENT).deviations
    assert deviation.kind == kind


def test_drug_comes_back_too_early_although_the_source_is_silent_on_hold() -> None:
    held = visit(7, **WELL | {"anc": 0.5})
    taken = after(STARTED, held, visit(8, given="100 mg every day"), protocol=evolve(PROTOCOL, otherwise=(), silent=("held",)))
    assert [one.kind for one in taken.deviations] == ["resumed too early"]


def test_following_a_provisional_recommendation_is_no_deviation() -> None:
    taken = after(visit(0, given="400 mg every day", died="no"), visit(7, given="none", toxicity=2, platelets=100))
    assert taken.verdict is not None
    assert (taken.decision.status, taken.verdict.recommended, taken.deviations) == ("provisional", True, ())


def test_a_dose_not_known_is_assumed_to_be_the_recommended_one_and_marked() -> None:
    taken = after(STARTED, visit(7, given="unknown", **WELL | {"anc": 0.5}))
    assert (taken.assumed, taken.state.control.kind, taken.verdict) == (True, "held", None)


def test_off_the_ladder_rules_that_name_no_level_still_apply_and_steps_are_undecided() -> None:
    off = visit(7, given="250 mg every day", **WELL)
    assert after(STARTED, off, visit(8, **WELL)).decision.silent
    held = after(STARTED, off, visit(8, anc=0.5, platelets=200))
    assert held.decision.action == "hold"
    step_down = after(STARTED, off, visit(8, **WELL | {"toxicity": 2}))
    assert step_down.decision.status == "undecided"
    assert step_down.decision.blocked.startswith("a step needs a rung to start from")


# Exposure intervals


def test_exposure_between_visits_becomes_a_moment_of_its_own() -> None:
    exposures = (Exposure(0, 10 * DAY, DAILY), Exposure(10 * DAY, None, HIGH))
    steps = traced(ELIGIBLE, visit(7, **WELL), visit(14, **WELL), exposures=exposures).steps
    assert [(one.visit.time // DAY, str(one.state.dose)) for one in steps] == [
        (0, "starting"),
        (7, "starting"),
        (10, "escalated"),
        (14, "escalated"),
    ]


def test_a_hold_begun_the_day_after_the_visit_meets_the_recommendation() -> None:
    exposures = (Exposure(0, 8 * DAY, DAILY),)
    steps = traced(ELIGIBLE, visit(7, **WELL | {"anc": 0.5}), visit(14, **WELL | {"anc": 1}), exposures=exposures).steps
    held = next(one for one in steps if one.visit.time == 7 * DAY)
    assert held.verdict is not None
    assert (held.verdict.permitted, held.verdict.met_at, held.deviations) == ("none", 8 * DAY, ())


def test_a_hold_begun_only_at_the_next_visit_is_missed() -> None:
    exposures = (Exposure(0, 14 * DAY, DAILY),)
    steps = traced(ELIGIBLE, visit(7, **WELL | {"anc": 0.5}), visit(14, **WELL | {"anc": 0.5}), exposures=exposures).steps
    assert [one.kind for one in steps[1].deviations] == ["hold missed"]


def test_a_dose_found_lowered_at_a_later_visit_does_not_excuse_a_missed_hold() -> None:
    fallen = visit(7, given="100 mg every day", **WELL | {"anc": 0.5})
    steps = traced(STARTED, fallen, visit(100), visit(300, given="none")).steps
    assert [one.kind for one in steps[1].deviations] == ["hold missed"]


def test_act_within_says_how_late_a_recommendation_may_be_met() -> None:
    protocol = evolve(PROTOCOL, act_within=2 * DAY)
    fallen = visit(7, given="100 mg every day", **WELL | {"anc": 0.5})
    for day, found in ((9, []), (10, ["hold missed"])):
        steps = trace(protocol, Course("a patient", (STARTED, fallen, visit(day, given="none")))).steps
        assert [one.kind for one in steps[1].deviations] == found


# Before the first dose


def test_a_start_is_not_assumed_before_day_0() -> None:
    screened = visit(-3, eligible="yes", died="no")
    first, second = traced(screened, visit(0, given="100 mg every day", died="no")).steps
    assert (first.decision.action, str(first.state.dose), first.assumed) == ("start", "none", True)
    assert second.state.started == 0


def test_nobody_has_to_be_started_on_the_day_on_which_that_could_be_done() -> None:
    waited = after(visit(-3, given="none", eligible="yes", died="no"))
    assert waited.verdict is not None
    assert (waited.verdict.permitted, waited.deviations) == ("every", ())


@pytest.mark.parametrize(
    ("given", "kind"), [("400 mg every day", "dose above permitted"), ("100 mg every 2 days", "dose below permitted")]
)
def test_a_first_dose_at_another_level_is_above_or_below_the_permitted_one(given: str, kind: str) -> None:
    assert [one.kind for one in after(visit(0, given=given, eligible="yes", died="no")).deviations] == [kind]


# Dates that are ranges


def test_a_verdict_that_is_not_the_same_throughout_a_range_depends_on_the_date() -> None:
    ranged = evolve(visit(27, given="400 mg every day", **NO_RESPONSE), latest=28 * DAY)
    (_, one) = traced(STARTED, ranged).steps
    assert one.verdict is not None
    assert (one.verdict.permitted, one.verdict.depends_on_date) == ("some", True)


def test_a_verdict_that_is_the_same_throughout_a_range_does_not() -> None:
    ranged = evolve(visit(28, given="400 mg every day", **NO_RESPONSE), latest=40 * DAY)
    (_, one) = traced(STARTED, ranged).steps
    assert one.verdict is not None
    assert (one.verdict.permitted, one.verdict.depends_on_date) == ("every", False)


def test_a_visit_keeps_the_range_of_its_date() -> None:
    ranged = evolve(visit(28, given="400 mg every day", **NO_RESPONSE), latest=40 * DAY)
    assert [one.visit for one in traced(STARTED, ranged).steps] == [STARTED, ranged]


def test_every_threshold_inside_a_range_is_tried() -> None:
    lapses = evolve(visit(10, given="100 mg every day"), latest=20 * DAY)
    first = visit(7, given="100 mg every day", **WELL)
    (_, _, one) = traced(STARTED, first, lapses).steps
    assert one.depends_on_date


def test_visits_out_of_order_are_refused_with_their_times() -> None:
    with pytest.raises(VisitError, match="'a patient': day 6 comes after day 7"):
        traced(visit(7), visit(6))


# Corrections


def test_a_decision_is_judged_by_what_was_recorded_then_and_a_correction_is_reported() -> None:
    reported = Observation("anc", 2, recorded=7 * DAY)
    corrected = Observation("anc", 0.5, recorded=9 * DAY)
    others = tuple(one for one in visit(7, **WELL).observations if one.input != "anc")
    result = traced(STARTED, Visit(7 * DAY, (reported, corrected, *others)), visit(14, **WELL))
    assert [one.decision.action for one in result.steps] == ["start", "continue", "resume"]
    (revision,) = (one for one in result.revisions if one.time == 7 * DAY)
    assert (revision.issued.action, revision.revised.action) == ("continue", "hold")


def test_a_range_elsewhere_does_not_judge_a_visit_by_what_was_recorded_later() -> None:
    reported = Observation("anc", 2, recorded=7 * DAY)
    corrected = Observation("anc", 0.5, recorded=9 * DAY)
    others = tuple(one for one in visit(7, **WELL).observations if one.input != "anc")
    seen = Visit(7 * DAY, (reported, corrected, *others), Given("regimen", regimen("100 mg every day")))
    ranged = evolve(visit(100), latest=101 * DAY)
    result = traced(STARTED, seen, visit(14, **WELL), ranged)
    assert result.steps[1].deviations == ()
    assert [one.time for one in result.revisions] == [7 * DAY]


def test_a_correction_that_cannot_be_used_is_reported() -> None:
    wrong = Observation("anc", 0.5, unit="K/uL", recorded=9 * DAY)
    result = traced(STARTED, Visit(7 * DAY, (Observation("anc", 2, recorded=7 * DAY), wrong)), visit(14, **WELL))
    assert [refusal.observation for refusal in result.refused] == [wrong]


def test_without_late_records_nothing_is_revised() -> None:
    assert traced(STARTED, visit(7, **WELL), visit(14, **WELL | {"anc": 0.5})).revisions == ()


# Time alone


def test_when_time_alone_would_change_the_decision_can_be_asked() -> None:
    state = after(STARTED, visit(7, **WELL)).state
    change = next_change(PROTOCOL, state)
    assert change is not None
    assert (change[0], change[1].status) == (15 * DAY + 1, "undecided")


def test_what_is_missing_counts_as_newer_than_a_step_from_the_minute_after_it_on() -> None:
    """Grade 2 was acted on at the visit. Nobody knows the counts: low ones at the visit would lower no more, new ones would."""
    counts = Rule("reduce-counts", ON, RULES[1].when, "must", Action("reduce", By(1)))
    waits = with_rules(counts, *(rule for rule in RULES if rule.name in ("start", "reduce")))
    visits = (ESCALATED, visit(7, toxicity=2))
    state = after(*visits, protocol=waits).state
    assert (state.level.name, look(waits, state, 7 * DAY).status) == ("starting", "decided")
    change = next_change(waits, state)
    assert change is not None and (change[0], change[1].status) == (7 * DAY + 1, "undecided")
    steps = trace(evolve(waits, between_visits="act"), Course("a patient", (*visits, visit(9)))).steps
    assert [(one.visit.time, one.decision.status) for one in steps] == [
        (0, "decided"),
        (1, "undecided"),
        (7 * DAY, "decided"),
        (7 * DAY + 1, "undecided"),
        (9 * DAY, "undecided"),
    ]


def test_a_protocol_that_acts_between_visits_shows_the_moment_at_which_it_acts() -> None:
    hour = Compare(Clock("hold"), ">=", F(HOUR))
    # Only a grade of this very visit holds; a carried one would stand in the way of restarting.
    just_now = And((RULES[2].when, Known("toxicity", within=0)))
    rules = (
        Rule("hold", ON, just_now, "must", Action("hold")),
        Rule("restart", (Where("held"),), hour, "must", Action("resume", To("reduced"))),
    )
    acts = evolve(PROTOCOL, rules=rules, trackers=(), between_visits="act")
    course = Course("a patient", (visit(0, given="100 mg every day"), visit(1, toxicity=3), visit(2, toxicity=0)))
    steps = trace(acts, course).steps
    ranged = evolve(course, visits=(*course.visits[:2], evolve(visit(1.01, toxicity=0), latest=2 * DAY)))
    with pytest.raises(VisitError, match="how often the protocol acts between visits depends on a date"):
        trace(acts, ranged)
    assert [(one.visit.time, one.decision.action) for one in steps if one.visit.time > 0] == [
        (DAY, "hold"),
        (DAY + HOUR, "resume"),
        (2 * DAY, "continue"),
    ]
