"""How a table is told: a cell by its row and column, and what cells order that contradict each other."""

from __future__ import annotations

import csv
import io

import pytest

from protocol import trace
from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.to_csv import to_csv
from protocol.adapters.to_text import course_text, explanation
from protocol.errors import InputError
from protocol.language.from_yaml import parse
from protocol.model.decision import Trace

TABLED = parse("""
protocol: tabled
version: "1"
sources: {label: US prescribing information}
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs: {platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}}
otherwise: {held: continue}
rules:
  begin: {in: before treatment, when: always, must: start at high}
  counts:
    columns: [on treatment, held by counts]
    rows:
      "platelets >= 100": [continue, resume at high as a new patient]
      "platelets >= 50 and platelets <= 100": [reduce, "-"]
      "platelets < 50": [hold then at most middle, "-"]
    source: label, table 2
    says: Table 2.
""")


def traced(*rows: str) -> Trace:
    text = "\n".join(("## A patient", "| elapsed | platelets | given |", "|---|---|---|", *rows))
    return trace(TABLED, from_markdown(text, TABLED).examples[0].course)


def test_a_contradiction_is_told_with_what_each_cell_orders() -> None:
    text = course_text(traced("| 0 | 200 | |", "| 7 | 100 | 100 mg daily |"), TABLED, 400)
    assert "provisional, reduce to middle (100 mg every day)" in text
    assert "counts contradicts itself: continue (counts.1.1) or reduce (counts.2.1)" in text
    assert "given 100 mg every day: as recommended (provisional)" in text


def test_its_explanation_names_the_rows_and_the_columns_and_the_source() -> None:
    step = traced("| 0 | 200 | |", "| 7 | 100 | |").steps[1]
    assert "\n".join((
        "The source contradicts itself",
        "  Rule counts.1.1 (row 'platelets >= 100', column 'on treatment') orders: continue",
        "  Rule counts.2.1 (row 'platelets >= 50 and platelets <= 100', column 'on treatment') orders: reduce",
        "  No cell of a table stands above another, so what each of them orders is permitted.",
        "",
        "Facts",
        "  platelets  100 10*9/L, measured on day 7",
    )) in explanation(step, TABLED, 200)  # fmt: skip


def test_a_dose_that_a_hold_keeps_down_and_a_new_patient_are_told() -> None:
    steps = traced("| 0 | 200 | |", "| 7 | 40 | |", "| 14 | 200 | |").steps
    text = explanation(steps[2], TABLED, 400)
    assert "resume at middle (100 mg every day) as a new patient" in text
    assert "Drug comes back lower than the rule says, because of rule counts.3.1 (row 'platelets < 50', column 'on tr" in text


def test_csv_has_a_column_for_the_cells_that_contradict_each_other() -> None:
    rows = csv.DictReader(io.StringIO(to_csv((traced("| 0 | 200 | |", "| 7 | 100 | |"),))))
    assert [row["conflict"] for row in rows] == ["", "counts.1.1; counts.2.1"]


@pytest.mark.parametrize(("column", "value"), [("conflict", "begin"), ("conflict", "counts.4.1"), ("rule", "counts.2.2")])
def test_what_no_decision_can_have_is_refused_as_an_expectation(column: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        from_markdown(f"## A\n| elapsed | expect {column} |\n|---|---|\n| 0 | {value} |", TABLED)
    assert [problem.code for problem in caught.value.problems] == ["C040"]


@pytest.mark.parametrize(("column", "value"), [("conflict", "counts.1.1, counts.2.1"), ("rule", "counts"), ("reasons", "counts")])
def test_cells_and_tables_can_be_expected(column: str, value: str) -> None:
    sheet = from_markdown(f"## A\n| elapsed | expect {column} |\n|---|---|\n| 0 | {value} |", TABLED)
    assert sheet.examples[0].expectations[0][0].value == value
