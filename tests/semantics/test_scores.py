"""A score is the sum of its items' points: of each the first case that holds, or what the item has when it is unknown."""

from __future__ import annotations

import pytest

from protocol import trace
from protocol.adapters.from_markdown import from_markdown
from protocol.checks import findings
from protocol.errors import VisitError
from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from protocol.semantics.scores import Scored, items_of, scored
from protocol.semantics.step import initial, step

SPEC = """\
protocol: drug-reaction
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 100 mg daily, middle: 200 mg daily, high: 400 mg daily}
inputs:
  temperature: {unit: Cel, plausible: 30 to 45, valid for: 8 days}
  eosinophils: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  rash: {yes or no, valid for: 30 days}
  biopsy: {yes or no, valid for: 30 days}
derived:
  dress:
    score:
      fever: {"temperature >= 38.5": 0, otherwise: -1, unknown: -1}
      counts: {"eosinophils >= 1.5": 2, "eosinophils >= 0.7": 1, otherwise: 0, unknown: 0}
      rash: {"rash": 1, otherwise: 0, unknown: 0}
      biopsy: {"biopsy": 0, otherwise: -1, unknown: 0}
otherwise: {before treatment: continue, on treatment: continue, held: continue, in review: continue}
rules:
  look: {in: on treatment, when: "GUARD", must: "ACTION", source: ours}
  start: {in: before treatment, when: always, must: start at low, source: ours}
trackers: {peak: {highest: dress}, likely: {time since: "dress >= 2"}, row: {consecutive: "dress >= 1"}}
"""


def protocol(guard: str = "dress >= 2", action: str = "hold") -> Protocol:
    return parse(SPEC.replace("GUARD", guard).replace("ACTION", action))


def read(*observations: Observation) -> tuple[str, dict[str, Scored]]:
    """What the score says after one visit with these readings, and its items by name."""
    made = protocol()
    (score,) = made.scores
    state = step(made, initial(made), Visit(0, observations)).state
    found = items_of(Scene(prepare(made), state, 0), score)
    return scored(prepare(made), state, score, 0).text, {one.item.name: one for one in found}


def course(guard: str, action: str, table: str) -> Trace:
    made = protocol(guard, action)
    (example,) = from_markdown(f"## Course\n\n{table}\n", made).examples
    return trace(made, example.course)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "-1 (fever -1 as unknown, counts 0 as unknown, rash 0 as unknown, biopsy 0 as unknown)"),
        ({"temperature": 39}, "0 (fever 0, counts 0 as unknown, rash 0 as unknown, biopsy 0 as unknown)"),
        ({"temperature": 37}, "-1 (fever -1, counts 0 as unknown, rash 0 as unknown, biopsy 0 as unknown)"),
        ({"temperature": 39, "eosinophils": "1.5"}, "2 (fever 0, counts 2, rash 0 as unknown, biopsy 0 as unknown)"),
        ({"temperature": 39, "eosinophils": "0.7", "rash": "yes"}, "2 (fever 0, counts 1, rash 1, biopsy 0 as unknown)"),
        ({"temperature": 39, "eosinophils": "0.69", "rash": "no"}, "0 (fever 0, counts 0, rash 0, biopsy 0 as unknown)"),
        ({"temperature": 39, "rash": "yes", "biopsy": "no"}, "0 (fever 0, counts 0 as unknown, rash 1, biopsy -1)"),
    ],
)
def test_a_score_says_every_item_with_its_points(values: dict[str, int | str], expected: str) -> None:
    assert read(*(Observation(name, value) for name, value in values.items()))[0] == expected


@pytest.mark.parametrize(
    ("sign", "value", "points", "known"),
    [
        (">", "1.6", 2, True),
        ("<", "0.5", 0, True),
        ("<", "1.5", 0, False),
        (">=", "0.7", 0, False),
        (">", "0.6", 0, False),
    ],
)
def test_a_bound_gives_the_points_that_all_its_values_have_and_else_those_of_the_unknown(
    sign: str, value: str, points: int, known: bool
) -> None:
    counts = read(Observation("eosinophils", value, censored=sign))[1]["counts"]
    assert (counts.points, counts.known) == (points, known)


