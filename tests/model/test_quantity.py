"""Numbers are exact, and units convert only where the factor is exact."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.quantity import SPELLINGS, UNITS, convert, exact, say_number, unit

NUMBERS = [
    ("1.5", Fraction(3, 2)),
    (" 1.5 ", Fraction(3, 2)),
    ("-0.25", Fraction(-1, 4)),
    ("+3", Fraction(3)),
    (".5", Fraction(1, 2)),
    ("5.", Fraction(5)),
    ("1e3", Fraction(1000)),
    (400, Fraction(400)),
    (0.1 + 0.2, Fraction(3, 10)),
    (2.675, Fraction(107, 40)),
    (-0.0, Fraction(0)),
    (Decimal("1.10"), Fraction(11, 10)),
    (Fraction(1, 3), Fraction(1, 3)),
]


@pytest.mark.parametrize(("written", "number"), NUMBERS)
def test_a_number_is_read_exactly(written: int | float | str | Decimal | Fraction, number: Fraction) -> None:
    assert exact(written) == number


NOT_NUMBERS = [
    ("1,5", "has a comma. Write a decimal point"),
    ("1,000", "no thousands separator"),
    ("", "'' is not a number"),
    ("high", "'high' is not a number"),
    ("0x10", "'0x10' is not a number"),
    ("1_000", "'1_000' is not a number"),
    ("1/3", "'1/3' is not a number"),
    ("nan", "'nan' is not a number"),
    ("1e9999", "'1e9999' is not a number"),
    ("\u0663", "is not a number"),
    ("1" * 41, "is not a number"),
    (float("nan"), "nan is not a finite number. Leave an unknown value empty."),
    (float("-inf"), "-inf is not a finite number"),
    (Decimal("NaN"), "NaN is not a finite number"),
    (Decimal("Infinity"), "Infinity is not a finite number"),
    (True, "True is not a number"),
]


@pytest.mark.parametrize(("written", "message"), NOT_NUMBERS)
def test_what_is_not_a_plain_number_is_refused(written: float | str | Decimal, message: str) -> None:
    with pytest.raises(NotationError) as raised:
        exact(written)
    assert message in str(raised.value)


SAID = [
    (Fraction(400), "400"),
    (Fraction(0), "0"),
    (Fraction(3, 2), "1.5"),
    (Fraction(-3, 2), "-1.5"),
    (Fraction(1, 80), "0.0125"),
    (Fraction(-1, 1000), "-0.001"),
    (Fraction(1, 3), "1/3"),
    (Fraction(-7, 6), "-7/6"),
    (Fraction(2469135780246913578024691357803, 2), "1234567890123456789012345678901.5"),
]


@pytest.mark.parametrize(("number", "said"), SAID)
def test_a_number_is_said_in_its_shortest_exact_notation(number: Fraction, said: str) -> None:
    assert say_number(number) == said


def test_how_a_number_is_said_does_not_depend_on_the_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert say_number(Fraction("12345.6")) == "12345.6"


OTHER_SPELLINGS = [
    ("10^9/L", "10*9/L"),
    ("G/L", "10*9/L"),
    ("x 10^9/L", "10*9/L"),
    ("IU/L", "U/L"),
    ("cells/mm3", "/mm3"),
    ("\u00b5mol/L", "umol/L"),  # micro sign
    ("\u03bcmol/L", "umol/L"),  # Greek letter mu
    ("/\u03bcL", "/uL"),
    (" g/dL ", "g/dL"),
]


@pytest.mark.parametrize(("written", "name"), OTHER_SPELLINGS)
def test_a_unit_is_found_in_its_other_spellings(written: str, name: str) -> None:
    assert unit(written) is UNITS[name]


def test_every_other_spelling_leads_to_a_unit_and_is_not_one_itself() -> None:
    assert set(SPELLINGS.values()) <= set(UNITS)
    assert not set(SPELLINGS) & set(UNITS)


@pytest.mark.parametrize("written", ["", "bushels", "10*9"])
def test_a_unit_outside_the_allow_list_is_refused_with_the_list(written: str) -> None:
    with pytest.raises(NotationError) as raised:
        unit(written)
    assert raised.value.hint == f"Units: {', '.join(UNITS)}."


@pytest.mark.parametrize(
    ("written", "meant"), [("mg/dl", "mg/dL"), ("X10^9/l", "10*9/L"), ("K/uL", "10*3/uL"), ("k/mm3", "10*3/uL")]
)
def test_a_unit_that_is_nearly_one_is_asked_for_and_not_assumed(written: str, meant: str) -> None:
    with pytest.raises(NotationError) as raised:
        unit(written)
    assert raised.value.hint.startswith(f"did you mean '{meant}'?  Units: ")


CONVERSIONS = [
    ("1.5", "10*9/L", "/uL", "1500"),
    ("75000", "/mm3", "10*9/L", "75"),
    ("600", "/uL", "10*9/L", "0.6"),
    ("1320", "10*6/L", "10*9/L", "1.32"),
    ("4.2", "10*3/uL", "10*9/L", "4.2"),
    ("12.5", "g/dL", "g/L", "125"),
    ("1", "mg/dL", "mg/L", "10"),
    ("1000", "ng/mL", "mg/L", "1"),
    ("1.5", "g/L", "mg/dL", "150"),
    ("7.4", "mmol/L", "umol/L", "7400"),
    ("2", "kg", "g", "2000"),
    ("30", "s", "ms", "30000"),
    ("2", "weeks", "days", "14"),
]


@pytest.mark.parametrize(("value", "from_unit", "to_unit", "converted"), CONVERSIONS)
def test_a_value_converts_exactly(value: str, from_unit: str, to_unit: str, converted: str) -> None:
    assert convert(exact(value), from_unit, to_unit) == exact(converted)


INCONVERTIBLE = [("mg/dL", "umol/L"), ("%", "10*9/L"), ("%", "1"), ("kg", "m2"), ("days", "s"), ("g", "g/L")]


@pytest.mark.parametrize(("from_unit", "to_unit"), INCONVERTIBLE)
def test_units_of_different_kinds_do_not_convert(from_unit: str, to_unit: str) -> None:
    with pytest.raises(NotationError) as raised:
        convert(Fraction(1), from_unit, to_unit)
    assert f"'{from_unit}' (" in raised.value.message
    assert raised.value.hint == f"Give the value in {to_unit}."


# Laws

numbers = st.fractions(max_denominator=10**6)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=12)
same_kind = st.sampled_from([(one, two) for one in UNITS for two in UNITS if UNITS[one].measures == UNITS[two].measures])


@given(decimals)
def test_a_decimal_number_reads_back_as_it_was_said(number: Decimal) -> None:
    assert exact(say_number(Fraction(number))) == Fraction(number)


@given(numbers)
def test_every_number_is_said_exactly_and_without_needless_digits(number: Fraction) -> None:
    said = say_number(number)
    assert Fraction(said) == number
    assert not ("." in said and said.endswith(("0", ".")))


@given(st.integers(-(10**6), 10**6), st.integers(0, 6))
def test_a_float_is_the_decimal_that_it_was_written_as(digits: int, places: int) -> None:
    written = Fraction(digits, 10**places)
    assert exact(float(written)) == written


@given(st.lists(st.integers(-999, 999), min_size=1, max_size=20))
def test_noise_from_adding_floats_is_gone(tenths: list[int]) -> None:
    noisy = 1000.0 + sum(tenth / 10 for tenth in tenths)
    assert abs(exact(noisy) - (1000 + Fraction(sum(tenths), 10))) <= Fraction(1, 10**10)


@given(numbers, same_kind)
def test_a_value_converted_there_and_back_is_the_same(value: Fraction, units: tuple[str, str]) -> None:
    here, there = units
    assert convert(convert(value, here, there), there, here) == value


@given(numbers, numbers, same_kind)
def test_conversion_keeps_the_order_of_values(one: Fraction, other: Fraction, units: tuple[str, str]) -> None:
    assert (convert(one, *units) < convert(other, *units)) == (one < other)
