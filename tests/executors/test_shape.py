"""Each type of value is written to JSON in one form and read back strictly; every problem is told with the way to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any, Literal

import attrs
import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from protocol import initial, step
from protocol.executors import shape as shape_module
from protocol.executors.scalars import Mismatch
from protocol.executors.shape import shape
from protocol.model.course import Given, Observation, Visit
from protocol.model.decision import Decision, Effect, Step, Verdict
from protocol.model.regimen import NO_DRUG, at_level, regimen
from protocol.model.state import Control, Counted, Extreme, Held, Interval, Lasting, State
from protocol.testing import courses, protocols
from tests.test_laws import often

NINE = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)

WRITTEN: tuple[tuple[Any, Any, Any], ...] = (
    # type, value, JSON
    (str, "×", "×"),
    (int, -7, -7),
    (bool, True, True),
    (Fraction, Fraction(3, 2), "1.5"),
    (Fraction, Fraction(-1, 3), "-1/3"),
    (Fraction, Fraction(0), "0"),
    (datetime, NINE, "2026-01-31T09:30:00Z"),
    (datetime, NINE.astimezone(timezone(timedelta(hours=-5))), "2026-01-31T09:30:00Z"),
    (datetime, NINE.replace(microsecond=5), "2026-01-31T09:30:00.000005Z"),
    (Literal["less", "more"], "more", "more"),
    (tuple[int, ...], (3, 1), [3, 1]),
    (tuple[bool, int], (False, 2), [False, 2]),
    (frozenset[str], frozenset("bca"), ["a", "b", "c"]),
    (int | None, None, None),
    (Fraction | str | None, Fraction(4), {"number": "4"}),
    (Fraction | str | None, "4", "4"),
    (Fraction | str | None, None, None),
    (Interval | str | None, "partial", "partial"),
    (Interval | None, Interval(Fraction(0), Fraction(1, 2), open_high=True),
     {"low": "0", "high": "0.5", "open_low": False, "open_high": True}),
    (Counted | Lasting | Extreme, Counted(((False, 1), (True, 2)), 60),
     {"kind": "counted", "possible": [[False, 1], [True, 2]], "changed": 60}),
    (Counted | Lasting | Extreme, Lasting(None, 5), {"kind": "lasting", "definite": None, "possible": 5}),
    (Counted | Lasting | Extreme, Extreme(Fraction(1, 3)), {"kind": "extreme", "low": "1/3", "high": None, "changed": None}),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "expected"), WRITTEN)
def test_a_value_is_written_in_one_form_and_read_back_as_it_was(kind: Any, value: Any, expected: Any) -> None:
    assert shape(kind).write(value) == expected
    assert type(shape(kind).write(value)) is type(expected)
    assert shape(kind).read(json.loads(json.dumps(expected))) == value


REFUSED: tuple[tuple[Any, Any, str], ...] = (
    # type, JSON, problem
    (str, 1, "1 where a text is expected"),
    (str, None, "null where a text is expected"),
    (int, True, "true or false where a whole number is expected"),
    (int, 1.0, "1.0 where a whole number is expected"),
    (int, "1", "'1' where a whole number is expected"),
    (bool, 0, "0 where true or false is expected"),
    (Fraction, 1, "1 where a number as text, such as '1.5' or '1/3', is expected"),
    (Fraction, 1.5, "1.5 where a number as text, such as '1.5' or '1/3', is expected"),
    (Fraction, "NaN", "'NaN' where a number as text, such as '1.5' or '1/3', is expected"),
    (Fraction, "1/0", "'1/0' where a number as text, such as '1.5' or '1/3', is expected"),
    (Fraction, "1e5", "'1e5' where a number as text, such as '1.5' or '1/3', is expected"),
    (Fraction, "1_0", "'1_0' where a number as text, such as '1.5' or '1/3', is expected"),
    (Fraction, "٣", "'٣' where a number as text, such as '1.5' or '1/3', is expected"),
    (Fraction, "9" * 5000, f"'{'9' * 40}' where a number as text, such as '1.5' or '1/3', is expected"),
    (datetime, "2026-01-31T09:30:00", "'2026-01-31T09:30:00' where a time in UTC, such as '2026-01-31T09:30:00Z', is expected"),
    (datetime, "2026-02-31T09:30:00Z", "'2026-02-31T09:30:00Z' where a time in UTC, such as '2026-01-31T09:30:00Z', is expected"),
    (Literal["less", "more"], "least", "'least' where one of 'less', 'more' is expected"),
    (Literal["less", "more"], [], "a list where one of 'less', 'more' is expected"),
    (tuple[int, ...], {}, "an object where a list is expected"),
    (tuple[bool, int], [True], "a list of 1 where one of 2 is expected"),
    (frozenset[str], "ab", "'ab' where a list is expected"),
    (Fraction | str | None, 4, "4 where a text or an object is expected"),
    (Interval | str | None, 4, "4 where an object is expected"),
    (Counted | Lasting | Extreme, [], "a list where an object is expected"),
)


@pytest.mark.parametrize(("kind", "value", "problem"), REFUSED, ids=lambda value: repr(value)[:40])
def test_a_value_of_another_type_is_refused(kind: Any, value: Any, problem: str) -> None:
    with pytest.raises(Mismatch) as caught:
        shape(kind).read(value)
    assert caught.value.problems == (("", problem),)


def test_every_problem_is_told_with_the_way_to_it() -> None:
    effect = Effect(Control("held"), at_level("low"), NO_DRUG)
    one = Step(Visit(0, (Observation("anc", 1),)), Decision(0, "decided", "hold", effect, effect), State(memory=(Counted(),)))
    document = shape(Step).write(one)
    document["visit"]["time"] = "0"
    document["visit"]["observations"][0]["value"] = {"number": "x", "unit": "kg"}
    document["decision"]["status"] = "sure"
    del document["state"]["reasons"]
    document["state"]["memory"][0] = {"kind": "felt"}
    document["remark"] = ""
    with pytest.raises(Mismatch) as caught:
        shape(Step).read(document)
    assert dict(caught.value.problems) == {
        ".visit.time": "'0' where a whole number is expected",
        ".visit.observations[0].value.number": "'x' where a number as text, such as '1.5' or '1/3', is expected",
        ".visit.observations[0].value.unit": "is not a field that is known here",
        ".decision.status": "'sure' where one of 'decided', 'provisional', 'undecided' is expected",
        ".state.reasons": "is missing",
        ".state.memory[0].kind": "'felt' where one of 'counted', 'lasting', 'since', 'extreme' is expected",
        ".remark": "is not a field that is known here",
    }


def test_what_a_class_refuses_is_refused_where_it_stands() -> None:
    document = shape(Verdict).write(Verdict(Given("regimen", regimen("1 mg daily")), "every", True))
    document["given"]["kind"] = "none"
    with pytest.raises(Mismatch, match="regimen belongs to the kind") as caught:
        shape(Verdict).read(document)
    assert caught.value.problems[0][0] == ".given"


def test_what_a_class_would_change_when_it_is_made_is_refused() -> None:
    @frozen
    class Sorted:
        names: tuple[str, ...] = field(converter=lambda names: tuple(sorted(set(names))))

    Sorted.__annotations__["names"] = tuple[str, ...]
    assert shape(Sorted).read({"names": ["a", "b"]}) == Sorted(("b", "a"))
    with pytest.raises(Mismatch, match="is not in the form in which it is stored"):
        shape(Sorted).read({"names": ["a", "a"]})


@frozen
class Longer:
    """A class of a later release, in which a field was added."""

    name: str
    again: bool = False


def test_a_field_is_left_out_only_where_an_earlier_release_did_not_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Mismatch, match="is missing"):
        shape(Longer).read({"name": "a"})
    monkeypatch.setattr(shape_module, "ADDED", frozenset({("Longer", "again")}))
    assert shape(Longer).read({"name": "a"}) == Longer("a")
    with pytest.raises(Mismatch, match="is missing"):
        shape(Longer).read({"again": True})


def test_a_type_without_a_shape_is_an_error_of_the_programmer() -> None:
    with pytest.raises(TypeError, match="no shape for"):
        shape(Callable)


@often
@given(st.data())
def test_what_is_written_of_any_step_is_read_back_as_it_was(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    state = initial(protocol)
    for visit in data.draw(courses(protocol)).visits:
        taken = step(protocol, state, visit)
        state = taken.state
        text = json.dumps(shape(Step).write(taken))
        again = shape(Step).read(json.loads(text))
        assert again == taken
        assert again.decision.after.undefined == taken.decision.after.undefined
        assert json.dumps(shape(Step).write(again)) == text


def test_every_field_of_a_reading_is_kept() -> None:
    held = Held("anc", Interval(Fraction(1), Fraction(2)), 5, "1 to 2", Fraction(0), Fraction(1, 3))
    assert shape(Held).read(shape(Held).write(held)) == held
    assert set(shape(Held).write(held)) == {item.name for item in attrs.fields(Held)}
