"""The cut-offs of each version as they are printed, and the grades of values on them, with and without limits and baselines."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.guard import Always, And, Compare, Guard, Is, Not, Operator, Or, Ratio, Value
from protocol.model.quantity import exact
from protocol.semantics.grading import Says, compare_grade, grade_of
from protocol.semantics.scales import CRITERIA, Bound, named, scale, terms

# Grades 1 to 4 as they are printed; "of baseline" is the scale for a baseline above normal (of 6.0's creatinine, below).
PRINTED = """
CTCAE 3.0   haemoglobin, g/dL                  <LLN - 10.0       <10.0 - 8.0       <8.0 - 6.5     <6.5
CTCAE 3.0   haemoglobin, mmol/L                <LLN - 6.2        <6.2 - 4.9        <4.9 - 4.0     <4.0
CTCAE 3.0   leukocytes, 10*9/L                 <LLN - 3.0        <3.0 - 2.0        <2.0 - 1.0     <1.0
CTCAE 3.0   lymphocytes, 10*9/L                <LLN - 0.8        <0.8 - 0.5        <0.5 - 0.2     <0.2
CTCAE 3.0   neutrophils, 10*9/L                <LLN - 1.5        <1.5 - 1.0        <1.0 - 0.5     <0.5
CTCAE 3.0   platelets, 10*9/L                  <LLN - 75.0       <75.0 - 50.0      <50.0 - 25.0   <25.0
CTCAE 3.0   alkaline phosphatase, ULN          >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 3.0   ALT, ULN                           >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 3.0   AST, ULN                           >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 3.0   bilirubin, ULN                     >1 - 1.5          >1.5 - 3.0        >3.0 - 10.0    >10.0
CTCAE 3.0   GGT, ULN                           >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 3.0   creatinine, ULN                    >1 - 1.5          >1.5 - 3.0        >3.0 - 6.0     >6.0

CTCAE 4.03  haemoglobin, g/dL                  <LLN - 10.0       <10.0 - 8.0       <8.0           -
CTCAE 4.03  haemoglobin, mmol/L                <LLN - 6.2        <6.2 - 4.9        <4.9           -
CTCAE 4.03  leukocytes, 10*9/L                 <LLN - 3.0        <3.0 - 2.0        <2.0 - 1.0     <1.0
CTCAE 4.03  lymphocytes, 10*9/L                <LLN - 0.8        <0.8 - 0.5        <0.5 - 0.2     <0.2
CTCAE 4.03  neutrophils, 10*9/L                <LLN - 1.5        <1.5 - 1.0        <1.0 - 0.5     <0.5
CTCAE 4.03  platelets, 10*9/L                  <LLN - 75.0       <75.0 - 50.0      <50.0 - 25.0   <25.0
CTCAE 4.03  alkaline phosphatase, ULN          >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 4.03  ALT, ULN                           >1 - 3.0          >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 4.03  AST, ULN                           >1 - 3.0          >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 4.03  bilirubin, ULN                     >1 - 1.5          >1.5 - 3.0        >3.0 - 10.0    >10.0
CTCAE 4.03  GGT, ULN                           >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 4.03  creatinine, ULN                    >1 - 1.5          >1.5 - 3.0        >3.0 - 6.0     >6.0
CTCAE 4.03  creatinine, of baseline            >1 - 1.5          >1.5 - 3.0        >3.0           -

