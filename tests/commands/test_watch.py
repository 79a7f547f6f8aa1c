"""The command `watch`: the numbers of each rule, where it is true, and the same for programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from protocol.adapters.watched import watched
from protocol.adapters.watched_text import share
from protocol.cli import run
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.semantics.watch import watch
from tests.test_cli import SPEC

Output = pytest.CaptureFixture[str]

COURSES = """\
## patient 1

| elapsed | anc | platelets | response | given |
|---|---|---|---|---|
| 0 | 4.0 | 210 | none | 400 mg every day |
| 7 | 0.8 | | | none |
| 14 | | 40 | | none |
| 40 | | | none | 100 mg every day |

## patient 2

| elapsed | anc | platelets |
|---|---|---|
| 0 | 4.0 | |
| 7 to 60 | 900 | 45 |
"""


@pytest.fixture
def courses(desk: Path) -> str:
    (desk / "watched.md").write_text(COURSES, encoding="utf-8")
    return "watched.md"


def printed(capsys: Output, *arguments: str) -> str:
    assert run(["watch", "small", *arguments]) == 0
    return capsys.readouterr().out


def test_the_numbers_of_each_rule_and_where_it_is_true(courses: str, capsys: Output) -> None:
    assert (
        printed(capsys, courses)
        == """\
small 1.0, its rules watched without a dose: 2 courses, 6 visits, 1 refused reading.

                      true  false  unknown  courses  measured    known
hold-cytopenia           3      1        2        2         5   80.0 %
escalate-no-response     1      4        1        1         2  100.0 %

True, false, unknown: at so many visits. Courses: in so many it is true at some visit. Measured: at
    so many visits something that the rule asks was measured; known: of these it is true or false at
    so many.

hold-cytopenia is unknown for want of platelets (2) and anc (1).
escalate-no-response is unknown for want of response (1); on a date that is a range (1).

hold-cytopenia is true in 2 courses
  patient 1: day 7 and day 14; at first anc 0.8, platelets 210.
  patient 2: day 7 to day 60; platelets 45.

escalate-no-response is true in 1 course
  patient 1: day 40; response none.

Rows read: 6, of them 6 used and 0 blank; headings without a table: 0.
"""
    )


def test_a_summary_leaves_out_where_rules_are_true(courses: str, capsys: Output) -> None:
    whole, summary = printed(capsys, courses), printed(capsys, courses, "--summary")
    assert "is true in" in whole
    assert "is true in" not in summary
    assert "hold-cytopenia           3" in summary


def test_names_that_leave_no_room_stand_in_lines_of_their_own() -> None:
    (watching,) = [watch(parse(SPEC), Course("one", (Visit(0, (Observation("anc", 4),)),)))]
    text = next(watched([watching], parse(SPEC), "text", 56, summary=True))
    lines = text.splitlines()
    assert lines[lines.index("hold-cytopenia") + 1].split() == ["0", "0", "1", "0", "1", "0.0", "%"]
    assert max(map(len, lines)) <= 56


def test_only_some_rules_and_courses_are_watched(courses: str, capsys: Output) -> None:
    text = printed(capsys, courses, "--rule", "resume-after-cytopenia", "--course", "patient 1")
    assert "1 course, 4 visits" in text
    assert "hold-cytopenia" not in text
    assert "patient 1: day 0; anc 4, platelets 210" in text


def test_a_rule_that_there_is_not_is_a_mistake(courses: str, capsys: Output) -> None:
    assert run(["watch", "small", courses, "--rule", "hold-cytopenja"]) == 2
    assert "did you mean 'hold-cytopenia'?" in capsys.readouterr().err


def test_the_tables_of_a_study_are_watched_through_a_mapping(capsys: Output) -> None:
    sample = Path(__file__).parent.parent / "adapters" / "mapped" / "sample"
    assert run(["watch", str(sample), str(sample / "sample.mapping.yaml"), "--rule", "hold"]) == 0
    said = capsys.readouterr().out
    assert "hold 5 1 7 2 13 46.1 %" in [" ".join(line.split()) for line in said.splitlines()]
    assert "\n  A-1: day 12 and day 14; at first toxicity 1, rash yes.\n" in said
    assert "\nRows read: 66, of them 37 used," in said


def test_csv_has_a_row_for_each_rule_at_each_visit(courses: str, capsys: Output) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, courses, "--format", "csv"))))
    assert len(rows) == 6 * 2
    assert {key: rows[2][key] for key in ("course", "minutes", "time", "rule", "holds", "measured", "facts")} == {
        "course": "patient 1", "minutes": "10080", "time": "day 7", "rule": "hold-cytopenia", "holds": "true",
        "measured": "yes", "facts": "anc: 0.8 (measured); platelets: 210 (carried)",
    }  # fmt: skip
    assert [rows[-1][key] for key in ("latest", "rule", "holds", "needs", "on date", "refused")] == [
        "86400", "escalate-no-response", "unknown", "response", "yes", "anc",
    ]  # fmt: skip


def test_json_is_one_document_with_every_answer(courses: str, capsys: Output) -> None:
    found = json.loads(printed(capsys, courses, "--format", "json"))
    assert found["format"] == "protocol-watch/1"
    assert [(one["rule"], one["true"], one["known"]) for one in found["rules"]] == [
        ("hold-cytopenia", 3, 4),
        ("escalate-no-response", 1, 2),
    ]
    assert [len(one["visits"]) for one in found["courses"]] == [4, 2]
    assert found["courses"][0]["visits"][1]["answers"][0]["holds"] is True


@pytest.mark.parametrize(("part", "whole", "said"), [(0, 0, "-"), (1, 3, "33.3 %"), (1999, 2000, "99.9 %"), (3, 3, "100.0 %")])
def test_a_share_is_never_said_to_be_more(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said
