"""A course: one patient's visits, in order, and the intervals over which doses were given."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from attrs import converters, field, frozen

from protocol.errors import NotationError
from protocol.model.quantity import exact
from protocol.model.regimen import Regimen
from protocol.model.time import whole_minutes

Reported = Fraction | Decimal | int | float | str | None


def _reported(value: Reported) -> Fraction | str | None:
    """The value in the one form in which it is kept, so that what was stored and loaded equals what was reported.

    A number that is none (NaN, infinite) is kept as its text: it is refused when it is read, and the visit is decided.
    """
    # An abstract class such as that of Fraction is slow to ask, so a plain float does not ask it.
    if value is None or (type(value) is not float and isinstance(value, str | Fraction)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    try:
        return exact(value)
    except NotationError:
        return str(value)


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


@frozen
class Given:
    """What was given from a visit on: a regimen; no drug; no drug ever again (``stopped``); or drug, but not known which."""

    kind: Literal["regimen", "none", "stopped", "unknown"]
    regimen: Regimen | None = None

    def __attrs_post_init__(self) -> None:
        if (self.kind == "regimen") != (self.regimen is not None):
            hint = "A regimen belongs to the kind 'regimen', and only to it."
            raise NotationError(f"'{self.kind}' was given with the regimen {self.regimen}", hint)

    def __str__(self) -> str:
        return str(self.regimen) if self.regimen else {"none": "no drug", "stopped": "stopped", "unknown": "not known"}[self.kind]


@frozen
class Visit:
    """All observations at one time, and the dose given from then on if the data say.

    ``time`` is minutes since the first dose. ``latest`` makes it a range, for a date that is only partly known:
    the visit was at some minute from ``time`` to ``latest``.
    """

    time: int = field(converter=whole_minutes)
    observations: tuple[Observation, ...] = ()
    given: Given | None = None
    latest: int | None = field(default=None, converter=converters.optional(whole_minutes))
    row: str = ""


@frozen
class Exposure:
    """A dose given from ``start`` until just before ``end`` (minutes; None: still being given)."""

    start: int
    end: int | None
    given: Given


@frozen
class Course:
    """One patient's visits and exposure intervals, each in order of time."""

    name: str
    visits: tuple[Visit, ...]
    exposures: tuple[Exposure, ...] = ()
    note: str = ""
