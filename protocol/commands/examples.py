"""Which course beside a protocol shows what is to be so sometimes, where a search has found none that does?

A search looks at visits on a grid. That something can be so is shown by any course: by one that somebody wrote, whose visits are
at times of their own, as well as by one that was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from attrs import evolve

from protocol.adapters.from_file import from_file
from protocol.adapters.selection import under
from protocol.checks.properties_of_course import judged
from protocol.errors import ProtocolError
from protocol.language.shipped import courses_of
from protocol.model.course import Course
from protocol.model.property import OfVisits, Property
from protocol.model.protocol import Protocol
from protocol.model.verification import Report


def with_examples(report: Report, protocol: Protocol, file: Path) -> Report:
    """The report in which what a course beside the file shows to be so sometimes holds."""
    found = {one.name for one in report.verdicts if one.origin == "spec" and one.outcome in ("not confirmed", "unfinished")}
    asked = tuple(one for one in protocol.properties if one.name in found and _is_of_some(one))
    if not asked or report.is_interrupted:
        return report
    shown = dict(_shown(evolve(protocol, properties=asked, expectations=()), protocol, file))
    verdicts = (
        evolve(one, outcome="holds", why=f"the course '{shown[one.name]}' shows it, at times of its own")
        if one.origin == "spec" and one.name in shown
        else one
        for one in report.verdicts
    )
    return evolve(report, verdicts=tuple(verdicts))


def _is_of_some(item: Property) -> bool:
    return isinstance(item.sentence, OfVisits) and item.sentence.family == "sometimes"


def _shown(asked: Protocol, protocol: Protocol, file: Path) -> Iterator[tuple[str, str]]:
    """The names of properties, each with that of a course that shows it; the first one comes last."""
    for course in reversed(list(_courses(protocol, file))):
        with suppress(ProtocolError):
            yield from ((name, course.name) for name in judged(asked, course).shown)


def _courses(protocol: Protocol, file: Path) -> Iterator[Course]:
    """The courses beside a protocol under the chosen readings. What is wrong with a file of them is told where it is tested."""
    for one in courses_of(file):
        with suppress(ProtocolError):
            sheet = from_file(one, protocol)
            if under(protocol, sheet.readings) == protocol:
                yield from (example.course for example in sheet.examples)
