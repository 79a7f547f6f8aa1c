"""From which holds does no way lead onward, to drug or to the end of treatment?"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest
from itertools import islice

from protocol.verification.properties.failing import MOST_TRIED, Failing
from protocol.verification.search.explored import Came, Explored
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Place


def stuck(search: Exploring, explored: Explored, *, only_normal: bool) -> tuple[Failing, ...]:
    """The first holds and reviews from which no way leads to drug or to the end of treatment, each with a visit more."""
    if explored.ended:
        return ()
    before: list[list[int]] = [[] for _ in explored.states]
    for state, following in enumerate(explored.edges):
        for after, normal in following:
            if normal or not only_normal:
                before[after].append(state)
    reached = {number for number, kept in enumerate(explored.states) if not waits(kept.place)}
    waiting = list(reached)
    while waiting:
        for state in before[waiting.pop()]:
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    stuck = (number for number in range(len(explored.states)) if number not in reached)
    paths = ((*explored.path(number), *_onward(search, explored, number, only_normal)) for number in islice(stuck, MOST_TRIED))
    return tuple(Failing(path, True) for path in paths)


def _onward(search: Exploring, explored: Explored, number: int, only_normal: bool) -> Iterator[Came]:
    """The most ordinary visit after a state, which shows what is decided where nothing leads onward."""
    moves = (
        Came(number, minutes, letters, outcome, way, cost)
        for minutes in search.gaps
        for options in search.options(explored.states[number], minutes)
        for outcome, way, cost, letters in options.moves
        if not only_normal or search.is_normal(letters)
    )
    yield from nsmallest(1, moves, key=lambda came: came.cost)


def waits(place: Place) -> bool:
    """Whether drug is withheld in a hold or a review."""
    return place.control.kind in ("held", "in review") and not place.dose.is_drug