CTCAE 5.0   haemoglobin, g/dL                  <LLN - 10.0       <10.0 - 8.0       <8.0           -
CTCAE 5.0   haemoglobin, mmol/L                <LLN - 6.2        <6.2 - 4.9        <4.9           -
CTCAE 5.0   leukocytes, 10*9/L                 <LLN - 3.0        <3.0 - 2.0        <2.0 - 1.0     <1.0
CTCAE 5.0   lymphocytes, 10*9/L                <LLN - 0.8        <0.8 - 0.5        <0.5 - 0.2     <0.2
CTCAE 5.0   neutrophils, 10*9/L                <LLN - 1.5        <1.5 - 1.0        <1.0 - 0.5     <0.5
CTCAE 5.0   platelets, 10*9/L                  <LLN - 75.0       <75.0 - 50.0      <50.0 - 25.0   <25.0
CTCAE 5.0   alkaline phosphatase, ULN          >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   alkaline phosphatase, of baseline  2.0 - 2.5         >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   ALT, ULN                           >1 - 3.0          >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   ALT, of baseline                   1.5 - 3.0         >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   AST, ULN                           >1 - 3.0          >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   AST, of baseline                   1.5 - 3.0         >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   bilirubin, ULN                     >1 - 1.5          >1.5 - 3.0        >3.0 - 10.0    >10.0
CTCAE 5.0   bilirubin, of baseline             >1.0 - 1.5        >1.5 - 3.0        >3.0 - 10.0    >10.0
CTCAE 5.0   GGT, ULN                           >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   GGT, of baseline                   2.0 - 2.5         >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 5.0   creatinine, ULN                    >1 - 1.5          >1.5 - 3.0        >3.0 - 6.0     >6.0
CTCAE 5.0   creatinine, of baseline            -                 >1.5 - 3.0        >3.0           -

