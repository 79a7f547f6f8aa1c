"""Spacer against the search: on a grid they say the same, and what fails on a grid fails at any time."""

from __future__ import annotations

from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.verification.proof.certificates import recheck
from protocol.verification.proof.prove import Proof, Proving
from protocol.verification.properties.judge import judge
from protocol.verification.properties.judging import Judging
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.bounds import Bounds
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.exploring import Exploring


def agreeing(protocol: Protocol, every: int = WEEK, limit: int = 600) -> list[tuple[str, str, Proof]]:
    """What the search says of each property, and Spacer on the same grid; and what Spacer says of any time."""
    search = Exploring(abstraction(protocol, every), (every,))
    explored = BreadthFirst(search).explore(Bounds(limit, 20).whole())
    if explored.ended:
        return []
    found, judging = [], Judging(search)
    on_grid, anytime = Proving(protocol, every=every), Proving(protocol)
    for item in protocol.properties:
        proof = on_grid.prove(item)
        if proof.outcome != "unsupported":
            fails = bool(judge(judging, explored, item).certain)
            found.append(("fails" if fails else "holds", proof.outcome, anytime.prove(item)))
    return found


def shown_wrong(found: list[tuple[str, str, Proof]]) -> list[tuple[str, str, str]]:
    """Where they disagree: on a grid they say the same, and what fails on a grid fails at any time."""
    assert all(recheck(free.certificate).confirmed for _, _, free in found if free.certificate)
    return [
        (searched, proved, free.outcome)
        for searched, proved, free in found
        if searched != proved or (searched == "fails" != free.outcome) or free.outcome not in ("holds", "fails")
    ]
