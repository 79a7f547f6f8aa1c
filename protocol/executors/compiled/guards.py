"""What is a guard when each term that it asks is an axis and each value of it is a bit?

A comparison is true of some cells of its axis. What is not known may lie in several cells, so a comparison can be open.
"""

from __future__ import annotations

from attrs import frozen

from protocol.model.guard import Atom


@frozen(eq=False)
class Asks:
    """A comparison: the axis, and the cells for which it is true. ``atom`` is the comparison as the protocol has it."""

    axis: int
    true: int
    atom: Atom


@frozen(eq=False)
class Points:
    """A comparison of a score, which is known at every visit, with the totals for which it is true."""

    score: str
    atom: Atom


@frozen(eq=False)
class Knows:
    """Whether an input is known: the bit of an axis."""

    axis: int


@frozen(eq=False)
class Opposite:
    part: Node


@frozen(eq=False)
class Every:
    parts: tuple[Node, ...]


@frozen(eq=False)
class Some:
    parts: tuple[Node, ...]


@frozen(eq=False)
class Sure:
    """True always."""


Node = Asks | Points | Knows | Opposite | Every | Some | Sure
