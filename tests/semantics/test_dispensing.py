"""What is dispensed is the stated amount nearest to the dose, in the fewest units, and nothing is rounded twice."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from protocol import dispense, initial, step
from protocol.errors import NotationError
from protocol.language.from_yaml import parse
from protocol.model.course import Given, Observation, Visit
from protocol.model.dispensing import MOST_STEPS, Dispensing, Rounding, common_measure
from protocol.model.protocol import Protocol
from protocol.model.regimen import amount, regimen
from protocol.model.time import DAY
from protocol.semantics.asking import asked_for
from protocol.semantics.strengths import counts
from tests.oracle.dispensing import made

ROUNDINGS: tuple[Rounding, ...] = ("nearest", "up", "down")
TEXT = """
protocol: by-size
version: "1"
doses: {half: 50% of full, full: 1250 mg/m2 twice daily on days 1 to 14 of 21}
dispensing: {strengths: [150 mg, 500 mg], round: nearest, at most: 6 units, size: bsa}
inputs:
  bsa: {unit: m2, plausible: 0.5 to 3, valid for: 30 days}
  rash: {yes or no, valid for: 7 days}
otherwise: {on treatment: continue, held: continue}
rules:
  hold: {in: on treatment, when: rash, must: hold}
  start: {in: before treatment, when: always, must: start at full}
  back: {in: held, when: "not rash", must: resume at half}
