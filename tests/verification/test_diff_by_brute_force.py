"""What two protocols differ in, against brute force: the reference follows every value of both over all courses."""

from __future__ import annotations

from collections import deque

import pytest
from attrs import evolve

from protocol import initial, step
from protocol.errors import ProtocolError
from protocol.language.from_yaml import parse
from protocol.model.course import Given, Observation, Visit
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.model.time import DAY
from protocol.verification.difference.diff import diff
from protocol.verification.difference.meanings import look_at, meaning_of
from protocol.verification.mutation.mutants import mutants
from protocol.verification.patients.giving import given_as
from tests.oracle.explore import BEGIN, letters_of, outline
from tests.verification.small import COUNTS

WEEK = 7 * DAY
BESIDE = parse("""protocol: beside
version: 1
doses: {low: 50 mg daily, high: 100 mg daily}
inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days}}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "anc >= 1.5", must: start at low}
  pause: {in: on treatment, when: "anc > 0.5 and anc < 2", may: hold}
  load: {in: on treatment at low, when: "anc > 6", may: escalate, supplement: 300 mg}
  end: {in: on treatment, when: "anc < 1", must: stop}
  back: {in: held, when: "anc >= 1.5", must: resume at the same level}
""")
"""Of which something that a course calls no drug is permitted beside an order to stop, and drug that is given at once."""
MUTANTS = [
    (base, one)
    for base in (COUNTS, BESIDE)
    for one in mutants(base)
    if one.protocol.levels == base.levels and one.kind != "validity"  # how old a reading is, is free in the search
]


def shortest(old: Protocol, new: Protocol) -> int | None:
    """The fewest visits after which the reference decides differently; None where it never does."""
    letters = list(dict.fromkeys([*letters_of(old), *letters_of(new)]))
    begin = (initial(old), initial(new))
    seen, waiting = {(outline(old, begin[0]), outline(new, begin[1]))}, deque([(begin, 1)])
    while waiting:
        (one, other), visits = waiting.popleft()
        for letter in letters:
            time = BEGIN if one.time is None else one.time + WEEK
            steps = step(old, one, Visit(time, letter)), step(new, other, Visit(time, letter))
            if meaning_of(look_at(old, steps[0]), look_at(new, steps[1])) is not None:
                return visits
            for states in followed(old, new, (one, other), steps, letter):
                known = outline(old, states[0]), outline(new, states[1])
                if known not in seen:
                    seen.add(known)
                    waiting.append((states, visits + 1))
    return None


def followed(
    old: Protocol, new: Protocol, states: tuple[State, State], steps: tuple[Step, Step], letter: tuple[Observation, ...]
) -> list[tuple[State, State]]:
    """The states after what is recommended, and after each thing that both permit."""
    permitted = [one.effect for one in steps[0].decision.permitted if one.certainty == "permitted"]
    givens = [given for effect in permitted if (given := given_as(old, effect)) is not None]
    return [(steps[0].state, steps[1].state), *(_given(old, new, states, steps[0].visit.time, letter, one) for one in givens)]


def _given(
    old: Protocol, new: Protocol, states: tuple[State, State], time: int, letter: tuple[Observation, ...], given: Given
) -> tuple[State, State]:
    visit = Visit(time, letter, given)
    return step(old, states[0], visit).state, step(new, states[1], visit).state


@pytest.mark.parametrize("number", range(0, len(MUTANTS), 3))
def test_the_shortest_course_of_a_change_is_that_of_brute_force(number: int) -> None:
    base, mutant = MUTANTS[number]
    changed = evolve(mutant.protocol, properties=())
    try:
        found = diff(base, changed, every=WEEK)
    except ProtocolError:
        pytest.skip("the two have no course in common")
    wanted = shortest(base, changed)
    assert not (found.ended or found.unconfirmed)
    assert min((len(one.course.visits) for one in found.kinds), default=None) == wanted, mutant
