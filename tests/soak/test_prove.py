"""Spacer by the thousand: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak/test_prove.py -s`."""

from __future__ import annotations

import os
from random import Random

import pytest
from attrs import evolve

from protocol.model.guard import Compare, Is, Known, Named, nodes
from protocol.model.property import Property
from protocol.model.protocol import Protocol
from protocol.testing.properties import any_properties
from tests.oracle.provers import agreeing, shown_wrong
from tests.soak.constructs import constructs
from tests.soak.seeds import Told, over_seeds
from tests.soak.small import any_size

pytest.importorskip("z3", reason="Z3 is not installed")
pytest.importorskip("cvc5", reason="cvc5 is not installed")

PROPERTIES, STATES = 5, 150


def wrong_of(seed: int, told: Told) -> list[str]:
    """What Spacer and the search disagree about in one protocol, each of whose certificates cvc5 has to confirm."""
    one = asking_more(any_size(seed), Random(seed))
    found = agreeing(one, limit=STATES)
    if not found:
        told["spacer: too large, or nothing that can be asked"] += 1
        return []
    told.update(constructs(one))
    for searched, on_grid, anytime in found:
        told[f"spacer: search {searched}, on the grid {on_grid}, at any time {anytime.outcome}"] += 1
        told["spacer: certificates"] += bool(anytime.certificate)
    return [str(wrong) for wrong in shown_wrong(found)]


def asking_more(protocol: Protocol, random: Random) -> Protocol:
    """The protocol with so many properties: where a protocol goes is worked out once for all of them."""
    atoms = [node for rule in protocol.rules for node in nodes(rule.when) if isinstance(node, Compare | Is | Known | Named)]
    found = list[Property](protocol.properties)
    while len(found) < PROPERTIES:
        found += any_properties(random.choice, protocol, atoms)
    named = (evolve(item, name=f"property-{number}") for number, item in enumerate(found[:PROPERTIES]))
    return evolve(protocol, properties=tuple(named))


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_spacer_and_the_search_never_disagree() -> None:
    assert not over_seeds(wrong_of, 300)
