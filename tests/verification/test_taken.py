"""What only a mutant permits is done on some course, so that a property can fail on it."""

from __future__ import annotations

from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.model.time import WEEK
from protocol.semantics.trace import trace
from protocol.verification.mutation.taken import taken

SPEC = """\
protocol: permitting
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 10 mg daily, high: 20 mg daily}
inputs: {count: {unit: "1", plausible: 0 to 10, valid for: 8 days}}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: ours}
  raise: {in: on treatment at low, when: "count >= 5", may: escalate, source: ours}
  end: {in: on treatment, when: "count < 1", may: stop, source: ours}
"""
COURSE = Course("four", tuple(Visit(week * WEEK, (Observation("count", 4),)) for week in range(3)))


def test_each_visit_at_which_only_the_mutant_permits_something_ends_a_course_on_which_it_is_given() -> None:
    protocol, mutant = parse(SPEC), parse(SPEC.replace("count >= 5", "count >= 4"))
    found = tuple(taken(protocol, mutant, COURSE))
    assert [len(one.visits) for one in found] == [2, 3]
    assert [trace(mutant, one).steps[-1].state.dose.name for one in found] == ["high", "high"]


def test_where_both_permit_the_same_nothing_is_done() -> None:
    assert not tuple(taken(parse(SPEC), parse(SPEC.replace("count < 1", "count < 2")), COURSE))
