"""A reading steps the dose once, also where what it is compared with is missing at the next visit."""

from __future__ import annotations

import pytest

from protocol import trace
from protocol.adapters.from_markdown import from_markdown
from protocol.language.from_yaml import parse

SPEC = """\
protocol: falls
version: 1
time: days
sources: {ours: made for these tests}
doses: {lowest: 25 mg daily, low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs:
  platelets: {unit: 10*9/L, plausible: 1 to 3000, valid for: 30 days}
derived:
  fall:
    value: "100 * (earlier(platelets, 28 days) - platelets) / earlier(platelets, 28 days)"
    unit: "%"
    plausible: -300000 to 100
    window: -3 to +3 days
    missing: unknown
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at high, source: ours}
  by-one: {in: on treatment at middle or high, when: "RULE < 20", must: reduce, source: ours}
  by-two: {in: on treatment at middle or high, when: "RULE >= 20", must: reduce by 2, else continue, source: ours}
""".replace("reduce by 2, else continue", '"reduce by 2, else continue"')


def doses(rows: str, asked: str = "platelets < 50 and fall") -> list[str]:
    protocol = parse(SPEC.replace("RULE", asked))
    (example,) = from_markdown(f"## Falls\n\n| elapsed | platelets |\n|---|---|\n{rows}", protocol).examples
    return [step.state.dose.name for step in trace(protocol, example.course).steps]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            "| 0 | 60 |\n| 28 | 40 |\n| 35 | |\n", ["high", "low", "low"], id="no count four weeks before the later visit"
        ),
        pytest.param(
            "| 0 | 45 |\n| 28 | 40 |\n| 35 | |\n", ["high", "middle", "middle"], id="nor after a fall of less than 20 %"
        ),
        pytest.param("| 0 | 45 |\n| 28 | 40 |\n| 35 | 40 |\n", ["high", "middle", "lowest"], id="a new count is new evidence"),
        pytest.param("| 0 | 45 |\n| 28 | 40 |\n| 35 | not done |\n", ["high", "middle", "middle"], id="a missing one is open"),
    ],
)
def test_a_count_steps_the_dose_once_whether_or_not_there_is_an_earlier_one(rows: str, expected: list[str]) -> None:
    assert doses(rows) == expected


def test_a_missing_baseline_does_not_make_a_count_new() -> None:
    rows = "| 0 | not done |\n| 28 | 40 |\n| 35 | |\n| 42 | 40 |\n"
    asked = "platelets < 50 and drop"
    drop = '  drop: {value: "100 * (baseline(platelets) - platelets) / baseline(platelets)", unit: "%", missing: unknown,\n'
    drop += "         plausible: -300000 to 100}\n"
    protocol = parse(SPEC.replace("RULE", asked).replace("derived:\n", f"derived:\n{drop}"))
    (example,) = from_markdown(f"## Falls\n\n| elapsed | platelets |\n|---|---|\n{rows}", protocol).examples
    assert [step.state.dose.name for step in trace(protocol, example.course).steps] == ["high", "low", "low", "low"]
