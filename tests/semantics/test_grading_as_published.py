"""The bounds of the criteria are those of the published text, compared number by number and sign by sign."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from pathlib import Path

import pytest

from protocol.model.quantity import convert, exact, unit
from protocol.semantics.scales import Bound, Scale, scale, terms

TERMS = terms("CTC 2.0")

# What closes each way in which the text prints one range; a number before "ULN" is a multiple of it.
UNITS = {"x 10e9/L": "10*9/L", "/mm(3)": "/mm3", "g/dL": "g/dL", "g/L": "g/L", "mmol/L": "mmol/L", "x ULN": "ULN"}

Edge = tuple[Fraction, str]
Texts = dict[tuple[str, str], dict[int, str]]


@pytest.fixture(scope="module")
def texts(data_folder: Path) -> Texts:
    """The text of each grade, by category and term."""
    table = data_folder / "ctc_v2_grades.csv"
    if not table.is_file():
        pytest.skip(f"no {table.name} in {data_folder}, so the bounds are not compared with the published text")
    found: Texts = {}
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault((row["category"], row["term"]), {})[int(row["grade"])] = row["text"].strip()
    return found


def text_of(graded: Scale, texts: Texts) -> dict[int, str]:
    (source,) = {bound.source for bound in graded.bounds}
    _, category, term = source.split("; ")
    return texts[category, term]


def ranges(graded: Scale, text: str) -> list[tuple[Edge, Edge]]:
    """The milder and the worse end of one grade, in each unit in which it is printed; an open range has one end twice."""
    found = []
    for part in re.split(r",\s+|,(?=<)", text):
        closing = next(ending for ending in UNITS if part.endswith(ending))
        ends = [edge(number, UNITS[closing]) for number in re.findall(r"LLN|ULN|[0-9][0-9,.]*", part.removesuffix(closing))]
        rising = graded.worse == "high" or ends[0][1] == "LLN"
        found.append((ends[0], ends[-1]) if rising else (ends[-1], ends[0]))
    return found


def edge(number: str, printed_in: str) -> Edge:
    return (Fraction(1), number) if number.endswith("LN") else (exact(number.replace(",", "")), printed_in)


def says(bound: Bound, number: Fraction, printed_in: str) -> bool:
    if bound.relative_to or printed_in in ("LLN", "ULN"):
        return (bound.bound, bound.relative_to) == (number, printed_in)
    return unit(bound.unit).measures == unit(printed_in).measures and bound.bound == convert(number, printed_in, bound.unit)


def begins_at(graded: Scale, grade: int, end: Edge) -> bool:
    return any(says(bound, *end) for bound in graded.bounds if bound.grade == grade)


@pytest.mark.parametrize("term", TERMS)
def test_the_grades_of_a_value_are_those_that_the_text_gives_it(term: str, texts: Texts) -> None:
    assert scale("CTC 2.0", term).highest == max(text_of(scale("CTC 2.0", term), texts).keys() - {5})


@pytest.mark.parametrize("term", TERMS)
def test_each_grade_begins_where_the_text_has_it_in_every_unit_printed(term: str, texts: Texts) -> None:
    graded = scale("CTC 2.0", term)
    for grade in range(1, graded.highest + 1):
        for milder, _ in ranges(graded, text_of(graded, texts)[grade]):
            assert begins_at(graded, grade, milder), (grade, milder)


@pytest.mark.parametrize("term", TERMS)
def test_each_grade_ends_where_the_text_has_the_next_begin(term: str, texts: Texts) -> None:
    graded = scale("CTC 2.0", term)
    for grade in range(1, graded.highest):
        for _, worse in ranges(graded, text_of(graded, texts)[grade]):
            assert begins_at(graded, grade + 1, worse), (grade, worse)


@pytest.mark.parametrize("term", TERMS)
def test_each_bound_is_printed_in_the_text(term: str, texts: Texts) -> None:
    graded = scale("CTC 2.0", term)
    for bound in graded.bounds:
        printed = ranges(graded, text_of(graded, texts)[bound.grade])
        assert (bound.bound, bound.relative_to or bound.unit) in [milder for milder, _ in printed], bound


@pytest.mark.parametrize("term", TERMS)
def test_a_bound_itself_is_of_the_milder_grade_because_the_text_has_strict_signs(term: str, texts: Texts) -> None:
    graded = scale("CTC 2.0", term)
    sign = "<" if graded.worse == "low" else ">"
    for bound in graded.bounds:
        number = bound.relative_to if bound.relative_to and bound.bound == 1 else f"{float(bound.bound):.1f}"
        assert not bound.inclusive
        assert re.search(rf"{sign}\s*{number}", text_of(graded, texts)[bound.grade]), bound
