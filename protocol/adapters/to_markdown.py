"""From a course to the Markdown table that reads back as the same course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from protocol.model.course import ANEW, Course, Given, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.quantity import exact, say_number
from protocol.model.time import RESOLUTIONS, UNITS

NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


def to_markdown(course: Course, protocol: Protocol, expected: Mapping[str, Sequence[str]] = NOTHING) -> str:
    """A heading and a table: a column for each input that was ever observed, and one for the dose given where it is known.

    ``expected`` has further columns by their names, such as ``expect action``, each with a cell for every visit.
    Visits whose observations have a time of their own, and dates that are ranges, have no place in this table: ValueError.
    """
    header, *rows = table((course,), protocol)
    cells = [[*row, *(column[place] for column in expected.values())] for place, row in enumerate(rows)]
    lines = [[*header, *expected], ["---"] * (len(header) + len(expected)), *cells]
    note = f"{course.note}\n\n" if course.note else ""
    return f"## {course.name}\n\n{note}" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table(courses: Sequence[Course], protocol: Protocol) -> list[list[str]]:
    """A header, and a row for each visit of several courses: when, what was observed, and the dose given where any is known."""
    visits = [visit for course in courses for visit in course.visits]
    observed = {one.input for visit in visits for one in visit.observations}
    names = [item.name for item in protocol.inputs if item.name in observed]
    dosed = any(visit.given for visit in visits)
    return [["elapsed", *names, *(["given"] if dosed else [])], *(_row(visit, names, dosed, protocol) for visit in visits)]


def _row(visit: Visit, names: list[str], dosed: bool, protocol: Protocol) -> list[str]:
    if visit.latest is not None or any((one.observed, one.recorded) != (None, None) for one in visit.observations):
        raise ValueError(f"the visit at {visit.time} minutes holds times that this table has no place for")
    cells = ("; ".join(_cell(one) for one in visit.observations if one.input == name) for name in names)
    return [_elapsed(visit.time, protocol), *cells, *([_given(visit.given)] if dosed else [])]


def _elapsed(minutes: int, protocol: Protocol) -> str:
    """In the protocol's unit of time; in a smaller one where that is not whole."""
    if minutes % RESOLUTIONS[protocol.resolution] == 0:
        return str(minutes // RESOLUTIONS[protocol.resolution])
    name, length = max(((name, length) for name, length in UNITS.items() if minutes % length == 0), key=lambda unit: unit[1])
    return f"{minutes // length} {name}s"


def _cell(one: Observation) -> str:
    if one.value is None:
        return "not done"
    return " ".join((f"{one.censored}{_number(one.value)}", *_parts(one)))


def _parts(one: Observation) -> Iterator[str]:
    if one.unit:
        yield one.unit
    if one.lower is not None or one.upper is not None:
        yield f"({_limit(one.lower)}-{_limit(one.upper)})"


def _number(value: object) -> str:
    return value if isinstance(value, str) else say_number(exact(value))  # type: ignore[arg-type]


def _limit(value: object) -> str:
    return "" if value is None else _number(value)


def _given(given: Given | None) -> str:
    if given is None:
        return ""
    anew = ANEW if given.anew else ""
    return f"{given.level or given.regimen}{anew}" if given.regimen else given.kind
