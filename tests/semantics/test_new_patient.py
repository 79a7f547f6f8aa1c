"""Drug that is resumed as in a new patient: clocks and trackers begin anew, by rule or because it was given so."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol.checks.properties_of_course import judged
from protocol.errors import NotationError
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Given, Visit
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from protocol.semantics.trackers import bounds
from tests.semantics.small import after, visit

PROTOCOL = parse("""
protocol: interrupted
version: "1"
doses: {low: 100 mg every day, high: 200 mg every day}
inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}}
trackers: {nadir: {lowest: anc, measured only: yes}}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  back:
    in: held by hold
    when: "anc >= 1 and nadir >= 0"
    columns: ["time on hold"]
    rows:
      "<= 30 days": [resume at the same level]
      ">= 30 days": [resume at the same level as a new patient]
""")
LOW = PROTOCOL.levels[0].regimen


def held(days: int, given: Given | None = None, protocol: Protocol = PROTOCOL) -> Step:
    """The visit at which counts are back, so many days after drug was interrupted on day 10."""
    last = evolve(visit(10 + days, anc=2), given=given)
    return after(visit(0), visit(10, anc=0), last, protocol=protocol)


@pytest.mark.parametrize(("days", "rule", "started"), [(29, "back.1.1", 0), (31, "back.2.1", 41)])
def test_the_course_begins_anew_where_a_rule_says_so(days: int, rule: str, started: int) -> None:
    taken = held(days)
    assert (taken.decision.status, taken.decision.rule, taken.state.started) == ("decided", rule, started * DAY)
    low, high, _ = bounds(PROTOCOL, taken.state, taken.visit.time)["nadir"]
    assert (low, high) == ((F(0), F(0)) if started == 0 else (F(0), F(100)))


def test_where_the_source_prints_both_the_decision_names_both_and_nothing_is_begun() -> None:
    taken = held(30)
    assert (taken.decision.status, taken.decision.conflict) == ("undecided", ("back.1.1", "back.2.1"))
    assert (str(taken.state.control), taken.state.started) == ("held", 0)


@pytest.mark.parametrize(("anew", "started"), [(False, 0), (True, 40)])
def test_what_was_given_says_by_which_of_the_two(anew: bool, started: int) -> None:
    taken = held(30, Given("regimen", LOW, anew=anew))
    assert taken.verdict is not None and taken.verdict.permitted == "every"
    assert (str(taken.state.control), taken.state.started) == ("on treatment", started * DAY)


def test_drug_given_as_in_a_new_patient_where_nothing_says_so_is_a_deviation_that_the_state_follows() -> None:
    taken = held(29, Given("regimen", LOW, anew=True))
    assert [one.kind for one in taken.deviations] == ["begun anew without reason"]
    assert taken.state.started == 39 * DAY


def test_drug_given_as_in_a_new_patient_during_a_hold_is_resumed_too_early() -> None:
    early = after(visit(0), visit(10, anc=0), evolve(visit(12), given=Given("regimen", LOW, anew=True)), protocol=PROTOCOL)
    assert [one.kind for one in early.deviations] == ["resumed too early"]
    assert early.verdict is not None and early.verdict.permitted == "none"


@pytest.mark.parametrize("kind", ["none", "stopped", "unknown"])
def test_only_drug_can_be_given_anew(kind: str) -> None:
    with pytest.raises(NotationError):
        Given(kind, anew=True)  # type: ignore[arg-type]
    assert isinstance(Visit(0, given=Given("regimen", LOW, anew=True)), Visit)


MAY_COME_BACK = parse("""
protocol: interrupted
version: "1"
doses: {low: 100 mg every day, high: 200 mg every day}
inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  back: {in: held by hold, when: "anc >= 1", may: resume at the same level as a new patient}
properties: {resumed: {never: "resume"}}
""")


def test_drug_that_may_come_back_as_in_a_new_patient_is_a_resumption_for_a_property() -> None:
    days = (visit(0), visit(10, anc=0), evolve(visit(20, anc=2), given=Given("regimen", LOW, anew=True)))
    failures = judged(MAY_COME_BACK, Course("c", days)).failures
    assert [(one.property.name, one.time) for one in failures] == [("resumed", 20 * DAY)]
