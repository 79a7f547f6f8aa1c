"""At the very minute at which something comes due or ceases to count, and a minute to either side, the second opinion agrees.

Each protocol asks one thing of time, and acts on it once. Another rule steps the dose at the same minutes, so that what came due
is now and then as old as the step.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random

import pytest

from protocol import initial
from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from tests.oracle.compare import disagreements

TEXT = """\
protocol: edges
version: 1
sources: {ours: made for these tests}
doses: {low: 100 mg daily, middle: 200 mg daily, high: 400 mg daily, highest: 800 mg daily}
inputs:
  rash: {yes or no, valid for: 5 days}
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 5 days}
trackers:
  lasting: {duration of: rash}
  ago: {time since: rash}
  lowest: {lowest: anc}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at high, source: ours}
  act: {in: on treatment, when: "GUARD", must: ACTION, source: ours}
  step: {in: on treatment, when: "anc < 1", must: "escalate, else continue", source: ours}
  hold: {in: on treatment, when: "anc > 50", must: hold, again: no, source: ours}
  resume: {in: held, when: "anc >= 1", must: resume at the same level, source: ours}
"""
GUARDS = (
    "within(rash, 2 days)", "not within(rash, 2 days)", "rash", "unknown(rash)",
    "lasting >= 2 days", "lasting > 2 days", "not lasting < 2 days", "ago <= 2 days", "ago > 2 days",
    "time since start >= 4 days", "time on treatment >= 4 days", "time on treatment > 4 days", "time in state >= 2 days",
    "time since dose change >= 2 days", "time since dose raised > 2 days", "time on hold >= 2 days",
    "time since start >= 4 days (window -1 to +1 days)", "time since dose change >= 2 days and rash",
    "lowest < 0.4", "lowest < 0.7", "cumulative dose >= 1200 mg", "cumulative dose > 1200 mg and rash",
)  # fmt: skip
GAPS = (1, DAY, 2 * DAY - 1, 2 * DAY, 2 * DAY + 1, 4 * DAY, 5 * DAY, 5 * DAY + 1)
YES, LOW = Observation("rash", "yes"), Observation("anc", "0.5")
READINGS = ((YES,), (YES,), (Observation("rash", "no"),), (LOW,), (Observation("anc", 2),), (Observation("anc", 60),), (), (), ())


def courses(random: Random) -> Iterator[tuple[Visit, ...]]:
    """A rash a day after the start, what comes due after each gap, a minute and a day later; the same with a step as old as that;
    and one that is drawn at random."""
    for gap in GAPS[2:]:
        times = accumulate((0, DAY, gap, 1, DAY, 2 * DAY))
        yield tuple(map(Visit, times, ((), (YES,), (), (), (LOW,), ())))
        yield tuple(map(Visit, accumulate((0, DAY, gap, 1, 2 * DAY)), ((), (YES,), (LOW,), (), ())))
    times = accumulate((0, *(random.choice(GAPS) for _ in range(7))))
    yield tuple(Visit(time, random.choice(READINGS)) for time in times)


ACTIONS = ("reduce, else continue", "hold, again: no")


def edges(guard: str, action: str, where: str = "on treatment") -> Protocol:
    """A protocol that asks this there, and does that."""
    text = TEXT.replace("act: {in: on treatment", f"act: {{in: {where}")
    return parse(text.replace("GUARD", guard).replace("ACTION", action if "again" in action else f'"{action}"'))


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("guard", GUARDS)
def test_the_second_opinion_agrees_at_the_minute(guard: str, action: str) -> None:
    spec = edges(guard, action)
    for course in courses(Random(f"{guard}, {action}")):
        state = initial(spec)
        for visit in course:
            taken, found = disagreements(spec, state, visit)
            assert not found, (state, visit)
            state = taken.state
