"""What a score rests on where several conditions give the same points, and what is missing leaves open which of them counts."""

from __future__ import annotations

import pytest

from protocol import trace
from protocol.adapters.from_markdown import from_markdown
from protocol.language.from_yaml import parse

SPEC = """\
protocol: same-points
version: 1
time: days
sources: {ours: made for these tests}
doses: {lowest: 25 mg daily, low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs:
  bilirubin: {unit: umol/L, plausible: 0 to 1000, valid for: 7 days}
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 7 days}
  rash: {yes or no, valid for: 30 days}
derived: {signs: {score: {item: ITEM}}}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at high, source: ours}
  reduce: {in: on treatment at low or middle or high, when: "signs ASKED", must: reduce, source: ours}
"""


def doses(item: str, rows: str, asked: str = ">= 1") -> list[str]:
    protocol = parse(SPEC.replace("ITEM", item).replace("ASKED", asked))
    (example,) = from_markdown(
        f"## Signs\n\n| elapsed | bilirubin | platelets | rash |\n|---|---|---|---|\n{rows}", protocol
    ).examples
    return [step.state.dose.name for step in trace(protocol, example.course).steps]


@pytest.mark.parametrize("first", ["not bilirubin >= 2 x baseline", "bilirubin < 2 x baseline", "bilirubin > 3 x baseline"])
def test_a_case_that_is_true_whatever_is_missing_gives_the_points_by_itself(first: str) -> None:
    item = f'{{"{first}": 1, "platelets != 100": 1, otherwise: -1, unknown: 0}}'
    assert doses(item, "| 0 | | 100 | |\n| 7 | | 101 | |\n| 8 | | | |\n| 9 | | 101 | |\n") == ["high", "middle", "middle", "low"]


@pytest.mark.parametrize("first", ["bilirubin >= 60 and rash", "rash and not bilirubin < 60"])
def test_a_case_that_may_give_the_points_is_no_evidence_beside_one_that_was_acted_on(first: str) -> None:
    item = f'{{"{first}": 1, "platelets < 50": 1, otherwise: 0, unknown: 0}}'
    rows = "| 0 | 20 | 100 | no |\n| 7 | 20 | 40 | |\n| 10 | not done | | |\n| 11 | | | yes |\n| 12 | 70 | | |\n"
    assert doses(item, rows) == ["high", "middle", "middle", "middle", "low"]


def test_where_each_case_that_may_give_the_points_rests_on_something_new_the_score_does() -> None:
    item = '{"bilirubin >= 60 and rash": 1, "bilirubin < 60 and rash": 1, otherwise: 0, unknown: 0}'
    assert doses(item, "| 0 | | | no |\n| 7 | | | yes |\n| 8 | | | |\n| 9 | | | yes |\n") == ["high", "middle", "middle", "low"]


@pytest.mark.parametrize("rash", ["not (rash or bilirubin < 60)", "not rash and bilirubin >= 60"])
def test_an_item_that_has_its_points_whatever_is_so_rests_on_nothing_while_what_counts_is_open(rash: str) -> None:
    item = f'{{"{rash}": 0, otherwise: 0, unknown: -1}}'
    rows = "| 0 | 20 | | no |\n| 7 | 20 | | |\n| 8 | not done | | |\n| 9 | | | no |\n| 10 | 20 | | |\n"
    assert doses(item, rows, ">= 0") == ["high", "middle", "middle", "middle", "low"]


def test_a_reading_in_an_open_case_is_no_evidence_where_the_points_are_the_same_without_it() -> None:
    item = '{"known(platelets)": 2, "not (platelets < 50 or rash)": 1, otherwise: 1, unknown: -1}'
    rows = "| 0 | | 40 | no |\n| 7 | | not done | yes |\n| 8 | | not done | no |\n| 9 | | not done | yes |\n"
    assert doses(item, rows, "<= 1") == ["high", "middle", "middle", "low"]
