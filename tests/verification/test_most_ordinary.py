"""A property that looks back is shown by a course of the fewest visits, and of these by one with the fewest findings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest

from protocol import load
from protocol.language.from_yaml import parse
from protocol.model.course import Visit
from protocol.verification.properties import along_courses
from protocol.verification.properties.most_ordinary import MostOrdinary, Step
from protocol.verification.verify import verify

Cost = dict[tuple[Step, int], int]


def layered(random: Random) -> tuple[dict[int, list[Step]], Cost, int]:
    """States in layers, the steps into each from the layer before, what they cost, and the last state."""
    layers, number = [[0]], 1
    for _ in range(random.randint(1, 4)):
        layers.append(list(range(number, number + random.randint(1, 4))))
        number = layers[-1][-1] + 1
    into: dict[int, list[Step]] = {}
    costs: Cost = {}
    for before, layer in pairwise(layers):
        for state in layer:
            into[state] = [
                Step(one, minutes, 1, random.randint(0, 3)) for one in before for minutes in range(random.randint(1, 2))
            ]
            costs |= {(step, state): step.least + random.choice((0, 0, 1, 5)) for step in into[state]}
    return into, costs, number - 1


def ways(into: dict[int, list[Step]], state: int) -> Iterator[list[tuple[int, Step]]]:
    if state == 0:
        yield []
    for step in into.get(state, ()):
        yield from ([*way, (state, step)] for way in ways(into, step.before))


@pytest.mark.parametrize("seed", range(60))
def test_the_way_that_is_found_costs_no_more_than_any_other(seed: int) -> None:
    into, costs, last = layered(Random(seed))
    found = MostOrdinary(lambda step, number: costs[step, number])
    for state in sorted(into):
        for step in into[state]:
            found.add(state, step)
    for state in (*into, last):
        way = list(found.way_to(state))
        assert way in list(ways(into, state))
        assert sum(costs[step, number] for number, step in way) == min(
            sum(costs[step, number] for number, step in other) for other in ways(into, state)
        )


AGAIN = """\
protocol: again
version: 1
doses: {low: 50 mg daily, full: 100 mg daily}
inputs:
  toxicity: {grade: CTC 2.0, valid for: 6 days, every: 7 days}
  alt: {unit: U/L, plausible: 0 to 1000, valid for: 6 days, every: 7 days}
  progression: {yes or no, valid for: 6 days, every: 7 days}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low}
  hold: {in: on treatment, when: "alt > 5 x ULN", must: hold}
  lower: {in: on treatment at full, when: "toxicity >= 2", must: reduce}
  back: {in: held, when: "alt <= 5 x ULN", must: resume at the same level}
  raise: {in: on treatment at low, when: "progression", may: escalate}
properties:
  not-raised-again: {never: "escalate while at least 1 times reduce"}
"""


def shown(visit: Visit) -> dict[str, tuple[str, bool]]:
    return {one.input: (str(one.value), one.upper is not None) for one in visit.observations}


def test_who_is_shown_has_all_limits_of_normal_and_takes_nothing_that_nobody_can_say_is_permitted() -> None:
    (verdict,) = verify(parse(AGAIN), only=["not-raised-again"]).verdicts
    assert verdict.outcome == "fails" and verdict.counterexample is not None
    _, raised, lowered, again = map(shown, verdict.counterexample.course.visits)
    assert (raised["progression"], lowered["toxicity"], again["progression"]) == (("yes", False), ("2", False), ("yes", False))
    assert all(visit["alt"][1] for visit in (raised, lowered, again))


HELD = """\
protocol: held
version: 1
doses: {full: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 50, valid for: 6 days, every: 7 days}
  alt: {unit: U/L, plausible: 0 to 1000, valid for: 6 days, every: 7 days}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at full}
  hold: {in: on treatment, when: "anc < 1.0", must: hold}
  back: {in: held, when: "anc >= 1.5 and alt <= 5 x ULN", must: resume at the same level}
properties:
  a-hold-has-an-end: {after: hold, within: 2 weeks, sometimes: "not held"}
"""


def test_what_seems_cheaper_than_it_is_does_not_take_the_place_of_what_was_found_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(along_courses, "MOST_TRIED", 1)
    monkeypatch.setattr(along_courses, "MOST_STEPS", 0)
    (verdict,) = verify(parse(HELD), only=["a-hold-has-an-end"]).verdicts
    assert verdict.outcome == "fails" and verdict.counterexample is not None
    visits = verdict.counterexample.course.visits
    assert [shown(visit)["anc"][0] for visit in visits[1:]] == ["1/2", "6/5", "6/5"]
    assert not any(visit.given for visit in visits)


@pytest.mark.parametrize(
    "name", ["recovered-liver-tests-always-bring-drug-back", "every-hold-has-a-way-out", "no-dead-end", "no-silent-visit"]
)
def test_who_is_held_for_one_reason_is_shown_rather_than_who_is_held_for_two(name: str) -> None:
    verdicts = verify(load("imatinib-label"), only=[name]).verdicts
    (course,) = (one.counterexample.course for one in verdicts if one.counterexample is not None)
    assert [shown(visit).get("ast", ("",))[0] for visit in course.visits] == ["", "240", "20", "240", "20"]
    assert {shown(visit)["anc"][0] for visit in course.visits} == {"3"}
