"""A protocol whose grades are meant by other criteria: what it asks then, what stays and why, and that it is still one.

PROTOCOL_GOLDEN=write writes the golden files anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
from fractions import Fraction
from functools import cache
from pathlib import Path

import attrs
import pytest

from protocol import initial, load, step
from protocol.adapters.regrading_text import say_regrading
from protocol.checks import findings
from protocol.errors import NotationError
from protocol.language.from_yaml import parse
from protocol.language.shipped import shipped_names
from protocol.language.to_yaml import print_protocol
from protocol.model.course import Observation, Visit
from protocol.model.input import Grade
from protocol.model.protocol import Protocol
from protocol.model.regrading import Regrading
from protocol.model.said import say_guard
from protocol.semantics.scales import CRITERIA
from protocol.verification.regrading.graded import grades_behind
from protocol.verification.regrading.regrade import regrade, regraded

GOLDEN = Path(__file__).parent / "golden"

SMALL = """
protocol: small
version: "1"
doses: {low: 50 mg daily, high: 100 mg daily}
sources: {ours: this test}
otherwise: {on treatment: continue, held: continue}
inputs:
  platelets: {unit: /uL, plausible: 0 to 1000000, valid for: 8 days, graded by: CTC 2.0 platelets}
  alt: {unit: U/L, plausible: 0 to 9000, valid for: 8 days, graded by: CTC 2.0 ALT}
  hb: {unit: g/dL, plausible: 0 to 30, valid for: 8 days, graded by: CTC 2.0 haemoglobin}
  lymphocytes: {unit: 10*9/L, plausible: 0 to 99, valid for: 8 days}
  toxicity: {grade: CTC 2.0, valid for: 8 days}
trackers:
  nadir: {lowest: platelets}
  peak: {highest: alt}
rules:
  hold: {in: on treatment, when: "%s", must: hold, source: ours}
  start: {in: before treatment, when: always, must: start at high, source: ours}
  resume: {in: held, when: "not (%s)", must: resume at the same level, source: ours}
properties:
  held-in-time: {never: "on treatment while platelets < 10000 or alt > 20 x ULN", source: ours}
"""


@cache
def small(asks: str = "grade(platelets) >= 4") -> Protocol:
    return parse(SMALL % (asks, asks), "small.yaml")


def asked(regrading: Regrading) -> list[str]:
    return [f"{one.place}: {say_guard(one.asks)} -> {say_guard(one.after)}" for one in regrading.changed]


def printed(protocol: Protocol, place: str) -> str:
    return say_guard(protocol.rule(place).when)


BEHIND = """
    rule hold-cytopenia                         anc < 1                >= 3
    rule hold-cytopenia                         platelets < 50         >= 3
    rule hold-hepatic                           bilirubin > 3 x ULN    >= 3
    rule hold-hepatic                           alt > 5 x ULN          >= 3
    rule resume-after-cytopenia                 anc >= 1.5             <= 1
    rule resume-after-cytopenia                 platelets >= 75        <= 1
    rule resume-after-hepatic                   bilirubin < 1.5 x ULN  <= 1, but for the bound itself
    rule resume-after-hepatic                   alt < 2.5 x ULN        <= 1, but for the bound itself
    derived input eligible                      bilirubin < 2          none
    derived input complete-remission            platelets >= LLN       none
    tracker cytopenia-episodes                  anc < 1                >= 3
    property recovery-ends-the-hold             anc >= 1.5             <= 1
