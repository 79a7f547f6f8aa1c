"""Random protocols by the thousand: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak/test_search.py -s`."""

from __future__ import annotations

import os
from random import Random

import pytest

from protocol.model.course import Visit
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.verification.search.abstraction import Abstraction, abstraction
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.explored import Explored
from protocol.verification.search.exploring import Exploring
from tests.oracle.lockstep import grid_visits, lockstep
from tests.oracle.search import acting_once, confirmed, is_exact
from tests.oracle.search import letters as told_apart
from tests.soak.by_force import all_seen, all_short, at_random, enough, searched
from tests.soak.constructs import constructs
from tests.soak.seeds import Told, over_seeds
from tests.soak.small import any_size

MOST_LETTERS, FEW_LETTERS, WALKS, VISITS, STATES, PATHS = 60, 12, 4, 10, 60, 30
MOST_STATES = 100
"""Of so many states there are too many where any dose may be given, so it is not tried."""


def wrong_of(seed: int, told: Told) -> list[str]:
    """What the search and the reference disagree about in one protocol."""
    one = any_size(seed)
    if told_apart(one) > MOST_LETTERS:
        told["search: too many letters"] += 1
        return []
    told.update(constructs(one))
    return _left_out(one, seed, told) + _same_visits(one, seed, told) + _acted_on_twice(seed, told)


def _left_out(one: Protocol, seed: int, told: Told) -> list[str]:
    """What brute force comes to and the search does not."""
    found, random = list[str](), Random(seed)
    for any_dose in (False, True):
        explored, what = searched(one, any_dose=any_dose), "any dose given" if any_dose else "all that is permitted"
        told[f"search: {what}{', too large' * (explored is None)}"] += 1
        if explored is None:
            break
        seen, forced = set(all_seen(explored)), set(at_random(one, random, any_dose=any_dose))
        if not any_dose and told_apart(one) <= FEW_LETTERS:
            short = all_short(one)
            told[f"search: by force {'all courses' if short.every else 'all short courses'} beside those drawn"] += 1
            forced |= short.seen
        found += [f"left out, {what}: {came}" for came in forced - seen]
        if not any_dose and len(explored.states) > MOST_STATES:
            told["search: any dose given, not tried"] += 1
            break
    return found


def _same_visits(one: Protocol, seed: int, told: Told) -> list[str]:
    """What the two disagree about on the same visits, and paths that are no courses."""
    exploring, explored = _remembering(one, STATES)
    told.update(_shown(exploring.abstraction))
    if not is_exact(exploring.abstraction):
        return []
    good, wrong = confirmed(exploring, explored, PATHS)
    told["search: paths that are courses"] += good
    exploring = exploring if seed % 3 == 0 else Exploring(abstraction(one, WEEK), (WEEK,))
    visits = [grid_visits(one, Random(seed + walk), VISITS, WEEK, seldom=walk % 2 == 1) for walk in range(WALKS)]
    return [f"no course: {path}" for path in wrong] + _apart(exploring, visits, told)


def _acted_on_twice(seed: int, told: Told) -> list[str]:
    """What the two disagree about where the same evidence counts once."""
    one = acting_once(seed)
    exploring = None if one is None else Exploring(abstraction(one, WEEK, [item.name for item in one.inputs]), (WEEK,))
    if one is None or exploring is None or not is_exact(exploring.abstraction):
        return []
    told["search: acting once"] += 1
    visits = [grid_visits(one, Random(seed + walk), VISITS, WEEK, seldom=walk % 2 == 0) for walk in range(WALKS)]
    return [f"acted on twice, {wrong}" for wrong in _apart(exploring, visits, told)]


def _apart(exploring: Exploring, walks: list[list[Visit]], told: Told) -> list[str]:
    found = [lockstep(exploring, visits) for visits in walks]
    told["search: visits in both"] += sum(map(len, found))
    return [f"not the same: {both[-1]}" for both in found if not both[-1].agree()]


def _remembering(one: Protocol, states: int) -> tuple[Exploring, Explored]:
    exploring = Exploring(abstraction(one, WEEK, [item.name for item in one.inputs]), (WEEK,))
    return exploring, BreadthFirst(exploring).explore(enough(states).whole())


def _shown(asked: Abstraction) -> set[str]:
    """What letters there are."""
    letters = [letter for axis in asked.axes for letter in axis.letters]
    shown = {f"letter: {letter.kind}" for letter in letters}
    shown |= {"letter: no limits on record" for letter in letters if not letter.limits}
    shown |= {"letter: partly known" for letter in letters if letter.among}
    return shown | ({"letter: last one remembered"} if asked.remembered else set())


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_the_search_comes_to_what_the_reference_comes_to() -> None:
    assert not over_seeds(wrong_of, 2000)
