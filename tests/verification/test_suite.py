"""Which courses tell mutants from a protocol: found near known ones, as few as possible, and written for other people."""

from __future__ import annotations

import csv
import io
import json
import random
from fractions import Fraction

import pytest

from protocol import load
from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.suites import as_courses, as_csv, as_html, as_sheet, fields
from protocol.adapters.to_json import document
from protocol.commands.told import is_met
from protocol.model.course import Course, Observation, Visit
from protocol.model.mutation import Suite
from protocol.verification.mutation.mutants import mutants
from protocol.verification.mutation.nearby import search
from protocol.verification.mutation.shown import difference_from, first_difference, shown, with_moments
from protocol.verification.mutation.suite import candidates, fewest, suite
from tests.verification.small import COUNTS, COURSES

EXAMPLES = from_markdown(COURSES, COUNTS).examples
MUTANTS = {one.says: one for one in mutants(COUNTS)}


def found(says: str) -> Course | None:
    return search(COUNTS, MUTANTS[says].protocol, MUTANTS[says].place).find([EXAMPLES[0].course], random.Random(1), 300)


def test_what_is_shown_is_the_decision_and_not_the_rule() -> None:
    shows = shown(COUNTS, EXAMPLES[0].course)
    assert [(one.action, one.recommended, one.state) for one in shows] == [
        ("start", "full", "on treatment"),
        ("hold", "none", "held"),
        ("continue", "none", "held"),
        ("resume", "low", "on treatment"),
        ("continue", "low", "on treatment"),
    ]


@pytest.mark.parametrize(
    ("says", "visit"),
    [
        ("hold: holds when anc <= 1 instead of anc < 1", 4),
        ("back: resumes when anc >= 1.4 instead of anc >= 1.5", 2),
        ("back: resume at the same level, else stop instead of resume at the next lower level, else stop", 3),
        ("raise: must escalate instead of may escalate", None),
    ],
)
def test_the_first_visit_that_tells_a_mutant(says: str, visit: int | None) -> None:
    assert first_difference(COUNTS, MUTANTS[says].protocol, EXAMPLES[0].course) == visit


@pytest.mark.parametrize(
    "says",
    [
        "raise: may escalate when anc > 4 instead of anc >= 4",
        "raise: must escalate instead of may escalate",
        "anc: a value is valid for 1 day instead of for 8 days",
        "otherwise: on treatment, nothing is said instead of continue",
        "back: resume at the next lower level, else hold instead of resume at the next lower level, else stop",
    ],
)
def test_a_course_is_found_near_a_known_one(says: str) -> None:
    course = found(says)
    assert course is not None
    assert first_difference(COUNTS, MUTANTS[says].protocol, course) == len(course.visits) - 1


def course(*days: int) -> Course:
    return Course(" ".join(map(str, days)), tuple(Visit(day * 1440) for day in days))


def test_candidates_have_no_beginnings_of_others() -> None:
    assert [len(one.visits) for one in candidates([course(0), course(0, 7), course(0, 14), course(0, 7)])] == [2, 2]


def test_the_fewest_courses() -> None:
    told = {
        course(0): frozenset("a"),
        course(1): frozenset("b"),
        course(0, 1): frozenset("abc"),
        course(0, 2): frozenset("cd"),
        course(0, 3): frozenset("d"),
    }
    chosen = fewest(told)
    assert frozenset().union(*(told[one] for one in chosen)) == frozenset("abcd")
    assert sum(len(one.visits) for one in chosen) <= 4


@pytest.fixture(scope="module")
def made() -> Suite:
    others = {one.name: one.protocol for one in MUTANTS.values()}
    names = {one.name: one.says for one in MUTANTS.values()}
    courses = [EXAMPLES[0].course, *(one for says in MUTANTS if (one := found(says)) is not None)]
    told = {
        one: frozenset(name for name, other in others.items() if difference_from(shown(COUNTS, one), other, one) is not None)
        for one in candidates(courses)
    }
    return suite(COUNTS, told, say=names.__getitem__)


def test_a_suite_tells_all_that_its_candidates_tell(made: Suite) -> None:
    untold = [
        says
        for says, mutant in MUTANTS.items()
        if all(difference_from(trial.shown, mutant.protocol, trial.course) is None for trial in made.trials)
    ]
    assert made.told == len(MUTANTS) - len(untold) > 30
    assert sum(len(trial.tells) for trial in made.trials) == made.told
    assert len(made.trials) < 15
    assert "hold: holds once on each reading" in untold


def test_a_suite_is_a_file_of_courses_that_the_protocol_meets(made: Suite) -> None:
    sheet = from_markdown(as_courses(made, COUNTS), COUNTS)
    assert len(sheet.examples) == len(made.trials)
    assert all(is_met(COUNTS, one) and one.generated for one in sheet.examples)


def test_a_suite_is_csv_and_json(made: Suite) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(made, COUNTS))))
    assert len(rows) == made.visits
    assert {row["permitted"] for row in rows} == {"", "escalate at full"}
    read = json.loads(document("protocol-suite/1", fields(made, COUNTS)))
    assert [len(one["visits"]) for one in read["courses"]] == [len(trial.shown) for trial in made.trials]
    assert read["courses"][0]["visits"][0]["expected"]["action"] in ("start", "continue")


def test_a_suite_is_a_sheet_to_tick_off(made: Suite) -> None:
    sheet, page = as_sheet(made, COUNTS), as_html(made, COUNTS)
    assert sheet.count("\u2610") == page.count("\u2610") == made.visits + len(made.trials) + 1
    assert "| hold: no drug, held |" in sheet
    assert "<script" not in page
    assert "undecided, on treatment" in page


def test_where_the_protocol_acts_between_visits_a_course_has_a_row_for_each_moment() -> None:
    heparin = load("heparin-raschke")
    hour = 60
    course = Course("held", (Visit(0), Visit(6 * hour, (Observation("aptt", Fraction(100)),)), Visit(12 * hour)))
    filled = with_moments(heparin, course)
    assert [visit.time for visit in filled.visits] == [0, 6 * hour, 7 * hour, 12 * hour]
    assert shown(heparin, filled) == shown(heparin, course) and len(shown(heparin, filled)) == len(filled.visits)
    assert with_moments(heparin, filled) == filled


def test_the_sheet_says_which_doses_its_levels_are_and_in_which_units_is_entered(made: Suite) -> None:
    assert "\n\nLevels: " in as_sheet(made, COUNTS) and "Units: anc in 10*9/L." in as_sheet(made, COUNTS)
