"""Where a protocol is silent it is said what it answers to the nearest findings, so that the gap between two lines is seen."""

from __future__ import annotations

from fractions import Fraction

import pytest

import protocol
from protocol.adapters.story import say_reading
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.model.time import DAY
from protocol.verification.patients.nearest import nearest

BANDS = parse("""protocol: bands
version: 1
doses: {low: 50 mg daily, full: 100 mg daily}
inputs:
  aptt: {unit: s, plausible: 0 to 300, valid for: 1 day}
  alt: {unit: U/L, plausible: 0 to 10000, valid for: 1 day}
  toxicity: {grade: CTC 2.0, valid for: 1 day}
  arm: {choice: [a, b], valid for: 1 day}
rules:
  start: {in: before treatment, when: always, must: start at low}
  raise: {in: on treatment, when: "arm is a and aptt <= 45", must: escalate}
  keep: {in: on treatment, when: "arm is a and aptt >= 46 or alt <= 2 x ULN and alt > ULN", must: continue}
  hold: {in: on treatment, when: "toxicity >= 3", must: hold}
""")


def said(*readings: Observation, before: tuple[Observation, ...] = ()) -> list[str]:
    course = Course("one", (Visit(0), Visit(DAY, before), Visit(2 * DAY, readings)))
    return [f"{say_reading(one)}: {step.decision.action}" for one, step in nearest(BANDS, course, 2 * DAY)]


ARM = Observation("arm", "a")


@pytest.mark.parametrize(
    ("readings", "nearby"),
    [
        ((ARM, Observation("aptt", Fraction("45.5"))), ["aptt 45: escalate", "aptt 46: continue"]),
        ((ARM, Observation("toxicity", 1)), ["toxicity 3: hold"]),
        ((ARM, Observation("alt", 30, upper=Fraction(30))), ["alt 31 (normal up to 30): continue"]),
        ((ARM, Observation("alt", 90, upper=Fraction(30))), ["alt 60 (normal up to 30): continue"]),
        ((ARM, Observation("aptt", 60)), []),
        ((ARM, Observation("aptt", Fraction("45.5"), censored="<")), []),
    ],
)
def test_the_nearest_answers_of_what_is_new_are_told(readings: tuple[Observation, ...], nearby: list[str]) -> None:
    assert said(*readings, before=(ARM,)) == nearby


POINT = parse("""protocol: point
version: 1
doses: {low: 50 mg daily}
inputs:
  anc: {unit: /uL, plausible: 0 to 20000, valid for: 1 day}
  aec: {unit: 10*9/L, plausible: 0 to 100, valid for: 1 day}
rules:
  start: {in: before treatment, when: always, must: start at low}
  severe: {in: on treatment, when: "anc < 500", must: hold}
  moderate: {in: on treatment, when: "anc > 500 and anc < 501", must: continue}
  few: {in: on treatment, when: "aec < 1.5", must: hold}
  many: {in: on treatment, when: "aec > 1.5", must: continue}
""")


@pytest.mark.parametrize(
    ("reading", "nearby"),
    [
        (Observation("anc", Fraction(500)), ["anc 499: hold", "anc 500.1: continue"]),
        (Observation("aec", Fraction("1.5")), ["aec 1.4: hold", "aec 1.6: continue"]),
    ],
)
def test_beside_a_gap_of_one_value_the_next_whole_number_or_decimal_is_told(reading: Observation, nearby: list[str]) -> None:
    course = Course("one", (Visit(0), Visit(DAY, (reading,))))
    assert [f"{say_reading(one)}: {step.decision.action}" for one, step in nearest(POINT, course, DAY)] == nearby


def test_where_nothing_is_new_each_finding_is_tried() -> None:
    readings = (Observation("arm", "b"), Observation("aptt", 60))
    assert said(*readings, before=readings) == ["arm a: continue"]


def test_at_a_visit_that_is_not_there_nothing_is_near() -> None:
    assert list(nearest(BANDS, Course("one", (Visit(0),)), DAY)) == []


def test_a_printed_gap_of_a_shipped_protocol_is_told_by_the_lines_beside_it() -> None:
    """The rows of the label are printed in whole cells: 999 and 1,000."""
    clozapine = protocol.load("clozapine-anc")
    readings = {"ended": "no", "severe-before": "no"}
    first = protocol.visit(clozapine, 0, {**readings, "anc": "1500"}, given="prescribed")
    course = Course("one", (first, protocol.visit(clozapine, 1, {**readings, "anc": "999.5"})))
    told = [f"{say_reading(one)}: {step.decision.rule}" for one, step in nearest(clozapine, course, DAY)]
    assert told == ["anc 999: interrupt-moderate", "anc 1000: go-on-low"]
