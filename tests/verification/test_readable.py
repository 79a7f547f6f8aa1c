"""Values that stand for cells have few digits, and parts of formulas are found that give what is wanted."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.to_markdown import to_markdown
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Visit
from protocol.model.formula import Constant, Current, Earlier, Formula, Operation
from protocol.model.time import WEEK
from protocol.verification.patients.inverse import result, value_for
from protocol.verification.patients.readable import Piece, observation, value_in
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.limits import is_decimal

X, BEFORE = Current("x"), Earlier("x", 7)
FALL = Operation("*", Operation("/", Operation("-", BEFORE, X), BEFORE), Constant(100))


def piece(low: str, high: str | None, *, cuts: str = "both") -> Piece:
    end = None if high is None else Fraction(high)
    return Piece(Fraction(low), end, cuts in ("low", "both"), cuts in ("high", "both"))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (piece("1.5", "1.5"), "1.5"),
        (evolve(piece("0", "1", cuts="high"), worse="low"), "0.8"),
        (piece("0", "2", cuts="high"), "1"),
        (evolve(piece("75", "3000", cuts="low"), worse="low"), "200"),
        (piece("30", "38.5", cuts="high"), "37"),
        (evolve(piece("0", "2", cuts="high"), whole=True), "1"),
        (evolve(piece("1", "6", cuts="low"), whole=True), "2"),
        (piece("75", "3000", cuts="low"), "100"),
        (piece("50", "75"), "60"),
        (piece("1", "1.5"), "1.2"),
        (piece("5", None, cuts="low"), "6"),
    ],
)
def test_a_value_has_few_digits_and_is_clearly_normal_or_lies_near_the_bound_that_it_misses(where: Piece, value: str) -> None:
    assert value_in(where) == Fraction(value)
    assert where.holds(value_in(where))


def test_a_bound_that_is_cut_is_not_in_the_piece() -> None:
    assert not piece("50", "75").holds(Fraction(50))
    assert piece("0", "75", cuts="high").holds(Fraction(0))


@pytest.mark.parametrize("wanted", ["50", "-20", "0", "99.5"])
def test_a_formula_is_turned_round(wanted: str) -> None:
    known = {BEFORE: Fraction(200)}
    value = value_for(FALL, X, known, Fraction(wanted))
    assert value is not None
    assert result(FALL, {**known, X: value}) == Fraction(wanted)


@pytest.mark.parametrize("formula", [Operation("-", X, X), Operation("*", Constant(0), X), Constant(1)])
def test_what_stands_twice_or_does_not_matter_is_not_found(formula: Formula) -> None:
    assert value_for(formula, X, {}, Fraction(3)) is None


def test_nothing_is_divided_by_zero() -> None:
    assert result(Operation("/", Constant(1), X), {X: Fraction(0)}) is None
    assert value_for(Operation("/", Constant(1), X), X, {}, Fraction(0)) is None


LIMITS_OF_BOTH_SIDES = """\
protocol: limits
version: 1
doses: {full: 100 mg daily}
inputs: {bilirubin: {unit: umol/L, plausible: 0 to 1000, valid for: 7 days}}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at full}
  stop: {in: on treatment, when: "bilirubin < 1.5 x ULN and not bilirubin < 1 x LLNALSO", must: stop}
"""


@pytest.mark.parametrize("also", ["", " or bilirubin > 3 x ULN", " or bilirubin > 34.2", " or bilirubin >= 50"])
def test_limits_of_normal_are_written_as_decimals_also_where_the_value_itself_is_shown(also: str) -> None:
    one = parse(LIMITS_OF_BOTH_SIDES.replace("ALSO", also))
    (axis,) = abstraction(one, WEEK).axes
    for shown in (observation(axis, place, exact=True) for place, cell in enumerate(axis.cells) if cell.is_on_record):
        course = Course("shown", (Visit(0, (shown,)),))
        assert from_markdown(to_markdown(course, one), one).examples[0].course.visits[0].observations[0].upper == shown.upper


KNOWN_LIMITS = """\
protocol: known-limits
version: 1
doses: {full: 100 mg daily}
inputs:
  alt: {unit: U/L, plausible: 0 to 20000, valid for: 7 days, loinc: 1742-6}
  haemoglobin: {unit: g/dL, plausible: 1 to 25, valid for: 7 days, loinc: 718-7}
  ast: {unit: U/L, plausible: 0 to 30, valid for: 7 days, loinc: 1920-8}
  urate: {unit: mg/dL, plausible: 0 to 50, valid for: 7 days}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at full}
  stop:
    in: on treatment
    when: "alt > 5 x ULN or haemoglobin < LLN or haemoglobin > ULN and haemoglobin > 18 or urate > 2 x ULN or ast > ULN"
    must: stop
"""


def test_limits_of_normal_are_those_of_the_shipped_courses_where_these_have_some() -> None:
    axes = {axis.name: axis for axis in abstraction(parse(KNOWN_LIMITS), WEEK).axes}

    def shown(name: str) -> set[tuple[str, ...]]:
        found = [observation(axes[name], place) for place, cell in enumerate(axes[name].cells) if cell.is_on_record]
        return {(str(one.value), str(one.lower), str(one.upper)) for one in found}

    assert shown("alt") == {("20", "0", "40"), ("240", "0", "40")}
    assert {("8", "12", "16"), ("14", "12", "16")} <= shown("haemoglobin")
    assert shown("urate") == {("5", "0", "10"), ("30", "0", "10")}
    assert {one[1:] for one in shown("ast")} == {("0", "10")}


@pytest.mark.parametrize("times", ["1.3", "1.5", "3"])
def test_limits_of_normal_are_written_as_decimals(times: str) -> None:
    asked = f"bilirubin < {times} x LLN or bilirubin > 2 x ULN or bilirubin > 5"
    text = KNOWN_LIMITS.replace("urate:", "bilirubin:").replace("urate > 2 x ULN", asked)
    (axis,) = (one for one in abstraction(parse(text), WEEK).axes if one.name == "bilirubin")
    shown = [observation(axis, place) for place, cell in enumerate(axis.cells) if cell.is_on_record]
    assert shown and all(is_decimal(one.lower) and is_decimal(one.upper) for one in shown)
