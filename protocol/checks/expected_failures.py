"""Do the courses that a protocol names for what is expected to fail still show that it does?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from protocol.checks.properties_of_course import Failure
from protocol.model.property import Property
from protocol.model.protocol import Protocol


def unshown(protocol: Protocol, course: str, failures: Iterable[Failure]) -> tuple[Property, ...]:
    """The properties that are expected to fail on this course and do not, neither for certain nor for some missing value."""
    failing = {failure.property.name for failure in failures}
    return tuple(item for item in _expected(protocol) if item.course == course and item.name not in failing)


def without_course(protocol: Protocol, courses: Collection[str]) -> tuple[Property, ...]:
    """The properties whose failure a course is to show that is none of these."""
    return tuple(item for item in _expected(protocol) if item.course and item.course not in courses)


def _expected(protocol: Protocol) -> tuple[Property, ...]:
    return tuple(item for item in protocol.properties if item.expected == "fails")
