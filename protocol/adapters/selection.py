"""Which courses of a file, which visit of a course and which readings somebody asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from protocol.adapters.phrases import say_date
from protocol.adapters.problems import Cell, Problems, did_you_mean, quoted
from protocol.adapters.sheet import Example
from protocol.adapters.times import times
from protocol.errors import InputError, NotationError, Problem
from protocol.model.decision import Step, Trace
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, HOUR, say_time

_MOST_NAMED = 20
_AS_PRINTED = re.compile(r"day\s+(?P<day>-?[0-9]{1,6})(?:\s+(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}))?")


def slug(heading: str) -> str:
    """A heading as it is written in a command: ``patient-1-escalated-on-day-28``."""
    return re.sub(r"[^\w]+", "-", heading.lower()).strip("-")


def named(examples: Iterable[Example], name: str) -> tuple[Example, ...]:
    """The courses of that heading, else all whose heading begins so; raises NotationError if there are none."""
    everything, wanted = tuple(examples), slug(name)
    found = (
        tuple(item for item in everything if item.course.name == name)
        or tuple(item for item in everything if slug(item.course.name) == wanted)
        # "patient 1" means patient 1 and not also patient 10.
        or tuple(item for item in everything if wanted and slug(item.course.name).startswith(f"{wanted}-"))
        or tuple(item for item in everything if wanted and slug(item.course.name).startswith(wanted))
    )
    if not found:
        slugs = [slug(item.course.name) for item in everything]
        hint = did_you_mean(wanted, slugs[:_MOST_NAMED], "Courses")
        raise NotationError(f"no course begins with {quoted(name)}", hint + (", ..." if len(slugs) > _MOST_NAMED else ""))
    return found


def moment(text: str, protocol: Protocol) -> int:
    """The time somebody asks for, as ``28``, ``day 28``, ``4 weeks``; raises InputError otherwise."""
    if match := _AS_PRINTED.fullmatch(text.strip().lower()):
        return int(match["day"]) * DAY + int(match["hour"] or 0) * HOUR + int(match["minute"] or 0)
    problems = Problems("", ())
    found = times(Cell(text.strip(), 0, 0), "elapsed", protocol, problems)
    problems.stop_if_any()
    if found is None or found.latest is not None:
        raise InputError((Problem("C020", f"{quoted(text)} is not one moment", "Ask for one visit, such as 28."),))
    return found.time


def at(trace: Trace, time: int) -> Step:
    """The step at that time, or whose range of dates holds it; raises NotationError with the times there are."""
    exact = (step for step in trace.steps if step.visit.time == time)
    around = (step for step in trace.steps if step.visit.latest is not None and step.visit.time <= time <= step.visit.latest)
    for step in (*exact, *around):
        return step
    shown = ", ".join(say_date(step.visit) for step in trace.steps)
    raise NotationError(f"'{trace.course}' has no visit on {say_time(time)}", f"Visits: {shown}.")


def pair(text: str) -> tuple[str, str]:
    """The interpretation and its reading in ``NAME=READING``; raises NotationError otherwise."""
    name, equals, reading = text.partition("=")
    if not equals:
        raise NotationError(f"{quoted(text)} is not NAME=READING", "Such as day-28=elapsed.")
    return name.strip(), reading.strip()


def under(protocol: Protocol, readings: Iterable[tuple[str, str]]) -> Protocol:
    """The protocol under these readings of its open questions; raises NotationError for one that it does not have."""
    options = {item.name: [one.name for one in item.readings] for item in protocol.interpretations}
    for name, reading in readings:
        if name not in options:
            hint = did_you_mean(name, options, "Questions")
            raise NotationError(f"{quoted(name)} is not an open question of this protocol", hint)
        if reading not in options[name]:
            raise NotationError(f"{quoted(reading)} is no reading of '{name}'", did_you_mean(reading, options[name], "Readings"))
        protocol = protocol.with_reading(name, reading)
    return protocol
