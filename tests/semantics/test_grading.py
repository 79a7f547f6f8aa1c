"""The grades of laboratory values: as numbers and as guards."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.guard import Always, And, Compare, Guard, Not, Operator, Or, Ratio, Value
from protocol.model.quantity import convert, exact
from protocol.semantics.grading import at_least, compare_grade, grade_of
from protocol.semantics.scales import CRITERIA, scale, terms

CTC = "CTC 2.0"
TERMS = ("haemoglobin", "leukocytes", "lymphocytes", "neutrophils", "platelets",
         "alkaline phosphatase", "ALT", "AST", "bilirubin", "GGT", "creatinine")  # fmt: skip
UNIT_OF = {"haemoglobin": "g/dL", "bilirubin": "mg/dL", "creatinine": "umol/L"} | dict.fromkeys(
    ("alkaline phosphatase", "ALT", "AST", "GGT"), "U/L"
)
OPERATORS: tuple[Operator, ...] = ("<", "<=", ">", ">=", "==", "!=")
NEVER = Not(Always())


def unit_of(term: str) -> str:
    return UNIT_OF.get(term, "10*9/L")


# A dash is a limit of normal that the record does not have.
GRADES = """
    term          value  unit     LLN   ULN   grades
    neutrophils   2      10*9/L   -     -     0
    neutrophils   1.99   10*9/L   -     -     1
    neutrophils   1.5    10*9/L   -     -     1
    neutrophils   1.499  10*9/L   -     -     2
    neutrophils   1      10*9/L   -     -     2
    neutrophils   0.999  10*9/L   -     -     3
    neutrophils   0.5    10*9/L   -     -     3
    neutrophils   0.499  10*9/L   -     -     4
    neutrophils   0      10*9/L   -     -     4
    neutrophils   999    /uL      -     -     3
    platelets     150    10*9/L   150   -     0
    platelets     149    10*9/L   150   -     1
    platelets     75     10*9/L   150   -     1
    platelets     74     10*9/L   150   -     2
    platelets     50     10*9/L   150   -     2
    platelets     49     10*9/L   150   -     3
    platelets     10     10*9/L   150   -     3
    platelets     9      10*9/L   150   -     4
    platelets     90     10*9/L   -     450   0,1
    platelets     60     10*9/L   -     450   2
    platelets     60     10*9/L   50    450   2
    haemoglobin   10     g/dL     12    -     1
    haemoglobin   9.9    g/dL     12    -     2
    haemoglobin   99     g/L      120   -     2
    haemoglobin   6.4    g/dL     12    -     4
    haemoglobin   6.1    mmol/L   7.4   -     2
    haemoglobin   6.2    mmol/L   7.4   -     1
    haemoglobin   3.9    mmol/L   7.4   -     4
    leukocytes    2.9    10*9/L   4     -     2
    leukocytes    0.9    10*9/L   4     -     4
    lymphocytes   0.9    10*9/L   -     -     2
    lymphocytes   0.1    10*9/L   1     -     3
    bilirubin     1      mg/dL    -     1     0
    bilirubin     1.5    mg/dL    -     1     1
    bilirubin     3      mg/dL    -     1     2
    bilirubin     10     mg/dL    -     1     3
    bilirubin     10.1   mg/dL    -     1     4
    bilirubin     10.1   mg/dL    0.2   -     0,1,2,3,4
    ALT           100    U/L      -     40    1
    ALT           101    U/L      -     40    2
    AST           201    U/L      -     40    3
    GGT           61     U/L      0     50    1
    creatinine    6.1    mg/dL    -     1     4
    creatinine    6      mg/dL    -     1     3
