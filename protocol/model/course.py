"""A course: one patient's visits, in order, and the intervals over which doses were given."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeVar

from attrs import converters, evolve, field, frozen

from protocol.errors import NotationError, unfit
from protocol.model.quantity import exact
from protocol.model.regimen import Regimen
from protocol.model.time import whole_minutes

Part = TypeVar("Part")

Reported = Fraction | Decimal | int | float | str | None


def _reported(value: Reported) -> Fraction | str | None:
    """The value in the one form in which it is kept, so that what was stored and loaded equals what was reported.

    A number that is none (NaN, infinite) is kept as its text: it is refused when it is read, and the visit is decided.
    """
    if value is None or type(value) is str:
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return str.__str__(value)
    finite = math.isfinite(value) if isinstance(value, float) else not isinstance(value, Decimal) or value.is_finite()
    return exact(value) if finite else str(value)


def _observations(values: Iterable[Observation]) -> tuple[Observation, ...]:
    return _all(values, "'observations' of a visit", Observation)


def _visits(values: Iterable[Visit]) -> tuple[Visit, ...]:
    return _all(values, "'visits' of a course", Visit)


def _exposures(values: Iterable[Exposure]) -> tuple[Exposure, ...]:
    return _all(values, "'exposures' of a course", Exposure)


def _all(values: Iterable[Part], what: str, kind: type[Part]) -> tuple[Part, ...]:
    """The values as a tuple, in whatever they came; a generator is consumed once, and here."""
    right = f"a tuple of values of the type {kind.__name__}"
    try:
        found = values if type(values) is tuple else tuple(values)
    except TypeError:
        raise unfit(what, values, right) from None
    for one in found:
        if not isinstance(one, kind):
            raise unfit(f"one of the {what}", one, right)
    return found


def _check_texts(owner: str, **texts: object) -> None:
    for name, text in texts.items():
        if not isinstance(text, str):
            raise unfit(f"'{name}' of {owner}", text, _RIGHT.get(name, "a text"))


_RIGHT = {
    "input": "the name of an input, as the protocol has it",
    "unit": "a unit such as '10*9/L', or '' for the declared one",
    "censored": "'<', '<=', '>' or '>=', or '' for an exact value",
    "row": "a text that says where it came from, or ''",
}


@frozen
class Observation:
    """One value of one input at one time, as it was reported.

    ``value`` is a number (exact; a float becomes its 15 significant digits), an option's text, ``yes``/``no``, or None
    for ``not done``. ``unit`` empty means the unit of the declaration. ``censored`` ``<`` or ``>`` makes the value a bound
    that is not reached, ``<=`` or ``>=`` one that may be; with another sign the reading is refused. ``observed`` None means
    at the visit; ``recorded`` None means when observed. Both are minutes since the first dose. ``lower`` and ``upper`` are
    the limits of normal of the same record, in the same unit.
    """

    input: str
    value: Fraction | str | None = field(converter=_reported)
    unit: str = ""
    censored: str = ""
    lower: Fraction | str | None = field(default=None, converter=_reported)
    upper: Fraction | str | None = field(default=None, converter=_reported)
    observed: int | None = field(default=None, converter=converters.optional(whole_minutes))
    recorded: int | None = field(default=None, converter=converters.optional(whole_minutes))
    row: str = ""

    def __attrs_post_init__(self) -> None:
        if not type(self.input) is type(self.unit) is type(self.censored) is type(self.row) is str:
            _check_texts("an observation", input=self.input, unit=self.unit, censored=self.censored, row=self.row)


ANEW = " as a new patient"
"""What is written behind a dose with which the course begins anew."""


@frozen
class Given:
    """What was given from a visit on: a regimen; no drug; no drug ever again (``stopped``); or drug, but not known which.

    ``level`` says which level a regimen is, where the ladder has it on several; empty where that is not said. ``anew``: as in
    a new patient, whose course begins anew with it; where that is not said it is what the rule that permits it says.
    """

    kind: Literal["regimen", "none", "stopped", "unknown"]
    regimen: Regimen | None = None
    level: str = ""
    anew: bool = False

    def __attrs_post_init__(self) -> None:
        if self.kind not in ("regimen", "none", "stopped", "unknown"):
            raise unfit("'kind' of what was given", self.kind, "'regimen', 'none', 'stopped' or 'unknown'")
        if self.regimen is not None and not isinstance(self.regimen, Regimen):
            right = "a Regimen, such as protocol.model.regimen.regimen('100 mg every day')"
            raise unfit("'regimen' of what was given", self.regimen, right)
        if not isinstance(self.level, str):
            raise unfit("'level' of what was given", self.level, "the name of a level, or ''")
        if self.level and self.regimen is None:
            raise NotationError(f"'{self.kind}' was given at the level '{self.level}'", "A level belongs to a regimen.")
        if self.anew and self.regimen is None:
            raise NotationError(f"'{self.kind}' was given as in a new patient", "Only a regimen can be given anew.")
        if (self.kind == "regimen") != (self.regimen is not None):
            hint = "A regimen belongs to the kind 'regimen', and only to it."
            raise NotationError(f"'{self.kind}' was given with the regimen {self.regimen}", hint)

    def __str__(self) -> str:
        if self.regimen:
            return f"{self.regimen}{ANEW if self.anew else ''}"
        return {"none": "no drug", "stopped": "stopped", "unknown": "not known"}[self.kind]


@frozen
class Visit:
    """All observations at one time, and the dose given from then on if the data say.

    ``time`` is minutes since the first dose. ``latest`` makes it a range, for a date that is only partly known:
    the visit was at some minute from ``time`` to ``latest``.
    """

    time: int = field(converter=whole_minutes)
    observations: tuple[Observation, ...] = field(default=(), converter=_observations)
    given: Given | None = None
    latest: int | None = field(default=None, converter=converters.optional(whole_minutes))
    row: str = ""

    def __attrs_post_init__(self) -> None:
        if self.given is not None and not isinstance(self.given, Given):
            raise unfit("'given' of a visit", self.given, "a Given, such as Given('none'), or None where the data do not say")
        _check_texts("a visit", row=self.row)


@frozen
class Exposure:
    """A dose given from ``start`` until just before ``end`` (minutes; None: still being given)."""

    start: int = field(converter=whole_minutes)
    end: int | None = field(converter=converters.optional(whole_minutes))
    given: Given

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.given, Given):
            raise unfit("'given' of an exposure", self.given, "a Given, such as Given('none')")


@frozen
class Course:
    """One patient's visits and exposure intervals, each in order of time."""

    name: str
    visits: tuple[Visit, ...] = field(converter=_visits)
    exposures: tuple[Exposure, ...] = field(default=(), converter=_exposures)
    note: str = ""

    def __attrs_post_init__(self) -> None:
        _check_texts("a course", name=self.name, note=self.note)


