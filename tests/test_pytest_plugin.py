"""`pytest -p protocol.pytest_plugin`: each protocol and each course beside it is a test, in anybody's folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import protocol

SPEC = """protocol: counts
version: "1"
doses: {low: 100 mg every day}
inputs: {platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}}
sources: {study: Our study protocol}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: study}
  hold: {in: on treatment, when: "platelets < 50", must: hold, source: study}
  resume: {in: held by hold, when: "platelets >= 75", must: resume at the same level, source: study}
"""
COURSES = """## Counts fall

| elapsed | platelets | expect action |
|---|---|---|
| 0 | 210 | start |
| 7 | 40 | hold |

## Counts recover

| elapsed | platelets | expect action |
|---|---|---|
| 0 | 210 | start |
| 7 | 40 | continue |
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A protocol and its courses, the second of which expects what does not happen."""
    spec = tmp_path / "specs" / "counts"
    spec.mkdir(parents=True)
    (spec / "protocol.yaml").write_text(SPEC, encoding="utf-8")
    (spec / "courses.md").write_text(COURSES, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """pytest in that folder, as the command `pytest` runs it: without the folder on the path."""
    # The copy of the package under test comes before any other; what stands in the folder must not.
    path = {"PYTHONPATH": str(Path(protocol.__file__).parent.parent)}
    command = [sys.executable, "-P", "-m", "pytest", "-p", "protocol.pytest_plugin", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, env=os.environ | path, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_each_course_is_a_test_and_so_is_the_check(folder: Path) -> None:
    code, said = run(folder, "-v")
    assert code == 1
    assert "specs/counts/protocol.yaml::check PASSED" in said
    assert "specs/counts/courses.md::Counts fall PASSED" in said
    assert "specs/counts/courses.md::Counts recover FAILED" in said
    assert "2 passed" in said and "1 failed" in said


def test_a_failure_is_the_difference_and_its_place(folder: Path) -> None:
    _, said = run(folder)
    assert re.search(r"courses\.md:13:\d+: day 7: action: expected continue, got hold", said)
    assert "Traceback" not in said and "repr_failure" not in said


def test_a_course_can_be_selected_by_its_heading(folder: Path) -> None:
    code, said = run(folder, "-k", "fall")
    assert code == 0 and "1 passed, 2 deselected" in said


def test_a_finding_fails_the_check(folder: Path) -> None:
    file = folder / "specs" / "counts" / "protocol.yaml"
    file.write_text(SPEC.replace("otherwise: {on treatment: continue, held: continue}\n", ""), encoding="utf-8")
    code, said = run(folder, "-k", "check")
    assert code == 1 and "finding F001: 'on treatment' does not say what a visit means that no rule covers" in said


def test_a_property_that_fails_on_a_course_fails_its_test(folder: Path) -> None:
    file = folder / "specs" / "counts" / "protocol.yaml"
    file.write_text(SPEC + 'properties: {no-holds: {never: "hold"}}\n', encoding="utf-8")
    code, said = run(folder, "-k", "fall")
    assert code == 1 and "no-holds" in said and "day 7" in said


def test_a_failure_that_stops_failing_and_a_course_that_is_not_there_fail(folder: Path) -> None:
    file = folder / "specs" / "counts" / "protocol.yaml"
    known = """properties:
  still: {never: hold, expect: fails, course: Counts fall}
  healed: {never: "hold while platelets > 40", expect: fails, course: Counts fall}
  gone: {never: hold, expect: fails, course: Counts fell}
