"""A small protocol in which everything is close together: windows, waits, reviews and holds that are told apart by a day."""

from __future__ import annotations

from random import Random

import pytest

from protocol.executors import plain
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.regimen import regimen
from protocol.model.time import DAY
from tests.executors.test_compiled import by_reference, compiled

SPEC = """
protocol: close
version: "1"
time: days
doses: {low: 100 mg every day, middle: 200 mg every day, high: 400 mg every day}
inputs:
  response: {choice: [none, partial], valid for: 6 days}
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 3 days}
  rash: {yes or no, valid for: 4 days}
trackers:
  falls: {episodes of: "anc < 1.0", until: "anc >= 1.5"}
  in-a-row: {consecutive: "rash"}
  itching: {time since: "rash", until: "anc >= 1.5"}
  low: {duration of: "anc < 1.5"}
sources: {ours: "made for a test"}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: ours}
  stop: {in: on treatment, when: "falls >= 3", must: stop, source: ours}
  hold: {in: on treatment, when: "anc < 1.0", must: hold, again: no, source: ours}
  hold-long: {in: on treatment, when: "low >= 3 days", must: hold, source: ours}
  first-review: {in: on treatment, when: "rash and in-a-row >= 2", must: "review, dose withheld", source: ours}
  second-review: {in: in review by first-review, when: "time in state >= 2 days", must: "review, dose continues", source: ours}
  back: {in: in review by second-review, when: "time in state >= 2 days and rash is no", must: resume at low, source: ours}
  resume: {in: held, when: "anc >= 1.5", must: resume at the same level, source: ours}
  reduce: {in: on treatment, when: "rash and itching < 2 days", must: "reduce, else continue", source: ours}
  raise-now:
    in: on treatment at low
    when: "response is none and time since dose change >= 2 days"
    must: escalate
    source: ours
  raise-later:
    in: on treatment at middle
    when: "response is none and time since start >= 7 days (window -2 to +2 days)"
    must: escalate
    source: ours
  down: {in: on treatment at high, when: "response is partial and time on treatment >= 9 days", may: reduce by 2, source: ours}
"""
DOSES = [*(Given("regimen", regimen(f"{amount} mg every day")) for amount in (100, 100, 200, 200, 400, 400, 300)),
         Given("none"), Given("none"), Given("stopped"), Given("unknown"), *[None] * 6]  # fmt: skip
VALUES = {
    "response": ("none", "none", "partial", None),
    "anc": ("0.5", "1.2", "2", "2", "2", None),
    "rash": ("no", "no", "yes", None),
}


def drawn(random: Random) -> Course:
    """A course of ten visits, one to four days apart, at most of which not everything is measured."""
    found, day = [], 0
    for _ in range(10):
        names = [name for name in VALUES if random.random() < 0.6]
        observed = tuple(Observation(name, random.choice(VALUES[name])) for name in names)
        found.append(Visit(day * DAY, observed, random.choice(DOSES)))
        day += random.choice((1, 1, 2, 2, 3, 4))
    return Course("drawn", tuple(found))


@pytest.mark.parametrize("safe_side", ("less", "more"))
@pytest.mark.parametrize("within", ("", "act within: 2 days\n"))
def test_a_day_earlier_or_later_is_told_apart_as_by_the_reference(safe_side: str, within: str) -> None:
    spec = parse(f"{SPEC}safe side: {safe_side}\n{within}")
    ready, random = plain.walker(spec), Random(2003)
    assert ready is not None
    kinds = set()
    for course in [drawn(random) for _ in range(70)]:
        expected = by_reference(spec, course)
        assert compiled(ready, course) == expected, course
        kinds |= {row["deviation"] for row in expected} | {row["rule"] for row in expected}
    assert {"wrong resume level", "not decidable", "second-review", "raise-later", "hold-long"} <= kinds


WINDOW = """
protocol: window
version: "1"
time: days
doses: {low: 100 mg every day, high: 400 mg every day}
inputs:
  rash: {yes or no, valid for: ever}
sources: {ours: "made for a test"}
otherwise: {on treatment: continue, in review: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: ours}
  first: {in: on treatment, when: rash, must: "review, dose withheld", source: ours}
  second: {in: in review by first, when: "time in state >= 2 days", must: "review, dose withheld", source: ours}
  back: {in: in review by second, when: "time in state >= 2 days", must: resume at low, source: ours}
  raise: {in: on treatment at low, when: "time since start >= 7 days (window -2 to +2 days)", must: escalate, source: ours}
"""
LOW, HIGH, NOTHING = Given("regimen", regimen("100 mg every day")), Given("regimen", regimen("400 mg every day")), Given("none")


@pytest.mark.parametrize("rash", ("no", "yes"))
@pytest.mark.parametrize("second", (LOW, HIGH, NOTHING, None))
def test_on_each_day_of_a_window_and_of_a_review(rash: str, second: Given | None) -> None:
    spec = parse(WINDOW)
    ready = plain.walker(spec)
    assert ready is not None
    for day, third in ((day, third) for day in range(2, 11) for third in (LOW, HIGH, None)):
        seen = (Observation("rash", rash),)
        given = LOW if rash == "no" else NOTHING
        visits = Visit(0, (), LOW), Visit(DAY, seen, given), Visit(day * DAY, (), second), Visit((day + 2) * DAY, (), third)
        course = Course(f"day {day}", (*visits, Visit((day + 3) * DAY, (), third)))
        assert compiled(ready, course) == by_reference(spec, course), course