"""
PROTOCOL = parse(TEXT)


def under(strengths: str, rounding: Rounding = "nearest", most: int | None = None) -> Protocol:
    named = tuple(amount(text) for text in strengths.split(", "))
    return evolve(PROTOCOL, dispensing=Dispensing(named, rounding, most, "bsa"))


# By hand: strengths, rule, most units, the exact amount, and what is dispensed.
DISPENSED = [
    ("150 mg, 500 mg", "nearest", None, "1650 mg", "1650 mg (3 x 500 mg, 1 x 150 mg)"),
    ("500 mg, 150 mg", "nearest", None, "1650 mg", "1650 mg (3 x 500 mg, 1 x 150 mg)"),
    ("150 mg, 500 mg", "nearest", None, "1712.5 mg", "1700 mg (1 x 500 mg, 8 x 150 mg)"),
    ("150 mg, 500 mg", "nearest", 6, "1712.5 mg", "1650 mg (3 x 500 mg, 1 x 150 mg)"),
    ("150 mg, 500 mg", "up", 6, "1712.5 mg", "1800 mg (3 x 500 mg, 2 x 150 mg)"),
    ("150 mg, 500 mg", "nearest", 1, "500 mg", "500 mg (1 x 500 mg)"),
    ("150 mg, 500 mg", "nearest", 1, "501 mg", "501 mg in too many units"),
    ("100 mg, 400 mg", "nearest", None, "600 mg", "600 mg (1 x 400 mg, 2 x 100 mg)"),
    ("100 mg", "nearest", None, "149.9 mg", "100 mg (1 x 100 mg)"),
    ("100 mg", "nearest", None, "150 mg", "100 mg (1 x 100 mg)"),
    ("100 mg", "nearest", None, "150.1 mg", "200 mg (2 x 100 mg)"),
    ("100 mg", "down", None, "199.9 mg", "100 mg (1 x 100 mg)"),
    ("100 mg", "up", None, "100.1 mg", "200 mg (2 x 100 mg)"),
    ("100 mg", "up", None, "100 mg", "100 mg (1 x 100 mg)"),
    ("100 mg", "nearest", None, "50 mg", "0 mg"),
    ("100 mg", "down", None, "99 mg", "0 mg"),
    ("100 mg, 200 mg, 300 mg", "nearest", None, "400 mg", "400 mg (1 x 300 mg, 1 x 100 mg)"),
    ("1 mg, 3 mg, 4 mg", "nearest", None, "6 mg", "6 mg (2 x 3 mg)"),  # the largest first would take three
    ("300 mg, 500 mg", "nearest", None, "400 mg", "300 mg (1 x 300 mg)"),
    ("300 mg, 500 mg", "up", None, "601 mg", "800 mg (1 x 500 mg, 1 x 300 mg)"),
    ("300 mg, 500 mg", "down", None, "299 mg", "0 mg"),
    ("2.5 mg, 7.5 mg", "nearest", None, "11 mg", "10 mg (1 x 7.5 mg, 1 x 2.5 mg)"),
    ("500 ug, 1 mg", "nearest", None, "0.0017 g", "1500 ug (1 x 1 mg, 1 x 500 ug)"),
    ("0.5 g", "nearest", None, "1250 mg", "1 g (2 x 0.5 g)"),
    ("1 mg", "nearest", None, "1712.5 mg", "1712 mg (1712 x 1 mg)"),
    ("1 mg", "nearest", None, "50001 mg", "50001 mg in too many units"),
]


@pytest.mark.parametrize(("strengths", "rounding", "most", "exact", "said"), DISPENSED)
def test_an_amount_is_rounded_to_what_the_fewest_units_make(
    strengths: str, rounding: Rounding, most: int | None, exact: str, said: str
) -> None:
    found = dispense(under(strengths, rounding, most), f"{exact} daily")
    assert str(found) == said


def test_an_amount_per_body_size_is_multiplied_by_it() -> None:
    found = dispense(PROTOCOL, "full", 1.37)
    assert found is not None
    assert (str(found.amount), found.size, str(found)) == ("1712.5 mg", Fraction("1.37"), "1650 mg (3 x 500 mg, 1 x 150 mg)")


def test_without_the_body_size_it_is_said_to_be_missing() -> None:
    found = dispense(PROTOCOL, "full")
    assert found is not None
    assert (found.amount, found.missing, str(found)) == (None, "bsa", "bsa missing")


@pytest.mark.parametrize("dose", ["18 U/h", "5 mg/h", "5 U daily", "50 % daily", "placebo daily", "5 mg/kg daily"])
def test_of_a_dose_that_is_not_given_in_these_units_nothing_is_said(dose: str) -> None:
    assert dispense(PROTOCOL, dose, 1.5) is None


def test_a_protocol_that_does_not_say_it_dispenses_nothing() -> None:
    assert dispense(evolve(PROTOCOL, dispensing=None), "full", 1.5) is None


@pytest.mark.parametrize(("dose", "size"), [("fulll", 1), ("full", -1), ("full", "1,5"), ("full", float("nan"))])
def test_a_dose_or_size_that_cannot_be_read_is_refused(dose: str, size: float | str) -> None:
    with pytest.raises(NotationError):
        dispense(PROTOCOL, dose, size)


# After a decision


def seen(day: int, given: Given | None = None, **values: object) -> Visit:
    return Visit(day * DAY, tuple(Observation(name, value) for name, value in values.items()), given)  # type: ignore[arg-type]


def dispensed(*visits: Visit) -> list[str]:
    state, found = initial(PROTOCOL), []
    for visit in visits:
        taken = step(PROTOCOL, state, visit)
        state = taken.state
        found.append(str(taken.decision.dispensed or "-"))
    return found


def test_what_is_dispensed_follows_the_decision_and_the_body_size_that_counts() -> None:
    assert dispensed(
        seen(0, bsa=1.37, rash="no"),
        seen(7, rash="yes"),
        seen(14, rash="no"),
        seen(20, bsa=1.6, rash="no"),
        seen(51, rash="no"),
        seen(52, bsa="<1.5", rash="no"),
        seen(53, bsa=9, rash="no"),
    ) == [
        "1650 mg (3 x 500 mg, 1 x 150 mg)",
        "-",
        "900 mg (6 x 150 mg)",
        "1000 mg (2 x 500 mg)",
        "bsa missing",
        "bsa missing",
        "bsa missing",
    ]


def test_what_is_dispensed_is_of_the_recommended_dose_and_off_the_ladder_of_the_dose_in_force() -> None:
    odd = Given("regimen", regimen("700 mg once"))
    assert dispensed(seen(0, odd, bsa=1.37, rash="no"), seen(1, rash="no")) == [
        "1650 mg (3 x 500 mg, 1 x 150 mg)",
        "650 mg (1 x 500 mg, 1 x 150 mg)",
    ]


def test_the_body_size_is_asked_for_and_leaves_the_decision_alone() -> None:
    taken = step(PROTOCOL, initial(PROTOCOL), seen(0, rash="no"))
    assert asked_for(PROTOCOL, taken.decision) == ("bsa",)
    assert (taken.decision.status, taken.decision.missing) == ("decided", ())
    without = evolve(PROTOCOL, dispensing=None)
    assert evolve(taken.decision, dispensed=None) == step(without, initial(without), seen(0, rash="no")).decision


# Laws

hundredths = st.integers(1, 3000).map(lambda number: Fraction(number, 100))
strengths = st.lists(st.integers(1, 40).map(lambda number: Fraction(number, 4)), min_size=1, max_size=4, unique=True)
rules, mosts = st.sampled_from(ROUNDINGS), st.one_of(st.none(), st.integers(1, 12))


def rounded(exact: Fraction, of: list[Fraction], rule: Rounding, most: int | None = None) -> Fraction | None:
    found = counts(exact, of, rule, most)
    return None if found is None else sum((count * one for count, one in zip(found, of, strict=True)), Fraction(0))


@given(hundredths, strengths, rules, st.one_of(st.none(), st.integers(1, 6)))
def test_no_other_units_come_nearer_and_none_that_make_it_are_fewer(
    exact: Fraction, of: list[Fraction], rule: Rounding, most: int | None
) -> None:
    assume(math.prod(int(exact / one) + 2 if most is None else most + 1 for one in of) <= 10_000)
    assert counts(exact, of, rule, most) == made(exact, of, rule, most)


@given(hundredths, strengths, rules, mosts)
def test_of_an_amount_that_units_make_nothing_is_rounded(
    exact: Fraction, of: list[Fraction], rule: Rounding, most: int | None
) -> None:
    once = rounded(exact, of, "nearest", most)
    assume(once is not None)
    assert once is not None
    assert rounded(once, of, rule, most) == once


@given(hundredths, hundredths, strengths, rules, mosts)
def test_more_is_never_rounded_to_less(
    one: Fraction, more: Fraction, of: list[Fraction], rule: Rounding, most: int | None
) -> None:
    less, greater = rounded(one, of, rule, most), rounded(one + more, of, rule, most)
    assert greater is None or (less is not None and less <= greater)


@given(hundredths, strengths, mosts)
def test_the_rounded_amount_lies_between_those_rounded_down_and_up(exact: Fraction, of: list[Fraction], most: int | None) -> None:
    down, nearest, up = (rounded(exact, of, rule, most) for rule in ("down", "nearest", "up"))
    if down is not None:
        assert nearest in (down, up)
        assert up is not None
        assert down <= exact <= up


@given(hundredths, strengths)
def test_without_a_bound_on_units_it_is_off_by_less_than_the_smallest_strength(exact: Fraction, of: list[Fraction]) -> None:
    for rule in ROUNDINGS:
        found = rounded(exact, of, rule)
        assert found is not None
        assert abs(found - exact) < min(of)


@given(strengths)
def test_the_common_measure_divides_every_strength_and_is_the_largest(of: list[Fraction]) -> None:
    step = common_measure(of)
    whole = [one / step for one in of]
    assert all(number.denominator == 1 for number in whole)
    assert common_measure(whole) == 1


@given(hundredths, hundredths)
def test_a_larger_body_is_never_dispensed_less(size: Fraction, more: Fraction) -> None:
    less, greater = dispense(PROTOCOL, "full", size / 10), dispense(PROTOCOL, "full", (size + more) / 10)
    assert less and greater
    assert greater.rounded is None or (less.rounded is not None and less.rounded.amount <= greater.rounded.amount)


def test_an_amount_in_very_many_units_is_counted_out_and_beyond_the_bound_it_is_not() -> None:
    of = [Fraction(1), Fraction(1, 7), Fraction(MOST_STEPS, 7)]
    assert counts(Fraction(MOST_STEPS, 7), of, "nearest") == (0, 0, 1)
    assert counts(Fraction(MOST_STEPS + 1, 7), of, "nearest") is None