def test_a_reading_that_is_refused_is_unknown_to_a_score() -> None:
    fever = read(Observation("temperature", 390))[1]["fever"]
    assert (fever.points, fever.known) == (-1, False)


def test_a_decision_on_a_score_is_decided_whatever_is_missing_and_names_nothing_as_missing() -> None:
    steps = course(
        "dress >= 2", "hold", "| elapsed | eosinophils | rash |\n|---|---|---|\n| 0 | | |\n| 7 | 1.5 | |\n| 8 | | yes |"
    )
    assert [(one.decision.status, one.decision.action) for one in steps.steps] == [
        ("decided", "start"), ("decided", "continue"), ("decided", "hold"),
    ]  # fmt: skip
    assert not any(one.decision.missing for one in steps.steps)
    (fact,) = steps.steps[-1].decision.facts
    assert (fact.name, fact.status) == ("dress", "computed")
    assert fact.value == "2 (fever -1 as unknown, counts 2, rash 1, biopsy 0 as unknown)"


def test_an_item_becomes_unknown_when_its_reading_lapses() -> None:
    table = "| elapsed | eosinophils | rash |\n|---|---|---|\n| 0 | | yes |\n| 7 | 1.5 | |\n| 15 | | |\n| 16 | | |"
    decisions = [one.decision.rule for one in course("dress >= 2", "continue", table).steps]
    assert decisions == ["start", "look", "look", ""]


def test_trackers_remember_scores_exactly() -> None:
    table = "| elapsed | eosinophils | rash |\n|---|---|---|\n| 0 | | |\n| 7 | 1.5 | yes |\n| 8 | 0.1 | no |\n| 9 | | |"
    guard = "peak >= 2 and likely <= 1 day and row < 1"
    assert [one.decision.rule for one in course(guard, "continue", table).steps] == ["start", "", "look", "look"]


def doses(guard: str, table: str) -> list[str]:
    return [str(one.state.dose) for one in course(guard, "escalate, else continue", table).steps]


def test_a_high_score_is_evidence_of_the_items_that_make_it_high() -> None:
    table = "| elapsed | temperature | eosinophils | rash |\n|---|---|---|---|\n| 0 | 39 | | |\n| 7 | 39 | 0.1 | yes |\n{}"
    # The rash of day 7 has been used, and a count that is normal makes no score high.
    assert doses("dress >= 1", table.format("| 8 | | 0.1 | |")) == ["low", "middle", "middle"]
    assert doses("dress >= 1", table.format("| 8 | | 0.8 | |")) == ["low", "middle", "high"]
    assert doses("dress >= 1", table.format("| 8 | | | yes |")) == ["low", "middle", "high"]


def test_a_low_score_is_evidence_of_what_has_been_found_to_be_low_and_never_of_what_is_unknown() -> None:
    table = "| elapsed | temperature | eosinophils |\n|---|---|---|\n| 0 | | |\n| 1 | 37 | |\n{}"
    assert doses("dress <= 0", table.format("| 2 | | |\n| 3 | | |")) == ["low", "middle", "middle", "middle"]
    assert doses("dress <= 0", table.format("| 2 | | 0.1 |\n| 3 | | |")) == ["low", "middle", "high", "high"]


def test_a_score_is_not_reported_but_computed() -> None:
    with pytest.raises(VisitError, match="'dress' is computed by drug-reaction"):
        step(protocol(), initial(protocol()), Visit(0, (Observation("dress", 3),)))


@pytest.mark.parametrize(
    ("guard", "action", "found"),
    [
        ("dress >= 2", "hold", []),
        ("dress >= 2", "stop", ["F005"]),
        ("dress >= 2", "escalate, else continue", ["F005"]),
        ("peak >= 2", "stop", ["F005"]),
        ("likely <= 1 day", "stop", ["F005"]),
        ("row >= 2", "stop", ["F005"]),
    ],
)
def test_a_rule_that_raises_or_stops_on_a_score_needs_a_waiver(guard: str, action: str, found: list[str]) -> None:
    assert [one.code for one in findings(protocol(guard, action)) if one.code == "F005"] == found
