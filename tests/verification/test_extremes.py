"""A lowest value moves where a lower one is measured, also where no comparison tells them apart, and not where one is missing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from protocol import initial, step
from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, WEEK
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.exploring import Exploring
from protocol.verification.verify import verify
from tests.oracle.explore import BEGIN
from tests.oracle.lockstep import lockstep

SPEC = """\
protocol: lowest
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 10 mg daily, middle: 20 mg daily, high: 40 mg daily}
inputs:
  score: {unit: 1, plausible: -10 to 10, valid for: 0 minutes}
trackers:
  worst: {lowest: score}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: "score > 0", must: start at low, source: ours}
  escalate: {in: on treatment at low or middle, when: "GUARD", must: escalate, source: ours, waiver: for these tests}
properties:
  not-high: {never: "dose is high"}
"""


def protocol(guard: str = "worst < 0") -> Protocol:
    return parse(SPEC.replace("GUARD", guard))


def levels(made: Protocol, *scores: object) -> list[str]:
    state, found = initial(made), []
    for week, score in enumerate(scores):
        said = () if score is None else (Observation("score", Fraction(str(score))),)
        state = step(made, state, Visit(week * WEEK, said)).state
        found.append(state.dose.name)
    return found


def test_what_is_missing_moves_no_lowest_value_and_so_raises_no_dose() -> None:
    assert levels(protocol(), 5, -1, None, -1, "-1.5") == ["low", "middle", "middle", "middle", "high"]


def test_the_search_finds_the_value_that_is_lower_than_the_lowest_though_no_comparison_tells_them_apart() -> None:
    (verdict,) = [one for one in verify(protocol(), every=WEEK).verdicts if one.name == "not-high"]
    assert verdict.outcome == "fails" and verdict.counterexample is not None
    shown = [one.value for visit in verdict.counterexample.course.visits for one in visit.observations]
    assert len(shown) == 3 and shown[0] > 0 > shown[1] > shown[2]


@pytest.mark.parametrize(
    "scores", [(5, "-6.25", None), (5, "-6.25", "-6.25"), (5, "-1.25", "-2.5", "-1.25"), (5, None, -1, None)]
)
def test_the_same_scores_come_to_the_same_in_the_search_and_in_the_reference(scores: tuple[object, ...]) -> None:
    made = protocol("worst < 0 or score == -2.5")
    said = [() if score is None else (Observation("score", Fraction(str(score))),) for score in scores]
    visits = [Visit(BEGIN + week * 7 * DAY, one) for week, one in enumerate(said)]
    found = lockstep(Exploring(abstraction(made, WEEK), (WEEK,)), visits)
    assert len(found) == len(scores) and all(both.agree() for both in found)


@pytest.mark.parametrize("kind", ["lowest", "highest"])
def test_a_value_that_was_read_before_is_not_beyond_itself(kind: str) -> None:
    """It is evidence at the first visit after the dose that it began, and not once more."""
    at = {level: f"escalate and was on treatment at {level} and not within(score, 1 hour)" for level in ("low", "middle")}
    text = SPEC.replace("GUARD", "worst < 0").replace("lowest: score", f"{kind}: score").replace("0 minutes", "15 days")
    text = text.replace("score > 0", "known(score)").replace('not-high: {never: "dose is high"}', "LOW\n  MIDDLE")
    text = text.replace("LOW", f'once: {{never: "{at["low"]}"}}').replace("MIDDLE", f'again: {{never: "{at["middle"]}"}}')
    outcomes = {one.name: one.outcome for one in verify(parse(text), every=WEEK).verdicts}
    assert (outcomes["once"], outcomes["again"]) == ("fails", "holds")