"""
    file.write_text(SPEC + known, encoding="utf-8")
    code, said = run(folder, "-k", "check or fall")
    assert code == 1 and "2 failed" in said and "property still" not in said
    assert "property healed is expected to fail here, and no visit shows that it does" in said
    assert "property gone is expected to fail on the course 'Counts fell', and none" in said


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("protocol.yaml", SPEC.replace("platelets <", "plateletes <"), "error P012: unknown input 'plateletes'"),
        ("courses.md", COURSES.replace("| 40 |", "| forty |", 1), "error C030: 'forty' is not a value of 'platelets'"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_failure_that_shows_its_problems(folder: Path, name: str, text: str, said: str) -> None:
    (folder / "specs" / "counts" / name).write_text(text, encoding="utf-8")
    code, shown = run(folder)
    assert code == 1 and said in shown and "Traceback" not in shown


AMENDMENT = """protocol: counts
version: "2"
amends: protocol.yaml
rules: {hold: {in: on treatment, when: "platelets < 30", must: hold}}
"""


def test_a_protocol_beside_another_is_checked_and_has_courses_of_its_own(folder: Path) -> None:
    beside = folder / "specs" / "counts"
    (beside / "lower.yaml").write_text(AMENDMENT, encoding="utf-8")
    (beside / "lower.courses.md").write_text(COURSES.replace("recover", "are borne"), encoding="utf-8")
    (beside / "settings.yaml").write_text("a: 1\n", encoding="utf-8")
    code, said = run(folder, "-v", "-k", "lower")
    assert code == 1 and "3 selected" in said
    assert "specs/counts/lower.yaml::check FAILED" in said and "finding F016: without a source: hold" in said
    assert "specs/counts/lower.courses.md::Counts are borne PASSED" in said
    assert "specs/counts/lower.courses.md::Counts fall FAILED" in said


def test_a_protocol_that_has_courses_is_one_wherever_it_stands(folder: Path) -> None:
    alone = folder / "alone"
    alone.mkdir()
    (alone / "counts.yaml").write_text(SPEC, encoding="utf-8")
    (alone / "counts.courses.md").write_text(COURSES, encoding="utf-8")
    (alone / "other.yaml").write_text("protocol: TCP\n", encoding="utf-8")
    (alone / "other.courses-of-another-kind.txt").write_text("none\n", encoding="utf-8")
    _, said = run(alone, "-v")
    assert "counts.yaml::check PASSED" in said and "counts.courses.md::Counts fall PASSED" in said and "other" not in said


def test_a_foreign_protocol_module_in_the_folder_stands_in_nobodys_way(folder: Path) -> None:
    (folder / "protocol.py").write_text("raise ImportError('this is not the package')\n", encoding="utf-8")
    (folder / "test_theirs.py").write_text("def test_theirs():\n    assert True\n", encoding="utf-8")
    code, said = run(folder, "-k", "not recover")
    assert code == 0 and "3 passed" in said


def test_without_the_option_nothing_is_collected(folder: Path) -> None:
    command = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "protocol.pytest_plugin" not in done.stdout


# Coverage


ASSERTING = COURSES[: COURSES.index("## Counts recover")].replace("expect action", "expect dose | expect rule | expect status")
ASSERTING = ASSERTING.replace("|---|---|---|", "|---|---|---|---|---|").replace("| start |", "| low | start | decided |")
ASSERTING = ASSERTING.replace("| hold |", "| none | hold | decided |")


@pytest.mark.parametrize(("least", "code"), [("10", 0), ("100", 1)])
def test_the_courses_are_to_reach_as_much_as_is_asked_for(folder: Path, least: str, code: int) -> None:
    (folder / "specs" / "counts" / "courses.md").write_text(ASSERTING, encoding="utf-8")
    found, said = run(folder, "-v", "-k", "coverage", "--protocol-coverage", least)
    assert found == code and "specs/counts/protocol.yaml::coverage" in said
    assert ("not reached: rule resume" in said) is bool(code)


def test_where_no_visit_counts_it_is_said_which_columns_are_wanting(folder: Path) -> None:
    code, said = run(folder, "-k", "coverage", "--protocol-coverage", "10")
    assert code == 1 and "expect dose, rule and status; only those count: add the columns expect dose, expect rule" in said
    assert "not reached" not in said


def test_what_is_no_percentage_is_refused(folder: Path) -> None:
    code, said = run(folder, "--protocol-coverage", "101")
    assert code == pytest.ExitCode.USAGE_ERROR and "'101' is no whole number from 0 to 100" in said


# Verification


def test_each_property_is_a_test_where_that_is_asked_for(folder: Path) -> None:
    file = folder / "specs" / "counts" / "protocol.yaml"
    broken = 'properties: {no-holds: {never: "hold"}, hold-at-once: {after: "platelets < 50 and was on treatment", '
    file.write_text(SPEC + broken + 'within: same visit, always: "held"}}\n', encoding="utf-8")
    code, said = run(folder, "-v", "--protocol-verify", "-k", "verify")
    assert code == 1
    assert "specs/counts/protocol.yaml::verify: no-holds FAILED" in said
    assert "specs/counts/protocol.yaml::verify: hold-at-once PASSED" in said
    assert "specs/counts/protocol.yaml::verify: no-dead-end PASSED" in said
    assert "finding V101: no-holds fails on day" in said and "## no-holds fails" in said and "Traceback" not in said


def test_a_protocol_that_cannot_be_read_has_no_properties_to_test(folder: Path) -> None:
    (folder / "specs" / "counts" / "protocol.yaml").write_text("protocol: counts\n", encoding="utf-8")
    code, said = run(folder, "-v", "--protocol-verify", "specs/counts/protocol.yaml")
    assert code == 1 and "1 failed" in said and "verify:" not in said
