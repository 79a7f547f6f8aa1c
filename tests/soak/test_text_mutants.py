"""Changes of the text of random protocols: `SOAK=1 SOAK_CASES=900 SOAK_SEED=7 pytest -m soak -s tests/soak/test_text_mutants.py`.

Two protocols are the same only where no course is decided differently. So the search is held to courses drawn at random: where
one tells the two apart the search has a course, too, or says why it has none, but never that they are the same.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from random import Random

import pytest
from attrs import evolve

from protocol.errors import ProtocolError
from protocol.model.course import Course, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.semantics.trace import trace
from protocol.verification.difference.meanings import look_at, meaning_of
from protocol.verification.mutation.differing import Differing, Search
from tests.oracle.explore import BEGIN, values_of
from tests.oracle.search import drawn, letters
from tests.verification.text_mutants import text_mutants

MOST_LETTERS, MUTANTS, WALKS, VISITS = 24, 3, 15, 8


def walk(random: Random, *both: Protocol) -> Course:
    """Weekly visits at which each input is in a cell of one of the two, or is not said; what is recommended is given."""
    shown = {item.name: [None, *(value for one in both for value in values_of(one, item))] for item in both[0].inputs}
    said = [[random.choice(options) for options in shown.values()] for _ in range(VISITS)]
    return Course("drawn", tuple(Visit(BEGIN + week * WEEK, tuple(filter(None, one))) for week, one in enumerate(said)))


def first_difference(one: Protocol, other: Protocol, course: Course) -> int | None:
    """The number of the first visit at which something else is ordered or permitted."""
    pairs = zip(trace(one, course).steps, trace(other, course).steps, strict=False)
    looks = ((look_at(one, here), look_at(other, there)) for here, there in pairs)
    return next((number for number, both in enumerate(looks) if meaning_of(*both) is not None), None)


def told_apart(random: Random, one: Protocol, other: Protocol) -> int | None:
    """After how many visits of a course drawn at random the two differ; None where none of them tells."""
    walks = (first_difference(one, other, walk(random, one, other)) for _ in range(WALKS))
    return min((found + 1 for found in walks if found is not None), default=None)


def wrong_of(seed: int, told: Counter[str]) -> list[str]:
    """What is wrong of the changes of one protocol."""
    one, wrong = drawn(seed), list[str]()
    if letters(one) > MOST_LETTERS:
        return []
    one = evolve(one, properties=(), monitoring=(), between_visits="wait")
    for what, other in text_mutants(one, at_most=MUTANTS, seed=seed):
        try:
            found = Search(one, evolve(other, properties=()), WEEK, states=500, seconds=5).first()
        except ProtocolError:
            continue  # a text that was changed can declare what has no course in common with it
        visits = told_apart(Random(seed), one, other)
        told[_said(found)] += 1
        told["told apart at random"] += visits is not None
        if visits is not None and found.proved:
            wrong.append(f"{what}: proved to be the same, and different after {visits} visits")
        wrong += [
            f"{what}: no difference on {course}" for course in found.courses if first_difference(one, other, course) is None
        ]
    return wrong


def _said(found: Differing) -> str:
    return "proved the same" if found.proved else "different" if found.courses else "left open"


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_a_change_that_makes_a_difference_is_never_proved_to_make_none() -> None:
    begin, told = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**9)), Counter[str]()
    cases = int(os.environ.get("SOAK_CASES", "1000"))
    wrong = {seed: found for seed in range(begin, begin + cases) if (found := wrong_of(seed, told))}
    print(f"\nseeds {begin} to {begin + cases - 1}: {dict(told)}")
    assert not wrong
