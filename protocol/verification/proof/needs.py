"""What is needed for each thing that can come of a visit? Which readings have to be carried over, and how old they have to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protocol.verification.search.diagrams import LAST, Node
from protocol.verification.search.watch import Watch

Needs = frozenset[frozenset[Any]]
"""What is needed for something: all of one of these sets. A set that holds another one says nothing more and is left out."""


def needed(node: Node, needs: Mapping[int, Sequence[frozenset[Any] | None]], watch: Watch) -> dict[Any, Needs]:
    """Each value of the diagram with what is needed to come to it: ``needs`` of each place; None is not to be had."""
    memo: dict[Node, dict[Any, Needs]] = {}
    nothing: Needs = frozenset({frozenset()})

    def of(one: Node) -> dict[Any, Needs]:
        found = memo.get(one)
        if found is None:
            found = memo[one] = {one.value: nothing} if one.axis == LAST else through(one)
        return found

    def through(one: Node) -> dict[Any, Needs]:
        found: dict[Any, Needs] = {}
        for part, need in sorted(zip(one.parts, needs[one.axis], strict=True), key=lambda pair: len(pair[1] or ())):
            for value, more in of(part).items() if need is not None else ():
                watch.count(len(more) + 1)
                known = found.get(value)
                if known is None or nothing != known:
                    found[value] = least(
                        (known or frozenset()) | {need | some for some in more} if need else more | (known or more)
                    )
        return found

    return of(node)


def least(some: frozenset[frozenset[Any]]) -> Needs:
    """The sets that hold none of the others."""
    return some if len(some) == 1 else frozenset(one for one in some if not any(other < one for other in some))
