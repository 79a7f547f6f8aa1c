"""What is stored of a patient is read back as it was, goes on as it would have, and is loaded whole or not at all."""

from __future__ import annotations

import contextlib
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from protocol import fingerprint, machine, stored
from protocol.errors import InputError
from protocol.executors.machine import LiveCourse
from protocol.executors.schema import schema
from protocol.model.course import Given, Observation
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen
from protocol.model.time import DAY
from protocol.testing import courses, protocols, visits
from tests.executors.test_machine import all_of, begun, done, signed
from tests.semantics.small import PROTOCOL, STARTED, WELL, visit
from tests.test_laws import often, seldom

AMENDED = evolve(PROTOCOL, version="2", title="amended")
FALL = visit(7, **WELL | {"anc": 0.5})


def whole() -> LiveCourse:
    """A course with an entry of every kind."""
    course = begun(STARTED, FALL)
    course.correct(7 * DAY, (Observation("anc", 1.4, lower=1.5, upper=7),), **signed(course, why="mistyped"))
    course.override(Given("none"), **signed(course, why="the ward had stopped it"))
    course.migrate(AMENDED, machine.Mapping(), **signed(course, why="amendment 2"))
    done(course, visit(14, **WELL))
    return course


WHOLE = whole()
TEXT = stored.to_json(WHOLE)
ROWS = [stored.entry_to_json(entry) for entry in WHOLE.entries]


def any_course(data: st.DataObject) -> LiveCourse:
    """A course of a random protocol, with some corrections, overrides and a migration."""
    protocol = data.draw(protocols())
    course = machine.begin(protocol, data.draw(st.text(max_size=9)))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for number, one in enumerate(data.draw(courses(protocol)).visits):
        if course.state.time is not None and one.time <= course.state.time:
            continue
        how = {"by": "Dr. ×", "recorded_at": at + timedelta(minutes=number, microseconds=number), "why": "because"}
        course.commit(course.decide(one), request_id=f"visit {number}", expected_version=course.version, **how)
        what = data.draw(st.sampled_from(("", "", "correct", "override", "migrate")))
        how |= {"request_id": f"{what} {number}", "expected_version": course.version}
        if what == "correct" and one.observations:
            readings = data.draw(visits(protocol, one.time)).observations or (Observation(protocol.inputs[0].name, None),)
            course.correct(one.time, readings, **how)
        if what == "override":
            course.override(Given("regimen", regimen("300 mg every day")), **how)
        if what == "migrate":
            course.migrate(evolve(course.protocol, note=f"amendment {number}"), machine.Mapping(), **how)
    return course


@seldom
@given(st.data())
def test_any_course_is_read_back_as_it_was_and_equal_courses_are_equal_text(data: st.DataObject) -> None:
    course = any_course(data)
    text = stored.to_json(course)
    again = stored.from_json(text, *course.protocols)
    assert all_of(again) == all_of(course)
    assert stored.to_json(again) == text
    rows = [stored.entry_to_json(entry) for entry in course.entries]
    assert all_of(stored.from_rows(stored.head_to_json(course), rows, *reversed(course.protocols))) == all_of(course)
    for name, one in (("course-1", text), ("course-head-1", stored.head_to_json(course)), *(("entry-1", row) for row in rows)):
        VALIDATORS[name].validate(json.loads(one))


VALIDATORS = {name: Draft7Validator(schema(name)) for name in ("course-1", "course-head-1", "entry-1")}


@seldom
@given(st.data())
def test_a_loaded_course_decides_as_the_one_that_was_stored_would_have(data: st.DataObject) -> None:
    course = any_course(data)
    again = stored.from_json(stored.to_json(course), *course.protocols)
    later = (0 if course.state.time is None else course.state.time) + data.draw(st.integers(1, 90)) * DAY
    next_visit = data.draw(visits(course.protocol, later))
    assert again.decide(next_visit) == course.decide(next_visit)
    assert again.due(later) == course.due(later)
    assert again.next_change() == course.next_change()


def test_a_course_with_nothing_recorded_can_be_stored() -> None:
    course = machine.begin(PROTOCOL, "patient 1")
    assert all_of(stored.from_json(stored.to_json(course), PROTOCOL)) == all_of(course)


