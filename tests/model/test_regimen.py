"""A regimen is an amount at an interval, never an amount alone; a dose is what is in force."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.cycle import Days
from protocol.model.regimen import AMOUNTS, NO_DRUG, Amount, Dose, Regimen, amount, at_level, kind_of, regimen
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
    ("1250 mg/m2 every 12 hours", Regimen(Fraction(1250), "mg", 12 * HOUR, "m2"), "1250 mg/m2 every 12 hours"),
    ("1250 mg/m2 twice daily", Regimen(Fraction(1250), "mg", 12 * HOUR, "m2"), "1250 mg/m2 every 12 hours"),
    ("5mg/kg weekly", Regimen(Fraction(5), "mg", WEEK, "kg"), "5 mg/kg every week"),
    ("18 U/kg/h", Regimen(Fraction(18), "U", HOUR, "kg", rate=True), "18 U/kg/h"),
    ("1000 U/h", Regimen(Fraction(1000), "U", HOUR, rate=True), "1000 U/h"),
    ("0.05 ug/kg/min", Regimen(Fraction(1, 20), "ug", 1, "kg", rate=True), "0.05 ug/kg/min"),
    ("5000 U every 12 hours", Regimen(Fraction(5000), "U", 12 * HOUR), "5000 U every 12 hours"),
    ("25 mg once", Regimen(Fraction(25), "mg", 0), "25 mg once"),
    ("80 U/kg  once", Regimen(Fraction(80), "U", 0, "kg"), "80 U/kg once"),
    ("100 % every day", Regimen(Fraction(100), "%", DAY), "100 % every day"),
    ("37.5% twice daily", Regimen(Fraction(75, 2), "%", 12 * HOUR), "37.5 % every 12 hours"),
    ("placebo every day", Regimen(Fraction(0), "mg", DAY), "placebo every day"),
    (" placebo twice daily ", Regimen(Fraction(0), "mg", 12 * HOUR), "placebo every 12 hours"),
    ("placebo once", Regimen(Fraction(0), "mg", 0), "placebo once"),
    ("25 mg daily on days 1 to 21 of 28", Regimen(25, "mg", DAY, days=Days(1, 21, 28)), "25 mg every day on days 1 to 21 of 28"),
    (
        "1250 mg/m2 twice daily  on  days 1  to 14 of 21",
        Regimen(1250, "mg", 12 * HOUR, "m2", days=Days(1, 14, 21)),
        "1250 mg/m2 every 12 hours on days 1 to 14 of 21",
    ),
    (
        "10 mg twice daily on day 8 of 21",
        Regimen(10, "mg", 12 * HOUR, days=Days(8, 8, 21)),
        "10 mg every 12 hours on day 8 of 21",
    ),
    ("placebo daily on days 1 to 5 of 7", Regimen(0, "mg", DAY, days=Days(1, 5, 7)), "placebo every day on days 1 to 5 of 7"),
    ("2 U/kg/h on days 1 to 7 of 28", Regimen(2, "U", HOUR, "kg", True, Days(1, 7, 28)), "2 U/kg/h on days 1 to 7 of 28"),
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
    ("100 ml daily", "'ml' is not a dose unit in '100 ml daily'. Dose units: mg, g, ug, U, %."),
    ("0 mg daily", "a regimen of 0 mg gives no drug. Write 'none' for no drug."),
    ("0.0 mg daily", "a regimen of 0.0 mg gives no drug"),
    ("100 mg sometimes", "'sometimes' is not an interval in '100 mg sometimes'"),
    ("100 mg every month", "'every month' is not an interval"),
    ("100 mg every 0 days", "'every 0 days' is not an interval"),
    ("100 mg every 1.5 days", "'every 1.5 days' is not an interval"),
    ("100 mg every " + "9" * 5000 + " days", "is not an interval"),
    ("18 U/kg", "'18 U/kg' is not a regimen"),
    ("18 U/kg/h every day", "'18 U/kg/h every day' has both a rate and an interval"),
    ("18 U/h/kg", "'/kg' cannot stand in '18 U/h/kg'"),
    ("18 U/kg/m2 daily", "'/m2' cannot stand in '18 U/kg/m2 daily'"),
    ("18 U/kg/hour", "'/hour' cannot stand in '18 U/kg/hour'. did you mean '/h'?"),
    ("5 mg/kg/day", "'/day' in '5 mg/kg/day' does not say whether that is given at once. Write '5 mg/kg every day'"),
    ("5 mg/week", "'/week' in '5 mg/week' does not say whether that is given at once. Write '5 mg every week'"),
    ("5 mg/ daily", "'/' cannot stand in '5 mg/ daily'"),
    ("0 U/kg/h", "a regimen of 0 U gives no drug"),
    ("18 IU/kg/h", "'IU' is not a dose unit in '18 IU/kg/h'. write 'U'."),
    ("100 mcg daily", "'mcg' is not a dose unit in '100 mcg daily'. write 'ug'."),
    ("100 \u00b5g daily", "is not a dose unit in '100 \u00b5g daily'. write 'ug'."),
    ("placebo", "'placebo' is not a regimen"),
    ("75% of full", "'of full' is not an interval in '75% of full'. Only a level under 'doses' is a share of another level"),
    ("50 %/kg daily", "'/kg' cannot stand behind a share of the prescribed dose in '50 %/kg daily'"),
    ("50 %/h", "'/h' cannot stand behind a share of the prescribed dose in '50 %/h'"),
    ("25 mg once on days 1 to 3 of 4", "'once' does not go with 'on days 1 to 3 of 4'"),
    ("25 mg weekly on days 1 to 3 of 14", "'weekly' does not go with 'on days 1 to 3 of 14'"),
    ("25 mg on days 1 to 21 of 28", "'25 mg on days 1 to 21 of 28' is not a regimen. Write an amount, an interval and the days"),
    ("25 mg daily on days 1-21 of 28", "'on days 1-21 of 28' does not say the days of a cycle. Write days of a cycle as one run"),
    ("25 mg daily on days 1, 8 and 15 of 28", "'on days 1, 8 and 15 of 28' does not say the days of a cycle"),
    ("25 mg daily on days 3 to 1 of 28", "a cycle of 28 days has no days 3 to 1"),
    ("25 mg daily on days 0 to 1 of 28", "a cycle of 28 days has no days 0 to 1"),
    ("25 mg daily on day 29 of 28", "a cycle of 28 days has no day 29"),
    ("25 mg daily on days 1 to 28 of 28", "days 1 to 28 are all the days of the cycle. Leave them out"),
    ("25 mg, days 1-21", "'25 mg, days 1-21' is not a regimen. Write an amount, an interval and the days of the cycle"),
    ("25 mg daily, 21 of 28 days", "'daily, 21 of 28 days' is not an interval"),
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
    ("5 mg/kg weekly", "0.005 g/kg every 7 days", True),
    ("5 mg/kg weekly", "5 mg weekly", False),
    ("5 mg/kg weekly", "5 mg/m2 weekly", False),
    ("1 mg daily", "1 U daily", False),
    ("60 U/h", "1 U/min", True),
    ("60 U/h", "60 U/min", False),
    ("60 U/h", "60 U every hour", False),
    ("60 U/kg/h", "60 U/h", False),
    ("25 mg once", "0.025 g once", True),
    ("25 mg once", "50 mg once", False),
    ("25 mg once", "25 mg daily", False),
    ("1 mg daily", "1 % daily", False),
    ("50 % daily", "50% once daily", True),
    ("placebo daily", "placebo every 24 hours", True),
    ("placebo daily", "placebo weekly", False),
    ("placebo daily", "1 mg daily", False),
    ("25 mg daily on days 1 to 21 of 28", "25000 ug every day on days 1 to 21 of 28", True),
    ("25 mg daily on days 1 to 21 of 28", "25 mg daily on days 1 to 14 of 28", False),
    ("25 mg daily on days 1 to 21 of 28", "25 mg daily", False),
]


LESS = [
    ("100 mg every 2 days", "100 mg daily", True),
    ("50 mg daily", "100 mg every 2 days", False),
    ("1 U/h", "1 U/min", True),
    ("1 U/min", "59 U/h", False),
    ("1 U/h", "25 U daily", True),
    ("1 U/kg/h", "2 U/h", None),
    ("1 mg daily", "2 U daily", None),
    ("1 mg/m2 daily", "2 mg/kg daily", None),
    ("25 mg once", "50 mg once", True),
    ("25 mg once", "25 mg once", False),
    ("25 mg once", "50 mg daily", None),
    ("50 % daily", "100 % daily", True),
    ("50 % daily", "100 mg daily", None),
    ("placebo daily", "1 ug/kg weekly", True),
    ("placebo daily", "5 U once", True),
    ("1 mg daily", "placebo daily", False),
    ("10 mg daily on days 1 to 21 of 28", "10 mg daily", True),
    ("7.5 mg daily", "10 mg daily on days 1 to 21 of 28", False),
    ("7.4 mg daily", "10 mg daily on days 1 to 21 of 28", True),
    ("10 mg daily on days 1 to 14 of 28", "10 mg daily on days 1 to 21 of 28", True),
    ("10 mg every 2 days on days 1 to 3 of 28", "10 mg daily on days 1 to 2 of 28", False),
    ("1 U/h on days 1 to 7 of 28", "6 U daily", False),
    ("1 U/h on days 1 to 7 of 28", "7 U daily", True),
]


@pytest.mark.parametrize(("one", "other", "less"), LESS)
def test_less_drug_over_time_is_said_only_of_what_can_be_compared(one: str, other: str, less: bool | None) -> None:
    lower, upper = regimen(one), regimen(other)
    assert lower.comparable(upper) is upper.comparable(lower) is (less is not None)
    assert less is None or lower.less_than(upper) is less


AMOUNTS_WRITTEN = [
    ("80 U/kg", Amount(Fraction(80), "U", "kg"), "80 U/kg"),
    (" 5000U ", Amount(Fraction(5000), "U"), "5000 U"),
    ("0.5 mg/m2", Amount(Fraction(1, 2), "mg", "m2"), "0.5 mg/m2"),
]


@pytest.mark.parametrize(("text", "read", "said"), AMOUNTS_WRITTEN)
def test_an_amount_is_given_once(text: str, read: Amount, said: str) -> None:
    assert amount(text) == read
    assert str(read) == said
    assert amount(said) == read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not an amount. Write an amount and a unit"),
        ("80", "'80' is not an amount"),
        ("U/kg", "'U/kg' is not an amount"),
        ("0 U", "an amount of 0 U gives no drug"),
        ("80 tablets daily", "'tablets' is not a dose unit"),
        ("80 U/kg/h", "'80 U/kg/h' is not one amount. It is given once, without interval or rate; write '80 U/kg'."),
        ("80 U daily", "'80 U daily' is not one amount. It is given once, without interval or rate; write '80 U'."),
        ("1.2.3 U", "'1.2.3' is not a number"),
    ],
)
def test_what_is_not_an_amount_is_refused(text: str, message: str) -> None:
    with pytest.raises(NotationError) as raised:
        amount(text)
    assert message in str(raised.value)


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
units, sizes = st.sampled_from(sorted({*AMOUNTS} - {"%"})), st.sampled_from(("", "kg", "m2"))
runs = (
    st.tuples(st.integers(1, 28), st.integers(1, 28), st.integers(1, 28))
    .map(sorted)
    .filter(lambda run: run[1] - run[0] < run[2] - 1)
)
cycles = st.one_of(st.none(), runs.map(lambda run: Days(*run)))
doses = st.builds(Regimen, amounts, units, intervals, sizes)
rates = st.builds(Regimen, amounts, units, st.sampled_from((1, HOUR)), sizes, st.just(True), cycles)
on_days = st.builds(Regimen, amounts, units, st.sampled_from((8 * HOUR, DAY)), sizes, st.just(False), cycles)
single = st.builds(Regimen, amounts, units, st.just(0), sizes)
shares = st.builds(Regimen, amounts, st.just("%"), st.just(0) | intervals)
placebos = st.builds(Regimen, st.just(Fraction(0)), st.just("mg"), st.just(0) | intervals)
regimens = doses | rates | on_days | single | shares | placebos


@given(regimens)
def test_a_regimen_reads_back_as_it_was_said(given_drug: Regimen) -> None:
    assert regimen(str(given_drug)) == given_drug


@given(regimens, regimens)
def test_being_the_same_regimen_goes_both_ways(one: Regimen, other: Regimen) -> None:
    assert one.same_as(one)
    assert one.same_as(other) == other.same_as(one)


@given(regimens, st.sampled_from(sorted(AMOUNTS)))
def test_a_regimen_in_another_unit_of_mass_is_the_same_regimen(given_drug: Regimen, unit: str) -> None:
    assume(unit != "%" and not given_drug.is_placebo)
    moved = evolve(given_drug, amount=given_drug.amount * AMOUNTS[given_drug.unit] / AMOUNTS[unit], unit=unit)
    assert moved.same_as(given_drug) == (kind_of(unit) == kind_of(given_drug.unit))


@given(regimens, regimens)
def test_whether_two_regimens_can_be_compared_goes_both_ways(one: Regimen, other: Regimen) -> None:
    assert one.comparable(other) == other.comparable(one)


@given(regimens, regimens)
def test_of_two_regimens_at_most_one_is_less_and_none_of_the_same(one: Regimen, other: Regimen) -> None:
    assert not (one.less_than(other) and other.less_than(one))
    assert not (one.same_as(other) and one.less_than(other))
