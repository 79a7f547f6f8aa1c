"""Changes of the text of random protocols: `SOAK=1 SOAK_CASES=300 SOAK_SEED=7 pytest -m soak -s tests/soak/test_text_mutants.py`.

Two protocols are the same only where no course is decided differently. So the search is held to brute force: all short courses,
all courses where there are few enough states, and long ones drawn at random. Where one tells the two apart the search has a
course, too, that is no longer, or says why it has none, but never that they are the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from itertools import product
from random import Random

import pytest
from attrs import evolve

from protocol import initial, step
from protocol.errors import ProtocolError
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import Ratio, Tracked, Value
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.model.time import WEEK
from protocol.semantics.prepared import prepare
from protocol.semantics.trace import trace
from protocol.testing import thresholds
from protocol.verification.difference.meanings import look_at, meaning_of
from protocol.verification.mutation.differing import Differing, Search
from protocol.verification.mutation.shown import of_step
from tests.oracle.explore import BEGIN, outline, values_of
from tests.oracle.search import letters
from tests.soak.by_force import permitted
from tests.soak.constructs import constructs
from tests.soak.seeds import Told, over_seeds
from tests.soak.small import any_size
from tests.verification.text_mutants import text_mutants

MOST_LETTERS, MUTANTS, TRIED, DRAWN, RECENT = 20, 4, 400, 120, 25
Pair = tuple[State, State]
Letter = tuple[Observation, ...]


def shown(*both: Protocol) -> list[Letter]:
    """What a visit can show: each input in a cell of one of the two, or not."""
    per_input = [dict.fromkeys([None, *(value for one in both for value in values_of(one, item))]) for item in both[0].inputs]
    return [tuple(one for one in letter if one is not None) for letter in product(*per_input)]


class Both:
    """Two protocols on the same visits."""

    def __init__(self, one: Protocol, other: Protocol) -> None:
        self.one, self.other = one, other

    @property
    def begin(self) -> Pair:
        return initial(self.one), initial(self.other)

    def visit(self, before: Pair, letter: Letter, given: Given | None = None) -> tuple[Step, Step]:
        time = BEGIN if before[0].time is None else before[0].time + WEEK
        visit = Visit(time, letter, given)
        return step(self.one, before[0], visit), step(self.other, before[1], visit)

    def differ(self, steps: tuple[Step, Step]) -> bool:
        """Whether they decide otherwise, or call it otherwise: that, too, is seen by who compares a build."""
        one, other = steps
        return of_step(one) != of_step(other) or meaning_of(look_at(self.one, one), look_at(self.other, other)) is not None

    def after(self, before: Pair, letter: Letter, steps: tuple[Step, Step]) -> Iterator[Pair]:
        """Where both are if what is recommended is given, or what both permit."""
        yield steps[0].state, steps[1].state
        also = permitted(self.other, before[1], steps[1])
        for given in (given for given in permitted(self.one, before[0], steps[0]) if given in also):
            here, there = self.visit(before, letter, given)
            yield here.state, there.state


def by_force(both: Both) -> tuple[int | None, bool]:
    """The fewest visits after which they differ, as far as was tried, and whether all that there is was tried.

    An outline does not say how much drug was taken, and a value in each cell not what is computed or so many times a baseline, so
    that a protocol that asks these is never tried whole.
    """
    known, waiting, tried = {outlines(both, both.begin)}, deque([(both.begin, 1)]), 0
    all_letters = shown(both.one, both.other)
    while waiting:
        before, visits = waiting.popleft()
        for letter in all_letters:
            steps = both.visit(before, letter)
            if both.differ(steps):
                return visits, False
            tried += 1
            if tried > TRIED:
                return None, False
            for after in both.after(before, letter, steps):
                if (found := outlines(both, after)) not in known:
                    known.add(found)
                    waiting.append((after, visits + 1))
    return None, not any(prepare(one).counts_dose or asks_more(one) for one in (both.one, both.other))


def asks_more(protocol: Protocol) -> bool:
    """Whether a value in each cell, with the same limits of normal each time, is not all that a visit can show."""
    asked: dict[str, set[str]] = {}
    for term in thresholds(protocol):
        if isinstance(term, Value | Ratio):
            asked.setdefault(term.input, set()).add(term.limit if isinstance(term, Ratio) else "")
        elif isinstance(term, Tracked) and protocol.tracker(term.tracker).kind in ("lowest", "highest"):
            asked.setdefault(protocol.tracker(term.tracker).input, set()).add("")
    computed = protocol.numbers or protocol.scores
    return bool(computed) or any("baseline" in kinds or len(kinds) > 1 for kinds in asked.values())


def outlines(both: Both, pair: Pair) -> object:
    return outline(both.one, pair[0]), outline(both.other, pair[1])


def at_random(both: Both, random: Random) -> int | None:
    """After how many visits of courses drawn at random they differ; each goes on from one of those before it."""
    all_letters, pairs = shown(both.one, both.other), [(both.begin, 0)]
    for number in range(DRAWN):
        before, visits = random.choice(pairs[-RECENT:] if number % 4 else pairs)
        letter = random.choice(all_letters)
        steps = both.visit(before, letter)
        if both.differ(steps):
            return visits + 1
        pairs.append((random.choice([*both.after(before, letter, steps)]), visits + 1))
    return None


def wrong_of(seed: int, told: Told) -> list[str]:
    """What is wrong of the changes of one protocol."""
    one = any_size(seed)
    if letters(one) > MOST_LETTERS:
        told["mutants: too many letters"] += 1
        return []
    one = evolve(one, properties=(), monitoring=(), between_visits="wait")
    told.update(constructs(one))
    changed = [(what, evolve(other, properties=())) for what, other in text_mutants(one, at_most=MUTANTS, seed=seed)]
    return [f"{what}: {wrong}" for what, other in changed for wrong in _wrong(one, other, seed, told)]


def _wrong(one: Protocol, other: Protocol, seed: int, told: Told) -> Iterator[str]:
    try:
        found = Search(one, other, WEEK, states=500, seconds=2).first()
    except ProtocolError:
        told["mutants: no course in common"] += 1  # a text that was changed can declare what has none
        return
    both = Both(one, other)
    visits, every = by_force(both)
    deeper = None if visits or every else at_random(both, Random(seed))
    forced = "all courses are the same" if every else "they differ" if visits or deeper else "no difference found"
    told[f"mutants: {_said(found)}, by force {forced}"] += 1
    if found.proved and (visits or deeper):
        yield f"proved to be the same, and different after {visits or deeper} visits"
    if every and found.courses and not any(visit.given for visit in found.courses[0].visits):
        yield f"different on {found.courses[0]}, and all courses are the same"
    if found.courses and visits and len(found.courses[0].visits) > visits:
        yield f"different after {len(found.courses[0].visits)} visits, and already after {visits}"
    for course in found.courses:
        if not any(map(both.differ, _along(both, course))):
            yield f"no difference on {course}"


def _along(both: Both, course: Course) -> Iterator[tuple[Step, Step]]:
    return zip(trace(both.one, course).steps, trace(both.other, course).steps, strict=False)


def _said(found: Differing) -> str:
    return "proved the same" if found.proved else "different" if found.courses else "left open"


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_a_change_that_makes_a_difference_is_never_proved_to_make_none() -> None:
    assert not over_seeds(wrong_of, 300)
