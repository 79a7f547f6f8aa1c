"""The embedding example keeps its promises: all or nothing, one of two writers, the same answer after a restart."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from protocol import explain, fingerprint, load, machine, stored
from protocol.errors import ProtocolError, RequestReused, StaleVersion
from protocol.executors.journal import Entry
from protocol.executors.schema import schema
from protocol.model.course import Visit
from tests.embedding import example
from tests.embedding.example import (
    SavedByAnother,
    load_course,
    propose,
    record,
    register,
    save_course,
    transaction,
)
from tests.semantics.small import PROTOCOL, STARTED, WELL, visit

FALL = visit(7, **WELL | {"anc": 0.5})
BACK = visit(14, given="100 mg every day", **WELL)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in which patient 1 has started treatment."""
    with transaction(tmp_path / "trial.db") as database:
        register(database, "patient 1", PROTOCOL)
    post(tmp_path / "trial.db", STARTED, request_id="form 1", expected_version=0)
    return tmp_path / "trial.db"


def post(path: Path, one: Visit, **how: Any) -> Entry:
    """One request to the host, in a connection of its own."""
    with transaction(path) as database:
        return record(database, "patient 1", one, PROTOCOL, **signed(**how))


def signed(**how: Any) -> dict[str, Any]:
    return {"by": "Dr. A", "recorded_at": NOW, "request_id": "form 2", "expected_version": 1} | how


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(path)
    found = database.execute(f"select * from {table}").fetchall()
    database.close()
    return found


def test_a_visit_is_proposed_and_then_recorded(path: Path) -> None:
    with transaction(path) as database:
        step, version = propose(database, "patient 1", FALL, PROTOCOL)
    assert (step.decision.action, step.decision.rule, version) == ("hold", "hold-low", 1)
    assert rows(path, "courses")[0][1] == 1
    entry = post(path, FALL, expected_version=version)
    assert entry.step == step
    ((patient, version, document),) = rows(path, "courses")
    assert (patient, version) == ("patient 1", 2)
    assert stored.from_json(document, PROTOCOL).entries[-1] == entry


def test_a_callback_writes_into_the_same_transaction(path: Path) -> None:
    post(path, FALL)
    assert rows(path, "tasks") == [("patient 1", 2, "phone: take no drug")]


def test_what_the_host_raises_after_recording_undoes_everything(path: Path) -> None:
    before = rows(path, "courses")
    with pytest.raises(RuntimeError, match="of the host"), transaction(path) as database:
        record(database, "patient 1", FALL, PROTOCOL, **signed())
        raise RuntimeError("a fault of the host")
    assert rows(path, "courses") == before
    assert rows(path, "tasks") == []
    assert post(path, FALL).version == 2


