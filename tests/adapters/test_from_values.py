"""A visit from the plain values of a form: each notation of the tables, and all that is wrong told at once by its field."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from protocol import visit
from protocol.errors import InputError
from protocol.model.course import Given, Observation, Visit
from protocol.model.regimen import regimen
from protocol.model.time import DAY, WEEK
from tests.semantics.small import PROTOCOL


@pytest.mark.parametrize(
    ("name", "value", "observations"),
    [
        ("anc", 0.8, [Observation("anc", 0.8)]),
        ("anc", 2, [Observation("anc", 2)]),
        ("anc", Fraction(1, 3), [Observation("anc", Fraction(1, 3))]),
        ("anc", "0.8", [Observation("anc", 0.8)]),
        ("anc", "<0.5", [Observation("anc", 0.5, censored="<")]),
        ("anc", "800 /uL", [Observation("anc", 800, "/uL")]),
        ("anc", "1.2 (1.5-7)", [Observation("anc", 1.2, lower=1.5, upper=7)]),
        ("anc", "not done", [Observation("anc", None)]),
        ("anc", "1; 2", [Observation("anc", 1), Observation("anc", 2)]),
        ("anc", "", []),
        ("toxicity", 2, [Observation("toxicity", 2)]),
        ("toxicity", ">=2", [Observation("toxicity", 2, censored=">=")]),
        ("response", "None", [Observation("response", "none")]),
        ("eligible", True, [Observation("eligible", "yes")]),
        ("eligible", False, [Observation("eligible", "no")]),
        ("eligible", "no", [Observation("eligible", "no")]),
    ],
)
def test_a_reading_is_written_as_in_a_table_or_is_a_plain_value(name: str, value: Any, observations: list[Observation]) -> None:
    assert visit(PROTOCOL, 7, {name: value}) == Visit(7 * DAY, tuple(observations))


@pytest.mark.parametrize(
    ("time", "minutes"), [(7, 7 * DAY), (0.5, DAY // 2), ("4 weeks", 4 * WEEK), ("28", 28 * DAY), (-7, -WEEK)]
)
def test_a_time_is_a_number_in_the_unit_of_the_protocol_or_a_duration(time: Any, minutes: int) -> None:
    assert visit(PROTOCOL, time, {}).time == minutes


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, None),
        ("", None),
        ("starting", Given("regimen", regimen("100 mg every day"))),
        ("300 mg every 2 days", Given("regimen", regimen("300 mg every 2 days"))),
        ("none", Given("none")),
        ("stopped", Given("stopped")),
        ("unknown", Given("unknown")),
        (Given("none"), Given("none")),
    ],
)
def test_what_was_given_is_a_level_or_a_regimen_or_a_word(given: Any, meant: Given | None) -> None:
    assert visit(PROTOCOL, 7, {}, given).given == meant


@pytest.mark.parametrize(
    ("time", "readings", "given", "place", "message"),
    [
        ("2026-01-31", {}, None, "time", "calendar dates are not read"),
        ("27 to 28", {}, None, "time", "a visit has one time, not a range"),
        ("", {}, None, "time", "the time is empty"),
        (None, {}, None, "time", "the time is None. Give days since the first dose"),
        (True, {}, None, "time", "the time is True"),
        (float("nan"), {}, None, "time", "nan is not a finite number"),
        (Decimal("1e2000"), {}, None, "time", "so many digits"),
        (7, {"anc": "0,8"}, None, "anc", "has a comma"),
        (7, {"anc": "low"}, None, "anc", "'low' is not a value of 'anc'"),
        (7, {"anc": None}, None, "anc", "'anc' has no value. Give 'not done' if it was not measured, or leave it out."),
        (7, {"anc": True}, None, "anc", "'anc' is True"),
        (7, {"anc": float("nan")}, None, "anc", "nan is not a finite number"),
        (7, {"anc": [1]}, None, "anc", "'anc' is a value of the type list"),
        (7, {"eligible": 1}, None, "eligible", "write 'yes'"),
        (7, {"eligible": "true"}, None, "eligible", "write 'yes'"),
        (7, {"response": True}, None, "response", "'response' is True"),
        (7, {"plateletes": 50}, None, "plateletes", "did you mean 'platelets'?  Inputs: anc, "),
        (7, {5: 50}, None, "5", "the number 5 is not an input of small"),
        (7, [("anc", 1)], None, "readings", "Give an object with a value for each input"),
        (7, {}, "a lot", "given", "'a lot' is neither a level nor a regimen"),
        (7, {}, 100, "given", "what was given is the number 100. Give a level"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_is_named(time: Any, readings: Any, given: Any, place: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        visit(PROTOCOL, time, readings, given)
    (problem,) = refused.value.problems
    assert problem.place == place
    assert message in f"{problem.message}. {problem.hint}"


def test_all_that_is_wrong_is_told_at_once_by_field_and_in_one_shape() -> None:
    with pytest.raises(InputError) as refused:
        visit(PROTOCOL, "soon", {"anc": "low", "platelets": 210, "lipase": 3}, "a lot")
    told = refused.value.as_dict()
    assert list(told) == ["error", "code", "message", "hint", "problems"]
    assert [one["place"] for one in told["problems"]] == ["time", "anc", "lipase", "given"]
    assert "anc: 'low' is not a value of 'anc'" in told["message"]
    assert str(refused.value).startswith("time: error C020: 'soon' is not a time")
