"""What a live course is handed: whatever it accepts can be stored and loaded, and whatever it does not is a ProtocolError."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import machine, stored
from protocol.errors import CommitError, NotationError, ProtocolError, RefusedVisit, StaleVersion, Unsigned, VisitError
from protocol.executors.machine import LiveCourse
from protocol.model.course import Course, Exposure, Given, Observation, Visit
from protocol.model.regimen import Regimen, regimen
from protocol.model.time import DAY
from tests.executors.test_machine import NOW, begun, done, signed
from tests.semantics.small import PROTOCOL, STARTED, WELL, visit
from tests.test_laws import often

DAILY = regimen("100 mg every day")
ODD = (
    None, True, False, 0, 5, -1, 2, 10**5000, -(10**25), 1.5, float("nan"), float("inf"), 5e-324, 1e308, Decimal("0.1"),
    Decimal("NaN"), Decimal("1E+999999999"), Decimal("1e-999999999"), Fraction(1, 3), Fraction(1, 10**2000), 1j, "", " ", "anc",
    "none", "regimen", "mg", "kg", "<", "\ud800", "\x00", "1e999", b"anc", bytearray(b"x"), [], [1], ["anc"], {}, {"anc": 1},
    (), (None,), {1}, object(), Observation, DAILY, Given("none"), Observation("anc", 1), Visit(7 * DAY), PROTOCOL, NOW,
    date(2026, 1, 1), timedelta(1), datetime(2026, 1, 1), datetime.min.replace(tzinfo=timezone(timedelta(hours=9))), range(2),
)  # fmt: skip

REGIMEN = {"amount": 100, "unit": "mg", "every": DAY, "per": "", "rate": False, "days": None}
OBSERVATION = {"input": "anc", "value": 2, "unit": "", "censored": "", "lower": None, "upper": None, "observed": None,
               "recorded": None, "row": ""}  # fmt: skip
GIVEN = {"kind": "regimen", "regimen": DAILY, "level": ""}
VISIT = {"time": 7 * DAY, "observations": (), "given": None, "latest": None, "row": ""}
SIGNATURE = {"request_id": "form 9", "expected_version": 1, "by": "Dr. A", "recorded_at": NOW, "why": "because"}
MAPPING = {"levels": (), "rules": (), "trackers": (), "inputs": ()}


class Odd:
    """The arguments of one call, in the order in which they are made; those at some places as nobody should give them."""

    def __init__(self, instead: dict[int, Any]) -> None:
        self.instead, self.places = instead, 0

    def __call__(self, fields: dict[str, Any]) -> dict[str, Any]:
        made = dict(fields)
        for name in fields:
            made[name] = self.instead.get(self.places, made[name])
            self.places += 1
        return made


def any_given(odd: Odd) -> Any:
    return Given(**odd(GIVEN | {"regimen": Regimen(**odd(REGIMEN))}))


def any_visit(odd: Odd) -> Any:
    return Visit(**odd(VISIT | {"observations": [Observation(**odd(OBSERVATION))], "given": any_given(odd)}))


def a_visit(course: LiveCourse, odd: Odd) -> None:
    course.commit(course.decide(any_visit(odd)), **odd(SIGNATURE))


def a_record(course: LiveCourse, odd: Odd) -> None:
    course.record(any_visit(odd), **odd(SIGNATURE))


def a_correction(course: LiveCourse, odd: Odd) -> None:
    said = odd({"time": 0, "observations": [Observation(**odd(OBSERVATION))]})
    course.correct(said["time"], said["observations"], **odd(SIGNATURE))


def an_override(course: LiveCourse, odd: Odd) -> None:
    said = odd({"given": any_given(odd), "time": 0})
    course.override(said["given"], time=said["time"], **odd(SIGNATURE))


def a_migration(course: LiveCourse, odd: Odd) -> None:
    said = odd({"into": PROTOCOL, "mapping": machine.Mapping(**odd(MAPPING))})
    course.migrate(said["into"], said["mapping"], **odd(SIGNATURE))


def a_beginning(course: LiveCourse, odd: Odd) -> None:
    begun = machine.begin(**odd({"protocol": PROTOCOL, "patient": "patient 1"}))
    assert stored.from_json(stored.to_json(begun), PROTOCOL).patient == begun.patient


def a_question(course: LiveCourse, odd: Odd) -> None:
    said = odd({"due": 7, "needs": 7, "answer_to": "form 1", "decide": visit(7)})
    course.due(said["due"]), course.needs(said["needs"]), course.answer_to(said["answer_to"]), course.decide(said["decide"])


CALLS = (a_visit, a_record, a_correction, an_override, a_migration, a_beginning, a_question)


def check(call: Callable[[LiveCourse, Odd], None], instead: dict[int, Any]) -> int:
    """The call made with these arguments at these places; gives the number of places that it came to."""
    course, odd = begun(STARTED), Odd(instead)
    with contextlib.suppress(ProtocolError):
        call(course, odd)
    again = stored.from_json(stored.to_json(course), PROTOCOL)
    assert (again.state, again.entries, again.patient) == (course.state, course.entries, course.patient), instead
    return odd.places


@pytest.mark.parametrize("call", CALLS)
def test_whatever_is_accepted_can_be_loaded_and_all_else_is_a_protocol_error(call: Callable[[LiveCourse, Odd], None]) -> None:
    for place in range(check(call, {})):
        for value in ODD:
            check(call, {place: value})


@pytest.mark.parametrize("call", CALLS)
@often
@given(data=st.data())
def test_so_it_is_with_several_odd_arguments(call: Callable[[LiveCourse, Odd], None], data: st.DataObject) -> None:
    places = st.dictionaries(st.integers(0, 24), st.sampled_from(ODD), min_size=2, max_size=4)
    check(call, data.draw(places))


def test_the_calls_are_as_they_should_be_where_nothing_is_odd() -> None:
    for call in CALLS:
        call(begun(STARTED), Odd({}))


# What the messages say


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Observation("anc", [1]), "a value is a value of the type list. Give a number"),
        (lambda: Observation("anc", b"1"), "a value is a value of the type bytes. Give a number"),
        (lambda: Observation("anc", 10**5000), "a number of so many digits is no value"),
        (lambda: Observation("anc", 1, unit=None), r"'unit' of an observation is None. Give a unit such as '10\*9/L'"),
        (lambda: Observation("anc", 1, censored=5), "'censored' of an observation is the number 5. Give '<', '<=', '>' or '>='"),
        (lambda: Observation("anc", 1, row=5), "'row' of an observation is the number 5"),
        (lambda: Observation(7, 1), "'input' of an observation is the number 7. Give the name of an input"),
        (lambda: Observation("anc", 1, observed="7"), "the text '7' is not a time. A time is a whole number of minutes"),
        (lambda: Visit(True), "True is not a time"),
        (lambda: Visit(1_767_225_600_000), "the number 1767225600000 is too far from the first dose"),
        (lambda: Visit(7, row=5), "'row' of a visit is the number 5"),
        (lambda: Visit(7, given="none"), r"'given' of a visit is the text 'none'. Give a Given, such as Given\('none'\)"),
        (lambda: Visit(7, {"anc": 1}), "one of the 'observations' of a visit is the text 'anc'. Give a tuple of values of the"),
        (lambda: Visit(7, 5), "'observations' of a visit is the number 5"),
        (lambda: Given("nonsense"), "'kind' of what was given is the text 'nonsense'. Give 'regimen', 'none'"),
        (lambda: Given("regimen", "100 mg every day"), "is the text '100 mg every day'. Give a Regimen, such as protocol.model"),
        (lambda: Given("regimen", DAILY, 5), "'level' of what was given is the number 5. Give the name of a level, or ''"),
        (lambda: Regimen(100, "mg", DAY, days=5), "'days' of a regimen is the number 5. Give the Days of a cycle, or None"),
        (lambda: Regimen(100, "pills", DAY), "'unit' of a regimen is the text 'pills'. Give one of mg"),
        (lambda: Regimen(0, "U", DAY), "a regimen of 0 U every 1440 minutes cannot be given"),
        (lambda: Exposure(0, None, None), "'given' of an exposure is None"),
        (lambda: Course(7, ()), "'name' of a course is the number 7"),
        (lambda: machine.begin(PROTOCOL, 7), "the patient is the number 7. Give the name of the patient as a text"),
        (lambda: machine.begin("imatinib-hes", "x"), r"the protocol is the text 'imatinib-hes'. Give a Protocol, such as"),
        (lambda: machine.Mapping(levels="ab"), "a part of the mapping is the text 'ab'. Give a dictionary of texts"),
        (lambda: machine.Mapping(levels={"a": None}), "a name in the mapping is None. Give a dictionary of texts"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_told_with_its_name_and_what_would_be_right(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(NotationError, match=message):
        make()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"by": 7}, "error M015: 'by' is the number 7, not a text"),
        ({"by": None}, "error M001: 'by' is missing"),
        ({"why": None}, "error M015: 'why' is None, not a text"),
        ({"why": ["x"]}, "error M015: 'why' is a value of the type list, not a text"),
        ({"request_id": [1]}, "error M015: 'request_id' is a value of the type list"),
        ({"recorded_at": "2026-01-01"}, "error M015: 'recorded_at' is the text '2026-01-01', not a datetime"),
        ({"recorded_at": datetime.min.replace(tzinfo=timezone(timedelta(hours=9)))}, "error M002: recorded_at is no time in UTC"),
        ({"expected_version": "1"}, "error M015: 'expected_version' is the text '1', not a whole number"),
        ({"expected_version": True}, "error M015: 'expected_version' is True, not a whole number"),
    ],
)
def test_a_signature_of_the_wrong_type_is_refused_and_said_to_be_so(how: dict[str, Any], message: str) -> None:
    course = begun(STARTED)
    for record in (
        lambda signature: course.commit(course.decide(visit(7, **WELL)), **signature),
        lambda signature: course.record(visit(7, **WELL), **signature),
        lambda signature: course.correct(0, [Observation("anc", 1)], **signature),
        lambda signature: course.override(Given("none"), **signature),
        lambda signature: course.migrate(PROTOCOL, machine.Mapping(), **signature),
    ):
        with pytest.raises(Unsigned, match=message):
            record(SIGNATURE | how)
    assert course.version == 1


def test_what_was_given_is_not_called_a_correction_where_it_is_missing() -> None:
    with pytest.raises(NotationError, match=r"what was given is None\. Give a Given"):
        begun(STARTED).override(None, **SIGNATURE)  # type: ignore[arg-type]


def test_what_is_no_step_is_not_committed() -> None:
    with pytest.raises(CommitError, match="error M009: the step is None"):
        begun(STARTED).commit(None, **SIGNATURE)  # type: ignore[arg-type]


def test_a_request_id_that_is_no_text_is_nobodys() -> None:
    with pytest.raises(Unsigned, match="error M015"):
        begun(STARTED).answer_to([1])  # type: ignore[arg-type]


# What is kept


def test_the_observations_of_a_generator_are_kept() -> None:
    kept = Visit(7 * DAY, (Observation(name, 1) for name in ("anc", "platelets")))  # type: ignore[arg-type]
    assert [one.input for one in kept.observations] == ["anc", "platelets"] == [one.input for one in kept.observations]
    assert Course("x", iter([kept])).visits == (kept,)  # type: ignore[arg-type]


def test_a_number_of_the_library_of_arrays_is_kept_as_a_plain_one() -> None:
    class Eight:
        def __index__(self) -> int:
            return 8

    kept = Observation("anc", Eight())  # type: ignore[arg-type]
    assert type(kept.value) is Fraction and type(kept.value.numerator) is int


def test_the_moment_of_recording_is_kept_as_a_plain_datetime() -> None:
    class Stamp(datetime):
        """As array libraries have one, with nanoseconds in its text."""

        def isoformat(self, *how: Any) -> str:
            return super().isoformat(*how) + "123"

    course = begun()
    assert type(done(course, STARTED, recorded_at=Stamp(2026, 3, 2, tzinfo=UTC)).recorded_at) is datetime
    assert stored.from_json(stored.to_json(course), PROTOCOL).version == 1


# Visits out of order, and again


def test_a_visit_that_cannot_be_recorded_is_not_decided_either() -> None:
    course = begun(STARTED, visit(7, **WELL))
    with pytest.raises(RefusedVisit, match="error M007: there is a visit on day 7 already"):
        course.decide(visit(7, **WELL))
    with pytest.raises(RefusedVisit, match=r"error M016: a visit on day 6 cannot follow(.|\n)*observed=") as refused:
        course.decide(visit(6, **WELL))
    assert isinstance(refused.value, VisitError)


def test_a_record_decides_and_commits_in_one() -> None:
    course, other = begun(STARTED), begun(STARTED)
    entry = course.record(visit(7, **WELL | {"anc": 0.5}), **signed(course))
    assert entry == done(other, visit(7, **WELL | {"anc": 0.5}))
    assert course.state == other.state


def test_a_record_sent_again_gets_its_entry_whatever_came_in_between() -> None:
    course = begun(STARTED)
    how = signed(course)
    entry = course.record(visit(7, **WELL), **how)
    done(course, visit(14, **WELL))
    assert course.record(visit(7, **WELL), **how) is entry
    for again in (visit(7, **WELL | {"anc": 0.5}), visit(6), visit(21)):
        with pytest.raises(CommitError, match="error M005: request 'r1' made version 2 with other content"):
            course.record(again, **how)
    with pytest.raises(StaleVersion):
        course.record(visit(21), **how | {"request_id": "another"})
    assert course.version == 3


def test_a_record_says_why_where_the_protocol_does_not_permit_what_was_given() -> None:
    course = begun(STARTED)
    with pytest.raises(CommitError, match="error M008"):
        course.record(visit(7, given="400 mg every day", **WELL), **signed(course))
    assert course.record(visit(7, given="400 mg every day", **WELL), **signed(course, why="by mistake")).step.deviations


# Refused readings, and what a form asks


def test_a_reading_that_cannot_be_used_is_refused_or_raised_as_the_caller_wants() -> None:
    course = begun(STARTED)
    wrong = visit(7, **WELL | {"anc": 5000})
    assert course.decide(wrong).refused
    with pytest.raises(VisitError, match="anc: 5000 is not plausible for anc") as refused:
        course.decide(wrong, strict=True)
    assert [(one["place"], one["message"][:21]) for one in refused.value.as_dict()["problems"]] == [
        ("anc", "5000 is not plausible")
    ]
    with pytest.raises(VisitError, match="anc: 5000 is not plausible"):
        course.record(wrong, **signed(course), strict=True)
    entry = course.record(wrong, **signed(course))
    assert entry.step and [one.observation.input for one in entry.step.refused] == ["anc"]


def test_a_form_asks_what_the_decision_waits_for() -> None:
    course = begun()
    assert course.needs(0) == ("died", "eligible")
    done(course, STARTED)
    assert "anc" in course.needs(28 * DAY) and "eligible" not in course.needs(28 * DAY)
    with pytest.raises(NotationError):
        course.needs("28")  # type: ignore[arg-type]