"""


def test_the_thresholds_of_imatinib_are_grades_of_ctc_2_0() -> None:
    found = set()
    for one in grades_behind(load("imatinib-hes"), "CTC 2.0"):
        but = "" if one.grade is None or one.grade.exact else ", but for the bound itself"
        found.add((one.place, say_guard(one.asks), f"{one.grade.operator} {one.grade.grade}{but}" if one.grade else "none"))
    lines = [line.strip() for line in BEHIND.strip().splitlines()]
    assert {tuple(part.strip() for part in line.split("  ") if part.strip()) for line in lines} <= found


def test_without_criteria_only_inputs_that_say_theirs_are_looked_at() -> None:
    assert {one.input for one in grades_behind(load("imatinib-hes"))} == {"anc", "platelets"}
    assert grades_behind(load("imatinib-label")) == ()


# The shipped protocols


GOLDENS = [*(("imatinib-hes", criteria) for criteria in CRITERIA[1:]), ("imatinib-label/advanced", "CTCAE 5.0")]


@pytest.mark.parametrize(("name", "criteria"), GOLDENS)
def test_what_is_asked_otherwise_is_told(name: str, criteria: str) -> None:
    without_properties = attrs.evolve(load(name), properties=())
    said = say_regrading(name, regrade(without_properties, criteria, "CTC 2.0"), 100) + "\n"
    file = GOLDEN / f"regrade-{name.replace('/', '-')}-{criteria.lower().replace(' ', '-')}.txt"
    if os.environ.get("PROTOCOL_GOLDEN") == "write":
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("criteria", ["CTCAE 5.0", "CTCAE 6.0"])
@pytest.mark.parametrize("name", shipped_names())
def test_a_regraded_protocol_is_printed_and_read_again(name: str, criteria: str) -> None:
    protocol = regraded(load(name), criteria, "CTC 2.0")
    assert parse(print_protocol(protocol), "regraded.yaml") == protocol


@pytest.mark.parametrize("name", shipped_names())
def test_by_its_own_criteria_a_protocol_asks_what_it_asked(name: str) -> None:
    protocol = load(name)
    own = next((item.kind.criteria for item in protocol.inputs if isinstance(item.kind, Grade)), "CTC 2.0")
    again = regrade(protocol, own, "CTC 2.0" if own == "CTC 2.0" else "")
    kind = Grade(again.criteria)  # 'CTC 3.0' is CTCAE 3.0
    inputs = tuple(attrs.evolve(item, kind=kind) if isinstance(item.kind, Grade) else item for item in protocol.inputs)
    assert again.protocol == attrs.evolve(protocol, version=again.protocol.version, inputs=inputs)
    assert not again.changed and not again.added


@pytest.mark.parametrize("criteria", CRITERIA[1:])
@pytest.mark.parametrize("name", ["imatinib-hes", "imatinib-label", "imatinib-label/advanced"])
def test_nothing_is_wrong_with_a_regraded_protocol_that_was_not_before(name: str, criteria: str) -> None:
    protocol = load(name)
    before = {(one.code, one.place) for one in findings(protocol)}
    assert {(one.code, one.place) for one in findings(regraded(protocol, criteria, "CTC 2.0"))} <= before


def test_a_grade_that_is_reported_has_its_criteria_named_anew_and_nothing_else() -> None:
    protocol, again = load("lenalidomide-us"), regrade(load("lenalidomide-us"), "CTCAE 5.0")
    assert again.protocol.input("toxicity").kind == Grade("CTCAE 5.0")
    assert again.reported == ("toxicity",)
    assert again.protocol.rules == protocol.rules
    assert again.protocol.version == "1, graded by CTCAE 5.0"
    assert "toxicity: as reported." in say_regrading("small", again, 200)


# Small protocols


def test_a_grade_is_asked_as_before_and_means_something_else() -> None:
    again = regrade(small(), "CTCAE 5.0")
    assert printed(again.protocol, "hold") == "grade(platelets) >= 4"
    assert again.protocol.input("platelets").graded_by == ("CTCAE 5.0", "platelets")
    assert asked(again) == [
        "rule hold: grade(platelets) >= 4 -> platelets < 25000",
        "rule resume: grade(platelets) >= 4 -> platelets < 25000",
    ]


def test_a_threshold_is_regraded_only_if_that_is_asked_for() -> None:
    plain = small("platelets < 10000")
    assert regrade(plain, "CTCAE 5.0").protocol.rules == plain.rules
    again = regrade(plain, "CTCAE 5.0", "CTC 2.0")
    assert printed(again.protocol, "hold") == "platelets < 25000"
    assert printed(again.protocol, "resume") == "not platelets < 25000"


@pytest.mark.parametrize(
    ("asks", "becomes"),
    [
        ("platelets >= 10000", "platelets >= 25000"),
        ("platelets <= 10000", "platelets <= 25000"),
        ("platelets > 10000", "platelets > 25000"),
        ("platelets < 20000", "platelets < 20000"),
        ("platelets < 50000", "platelets < 50000"),
        ("alt > 2.5 x ULN", "alt > 3 x ULN and alt > 3 x baseline"),
        ("alt <= 2.5 x ULN", "alt <= 3 x ULN or alt <= 3 x baseline"),
        ("alt < 2.5 x ULN", "alt < 3 x ULN or alt < 3 x baseline"),
        ("alt >= 2.5 x ULN", "alt >= 3 x ULN and alt >= 3 x baseline"),
        ("alt > 5 x LLN", "alt > 5 x LLN"),
        ("lymphocytes < 1", "lymphocytes < 0.8"),
        ("nadir < 10000", "nadir < 25000"),
        ("nadir >= 50000", "nadir >= 50000"),
        ("peak > 200", "peak > 200"),
        ("toxicity >= 3", "toxicity >= 3"),
    ],
)
def test_a_threshold_becomes_that_of_the_same_grade_and_keeps_its_side(asks: str, becomes: str) -> None:
    assert printed(regraded(small(asks), "CTCAE 5.0", "CTC 2.0"), "hold") == becomes


def test_what_a_property_claims_is_regraded_too() -> None:
    again = regraded(small(), "CTCAE 5.0", "CTC 2.0")
    assert "platelets < 25000 or alt > 20 x ULN and alt > 20 x baseline" in print_protocol(again)


def test_where_the_criteria_ask_what_the_baseline_was_an_input_says_it() -> None:
    again = regrade(small("grade(alt) >= 3"), "CTCAE 6.0", "CTC 2.0")
    assert printed(again.protocol, "hold") == "not alt-was-high and alt > 5 x ULN or alt-was-high and alt > 2 x baseline"
    assert again.added == ("alt-was-high",)
    assert again.protocol.input("alt-was-high").fixed
    assert again.unverified and again.protocol.version == "1, graded by CTCAE 6.0 (unverified)"
    assert "small, graded by CTCAE 6.0, unverified" in say_regrading("small", again, 200)
    assert parse(print_protocol(again.protocol), "regraded.yaml") == again.protocol


@pytest.mark.parametrize(
    ("asks", "criteria", "place", "why", "is_grade"),
    [
        ("grade(hb) >= 4", "CTCAE 5.0", "input hb", "CTCAE 5.0 has no grade 4 for a value of haemoglobin", True),
        ("hb < 6.5", "CTCAE 5.0", "rule hold", "CTCAE 5.0 has no grade 4 for a value of haemoglobin", True),
        ("lymphocytes < 1", "CTCAE 6.0", "input lymphocytes", "'lymphocytes' is not a term of CTCAE 6.0", True),
        ("lymphocytes < 2", "CTCAE 6.0", "input lymphocytes", "'lymphocytes' is not a term of CTCAE 6.0", False),
        ("platelets < 20000", "CTCAE 5.0", "rule hold", "it is no grade of platelets by CTC 2.0", False),
        ("peak > 200", "CTCAE 5.0", "rule hold", "it is no grade of ALT by CTC 2.0", False),
    ],
)
def test_what_cannot_be_regraded_stays_and_is_told(asks: str, criteria: str, place: str, why: str, is_grade: bool) -> None:
    again = regrade(small(asks), criteria, "CTC 2.0")
    assert printed(again.protocol, "hold") == asks
    assert (place, why, is_grade) in {(one.place, one.why, one.is_grade) for one in again.kept}
    assert bool(again.open) is is_grade
    assert why in say_regrading("small", again, 200)


def test_a_grade_that_stays_is_still_meant_by_the_old_criteria() -> None:
    again = regraded(small("grade(hb) >= 4"), "CTCAE 5.0")
    assert again.input("hb").graded_by == ("CTC 2.0", "haemoglobin")
    assert again.input("alt").graded_by == ("CTCAE 5.0", "ALT")


def test_a_table_is_left_as_its_source_prints_it() -> None:
    again = regrade(load("ruxolitinib-myelofibrosis"), "CTCAE 5.0", "CTC 2.0")
    assert again.protocol.tables == load("ruxolitinib-myelofibrosis").tables
    assert any("." in one.place and "it stands in a table" in one.why for one in again.kept)


def test_criteria_that_there_are_not_are_refused() -> None:
    with pytest.raises(NotationError, match=r"there are no criteria 'CTCAE 9'"):
        regrade(small(), "CTCAE 9")


# What is decided


@pytest.mark.parametrize(("criteria", "action"), [("CTC 2.0", "continue"), ("CTCAE 5.0", "hold"), ("CTCAE 6.0", "continue")])
def test_platelets_of_20_are_held_by_grade_4_of_one_version_and_not_of_another(criteria: str, action: str) -> None:
    protocol = regraded(small(), criteria)
    state = initial(protocol)
    for day in (0, 7):
        visit = Visit(day * 1440, (Observation("platelets", Fraction(20000), lower=Fraction(150000)),))
        taken = step(protocol, state, visit)
        state = taken.state
    assert taken.decision.action == action