def test_a_document_names_its_format_the_package_the_patient_and_the_protocols() -> None:
    document = json.loads(TEXT)
    assert document["format"] == "protocol-course/1"
    assert document["package"] and document["patient"] == "patient 1" and document["version"] == 6
    assert document["protocols"] == [
        {"name": "small", "version": "1", "fingerprint": fingerprint(PROTOCOL)},
        {"name": "small", "version": "2", "fingerprint": fingerprint(AMENDED)},
    ]
    assert [entry["kind"] for entry in document["entries"]] == ["visit", "visit", "correction", "override", "migration", "visit"]


def test_a_request_is_answered_as_before_after_a_restart() -> None:
    course = stored.from_json(stored.to_json(begun(STARTED)), PROTOCOL)
    assert course.commit(course.entries[0].step, **signed(course, request_id="r0")) == begun(STARTED).entries[0]
    assert course.version == 1


def test_a_listener_is_not_called_while_loading_and_is_called_afterwards() -> None:
    heard = []

    class Ward:
        def on_enter_held(self, event: Any) -> None:
            heard.append(event.kwargs["entry"].version)

    course = stored.from_json(stored.to_json(begun(STARTED, FALL)), PROTOCOL, listener=Ward())
    assert heard == []
    done(course, visit(14, given="100 mg every day", **WELL))
    done(course, visit(15, **WELL | {"anc": 0.5}))
    assert heard == [4]


def test_a_commit_adds_one_row_and_does_not_change_the_others() -> None:
    course = stored.from_rows(stored.head_to_json(WHOLE), ROWS, PROTOCOL, AMENDED)
    done(course, visit(21, **WELL))
    assert [stored.entry_to_json(entry) for entry in course.entries[:-1]] == ROWS
    # The head does not grow with the journal.
    assert len(stored.head_to_json(course)) < len(stored.head_to_json(WHOLE)) + 200


def test_a_migration_back_names_a_protocol_twice_and_is_loaded() -> None:
    course = whole()
    course.migrate(PROTOCOL, machine.Mapping(), **signed(course, why="amendment 2 was withdrawn"))
    assert all_of(stored.from_json(stored.to_json(course), PROTOCOL, AMENDED)) == all_of(course)


# What is not loaded


def problems(text: str, *under: Protocol) -> list[str]:
    with pytest.raises(InputError) as caught:
        stored.from_json(text, *under)
    return [re.sub(r"\n  = .*", "", str(problem)).removeprefix("stored document: error ") for problem in caught.value.problems]


def changed(**fields: Any) -> str:
    return json.dumps({**json.loads(TEXT), **fields})


def entries(*places: int, **first: Any) -> list[Any]:
    found = [json.loads(TEXT)["entries"][place] for place in places]
    return [{**found[0], **first}, *found[1:]]


STATE = json.loads(TEXT)["state"]
UNFIT = [
    ("another version", changed(version=7), "D005: the course is at version 7 and has 6 entries"),
    ("an entry lost", changed(version=5, entries=entries(0, 1, 2, 3, 5)),
     "D005: the entries do not follow from each other: an entry of version 6 follows version 4"),
    ("the first lost", changed(version=5, entries=entries(1, 2, 3, 4, 5)),
     "D005: the entries do not follow from each other: an entry of version 2 follows version 0"),
    ("another order", changed(entries=entries(1, 0, 2, 3, 4, 5)),
     "D005: the entries do not follow from each other: an entry of version 2 follows version 0"),
    ("a request twice", changed(entries=entries(0, 1, 2, 3, 4, 5, request_id="r1")),
     "D005: two entries have the same request id"),
    ("a visit without a step", changed(entries=entries(0, 1, 2, 3, 4, 5, step=None)),
     "D005: version 1 is a visit without a step"),
    ("a visit without itself", changed(entries=entries(0, 1, 2, 3, 4, 5, visit=None)),
     "D005: version 1 is a visit without a visit"),
    ("a migration to nothing", changed(entries=entries(0, 1, 2, 3, 4, 5, kind="migration")),
     "D005: version 1 is a migration without a mapping"),
    ("a correction of nothing", changed(entries=entries(0, 1, 2, 3, 4, 5, kind="correction", why="x")),
     "D005: the entries do not follow from each other: there is no visit on day 0"),
    ("no protocols", changed(protocols=[]), "D005: the course names no protocol"),
    ("another state", changed(state={**STATE, "withheld": True}), "D006: the state is not the one to which the entries lead"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), [row[1:] for row in UNFIT], ids=[row[0] for row in UNFIT])
