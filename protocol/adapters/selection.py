"""Which courses of a file, which visit of a course and which readings somebody asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from protocol.adapters.phrases import say_date
from protocol.adapters.problems import Cell, Problems, did_you_mean, quoted
from protocol.adapters.sheet import Example, Sheet
from protocol.adapters.times import times
from protocol.errors import InputError, NotationError, Problem
from protocol.model.decision import Step, Trace
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, HOUR, say_time

_MOST_NAMED = 20
_DAY = r"day\s+-?[0-9]{1,6}(?:\s+[0-9]{2}:[0-9]{2})?"
_AS_PRINTED = re.compile(rf"(?P<first>{_DAY})(?:\s+to\s+{_DAY})?")


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


def one(sheets: Iterable[Sheet], heading: str) -> tuple[Sheet, Example]:
    """The one course of that heading, and its sheet; raises NotationError if there are none or several."""
    files = tuple(sheets)
    found = named((example for sheet in files for example in sheet.examples), heading)
    # A course may stand under the same heading in the file of another reading; the file under the chosen readings comes first.
    sheet = next(sheet for sheet in files if any(item in sheet.examples for item in found))
    here = [item for item in found if item in sheet.examples]
    if len(here) > 1:
        names = "; ".join(item.course.name for item in here)
        raise NotationError(f"'{heading}' begins several courses", f"Write more of the one that is meant: {names}.")
    return sheet, here[0]


def moment(text: str, protocol: Protocol) -> int:
    """The time somebody asks for, as ``28``, ``4 weeks``, or as times are printed; raises InputError otherwise.

    What is printed counts in days whatever the protocol counts in: ``day 28``, ``day 1 02:30``, ``day 27 to day 28``.
    """
    if match := _AS_PRINTED.fullmatch(text.strip().lower()):
        day, hour, minute = (*(int(part) for part in re.findall(r"-?[0-9]+", match["first"])), 0, 0)[:3]
        return day * DAY + hour * HOUR + minute
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
    shown = [say_date(step.visit) for step in trace.steps]
    hint = f"Visits: {', '.join(shown)}. Write one of them in quotes, such as '{shown[-1]}'."
    raise NotationError(f"'{trace.course}' has no visit on {say_time(time)}", hint)


def pair(text: str) -> tuple[str, str]:
    """The interpretation and its reading in ``NAME=READING``; raises NotationError otherwise."""
    name, equals, reading = text.partition("=")
    if not equals:
        raise NotationError(f"{quoted(text)} is not NAME=READING", "Such as four-weeks-over=study-day.")
    return name.strip(), reading.strip()


def pairs(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The readings that are asked for; raises NotationError for two of one question."""
    chosen: dict[str, str] = {}
    for name, reading in map(pair, texts):
        if chosen.setdefault(name, reading) != reading:
            hint = "Choose one; run it once for each to compare them."
            raise NotationError(f"two readings of '{name}' are chosen, '{chosen[name]}' and '{reading}'", hint)
    return tuple(chosen.items())


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
