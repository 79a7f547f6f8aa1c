"""Do the courses of one file do what they expect, and do the properties of the protocol hold on them?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from protocol.adapters.outcomes import Broken, Result, Unshown, result
from protocol.adapters.phrases import listed, say_fact, say_where
from protocol.adapters.selection import under
from protocol.adapters.sheet import Example, Sheet
from protocol.checks.expectations import differences
from protocol.checks.expected_failures import unshown, without_course
from protocol.checks.properties_of_course import Failure, Judged, judged
from protocol.commands.progress import watched
from protocol.language.claim_text import say_property
from protocol.language.hints import meant
from protocol.language.report import shown
from protocol.language.to_text import duration_trackers
from protocol.model.decision import Effect, Trace
from protocol.model.property import Property
from protocol.model.protocol import Protocol
from protocol.semantics.effects import in_force
from protocol.semantics.trace import trace

NOTHING = Judged(0)


def tested(protocol: Protocol, file: str, sheet: Sheet) -> Iterator[tuple[Result, Trace]]:
    """What became of each course of a sheet, under the readings that the sheet names."""
    read = under(protocol, sheet.readings)
    return (course_tested(read, file, example, chosen=read == protocol) for example in watched(sheet.examples, "courses"))


def course_tested(protocol: Protocol, file: str, example: Example, *, chosen: bool = True) -> tuple[Result, Trace]:
    """What became of the expectations of one course, and, under the ``chosen`` readings, of the properties on it.

    Properties are claimed of the chosen readings; under others some need not hold.
    """
    found = trace(protocol, example.course)
    said = judged(protocol, example.course) if chosen and protocol.properties else NOTHING
    pairs = [[(item.column, item.value) for item in items] for items in example.expectations]
    unmet = differences(example.course, pairs, found)
    broken = _broken(protocol, example, said)
    to_fail = unshown(protocol, example.course.name, said.failures) if chosen else ()
    durations = duration_trackers(protocol)
    missed = (Unshown(item.name, say_property(item, durations)) for item in to_fail)
    unlike = ((one.visit, one.place, one.got) for one in unmet)
    return result(file, example, unlike, broken, said.visits, said.of, missed), found


def missing_courses(protocol: Protocol, courses: Collection[str]) -> tuple[str, ...]:
    """What is wrong where none of the courses is the one that shows how a property fails."""
    return tuple(_no_course(item, courses) for item in without_course(protocol, courses))


def _no_course(item: Property, courses: Collection[str]) -> str:
    near = meant(item.course, sorted(courses))
    hint = f"; did you mean '{near}'?" if near else ""
    name = shown(item.course)
    return f"property {item.name} is expected to fail on the course {name}, and none under the chosen readings is called so{hint}"


def _broken(protocol: Protocol, example: Example, said: Judged) -> Iterator[Broken]:
    """The properties that should hold and certainly do not."""
    for one in said.failures:
        if one.certain and one.property.expected == "holds" and not one.property.waiver:
            yield _told(protocol, example, one)


def _told(protocol: Protocol, example: Example, failure: Failure) -> Broken:
    """A failure with its place, and with what was and what was done there."""
    moment = failure.moment
    after = Effect(moment.state.control, moment.state.level, moment.state.dose)
    by = f" by {listed(sorted(rules))}" if (rules := moment.rules - {""}) else ""
    return Broken(
        failure.property.name,
        failure.time,
        next((visit.row for visit in example.course.visits if visit.time == failure.time), ""),
        say_property(failure.property, duration_trackers(protocol)),
        say_where(in_force(moment.scene.state), protocol),
        f"{moment.action}{by}, then {say_where(after, protocol)}",
        tuple(f"{fact.name} {say_fact(fact, protocol)}" for fact in failure.facts()),
    )
