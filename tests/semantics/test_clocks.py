"""When the dose in force last went up, and when it last went down."""

from __future__ import annotations

import pytest

from protocol import trace
from protocol.adapters.from_markdown import from_markdown
from protocol.language.from_yaml import parse
from protocol.model.time import DAY

SPEC = """\
protocol: moves
version: 1
time: days
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  wish: {choice: [up, down, none], valid for: 1 day}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  lower: {in: on treatment, when: "wish is down", must: reduce, source: ours}
  hold: {in: on treatment, when: "anc < 1", must: hold, source: ours}
  raise: {in: on treatment, when: "wish is up and time since dose raised >= 7 days and time since dose lowered >= 14 days",
          must: escalate, source: ours}
  start: {in: before treatment, when: always, must: start at middle, source: ours}
  resume: {in: held, when: "anc >= 1", must: resume at the same level, source: ours}
sources: {ours: made for these tests}
"""

COURSE = """\
## Moves

| elapsed | anc | wish | given |
|---|---|---|---|
| 0 | 4 | none | middle |
| 7 | 4 | down | low |
| 14 | 0.5 | none | none |
| 21 | 4 | none | low |
| 28 | 4 | none | middle |
| 35 | 4 | none | 75 mg daily |
| 42 | 4 | none | high |
"""


def moves() -> list[tuple[int | None, int | None]]:
    protocol = parse(SPEC)
    (example,) = from_markdown(COURSE, protocol).examples
    return [(step.state.raised, step.state.lowered) for step in trace(protocol, example.course).steps]


@pytest.mark.parametrize(
    ("visit", "raised", "lowered"),
    [
        pytest.param(0, 0, None, id="the start is a raise, and no lowering"),
        pytest.param(1, 0, 7, id="a step down is a lowering"),
        pytest.param(2, 0, 14, id="so is the beginning of a hold"),
        pytest.param(3, 21, 14, id="drug after none is a raise, and no lowering"),
        pytest.param(4, 28, 14, id="a step up is a raise"),
        pytest.param(5, 35, 35, id="a dose off the ladder may be either"),
        pytest.param(6, 42, 42, id="and so may be the way back"),
    ],
)
def test_when_the_dose_last_went_up_and_down(visit: int, raised: int, lowered: int | None) -> None:
    up, down = moves()[visit]
    assert (up, down) == (raised * DAY, None if lowered is None else lowered * DAY)


def test_a_dose_that_was_never_lowered_has_waited_long_enough() -> None:
    protocol = parse(SPEC)
    text = "## Up\n\n| elapsed | anc | wish |\n|---|---|---|\n| 0 | 4 | none |\n| 6 | 4 | up |\n| 7 | 4 | up |\n"
    (example,) = from_markdown(text, protocol).examples
    assert [step.decision.action for step in trace(protocol, example.course).steps] == ["start", "continue", "escalate"]