def test_what_a_callback_raises_undoes_everything(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(ward: example.Ward, event: Any) -> None:
        ward.database.execute("insert into tasks values ('patient 1', 0, 'half')")
        raise RuntimeError("the telephone is broken")

    before = rows(path, "courses")
    with monkeypatch.context() as changed, pytest.raises(RuntimeError, match="telephone"):
        changed.setattr(example.Ward, "on_enter_held", fail)
        post(path, FALL)
    assert (rows(path, "courses"), rows(path, "tasks")) == (before, [])


def test_a_form_that_was_filled_in_on_an_old_version_is_refused(path: Path) -> None:
    post(path, FALL)
    before = rows(path, "courses")
    with pytest.raises(StaleVersion, match="load the course again and decide again") as caught:
        post(path, BACK, request_id="form 3", expected_version=1)
    assert (caught.value.expected, caught.value.current) == (1, 2)
    assert rows(path, "courses") == before
    assert post(path, BACK, request_id="form 3", expected_version=2).version == 3


def test_two_writers_without_a_lock_are_told_apart_by_the_version_in_the_row(path: Path) -> None:
    one, other = (sqlite3.connect(path, isolation_level=None) for _ in range(2))
    first, second = (load_course(database, "patient 1", PROTOCOL) for database in (one, other))
    for course, request in ((first, "form 2"), (second, "form 3")):
        course.commit(course.decide(visit(7, **WELL)), **signed(request_id=request))
    save_course(one, first, 1)
    with pytest.raises(SavedByAnother, match="no longer at version 1"):
        save_course(other, second, 1)
    one.close()
    other.close()
    assert stored.from_json(rows(path, "courses")[0][2], PROTOCOL).answer_to("form 2")


def test_two_writers_of_a_new_patient_are_told_apart_too(tmp_path: Path) -> None:
    with transaction(tmp_path / "trial.db") as database:
        register(database, "patient 1", PROTOCOL)
    database = sqlite3.connect(tmp_path / "trial.db", isolation_level=None)
    first, second = (load_course(database, "patient 1", PROTOCOL) for _ in range(2))
    for course, request in ((first, "form 1"), (second, "form 2")):
        course.commit(course.decide(STARTED), **signed(request_id=request, expected_version=0))
    save_course(database, first, 0)
    with pytest.raises(SavedByAnother, match="no longer at version 0"):
        save_course(database, second, 0)
    database.close()


def test_a_patient_is_registered_once_and_has_nothing_recorded(tmp_path: Path) -> None:
    with transaction(tmp_path / "trial.db") as database:
        register(database, "patient 1", PROTOCOL)
        assert load_course(database, "patient 1", PROTOCOL).version == 0
    with pytest.raises(sqlite3.IntegrityError), transaction(tmp_path / "trial.db") as database:
        register(database, "patient 1", PROTOCOL)
    assert [row[:2] for row in rows(tmp_path / "trial.db", "courses")] == [("patient 1", 0)]


def test_a_mistyped_patient_begins_no_course(path: Path) -> None:
    with pytest.raises(match="no patient 'patient l' is registered"), transaction(path) as database:
        record(database, "patient l", FALL, PROTOCOL, **signed())
    assert len(rows(path, "courses")) == 1


def test_nobody_else_writes_between_loading_and_saving(path: Path) -> None:
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    with transaction(path) as database:
        load_course(database, "patient 1", PROTOCOL)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("begin immediate")
    other.execute("begin immediate")
    other.close()


def test_of_many_writers_at_once_one_comes_first_and_the_others_are_told(path: Path) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def write(number: int) -> None:
        barrier.wait()
        try:
            post(path, visit(7, **WELL), request_id=f"writer {number}")
            outcomes.append("recorded")
        except StaleVersion:
            outcomes.append("stale")

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(outcomes) == ["recorded", "stale", "stale", "stale"]
    assert rows(path, "courses")[0][1] == 2


def test_the_same_request_gets_the_same_answer_whenever_it_comes(path: Path) -> None:
    entry = post(path, FALL)
    post(path, BACK, request_id="form 3", expected_version=2)
    before = rows(path, "courses")
    assert post(path, FALL) == entry
    assert (rows(path, "courses"), len(rows(path, "tasks"))) == (before, 1)


def test_the_same_request_with_other_content_is_refused(path: Path) -> None:
    post(path, FALL)
    with pytest.raises(RequestReused):
        post(path, BACK)
    with pytest.raises(RequestReused):
        post(path, FALL, by="Dr. B")
    with pytest.raises(RequestReused):
        post(path, visit(6, **WELL))


def test_another_process_goes_on_where_this_one_stopped(path: Path) -> None:
    entry = post(path, FALL)
    program = (
        "import sys; from tests.embedding.test_example import BACK, FALL, post;"
        "again, later = post(sys.argv[1], FALL), post(sys.argv[1], BACK, request_id='form 3', expected_version=2);"
        "print(again.version, again.step.decision.action, later.version, later.step.decision.action)"
    )
    run = [sys.executable, "-c", program, str(path)]
    printed = subprocess.run(run, env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["2", "hold", "3", "resume"]
    assert post(path, FALL) == entry


def test_the_example_is_short_enough_to_be_read_at_once() -> None:
    assert len(Path(example.__file__).read_text(encoding="utf-8").splitlines()) < 80


def test_a_shipped_protocol_that_was_kept_as_a_file_is_the_same_protocol(tmp_path: Path) -> None:
    kept = tmp_path / "imatinib-hes-2003.1.yaml"
    command = [sys.executable, "-m", "protocol", "show", "imatinib-hes", "--canonical"]
    run = subprocess.run(command, env=os.environ | {"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=True)
    kept.write_text(run.stdout, encoding="utf-8")
    assert fingerprint(load(kept)) == fingerprint(load("imatinib-hes"))


def test_a_start_that_is_put_off_does_not_make_the_clock_run_before_it() -> None:
    course = machine.begin(PROTOCOL, "patient 1")
    course.record(visit(0, **WELL), **signed(request_id="form 1", expected_version=0))
    course.record(visit(21, given="100 mg every day", eligible="yes", **WELL), **signed())
    early = course.decide(visit(28, **WELL | {"response": "none"}))
    late = course.decide(visit(49, **WELL | {"response": "none"}))
    assert [[one.rule for one in step.decision.permitted] for step in (early, late)] == [[], ["escalate"]]


def test_an_error_is_told_to_a_program_in_one_shape(path: Path) -> None:
    with transaction(path) as database:
        document = load_course(database, "patient 1", PROTOCOL)
    told = []
    for wrong in (
        lambda: stored.from_json("{", PROTOCOL),
        lambda: stored.from_json(stored.to_json(document), load("imatinib-hes")),
        lambda: document.decide(visit(0, **WELL)),
        lambda: document.decide(visit(7, plateletes=3)),
        lambda: document.override(None, **signed(why="x")),  # type: ignore[arg-type]
    ):
        with pytest.raises(ProtocolError) as refused:
            wrong()
        told.append(refused.value.as_dict())
    assert [(one["error"], one["code"]) for one in told] == [
        ("StoredError", "D001"), ("StoredError", "D004"), ("RefusedVisit", "M007"), ("VisitError", ""), ("NotationError", ""),
    ]  # fmt: skip
    assert all(list(one) == ["error", "code", "message", "hint", "problems"] and one["message"] for one in told)
    assert told[3]["hint"].startswith("did you mean 'platelets'?  Inputs: anc, ")


def test_an_answer_holds_the_verdict_and_what_was_refused(path: Path) -> None:
    step = post(path, visit(7, given="400 mg every day", **WELL | {"anc": 5000}), why="by mistake").step
    assert step
    told = json.loads(stored.step_to_json(step, PROTOCOL))
    Draft7Validator(schema("step-1")).validate(told)
    assert told["format"] == "protocol-step/1"
    assert (told["verdict"]["permitted"], told["refused"][0]["observation"]["input"]) == ("none", "anc")
    assert [one["kind"] for one in told["deviations"]] == [one.kind for one in step.deviations]


def test_a_proposal_is_explained_without_a_word_on_what_was_given() -> None:
    course = machine.begin(PROTOCOL, "patient 1")
    course.record(STARTED, **signed(expected_version=0))
    proposal = explain(course.decide(visit(7, **WELL | {"anc": 5000})), PROTOCOL)
    assert "\nGiven\n" not in proposal and "\nRefused readings\n  anc 5000: 5000 is not plausible" in proposal
    assert "\nGiven\n" in explain(course.decide(visit(7, given="100 mg every day", **WELL)), PROTOCOL)
