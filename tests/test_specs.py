"""The shipped protocols: sound, covered by their hand-written courses, and in agreement with every verdict written by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import protocol as package
from protocol import trace
from protocol.adapters.from_file import from_file
from protocol.adapters.selection import under
from protocol.adapters.sheet import Example, Sheet
from protocol.checks import findings
from protocol.checks.expectations import differences, steps_of
from protocol.checks.properties_of_course import judged
from protocol.language.from_yaml import parse
from protocol.language.shipped import courses_of, find, shipped_names
from protocol.language.to_yaml import print_protocol
from protocol.model.property import family_of
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from protocol.semantics.coverage import coverage

ASSERTED = {"dose", "rule", "status"}


@cache
def load(name: str) -> Protocol:
    return package.load(name)


@cache
def sheets(name: str) -> list[tuple[Path, Sheet]]:
    return [(file, from_file(file, load(name))) for file in courses_of(find(name))]


traced = cache(trace)
"""The decisions of a course, which more than one test asks."""

SHIPPED = [pytest.param(name, id=name) for name in shipped_names()]
COURSES = [
    pytest.param(name, read, example, id=f"{name}/{file.stem}/{example.course.name}")
    for name in shipped_names()
    for file, sheet in sheets(name)
    for read in [under(load(name), sheet.readings)]
    for example in sheet.examples
]


def test_imatinib_hes_is_shipped() -> None:
    assert "imatinib-hes" in shipped_names()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_protocol_has_no_findings_under_any_single_reading(name: str) -> None:
    protocol = load(name)
    assert findings(protocol) == ()
    for question in protocol.interpretations:
        for reading in question.readings:
            found = findings(protocol.with_reading(question.name, reading.name))
            # Leaving the ladder without a word is what the reading 'not-stated' says.
            assert [one for one in found if one.code != "F002" or reading.name != "not-stated"] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_protocol_is_the_same_after_printing_and_parsing(name: str) -> None:
    assert parse(print_protocol(load(name))) == load(name)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_rule_has_its_source_and_a_paraphrase(name: str) -> None:
    assert [rule.name for rule in load(name).rules if rule.source is None or not rule.says] == []


@pytest.mark.parametrize(("name", "protocol", "example"), COURSES)
def test_a_course_is_decided_as_written_by_hand(name: str, protocol: Protocol, example: Example) -> None:
    pairs = [[(item.column, item.value) for item in items] for items in example.expectations]
    assert differences(example.course, pairs, traced(protocol, example.course)) == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_courses_that_assert_dose_rule_and_status_reach_everything(name: str) -> None:
    protocol = load(name)
    covered = []
    for _, sheet in sheets(name):
        if under(protocol, sheet.readings) == protocol:
            for example in sheet.examples:
                run = traced(protocol, example.course)
                covered.append((run, asserting(example, run)))
    assert coverage(protocol, covered).missed == ()


def asserting(example: Example, run: object) -> list[bool]:
    steps = zip(steps_of(example.course, run), example.expectations, strict=True)  # type: ignore[arg-type]
    counted = [step for step, items in steps if {item.column for item in items} >= ASSERTED]
    return [any(step is one for one in counted) for step in run.steps]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "protocol", "example"), COURSES)
def test_no_shipped_course_breaks_a_property_that_is_expected_to_hold(name: str, protocol: Protocol, example: Example) -> None:
    if protocol != load(name):
        return  # under other readings some do not hold, as their notes say
    failures = [one for one in judged(protocol, example.course).failures if one.certain and not one.property.waiver]
    broken = [one for one in failures if one.property.expected == "holds"]
    assert [(one.property.name, one.time) for one in broken] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_protocol_has_properties_of_all_four_families(name: str) -> None:
    assert {family_of(one) for one in load(name).properties} == {"must not", "must act", "only if", "frame"}
    assert [one.name for one in load(name).properties if one.source is None] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_shipped_protocol_is_expected_to_break_is_shown_by_a_course(name: str) -> None:
    protocol = load(name)
    examples = {
        one.course.name: one for _, sheet in sheets(name) for one in sheet.examples if under(protocol, sheet.readings) == protocol
    }
    for item in protocol.properties:
        if item.expected == "fails":
            failures = judged(protocol, examples[item.course].course).failures
            assert (item.name, True) in [(one.property.name, one.certain) for one in failures]


def test_what_ends_treatment_at_the_lowest_level_breaks_the_eight_weeks() -> None:
    ((_, sheet),) = [(file, sheet) for file, sheet in sheets("imatinib-hes") if file.name == "courses-lowest-level-stop.md"]
    (example,) = [one for one in sheet.examples if one.course.name == "Grade 2 again at the lowest level"]
    failures = judged(under(load("imatinib-hes"), sheet.readings), example.course).failures
    broken = [(one.property.name, one.time) for one in failures if one.certain]
    assert broken == [("stopped-only-for-its-reasons", 42 * DAY), ("eight-weeks", 42 * DAY)]


def test_the_shipped_courses_show_that_400_mg_can_be_reached() -> None:
    ((_, sheet),) = [(file, sheet) for file, sheet in sheets("imatinib-hes") if file.name == "courses.md"]
    assert any("can-reach-400" in judged(load("imatinib-hes"), one.course).shown for one in sheet.examples)


def cortes() -> list[Example]:
    ((_, sheet),) = [(file, sheet) for file, sheet in sheets("imatinib-hes") if file.name == "courses.md"]
    patients = [one for one in sheet.examples if one.course.name.startswith(("Patient ", "The patient "))]
    assert len(patients) == 10, "nine patients; the one who died is one of three and has a course of his own"
    return patients


@pytest.mark.parametrize("example", [pytest.param(one, id=one.course.name) for one in cortes()])
def test_every_dose_change_of_the_nine_patients_has_a_verdict_written_by_hand(example: Example) -> None:
    for visit, items in zip(example.course.visits, example.expectations, strict=True):
        assert visit.given is None or "permitted" in {item.column for item in items}