CTCAE 6.0   haemoglobin, g/dL                  <LLN - 10.0       <10.0 - 8.0       <8.0           -
CTCAE 6.0   haemoglobin, mmol/L                <LLN - 6.2        <6.2 - 4.9        <4.9           -
CTCAE 6.0   leukocytes, 10*9/L                 <LLN - 3.0        <3.0 - 2.0        <2.0 - 1.0     <1.0
CTCAE 6.0   neutrophils, 10*9/L                <1.5 - 1.0        <1.0 - 0.5        <0.5 - 0.1     <0.1
CTCAE 6.0   platelets, 10*9/L                  <LLN - 75.0       <75.0 - 50.0      <50.0 - 10.0   <10.0
CTCAE 6.0   alkaline phosphatase, ULN          >1                -                 -              -
CTCAE 6.0   alkaline phosphatase, of baseline  >1                -                 -              -
CTCAE 6.0   ALT, ULN                           >1 - 3.0          >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 6.0   ALT, of baseline                   1.0 - 1.5         >1.5 - 2.0        >2.0 - 4.0     >4.0
CTCAE 6.0   AST, ULN                           >1 - 3.0          >3.0 - 5.0        >5.0 - 20.0    >20.0
CTCAE 6.0   AST, of baseline                   1.0 - 1.5         >1.5 - 2.0        >2.0 - 4.0     >4.0
CTCAE 6.0   bilirubin, ULN                     >1 - 1.5          >1.5 - 3.0        >3.0 - 10.0    >10.0
CTCAE 6.0   bilirubin, of baseline             1.0 - 1.5         >1.5 - 2.5        >2.5 - 10.0    >10.0
CTCAE 6.0   GGT, ULN                           >1 - 2.5          >2.5 - 5.0        >5.0 - 20.0    >20.0
CTCAE 6.0   GGT, of baseline                   1.0 - 1.5         >1.5 - 3.0        >3.0 - 10.0    >10.0
CTCAE 6.0   creatinine, ULN                    >1 - 1.5          >1.5 - 3.0        >3.0 - 6.0     >6.0
CTCAE 6.0   creatinine, of baseline            -                 >1.5 - 3.0        >3.0           -
"""
LINES = [tuple(re.split(r"\s{2,}", line)) for line in PRINTED.strip().splitlines() if line]


def said(bound: Bound) -> tuple[str, str]:
    """What a bound is held against, and its sign and number."""
    against = "of baseline" if bound.relative_to == "baseline" else bound.relative_to or bound.unit
    return against, f"{'' if bound.inclusive else '><'}{float(bound.bound)}"


def begins(cell: str, against: str) -> tuple[str, str]:
    """The same of the end of a printed range at which the grade begins."""
    first = cell.split(" - ")[0]
    number = first.lstrip("<>")
    sign = "><" if first[0] in "<>" else ""
    return ("LLN", f"{sign}1.0") if number == "LLN" else (against, f"{sign}{float(number)}")


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_each_grade_begins_where_it_is_printed(line: tuple[str, ...]) -> None:
    criteria, (term, against), cells = line[0], line[1].split(", "), line[2:]
    graded = scale(criteria, term)
    for grade, cell in enumerate(cells, 1):
        here = {said(bound) for bound in graded.bounds if bound.grade == grade}
        if cell == "-":
            assert against not in {held for held, _ in here}
        else:
            assert begins(cell, against) in here


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_each_printed_range_ends_where_the_next_begins(line: tuple[str, ...]) -> None:
    for cell, worse in pairwise(line[2:]):
        ends = cell.split(" - ")[1:]
        assert not ends or float(ends[0]) == float(worse.split(" - ")[0].lstrip("<>"))


@pytest.mark.parametrize("criteria", CRITERIA[1:])
def test_no_bound_is_there_that_is_not_printed(criteria: str) -> None:
    printed = [line for line in LINES if line[0] == criteria]
    cells = {
        (line[1].split(", ")[0], begins(cell, line[1].split(", ")[1])) for line in printed for cell in line[2:] if cell != "-"
    }
    assert {(term, said(bound)) for term in terms(criteria) for bound in scale(criteria, term).bounds} == cells


def test_6_0_is_marked_as_unverified_and_nothing_else_is() -> None:
    marked = {
        criteria for criteria in CRITERIA for term in terms(criteria) for one in scale(criteria, term).bounds if one.unverified
    }
    assert marked == {"CTCAE 6.0"}
    assert all(one.unverified for term in terms("CTCAE 6.0") for one in scale("CTCAE 6.0", term).bounds)


@pytest.mark.parametrize("criteria", CRITERIA[1:])
def test_each_bound_says_where_it_is_printed(criteria: str) -> None:
    for term in terms(criteria):
        for bound in scale(criteria, term).bounds:
            whose, category, name = bound.source.split("; ")
            assert whose == f"NCI Common Terminology Criteria for Adverse Events {criteria.split()[1]}"
            assert category and name


CALLED = [("CTCAE 5.0", "CTCAE 5.0"), ("ctcae v5", "CTCAE 5.0"), ("CTC 3.0", "CTCAE 3.0"), ("NCI-CTC 2", ""),
          ("CTC 2", "CTC 2.0"), ("NCI CTCAE v4.03", "CTCAE 4.03"), ("CTCAE 4", ""),
          ("CTCAE", ""), ("5.0", ""), ("", "")]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), CALLED)
def test_criteria_are_found_however_they_are_called(written: str, meant: str) -> None:
    if meant:
        assert named(written) == meant
        return
    with pytest.raises(NotationError, match=f"there are no criteria '{written}'"):
        named(written)


# The same value by each of the versions; a dash is a limit of normal, or a baseline, that nobody knows.
GRADES = """
    term          value  unit    LLN  ULN  baseline  2.0  3.0  4.03  5.0    6.0
    platelets     24.9   10*9/L  150  450  -         3    4    4     4      3
    platelets     25     10*9/L  150  450  -         3    3    3     3      3
    platelets     10     10*9/L  150  450  -         3    4    4     4      3
    platelets     9.9    10*9/L  150  450  -         4    4    4     4      4
    platelets     49.9   10*9/L  150  450  -         3    3    3     3      3
    platelets     50     10*9/L  150  450  -         2    2    2     2      2
    platelets     74.9   10*9/L  -    -    -         2    2    2     2      2
    platelets     75     10*9/L  -    -    -         0,1  0,1  0,1   0,1    0,1
    neutrophils   1.9    10*9/L  1.8  7    -         1    0    0     0      0
    neutrophils   1.7    10*9/L  1.8  7    -         1    1    1     1      0
    neutrophils   1.7    10*9/L  -    -    -         1    0,1  0,1   0,1    0
    neutrophils   1.5    10*9/L  1.8  7    -         1    1    1     1      0
    neutrophils   1.4    10*9/L  1.8  7    -         2    2    2     2      1
    neutrophils   0.9    10*9/L  1.8  7    -         3    3    3     3      2
    neutrophils   0.4    10*9/L  1.8  7    -         4    4    4     4      3
    neutrophils   0.09   10*9/L  1.8  7    -         4    4    4     4      4
    haemoglobin   6.4    g/dL    12   16   -         4    4    3     3      3
    haemoglobin   64     g/L     120  160  -         4    4    3     3      3
    haemoglobin   7.9    g/dL    12   16   -         3    3    3     3      3
    lymphocytes   0.9    10*9/L  1    4    -         2    1    1     1      -
    lymphocytes   0.1    10*9/L  1    4    -         3    4    4     4      -
    leukocytes    1.9    10*9/L  4    10   -         3    3    3     3      3
    ALT           100    U/L     -    40   30        1    1    1     1      1
    ALT           101    U/L     -    40   30        2    2    1     1      1
    ALT           120    U/L     -    40   30        2    2    1     1      1
    ALT           121    U/L     -    40   30        2    2    2     2      2
    ALT           201    U/L     -    40   30        3    3    3     3      3
    ALT           201    U/L     -    40   80        3    3    3     1      3
    ALT           241    U/L     -    40   80        3    3    3     2      3
    ALT           100    U/L     -    40   80        1    1    1     0      1
    ALT           120    U/L     -    40   80        2    2    1     1      1
    ALT           801    U/L     -    40   30        4    4    4     4      4
    ALT           801    U/L     -    40   161       4    4    4     2      4
    ALT           801    U/L     -    40   -         4    4    4     0,1,2,3,4  0,1,2,3,4
    ALT           39     U/L     -    40   -         0    0    0     0      0
    ALT           201    U/L     -    -    30        0,1,2,3,4  0,1,2,3,4  0,1,2,3,4  0,1,2,3  0,1,2,3,4
    bilirubin     3.1    mg/dL   -    1    0.8       3    3    3     3      3
    bilirubin     3.1    mg/dL   -    1    2         3    3    3     2      2
    bilirubin     3.1    mg/dL   -    1    -         3    3    3     0,1,2,3  0,1,2,3
    bilirubin     1.5    mg/dL   -    1    1         1    1    1     1      1
    creatinine    1.4    mg/dL   0.6  1.2  0.7       1    1    2     2      1
    creatinine    1.1    mg/dL   0.6  1.2  0.7       0    0    2     2      0
    creatinine    1.1    mg/dL   0.6  1.2  1         0    0    1     0      0
    creatinine    1.1    mg/dL   0.6  1.2  0.5       0    0    2     2      2
    creatinine    1.1    mg/dL   0.6  1.2  -         0    0    0,1,2,3  0,2,3  0,2,3
    creatinine    7.3    mg/dL   0.6  1.2  0.5       4    4    4     4      4
    alkaline phosphatase  301  U/L  -  120  100      2    2    2     2      1
    alkaline phosphatase  301  U/L  -  120  301      2    2    2     0      0
    GGT           60     U/L     -    50   40        1    1    1     1      1
    GGT           120    U/L     -    50   60        1    1    1     1      2
    GGT           119    U/L     -    50   60        1    1    1     0      2
