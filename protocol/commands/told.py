"""Which of the courses that were written by hand tells a mutant from its protocol?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define

from protocol.adapters.from_file import from_file
from protocol.adapters.selection import under
from protocol.adapters.sheet import Example
from protocol.checks.expectations import differences
from protocol.commands.subject import courses_beside
from protocol.errors import ProtocolError
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace


def by_hand(spec: str, protocol: Protocol) -> tuple[Example, ...]:
    """The courses beside a protocol that expect something under its chosen readings and were not generated."""
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


@define
class Courses:
    """The courses, those that told the last mutants first: neighbouring mutants are often told by the same course."""

    examples: Sequence[Example]

    def telling(self, mutant: Protocol) -> str:
        """The heading of a course on which the mutant does not do what is expected; empty where there is none."""
        for place, example in enumerate(self.examples):
            if not is_met(mutant, example):
                self.examples = (example, *self.examples[:place], *self.examples[place + 1 :])
                return example.course.name
        return ""