"""
ROWS = [line.split() for line in GRADES.strip().splitlines()[1:]]


@pytest.mark.parametrize(("term", "value", "unit", "lower", "upper", "grades"), ROWS)
def test_a_value_has_the_grade_of_the_criteria(term: str, value: str, unit: str, lower: str, upper: str, grades: str) -> None:
    limits = [None if limit == "-" else exact(limit) for limit in (lower, upper)]
    assert grade_of(CTC, term, exact(value), unit, *limits) == tuple(map(int, grades.split(",")))


def test_a_lower_limit_of_zero_puts_no_value_below_it() -> None:
    assert grade_of(CTC, "lymphocytes", Fraction(1), "10*9/L", Fraction(0), None) == (0,)


def test_the_terms_are_those_that_the_table_lists() -> None:
    assert CRITERIA == (CTC, "CTCAE 3.0", "CTCAE 4.03", "CTCAE 5.0", "CTCAE 6.0")
    assert terms(CTC) == TERMS


ALSO = [
    ("ANC", "neutrophils"),
    ("WBC", "leukocytes"),
    ("Hemoglobin", "haemoglobin"),
    ("alt", "ALT"),
    (" platelets ", "platelets"),
]


@pytest.mark.parametrize(("written", "term"), ALSO)
def test_a_term_is_found_by_its_other_names(written: str, term: str) -> None:
    assert scale(CTC, written) == scale(CTC, term)


def test_every_bound_names_its_source_and_none_is_unverified() -> None:
    for term in TERMS:
        for bound in scale(CTC, term).bounds:
            assert bound.source.startswith("NCI Common Toxicity Criteria 2.0 (1999); ")
            assert not bound.unverified


# Guards


def value(operator: Operator, constant: str) -> Compare:
    return Compare(Value("x"), operator, exact(constant))


def below_lln() -> Compare:
    return Compare(Ratio("x", "LLN"), "<", Fraction(1))


def above_uln(times: str) -> Compare:
    return Compare(Ratio("x", "ULN"), ">", exact(times))


def test_a_grade_defined_by_one_bound_is_one_comparison() -> None:
    assert at_least(CTC, "platelets", "x", 3, "10*9/L") == value("<", "50")
    assert at_least(CTC, "ALT", "x", 3, "U/L") == above_uln("5")


def test_a_worse_grade_is_at_least_the_milder_one_even_without_its_limit() -> None:
    assert at_least(CTC, "platelets", "x", 1, "10*9/L") == Or((value("<", "75"), below_lln()))


def test_bounds_are_written_in_the_unit_of_the_input() -> None:
    assert at_least(CTC, "platelets", "x", 2, "/uL") == value("<", "75000")
    assert at_least(CTC, "haemoglobin", "x", 2, "g/L") == value("<", "100")


def test_haemoglobin_in_mmol_is_held_against_the_bounds_printed_in_mmol() -> None:
    assert at_least(CTC, "haemoglobin", "x", 3, "mmol/L") == value("<", "4.9")


COMPARISONS: list[tuple[Operator, int, Guard]] = [
    (">=", 0, Always()),
    ("<", 0, NEVER),
    (">", 4, NEVER),
    ("<=", 4, Always()),
    (">=", 2, value("<", "1.5")),
    (">", 1, value("<", "1.5")),
    ("<", 2, Not(value("<", "1.5"))),
    ("<=", 1, Not(value("<", "1.5"))),
    ("==", 2, And((value("<", "1.5"), Not(value("<", "1"))))),
    ("!=", 2, Not(And((value("<", "1.5"), Not(value("<", "1")))))),
    ("==", 0, Not(value("<", "2"))),
    ("!=", 0, value("<", "2")),
    ("==", 4, value("<", "0.5")),
    ("!=", 4, Not(value("<", "0.5"))),
]


@pytest.mark.parametrize(("operator", "grade", "guard"), COMPARISONS)
def test_each_comparison_is_its_guard(operator: Operator, grade: int, guard: Guard) -> None:
    assert compare_grade(CTC, "neutrophils", "x", "10*9/L", operator, grade) == guard


REFUSED = [
    ("CTCAE 9.0", "platelets", 2, "10*9/L", "there are no criteria 'CTCAE 9.0'. Criteria: CTC 2.0, CTCAE 3.0, CTCAE 4.03"),
    (CTC, "eosinophils", 2, "10*9/L", "'eosinophils' is not a term of CTC 2.0. Terms: haemoglobin, leukocytes"),
    (CTC, "platelets", 5, "10*9/L", "CTC 2.0 has no grade 5 for a value of platelets. Grades: 0, 1, 2, 3, 4."),
    (CTC, "platelets", -1, "10*9/L", "CTC 2.0 has no grade -1"),
    (CTC, "platelets", Fraction(5, 2), "10*9/L", "CTC 2.0 has no grade 5/2"),
    (CTC, "lymphocytes", 4, "10*9/L", "CTC 2.0 has no grade 4 for a value of lymphocytes. Grades: 0, 1, 2, 3."),
    (CTC, "lymphocytes", 2, "%", "CTC 2.0 does not grade lymphocytes in '%'. Declare the input in 10*9/L."),
    (CTC, "haemoglobin", 2, "U/L", "CTC 2.0 does not grade haemoglobin in 'U/L'. Declare the input in g/dL, mmol/L."),
    (CTC, "platelets", 2, "bushels", "'bushels' is not a unit of the allow-list"),
]


@pytest.mark.parametrize(("criteria", "term", "grade", "unit", "message"), REFUSED)
def test_what_the_criteria_do_not_have_is_refused_with_what_they_have(
    criteria: str, term: str, grade: int, unit: str, message: str
) -> None:
    with pytest.raises(NotationError) as raised:
        at_least(criteria, term, "x", grade, unit)
    assert message in str(raised.value)


# Laws

amounts = st.fractions(min_value=0, max_value=500, max_denominator=100)
limits = st.none() | st.fractions(min_value=Fraction(1, 10), max_value=200, max_denominator=10)
graded_terms = st.sampled_from(TERMS)


def known_grades(term: str, value: Fraction, lower: Fraction | None, upper: Fraction | None) -> tuple[int, ...]:
    return grade_of(CTC, term, value, unit_of(term), lower, upper)


@given(graded_terms, amounts, limits, limits)
def test_every_value_has_a_grade(term: str, value: Fraction, lower: Fraction | None, upper: Fraction | None) -> None:
    grades = known_grades(term, value, lower, upper)
    assert grades
    assert set(grades) <= set(range(5))
    assert len(grades) == 1 or lower is None or upper is None


@given(graded_terms, amounts, amounts, limits, limits)
def test_a_worse_value_has_no_milder_grade(
    term: str, one: Fraction, other: Fraction, lower: Fraction | None, upper: Fraction | None
) -> None:
    worse, better = sorted((one, other), reverse=scale(CTC, term).worse == "high")
    for bound in (min, max):
        assert bound(known_grades(term, worse, lower, upper)) >= bound(known_grades(term, better, lower, upper))


@given(graded_terms, amounts, limits, limits)
def test_a_missing_limit_only_adds_grades(term: str, value: Fraction, lower: Fraction | None, upper: Fraction | None) -> None:
    assert set(known_grades(term, value, lower, upper)) <= set(known_grades(term, value, None, None))


@given(graded_terms, amounts, limits, limits, st.sampled_from(OPERATORS), st.integers(0, 3))
def test_the_guard_agrees_with_the_grades(
    term: str, value: Fraction, lower: Fraction | None, upper: Fraction | None, operator: Operator, grade: int
) -> None:
    guard = compare_grade(CTC, term, "x", unit_of(term), operator, grade)
    verdicts = {holds(operator, Fraction(possible), Fraction(grade)) for possible in known_grades(term, value, lower, upper)}
    expected = verdicts.pop() if len(verdicts) == 1 else None
    assert truth(guard, value, lower, upper) is expected


@given(st.sampled_from(TERMS[:5]), amounts, limits)
def test_the_grade_does_not_depend_on_the_unit_in_which_the_value_is_written(
    term: str, value: Fraction, lower: Fraction | None
) -> None:
    here = unit_of(term)
    there = "g/L" if here == "g/dL" else "/uL"
    moved = [None if number is None else convert(number, here, there) for number in (value, lower)]
    assert moved[0] is not None
    assert grade_of(CTC, term, moved[0], there, moved[1], None) == grade_of(CTC, term, value, here, lower, None)


def holds(operator: Operator, left: Fraction, right: Fraction) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
            "==": left == right, "!=": left != right}[operator]  # fmt: skip


def truth(guard: Guard, value: Fraction, lower: Fraction | None, upper: Fraction | None) -> bool | None:
    match guard:
        case Always():
            return True
        case Not(part):
            verdict = truth(part, value, lower, upper)
            return None if verdict is None else not verdict
        case And(parts):
            verdicts = [truth(part, value, lower, upper) for part in parts]
            return False if False in verdicts else None if None in verdicts else True
        case Or(parts):
            verdicts = [truth(part, value, lower, upper) for part in parts]
            return True if True in verdicts else None if None in verdicts else False
        case Compare(Value(), operator, constant):
            return holds(operator, value, constant)
        case Compare(Ratio(_, limit), operator, constant):
            divisor = lower if limit == "LLN" else upper
            return None if divisor is None else holds(operator, value / divisor, constant)
    raise AssertionError(guard)
