"""A regimen is an amount at an interval, never an amount alone; a dose is what is in force."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.regimen import AMOUNTS, NO_DRUG, Dose, Regimen, at_level, regimen
from protocol.model.time import DAY, HOUR, UNITS, WEEK

# As written, and as it is said.
REGIMENS = [
    ("100 mg every 2 days", Regimen(Fraction(100), "mg", 2 * DAY), "100 mg every 2 days"),
    ("100 mg every other day", Regimen(Fraction(100), "mg", 2 * DAY), "100 mg every 2 days"),
    ("100 mg every day", Regimen(Fraction(100), "mg", DAY), "100 mg every day"),
    ("100 mg every 1 day", Regimen(Fraction(100), "mg", DAY), "100 mg every day"),
    ("400 mg daily", Regimen(Fraction(400), "mg", DAY), "400 mg every day"),
    ("400 mg once daily", Regimen(Fraction(400), "mg", DAY), "400 mg every day"),
    ("400 mg twice daily", Regimen(Fraction(400), "mg", DAY // 2), "400 mg every 12 hours"),
    ("200 mg weekly", Regimen(Fraction(200), "mg", WEEK), "200 mg every week"),
    ("0.4 g daily", Regimen(Fraction(2, 5), "g", DAY), "0.4 g every day"),
    ("25mg every 30 minutes", Regimen(Fraction(25), "mg", 30), "25 mg every 30 minutes"),
    ("12.5 ug every 7 days", Regimen(Fraction(25, 2), "ug", WEEK), "12.5 ug every week"),
    ("  100   mg   every   2   days ", Regimen(Fraction(100), "mg", 2 * DAY), "100 mg every 2 days"),
    ("100 mg every 36 hours", Regimen(Fraction(100), "mg", 36 * HOUR), "100 mg every 36 hours"),
]


@pytest.mark.parametrize(("text", "read", "said"), REGIMENS)
def test_a_regimen_is_an_amount_a_unit_and_an_interval(text: str, read: Regimen, said: str) -> None:
    assert regimen(text) == read
    assert str(read) == said


NOT_REGIMENS = [
    ("", "'' is not a regimen"),
    ("100 mg", "'100 mg' is not a regimen"),
    ("mg daily", "'mg daily' is not a regimen"),
    ("-100 mg daily", "'-100 mg daily' is not a regimen"),
    ("1,000 mg daily", "'1,000 mg daily' is not a regimen"),
    ("1.2.3 mg daily", "'1.2.3' is not a number"),
    ("100 ml daily", "'ml' is not a dose unit in '100 ml daily'. Dose units: mg, g, ug."),
    ("0 mg daily", "a regimen of 0 mg gives no drug. Write 'none' for no drug."),
    ("0.0 mg daily", "a regimen of 0.0 mg gives no drug"),
    ("100 mg sometimes", "'sometimes' is not an interval in '100 mg sometimes'"),
    ("100 mg every month", "'every month' is not an interval"),
    ("100 mg every 0 days", "'every 0 days' is not an interval"),
    ("100 mg every 1.5 days", "'every 1.5 days' is not an interval"),
    ("100 mg every " + "9" * 5000 + " days", "is not an interval"),
]


@pytest.mark.parametrize(("text", "message"), NOT_REGIMENS)
def test_what_is_not_a_regimen_is_refused(text: str, message: str) -> None:
    with pytest.raises(NotationError) as raised:
        regimen(text)
    assert message in str(raised.value)
    assert raised.value.hint


SAME = [
    ("400 mg daily", "0.4 g daily", True),
    ("400 mg daily", "400000 ug every 24 hours", True),
    ("400 mg daily", "200 mg twice daily", False),
    ("100 mg every other day", "50 mg daily", False),
    ("100 mg daily", "100 mg every 2 days", False),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_the_same_regimen_is_the_same_amount_at_the_same_interval(one: str, other: str, same: bool) -> None:
    assert regimen(one).same_as(regimen(other)) is same


DOSES = [
    (at_level("starting"), True, "starting"),
    (Dose("off ladder", "50 mg every day"), True, "off the ladder (50 mg every day)"),
    (NO_DRUG, False, "none"),
]


@pytest.mark.parametrize(("dose", "is_drug", "said"), DOSES)
def test_a_dose_says_whether_drug_is_known_to_be_given(dose: Dose, is_drug: bool, said: str) -> None:
    assert dose.is_drug is is_drug
    assert str(dose) == said


# Laws

amounts = st.integers(1, 10**6).map(lambda thousandths: Fraction(thousandths, 1000))
intervals = st.builds(lambda count, size: count * size, st.integers(1, 60), st.sampled_from(sorted(UNITS.values())))
regimens = st.builds(Regimen, amounts, st.sampled_from(sorted(AMOUNTS)), intervals)


@given(regimens)
def test_a_regimen_reads_back_as_it_was_said(given_drug: Regimen) -> None:
    assert regimen(str(given_drug)) == given_drug


@given(regimens, regimens)
def test_being_the_same_regimen_goes_both_ways(one: Regimen, other: Regimen) -> None:
    assert one.same_as(one)
    assert one.same_as(other) == other.same_as(one)


@given(regimens, st.sampled_from(sorted(AMOUNTS)))
def test_a_regimen_in_another_unit_is_the_same_regimen(given_drug: Regimen, unit: str) -> None:
    moved = Regimen(given_drug.amount * AMOUNTS[given_drug.unit] / AMOUNTS[unit], unit, given_drug.every)
    assert moved.same_as(given_drug)
