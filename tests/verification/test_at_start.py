"""What the first dose settles is the same at every later visit, in the search as in the reference."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.verification.properties.judge import judge
from protocol.verification.properties.judging import Judging
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.exploring import Exploring
from protocol.verification.verify import verify
from tests.oracle.explore import BEGIN
from tests.oracle.lockstep import grid_visits, lockstep

SPEC = """\
protocol: by-the-first
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 10 mg daily, middle: 20 mg daily, high: 40 mg daily}
inputs:
  count: {unit: 10*9/L, plausible: 0 to 1000, valid for: 8 days, every: 7 days}
  rash: {yes or no, valid for: 8 days}
derived:
  first-count: {value: baseline(count), unit: UNIT, plausible: 0 to 1000, missing: unknown}
  ample: {when: "first-count >= 100"}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "START", must: start at low, source: ours}
  hold: {in: on treatment, when: "count < 50", must: hold, source: ours}
  back: {in: held by hold, when: "ample and count >= 50 or count >= 75", must: resume at the same level, source: ours}
  raise: {in: on treatment at low or middle, when: "ample and count >= 75", must: escalate, source: ours}
  lower: {in: on treatment at high, when: "not ample and count < 100", must: reduce to low, source: ours}
properties:
  few-stay-low: {never: "dose above low while first-count < 100"}
  many-are-never-lowered: {never: "reduce while first-count >= 100"}
  many-come-back: {never: "held while count >= 50 and first-count >= 100"}
  some-are-raised: {sometimes: "dose is high"}
"""
KNOWN = SPEC.replace("UNIT", "10*9/L").replace("START", "not rash and known(count)")
PROTOCOL, OPEN = parse(KNOWN), parse(KNOWN.replace(" and known(count)", ""))


def test_what_holds_because_the_first_count_stays_the_same_is_proved() -> None:
    outcomes = {one.name: one.outcome for one in verify(PROTOCOL, every=WEEK).verdicts if one.origin == "spec"}
    assert set(outcomes.values()) == {"holds"}


def test_where_the_first_count_is_free_at_each_visit_that_is_not_proved() -> None:
    search = Exploring(abstraction(PROTOCOL, WEEK), (WEEK,))
    explored, judging = BreadthFirst(search).explore(), Judging(search)
    failing = {item.name for item in PROTOCOL.properties if judge(judging, explored, item).certain}
    assert failing == {"few-stay-low"}


@pytest.mark.parametrize(("asked", "every"), [(PROTOCOL, WEEK), (OPEN, WEEK), (OPEN, 2 * WEEK)], ids=["known", "open", "far"])
def test_random_courses_come_to_the_same_in_the_search_and_in_the_reference(asked: Protocol, every: int) -> None:
    exploring = Exploring(abstraction(asked, every, settled=True), (every,))
    known, started = 0, 0
    for walk in range(60):
        both = lockstep(exploring, grid_visits(asked, Random(walk), 9, every))
        assert len(both) == 9 and both[-1].agree(), both[-1]
        known += "first-count: carried" in " ".join(both[-1].letters)
        started += both[-1].taken.state.started is not None
    assert started > 40 and known > 20


@pytest.mark.parametrize("other", ["formula", "range", "constant"])
def test_a_baseline_that_its_input_does_not_settle_stays_free(other: str) -> None:
    changed = {
        "formula": KNOWN.replace("baseline(count)", "baseline(count) + 1"),
        "range": KNOWN.replace(
            "baseline(count), unit: 10*9/L, plausible: 0 to 1000", "baseline(count), unit: 10*9/L, plausible: 0 to 900"
        ),
        "constant": KNOWN.replace("first-count >= 100", "first-count >= 110"),
    }[other]
    assert abstraction(parse(changed), WEEK, settled=True).bases == ()


COUNTED = """\
protocol: counted-from-the-first
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 50 mg daily, middle: 75 mg daily, high: 100 mg daily}
inputs:
  count: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  rash: {yes or no, valid for: 8 days}
derived:
  first-count: {value: baseline(count), unit: 10*9/L, plausible: 0 to 100, missing: unknown}
trackers:
  few: {consecutive: "first-count < 1 or count < 1"}
otherwise: {before treatment: continue, on treatment: continue}
rules:
  start: {in: before treatment, when: known(count), must: start at high, source: ours}
  less: {in: on treatment at middle or high, when: rash, must: reduce, source: ours}
  end: {in: on treatment at low, when: "count >= 50", must: stop, source: ours}
  other: {in: on treatment at low, when: "few >= 2 and count >= 40", must: stop, source: ours}
properties:
  never-stops: {never: stop}
"""


def test_after_a_step_a_baseline_is_still_known_where_no_rule_that_steps_asks_it() -> None:
    asked = parse(COUNTED)
    (verdict,) = [one for one in verify(asked, every=WEEK).verdicts if one.name == "never-stops"]
    assert verdict.outcome == "fails"
    shown = [("count",), ("count", "rash"), ("count", "rash"), ("count",)]
    values = {"count": Fraction(60), "rash": "yes"}
    visits = [
        Visit(BEGIN + week * WEEK, tuple(Observation(name, values[name]) for name in names)) for week, names in enumerate(shown)
    ]
    both = lockstep(Exploring(abstraction(asked, WEEK, settled=True), (WEEK,)), visits)
    assert len(both) == 4 and all(one.agree() for one in both) and both[-1].taken.state.control.kind == "stopped"
