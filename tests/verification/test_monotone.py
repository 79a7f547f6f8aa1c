"""Of two patients who differ in one finding, what it says to a tracker that is left free is seen."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.semantics.trace import trace
from protocol.verification.verify import verify

NAME = "never-better-never-more"
TRACKED = """\
protocol: tracked
version: 1
sources: {ours: made for these tests}
doses: {low: 10 mg daily, high: 20 mg daily}
inputs:
  a: {unit: mg/dL, plausible: 0 to 100, valid for: 8 days, worse: high, every: 7 days}
  rash: {yes or no, valid for: 6 days}
trackers:
  t: {CONDITION}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: "a <= 90 and rash is no", must: start at low, source: ours}
  up: {in: on treatment at low, when: "t < 10 days", must: escalate, source: ours}
  look: {in: on treatment at high, when: "a > 10", must: "review, dose continues", source: ours}
"""


@pytest.mark.parametrize(
    ("condition", "outcome", "why", "is_more"),
    [
        ('duration of: "within(a, 3 days) and unknown(rash)"', "holds", "", False),
        # Not asked of a number of which a limit of normal is asked, as soon as the tracker is followed.
        ('time since: "a > 2 x ULN and rash is no"', "holds", "", True),
        ('time since: "a > 60", until: "not (rash is no) or a > 3 x ULN"', "fails", "", True),
        ('time since: "a > 90 and unknown(rash)"', "fails", "", True),
        ('time since: "a > 90 and known(rash)"', "fails", "", True),
        ('time since: "not (a <= 90) and rash is no"', "fails", "", True),
        ('time since: "rash is no", until: "rash"', "holds", "", False),
    ],
)
def test_a_worse_finding_that_is_given_more_by_a_free_tracker_is_shown(
    condition: str, outcome: str, why: str, is_more: bool
) -> None:
    tracked = parse(TRACKED.replace("CONDITION", condition))
    (found,) = verify(tracked, only=(NAME,)).verdicts
    assert (found.outcome, found.why) == (outcome, why)
    assert worse_is_given_more(tracked) is is_more


def worse_is_given_more(one: Protocol) -> bool:
    """Whether of two patients at the visit after the first dose, who differ in one finding, the worse one is given more."""
    others = [(), (Observation("rash", "no"),), (Observation("rash", "yes"),)]
    for other, upper in product(others, (20, None)):
        actions = [_action(one, (Observation("a", value, upper=upper), *other)) for value in (5, 20, 50, 70, 95)]
        if ("continue", "escalate") in combinations(actions, 2):
            return True
    return False


def _action(one: Protocol, readings: tuple[Observation, ...]) -> str:
    begin = Visit(0, (Observation("a", 5, upper=20), Observation("rash", "no")))
    last = trace(one, Course("one", (begin, Visit(WEEK, readings)))).steps[-1]
    return last.decision.action if last.decision.status == "decided" else ""


def test_what_only_a_free_tracker_asks_is_followed_before_it_holds() -> None:
    text = TRACKED.replace("CONDITION", 'time since: "a > 50 and rash is no"')
    only_there = parse(text.replace("a <= 90 and rash is no", "rash is no").replace('"a > 10"', '"rash is no"'))
    (found,) = verify(only_there, only=(NAME,)).verdicts
    assert worse_is_given_more(only_there) and found.outcome == "fails"
