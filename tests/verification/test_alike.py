"""Do two searches that share what both do alike find what two searches find that share nothing?"""

from __future__ import annotations

import os
from itertools import islice

import pytest
from attrs import evolve

from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.verification.difference import alike
from protocol.verification.difference.alike import First, Searches
from protocol.verification.difference.comparing import ENOUGH, Compared, Comparing
from protocol.verification.mutation.mutants import mutants
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.exploring import Exploring
from tests.oracle.search import drawn, letters

MOST_LETTERS, MUTANTS, STATES = 16, 12, 150


def compared(old: Protocol, new: Protocol, searches: Searches, *, at_once: bool = True) -> Compared:
    """All differences of two protocols that have few states; not ``at_once``: stopped at each new kind, and gone on with."""
    comparing = Comparing(old, new, (WEEK,), searches=searches)
    while True:
        found = comparing.compare(lambda states: "too many" if states > STATES else "", stop=lambda so_far: not at_once)
        if found.ended != ENOUGH:
            return found


def what_is_found(found: Compared) -> tuple[int, dict[object, int]]:
    """How many pairs of states, and of each kind of difference how long its shortest course is.

    Which of these is the most ordinary can differ: what is normal is asked of the first protocol where the two share a search.
    """
    return found.states, {kind: len(courses[0].old) for kind, courses in found.apart.items()}


def some_of(one: Protocol, seed: int) -> list[tuple[str, Protocol]]:
    """A few of the mutants of a protocol, from all kinds of them, and the protocol itself."""
    every = list(mutants(one))
    return [
        ("as it is", one),
        *((item.name, item.protocol) for item in islice(every, seed % 5, None, max(1, len(every) // MUTANTS))),
    ]


def by_itself(first: First, abstraction: Abstraction) -> Exploring:
    """A search that shares the letters of the first one, and nothing else."""
    return Exploring(abstraction, first.gaps, diagrams=first.diagrams, ordinary=first.ordinary)


@pytest.mark.parametrize("seed", range(int(os.environ.get("SOAK_CASES", "8"))))
def test_what_is_shared_with_a_mutant_makes_no_difference_to_what_is_found(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one = evolve(drawn(seed), properties=(), monitoring=(), between_visits="wait")
    if letters(one) > MOST_LETTERS:
        pytest.skip("more kinds of visit than are followed here")
    shared = Searches()
    for name, other in some_of(one, seed):
        with_it = compared(one, other, shared, at_once=False)
        with monkeypatch.context() as alone:
            alone.setattr(alike, "is_made_as", lambda one, other: False)
            beside = compared(one, other, Searches())
            alone.setattr(alike, "_beside", by_itself)
            without = compared(one, other, Searches())
        assert bool(with_it.ended) == bool(beside.ended) == bool(without.ended), name
        if not with_it.ended:
            assert what_is_found(with_it) == what_is_found(beside) == what_is_found(without), name
