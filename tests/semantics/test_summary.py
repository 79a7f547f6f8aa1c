"""What a course comes to in numbers, each worked out by hand, and what is not known of it."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol import replay, trace
from protocol.errors import NotationError, VisitError
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Exposure, Given, Visit
from protocol.model.protocol import Level, Protocol
from protocol.model.regimen import regimen
from protocol.model.summary import PARAMETERS, Figure, Summary
from protocol.model.time import DAY
from protocol.semantics.replay import planned
from protocol.semantics.summary import UNTREATED, summary
from protocol.testing import courses, protocols
from tests.semantics.small import PROTOCOL, STARTED, WELL, visit

LOW, MIDDLE, HIGH = "100 mg every 2 days", "100 mg every day", "400 mg every day"


def summed(*visits: Visit, protocol: Protocol = PROTOCOL, exposures: tuple[Exposure, ...] = (), **options: object) -> Summary:
    course = Course("a patient", visits, exposures)
    plan = planned(protocol, course)
    return summary(protocol, trace(protocol, course), plan, exposures=exposures, **options)  # type: ignore[arg-type]


def value(found: Summary, code: str) -> F | str | None:
    """The value of a figure, else why it is not known."""
    figure = found.figure(code)
    return figure.why if figure.value is None else figure.value


def values(found: Summary, *codes: str) -> list[F | str | None]:
    return [value(found, code) for code in codes]


COURSE = (
    STARTED,
    visit(7, given="none", **WELL | {"toxicity": 3}),  # held by grade 3
    visit(12, given="none", toxicity=3),
    visit(21, given=LOW, **WELL),  # resumed one level lower, as ordered
    visit(41, given=MIDDLE, **WELL),  # raised, and nothing permits it
    visit(51, given="stopped", **WELL | {"died": "yes"}),
    visit(60),
)


def test_a_course_in_numbers() -> None:
    found = summed(*COURSE)
    # 7 days of 100 mg, 14 days held, 20 days of 100 mg every second day, 10 days of 100 mg.
    assert values(found, "TRTDURD", "TDURD", "TDOSE", "AVDDSE") == [51, 37, 700 + 1000 + 1000, F(2700, 37)]
    # As ordered: the same, but that the last ten days are at the lower level too.
    assert values(found, "TPDOSE", "TDOSINT") == [700 + 1500, F(2700, 2200) * 100]
    assert value(found, "RDI") == F(2700, 5100) * 100
    assert values(found, "TADJ", "NRAISE", "NREDUCE", "NHOLD", "HOLDDURD") == [1, 1, 1, 1, 14]
    assert found.figure("TTREDUCE") == Figure("TTREDUCE", F(21))
    assert values(found, "NDEV", "NUNDEC") == [1, 0]
    assert (found.course, found.unit) == ("a patient", "mg")


def test_the_figures_are_the_parameters_in_their_order() -> None:
    codes = [one.code for one in PARAMETERS]
    assert [one.code for one in summed(*COURSE).figures] == codes == list(dict.fromkeys(codes))
    assert [one.code for one in summed(visit(0)).figures] == codes
    assert all(len(code) <= 8 and code.isupper() for code in codes)


def test_who_had_no_drug_has_no_figures_but_those_of_the_visits() -> None:
    found = summed(visit(-3, eligible="no", died="no"))
    assert {one.why for one in found.figures if one.code not in ("NDEV", "NUNDEC")} == {UNTREATED}
    assert values(found, "NDEV", "NUNDEC") == [0, 0]


def test_a_dose_goes_on_until_the_last_visit_and_what_is_given_from_then_on_is_not_counted() -> None:
    found = summed(STARTED, visit(7, given=HIGH, **WELL))
    assert values(found, "TDURD", "TDOSE", "TTREDUCE") == [7, 700, 7]
    assert (found.figure("TRTDURD").note, found.figure("TTREDUCE").censored) == ("ongoing", True)
    assert value(summed(STARTED, visit(7, given="stopped", **WELL)), "TRTDURD") == 7
    assert summed(STARTED, visit(7, given="stopped", **WELL)).figure("TRTDURD").note == ""


def test_a_hold_that_a_stop_ends_is_no_hold_and_one_that_goes_on_is() -> None:
    held = visit(7, given="none", **WELL | {"toxicity": 3})
    stopped = summed(STARTED, held, visit(17, given="stopped", died="yes"))
    assert values(stopped, "TRTDURD", "TDURD", "NHOLD", "HOLDDURD", "TADJ", "TADJAE") == [7, 7, 0, 0, 0, 0]
    goes_on = summed(STARTED, held, visit(17, given="none", toxicity=3))
    assert values(goes_on, "TRTDURD", "TDURD", "NHOLD", "HOLDDURD", "TADJ", "TADJAE") == [7, 7, 1, 10, 1, 1]
    assert goes_on.figure("TRTDURD").note == "on hold at the last visit"
    back = summed(STARTED, held, visit(17, given=LOW, **WELL), visit(20, given="stopped"))
    assert values(back, "TRTDURD", "TDURD", "NHOLD", "HOLDDURD") == [20, 10, 1, 10]


def test_a_dose_that_is_due_every_second_day_counts_when_it_is_due() -> None:
    first = visit(0, given=LOW, eligible="yes", died="no")
    for day, doses in ((1, 1), (2, 1), (3, 2), (4, 2), (5, 3)):
        # A visit at which the same dose goes on changes nothing.
        assert value(summed(first, visit(1, given=LOW), visit(day, given="stopped")), "TDOSE") == 100 * doses


def test_exposures_that_end_between_visits_are_counted_to_the_day() -> None:
    dose = Given("regimen", regimen(MIDDLE))
    exposures = (Exposure(0, 10 * DAY, dose), Exposure(12 * DAY, 15 * DAY, dose))
    found = summed(visit(0, eligible="yes", died="no"), visit(14, **WELL), visit(20, **WELL), exposures=exposures)
    assert values(found, "TRTDURD", "TDURD", "TDOSE", "NHOLD", "HOLDDURD") == [15, 13, 1300, 2, 7]


def test_the_day_on_which_treatment_ends_counts_where_the_exposure_says_so() -> None:
    dose = Given("regimen", regimen(MIDDLE))
    stopped = visit(9, given="stopped", **WELL | {"died": "yes"})
    for end, days in ((10 * DAY, 10), (9 * DAY, 9), (None, 9)):
        found = summed(visit(0, eligible="yes", died="no"), stopped, exposures=(Exposure(0, end, dose),))
        assert values(found, "TRTDURD", "TDURD", "TDOSE", "TPDOSE", "NHOLD") == [days, days, 100 * days, 100 * days, 0]
        assert found.figure("TRTDURD").note == ""


def test_a_dose_that_nobody_knows_leaves_open_what_rests_on_it() -> None:
    found = summed(STARTED, visit(7, given="unknown", **WELL), visit(14, given=MIDDLE, **WELL), visit(21, given="stopped"))
    why = "the dose is not known from day 7 to day 14"
    unknown = ("TDOSE", "AVDDSE", "TDOSINT", "RDI", "TADJ", "TADJAE", "NRAISE", "NREDUCE", "TTREDUCE")
    assert values(found, *unknown) == [why] * len(unknown)
    assert values(found, "TRTDURD", "TDURD", "TPDOSE", "NHOLD") == [21, 21, 2100, 0]


def test_a_dose_that_is_assumed_is_counted_and_said() -> None:
    found = summed(STARTED, visit(7, **WELL | {"toxicity": 2}), visit(17, given="stopped"))
    assert value(found, "TDOSE") == 700 + 500
    assert found.figure("TDOSE").note == found.figure("TDURD").note == "10 days of them at a dose that is assumed"


def test_a_dose_off_the_ladder_counts_in_the_same_unit_and_no_other() -> None:
    def off(given: str) -> list[F | str | None]:
        return values(summed(STARTED, visit(7, given=given, **WELL), visit(9, given="stopped")), "TDOSE", "NRAISE", "NREDUCE")

    assert off("0.25 g every day") == [700 + 500, 1, 0]
    assert off("50 mg every day") == [700 + 100, 0, 1]
    assert off("5 mg/kg every day") == ["drug was given in a unit that cannot be added to that of the ladder", 0, 0]


_BY_SIZE = zip(PROTOCOL.levels, ("5 mg/kg weekly", "5 mg/kg daily", "9 mg/kg daily"), strict=True)
PER_SIZE = evolve(PROTOCOL, levels=tuple(Level(level.name, regimen(text)) for level, text in _BY_SIZE))


def test_doses_per_body_size_are_summed_up_per_body_size() -> None:
    found = summed(visit(0, given="5 mg/kg daily", eligible="yes", died="no"), visit(7, given="stopped"), protocol=PER_SIZE)
    assert (found.unit, value(found, "TDOSE")) == ("mg/kg", 35)


SINGLE = parse(
    """
