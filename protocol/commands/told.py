"""Which courses beside a protocol were written by hand, so that they can tell a mutant from it?"""

from __future__ import annotations

from collections.abc import Iterable

from protocol.adapters.from_file import from_file
from protocol.adapters.selection import under
from protocol.adapters.sheet import Example
from protocol.checks.expectations import differences
from protocol.commands.subject import courses_beside
from protocol.errors import ProtocolError
from protocol.language.shipped import courses_of, find
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace


def by_hand(spec: str, protocol: Protocol) -> tuple[Example, ...]:
    """The courses beside a protocol that expect something under its chosen readings and were not generated; there can be none."""
    if not courses_of(find(spec)):
        return ()
    sheets = [from_file(file, protocol) for file in courses_beside(spec)]
    examples = [one for sheet in sheets if under(protocol, sheet.readings) == protocol for one in sheet.examples]
    return tuple(one for one in examples if not one.generated and any(one.expectations))


def is_met(protocol: Protocol, example: Example) -> bool:
    """Whether a protocol does what a course expects."""
    pairs = [[(item.column, item.value) for item in items] for items in example.expectations]
    try:
        return not differences(example.course, pairs, trace(protocol, example.course))
    except ProtocolError:
        return False


def met(protocol: Protocol, examples: Iterable[Example]) -> tuple[Example, ...]:
    """Those that the protocol itself meets; what it does not meet anyway tells nothing."""
    return tuple(one for one in examples if is_met(protocol, one))
