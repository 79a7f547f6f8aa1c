"""Random protocols by the thousand: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak/test_search.py -s`."""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest

from protocol.model.time import WEEK
from tests.oracle.lockstep import grid_visits, lockstep
from tests.oracle.search import acting_once, confirmed, drawn, is_exact, left_out, letters, search

MOST_LETTERS, WALKS, VISITS = 40, 6, 10


def wrong_of(seed: int) -> list[str]:
    """What the search and the reference disagree about in one protocol."""
    one = drawn(seed)
    if letters(one) > MOST_LETTERS:
        return []
    exploring, explored = search(one, remembers=True, limit=60)
    found = [f"left out: {seen}" for seen in left_out(one, limit=40) or ()]
    if is_exact(exploring.abstraction):
        found += [f"no course: {path}" for path in confirmed(exploring, explored, 60)[1]]
        exploring, _ = search(one, remembers=seed % 3 == 0, limit=0)
        walks = (lockstep(exploring, grid_visits(one, Random(walk), VISITS, WEEK))[-1] for walk in range(WALKS))
        found += [f"not the same: {both}" for both in walks if not both.agree()]
    return found + acted_on_twice(seed)


def acted_on_twice(seed: int) -> list[str]:
    """What the two disagree about where the same evidence counts once."""
    one = acting_once(seed)
    exploring = search(one, remembers=True, limit=0)[0] if one else None
    if one is None or exploring is None or not is_exact(exploring.abstraction):
        return []
    visits = [grid_visits(one, Random(walk), VISITS, WEEK, seldom=walk % 2 == 0) for walk in range(WALKS)]
    walks = (lockstep(exploring, each)[-1] for each in visits)
    return [f"acted on twice: {both}" for both in walks if not both.agree()]


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_the_search_comes_to_what_the_reference_comes_to() -> None:
    begin = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**9))
    cases = int(os.environ.get("SOAK_CASES", "2000"))
    wrong = {}
    for seed in range(begin, begin + cases):
        found = wrong_of(seed)
        if found:
            wrong[seed] = found
            print(seed, found[0][:300], flush=True)
    print(f"seeds {begin} to {begin + cases - 1}: {len(wrong)} protocols of which something is wrong")
    assert not wrong
