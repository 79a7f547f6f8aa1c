"""The live course of one patient: what it records, what it refuses, and that whatever fails changes nothing."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError

from protocol import initial, machine, step
from protocol.errors import (
    Busy,
    CommitError,
    NeedsReason,
    NoSuchVisit,
    NotDecidedHere,
    RefusedVisit,
    RequestReused,
    StaleVersion,
    Unsigned,
    VisitError,
)
from protocol.executors.journal import Entry
from protocol.executors.machine import LiveCourse
from protocol.model.course import Given, Observation, Visit
from protocol.model.regimen import regimen
from protocol.model.time import DAY
from tests.semantics.small import PROTOCOL, STARTED, WELL, visit

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
TOO_MUCH = visit(7, given="400 mg every day", **WELL)


def begun(*visits: Visit, listener: object | None = None) -> LiveCourse:
    """A course with these visits."""
    course = machine.begin(PROTOCOL, "patient 1", listener=listener)
    for one in visits:
        done(course, one)
    return course


def done(course: LiveCourse, one: Visit, **how: Any) -> Entry:
    return course.commit(course.decide(one), **signed(course, **how))


def signed(course: LiveCourse, **how: Any) -> dict[str, Any]:
    """Who, when and which request, as a host would say it."""
    version = course.version
    return {"request_id": f"r{version}", "expected_version": version, "by": "Dr. A", "recorded_at": NOW, "why": "", **how}


def all_of(course: LiveCourse) -> tuple[object, ...]:
    """Everything that can be seen of a course."""
    return course.version, course.state, course.entries, course.fingerprint, course.course(), course.protocols


# What is recorded


def test_a_course_begins_before_treatment_with_nothing_recorded() -> None:
    course = begun()
    assert (course.patient, course.protocol, course.version, course.entries) == ("patient 1", PROTOCOL, 0, ())
    assert course.state == initial(PROTOCOL)


def test_deciding_changes_nothing_and_says_what_the_reference_says() -> None:
    course = begun(STARTED)
    before = all_of(course)
    assert course.decide(visit(7, **WELL)) == step(PROTOCOL, course.state, visit(7, **WELL))
    assert all_of(course) == before


def test_an_entry_says_what_was_done_by_whom_and_when_and_holds_the_whole_decision() -> None:
    course = begun(STARTED)
    taken = course.decide(visit(7, **WELL | {"anc": 0.5}))
    entry = course.commit(taken, **signed(course, why="as ordered"))
    assert (entry.version, entry.kind, entry.request_id, entry.by, entry.why) == (2, "visit", "r1", "Dr. A", "as ordered")
    assert (entry.time, entry.visit, entry.step, entry.recorded_at) == (7 * DAY, taken.visit, taken, NOW)
    assert entry.fingerprint == course.fingerprint
    assert course.state == taken.state and course.entries[-1] is entry
    assert course.state.control.kind == "held"


def test_the_time_of_recording_is_kept_in_utc() -> None:
    course = begun()
    there = NOW.astimezone(timezone(timedelta(hours=-5)))
    entry = done(course, STARTED, recorded_at=there)
    assert entry.recorded_at == NOW and entry.recorded_at.tzinfo is UTC


# Asked twice


def test_the_same_request_twice_gives_the_same_entry_and_does_nothing() -> None:
    course = begun(STARTED)
    taken = course.decide(visit(7, **WELL))
    how = signed(course)
    entry = course.commit(taken, **how)
    before = all_of(course)
    later = NOW + timedelta(hours=1)
    assert course.commit(taken, **how | {"recorded_at": later}) is entry
    assert course.record(visit(7, **WELL), **how) is entry
    assert all_of(course) == before
    assert course.answer_to(how["request_id"]) is entry
    assert course.answer_to("another") is None


@pytest.mark.parametrize("other", [{"by": "Dr. B"}, {"why": "another reason"}])
def test_a_request_id_with_other_content_is_refused(other: dict[str, str]) -> None:
    course = begun(STARTED)
    taken = course.decide(visit(7, **WELL))
    how = signed(course)
    course.commit(taken, **how)
    with pytest.raises(RequestReused, match="error M005: request 'r1' made version 2 with other content"):
        course.commit(taken, **how | other)
    with pytest.raises(RequestReused):
        course.commit(course.decide(visit(14, **WELL)), **how)
    assert course.version == 2


def test_a_stale_version_is_refused_and_says_both_versions_and_what_to_do() -> None:
    course = begun(STARTED)
    taken = course.decide(visit(7, **WELL))
    with pytest.raises(StaleVersion, match="error M006: the course is at version 1, not 0") as refused:
        course.commit(taken, **signed(course, expected_version=0))
    assert (refused.value.expected, refused.value.current) == (0, 1)
    assert "load the course again and decide again" in str(refused.value)
    assert course.version == 1


# Only what was decided here


def test_a_step_decided_at_an_earlier_version_is_refused() -> None:
    course = begun(STARTED)
    early = course.decide(visit(14, **WELL))
    done(course, visit(7, **WELL | {"anc": 0.5}))
    with pytest.raises(NotDecidedHere, match="error M009"):
        course.commit(early, **signed(course))


def test_a_step_decided_before_a_correction_is_refused() -> None:
    course = begun(STARTED, visit(7, **WELL))
    early = course.decide(visit(14))
    course.correct(7 * DAY, [Observation("anc", 0.5)], **signed(course, why="x"))
    with pytest.raises(NotDecidedHere):
        course.commit(early, **signed(course))


def test_a_step_of_another_patient_is_refused() -> None:
    held = begun(STARTED, visit(7, **WELL | {"anc": 0.5}))
    course = begun(STARTED)
    with pytest.raises(NotDecidedHere):
        course.commit(held.decide(visit(14, **WELL)), **signed(course))


def test_a_step_changed_by_hand_is_refused() -> None:
    course = begun(STARTED)
    taken = course.decide(visit(7, **WELL | {"anc": 0.5}))
    forged = evolve(taken, state=evolve(taken.state, dose=course.state.dose))
    with pytest.raises(NotDecidedHere):
        course.commit(forged, **signed(course))


def test_a_step_that_is_equal_to_what_is_decided_here_can_be_committed() -> None:
    course = begun(STARTED)
    assert course.commit(step(PROTOCOL, course.state, visit(7, **WELL)), **signed(course)).version == 2


def test_a_step_whose_visit_has_been_overtaken_is_refused() -> None:
    course = begun(STARTED)
    early = course.decide(visit(7, **WELL))
    done(course, visit(14, **WELL))
    with pytest.raises(NotDecidedHere):
        course.commit(early, **signed(course))


# Visits that are refused


def test_a_visit_whose_date_is_a_range_is_refused() -> None:
    with pytest.raises(RefusedVisit, match="error M003: the visit of day 7 is a range"):
        begun(STARTED).decide(evolve(visit(7, **WELL), latest=8 * DAY))


def test_a_step_of_a_range_that_was_made_elsewhere_is_refused() -> None:
    course = begun(STARTED)
    elsewhere = step(PROTOCOL, course.state, evolve(visit(7, **WELL), latest=8 * DAY))
    with pytest.raises(RefusedVisit, match="error M003"):
        course.commit(elsewhere, **signed(course))


def test_a_visit_before_the_last_one_is_refused() -> None:
    with pytest.raises(VisitError, match="cannot follow"):
        begun(STARTED, visit(7, **WELL)).decide(visit(6, **WELL))


def test_a_second_visit_at_one_time_is_refused() -> None:
    course = begun(STARTED, visit(7, **WELL))
    with pytest.raises(RefusedVisit, match="error M007: there is a visit on day 7 already"):
        done(course, visit(7, anc=1))
    assert course.version == 2


def test_an_input_that_the_protocol_does_not_have_is_refused() -> None:
    with pytest.raises(VisitError, match="'lipase' is not an input"):
        begun(STARTED).decide(visit(7, lipase=3))


# Who, when and why


@pytest.mark.parametrize("missing", [{"by": ""}, {"by": "  "}, {"request_id": ""}, {"by": None}])
def test_a_record_without_a_person_or_a_request_id_is_refused(missing: dict[str, Any]) -> None:
    with pytest.raises(Unsigned, match="error M001"):
        done(begun(), STARTED, **missing)


def test_a_time_without_a_time_zone_is_refused() -> None:
    with pytest.raises(Unsigned, match="error M002"):
        done(begun(), STARTED, recorded_at=datetime(2026, 3, 4))


def test_a_dose_that_nothing_permits_needs_a_reason() -> None:
    course = begun(STARTED)
    with pytest.raises(NeedsReason, match="error M008: the protocol does not permit what was given"):
        done(course, TOO_MUCH, why=" ")
    assert course.version == 1
    assert done(course, TOO_MUCH, why="the patient had these tablets").step.deviations
    assert course.state.dose.name == "escalated"


# Frozen, alone and never pickled


@pytest.mark.parametrize("name", ["state", "version", "protocol", "patient", "entries", "fingerprint", "anything"])
def test_nothing_of_a_course_can_be_set_from_outside(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(begun(STARTED), name, "held")


def test_the_state_that_is_given_out_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        begun(STARTED).state.dose = "none"  # type: ignore[misc, assignment]


@pytest.mark.parametrize("take_along", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_course_is_neither_pickled_nor_copied(take_along: Any) -> None:
    with pytest.raises(TypeError, match=r"machine\.restore"):
        take_along(begun(STARTED))


# Corrections and overrides


def test_a_correction_appends_an_entry_and_says_which_decisions_it_would_have_changed() -> None:
    course = begun(STARTED, visit(7, **WELL), visit(14, **WELL))
    issued = course.entries
    entry = course.correct(7 * DAY, [Observation("anc", 0.5)], **signed(course, why="a slip of the pen"))
    assert course.entries == (*issued, entry)
    assert (entry.kind, entry.version, entry.time) == ("correction", 4, 7 * DAY)
    assert [(one.time, one.issued.action, one.revised.action) for one in entry.revisions] == [
        (7 * DAY, "continue", "hold"),
        (14 * DAY, "continue", "resume"),
    ]
    assert course.entries[1].step.decision.action == "continue"


def test_a_correction_replaces_the_readings_of_its_inputs_and_no_others() -> None:
    course = begun(STARTED, visit(7, **WELL))
    course.correct(7 * DAY, [Observation("anc", 0.5)], **signed(course, why="x"))
    corrected = {one.input: one.value for one in course.course().visits[1].observations}
    assert corrected == WELL | {"anc": 0.5}
    assert course.state == step(PROTOCOL, begun(STARTED).state, visit(7, **WELL | {"anc": 0.5})).state


def test_a_reading_is_withdrawn_by_a_correction_without_a_value() -> None:
    course = begun(STARTED, visit(7, **WELL))
    entry = course.correct(7 * DAY, [Observation("anc", None)], **signed(course, why="another patient's"))
    assert [one.revised.status for one in entry.revisions] == ["undecided"]


def test_a_correction_that_cannot_be_used_is_refused_and_reported_in_its_step() -> None:
    course = begun(STARTED, visit(7, **WELL))
    entry = course.correct(7 * DAY, [Observation("anc", 0.5, unit="K/uL")], **signed(course, why="x"))
    assert [refusal.observation.input for refusal in entry.step.refused] == ["anc"]


def test_a_correction_of_a_correction_is_measured_against_what_stood_before_it() -> None:
    course = begun(STARTED, visit(7, **WELL))
    course.correct(7 * DAY, [Observation("anc", 0.5)], **signed(course, why="x"))
    back = course.correct(7 * DAY, [Observation("anc", 4)], **signed(course, why="it was right"))
    assert [(one.issued.action, one.revised.action) for one in back.revisions] == [("continue", "continue")]
    assert course.state == begun(STARTED, visit(7, **WELL)).state


def test_what_was_really_given_is_recorded_by_an_override_of_the_last_visit() -> None:
    course = begun(STARTED, visit(7, **WELL))
    entry = course.override(Given("none"), **signed(course, why="the patient had none left"))
    assert (entry.kind, entry.time, entry.visit.given) == ("override", 7 * DAY, Given("none"))
    assert course.state.control.kind == "held"
    assert entry.step.deviations and entry.step.verdict.permitted == "none"


def test_an_override_of_an_earlier_visit_decides_the_later_ones_again() -> None:
    course = begun(STARTED, visit(7, **WELL | {"toxicity": 2}), visit(14, **WELL))
    assert course.state.level.name == "reduced"
    full = Given("regimen", regimen("100 mg every day"))
    entry = course.override(full, time=7 * DAY, **signed(course, why="not lowered"))
    assert course.state.level.name == "starting"
    assert [one.time for one in entry.revisions] == [14 * DAY]


@pytest.mark.parametrize("why", ["", " "])
def test_corrections_and_overrides_need_a_reason(why: str) -> None:
    course = begun(STARTED)
    with pytest.raises(NeedsReason, match="error M010"):
        course.correct(0, [Observation("anc", 1)], **signed(course, why=why))
    with pytest.raises(NeedsReason):
        course.override(Given("none"), **signed(course, why=why))
    assert course.version == 1


def test_only_a_recorded_visit_can_be_corrected_or_overridden() -> None:
    course = begun(STARTED)
    with pytest.raises(NoSuchVisit, match="error M011: there is no visit on day 7"):
        course.correct(7 * DAY, [Observation("anc", 1)], **signed(course, why="x"))
    with pytest.raises(NoSuchVisit):
        begun().override(Given("none"), **signed(begun(), why="x"))
    with pytest.raises(VisitError, match="'lipase' is not an input"):
        course.correct(0, [Observation("lipase", 1)], **signed(course, why="x"))
    assert course.version == 1


def test_a_correction_without_a_reading_is_refused() -> None:
    course = begun(STARTED)
    with pytest.raises(RefusedVisit, match="error M014"):
        course.correct(0, [], **signed(course, why="x"))


def test_a_repeated_correction_or_override_gives_the_same_entry() -> None:
    course = begun(STARTED, visit(7, **WELL))
    how = signed(course, why="x")
    entry = course.override(Given("none"), **how)
    done(course, visit(14, **WELL))
    assert course.override(Given("none"), **how) is entry
    with pytest.raises(RequestReused):
        course.override(Given("stopped"), **how)
    with pytest.raises(RequestReused):
        course.correct(7 * DAY, [Observation("anc", 1)], **how)


# What is asked


def test_what_falls_due_and_when_time_alone_would_change_the_decision_can_be_asked() -> None:
    course = begun(STARTED, visit(7, **WELL))
    moment, decision = course.next_change()
    assert (moment, decision.status) == (15 * DAY + 1, "undecided")
    assert begun().next_change() is None
    assert course.due(8 * DAY) == ()


# Restored and audited


def test_a_course_is_restored_from_its_entries_and_goes_on_as_it_would_have() -> None:
    course = begun(STARTED, visit(7, **WELL))
    course.correct(7 * DAY, [Observation("anc", 0.5)], **signed(course, why="x"))
    again = machine.restore([PROTOCOL], "patient 1", course.entries)
    assert all_of(again) == all_of(course)
    assert again.decide(visit(14, **WELL)) == course.decide(visit(14, **WELL))
    assert again.answer_to("r1") == course.answer_to("r1")


def test_entries_that_are_no_journal_are_refused() -> None:
    entries = begun(STARTED, visit(7, **WELL)).entries
    with pytest.raises(CommitError, match="error M013: an entry of version 2 follows version 0"):
        machine.restore([PROTOCOL], "patient 1", entries[1:])
    with pytest.raises(CommitError, match="error M013: version 1 needs the protocol"):
        machine.restore([evolve(PROTOCOL, version="2")], "patient 1", entries)


def test_an_audit_finds_nothing_where_nothing_was_touched() -> None:
    course = begun(STARTED, visit(7, **WELL))
    course.correct(7 * DAY, [Observation("anc", 0.5)], **signed(course, why="x"))
    assert course.audit() == ()


def test_an_audit_finds_a_stored_decision_that_the_semantics_does_not_give() -> None:
    entries = begun(STARTED, visit(7, **WELL | {"anc": 0.5})).entries
    touched = evolve(entries[1].step, decision=evolve(entries[1].step.decision, rule="other"))
    course = machine.restore([PROTOCOL], "patient 1", [entries[0], evolve(entries[1], step=touched)])
    (difference,) = course.audit()
    assert (difference.version, difference.field, difference.now) == (2, "step", entries[1].step)


def test_an_audit_finds_a_stored_state_that_does_not_follow() -> None:
    entries = begun(STARTED, visit(7, **WELL | {"anc": 0.5})).entries
    touched = evolve(entries[1].step, state=entries[0].step.state)
    course = machine.restore([PROTOCOL], "patient 1", [entries[0], evolve(entries[1], step=touched)])
    assert [one.field for one in course.audit()] == ["step", "state"]


# Busy


def test_recording_from_a_callback_is_refused_and_leaves_the_course_as_it_was() -> None:
    class Eager:
        def on_enter_held(self, event: Any) -> None:
            course = event.kwargs["course"]
            done(course, visit(8, **WELL), request_id="from the callback")

    course = begun(STARTED, listener=Eager())
    before = all_of(course)
    with pytest.raises(Busy, match="error M004"):
        done(course, visit(7, **WELL | {"anc": 0.5}))
    assert all_of(course) == before
    assert done(course, visit(7, **WELL)).version == 2