protocol: single
version: "1"
time: minutes
doses: {first: 25 mg once, second: 50 mg once}
inputs: {rash: {yes or no, valid for: 60 minutes}}
otherwise: {on treatment: continue, held: continue}
rules:
  hold: {in: on treatment, when: rash, must: hold}
  start: {in: before treatment, when: always, must: start at first, supplement: 5 mg}
  next: {in: on treatment at first, when: "time since dose change >= 30 minutes", must: escalate}
  leave: {in: held, when: "not rash", must: resume at the same level}
"""
)


def test_single_doses_and_what_is_given_at_once_beside_them() -> None:
    once = [Given("regimen", regimen(text)) for text in ("25 mg once", "50 mg once")]
    found = summed(Visit(0, given=once[0]), Visit(10, given=once[0]), Visit(30, given=once[1]), protocol=SINGLE)
    assert value(found, "TDOSE") == 25 + 5 + 50
    assert value(found, "RDI") == "the first dose is one single dose"


PLACEBO = parse(
    """
protocol: blind
version: "1"
time: days
doses: {placebo: placebo every day, low: 54 mg every day}
inputs: {arm: {choice: [a, b], fixed: yes}}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "arm is a", must: start at placebo}
"""
)


def test_placebo_is_a_treatment_of_no_drug() -> None:
    dose = Given("regimen", regimen("placebo every day"))
    found = summed(Visit(0, visit(0, arm="a").observations, dose), Visit(7 * DAY, given=Given("stopped")), protocol=PLACEBO)
    assert values(found, "TDURD", "TDOSE", "AVDDSE", "TPDOSE") == [7, 0, 0, 0]
    assert values(found, "TDOSINT", "RDI") == [
        "the planned dose is 0",
        "the first dose is placebo, or no time with drug is recorded",
    ]


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_figure_of_any_course_is_known_or_says_why(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    course = data.draw(courses(protocol, ranges=True))
    try:
        found = summary(protocol, trace(protocol, course), exposures=course.exposures)
    except VisitError:
        return
    assert all((one.value is None) == bool(one.why) for one in found.figures)
    assert all(one.value is None or one.value >= 0 for one in found.figures)
    whole, on = value(found, "TRTDURD"), value(found, "TDURD")
    assert whole == on == UNTREATED or (not isinstance(on, str) and not isinstance(whole, str) and on <= whole)


# Because of an adverse event


@pytest.mark.parametrize(
    ("values_", "given", "adverse_by", "answer"),
    [
        (WELL | {"toxicity": 2}, LOW, None, 1),  # a rule that asks for a grade
        (WELL | {"anc": 0.5}, "none", None, "the dose was lowered or held by hold-low, which asks for no grade"),
        (WELL | {"anc": 0.5}, "none", ("hold-low",), 1),
        (WELL | {"anc": 0.5}, "none", ("hold-tox",), 0),
        (WELL, LOW, None, "the dose was lowered or held by no rule"),
        (WELL, LOW, ("hold-low",), "the dose was lowered or held by no rule"),
        (WELL, MIDDLE, None, 0),
        (WELL | {"response": "none"}, HIGH, None, 0),  # raised
    ],
)
def test_whether_a_dose_was_adjusted_because_of_an_adverse_event(
    values_: dict[str, object], given: str, adverse_by: tuple[str, ...] | None, answer: object
) -> None:
    found = summed(STARTED, visit(28, given=given, **values_), visit(35, given=given), adverse_by=adverse_by)
    assert value(found, "TADJAE") == answer


# As planned, and many courses


def test_the_plan_begins_with_the_dose_given_where_the_protocol_does_not_decide_to_start() -> None:
    first = visit(0, given=MIDDLE)  # nobody says whether the patient is eligible
    found = summed(first, visit(7, given=HIGH, **WELL), visit(17, given="stopped"))
    assert values(found, "TPDOSE", "TDOSE") == [1700, 700 + 4000]
    assert found.figure("TPDOSE").note == "undecided at 1 visit, where the dose stands"


def test_the_plan_follows_the_protocol_from_its_own_start() -> None:
    first = visit(0, given=HIGH, eligible="yes", died="no")
    assert values(summed(first, visit(10, given="stopped", **WELL)), "TPDOSE", "TDOSINT") == [1000, 400]


def test_courses_are_replayed_one_by_one_as_given_or_as_recommended() -> None:
    courses = [Course("given", COURSE), Course("also", COURSE[:2])]
    assert list(replay(PROTOCOL, courses)) == [trace(PROTOCOL, one) for one in courses]
    (alone,) = replay(PROTOCOL, courses[:1], follow="recommended")
    assert all(one.assumed and one.verdict is None for one in alone.steps)
    assert [str(one.state.dose) for one in alone.steps] == ["starting", "none", "none", "reduced", "reduced", "none", "none"]
    endless = (one for one in [courses[0], None])
    found = replay(PROTOCOL, endless)  # type: ignore[arg-type]
    assert next(found).course == "given"
    with pytest.raises(NotationError, match="one of the courses is None"):
        next(found)


def test_what_cannot_be_replayed_names_the_course() -> None:
    with pytest.raises(NotationError, match=r"'follow' is the text 'both'\. Give 'given' or 'recommended'"):
        replay(PROTOCOL, [], follow="both")  # type: ignore[arg-type]
    with pytest.raises(VisitError, match="'a patient': "):
        list(replay(PROTOCOL, [Course("a patient", (visit(0, nothing=1),))]))
