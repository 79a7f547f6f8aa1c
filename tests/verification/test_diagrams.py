"""What is worked out for a diagram is found again for the same letters only, also where others come into being at their place."""

from __future__ import annotations

from protocol.verification.search.diagrams import Diagrams
from protocol.verification.search.trails import join


def test_letters_that_are_made_where_others_have_been_forgotten_are_not_taken_for_these() -> None:
    diagrams = Diagrams()
    node = diagrams.split(0, [diagrams.leaf(frozenset({number})) for number in range(2)])
    for number in range(20):
        value = number % 2
        assert diagrams.widened(node, {0: ((value,),)}, join) is diagrams.leaf(frozenset({value}))
