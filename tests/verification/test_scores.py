"""A score follows from the rest of a visit, so that a property of what it is made of is proved, and what it permits is found."""

from __future__ import annotations

from random import Random

import pytest

from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, WEEK
from protocol.verification.difference.diff import diff
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.asked import asked_by
from protocol.verification.search.exploring import Exploring
from protocol.verification.verify import verify
from tests.oracle.explore import BEGIN
from tests.oracle.lockstep import lockstep

SPEC = """\
protocol: scored
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 10 mg daily, high: 20 mg daily}
inputs:
  fever: {unit: Cel, plausible: 30 to 45, valid for: 8 days}
  count: {unit: "1", plausible: 0 to 10, valid for: 8 days}
  rash: {yes or no, valid for: 8 days}
  well: {yes or no, valid for: 8 days}
derived:
  hot: "fever >= 38.5"
  points:
    score:
      fever: {hot: 0, otherwise: -1, unknown: -1}
      count: {"count >= 5 or (rash and count >= 2)": 2, "count >= 1": 1, otherwise: 0, unknown: 0}
      rash: {rash: 1, otherwise: -1, unknown: 0}
trackers: {likely: {time since: "fever >= 40"}}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: ours}
  end: {in: on treatment, when: "points <= -1 and well is no and likely > 1 day", must: stop, source: ours}
  hold: {in: on treatment, when: "points >= 2", must: hold, source: ours}
  resume: {in: held by hold, when: "points < 1 and well", must: resume at the same level, source: ours}
properties:
  fever-and-a-rash-are-not-enough: {never: "hold while hot and rash and count < 1", source: ours}
  five-without-fever-are-not-enough: {never: "hold while not (known(fever) and hot) and not (known(rash) and rash)", source: ours}
  a-rash-and-two: {sometimes: "hold while hot and count >= 2 and count <= 2", source: ours}
  a-rash-and-one: {sometimes: "hold while fever < 38.5 and count < 2", source: ours}
"""
SCORED = parse(SPEC)


def outcomes(protocol: Protocol) -> dict[str, str]:
    return {one.name: one.outcome for one in verify(protocol, every=WEEK).verdicts if one.origin == "spec"}


def test_what_the_parts_of_a_score_come_to_is_proved() -> None:
    assert outcomes(SCORED) == {
        "fever-and-a-rash-are-not-enough": "holds",
        "five-without-fever-are-not-enough": "holds",
        "a-rash-and-two": "holds",
        "a-rash-and-one": "fails",
    }


def said(random: Random) -> tuple[Observation, ...]:
    values = {"fever": (37, 38.5, 39, None), "count": (0, 1, 2, 4, 5, None), "rash": ("yes", "no", None), "well": ("yes", "no")}
    some = {name: random.choice(these) for name, these in values.items() if random.random() < 0.8}
    return tuple(Observation(name, value) for name, value in some.items())


@pytest.mark.parametrize("seed", range(40))
def test_a_score_comes_to_the_same_in_the_search_and_in_the_reference(seed: int) -> None:
    random = Random(seed)
    visits = [Visit(BEGIN + week * 7 * DAY, said(random)) for week in range(6)]
    found = lockstep(Exploring(abstraction(SCORED, WEEK), (WEEK,)), visits)
    assert found and all(both.agree() for both in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"fever >= 40"', '"points >= 3"'),
        ("trackers: {", "trackers: {most: {highest: points}, "),
        ("must: hold", "must: hold, again: no"),
    ],
)
def test_a_score_is_left_free_where_more_than_the_visit_rests_on_it(old: str, new: str) -> None:
    found = (asked_by(parse(SPEC)).scores, asked_by(parse(SPEC.replace(old, new))).scores)
    assert [[one.name for one in scores] for scores in found] == [["points"], []]


def test_other_points_of_an_item_are_told_from_these() -> None:
    other = parse(SPEC.replace("version: 1", "version: 2").replace("rash: 1,", "rash: 2,"))
    found = diff(SCORED, other, every=WEEK)
    assert found.kinds and not found.limits