def with_exposures(course: Course) -> tuple[Visit, ...]:
    """The visits with the dose in force from each on, and a visit without readings wherever the dose changes in between.

    Of exposures that overlap the later one in the course counts.
    """
    if not course.exposures:
        return course.visits
    times = {visit.time for visit in course.visits}
    changes = {exposure.start for exposure in course.exposures}
    changes |= {one.end for number, one in enumerate(course.exposures) if one.end is not None and _shows(course, number)}
    dosing = tuple(Visit(moment) for moment in changes - times)
    ordered = sorted((*course.visits, *dosing), key=lambda visit: visit.time)
    return tuple(_with_given(visit, course.exposures) for visit in ordered)


def _shows(course: Course, number: int) -> bool:
    """Whether anything changes at the end of an exposure: not where a later one has taken its place by then."""
    end = course.exposures[number].end
    assert end is not None
    return not any(one.start < end and (one.end is None or end < one.end) for one in course.exposures[number + 1 :])


def _with_given(visit: Visit, exposures: Iterable[Exposure]) -> Visit:
    if visit.given is not None:
        return visit
    current = [item.given for item in exposures if item.start <= visit.time and (item.end is None or visit.time < item.end)]
    begun = any(item.start <= visit.time for item in exposures)
    return evolve(visit, given=current[-1] if current else Given("none") if begun else None)
