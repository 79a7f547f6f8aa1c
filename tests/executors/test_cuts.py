"""A float lies in the cell in which the decimal of its 15 significant digits lies, to the last float."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter

import pytest

from protocol.executors.compiled.coding import REFUSED
from protocol.executors.compiled.compiling import frame
from protocol.executors.compiled.cuts import Cells, cells_of, first_float
from protocol.executors.compiled.rows import coders
from protocol.language.from_yaml import parse
from protocol.model.guard import Compare, Value
from protocol.model.quantity import exact
from protocol.model.state import Interval

CONSTANTS = [Fraction(text) for text in ("0", "1", "0.3", "-0.3", "1/3", "1e-9", "75", "123456.789", "-1e12")]


@pytest.mark.parametrize("constant", CONSTANTS, ids=str)
@pytest.mark.parametrize("strict", [False, True])
def test_the_first_float_that_has_passed_a_cut_is_the_first(constant: Fraction, strict: bool) -> None:
    first = first_float(constant, strict)
    before = nextafter(first, -inf)
    for value, has_passed in ((first, True), (before, False)):
        assert (exact(value) > constant or (not strict and exact(value) == constant)) is has_passed


def test_what_a_computation_leaves_over_misses_no_threshold() -> None:
    assert first_float(Fraction("0.3"), True) > 0.1 + 0.2 >= first_float(Fraction("0.3"), False)


def test_the_cells_of_a_bound_are_those_of_its_values() -> None:
    cells = cells_of([Compare(Value("anc"), sign, Fraction(1)) for sign in ("<", "<=")])  # type: ignore[arg-type]
    assert cells == Cells(((Fraction(1), False), (Fraction(1), True)))
    assert cells.range_of(Interval(Fraction(0), Fraction(1))) == (0, 1)
    assert cells.range_of(Interval(Fraction(0), Fraction(1), open_high=True)) == (0, 0)
    assert cells.range_of(Interval(Fraction(1), Fraction(9), open_low=True)) == (2, 2)
    assert [cells.true_of(sign, Fraction(1)) for sign in ("<", "<=", "==")] == [0b001, 0b011, 0b010]  # type: ignore[arg-type]


SPEC = """
protocol: limits
version: "1"
doses: {low: 100 mg every day}
inputs:
  alt: {unit: U/L, plausible: 0 to 20000, valid for: 8 days}
sources: {ours: "made for a test"}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: ours}
  hold: {in: on treatment, when: "alt > 3 x ULN or alt >= 200", must: hold, source: ours}
  resume: {in: held by hold, when: "alt <= 3 x ULN", must: resume at the same level, source: ours}
"""


def test_multiples_of_a_limit_are_exact_where_floats_are_not() -> None:
    (coder,) = coders(frame(parse(SPEC)))
    assert [term.limit for term in coder.terms] == ["", "ULN"]
    assert 3 * 0.1 > 0.3  # of floats
    assert coder.codes(0.3, upper=0.1) == (0, 0)
    assert coder.codes(0.30000000001, upper=0.1) == (0, 1)
    assert coder.codes(200.0, upper=40.0) == (1, 1)
    assert coder.codes(10.0) == (0, coder.terms[1].without_limit)
    assert coder.codes(200.0, censored="<", upper=10.0) == (0, coder.terms[1].code(0, 1))


@pytest.mark.parametrize("value", [float("nan"), -0.1, 20000.1, inf])
def test_what_cannot_be_is_refused(value: float) -> None:
    (coder,) = coders(frame(parse(SPEC)))
    assert coder.codes(value) is REFUSED
    assert coder.codes(1.0, lower=5.0, upper=4.0) is REFUSED
