"""What a released version has stored is loaded by every later one."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from protocol import load, machine, stored
from protocol.executors.documents import package
from protocol.executors.machine import LiveCourse
from protocol.model.course import Given, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen
from protocol.model.time import DAY, HOUR
from tests.conftest import REPOSITORY

RELEASED = Path(__file__).parent / "released"
CHANGELOG = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
FOLDERS = sorted(folder for folder in RELEASED.iterdir() if folder.is_dir())


def under(folder: Path) -> tuple[Protocol, Protocol]:
    return load(folder / "protocol.yaml"), load(folder / "amended.yaml")


def visit(day: int, given: Given | None = None, *observations: Observation) -> Visit:
    return Visit(day * DAY, observations, given, row=f"form {day}")


def example(folder: Path) -> LiveCourse:
    """A course with every kind of entry, and with every kind of value that is stored."""
    protocol, amended = under(folder)
    course = machine.begin(protocol, "patient 1 × Ω")
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def signed(why: str = "") -> dict[str, Any]:
        number = course.version
        later = at + timedelta(days=number, microseconds=number)
        return {"request_id": f"form {number}", "expected_version": number, "by": "Dr. A", "recorded_at": later, "why": why}

    def commit(one: Visit, why: str = "") -> None:
        course.commit(course.decide(one), **signed(why))

    commit(visit(0, Given("regimen", regimen("200 mg every day")), Observation("platelets", 210), Observation("pain", "yes")))
    commit(
        visit(7, None, Observation("toxicity", 2, censored=">="), Observation("pain", "yes"), Observation("alt", 40, upper=35))
    )
    commit(visit(14, None, Observation("platelets", 40, "10^9/L", "<", 150, 400, recorded=14 * DAY - HOUR)))
    course.correct(14 * DAY, (Observation("platelets", 60),), **signed("read from the wrong line"))
    course.override(Given("none"), **signed("the ward had stopped it"))
    commit(visit(21, Given("regimen", regimen("300 mg every 12 hours")), Observation("platelets", None)), "the patient insisted")
    commit(visit(22, Given("none"), Observation("platelets", "40000", "/uL"), Observation("alt", 9, "kg")), "at once")
    back = Given("regimen", regimen("200 mg every day"))
    commit(visit(35, back, Observation("platelets", 80), Observation("response", "none", observed=34 * DAY)), "as agreed")
    commit(visit(37, None, Observation("response", "none"), Observation("platelets", 90)))
    course.migrate(amended, machine.Mapping(trackers={"falls": "fresh"}), **signed("amendment 2"))
    commit(visit(42, None, Observation("alt", 400, upper=35), Observation("platelets", 120)))
    return course


def write(folder: Path) -> None:
    """The documents of the version that is being made."""
    course = example(folder)
    (folder / "course.json").write_text(stored.to_json(course) + "\n", encoding="utf-8")
    (folder / "head.json").write_text(stored.head_to_json(course) + "\n", encoding="utf-8")
    rows = [stored.entry_to_json(entry) + "\n" for entry in course.entries]
    (folder / "entries.jsonl").write_text("".join(rows), encoding="utf-8")
    step = course.entries[-1].step
    assert step is not None
    decision = stored.decision_to_json(step.decision, course.protocol)
    (folder / "decision.json").write_text(decision + "\n", encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_a_released_version_stored_is_loaded(folder: Path) -> None:
    if os.environ.get("PROTOCOL_GOLDEN") == "write" and f"## [{folder.name}] - unreleased" in CHANGELOG:
        write(folder)
    text = (folder / "course.json").read_text(encoding="utf-8")
    course = stored.from_json(text, *under(folder))
    assert course.version == len(json.loads(text)["entries"]) == len(course.entries)
    rows = (folder / "entries.jsonl").read_text(encoding="utf-8").splitlines()
    in_rows = stored.from_rows((folder / "head.json").read_text(encoding="utf-8"), rows, *under(folder))
    assert (in_rows.state, in_rows.entries) == (course.state, course.entries)
    decision = stored.decision_from_json((folder / "decision.json").read_text(encoding="utf-8"))
    assert course.entries[-1].step and decision.decision == course.entries[-1].step.decision


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_course_of_a_released_version_goes_on(folder: Path) -> None:
    course = stored.from_json((folder / "course.json").read_text(encoding="utf-8"), *under(folder))
    again = stored.from_json(stored.to_json(course), *under(folder))
    assert (again.state, again.entries) == (course.state, course.entries)
    assert course.state.time is not None
    course.decide(Visit(course.state.time + DAY))


def test_this_version_has_its_documents() -> None:
    assert RELEASED / package() in FOLDERS


def test_the_documents_of_this_version_hold_every_kind_of_entry_and_of_memory() -> None:
    course = example(RELEASED / package())
    assert {entry.kind for entry in course.entries} == {"visit", "correction", "override", "migration"}
    assert {type(memory).__name__ for memory in course.state.memory} == {"Counted", "Lasting", "Extreme"}
    steps = [entry.step for entry in course.entries if entry.step]
    assert any(step.refused for step in steps)
    assert any(step.deviations for step in steps)
    assert any(step.decision.missing for step in steps)
    assert any(step.decision.permitted for step in steps)
    assert any(entry.revisions for entry in course.entries)