def test_entries_that_do_not_fit_together_are_one_problem(text: str, problem: str) -> None:
    assert problems(text, PROTOCOL, AMENDED) == [problem]


def test_a_state_that_does_not_follow_is_taken_anew_only_on_demand() -> None:
    text = changed(state={**STATE, "withheld": True}, package="0.0.1")
    with pytest.raises(InputError, match=r"written by version 0\.0\.1 of this package.*recompute=True"):
        stored.from_json(text, PROTOCOL, AMENDED)
    assert all_of(stored.from_json(text, PROTOCOL, AMENDED, recompute=True)) == all_of(WHOLE)


def test_a_missing_protocol_is_named_beside_those_that_were_given() -> None:
    with pytest.raises(InputError) as caught:
        stored.from_json(TEXT, AMENDED)
    (problem,) = caught.value.problems
    assert problem.code == "D004"
    assert problem.message == (
        f"the course was recorded under small 1 (fingerprint {fingerprint(PROTOCOL)}); "
        f"given: small 2 (fingerprint {fingerprint(AMENDED)})"
    )
    assert "migrate" in problem.hint


def test_all_missing_protocols_are_told_at_once() -> None:
    assert [line.split(";")[1] for line in problems(TEXT)] == [" given: none"] * 2


def test_a_head_is_no_course_and_an_entry_no_head() -> None:
    head = stored.head_to_json(WHOLE)
    assert problems(head) == ["D002: the format is 'protocol-course-head/1'; 'protocol-course/1' is expected"]
    with pytest.raises(InputError, match="'protocol-entry/1'; 'protocol-course-head/1' is expected"):
        stored.from_rows(ROWS[0], ROWS, PROTOCOL)


def test_a_row_that_is_missing_is_noticed() -> None:
    with pytest.raises(InputError, match="the course is at version 6 and has 5 entries"):
        stored.from_rows(stored.head_to_json(WHOLE), ROWS[:-1], PROTOCOL, AMENDED)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Everything in a document, by the way that leads to it."""
    yield value, way
    for step, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*way, step))


PLACES = list(places(json.loads(TEXT)))[1:]


@often
@given(st.data())
def test_a_course_with_other_values_is_an_input_error_or_another_course_and_nothing_else(data: st.DataObject) -> None:
    document = json.loads(TEXT)
    old, way = data.draw(st.sampled_from(PLACES))
    alike = [value for value, _ in PLACES if type(value) is type(old)]
    parent = document
    for step in way[:-1]:
        parent = parent[step]
    parent[way[-1]] = old[:-1] if isinstance(old, list) and data.draw(st.booleans()) else data.draw(st.sampled_from(alike))
    with contextlib.suppress(InputError):
        stored.from_json(json.dumps(document), PROTOCOL, AMENDED)


@seldom
@given(st.data())
def test_a_damaged_course_is_an_input_error_or_another_course_and_nothing_else(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TEXT) - 1))
    inserted = data.draw(st.sampled_from(("", "{", "]", '"', "0", "null", "\\", "\x00", ",", "1e999")))
    try:
        stored.from_json(TEXT[:place] + inserted + TEXT[place + 1 :], PROTOCOL, AMENDED)
    except InputError as error:
        assert all(problem.code in ("D001", "D002", "D003", "D004", "D005", "D006") for problem in error.problems)


def test_the_live_course_itself_is_never_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(WHOLE)


def test_every_field_of_an_entry_is_stored() -> None:
    document = json.loads(TEXT)
    assert set(document["entries"][0]) == {item.name for item in attrs.fields(machine.Entry)}


def test_a_course_stored_in_one_process_is_loaded_in_another() -> None:
    program = (
        "import sys; from protocol import stored; from tests.executors.test_stored import AMENDED, PROTOCOL;"
        "print(stored.to_json(stored.from_json(sys.stdin.read(), AMENDED, PROTOCOL)))"
    )
    environment = {"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "7"}
    run = subprocess.run([sys.executable, "-c", program], input=TEXT, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == TEXT
