"""How monitoring is read: in one line of a visit, in the whole explanation, as CSV, and as what a course expects."""

from __future__ import annotations

import csv
import io

import pytest

from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.to_csv import to_csv
from protocol.adapters.to_text import explanation, visit_text
from protocol.checks.expectations import differences
from protocol.errors import InputError
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Visit
from protocol.model.decision import Step, Trace
from protocol.semantics.coverage import coverage
from protocol.semantics.trace import trace
from tests.semantics.small import after, visit

PROTOCOL = parse("""
protocol: small
version: "1"
sources: {label: The label}
doses: {low: 50 mg daily, high: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  rash: {yes or no, valid for: 8 days}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "anc >= 1", must: start at high}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  resume: {in: held, when: "anc >= 1", must: "resume at the next lower level, else stop"}
monitoring:
  daily: {of: anc, every: 1 day, when: "anc < 1"}
  thrice: {of: anc, every: 2 to 3 days, when: "anc < 1.5", source: "label, table 6"}
  weekly: {of: anc, every: 7 days, when: always, source: label}
  skin: {of: rash, every: 5 days, when: rash, in: [on treatment, held]}
""")
COURSE = """
## a patient

| elapsed | anc | rash | expect monitoring |
|---|---|---|---|
| -1 | 2 | no | weekly |
| 0 | 2 | no | weekly |
| 7 | 1.2 | no | thrice |
| 9 | | no | thrice |
| 11 | | no | thrice |
| 12 | not done | no | daily |
| 13 | 0.8 | yes | daily, skin |
| 14 | not done | not done | daily, skin |
"""


def read(text: str = COURSE) -> tuple[Course, Trace, list[list[tuple[str, str]]]]:
    (example,) = from_markdown(text, PROTOCOL, "courses.md").examples
    pairs = [[(item.column, item.value) for item in items] for items in example.expectations]
    return example.course, trace(PROTOCOL, example.course), pairs


def at(day: int) -> Step:
    return next(step for step in read()[1].steps if step.visit.time == day * 1440)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (0, "next anc on day 7 (weekly)"),
        (7, "next anc on day 9 to day 10 (thrice)"),
        (9, "anc due now (thrice)"),
        (11, "anc overdue since day 10 (thrice)"),
        (12, "anc overdue since day 10 (daily, unless anc says otherwise; that of day 7 no longer counts)"),
        (13, "next anc on day 14 (daily); next rash on day 18 (skin)"),
        (14, "anc due now (daily, unless anc says otherwise; that of day 13 no longer counts); next rash on day 18 (skin"),
    ],
)
def test_a_visit_says_when_the_next_measurement_is_due_and_by_which_entry(day: int, said: str) -> None:
    assert said in " ".join(visit_text(at(day), PROTOCOL).split())


def explained(day: int) -> str:
    return explanation(at(day), PROTOCOL, 200)


def test_the_explanation_says_how_often_by_which_source_and_what_leaves_it_open() -> None:
    assert "  anc: every 2 to 3 days (thrice), next on day 9 to day 10; label, table 6\n" in explained(7)
    assert "  rash: no entry holds here, so nothing is due" in explained(7)
    assert (
        "  anc: every day (daily), overdue since day 10; no anc counts any more, the last one is of day 7; "
        "it could also be thrice or weekly, depending on anc: the one that measures most often counts\n"
    ) in explained(12)
    assert (
        "  rash: every 5 days (skin), next on day 18; no rash counts any more, the last one is of day 13; "
        "it could also be none, depending on rash"
    ) in explained(14)
    assert "To be measured\n  anc: overdue since day 10" in explained(12)


OWN = parse("""
protocol: small
version: "1"
doses: {only: 50 mg daily}
inputs:
  wbc: {unit: 10*9/L, plausible: 0 to 100, valid for: 40 days, every: 7 days}
  aec: {unit: 10*9/L, plausible: 0 to 100, valid for: 40 days, every: 7 days}
  creatinine: {unit: mg/dL, plausible: 0 to 30, valid for: 40 days, every: 14 to 28 days}
  rash: {yes or no, valid for: 8 days}
otherwise: {on treatment: continue}
rules: {start: {in: before treatment, when: always, must: start at only}, stop: {in: on treatment, when: rash, must: stop}}
""")


def own(*visits: Visit) -> Step:
    return after(*visits, protocol=OWN)


BEGUN = visit(0, wbc=4, aec=0.2)


@pytest.mark.parametrize(
    ("visits", "lines"),
    [
        ((visit(-1, wbc=4),), ["wbc: every week, next on day 6"]),
        (
            (BEGUN,),
            [
                "wbc and aec: every week, next on day 7",
                "creatinine: every 2 to 4 weeks, never measured, next on day 14 to day 28",
            ],
        ),
        (
            (BEGUN, visit(7, wbc=4, creatinine=1)),
            [
                "wbc: every week, next on day 14",
                "aec: every week, due now",
                "creatinine: every 2 to 4 weeks, next on day 21 to day 35",
            ],
        ),
        (
            (BEGUN, visit(29)),
            [
                "wbc and aec: every week, overdue since day 7",
                "creatinine: every 2 to 4 weeks, never measured, overdue since day 28",
            ],
        ),
        ((BEGUN, visit(9, creatinine=1), visit(30)), ["creatinine: every 2 to 4 weeks, due since day 23"]),
    ],
)
def test_the_explanation_says_when_an_input_with_a_schedule_of_its_own_is_due(
    visits: tuple[Visit, ...], lines: list[str]
) -> None:
    said = explanation(own(*visits), OWN, 200)
    assert all(f"\n  {line}\n" in f"{said}\n" for line in lines)


def test_after_a_stop_no_schedule_goes_on() -> None:
    assert "How often" not in explanation(own(BEGUN, visit(7, rash="yes")), OWN, 200)


def test_a_visit_says_only_what_is_overdue_of_them() -> None:
    assert "missing: rash; wbc and aec overdue since day 7." in visit_text(own(BEGUN, visit(9)), OWN, 200)
    assert "aec overdue since day 7" in visit_text(own(BEGUN, visit(7, wbc=4), visit(14)), OWN, 200)
    assert "wbc" not in visit_text(own(BEGUN, visit(7)), OWN, 200)


def test_csv_has_the_schedules_of_a_visit_in_one_cell() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv([read()[1]]))))
    assert [row["monitoring"] for row in rows[-2:]] == ["anc: every day (daily); rash: every 5 days (skin)"] * 2


def test_a_course_expects_the_entries_that_count() -> None:
    course, found, expected = read()
    assert differences(course, expected, found) == ()
    (wrong,) = differences(*read(COURSE.replace("| 7 | 1.2 | no | thrice |", "| 7 | 1.2 | no | weekly, skin |"))[::2], found)
    assert (wrong.column, wrong.got) == ("monitoring", "thrice")


def test_an_entry_that_there_is_not_cannot_be_expected() -> None:
    with pytest.raises(InputError, match=r"has the monitoring 'dayly'[\s\S]*did you mean 'daily'"):
        read(COURSE.replace("daily, skin", "dayly, skin"))


def test_each_entry_is_a_goal_of_coverage() -> None:
    found = read()[1]
    everything = coverage(PROTOCOL, [(found, (True,) * len(found.steps))])
    assert {name for kind, name in everything.reached if kind == "monitoring"} == {"daily", "thrice", "weekly", "skin"}
    first = coverage(PROTOCOL, [(found, (True, *(False,) * (len(found.steps) - 1)))])
    assert "not reached: monitoring skin" in first.lines()
    assert "monitoring: 1 of 4" in first.lines()
