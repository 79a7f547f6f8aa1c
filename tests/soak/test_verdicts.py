"""Verdicts on random protocols: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak/test_verdicts.py -s`.

What is said to hold holds on courses drawn at random, which the reference decides; what is said never to be reached is not
reached there; and each counterexample, printed and read again, is one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest
from attrs import evolve

from protocol import step
from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.to_markdown import to_markdown
from protocol.checks.properties_of_course import judged
from protocol.model.course import Course
from protocol.model.decision import Step
from protocol.model.property import OfVisits
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.model.verification import Report, Verdict
from protocol.semantics.step import initial
from protocol.verification.verify import verify
from tests.oracle.lockstep import grid_visits
from tests.oracle.search import letters
from tests.soak.by_force import permitted
from tests.soak.constructs import constructs
from tests.soak.seeds import Told, over_seeds
from tests.soak.small import any_size

MOST_LETTERS, WALKS, VISITS = 60, 8, 9
STATES, SECONDS, MEGABYTES = 400, 1.5, 1_500


def walked(protocol: Protocol, random: Random, *, seldom: bool) -> tuple[Course, list[Step]]:
    """Weekly visits at which what is recommended is given, or something else that is permitted whatever is missing."""
    state, steps = initial(protocol), list[Step]()
    for visit in grid_visits(protocol, random, VISITS, WEEK, seldom=seldom):
        taken = step(protocol, state, visit)
        given = random.choice((None, *permitted(protocol, state, taken)))
        taken = step(protocol, state, evolve(visit, given=given)) if given is not None else taken
        steps.append(taken)
        state = taken.state
    return Course("drawn", tuple(one.visit for one in steps)), steps


def wrong_of(seed: int, told: Told) -> list[str]:
    """What is wrong of the verdicts on one protocol."""
    one = any_size(seed)
    if letters(one) > MOST_LETTERS:
        told["verdicts: too many letters"] += 1
        return []
    one = evolve(one, expectations=(), properties=tuple(evolve(item, expected="holds", course="") for item in one.properties))
    report = verify(one, every=WEEK, states=STATES, seconds=SECONDS, memory=MEGABYTES)
    told.update(constructs(one))
    told.update(f"{verdict.origin}: {verdict.outcome}" for verdict in report.verdicts)
    wrong = [found for verdict in report.verdicts for found in _replayed(one, verdict, told)]
    for walk in range(WALKS):
        course, steps = walked(one, Random(seed * WALKS + walk), seldom=walk % 2 == 0)
        wrong += [f"{found} on walk {walk}" for found in _contradicted(one, report, course, steps)]
    told["courses"] += WALKS
    return wrong


def _replayed(protocol: Protocol, verdict: Verdict, told: Told) -> Iterator[str]:
    """What is wrong of the course that a verdict shows, as it is printed."""
    shown = verdict.counterexample
    if shown is None:
        return
    told["counterexamples"] += 1
    text = to_markdown(evolve(shown.course, name="Shown"), protocol)
    again = from_markdown(text, protocol).examples[0].course
    if verdict.origin == "spec":
        found = judged(protocol, again)
        if not any(one.property.name == verdict.name and one.certain for one in found.failures):
            yield f"{verdict.name} does not fail on its course as printed"
    elif [one.time for one in again.visits][-1:] != [one.time for one in shown.course.visits][-1:]:
        yield f"{verdict.name} is shown on other visits than are printed"


def _contradicted(protocol: Protocol, report: Report, course: Course, steps: list[Step]) -> Iterator[str]:
    """What a course shows to be otherwise than was said."""
    found = judged(protocol, course)
    failing = {one.property.name for one in found.failures if one.certain}
    said = {(one.origin, one.name): one.outcome for one in report.verdicts}
    for item in protocol.properties:
        sometimes = isinstance(item.sentence, OfVisits) and item.sentence.family == "sometimes"
        seen = item.name in found.shown if sometimes else item.name in failing
        if seen and said["spec", item.name] == ("fails" if sometimes else "holds"):
            yield f"{item.name} is said to {said['spec', item.name].rstrip('s')}, and does not"
    for name in _seen_of_built_in(steps):
        if said["built in", name] == "holds":
            yield f"{name} is said to hold, and does not"
    yield from (f"{one} is reached" for one in {*_reached(steps)} & {one for seen in report.seen for one in seen.unreached})


def _seen_of_built_in(steps: list[Step]) -> Iterator[str]:
    """The built-in properties that fail on these visits; those that can be seen of one visit without asking the search."""
    before = "before treatment"
    for one in steps:
        decision = one.decision
        if decision.status == "decided" and decision.silent:
            yield "no-silent-visit"
        if decision.conflict:
            yield "no-conflict"
        if decision.after.undefined:
            yield "dose-on-the-ladder"
        if before == "stopped" != one.state.control.kind:
            yield "stopped-is-final"
        before = one.state.control.kind


def _reached(steps: list[Step]) -> Iterator[str]:
    for one in steps:
        followed = one.verdict is None or one.verdict.recommended
        yield from (f"rule {name}" for name in (one.decision.rule,) if followed and name)
        yield f"state {one.state.control.kind}"
        if one.state.dose.kind == "level":
            yield f"level {one.state.dose.name}"


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_no_course_contradicts_a_verdict() -> None:
    assert not over_seeds(wrong_of, 1500)
