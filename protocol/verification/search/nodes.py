"""What is a decision diagram made of? Questions with a part for each answer, and leaves with a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LAST = 1_000_000
"""The axis of a leaf: after all others."""


class Node:
    """A leaf with its value, or a question: the axis, and a part for each of its values. Compared by identity."""

    __slots__ = ("axis", "parts", "value")

    def __init__(self, axis: int, parts: tuple[Node, ...], value: Any) -> None:
        self.axis, self.parts, self.value = axis, parts, value

    def at(self, axis: int, place: int) -> Node:
        """What is left of the diagram where this axis, before which it asks none, has this value."""
        return self.parts[place] if self.axis == axis else self


def value_at(node: Node, choices: Mapping[int, int]) -> Any:
    """The value of a diagram where every axis that it asks is chosen."""
    while node.axis != LAST:
        node = node.parts[choices[node.axis]]
    return node.value