"""
ROWS = [line.strip() for line in GRADES.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", ROWS)
def test_a_value_has_the_grade_of_each_version(row: str) -> None:
    name, rest = re.fullmatch(r"([A-Za-z ]+?)\s+([\d.].*)", row).groups()  # type: ignore[union-attr]
    number, unit, *cells = rest.split()
    limits = [None if cell == "-" else exact(cell) for cell in cells[:3]]
    for criteria, grades in zip(CRITERIA, cells[3:], strict=True):
        if grades != "-":
            assert grade_of(criteria, name, exact(number), unit, *limits) == tuple(map(int, grades.split(","))), criteria


def test_lymphocytes_have_no_grade_by_6_0() -> None:
    with pytest.raises(NotationError, match=r"'lymphocytes' is not a term of CTCAE 6\.0"):
        grade_of("CTCAE 6.0", "lymphocytes", Fraction(1), "10*9/L", None, None)


# Guards


HIGH, LOW = Is("was-high", "yes"), Is("was-low", "yes")
SAYS: Says = {"high": HIGH, "low": LOW}


def against(limit: str, operator: Operator, times: str) -> Compare:
    return Compare(Ratio("x", limit), operator, exact(times))  # type: ignore[arg-type]


def test_where_the_multiples_are_the_same_the_value_is_beyond_both() -> None:
    guard = compare_grade("CTCAE 5.0", "ALT", "x", "U/L", ">=", 3)
    assert guard == And((against("ULN", ">", "5"), against("baseline", ">", "5")))


def test_where_they_differ_somebody_has_to_say_what_the_baseline_was() -> None:
    with pytest.raises(NotationError, match=r"grade 3 of ALT by CTCAE 6\.0 has a scale of its own where the baseline was above"):
        compare_grade("CTCAE 6.0", "ALT", "x", "U/L", ">=", 3)
    guard = compare_grade("CTCAE 6.0", "ALT", "x", "U/L", ">=", 3, SAYS)
    assert guard == Or((And((Not(HIGH), against("ULN", ">", "5"))), And((HIGH, against("baseline", ">", "2")))))


def test_creatinine_by_6_0_asks_whether_the_baseline_was_low() -> None:
    assert compare_grade("CTCAE 6.0", "creatinine", "x", "mg/dL", ">=", 4) == against("ULN", ">", "6")
    guard = compare_grade("CTCAE 6.0", "creatinine", "x", "mg/dL", ">=", 3, SAYS)
    assert guard == Or((against("ULN", ">", "3"), And((LOW, against("baseline", ">", "3")))))


def test_a_turned_bound_counts_to_the_other_side() -> None:
    assert compare_grade("CTC 2.0", "ALT", "x", "U/L", "<=", 1, turned=True) == Not(against("ULN", ">=", "2.5"))
    assert compare_grade("CTC 2.0", "platelets", "x", "/uL", ">=", 3, turned=True) == Compare(Value("x"), "<=", Fraction(50000))


# Laws

LIVER = ("alkaline phosphatase", "ALT", "AST", "bilirubin", "GGT", "creatinine")
amounts = st.fractions(min_value=Fraction(1, 4), max_value=60, max_denominator=4)
some = st.none() | amounts
OPERATORS: tuple[Operator, ...] = ("<", "<=", ">", ">=", "==", "!=")


@given(st.sampled_from(CRITERIA), st.sampled_from(LIVER), amounts, some, some, some)
def test_what_is_missing_only_adds_grades(
    criteria: str, term: str, value: Fraction, lower: Fraction | None, upper: Fraction | None, baseline: Fraction | None
) -> None:
    here = set(grade_of(criteria, term, value, "mg/dL", lower, upper, baseline))
    for without in ((None, upper, baseline), (lower, None, baseline), (lower, upper, None)):
        assert here <= set(grade_of(criteria, term, value, "mg/dL", *without))


@given(
    st.sampled_from(CRITERIA), st.sampled_from(LIVER), amounts, amounts, amounts, amounts, st.sampled_from(OPERATORS), st.data()
)
def test_the_guard_agrees_with_the_grade(
    criteria: str,
    term: str,
    value: Fraction,
    one: Fraction,
    two: Fraction,
    baseline: Fraction,
    operator: Operator,
    data: st.DataObject,
) -> None:
    lower, upper = sorted((one, two))
    grade = data.draw(st.integers(0, scale(criteria, term).highest))
    guard = compare_grade(criteria, term, "x", "mg/dL", operator, grade, SAYS)
    (graded,) = grade_of(criteria, term, value, "mg/dL", lower, upper, baseline)
    limits = {"LLN": lower, "ULN": upper, "baseline": baseline}
    assert truth(guard, value, limits) is holds(operator, Fraction(graded), Fraction(grade))


def holds(operator: Operator, left: Fraction, right: Fraction) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
            "==": left == right, "!=": left != right}[operator]  # fmt: skip


def truth(guard: Guard, value: Fraction, limits: dict[str, Fraction]) -> bool:
    match guard:
        case Always():
            return True
        case Not(part):
            return not truth(part, value, limits)
        case And(parts):
            return all(truth(part, value, limits) for part in parts)
        case Or(parts):
            return any(truth(part, value, limits) for part in parts)
        case Is("was-high"):
            return limits["baseline"] > limits["ULN"]
        case Is("was-low"):
            return limits["baseline"] < limits["LLN"]
        case Compare(Value(), operator, constant):
            return holds(operator, value, constant)
        case Compare(Ratio(_, limit), operator, constant):
            return holds(operator, value, constant * limits[limit])
    raise AssertionError(guard)
